"""What is in an ink file, for showing all of its drawings small: labels, outlines, and where each
one is found again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.editing import DIGEST_BYTES, Stamp, digest_of, stamp_of
from lenetpad.ink.files import Label, iterate_lines
from lenetpad.ink.strokes import Ink, InkError

#: The largest coordinate of an outline: pictures of up to so many pixels show no difference.
GRID: Final = 200
#: Stands between two strokes of an outline.
BREAK: Final = 255
#: Points of an outline, at the most: what a small picture can show, and is painted in no time.
MOST_POINTS: Final = 240

#: Points (n, 2) of a drawing, 0 to ``GRID``, with (``BREAK``, ``BREAK``) behind each stroke.
Outline = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """All drawings of an ink file, as far as it can be read, packed: to send ten thousand of them
    from one thread to another must hold up neither.

    ``stamp`` is that of the file as it was read. ``digests`` are those of all lines, one after the
    other, and ``outlines`` (n, 2) those of all drawings; ``ends`` says where each one's end is.
    ``fault`` is what is wrong with the line behind the last drawing, "" where that was all.
    """

    path: Path
    stamp: Stamp
    labels: tuple[Label, ...]
    digests: bytes
    outlines: Outline
    ends: NDArray[np.int64]
    fault: str = ""

    def __post_init__(self) -> None:
        self.outlines.flags.writeable = False
        self.ends.flags.writeable = False

    def __len__(self) -> int:
        return len(self.labels)

    def digest(self, number: int) -> bytes:
        """The digest of the line of one of the drawings, from 0."""
        return self.digests[number * DIGEST_BYTES : (number + 1) * DIGEST_BYTES]

    def outline(self, number: int) -> Outline:
        """What one of the drawings looks like."""
        first = int(self.ends[number - 1]) if number else 0
        return self.outlines[first : int(self.ends[number])]


def read_contents(path: Path) -> tuple[Contents, Ink]:
    """What is in an ink file, and the ink of its first drawing.

    Raises InkError as ``read_ink`` does, unless a drawing comes before the fault.
    """
    try:
        stamp = stamp_of(path.stat())
    except (OSError, ValueError):
        stamp = (0, 0, 0)  # to read it says why
    first: Ink | None = None
    labels, digests, outlines, fault = [], [], [], ""
    try:
        for line, drawing in iterate_lines(path):
            first = first or drawing.ink
            labels.append(drawing.label)
            digests.append(digest_of(line))
            outlines.append(outline_of(drawing.ink))
    except InkError as error:
        if first is None:
            raise
        fault = str(error)
    assert first is not None  # a file without a drawing is an InkError
    ends = np.cumsum([len(outline) for outline in outlines], dtype=np.int64)
    packed = b"".join(digests)
    points = np.concatenate(outlines)
    return Contents(path, stamp, tuple(labels), packed, points, ends, fault), first


def outline_of(ink: Ink) -> Outline:
    """What ink looks like in a small picture, in its middle and as large as it can be."""
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max())
    scale = GRID / span if span > 0 else 0.0
    offset = GRID / 2 - scale * (low + high) / 2
    step = max(1, -(-2 * len(points) // MOST_POINTS))
    room = MOST_POINTS  # which those of many short strokes would take
    parts = []
    for stroke in ink.strokes:
        xy = stroke.xy[::step]
        if (len(stroke.xy) - 1) % step:  # its end is not among them
            xy = np.concatenate([xy, stroke.xy[-1:]])
        places = np.rint(scale * xy + offset).astype(np.uint8)
        moved = np.ones(len(places), bool)
        moved[1:] = (places[1:] != places[:-1]).any(axis=1)
        places = places[moved][:room]
        room -= len(places)
        parts.append(places)
        parts.append(_BREAK)
        if room <= 0:
            break
    return np.concatenate(parts)


_BREAK: Final = np.full((1, 2), BREAK, np.uint8)
