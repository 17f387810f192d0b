"""Atomic writes: files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def replace(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path``, to the disk, and put it in its place.

    Whatever goes wrong, OSError of a full disk too, leaves the file of before and nothing beside.
    """
    with atomic_write(path) as file:
        file.write(content)


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, for what is too large for ``replace``, and as safe.

    It comes into its place when the block ends, and vanishes where it ends by an exception.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def append(path: Path, content: bytes) -> None:
    """Add ``content`` to a file, all of it or, with an OSError, nothing."""
    left = memoryview(content)
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            while left:
                left = left[file.write(left) :]
        except OSError:
            with contextlib.suppress(OSError):  # what matters is why it could not be written
                os.truncate(path, before)
            raise
