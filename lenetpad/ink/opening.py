"""Opening a file that a user named, with one clear line where that is not possible."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from lenetpad.ink.strokes import InkError

#: Larger files are no drawing of anybody's; refusing them keeps the memory bounded.
LARGEST_FILE: Final = 256 * 2**20


def opened(path: Path) -> BinaryIO:
    """Open a regular file of at most ``LARGEST_FILE`` bytes for reading.

    Raises InkError, naming the file, where it is missing, a folder, too large or not readable.
    """
    try:
        if path.is_dir():
            raise InkError(f"{path} is a folder; name a file in it")
        if path.exists() and not path.is_file():  # a pipe would wait for ever
            raise InkError(f"{path} is not a regular file; copy what it gives into a file first")
        if path.stat().st_size > LARGEST_FILE:
            raise InkError(too_large(path))
        return path.open("rb")
    except FileNotFoundError:
        raise InkError(f"{path} does not exist; check the name") from None
    except OSError as error:
        raise InkError(f"{path} cannot be read: {error.strerror or error}") from None


def too_large(path: Path) -> str:
    """What to say of a file that is over the limit, or unpacks to more."""
    return f"{path} holds more than {LARGEST_FILE >> 20} MB; split it into smaller files"
