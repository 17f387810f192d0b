"""`lenetpad draw`, which is also what runs without a command: the window."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from lenetpad.cli import display
from lenetpad.cli.arguments import Command, argument
from lenetpad.storage import decoding, qt_libraries, resources


def draw(arguments: argparse.Namespace) -> int:
    """Open the window; where no window can open, run the demo in its place.

    Raises InputError where the file that is to lie on the canvas cannot be opened.
    """
    file: Path | None = arguments.file
    if file is not None:
        decoding.opened(file, sys.maxsize).close()  # where there is none, no window need open
    if display.has_display():
        _require_qt()
        from lenetpad import app

        return app.main(file)
    if file is not None:
        raise ValueError(f"{file} cannot be shown: {display.NO_DISPLAY}")
    out = Path("demo")
    place = decoding.escaped(str(out.resolve()))
    print(
        f"lenetpad: {display.NO_DISPLAY}, "
        f"so the demo runs instead and saves pictures of the window in {place}"
    )
    from lenetpad.tools import demo

    return demo.run(argparse.Namespace(out=out))


def _require_qt() -> None:
    """Raise RuntimeError, with the packages' names, where the system lacks a library of Qt's."""
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        raise RuntimeError(qt_libraries.explain_import(error)) from None
    # What is frozen brings them, where the system's loader does not find them.
    if not resources.frozen() and (sentence := qt_libraries.missing_plugin()):
        raise RuntimeError(sentence)


COMMANDS: Final = (
    Command(
        "draw",
        "open the window, with an ink file or a picture on the canvas, or with weights",
        (
            argument(
                "file",
                type=Path,
                nargs="?",
                metavar="FILE",
                help="ink file, picture or weights (default: what was on the canvas last)",
            ),
        ),
        draw,
        ("lenetpad draw digit.ink.jsonl", "lenetpad photo.jpg"),
        "Without a command, lenetpad does the same.",
    ),
)
