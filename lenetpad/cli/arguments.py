"""Arguments and commands as data, and the options that several commands share.

Every command's table is read whenever the program starts: nothing here, nor in a table, may import
torch or Qt. In a help text, a line that begins with two spaces is an item of a list. What an
argument's ``metavar`` is called decides what shells complete (``cli/completion.py``): FILE, DIR,
MODEL (shipped weights or a file), RECIPE and DEVICE.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lenetpad.values.catalogue import DATA_SETS, FOLDER, MNIST
from lenetpad.values.devices import AUTO, CPU, TORCH_CPU
from lenetpad.values.numbers import decimal, may_be_thousands, whole

#: Numbers that are written in letters.
NO_FIGURES: Final = ("inf", "infinity", "nan")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its line in the help, its arguments, its handler, which imports what
    it needs when it runs and returns the exit status, and lines that show how it is used.

    ``more`` is what its own help says besides, in whole sentences.
    """

    name: str
    help: str
    arguments: tuple[Argument, ...]
    handler: Callable[[argparse.Namespace], int]
    examples: tuple[str, ...]
    more: str = ""


def argument(*names: str, **options: Any) -> Argument:
    """An argument, spelt like argparse's ``add_argument``."""
    return Argument(names, options)


def listed(meanings: Mapping[str, str]) -> str:
    """An option's choices with their meanings, as lines of a help text."""
    widest = max(map(len, meanings))
    return "".join(f"\n  {name:{widest}}  {text}" for name, text in meanings.items())


# Converters of a word, each an argument's ``type``: ArgumentTypeError says what it must be.


def whole_number(text: str) -> int:
    """A whole number."""
    try:
        return whole(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


def at_least_1(text: str) -> int:
    """A whole number from 1."""
    value = whole_number(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return value


def number(text: str) -> float:
    """A number, with a decimal point or a decimal comma; it may be infinite or none (NaN)."""
    if may_be_thousands(text):
        point, without = text.replace(",", "."), text.replace(",", "")
        raise argparse.ArgumentTypeError(f"{text!r} may be {point} or {without}: write which")
    try:
        return float(text) if text.lower().lstrip("+-") in NO_FIGURES else decimal(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None


def above_0(text: str) -> float:
    """A finite number above 0."""
    value = number(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def _device(text: str) -> str:
    """The name of a device that there may be; whether there is, the command finds out."""
    if re.fullmatch(rf"{AUTO}|{TORCH_CPU}|({CPU}|cuda|mps|xpu)(:(0|[1-9][0-9]?))?", text):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is no device: choose auto, cpu, cuda, cuda:1 (the second GPU), mps, xpu or "
        f"{TORCH_CPU} (the CPU with PyTorch)"
    )


def ink_files(help_text: str) -> Argument:
    """The option ``--ink`` with any number of files."""
    return argument("--ink", type=Path, nargs="+", default=[], metavar="FILE", help=help_text)


#: Devices that a name is suggested for; there may be more, such as cuda:1.
DEVICES: Final = (AUTO, CPU, TORCH_CPU, "cuda", "mps", "xpu")
JSON: Final = argument("--json", action="store_true", help="print the result as one line of JSON")
DEVICE: Final = argument(
    "--device",
    type=_device,
    default=CPU,
    metavar="DEVICE",
    help=f"{AUTO}, {CPU}, {TORCH_CPU} (the CPU with PyTorch), or torch's name of a GPU: cuda, "
    "cuda:1, mps, xpu (default: %(default)s)",
)
IMAGES: Final = argument(
    "--images",
    type=Path,
    nargs="+",
    default=[],
    metavar="FILE",
    help='.npz or .mat files with arrays such as "images" and "labels", or .csv files, which '
    "weights are evaluated on and never trained on (default: none)",
)
DATA: Final = (
    argument(
        "--data",
        choices=tuple(DATA_SETS),
        default=MNIST,
        metavar="DATA",
        help=f"the data set (default: %(default)s); all but {MNIST} and {FOLDER} are downloaded "
        "when they are first used:"
        + listed({key: known.title for key, known in DATA_SETS.items()}),
    ),
    argument(
        "--folder",
        default="",
        metavar="DIR",
        help=f"with --data {FOLDER}: where the files are (default: none)",
    ),
)
RUNS: Final = argument(
    "--runs",
    type=Path,
    metavar="DIR",
    help="folder of the runs (default: the one of the window, in your user data)",
)
