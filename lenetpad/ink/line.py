"""A line of writing to one image, 32 pixels high and as wide as the writing wants.

Digits that stand alone are each made as large as MNIST's (``ink.raster``). Here nobody knows yet
where one begins: one scale and one shift are for the whole line, such that most of it is as high
as MNIST's digits are and lies in the middle. A line that rises or falls is made level before, by
a shear. The pen is that of single digits.
"""

from __future__ import annotations

from collections.abc import Sequence
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
#: A line that is steeper is left as it is: it may be something else.
STEEPEST: Final = 0.4
#: How many parts it takes to see a slope, and the most that are looked at.
FEWEST: Final = 3
MOST_FEET: Final = 100
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
    lengths = [len(stroke.points) for stroke in ink.strokes]
    points[:, 1] -= _slope(_high_parts(points, lengths)) * points[:, 0]
    low, high = points.min(axis=0), points.max(axis=0)
    parts = _high_parts(points, lengths)
    height, middle = np.median(parts[:, 3] - parts[:, 1]), np.median(parts[:, [1, 3]].mean(axis=1))
    scale = _scale(high - low, height, max(high[1] - middle, middle - low[1]), pen)
    width = MARGIN * 2 + int(np.ceil(scale * float(high[0] - low[0]) / STEP)) * STEP
    points = (points - ((low[0] + high[0]) / 2, middle)) * scale + (width / 2, PADDED / 2)
    starts, steps = segments(points, lengths)
    return draw_pieces(starts, steps, pen, PADDED, width)


def _high_parts(points: Points, lengths: Sequence[int]) -> Points:
    """Left, top, right and bottom, (n, 4), of the parts of a line that stand clear of each other,
    without those that are low."""
    strokes = np.split(points, np.cumsum(lengths)[:-1])
    parts: list[list[float]] = []
    for left, top, right, bottom in sorted((*xy.min(axis=0), *xy.max(axis=0)) for xy in strokes):
        if not parts or left > parts[-1][2]:
            parts.append([left, top, right, bottom])
        else:
            _, above, reach, below = parts[-1]
            parts[-1][1:] = min(above, top), max(reach, right), max(below, bottom)
    boxes = np.array(parts)
    heights = boxes[:, 3] - boxes[:, 1]
    high: Points = boxes[heights >= LOW * heights.max()]
    return high


def _slope(parts: Points) -> float:
    """How the line goes down to the right: the median of the slopes from the foot of each part to
    that of each other one, which one that hangs does not change (Theil and Sen)."""
    if len(parts) < FEWEST:
        return 0.0
    feet = np.stack([(parts[:, 0] + parts[:, 2]) / 2, parts[:, 3]], axis=1)[:MOST_FEET]
    one, other = np.triu_indices(len(feet), 1)
    across, down = (feet[other] - feet[one]).T
    slope = float(np.median(down / across))
    return slope if abs(slope) <= STEEPEST else 0.0


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
