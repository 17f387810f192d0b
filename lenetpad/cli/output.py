"""Everything that commands write to a terminal goes through here.

Names and notes come from files, and files from strangers: no control character of theirs reaches
the terminal. Within a command's own lines, a name is put in with ``escaped``, so that it cannot
begin a line; ``guarded`` is the net below for whatever else is printed.
"""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO, cast

from lenetpad.storage.decoding import LONGEST_MESSAGE, escaped, one_line
from lenetpad.storage.streams import nowhere

PROGRAM: Final = "lenetpad: "
_PAIRS: Final = (
    "×=x ·=* …=... ±=+/- −=- –=- —=- ─=- ⅔=2/3 ¼=1/4 ²=^2 µ=u Σ=sum →=-> ≥=>= ≤=<="
    " ’=' ‘=' “=\" ”=\""
)
#: What a terminal gets that has not got the sign.
SIMPLER: Final = dict(pair.split("=", 1) for pair in _PAIRS.split())
#: The name under which Python knows how such signs are replaced.
_SIMPLER: Final = "lenetpad.simpler"
#: How a stream fails whose reader has gone, or that never was: the last is Windows' word for it.
_GONE: Final = {errno.EPIPE, errno.ESHUTDOWN, errno.EBADF} | (
    {errno.EINVAL} if sys.platform == "win32" else set()
)


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
    """Let no control character but line ends be printed, and nothing fail that is.

    A sign that the terminal has not got becomes a simpler one or an escape. What is printed for a
    reader that has gone, or without a terminal, is lost, and the work goes on.
    """
    before = sys.stdout, sys.stderr
    with nowhere() as none:
        # What goes to stdout may be a file that is wanted: a full disk is an error there.
        sys.stdout = _guard(sys.stdout or none, needed=True)
        sys.stderr = _guard(sys.stderr or none, needed=False)
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):  # else Python would try, and fail, when it ends
                    stream.flush()
            sys.stdout, sys.stderr = before


def unguarded(stream: TextIO) -> TextIO:
    """The stream below a guarded one, for what moves the cursor: progress bars."""
    return cast(TextIO, stream.below) if isinstance(stream, _Guarded) else stream


class _Lasting:
    """A text stream that does not fail for what cannot be encoded, nor for a reader that has gone.

    Other faults are raised once where it is ``needed``, such as a full disk; then what is written
    is lost. What it does not do itself, the stream ``below`` does.
    """

    def __init__(self, below: TextIO, *, needed: bool) -> None:
        self.below = below
        self._needed = needed

    def write(self, text: str) -> int:
        encoding = getattr(self.below, "encoding", None) or "utf-8"
        with self._lasting():
            self.below.write(text.encode(encoding, _SIMPLER).decode(encoding))
        return len(text)

    def flush(self) -> None:
        with self._lasting():
            self.below.flush()

    @contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # ValueError: somebody has closed it
            _lose_the_rest(self.below)
            if self._needed and isinstance(error, OSError) and error.errno not in _GONE:
                why = error.strerror or error
                raise OSError(f"the result cannot be written: {why}; write it elsewhere") from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


class _Guarded:
    """A text stream that escapes what no terminal should get, over one that lasts."""

    def __init__(self, below: _Lasting) -> None:
        self.below = below

    def write(self, text: str) -> int:
        self.below.write("\n".join(map(escaped, text.split("\n"))))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.below, name)


def _guard(stream: TextIO, *, needed: bool) -> Any:
    """A stream guarded, once."""
    if isinstance(stream, _Guarded):
        return stream
    return _Guarded(_Lasting(stream, needed=needed))


def _lose_the_rest(stream: TextIO) -> None:
    """Have what is in a stream's buffers, and all that follows, go nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        number = stream.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)


def _simpler(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for the signs that an encoding has not got."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    simpler = (
        SIMPLER.get(sign) or sign.encode("ascii", "backslashreplace").decode() for sign in signs
    )
    return "".join(simpler), error.end


codecs.register_error(_SIMPLER, _simpler)
