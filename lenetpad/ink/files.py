"""Ink files: JSON lines, one drawing a line, plain (.jsonl) or compressed (.jsonl.gz).

``{"label": 7, "strokes": [[[x, y], …], …], "writer": …, "t": [[…], …], "pressure": [[…], …]}``,
x right, y down, in any unit; t in seconds and pressure from 0 to 1 have a list for each stroke.
All but the strokes may be left out, and other keys are ignored. A label "7" is a 7, and "147" is
a number of three digits beside each other.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import msgspec
import numpy as np

from lenetpad.ink.pictures import normalised, read_counted, read_picture
from lenetpad.ink.strokes import Ink, InkError, Stroke
from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import opened, too_large, unpacking

__all__ = [
    "Drawing",
    "Label",
    "check_lines",
    "drawing_text",
    "ink_from_text",
    "ink_text",
    "is_ink",
    "iterate_ink",
    "iterate_lines",
    "label_from",
    "normalised",
    "number_in",
    "read_counted",
    "read_ink",
    "read_picture",
    "write_ink",
]

SUFFIXES: Final = (".jsonl", ".jsonl.gz", ".json")
#: Bytes, also unpacked. The largest set that we know has 18 MB, a stroke of a million points 70.
LARGEST_FILE: Final = 96 << 20
#: Of a file, with blank lines; that set has 27,297 drawings, 31,095 strokes, a million points.
MOST_LINES: Final = 100_000
MOST_STROKES: Final = 100_000
MOST_POINTS_IN_A_FILE: Final = 3_000_000
#: Of a drawing: a pen that reports 250 a second draws 80 minutes without a pause. While its line
#: is decoded, a point takes over a hundred bytes.
MOST_POINTS: Final = 1_200_000
DIGITS: Final = tuple("0123456789")
#: The endings of the names of pictures, also of those that are read only where a library is there.
PICTURES: Final = (
    *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff"),
    *(".webp", ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".heic", ".heif"),
)
#: What the window labels a drawing with that shows no digit; any other text says the same.
NO_DIGIT: Final = "no digit"
#: Characters of a label, or of a writer's name.
LONGEST_TEXT: Final = 1000
DEFAULT_PRESSURE: Final = 0.5  # as Stroke.of has it; not written
#: So many points are written as JSON at once.
TOGETHER: Final = 4096
EXPECTED: Final = 'expected {"label": 7, "strokes": [[[x, y], …], …]}'


#: What a drawing shows: a digit, a text of several digits, the name of something else, or nobody
#: has said.
Label = int | str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Ink with what it shows (a digit, or the name of something else) and who drew it."""

    ink: Ink
    label: Label = None
    writer: str | None = None


_Whole = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]


class _Entry(msgspec.Struct, gc=False):
    """A line of an ink file; other keys are ignored."""

    strokes: list[list[tuple[float, float]]]
    label: _Whole | _Text | None = None
    writer: _Whole | _Text | None = None
    t: list[list[float]] | None = None
    pressure: list[list[float]] | None = None


_DECODER: Final = msgspec.json.Decoder(_Entry)


def read_ink(path: Path) -> list[Drawing]:
    """Read an ink file; whether it is compressed is seen from its magic number.

    Raises InkError, in one line that names the file and where it applies the line, for a file that
    cannot be read, is damaged, holds no drawing, or holds anything but drawings.
    """
    with opened(path, LARGEST_FILE, InkError) as file, unpacking(file, path, InkError) as stream:
        lines = list(_lines(stream, path))  # too many are refused before any is decoded
    return [drawing for _, drawing in _drawings(lines, path)]


def iterate_ink(path: Path) -> Iterator[Drawing]:
    """The drawings of an ink file one by one, read no further than they are asked for.

    Yields at least one. Raises InkError as ``read_ink`` does, when it comes to the fault.
    """
    for _, drawing in iterate_lines(path):
        yield drawing


def iterate_lines(path: Path) -> Iterator[tuple[bytes, Drawing]]:
    """The same, each drawing with its line as the file has it."""
    with opened(path, LARGEST_FILE, InkError) as file, unpacking(file, path, InkError) as stream:
        yield from _drawings(_lines(stream, path), path)


