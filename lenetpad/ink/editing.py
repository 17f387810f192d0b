"""Ink files in which drawings are added, labelled and deleted; all else in them stays as it is.

A file is written anew, whole or not at all, under a lock, so that no window undoes what another
has done meanwhile. A file that cannot be read is not touched.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import filelock
import msgspec

from lenetpad.ink.files import (
    LARGEST_FILE,
    MOST_LINES,
    MOST_STROKES,
    Drawing,
    Label,
    check_lines,
    drawing_text,
    ink_text,
)
from lenetpad.ink.kept_sheets import LOCKLESS
from lenetpad.ink.strokes import InkError
from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import GZIP_MAGIC, opened, too_large, unpacking

#: How long another that changes the same file is waited for.
LOCK_SECONDS: Final = 20.0
#: Of a line's digest.
DIGEST_BYTES: Final = 16
BOM: Final = b"\xef\xbb\xbf"

#: A file as it was at a moment: inode, bytes and time of its last change.
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A drawing as it was seen in a file: which one, from 0, and the digest of its line.

    Where others have come or gone before it, it is found by its digest.
    """

    number: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Append:
    """Add a drawing at the end of a file, which is begun where it is not there."""

    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Extend:
    """Add several drawings at the end of a file, each with its label and its writer."""

    drawings: tuple[Drawing, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Put these lines in the place of all that a file holds, which is what was ``seen`` there:
    those of another time."""

    content: bytes
    seen: bytes


@dataclass(frozen=True, slots=True)
class Delete:
    """Take drawings out of a file."""

    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Relabel:
    """Give drawings other labels; None takes a label away."""

    labels: tuple[tuple[Place, Label], ...]


@dataclass(frozen=True, slots=True)
class Restore:
    """Put lines back that were deleted, each with the number that its drawing had."""

    lines: tuple[tuple[int, bytes], ...]


Edit = Append | Extend | Exchange | Delete | Relabel | Restore
#: Edits that begin a file where it is not there.
BEGINNING: Final = (Append, Extend, Exchange)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit has done.

    ``before`` and ``stamp`` are the file's, before (None where it was not there) and after it, and
    ``count`` its drawings now. ``places`` are those of the drawings that were added, labelled or
    put back, ``removed`` the lines that were deleted, with their drawings' numbers.
    """

    before: Stamp | None
    stamp: Stamp
    count: int
    places: tuple[Place, ...] = ()
    removed: tuple[tuple[int, bytes], ...] = ()


def digest_of(line: bytes) -> bytes:
    """What tells a drawing's line from others."""
    return hashlib.blake2b(line.strip(), digest_size=DIGEST_BYTES).digest()


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file with this status."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def edit_ink(
    path: Path, edit: Edit, known: Stamp | None = None, *, thorough: bool = True
) -> Edited | None:
    """Change an ink file, plain or compressed as it is; a new one by its name.

    All of it is looked through first, unless it is still the file of the stamp ``known``, which
    was. Where that has to be and ``thorough`` is False, nothing is done and None returned. Raises
    InkError, and leaves the file as it is, where it cannot be read or written, or where a drawing
    that is to be changed is in it no more.
    """
    path = Path(os.path.realpath(path))  # what a link points to, not the link
    with _locked(path):
        file = _read(path, may_be_new=isinstance(edit, BEGINNING))
        lines = file.content.split(b"\n")
        edited, places, removed = _edited(lines, edit, path)
        content = b"\n".join(edited)
        unknown = file.stamp != known and not isinstance(edit, Exchange)
        much = _may_be_too_much(edit, edited, content)
        if (unknown or much) and not thorough:
            return None
        if unknown and file.content.strip():  # one that has lost its last drawing is none
            check_lines(file.content, path)
        if much:
            check_lines(content, path)
        stamp = _write(path, content, file)
    count = sum(1 for line in edited if line.strip())
    return Edited(file.stamp, stamp, count, places, removed)


def line_at(path: Path, place: Place) -> bytes:
    """The line of a drawing, which is not decoded. Raises InkError where it is there no more."""
    lines = enumerate(_stream(path))
    line = next((line for number, line in lines if number == place.number), b"")
    if digest_of(line) != place.digest:
        same = (other for other in _stream(path) if digest_of(other) == place.digest)
        line = next(same, b"")
        if not line:
            raise InkError(_gone(path, place))
    return line.strip()


