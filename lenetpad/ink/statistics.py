"""What images of digits have in common: ink mass, stroke width, and how well they are centred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ImageStatistics:
    """Means over ``n`` images, in pixels.

    ``ink_mass`` is the sum of the values, ``stroke_width`` twice the mass over the total variation
    (area over half the outline), ``centroid_spread`` the standard deviation of the centre of mass,
    averaged over the two axes.
    """

    n: int
    ink_mass: float
    stroke_width: float
    centroid_spread: float


def stroke_widths(images: NDArray[np.floating]) -> NDArray[np.floating]:
    """The mean width (n,) of each image's strokes in pixels, for images (n, H, W) with ink.

    It is twice the ink over its total variation, by central differences on a frame of paper.
    """
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    across = (framed[:, 1:-1, 2:] - framed[:, 1:-1, :-2]) / 2
    down = (framed[:, 2:, 1:-1] - framed[:, :-2, 1:-1]) / 2
    widths: NDArray[np.floating] = (
        2 * images.sum(axis=(1, 2)) / np.hypot(across, down).sum(axis=(1, 2))
    )
    return widths


def statistics(images: NDArray[np.floating]) -> ImageStatistics:
    """Statistics of images (n, H, W) in [0, 1], ink 1, none of them blank."""
    images = np.asarray(images, dtype=np.float32)
    mass = images.sum(axis=(1, 2))
    x = images.sum(axis=1) @ np.arange(images.shape[2]) / mass
    y = images.sum(axis=2) @ np.arange(images.shape[1]) / mass
    return ImageStatistics(
        n=len(images),
        ink_mass=float(mass.mean()),
        stroke_width=float(stroke_widths(images).mean()),
        centroid_spread=float((x.std() + y.std()) / 2),
    )
