"""Atomic writes: files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

#: What a file is called until it is whole. Only a process that was killed leaves one.
TEMPORARY: Final = ".tmp"
#: A temporary file that is so old belongs to nobody who still writes to it.
LEFT_SECONDS: Final = 3600.0


def replace(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path``, to the disk, and put it in its place.

    Whatever goes wrong, OSError of a full disk too, leaves the file of before and nothing beside.
    """
    with atomic_write(path) as file:
        file.write(content)


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, for what is too large for ``replace``, and as safe.

    It comes into its place when the block ends, and vanishes where it ends by an exception. Where
    the system can, it has no name until then, so that not even a killed process leaves it.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}{TEMPORARY}")
    try:
        with _nameless(path.parent) or temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if not temporary.exists():
                _name(file, temporary)
        temporary.replace(path)
        with contextlib.suppress(OSError):  # where a folder cannot be opened
            sync(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _nameless(folder: Path) -> BinaryIO | None:
    """A new file without a name in a folder; None where system or file system have no such."""
    if not hasattr(os, "O_TMPFILE") or not os.path.exists("/proc/self/fd"):
        return None
    try:
        return os.fdopen(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
    except OSError:
        return None


def _name(file: BinaryIO, path: Path) -> None:
    """Give a nameless file a name."""
    number = file.fileno()
    try:
        # Any folder will do: with one, the link of /proc is followed and not linked itself.
        os.link(f"/proc/self/fd/{number}", path, src_dir_fd=number)
    except OSError:  # a file system that makes such files and cannot name them
        file.seek(0)
        with path.open("xb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())


def clear_leftovers(folder: Path, older: float = LEFT_SECONDS) -> None:
    """Remove what killed processes have left of their atomic writes in a folder: temporary files
    that are ``older`` than so many seconds, 0 where nobody else writes there."""
    with contextlib.suppress(OSError):
        for path in folder.glob(f".*{TEMPORARY}"):
            if not older or time.time() - path.stat().st_mtime > older:
                path.unlink()


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


def sync(path: Path) -> None:
    """See that what was appended to a file, or renamed in a folder, is on the disk itself."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
