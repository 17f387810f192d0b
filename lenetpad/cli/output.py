"""Everything that commands write to a terminal goes through here.

Names and notes come from files, and files from strangers: no control character of theirs reaches
the terminal. Within a command's own lines, a name is put in with ``escaped``, so that it cannot
begin a line; ``guarded`` is the net below for whatever else is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from lenetpad.storage.decoding import LONGEST_MESSAGE, escaped, one_line

PROGRAM: Final = "lenetpad: "


def say(message: object) -> None:
    """A line on stderr, cut to what is read in one go, that does not disturb the result."""
    print(one_line(f"{PROGRAM}{message}", LONGEST_MESSAGE), file=sys.stderr)


@contextmanager
def telling_new_folder(folder: Path) -> Iterator[None]:
    """Say that a folder was made, if it is not there before the block and is there after it: its
    name may have been a slip."""
    was_there = folder.exists()
    try:
        yield
    finally:
        if not was_there and folder.exists():
            say(f"the folder {folder} was made")


@contextmanager
def guarded() -> Iterator[None]:
    """Let no control character but line ends, and nothing that cannot be encoded, be printed."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _guard(sys.stdout), _guard(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def unguarded(stream: TextIO) -> TextIO:
    """The stream below a guarded one, for what moves the cursor: progress bars."""
    return stream.below if isinstance(stream, _Guarded) else stream


class _Guarded:
    """A text stream that escapes what no terminal should get.

    What it does not do itself, the stream ``below`` does.
    """

    def __init__(self, below: TextIO) -> None:
        self.below = below

    def write(self, text: str) -> int:
        plain = "\n".join(map(escaped, text.split("\n")))
        encoding = getattr(self.below, "encoding", None) or "utf-8"
        self.below.write(plain.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


def _guard(stream: TextIO | None) -> Any:
    """A stream guarded; a program without a terminal has none."""
    return stream if stream is None or isinstance(stream, _Guarded) else _Guarded(stream)
