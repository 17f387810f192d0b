"""A plane of ink, as much as there is in each pixel, to the image that MNIST would have of it.

The ink is shrunk by area averaging into a 20×20 box with its aspect ratio kept, and centred by its
centre of mass in 28×28 (LeCun et al. 1998, section III-A). What a thin pen wrote is drawn thicker,
as the rasteriser draws it; thick strokes stay.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.parts import Plane
from lenetpad.ink.raster import (
    BOX,
    CENTRE,
    DEFAULT_PEN,
    SIDE,
    Image,
    Pen,
    centre_of_mass,
    centred,
    draw,
)
from lenetpad.ink.statistics import stroke_widths
from lenetpad.ink.strokes import Sheet

EDGE: Final = 0.3  # ink this dark counts for the ink's bounding box
THINNEST: Final = 1.45  # pixels: thinner strokes than any of MNIST's
FINE: Final = 4  # cells a pixel along each axis, in which stroke widths are measured and changed
#: How far each pixel of a picture is smeared to both sides, as a share of its size, and at most in
#: pixels of the image: the outline of a coarse bitmap goes in steps, as no pen does.
SMEAR: Final = 0.6
FURTHEST: Final = 0.43
#: Of the box, where centring would push ink that is lopsided over the edge.
SMALLER: Final = (1.0, 0.85, 0.7, 0.6)


def image_of_plane(ink: Plane) -> Image:
    """The normalised image (28, 28) of a plane (H, W) of one digit's ink, in [0, 1], which is not
    blank; one of MNIST's images stays as it is."""
    if is_normalised(ink):
        return ink
    for share in SMALLER:
        placed = centred(boxed(ink, share * BOX))
        border = max(float(placed[[0, -1]].max()), float(placed[:, [0, -1]].max()))
        if border < EDGE:  # else centring has pushed ink to the edge, or over it
            break
    return placed


def draw_sheet(sheet: Sheet, pen: Pen = DEFAULT_PEN) -> Image:
    """All of a sheet as one normalised image: its picture, or its ink drawn."""
    if sheet.picture is None:
        return draw(sheet.ink, pen)
    if sheet.line is None or not (sheet.line > EDGE).any():
        return sheet.picture[:SIDE, :SIDE].copy()
    return image_of_plane(sheet.line)


def is_normalised(ink: Plane) -> bool:
    """Whether the picture is an image as MNIST has them; another resampling would only blur it."""
    if ink.shape != (SIDE, SIDE):
        return False
    (top, bottom), (left, right) = _extent(ink, 1), _extent(ink, 0)
    in_the_box = abs(max(bottom - top, right - left) - BOX) <= 1
    # MNIST has it up to a pixel to the right and below, our own images within half a pixel.
    in_place = all(-0.6 < offset < 1.1 for offset in centre_of_mass(ink))
    fine = _resampled(ink, (SIDE / 2, SIDE / 2), FINE)
    return in_the_box and in_place and _stroke_width(fine) / FINE > THINNEST


def _extent(ink: Plane, axis: int) -> tuple[int, int]:
    """The first row (axis 1) or column (axis 0) with ink, and the one after the last."""
    inked = np.flatnonzero(ink.max(axis=axis) > EDGE)
    return int(inked[0]), int(inked[-1]) + 1


def boxed(ink: Plane, box: float) -> Image:
    """The ink in the middle of (28, 28), its longer side ``box`` pixels, no stroke too thin."""
    (top, bottom), (left, right) = _extent(ink, 1), _extent(ink, 0)
    middle = (top + bottom) / 2, (left + right) / 2
    size = max(bottom - top, right - left)
    fine = _smeared(ink, middle, box / size * FINE)
    width = _stroke_width(fine) / FINE
    if width < DEFAULT_PEN.width:
        # Strokes that grow need room in the box, and the smaller scale makes them thinner still.
        growth = (DEFAULT_PEN.width - width) / (1 - width / box)
        fine = _smeared(ink, middle, (box - growth) / size * FINE)
        fine = _thicker(fine, growth / 2 * FINE)
    image: Image = fine.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))
    return image


def _smeared(ink: Plane, middle: tuple[float, float], scale: float) -> Plane:
    """The ink as ``_resampled`` gives it, without the steps of coarse pixels."""
    return _resampled(ink, middle, scale, min(SMEAR, FURTHEST * FINE / scale))


def _resampled(ink: Plane, middle: tuple[float, float], scale: float, smear: float = 0.0) -> Plane:
    """The ink in ``FINE`` cells a pixel, ``middle`` (row, column) at ``CENTRE``, (112, 112).

    ``scale`` is in cells a pixel of the ink, ``smear`` in pixels of the ink.
    """
    tall, wide = (
        np.mean([_weights(n, m + shift, scale) for shift in (-smear, 0.0, smear)], axis=0)
        for n, m in zip(ink.shape, middle, strict=True)
    )
    return np.asarray(tall @ ink @ wide.T, dtype=np.float32)


def _weights(size: int, middle: float, scale: float) -> Plane:
    """The share (112, size) that each of ``size`` pixels has in each cell along an axis."""
    edges = (np.arange(SIDE * FINE + 1) - CENTRE * FINE) / scale + middle
    if scale < 1:  # average over the area
        covered = np.clip(edges[:, None] - np.arange(size), 0, 1)
        weights: NDArray[np.float64] = np.diff(covered, axis=0) * scale
    else:  # interpolate between the pixels' middles
        at = (edges[:-1] + edges[1:] - 1) / 2
        weights = np.maximum(1 - np.abs(at[:, None] - np.arange(size)), 0)
    return weights.astype(np.float32)


def _stroke_width(ink: Plane) -> float:
    """The strokes' mean width in cells."""
    return float(stroke_widths(ink[None])[0])


def _thicker(ink: Plane, reach: float) -> Plane:
    """The ink with every stroke grown by ``reach`` cells to both sides."""
    # A hair line covers no cell as a whole; grown, it shall be black nevertheless.
    full = float(np.median(ink[ink > ink.max() / 2]))
    ink = np.minimum(ink / full, 1)
    thick = ink.copy()
    margin = math.ceil(reach)
    edged = np.pad(ink, margin)
    for row, column in np.ndindex(2 * margin + 1, 2 * margin + 1):
        covered = min(reach + 0.5 - math.hypot(row - margin, column - margin), 1.0)
        if covered > 0:
            moved = edged[row : row + len(ink), column : column + len(ink)]
            np.maximum(thick, moved * np.float32(covered), out=thick)
    return thick
