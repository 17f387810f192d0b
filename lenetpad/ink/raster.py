"""Ink to image, as MNIST's digits were made: a pure function of the points.

The ink is scaled so that it fits a 20×20 box with its aspect ratio kept, drawn with a pen whose
width is constant in the normalised image, and moved by whole pixels so that its centre of mass
lies in the middle of 28×28 (LeCun et al. 1998, section III-A). All of it happens in floating
point on the stroke's own points; no screenshot is ever shrunk.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import Ink, Points

Image = NDArray[np.float32]

BOX: Final = 20.0  # the ink's larger side, pen included, in pixels
SIDE: Final = 28  # the normalised image
#: Where the centre of mass goes, within half a pixel. MNIST's own digits have it half a pixel
#: further down and right; the networks, trained with shifts, read both alike.
CENTRE: Final = SIDE / 2
PADDED: Final = 32  # what LeNet-5 sees
#: More pieces than this are drawn as dots on a fine grid, which bounds the work for any ink.
MANY_PIECES: Final = 8192
DOT_GRID: Final = 16  # places for a dot in a pixel, along each axis
DOT_STEP: Final = 0.25  # pixels between dots along a segment
MOST_DOTS: Final = 1 << 20  # ink that is longer is so dense that its dots may lie farther apart
CHUNK: Final = 4096  # pieces drawn at once


@dataclass(frozen=True, slots=True)
class Pen:
    """The pen in the normalised image.

    ``width`` is the stroke's width in pixels, ``softness`` the width in pixels of the grey edge.
    The defaults make ink look like MNIST's: ``lenetpad evaluate --ink FILE`` prints both.
    """

    width: float = 2.4
    softness: float = 1.4

    @property
    def reach(self) -> float:
        """Distance from the stroke's line at which the ink ends, in pixels."""
        return (self.width + self.softness) / 2


DEFAULT_PEN: Final = Pen()


def draw(ink: Ink, pen: Pen = DEFAULT_PEN) -> Image:
    """Draw ink as a normalised image (28, 28), float32 in [0, 1], ink 1.

    Translating the ink or scaling it evenly leaves the image the same. Empty ink gives a blank
    image, one point a dot. The centre of mass is within half a pixel of ``CENTRE``; ink so
    lopsided that centring would push it over the edge is drawn smaller, never cut.
    """
    if not ink:
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    starts, steps = _unit_segments(ink)
    half = np.maximum(np.abs(starts), np.abs(starts + steps)).max(axis=0)  # (2,), of a unit box
    size = BOX - pen.width
    image = draw_pieces(starts * size + CENTRE, steps * size, pen)
    shift = np.array(_centring_shift(image))
    room = np.where(shift > 0, SIDE - CENTRE, CENTRE) - pen.reach
    wanted = half * size + np.abs(shift)
    if (wanted > room).any():
        # One pixel less than there is: the smaller drawing's shift is rounded anew.
        size *= float(((room - 1) / wanted).min())
        image = draw_pieces(starts * size + CENTRE, steps * size, pen)
        shift = np.array(_centring_shift(image))
    return _moved(image, int(shift[0]), int(shift[1]))


def pad(image: Image) -> Image:
    """Put images (..., 28, 28) in the middle of (..., 32, 32) background."""
    margin = (PADDED - SIDE) // 2
    padded = np.zeros((*image.shape[:-2], PADDED, PADDED), dtype=np.float32)
    padded[..., margin:-margin, margin:-margin] = image
    return padded


def centre_of_mass(image: Image) -> tuple[float, float]:
    """Centre of mass (x, y) in pixels from the middle, x right, y down; (0, 0) if blank."""
    total = float(image.sum())
    if total <= 0:
        return 0.0, 0.0
    rows, columns = image.shape
    x = float(image.sum(axis=0) @ np.arange(columns)) / total - (columns - 1) / 2
    y = float(image.sum(axis=1) @ np.arange(rows)) / total - (rows - 1) / 2
    return x, y


def centred(image: Image) -> Image:
    """Move a (28, 28) image by whole pixels so that its centre of mass comes to ``CENTRE``."""
    return _moved(image, *_centring_shift(image))


def _unit_segments(ink: Ink) -> tuple[Points, Points]:
    """Segments' starts and steps, (n, 2) each, scaled to a unit box around the origin."""
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    span = float((high - low).max())
    points = points - (low + high) / 2
    # A span lost in the rounding of the coordinates is one point that was measured twice.
    if span > 1e-9 * float(np.abs(high).max() + np.abs(low).max()):
        points /= span
    else:
        points *= 0.0
    return segments(points, [len(stroke.points) for stroke in ink.strokes])