def check_lines(content: bytes, path: Path) -> None:
    """See that what an ink file is to hold, unpacked, can be read. Raises InkError as ``read_ink``
    does; ``path`` is what the error names."""
    for _ in _drawings(_lines(io.BytesIO(content), path), path):
        pass


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


def ink_text(ink: Ink, label: Label = None) -> str:
    """Ink as one line of an ink file, without the newline. Raises InkError for no ink."""
    return _line(Drawing(ink, label))


def drawing_text(drawing: Drawing) -> str:
    """A drawing with label and writer as one line of an ink file, without the newline. Raises
    InkError for no ink."""
    return _line(drawing)


def ink_from_text(text: str) -> Ink:
    """The ink of one line of an ink file. Raises InkError for anything else."""
    if len(text) > LARGEST_FILE:
        raise InkError(f"the text is longer than {LARGEST_FILE >> 20} MB; draw it in parts")
    return _drawing(text.encode(errors="surrogatepass")).ink


def label_from(text: str) -> Label:
    """The label that is typed: a digit, a text of several digits, or one for what is no number;
    none where it is blank."""
    word = " ".join(text.split())
    return int(word) if word in DIGITS else word[:LONGEST_TEXT] or None


def number_in(label: Label) -> str | None:
    """The digits of a label that says a number of several; None for any other label."""
    several = isinstance(label, str) and len(label) > 1 and label.isascii() and label.isdigit()
    return str(label) if several else None


