"""Standard streams that are always there.

A Windows program without a console, and a process that was started with ``>&-``, have none: Python
then has None for them, and what prints, such as a library's progress bar, would fail. Worse, the
next file that is opened would get the number of the one that is missing, and a process that is
started would write into it.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO


def open_missing() -> None:
    """Put what takes everything and shows nothing where a standard stream is missing."""
    while True:
        number = os.open(os.devnull, os.O_RDWR)
        if number > 2:
            os.close(number)
            break
        os.set_inheritable(number, True)  # for processes that are started, too
    if sys.stdout is None:
        sys.stdout = nowhere()
    if sys.stderr is None:
        sys.stderr = nowhere()


def nowhere() -> TextIO:
    """A stream that takes everything and shows nothing."""
    return open(os.devnull, "w", encoding="utf-8", errors="backslashreplace")
