"""A line of writing to one image, 32 pixels high and as wide as the writing wants.

A network that slides over a line knows digits of MNIST's size alone, and nobody knows yet where
one begins. But parts of a line that stand clear of each other can be seen: each is made as high
as MNIST's digits are and moved to the middle, within limits, which also makes a line level that
rises. Gaps stay as they are. The pen is that of single digits (``ink.raster``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lenetpad.ink.raster import BOX, DEFAULT_PEN, PADDED, Image, Pen, draw_pieces, segments
from lenetpad.ink.strokes import Ink, Points

#: Paper on the left and on the right: the first window of 32×32 has the ink's edge in its middle.
MARGIN: Final = PADDED // 2
#: No line is wider, in pixels; what is longer is drawn smaller.
WIDEST: Final = 1024
#: Widths are multiples of it, so that windows at every fourth pixel reach the end.
STEP: Final = 4
#: Parts that are lower than this part of the highest, such as dots and dashes, keep their size.
LOW: Final = 0.5
#: How much smaller and larger than the line as a whole a part may be drawn.
SMALLER: Final = 0.6
LARGER: Final = 1.6
#: A part that is wider than high, up to so much, is one digit that lies broad, and not several.
BROAD: Final = 1.4


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Strokes that no gap parts: their places in the ink, and left, top, right, bottom."""

    strokes: list[int]
    box: Points

    @property
    def width(self) -> float:
        return float(self.box[2] - self.box[0])

    @property
    def height(self) -> float:
        return float(self.box[3] - self.box[1])

    @property
    def middle(self) -> float:
        return float(self.box[1] + self.box[3]) / 2

    @property
    def size(self) -> float:
        """What is to become as large as a digit of MNIST's."""
        return max(self.height, self.width if self.width <= BROAD * self.height else 0.0)


def draw_line(ink: Ink, pen: Pen = DEFAULT_PEN) -> Image:
    """Draw a line of writing as an image (32, W), float32 in [0, 1], ink 1; W is 4 times some
    number, 32 to ``WIDEST``.

    Translating the ink or scaling it evenly leaves the image the same, as the order of the strokes
    does. No ink is cut off. Empty ink gives a blank image of 32×32.
    """
    if not ink:
        return np.zeros((PADDED, PADDED), dtype=np.float32)
    strokes = [stroke.xy for stroke in ink.strokes]
    parts = _parts(strokes)
    placed = _placed(strokes, parts, pen)
    points = np.concatenate(placed)
    left, right = float(points[:, 0].min()), float(points[:, 0].max())
    most = WIDEST - 2 * MARGIN
    if right - left > most:
        points = (points - [left, PADDED / 2]) * (most / (right - left)) + [left, PADDED / 2]
        right = left + most
    width = MARGIN * 2 + int(np.ceil((right - left) / STEP)) * STEP
    points[:, 0] += (width - left - right) / 2
    starts, steps = segments(points, [len(xy) for xy in placed])
    return draw_pieces(starts, steps, pen, PADDED, width)


def _parts(strokes: Sequence[Points]) -> list[_Part]:
    """The parts of a line, from left to right."""
    boxes = [np.concatenate([xy.min(axis=0), xy.max(axis=0)]) for xy in strokes]
    parts: list[_Part] = []
    for place in sorted(range(len(strokes)), key=lambda place: tuple(boxes[place])):
        box = boxes[place]
        if parts and box[0] <= parts[-1].box[2]:
            before = parts[-1].box
            low, high = np.minimum(before[:2], box[:2]), np.maximum(before[2:], box[2:])
            parts[-1] = _Part([*parts[-1].strokes, place], np.concatenate([low, high]))
        else:
            parts.append(_Part([place], box))
    return parts


def _placed(strokes: Sequence[Points], parts: Sequence[_Part], pen: Pen) -> list[Points]:
    """The strokes in pixels, from some left edge on."""
    least = LOW * max(part.height for part in parts)
    high = [part for part in parts if part.height >= least]
    usual = float(np.median([part.size for part in high]))
    middle = float(np.median([part.middle for part in high]))
    full, room = BOX - pen.width, PADDED - 2 * pen.reach
    # A size lost in the rounding of the coordinates is none.
    scale = full / usual if usual > 1e-9 else 1.0
    placed: list[Points] = list(strokes)
    right, reached = 0.0, parts[0].box[0]
    for part in parts:
        factor, centre = scale, PADDED / 2
        if part.height >= least:
            wanted = full / part.size if part.size > 1e-9 else scale
            factor = min(max(wanted, SMALLER * scale), LARGER * scale)
        else:
            clear = (room - part.height * scale) / 2
            centre += float(np.clip((part.middle - middle) * scale, -clear, clear))
        factor = min(factor, room / max(part.height, 1e-9))
        left = right + (part.box[0] - reached) * scale
        for place in part.strokes:
            placed[place] = (strokes[place] - [part.box[0], part.middle]) * factor + [left, centre]
        right, reached = left + part.width * factor, part.box[2]
    return placed