def _lines(stream: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """The file's lines with their numbers, blank ones left out, as far as the limits."""
    left, number, lists = LARGEST_FILE, 0, 0
    while line := stream.readline(left + 1):
        left, number = left - len(line), number + 1
        if left < 0:
            raise InkError(too_large(path, LARGEST_FILE))
        lists += line.count(b"[")  # one for each point and each stroke
        if number > MOST_LINES or lists > MOST_POINTS_IN_A_FILE + 3 * MOST_STROKES:
            raise InkError(
                f"{path} holds over {MOST_LINES:,} lines or {MOST_POINTS_IN_A_FILE:,} points; "
                "split it into smaller files"
            )
        if not line.isspace():
            yield number, line


def _drawings(lines: Iterable[tuple[int, bytes]], path: Path) -> Iterator[tuple[bytes, Drawing]]:
    """A file's lines with their drawings, at least one."""
    strokes = 0
    for number, line in lines:
        try:
            drawing = _drawing(line)
        except InkError as error:
            raise InkError(f"{path}, line {number}: {error}") from None
        strokes += len(drawing.ink.strokes)
        if strokes > MOST_STROKES:
            raise InkError(
                f"{path} holds over {MOST_STROKES:,} strokes; split it into smaller files"
            )
        yield line, drawing
    if strokes == 0:
        raise InkError(f"{path} holds no drawing; {EXPECTED} on each line")


def _drawing(line: bytes) -> Drawing:
    """One drawing from its line; the error does not yet say which line."""
    line = line.removeprefix(codecs.BOM_UTF8)
    # What would take much memory as objects is refused as text.
    if line.count(b"[") > MOST_POINTS + 3 * MOST_STROKES or line.count(b",") > 5 * MOST_POINTS:
        raise InkError(f"more than {MOST_POINTS:,} points; draw it in parts")
    try:
        entry = _DECODER.decode(line)
    except (msgspec.MsgspecError, RecursionError, ValueError) as fault:
        raise InkError(_explained(line, fault)) from None
    # Many sets number their writers.
    writer = str(entry.writer) if isinstance(entry.writer, int) else entry.writer
    return Drawing(_ink(entry), _plain(entry.label), writer)


def _plain(label: Label) -> Label:
    """The label, as a digit where it is a text that only says one; of digits without spaces."""
    text = label.strip() if isinstance(label, str) else ""
    if text in DIGITS:
        return int(text)
    return number_in(text) or label


def _explained(line: bytes, fault: Exception) -> str:
    """What is wrong with a line that is no drawing."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return "not UTF-8 text; save the file as UTF-8"
    if isinstance(fault, RecursionError):
        return f"not JSON that a drawing could be; {EXPECTED}"
    if not isinstance(fault, msgspec.ValidationError):
        return f"not JSON ({fault}); {EXPECTED}"
    what, _, place = str(fault).partition(" - at `$")
    found = re.match(r"\.(\w+)(?:\[(\d+)\])?", place)
    key, stroke = found.groups() if found else (None, None)
    number = int(stroke) + 1 if stroke else "a"
    match key:
        case "label":
            return f'"label" must be a whole number or a text of a few words: {what}'
        case "writer":
            return f'"writer" must be a text of a few words: {what}'
        case "strokes" if stroke:
            return f'stroke {number} of "strokes" is no list of [x, y] points ({what}); {EXPECTED}'
        case "t" | "pressure" if stroke:
            return (
                f'list {number} of "{key}" is no list of numbers ({what}); correct it, or leave '
                f"{key} out"
            )
        case "t" | "pressure":
            return f'"{key}" must hold one list for each of the strokes, or be left out'
        case _:
            return f'no list of "strokes"; {EXPECTED}'


def _ink(entry: _Entry) -> Ink:
    """The strokes with their times and pressures; strokes without points are dropped."""
    count = len(entry.strokes)
    times, pressures = (
        _per_stroke(values, key, count)
        for key, values in (("t", entry.t), ("pressure", entry.pressure))
    )
    strokes = []
    for number, (xy, t, pressure) in enumerate(
        zip(entry.strokes, times, pressures, strict=True), 1
    ):
        if not xy:  # the pen was lifted where it had not drawn
            continue
        for key, values in (("t", t), ("pressure", pressure)):
            if values is not None and len(values) != len(xy):
                raise InkError(
                    f'stroke {number} has {len(xy)} points, so its "{key}" must be a list of '
                    f"{len(xy)} numbers; correct it, or leave {key} out"
                )
        points = np.empty((len(xy), 4))
        points[:, :2] = np.fromiter(chain.from_iterable(xy), np.float64, 2 * len(xy)).reshape(
            -1, 2
        )
        points[:, 2] = 0.0 if t is None else t
        points[:, 3] = DEFAULT_PRESSURE if pressure is None else pressure
        try:
            strokes.append(Stroke(points))
        except InkError as error:
            raise InkError(f"stroke {number}: {error}; correct it, or delete the line") from None
    if not strokes:
        raise InkError(f'"strokes" holds no point; delete the line, or {EXPECTED}')
    return Ink(tuple(strokes))


def _per_stroke(
    lists: list[list[float]] | None, key: str, count: int
) -> Sequence[list[float] | None]:
    """The lists under an optional key, one a stroke."""
    if lists is None:
        return [None] * count
    if len(lists) != count:
        raise InkError(
            f'"{key}" must hold one list for each of the {count} strokes, or be left out'
        )
    return lists


def _line(drawing: Drawing) -> str:
    """One drawing as JSON, without what a reader would assume anyway."""
    strokes = drawing.ink.strokes
    if not strokes:
        raise InkError("a drawing without ink cannot be saved; draw something first")
    parts = []
    if drawing.label is not None:
        parts.append(f'"label":{json.dumps(drawing.label)}')
    parts.append(_listed("strokes", [stroke.xy.tolist() for stroke in strokes]))
    if drawing.writer is not None:
        parts.append(f'"writer":{json.dumps(drawing.writer)}')
    times = [np.round(stroke.points[:, 2], 3) for stroke in strokes]
    if any(t.any() for t in times):
        parts.append(_listed("t", [t.tolist() for t in times]))
    if any((stroke.points[:, 3] != DEFAULT_PRESSURE).any() for stroke in strokes):
        parts.append(_listed("pressure", [stroke.points[:, 3].tolist() for stroke in strokes]))
    return f"{{{','.join(parts)}}}"


def _listed(key: str, lists: Sequence[list[Any]]) -> str:
    """A key with a list of each stroke, as JSON. Of a long stroke in parts, for as long as one is
    written no other thread can do anything."""
    texts = []
    for values in lists:
        parts = [values[at : at + TOGETHER] for at in range(0, len(values), TOGETHER)]
        packed = [json.dumps(_short_all(part), separators=(",", ":"))[1:-1] for part in parts]
        texts.append(f"[{','.join(packed)}]")
    return f'"{key}":[{",".join(texts)}]'


def _short_all(values: list[Any]) -> list[Any]:
    """Numbers, or points, without ".0"."""
    return [
        [_short(v) for v in value] if isinstance(value, list) else _short(value)
        for value in values
    ]


def _short(value: float) -> float:
    """The same number, whole if it is, so that it is written without ".0"."""
    return int(value) if value.is_integer() else value
