"""`python -m lenetpad`, the installed command, and the frozen program."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    multiprocessing.freeze_support()
    from lenetpad.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
