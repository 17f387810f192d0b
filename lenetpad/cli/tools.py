"""`lenetpad demo`, `selftest`, `bench` and `soak`: the commands that drive the real window."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from lenetpad.cli import display, output
from lenetpad.cli.arguments import JSON, Command, above_0, argument, at_least_1, number
from lenetpad.tools.bench.parts import PARTS


def demo(arguments: argparse.Namespace) -> int:
    """Save pictures of the window at work."""
    from lenetpad.tools.demo import run

    with output.telling_new_folder(arguments.out):
        return run(arguments)


def selftest(arguments: argparse.Namespace) -> int:
    """Check the installation, on the screen that there is or on none."""
    if not display.has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from lenetpad.tools.selftest import run

    with output.telling_new_folder(arguments.out):
        return run(arguments)


def bench(arguments: argparse.Namespace) -> int:
    """Measure this machine."""
    from lenetpad.tools.bench.run import run

    return run(arguments)


def soak(arguments: argparse.Namespace) -> int:
    """Use the window for long, and see whether anything grows."""
    from lenetpad.tools.soak import run

    return run(arguments)


COMMANDS: Final = (
    Command(
        "demo",
        "write sample digits into the real window and save pictures of it",
        (
            argument(
                "--out", type=Path, required=True, metavar="DIR", help="folder for the pictures"
            ),
        ),
        demo,
        ("lenetpad demo --out pictures",),
    ),
    Command(
        "selftest",
        "check that this installation works: write, read, paint and train a little",
        (
            argument(
                "--out",
                type=Path,
                default=Path(),
                metavar="DIR",
                help="folder for a picture of the window (default: the current folder)",
            ),
        ),
        selftest,
        ("lenetpad selftest",),
    ),
    Command(
        "bench",
        "measure latency, start-up and memory on this computer",
        (
            argument(
                "--ink", type=Path, metavar="FILE", help="ink file to draw (default: samples)"
            ),
            argument(
                "--events",
                type=at_least_1,
                default=2000,
                metavar="N",
                help="number of pen events (default: %(default)s)",
            ),
            argument("--startup", action="store_true", help="measure only the start-up"),
            argument(
                "--only",
                nargs="+",
                choices=PARTS,
                default=[],
                metavar="PART",
                help=f"measure only these parts (default: all): {', '.join(PARTS)}",
            ),
            argument("--started", type=number, help=argparse.SUPPRESS),  # for its own processes
            JSON,
        ),
        bench,
        ("lenetpad bench", "lenetpad bench --only pen network --json"),
    ),
    Command(
        "soak",
        "use the real window for a long time, and fail if memory or anything else grows",
        (
            argument(
                "--minutes",
                type=above_0,
                default=30.0,
                metavar="N",
                help="for how many minutes (default: %(default)g)",
            ),
            JSON,
        ),
        soak,
        ("lenetpad soak --minutes 10",),
    ),
)