def segments(points: Points, lengths: Sequence[int]) -> tuple[Points, Points]:
    """The segments' starts and steps, (n, 2) each, of strokes that have so many of the points.

    A stroke of one point is a segment of no length.
    """
    ends = np.cumsum(lengths)
    follows = np.ones(len(points), dtype=bool)  # the segment from this point to the next is ink
    follows[ends - 1] = False
    alone = [end - 1 for end, length in zip(ends, lengths, strict=True) if length == 1]
    first = np.flatnonzero(follows)
    starts = np.concatenate([points[first], points[alone]])
    steps = np.concatenate([points[first + 1] - points[first], np.zeros((len(alone), 2))])
    return starts, steps


def _cut(starts: Points, steps: Points, longest: float) -> tuple[Points, Points]:
    """Cut segments into equal pieces, none longer than ``longest``."""
    counts = np.maximum(np.ceil(np.hypot(steps[:, 0], steps[:, 1]) / longest), 1).astype(np.intp)
    if int(counts.max()) == 1:
        return starts, steps
    which = np.repeat(np.arange(len(counts)), counts)
    nth = np.arange(len(which)) - (np.cumsum(counts) - counts)[which]
    pieces = steps[which] / counts[which, None]
    return starts[which] + pieces * nth[:, None], pieces


def draw_pieces(
    starts: Points, steps: Points, pen: Pen, height: int = SIDE, width: int = SIDE
) -> Image:
    """Draw segments, given in pixels inside the frame, anti-aliased by distance."""
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    if np.maximum(np.ceil(lengths), 1).sum() <= MANY_PIECES:
        starts, steps = _cut(starts, steps, 1.0)
    else:
        dots, _ = _cut(starts, steps, max(DOT_STEP, float(lengths.sum()) / MOST_DOTS))
        column, row = np.round(dots * DOT_GRID).astype(np.intp).T
        inked = np.zeros((width * DOT_GRID + 1, height * DOT_GRID + 1), dtype=np.bool_)
        inked[column, row] = True
        starts = np.argwhere(inked) / DOT_GRID
        steps = np.zeros_like(starts)
    # Each pixel's squared distance to the nearest piece.
    nearest = np.full((height, width), np.inf, dtype=np.float32)
    for at in range(0, len(starts), CHUNK):
        _lower_to_distances(nearest, starts[at : at + CHUNK], steps[at : at + CHUNK], pen.reach)
    edge = (pen.width / 2 - np.sqrt(nearest)) / pen.softness + 0.5
    image: Image = np.clip(edge, 0.0, 1.0).astype(np.float32)
    return image


def _lower_to_distances(
    nearest: NDArray[np.float32], starts: Points, steps: Points, reach: float
) -> None:
    """Lower ``nearest`` (H, W) to the squared distances of the pixels around each piece.

    A piece is at most a pixel long, so a small window around it holds every pixel it inks.
    """
    span = 2 * reach + 1.0
    window = np.arange(int(np.ceil(span)) + 1, dtype=np.float32)
    # Single precision is exact to a millionth of a pixel here, and takes half the time.
    start, step = starts.astype(np.float32), steps.astype(np.float32)
    corner = np.floor(start + step / 2 - np.float32(span / 2))
    height, width = nearest.shape
    last = np.array([width - len(window), height - len(window)], np.float32)
    corner = np.clip(corner, 0, last)
    x = corner[:, 0, None] + window  # (n, k)
    y = corner[:, 1, None] + window
    dx = (x + 0.5 - start[:, 0, None])[:, None, :]  # (n, 1, k)
    dy = (y + 0.5 - start[:, 1, None])[:, :, None]  # (n, k, 1)
    ux, uy = step[:, 0, None, None], step[:, 1, None, None]
    length_squared = np.maximum(ux * ux + uy * uy, np.float32(1e-30))
    along = dx * (ux / length_squared) + dy * (uy / length_squared)  # (n, k, k)
    np.clip(along, 0.0, 1.0, out=along)
    gap_x = dx - along * ux
    gap_y = dy - along * uy
    gap_x *= gap_x
    gap_y *= gap_y
    gap_x += gap_y
    index = (y[:, :, None] * width + x[:, None, :]).astype(np.intp)
    np.minimum.at(nearest.reshape(-1), index.ravel(), gap_x.ravel())


def _centring_shift(image: Image) -> tuple[int, int]:
    """Whole pixels (x, y) that bring the centre of mass to ``CENTRE``, within half a pixel."""
    # Rounded first, so that two drawings of one ink do not fall on different sides of a half.
    x, y = (round(offset + SIDE / 2 - CENTRE, 4) for offset in centre_of_mass(image))
    return math.floor(0.5 - x), math.floor(0.5 - y)


def _moved(image: Image, x: int, y: int) -> Image:
    """The image moved by whole pixels; what comes in is background."""
    moved = np.zeros_like(image)
    rows, columns = image.shape
    moved[max(y, 0) : rows + min(y, 0), max(x, 0) : columns + min(x, 0)] = image[
        max(-y, 0) : rows - max(y, 0), max(-x, 0) : columns - max(x, 0)
    ]
    return moved
