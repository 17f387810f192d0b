"""A line of writing to one image, 32 pixels high and as wide as the writing wants.

Digits that stand alone are each made as large as MNIST's (``ink.raster``). Here nobody knows yet
where one begins: one scale and one shift are for the whole line, such that most of it is as high
as MNIST's digits are and lies in the middle. The pen is that of single digits.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lenetpad.ink.raster import BOX, DEFAULT_PEN, PADDED, Image, Pen, draw_pieces, segments
from lenetpad.ink.strokes import Ink, Points

#: Paper on the left and on the right: the first window of 32×32 has the ink's edge in its middle.
MARGIN: Final = PADDED // 2
#: No line is wider, in pixels; what is longer is drawn smaller.
WIDEST: Final = 1024
#: Parts of a line that are lower than this part of the highest say nothing of how high it is.
LOW: Final = 0.5
#: Widths are multiples of it, so that windows at every fourth pixel reach the end.
STEP: Final = 4


def draw_line(ink: Ink, pen: Pen = DEFAULT_PEN) -> Image:
    """Draw a line of writing as an image (32, W), float32 in [0, 1], ink 1; W is 4 times some
    number, 32 to ``WIDEST``.

    Translating the ink or scaling it evenly leaves the image the same, as the order of the strokes
    does. No ink is cut off. Empty ink gives a blank image of 32×32.
    """
    if not ink:
        return np.zeros((PADDED, PADDED), dtype=np.float32)
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    height, middle = _writing(ink)
    scale = _scale(high - low, height, max(high[1] - middle, middle - low[1]), pen)
    width = MARGIN * 2 + int(np.ceil(scale * float(high[0] - low[0]) / STEP)) * STEP
    points = (points - ((low[0] + high[0]) / 2, middle)) * scale + (width / 2, PADDED / 2)
    starts, steps = segments(points, [len(stroke.points) for stroke in ink.strokes])
    return draw_pieces(starts, steps, pen, PADDED, width)


def _writing(ink: Ink) -> tuple[float, float]:
    """How high the parts of a line are, and where their middles are: the medians."""
    parts = _parts(ink)
    heights = parts[:, 1] - parts[:, 0]
    high = parts[heights >= LOW * heights.max()]
    return float(np.median(high[:, 1] - high[:, 0])), float(np.median(high.mean(axis=1)))


def _parts(ink: Ink) -> Points:
    """Top and bottom, (n, 2), of the parts of a line that stand clear of each other."""
    boxes = [(*stroke.xy.min(axis=0), *stroke.xy.max(axis=0)) for stroke in ink.strokes]
    parts: list[list[float]] = []
    reach = -np.inf
    for left, top, right, bottom in sorted(boxes):
        if left > reach:
            parts.append([top, bottom])
        else:
            parts[-1] = [min(parts[-1][0], top), max(parts[-1][1], bottom)]
        reach = max(reach, right)
    return np.array(parts)


def _scale(size: Points, height: float, beyond: float, pen: Pen) -> float:
    """Pixels for a unit of the ink: as many as it takes to write like MNIST, while there is room.

    ``beyond`` is how far the ink goes from its middle, up or down.
    """
    most = [
        (pixels, units)
        for pixels, units in (
            (BOX - pen.width, height),
            (PADDED / 2 - pen.reach, beyond),
            (float(WIDEST - 2 * MARGIN), float(size[0])),
        )
        # A size lost in the rounding of the coordinates is none.
        if units > 1e-9
    ]
    return min((pixels / units for pixels, units in most), default=1.0)