def _stream(path: Path) -> Iterator[bytes]:
    """The lines that hold drawings, one by one."""
    with opened(path, LARGEST_FILE, InkError) as file, unpacking(file, path, InkError) as stream:
        while line := stream.readline(LARGEST_FILE):
            if line.strip():
                yield line


def _gone(path: Path, place: Place) -> str:
    return f"{path} has changed: drawing {place.number + 1} is in it no more; open it again"


# What is done to the lines


def _edited(
    lines: list[bytes], edit: Edit, path: Path
) -> tuple[list[bytes], tuple[Place, ...], tuple[tuple[int, bytes], ...]]:
    """The lines after an edit, the places of what is new in them, and what was removed."""
    match edit:
        case Append(drawing):
            line = ink_text(drawing.ink, drawing.label).encode()
            number = sum(1 for other in lines if other.strip())
            return _ended(lines, [line]), (Place(number, digest_of(line)),), ()
        case Extend(drawings):
            new = [drawing_text(drawing).encode() for drawing in drawings]
            first = sum(1 for other in lines if other.strip())
            added = tuple(Place(first + at, digest_of(line)) for at, line in enumerate(new))
            return _ended(lines, new), added, ()
        case Exchange(content, seen):
            if b"\n".join(lines) != seen:
                raise InkError(f"{path} has changed meanwhile; try again")
            return content.split(b"\n"), (), ()
        case Delete(places):
            gone = set(_found(lines, places, path))
            numbers = {index: number for number, index in enumerate(_drawings(lines))}
            removed = tuple((numbers[index], lines[index]) for index in sorted(gone))
            return [line for at, line in enumerate(lines) if at not in gone], (), removed
        case Relabel(labels):
            changed = list(lines)
            found = _found(lines, [place for place, _ in labels], path)
            for index, (_, label) in zip(found, labels, strict=True):
                changed[index] = _labelled(lines[index], label)
            return changed, _places(changed, found), ()
        case Restore(restored):
            return _with(lines, restored)


def _drawings(lines: Sequence[bytes]) -> list[int]:
    """Which of the lines hold drawings."""
    return [index for index, line in enumerate(lines) if line.strip()]


def _found(lines: Sequence[bytes], places: Iterable[Place], path: Path) -> list[int]:
    """Where drawings are now: at their places, or else the nearest line that is the same."""
    drawings = _drawings(lines)
    everywhere: dict[bytes, list[int]] | None = None
    found = []
    for place in places:
        at = place.number
        if at >= len(drawings) or digest_of(lines[drawings[at]]) != place.digest:
            if everywhere is None:  # made once, where something has changed
                everywhere = {}
                for number, index in enumerate(drawings):
                    everywhere.setdefault(digest_of(lines[index]), []).append(number)
            same = everywhere.get(place.digest)
            if not same:
                raise InkError(_gone(path, place))
            at = min(same, key=lambda number: abs(number - place.number))
        found.append(drawings[at])
    return found


def _labelled(line: bytes, label: Label) -> bytes:
    """A drawing's line with another label; every other value stays as it is written."""
    body = line.strip()
    start = line.index(body)
    bom = BOM if body.startswith(BOM) else b""
    fields = msgspec.json.decode(body.removeprefix(BOM), type=dict[str, msgspec.Raw])
    if label is None:
        fields.pop("label", None)
    else:
        value = msgspec.Raw(msgspec.json.encode(label))
        fields = fields | {"label": value} if "label" in fields else {"label": value, **fields}
    return line[:start] + bom + msgspec.json.encode(fields) + line[start + len(body) :]


def _ended(lines: Sequence[bytes], new: Iterable[bytes]) -> list[bytes]:
    """The lines with new ones at their end, the last of them ended too."""
    if lines[-1].strip():  # it was not
        return [*lines, *new, b""]
    return [*lines[:-1], *new, lines[-1]]


