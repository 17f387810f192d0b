"""Ink files: JSON lines, one drawing a line, plain (.jsonl) or compressed (.jsonl.gz).

``{"label": 7, "strokes": [[[x, y], …], …], "writer": …, "t": [[…], …], "pressure": [[…], …]}``,
x right, y down, in any unit; t in seconds and pressure from 0 to 1 have a list for each stroke.
All but the strokes may be left out, and other keys are ignored.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from lenetpad.ink import opening
from lenetpad.ink.pictures import normalised, read_picture
from lenetpad.ink.strokes import Ink, InkError, Stroke
from lenetpad.storage import atomic as disk

__all__ = [
    "Drawing",
    "ink_from_text",
    "ink_text",
    "is_ink",
    "iterate_ink",
    "normalised",
    "read_ink",
    "read_picture",
    "write_ink",
]

SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".json")
GZIP_MAGIC: Final = b"\x1f\x8b"
DEFAULT_PRESSURE: Final = 0.5  # as Stroke.of has it; not written
EXPECTED: Final = 'expected {"label": 7, "strokes": [[[x, y], …], …]}'


@dataclass(frozen=True, slots=True)
class Drawing:
    """Ink with what it shows (a digit, or the name of something else) and who drew it."""

    ink: Ink
    label: int | str | None = None
    writer: str | None = None


def read_ink(path: Path) -> list[Drawing]:
    """Read an ink file; whether it is compressed is seen from its magic number.

    Raises InkError, in one line that names the file and where it applies the line, for a file that
    cannot be read, is damaged, holds no drawing, or holds anything but drawings.
    """
    return list(iterate_ink(path))


def iterate_ink(path: Path) -> Iterator[Drawing]:
    """The drawings of an ink file one by one, read no further than they are asked for.

    Yields at least one. Raises InkError as ``read_ink`` does, when it comes to the fault.
    """
    empty = True
    with opening.opened(path) as file:
        for number, line in _lines(file, path):
            if not line.strip():
                continue
            try:
                yield _drawing(_text(line))
            except InkError as error:
                raise InkError(f"{path}, line {number}: {error}") from None
            empty = False
    if empty:
        raise InkError(f"{path} holds no drawing; {EXPECTED} on each line")


def is_ink(path: Path) -> bool:
    """Whether a file's name says that it holds ink."""
    return path.name.lower().endswith(SUFFIXES)


def write_ink(path: Path, drawings: Iterable[Drawing]) -> None:
    """Write an ink file, compressed if its name ends in .gz; times are rounded to milliseconds.

    The file appears, or replaces an older one, whole or not at all. Raises InkError where there
    is nothing to write or the file cannot be written.
    """
    lines = [_line(drawing) for drawing in drawings]
    if not lines:
        raise InkError("there is no drawing to save")
    content = "".join(f"{line}\n" for line in lines).encode()
    if path.name.lower().endswith(".gz"):
        content = gzip.compress(content, mtime=0)
    try:
        disk.replace(Path(os.path.realpath(path)), content)  # what a link points to, not the link
    except OSError as error:
        reason = error.strerror or error
        raise InkError(f"{path} cannot be written: {reason}; save it elsewhere") from None


def ink_text(ink: Ink) -> str:
    """Ink as one line of an ink file, as the clipboard takes it. Raises InkError for no ink."""
    return _line(Drawing(ink))


def ink_from_text(text: str) -> Ink:
    """The ink of one line of an ink file. Raises InkError for anything else."""
    return _drawing(text).ink


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """The file's lines with their numbers, unpacked, as far as the size limit."""
    magic = file.read(len(GZIP_MAGIC))
    file.seek(0)
    stream: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=file) if magic == GZIP_MAGIC else file
    left, number = opening.LARGEST_FILE, 0
    try:
        while line := stream.readline(left + 1):
            left, number = left - len(line), number + 1
            if left < 0:
                raise InkError(opening.too_large(path))
            yield number, line
    except (OSError, EOFError, zlib.error) as error:
        reason = " ".join(str(error).split())
        raise InkError(
            f"{path} is damaged after line {number} ({reason}); copy it again"
        ) from None


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InkError("not UTF-8 text; save the file as UTF-8") from None


