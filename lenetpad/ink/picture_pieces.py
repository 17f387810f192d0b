"""The ink of a line in a picture over-segmented: connected components take the place of strokes.

A component may be several digits that touch: it is cut, as section V of the paper has it, where
its vertical projection, and the distance of its upper contour from the lower one, have minima.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.cuts import Cut
from lenetpad.ink.normalising import EDGE, image_of_plane
from lenetpad.ink.parts import Mask, Plane, grown, parts
from lenetpad.ink.raster import Image
from lenetpad.ink.segmentation import SAMPLES, Part, Pieces, pieces_of
from lenetpad.ink.statistics import stroke_widths

Labels = NDArray[np.intp]

#: A component narrower than this, as a share of the line's height, is one digit or a part of one.
LEAST_WIDTH: Final = 0.6
#: Sides of a cut are at least so wide; there the ink is at most so high, on the mean of projection
#: and contours; and there are so many cuts at most for each height that it is wide.
LEAST_SIDE: Final = 0.15
HIGHEST: Final = 0.5
MOST_CUTS: Final = 3
#: Components, at most: more are no writing, and the smallest are left out.
MOST_COMPONENTS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class PicturePieces:
    """A line's ink, and its pieces: ``labels`` (H, W) says whose each pixel is, -1 for none.

    The boxes of ``pieces`` go along the middles of the strokes, as those of ink do; ``reach`` is
    how far the ink goes beyond, in pixels.
    """

    ink: Plane
    pieces: Pieces
    labels: Labels
    reach: float

    def image(self, first: int, end: int) -> Image:
        """The normalised image (28, 28) of pieces ``first`` to ``end`` - 1."""
        labels = self.labels
        where = (labels >= first) & (labels < end)
        others = (labels >= 0) & ~where
        ink = np.where(grown(where, 1) & ~others, self.ink, np.float32(0))
        rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
        return image_of_plane(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])


def picture_pieces(ink: Plane) -> PicturePieces | None:
    """The pieces of a line's ink (H, W) in [0, 1], from left to right; None where it is blank."""
    ink = np.clip(ink, 0, 1)
    labels, areas = parts(ink > EDGE)  # hair lines are grey where a picture was shrunk
    if len(areas) == 0:
        return None
    largest = np.argsort(-areas, kind="stable")[:MOST_COMPONENTS]
    # Numbered from left to right: the last one takes the place of what was written last.
    masks = sorted((labels == number for number in largest), key=_middle)
    reach = max(float(stroke_widths(ink[None])[0]), 1.0) / 2
    rows = np.flatnonzero((labels >= 0).any(axis=1))
    height = float(rows[-1] - rows[0] + 1)
    found: list[tuple[Part, Mask]] = []
    for component, mask in enumerate(masks):
        found += _parted(component, mask, height, reach)
    pieces = pieces_of([part for part, _ in found])
    masks_of = {(part.stroke, part.start): mask for part, mask in found}
    whose = np.full(ink.shape, -1, dtype=np.intp)
    for place, part in enumerate(pieces.parts):
        whose[masks_of[part.stroke, part.start]] = place
    return PicturePieces(ink, pieces, whose, reach)


def _parted(component: int, mask: Mask, height: float, reach: float) -> list[tuple[Part, Mask]]:
    """A component's parts, whose "points" are their numbers from left to right."""
    columns = np.flatnonzero(mask.any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    edges = [left, *cuts_across(mask[:, left:right], height, left), right]
    parted = []
    for number, (first, end) in enumerate(pairwise(edges)):
        part = np.zeros_like(mask)
        part[:, first:end] = mask[:, first:end]
        box, samples = _middle_box(part, reach), _samples(part, reach)
        cut = Cut(number + 1, number + 1, 0.0) if end < right else None
        parted.append((Part(component, number, number + 1, box, samples, cut), part))
    return parted


def cuts_across(mask: Mask, height: float, left: int = 0) -> list[int]:
    """The columns before which a component (H, W) may be cut, counted from ``left`` on."""
    width = mask.shape[1]
    side = max(round(LEAST_SIDE * height), 2)
    if width < LEAST_WIDTH * height or width <= 2 * side:
        return []
    projection = mask.sum(axis=0)
    upper, lower = mask.argmax(axis=0), mask.shape[0] - mask[::-1].argmax(axis=0)
    high = (projection + (lower - upper)) / (2 * height)
    chosen: list[int] = []
    for column in np.argsort(high[side : width - side], kind="stable") + side:
        if high[column] > HIGHEST or len(chosen) >= MOST_CUTS * width / height:
            break
        near = high[max(column - 1, 0) : column + 2]
        if high[column] <= near.min() and all(abs(column - one) >= side for one in chosen):
            chosen.append(int(column))
    return [left + column for column in sorted(chosen)]


def _middle(mask: Mask) -> float:
    """The middle column of a mask's box."""
    columns = np.flatnonzero(mask.any(axis=0))
    return float(columns[0] + columns[-1]) / 2


def _middle_box(mask: Mask, reach: float) -> NDArray[np.float64]:
    """A box (4,) along the middles of the strokes at the outline of a mask."""
    ends = []
    for axis in (0, 1):
        inked = np.flatnonzero(mask.any(axis=axis))
        low, high = float(inked[0]), float(inked[-1]) + 1
        inset = min(reach, (high - low) / 2)
        ends.append((low + inset, high - inset))
    (left, right), (top, bottom) = ends
    return np.array([left, top, right, bottom])


def _samples(mask: Mask, reach: float) -> NDArray[np.float64]:
    """Points (``SAMPLES``, 2) along the left and the right outline of a mask."""
    rows = np.flatnonzero(mask.any(axis=1))
    some = rows[np.linspace(0, len(rows) - 1, SAMPLES // 2).round().astype(np.intp)]
    lefts = mask[some].argmax(axis=1) + 0.0
    rights = mask.shape[1] - mask[some][:, ::-1].argmax(axis=1) + 0.0
    inset = np.minimum(reach, (rights - lefts) / 2)
    sides = [np.stack([at, some + 0.5], axis=1) for at in (lefts + inset, rights - inset)]
    return np.concatenate(sides)
