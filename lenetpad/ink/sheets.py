"""Files, pictures and texts from outside to sheets that fit the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.ink import journal
from lenetpad.ink.contents import Contents, read_contents
from lenetpad.ink.editing import Place
from lenetpad.ink.files import ink_from_text, is_ink, read_counted
from lenetpad.ink.lines import Line
from lenetpad.ink.strokes import Ink, InkError, Sheet, Stroke

UNITS: Final = 1000.0  # the canvas's side in the unit of its strokes
#: A sheet on the clipboard: one with as many points as an ink file may have, and more.
LARGEST_JOURNAL: Final = 64 << 20
#: How much of the canvas foreign ink takes up, and how small it may be before it is made to.
FITTED: Final = 0.7
SMALLEST: Final = 0.1
#: A line of writing, so many times as wide as high at least, may go on beyond the canvas: it
#: becomes as wide.
LINE: Final = 2.0
WIDEST: Final = 8.0  # in sides of the canvas
#: How much of the canvas a line's picture takes up, at most.
PICTURE_WIDTH: Final = 0.92
PICTURE_HEIGHT: Final = 0.5

#: Left, top, right and bottom.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Source:
    """What a sheet is read from: a file, or else the bytes of a picture or of a journal, or a line
    of an ink file. ``place`` says which of a file's drawings is wanted: then its line is read."""

    path: Path | None = None
    place: Place | None = None
    picture: bytes = b""
    journal: bytes = b""
    text: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.path.name if self.path else "the clipboard"


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet that was read, and what the user should know of it; of an ink file, all that is in
    it, and of a picture of several lines of writing, a sheet of each, one of which it is."""

    sheet: Sheet
    note: str = ""
    contents: Contents | None = None
    lines: tuple[Sheet, ...] = ()


def read_sheet(source: Source) -> Found:
    """The first drawing of an ink file, or a picture normalised. Raises InkError, OSError."""
    path = source.path
    if path is None:
        if source.picture:
            return _shown(source.picture)
        if source.journal:
            return Found(_sheet_in(source.journal))
        return Found(Sheet(fitted(ink_from_text(source.text))))
    if not is_ink(path):
        return _shown(path)
    contents, first = read_contents(path)
    note = f"Not all of the file can be read: {contents.fault}" if contents.fault else ""
    return Found(Sheet(fitted(first)), note, contents)


def _shown(source: Path | bytes) -> Found:
    image, _, lines = read_counted(source)
    if not lines:
        return Found(Sheet(picture=image))
    sheets = tuple(Sheet(picture=line.ink) for line in lines)
    return Found(sheets[_chosen(lines)], lines=sheets if len(sheets) > 1 else ())


def _chosen(lines: Sequence[Line]) -> int:
    """The place of the first line that is no mere mark beside the others."""
    inked = [line.scale**2 * float(line.ink.sum()) for line in lines]
    return next(place for place, ink in enumerate(inked) if ink >= max(inked) / 2)


def _sheet_in(content: bytes) -> Sheet:
    if len(content) > LARGEST_JOURNAL:
        raise InkError("the clipboard's sheet is too large; save it as a file")
    found = journal.recovered(content)
    if found.fault or not found.whole:
        raise InkError(f"the clipboard's sheet is damaged: {found.fault}; copy it again")
    return found.history.present


def line_scale(shape: tuple[int, int]) -> float:
    """How many of the strokes' units a pixel of a line's picture (rows, columns) is on the canvas,
    in whose middle it lies."""
    rows, columns = shape
    return min(PICTURE_WIDTH * UNITS / columns, PICTURE_HEIGHT * UNITS / rows)


def on_canvas(box: Box, shape: tuple[int, int]) -> Box:
    """A box in pixels of a line's picture (rows, columns), in the strokes' unit."""
    scale, middles = line_scale(shape), (shape[1] / 2, shape[0] / 2) * 2
    left, top, right, bottom = (
        UNITS / 2 + scale * (at - middle) for at, middle in zip(box, middles, strict=True)
    )
    return left, top, right, bottom


def fitted(ink: Ink) -> Ink:
    """Ink of any unit on the canvas: as it is where it lies on it well, or on a wide one, else
    scaled to fit."""
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max())
    (width, height), (right, bottom) = (high - low).tolist(), high.tolist()
    line = width >= LINE * height and low[0] < UNITS / 2
    fits = low.min() >= 0 and bottom <= UNITS and right <= UNITS * (WIDEST if line else 1)
    if fits and span >= SMALLEST * UNITS:
        return ink
    scale = FITTED * UNITS / span if span > 0 else 1.0
    strokes = []
    for stroke in ink.strokes:
        moved = stroke.points.copy()
        moved[:, :2] = (stroke.xy - (low + high) / 2) * scale + UNITS / 2
        strokes.append(Stroke(moved))
    return Ink(tuple(strokes))
