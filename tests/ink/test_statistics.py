"""Ink mass, stroke width and centring of images."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.ink.statistics import statistics
from lenetpad.storage import resources


def test_a_broad_bars_width_is_about_its_width() -> None:
    bars = np.zeros((1, 28, 28), dtype=np.float32)
    bars[0, 2:26, 12:16] = 1
    found = statistics(bars)
    assert found.n == 1
    assert found.ink_mass == 24 * 4
    # Twice the area over the outline, 2·96/56, and a corner's gradient counts diagonally.
    assert found.stroke_width == pytest.approx(2 * 96 / 56, rel=0.05)


def test_the_spread_is_that_of_the_centres() -> None:
    images = np.zeros((2, 28, 28), dtype=np.float32)
    images[0, 10, 10] = images[1, 14, 12] = 1
    assert statistics(images).centroid_spread == pytest.approx((2 + 1) / 2)


def test_mnists_figures() -> None:
    with np.load(resources.path("mnist.npz")) as arrays:
        images = arrays["x_train"][:5000].astype(np.float32) / 255
    found = statistics(images)
    mass = images.sum(axis=(1, 2))
    assert found.ink_mass == pytest.approx(float(mass.mean()), rel=1e-4)
    assert 2.5 < found.stroke_width < 2.9
    assert found.centroid_spread == pytest.approx(12**-0.5, abs=0.01)  # uniform in a pixel