def _with(
    lines: Sequence[bytes], restored: tuple[tuple[int, bytes], ...]
) -> tuple[list[bytes], tuple[Place, ...], tuple[tuple[int, bytes], ...]]:
    """The lines with others put back, so that their drawings have their numbers again."""
    waiting = deque(restored)
    merged: list[bytes] = []
    indices: list[int] = []
    number = 0
    for line in lines:
        if line.strip():
            while waiting and waiting[0][0] <= number:
                indices.append(len(merged))
                merged.append(waiting.popleft()[1])
                number += 1
            number += 1
        merged.append(line)
    if waiting:
        end = len(merged) - (not merged[-1].strip())  # before what follows the last newline
        indices.extend(range(end, end + len(waiting)))
        merged = _ended(merged, [line for _, line in waiting])
    return merged, _places(merged, indices), ()


def _places(lines: Sequence[bytes], indices: Iterable[int]) -> tuple[Place, ...]:
    """The places of the drawings in some of the lines."""
    numbers = {index: number for number, index in enumerate(_drawings(lines))}
    return tuple(Place(numbers[index], digest_of(lines[index])) for index in indices)


def _may_be_too_much(edit: Edit, lines: Sequence[bytes], content: bytes) -> bool:
    """Whether an edit may have made more of a file, all of which could be read, than can be."""
    if len(content) > LARGEST_FILE or len(lines) > MOST_LINES:
        return True
    if isinstance(edit, Exchange):  # of which nothing is known
        return bool(content.strip())
    if not isinstance(edit, Append | Extend | Restore) or content.count(b"[") <= MOST_STROKES:
        return False
    # Each stroke, and each list of times and pressures, begins with two brackets. Line by line:
    # for as long as one takes no other thread can do anything.
    return sum(line.translate(None, b" \t\r").count(b"[[") for line in lines) > MOST_STROKES


# The file


@dataclass(frozen=True, slots=True)
class _File:
    """What is in a file, unpacked; no ``stamp`` where it is not there."""

    content: bytes
    packed: bool
    stamp: Stamp | None = None
    mode: int | None = None


def _read(path: Path, *, may_be_new: bool = False) -> _File:
    if may_be_new and not os.path.lexists(path):
        return _File(b"", path.name.lower().endswith(".gz"))
    with opened(path, LARGEST_FILE, InkError) as file:
        status = os.fstat(file.fileno())
        with unpacking(file, path, InkError) as stream:
            content = stream.read(LARGEST_FILE + 1)
            file.seek(0)
            packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    if len(content) > LARGEST_FILE:
        raise InkError(too_large(path, LARGEST_FILE))
    if may_be_new and status.st_size == 0:
        packed = path.name.lower().endswith(".gz")
    return _File(content, packed, stamp_of(status), status.st_mode)


def _write(path: Path, content: bytes, before: _File) -> Stamp:
    """Put what a file is to hold in its place, with its permissions of before."""
    if before.stamp is not None and not os.access(path, os.W_OK):
        raise InkError(f"{path} may not be written to; save a copy, and change that")
    try:
        packed = gzip.compress(content, 6, mtime=0) if before.packed else content
        with disk.atomic_write(path) as file:
            file.write(packed)
            if before.mode is not None and hasattr(os, "fchmod"):
                with suppress(OSError):  # of a file system that has none
                    os.fchmod(file.fileno(), before.mode & 0o777)
        return stamp_of(path.stat())
    except OSError as error:
        raise InkError(_why_not(path, error)) from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile. The lock is a hidden file beside it, which holds for
    all who can write there, and goes when it is given back."""
    if not path.parent.is_dir():  # the lock would make it
        raise InkError(f"{path} cannot be written: there is no such folder; choose another")
    name = hashlib.blake2b(os.fsencode(path.name), digest_size=8).hexdigest()
    place = path.with_name(f".{name}.lock")
    lock = filelock.FileLock(place, timeout=LOCK_SECONDS)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise InkError(f"{path} is being changed by another window; try again") from None
    except (OSError, NotImplementedError) as error:
        if getattr(error, "errno", LOCKLESS[0]) not in LOCKLESS:
            raise InkError(_why_not(path, error)) from None
        yield  # a file system without locks
        return
    try:
        yield
    finally:
        with suppress(OSError):
            place.unlink()  # while it is locked: who waits for it notices, and makes another
        lock.release()


def _why_not(path: Path, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or error
    return f"{path} cannot be written: {reason}; make room there, or choose another file"
