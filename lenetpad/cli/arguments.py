"""Arguments and commands as data, and the options that several commands share.

Every command's table is read whenever the program starts: nothing here, nor in a table, may import
torch or Qt.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lenetpad.values.catalogue import DATA_SETS, MNIST
from lenetpad.values.devices import AUTO, CPU, TORCH_CPU


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its line in the help, its arguments, and its handler, which imports
    what it needs when it runs and returns the exit status."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    handler: Callable[[argparse.Namespace], int]


def argument(*names: str, **options: Any) -> Argument:
    """An argument, spelt like argparse's ``add_argument``."""
    return Argument(names, options)


def positive(kind: type) -> Callable[[str], Any]:
    """A converter to a finite number above 0, for an argument's ``type``."""

    def convert(text: str) -> Any:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError
        return value

    convert.__name__ = f"positive {kind.__name__}"  # argparse names it in its message
    return convert


def ink_files(help_text: str) -> Argument:
    """The option ``--ink`` with any number of files."""
    return argument("--ink", type=Path, nargs="+", default=[], metavar="FILE", help=help_text)


def _device(text: str) -> str:
    """The name of a device that there may be; whether there is, the command finds out."""
    if re.fullmatch(rf"{AUTO}|{TORCH_CPU}|({CPU}|cuda|mps|xpu)(:(0|[1-9][0-9]?))?", text):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is no device: choose auto, cpu, cuda, cuda:1 (the second GPU), mps, xpu or "
        f"{TORCH_CPU} (the CPU with torch)"
    )


JSON: Final = argument("--json", action="store_true", help="print the result as one JSON object")
DEVICE: Final = argument(
    "--device",
    type=_device,
    default=CPU,
    help=f"auto, cpu, {TORCH_CPU} (the CPU with torch), or torch's name of another: cuda, cuda:1, "
    "mps … (default %(default)s)",
)
IMAGES: Final = argument(
    "--images",
    type=Path,
    nargs="+",
    default=[],
    metavar="FILE",
    help='.npz files with "images" and "labels" that weights are judged by, never trained on',
)
DATA: Final = (
    argument(
        "--data",
        choices=tuple(DATA_SETS),
        default=MNIST,
        help="the data set: "
        + "; ".join(f"{key}: {known.title}" for key, known in DATA_SETS.items())
        + " (default %(default)s; others than mnist are fetched once)",
    ),
    argument("--folder", default="", metavar="DIR", help="where --data folder lies"),
)
RUNS: Final = argument(
    "--runs", type=Path, metavar="DIR", help="folder of the runs (default: in your user data)"
)
