"""The command line: what `lenetpad COMMAND` accepts, and how it ends.

Exit status 0 on success, 2 on bad arguments, 1 with one clear line on failure. Without a command
the window opens. What a command does is imported when it runs, so that the window starts at once.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lenetpad import __version__
from lenetpad.values.catalogue import DATA_SETS, MNIST
from lenetpad.values.conventions import CONVENTIONS
from lenetpad.values.devices import AUTO, CPU
from lenetpad.values.failures import first_line
from lenetpad.values.models import DEFAULT_MODEL, MODEL_NAMES
from lenetpad.values.recipes import OPTIMISERS, SCHEDULES, TRAINING_PRESETS_BY_NAME

NO_DISPLAY: Final = "there is no display here (DISPLAY or WAYLAND_DISPLAY names none that answers)"
MODELS: Final = ", ".join(MODEL_NAMES)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command, as argparse takes it."""

    names: tuple[str, ...]
    options: dict[str, Any]


def _argument(*names: str, **options: Any) -> Argument:
    return Argument(names, options)


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, its line in the help, its arguments, and the function behind it."""

    name: str
    help: str
    arguments: tuple[Argument, ...]
    handler: Callable[[argparse.Namespace], int]


def _from(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A handler whose module is imported only when the command runs."""

    def handler(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        status: int = getattr(import_module(f"lenetpad.{module}"), function)(arguments)
        return status

    return handler


def _selftest(arguments: argparse.Namespace) -> int:
    """On the screen that there is, or on none."""
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return _from("tools.selftest", "run")(arguments)


def _positive(kind: type) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise ValueError
        return value

    convert.__name__ = f"positive {kind.__name__}"  # argparse names it in its message
    return convert


def _device(text: str) -> str:
    """The name of a device that there may be; whether there is, the command finds out."""
    if re.fullmatch(rf"{AUTO}|({CPU}|cuda|mps|xpu)(:(0|[1-9][0-9]?))?", text):
        return text
    raise argparse.ArgumentTypeError(
        f"{text!r} is no device: choose auto, cpu, cuda, cuda:1 (the second GPU), mps or xpu"
    )


def _ink(help_text: str) -> Argument:
    return _argument("--ink", type=Path, nargs="+", default=[], metavar="FILE", help=help_text)


JSON = _argument("--json", action="store_true", help="print the result as one JSON object")
MODEL = _argument(
    "--model", default=DEFAULT_MODEL, help=f"{MODELS}, or a weights file (default %(default)s)"
)
#: Other names of options: what the paper calls an activation, a squashing function.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = {"activation": ("squashing",)}
#: How a weights file from elsewhere reads.
CONVENTIONS_OPTIONS = tuple(
    _argument(
        *(f"--{option}" for option in (name, *ALIASES.get(name, ()))),
        choices=list(answers),
        default="",
        help=f"{name} of a weights file that does not say (guessed if not given): "
        + "; ".join(f"{answer}: {meaning}" for answer, meaning in answers.items()),
    )
    for name, answers in CONVENTIONS.items()
)
DEVICE = _argument(
    "--device",
    type=_device,
    default=CPU,
    help="auto, cpu, or torch's name of another: cuda, cuda:1, mps … (default %(default)s)",
)

IMAGES = _argument(
    "--images",
    type=Path,
    nargs="+",
    default=[],
    metavar="FILE",
    help='.npz files with "images" and "labels" that weights are judged by, never trained on',
)

DATA = (
    _argument(
        "--data",
        choices=tuple(DATA_SETS),
        default=MNIST,
        help="the data set: "
        + "; ".join(f"{key}: {known.title}" for key, known in DATA_SETS.items())
        + " (default %(default)s; others than mnist are fetched once)",
    ),
    _argument("--folder", default="", metavar="DIR", help="where --data folder lies"),
)

RUNS = _argument(
    "--runs", type=Path, metavar="DIR", help="folder of the runs (default: in your user data)"
)

COMMANDS: Final = (
    Command(
        "draw",
        "open the window, with an ink file or a picture on the canvas",
        (
            _argument(
                "file",
                type=Path,
                nargs="?",
                metavar="FILE",
                help="ink file or picture (default: what lay on the canvas the last time)",
            ),
        ),
        lambda arguments: _open_window(arguments),
    ),
    Command(
        "train",
        "train a network and save its weights",
        (
            _argument("--model", help=f"recipe: {MODELS} (default {DEFAULT_MODEL})"),
            _argument(
                "--preset",
                choices=tuple(TRAINING_PRESETS_BY_NAME),
                help="one of the Train tab's presets in place of a recipe",
            ),
            _argument(
                "--start", default="", metavar="MODEL", help="weights to go on from, not random"
            ),
            _argument(
                "--teachers",
                nargs="+",
                default=[],
                metavar="MODEL",
                help="networks to agree with, beside the labels",
            ),
            *DATA,
            _argument("--epochs", type=_positive(int), help="passes over the data"),
            _argument("--batch-size", type=_positive(int), help="images a step"),
            _argument("--lr", type=_positive(float), help="peak of the learning rate"),
            _argument("--optimiser", choices=OPTIMISERS, help="what takes the steps"),
            _argument("--momentum", type=float, help="momentum of sgd (0.9)"),
            _argument(
                "--schedule",
                choices=SCHEDULES,
                help="what becomes of the learning rate; step divides it by 10 every 3 epochs, "
                "1998 lowers it as the paper does",
            ),
            _argument("--weight-decay", type=float, help="how strongly weights are pulled to 0"),
            _argument("--fraction", type=float, help="part of the training images to use"),
            _argument("--label-noise", type=float, help="part of the labels to make wrong"),
            _argument("--taught", type=float, help="part of the loss that teachers decide (0.7)"),
            _argument("--seed", type=int, help="seed of initial weights, order and distortions"),
            _argument(
                "--half",
                action="store_true",
                help="convolve C3 in bfloat16 where the processor can: faster, a little coarser",
            ),
            _ink("ink files to train on beside MNIST; of a mixture, without the held-out writers"),
            IMAGES,
            _argument(
                "--out",
                type=Path,
                metavar="FILE",
                help="weights file, .safetensors or .pth (default PRESET.safetensors)",
            ),
            _argument(
                "--continue",
                dest="go_on",
                metavar="RUN",
                help="go on with a run that has not come to its end, as it was asked for",
            ),
            RUNS,
            DEVICE,
            JSON,
        ),
        _from("cli.commands", "train"),
    ),
    Command(
        "runs",
        "list the trainings that were kept, or change one",
        (
            _argument("--rename", nargs=2, metavar=("RUN", "NAME"), help="give it another name"),
            _argument("--note", nargs=2, metavar=("RUN", "TEXT"), help="write something about it"),
            _argument("--delete", metavar="RUN", help="move it to the bin beside the runs"),
            RUNS,
            JSON,
        ),
        _from("cli.commands", "list_runs"),
    ),
    Command(
        "evaluate",
        "error, per-class accuracy and confusion on MNIST's test set, ink or images",
        (
            MODEL,
            *CONVENTIONS_OPTIONS,
            _ink("ink files (.jsonl, .jsonl.gz) with labels"),
            _argument(
                "--held-out",
                action="store_true",
                help="only the writers on whom the shipped weights were not trained",
            ),
            _argument(
                "--images", type=Path, metavar="FILE", help='.npz file with "images" and "labels"'
            ),
            *DATA,
            DEVICE,
            JSON,
        ),
        _from("cli.commands", "evaluate"),
    ),
    Command(
        "predict",
        "read the digit in ink files or pictures",
        (
            _argument("files", type=Path, nargs="+", metavar="FILE", help="ink file or picture"),
            MODEL,
            *CONVENTIONS_OPTIONS,
            DEVICE,
            JSON,
        ),
        _from("cli.commands", "predict"),
    ),
    Command(
        "export",
        "write weights as a state dict, as safetensors or as ONNX, and compare what they compute",
        (
            MODEL,
            *CONVENTIONS_OPTIONS,
            _argument(
                "--out",
                type=Path,
                required=True,
                metavar="FILE",
                help="file to write: .pth or .pt (plain state dict), .safetensors or .onnx",
            ),
            JSON,
        ),
        _from("cli.commands", "export"),
    ),
    Command(
        "info",
        "the layer table: shapes, parameters, connections and their formulas",
        (MODEL, *CONVENTIONS_OPTIONS, JSON),
        _from("cli.commands", "info"),
    ),
    Command(
        "report",
        "compute every figure of the shipped weights again, as tables",
        (
            _argument(
                "models",
                nargs="*",
                metavar="MODEL",
                help=f"shipped weights or weights files (default: {MODELS})",
            ),
            _ink("ink files with labels; the held-out writers are judged by"),
            IMAGES,
            JSON,
        ),
        _from("cli.report", "run"),
    ),
    Command(
        "demo",
        "write sample digits into the real window and save pictures of it",
        (
            _argument(
                "--out", type=Path, required=True, metavar="DIR", help="folder for the pictures"
            ),
        ),
        _from("tools.demo", "run"),
    ),
    Command(
        "selftest",
        "check that this installation works: write, read, paint and train a little",
        (
            _argument(
                "--out",
                type=Path,
                default=Path(),
                metavar="DIR",
                help="folder for a picture of the window (default: this one)",
            ),
        ),
        _selftest,
    ),
    Command(
        "bench",
        "measure latency, start-up and memory on this machine",
        (
            _argument("--ink", type=Path, metavar="FILE", help="ink to draw (default: samples)"),
            _argument(
                "--events",
                type=_positive(int),
                default=2000,
                help="pen events (default %(default)s)",
            ),
            _argument("--startup", action="store_true", help="measure only the start"),
            _argument("--started", type=float, help=argparse.SUPPRESS),  # for its own processes
            JSON,
        ),
        _from("tools.bench", "run"),
    ),
    Command(
        "diagnostics",
        "versions, system and devices, to paste into a bug report; nothing personal is in it",
        (JSON,),
        _from("cli.diagnostics", "run"),
    ),
)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="lenetpad",
        description="A drawing pad that shows LeNet-5 thinking. Without a command, the window.",
    )
    top.add_argument("--version", action="version", version=f"lenetpad {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.help, description=command.help)
        for argument in command.arguments:
            sub.add_argument(*argument.names, **argument.options)
        sub.set_defaults(handler=command.handler)
    return top


def run(argv: Sequence[str]) -> int:
    """Run a command line (without the program's name) and return the exit status."""
    arguments = parser().parse_args(argv)
    handler = getattr(arguments, "handler", _open_window)
    try:
        status = int(handler(arguments))
        sys.stdout.flush()  # here, where a reader that has gone away is expected
        return status
    except KeyboardInterrupt:
        print("lenetpad: stopped", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (OSError, ValueError, RuntimeError) as error:
        # What our own code raises is written for the user, on one line.
        line = first_line(error)
        print(f"lenetpad: {line}", file=sys.stderr)
        return 1


def has_display() -> bool:
    """Whether a window can open.

    Qt aborts the process where it cannot. On Linux the display server is asked first, because
    the variables that name it may be left over from another session.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        folder = os.environ.get("XDG_RUNTIME_DIR", "")
        if _answers(Path(folder) / os.environ["WAYLAND_DISPLAY"]):
            return True
    return bool(os.environ.get("DISPLAY")) and _x_server_answers(os.environ["DISPLAY"])


def _x_server_answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY points; "host:1.0" is screen 0 of display 1."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(Path(path)) or _answers(f"\0{path}")  # the abstract socket
    try:
        with socket.create_connection((host, 6000 + int(number)), timeout=2):
            return True
    except OSError:
        return False


def _answers(path: Path | str) -> bool:
    """Whether somebody listens at a Unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True


def _open_window(arguments: argparse.Namespace) -> int:
    file = getattr(arguments, "file", None)  # without a command there is none
    if has_display():
        from lenetpad import app

        return app.main(file)
    if file is not None:
        raise ValueError(f"{file} cannot be shown: {NO_DISPLAY}")
    out = Path("demo")
    print(
        f"lenetpad: {NO_DISPLAY}, "
        f"so the demo runs instead and saves pictures of the window in {out.resolve()}"
    )
    from lenetpad.tools import demo

    return demo.run(argparse.Namespace(out=out))
