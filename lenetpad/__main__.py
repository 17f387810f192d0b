"""`python -m lenetpad`, the installed command, and the frozen program."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import Final

from lenetpad.storage.resources import frozen
from lenetpad.storage.streams import open_missing

_BLAS_THREADS: Final = "OPENBLAS_NUM_THREADS"


def main() -> None:
    """Run the command line and exit with its status."""
    open_missing()  # before all else: frozen, the processes that it starts begin here too
    multiprocessing.freeze_support()
    _forget_libraries()
    _load_numpy()
    from lenetpad.cli.parser import run

    sys.exit(run(sys.argv[1:]))


def _forget_libraries() -> None:
    """Let what the frozen program starts, such as a browser, find its own libraries.

    PyInstaller's loader points LD_LIBRARY_PATH at the bundle's and keeps what was there before.
    The program itself needs it no more: it was read when the process began.
    """
    before = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if before is not None:
        os.environ["LD_LIBRARY_PATH"] = before
    elif frozen():
        os.environ.pop("LD_LIBRARY_PATH", None)


def _load_numpy() -> None:
    """Let NumPy compute in one thread: on a machine that is at work, the threads of its BLAS wait
    for each other ten times as long as its small products take. Torch keeps its own."""
    if _BLAS_THREADS in os.environ or "OMP_NUM_THREADS" in os.environ:
        return  # somebody has decided it
    os.environ[_BLAS_THREADS] = "1"
    import numpy as np  # noqa: F401  # it reads that when it is loaded

    del os.environ[_BLAS_THREADS]


if __name__ == "__main__":
    main()