def _drawing(text: str) -> Drawing:
    """One drawing from its line; the error does not yet say which line."""
    try:
        entry = json.loads(text)
    except json.JSONDecodeError as error:
        raise InkError(f"not JSON ({error.msg} at column {error.colno}); {EXPECTED}") from None
    except (ValueError, RecursionError):  # a number of 5000 digits, 1000 nested lists
        raise InkError(f"not JSON that a drawing could be; {EXPECTED}") from None
    if not isinstance(entry, dict) or not isinstance(entry.get("strokes"), list):
        raise InkError(f'no list of "strokes"; {EXPECTED}')
    label, writer = entry.get("label"), entry.get("writer")
    if label is not None and (isinstance(label, bool) or not isinstance(label, int | str)):
        raise InkError(f'"label" must be a whole number or a text, not {_shown(label)}')
    if type(writer) is int:  # many sets number their writers
        writer = str(writer)
    if writer is not None and not isinstance(writer, str):
        raise InkError(f'"writer" must be a text, not {_shown(writer)}')
    return Drawing(_ink(entry), label, writer)


def _ink(entry: dict[str, Any]) -> Ink:
    """The strokes with their times and pressures; strokes without points are dropped."""
    points = entry["strokes"]
    times, pressures = (_per_stroke(entry, key, len(points)) for key in ("t", "pressure"))
    strokes = []
    for number, (xy, t, pressure) in enumerate(zip(points, times, pressures, strict=True), 1):
        if xy == []:  # the pen was lifted where it had not drawn
            continue
        if not _are_points(xy):
            raise InkError(f'stroke {number} of "strokes" is no list of [x, y] points; {EXPECTED}')
        for key, values in (("t", t), ("pressure", pressure)):
            if values is not None and not _are_numbers(values, len(xy)):
                raise InkError(
                    f'stroke {number} has {len(xy)} points, so its "{key}" must be a list of '
                    f"{len(xy)} numbers; correct it, or leave {key} out"
                )
        try:
            strokes.append(Stroke.of(xy, t, pressure))
        except InkError as error:
            raise InkError(f"stroke {number}: {error}; correct it, or delete the line") from None
    if not strokes:
        raise InkError(f'"strokes" holds no point; delete the line, or {EXPECTED}')
    return Ink(tuple(strokes))


def _per_stroke(entry: dict[str, Any], key: str, count: int) -> list[Any]:
    """The lists under an optional key, one a stroke."""
    lists = entry.get(key)
    if lists is None:
        return [None] * count
    if not isinstance(lists, list) or len(lists) != count:
        raise InkError(
            f'"{key}" must hold one list for each of the {count} strokes, or be left out'
        )
    return lists


def _are_points(xy: object) -> bool:
    return isinstance(xy, list) and all(_are_numbers(point, 2) for point in xy)


def _are_numbers(values: object, count: int) -> bool:
    # By their exact type, for JSON's true would pass as 1, and numpy reads "1" as 1.
    return (
        isinstance(values, list)
        and len(values) == count
        and all(type(value) is float or type(value) is int for value in values)
    )


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:40] + "…"


def _line(drawing: Drawing) -> str:
    """One drawing as JSON, without what a reader would assume anyway."""
    strokes = drawing.ink.strokes
    if not strokes:
        raise InkError("a drawing without ink cannot be saved; draw something first")
    entry: dict[str, Any] = {}
    if drawing.label is not None:
        entry["label"] = drawing.label
    entry["strokes"] = [[[_short(v) for v in point] for point in s.xy.tolist()] for s in strokes]
    if drawing.writer is not None:
        entry["writer"] = drawing.writer
    times = [np.round(stroke.points[:, 2], 3) for stroke in strokes]
    if any(t.any() for t in times):
        entry["t"] = [[_short(v) for v in t.tolist()] for t in times]
    if any((stroke.points[:, 3] != DEFAULT_PRESSURE).any() for stroke in strokes):
        entry["pressure"] = [[_short(v) for v in s.points[:, 3].tolist()] for s in strokes]
    return json.dumps(entry, separators=(",", ":"))


def _short(value: float) -> float:
    """The same number, whole if it is, so that it is written without ".0"."""
    return int(value) if value.is_integer() else value
