"""`lenetpad demo`, `selftest`, `bench` and `soak`: the commands that drive the real window."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Final

from lenetpad.cli import display
from lenetpad.cli.arguments import JSON, Command, argument, positive
from lenetpad.tools.bench.parts import PARTS


def demo(arguments: argparse.Namespace) -> int:
    """Save pictures of the window at work."""
    from lenetpad.tools.demo import run

    return run(arguments)


def selftest(arguments: argparse.Namespace) -> int:
    """Check the installation, on the screen that there is or on none."""
    if not display.has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from lenetpad.tools.selftest import run

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
                help="folder for a picture of the window (default: this one)",
            ),
        ),
        selftest,
    ),
    Command(
        "bench",
        "measure latency, start-up and memory on this machine",
        (
            argument("--ink", type=Path, metavar="FILE", help="ink to draw (default: samples)"),
            argument(
                "--events",
                type=positive(int),
                default=2000,
                help="pen events (default %(default)s)",
            ),
            argument("--startup", action="store_true", help="measure only the start"),
            argument(
                "--only",
                nargs="+",
                choices=PARTS,
                default=[],
                metavar="PART",
                help=f"measure only these parts: {', '.join(PARTS)}",
            ),
            argument("--started", type=float, help=argparse.SUPPRESS),  # for its own processes
            JSON,
        ),
        bench,
    ),
    Command(
        "soak",
        "use the real window for half an hour, and fail where memory or anything else grows",
        (
            argument(
                "--minutes",
                type=positive(float),
                default=30.0,
                metavar="M",
                help="how long (default %(default)g)",
            ),
            JSON,
        ),
        soak,
    ),
)
