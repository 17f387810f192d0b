"""Lines of writing in a picture: which of its parts stand beside each other, as digits do.

Parts about as high as the largest make lines with those beside them; smaller ones, as the bar of a
5 is, go to the line in which they lie. What is neither is none of the writing.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from lenetpad.ink.around import ALIKE, Part, across, boxes, count_of_digits, down, gap, united
from lenetpad.ink.parts import Plane, grown, parts
from lenetpad.ink.strokes import DIGIT_SIDE, MOST_COLUMNS, MOST_ROWS

#: Wider than this, as a share of its height, a part may be several digits that touch.
WIDE: Final = 1.0
#: How much of the lower one's height two digits of a line have beside each other.
BESIDE: Final = 0.35
#: What is small belongs to the line within so much of its height.
NEAR: Final = 0.25
#: Paper around a line, in pixels.
MARGIN: Final = 2
#: Lines of one picture, and so as many numbers.
MOST_LINES: Final = 50


class Line(NamedTuple):
    """The ink (rows, columns) of a line, as a sheet can hold it, in [0, 1]; where its left upper
    corner lies in the picture, and how many of the picture's pixels one of its is."""

    ink: Plane
    left: float
    top: float
    scale: float

    def in_picture(self, factor: float) -> Line:
        """The same where the picture has ``factor`` times as many pixels along each side."""
        return self._replace(
            left=factor * self.left, top=factor * self.top, scale=factor * self.scale
        )


def lines_of(ink: Plane, fringe: int) -> tuple[Line, ...]:
    """The lines of a plane of ink, from top to bottom; none where it holds one digit at most."""
    labels, areas = parts(ink > 0.5)
    if len(areas) == 0:
        return ()
    found = boxes(labels, areas)
    whole, height = found, _height(found)
    for _ in range(2):  # what a ruled line has cut says how high it is when it is whole
        whole = united(whole, height)
        height = _height(whole)
    whole = [part for part in whole if ALIKE * height <= part.height <= height / ALIKE]
    wide = any(part.width > WIDE * part.height for part in whole)
    if not wide and count_of_digits(whole) < 2:
        return ()
    lines = []
    for members in _lines(whole)[:MOST_LINES]:
        belong = np.zeros(len(areas) + 1, dtype=np.bool_)
        belong[[part.number for part in found if _belongs(part, members, height)]] = True
        lines.append(_cut_out(ink, grown(belong[labels], fringe) & ~_others(labels, belong)))
    return tuple(lines)


def _height(found: list[Part]) -> int:
    """How high the largest part is."""
    return max(found, key=lambda part: part.weight).height


def _others(labels: np.ndarray, belong: np.ndarray) -> np.ndarray:
    """Where the parts are that do not belong."""
    others = ~belong
    others[-1] = False  # the paper's
    return np.asarray(others[labels], dtype=np.bool_)


def _lines(whole: list[Part]) -> list[list[Part]]:
    """Parts that stand beside each other, from top to bottom: each belongs to the line whose last
    part, from left to right, is nearest of those beside it."""
    lines: list[list[Part]] = []
    for part in sorted(whole, key=lambda part: part.left + part.right):
        ends = [line for line in lines if _beside(line[-1], part)]
        if ends:
            min(ends, key=lambda line: across(line[-1], part)).append(part)
        else:
            lines.append([part])
    return sorted(lines, key=lambda line: sum(part.top + part.bottom for part in line) / len(line))


def _beside(one: Part, other: Part) -> bool:
    return down(one, other) <= -BESIDE * min(one.height, other.height)


def _belongs(part: Part, line: list[Part], height: int) -> bool:
    """Whether a part is one of a line's, or of no other's and near enough."""
    return any(gap(part, member) <= NEAR * height for member in line) and not any(
        part.top >= member.bottom + NEAR * height for member in line
    )


def _cut_out(ink: Plane, where: np.ndarray) -> Line:
    """What lies there, as large as a sheet's picture can be, with paper around."""
    rows, columns = (np.flatnonzero(where.any(axis=axis)) for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    bottom, right = int(rows[-1]) + 1, int(columns[-1]) + 1
    plane = np.where(where, ink, np.float32(0))[top:bottom, left:right]
    scale = max(
        plane.shape[0] / (MOST_ROWS - 2 * MARGIN), plane.shape[1] / (MOST_COLUMNS - 2 * MARGIN), 1
    )
    small = _shrunk(_shrunk(plane, scale).T, scale).T
    edged = np.pad(small, MARGIN)
    short, narrow = (max(0, DIGIT_SIDE - side) for side in edged.shape)
    narrow += edged.shape[1] + narrow == DIGIT_SIDE  # 28×28 is one digit
    edged = np.pad(edged, ((short // 2, short - short // 2), (0, narrow)))
    above = MARGIN + short // 2
    return Line(edged, left - MARGIN * scale, top - above * scale, scale)


def _shrunk(plane: Plane, scale: float) -> Plane:
    """The rows averaged over areas of so many of them."""
    if scale == 1:
        return plane
    edges = np.arange(math.ceil(len(plane) / scale - 1e-9) + 1) * scale
    covered = np.clip(edges[:, None] - np.arange(len(plane)), 0, 1)
    return np.asarray(np.diff(covered, axis=0) / scale @ plane, dtype=np.float32)
