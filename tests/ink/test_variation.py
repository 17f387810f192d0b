from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from lenetpad.ink.raster import DEFAULT_PEN, draw
from lenetpad.ink.strokes import Ink
from lenetpad.ink.variation import Variation, varied

SEVEN = Ink.of([[[10, 0], [70, 0], [35, 100]], [[25, 50], [60, 48]]])
NONE = Variation(**{field.name: 0.0 for field in fields(Variation)})


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def spread(how: Variation, n: int = 200) -> np.ndarray:
    """n variants' mean distance from the unvaried drawing's points."""
    base = np.concatenate([s.xy for s in varied(SEVEN, NONE, rng())[0].strokes])
    numbers = rng(1)
    found = []
    for _ in range(n):
        ink = varied(SEVEN, how, numbers)[0]
        points = np.concatenate([stroke.xy for stroke in ink.strokes])
        found.append(np.abs(points - base).mean())
    return np.array(found)


def test_no_variation_draws_the_same_image() -> None:
    ink, pen = varied(SEVEN, NONE, rng())
    assert pen == DEFAULT_PEN
    assert np.abs(draw(ink, pen) - draw(SEVEN)).max() < 0.08  # resampled, corners are cut a little


@pytest.mark.parametrize("name", ["rotation", "slant", "aspect", "sway", "lift", "tremor"])
def test_each_kind_moves_points_by_its_size(name: str) -> None:
    default = getattr(Variation(), name)
    one = spread(replace(NONE, **{name: default}))
    double = spread(replace(NONE, **{name: 2 * default}))
    assert one.mean() > 1e-3
    assert double.mean() == pytest.approx(2 * one.mean(), rel=0.25)


def test_sparse_keeps_few_points_and_both_ends() -> None:
    ink = varied(SEVEN, replace(NONE, sparse=1.0), rng())[0]
    whole = varied(SEVEN, NONE, rng())[0]
    for kept, stroke in zip(ink.strokes, whole.strokes, strict=True):
        assert 2 <= len(kept.points) < 20
        assert np.allclose(kept.xy[[0, -1]], stroke.xy[[0, -1]])


def test_coarse_lies_on_a_grid() -> None:
    ink = varied(SEVEN, replace(NONE, coarse=1.0), rng())[0]
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    on_grid = [np.allclose(points * n, np.round(points * n), atol=1e-6) for n in range(14, 48)]
    assert any(on_grid)


def test_joined_leaves_one_stroke() -> None:
    assert len(varied(SEVEN, replace(NONE, joined=1.0), rng())[0].strokes) == 1


def test_trimmed_strokes_are_shorter_but_never_gone() -> None:
    for seed in range(50):
        ink = varied(SEVEN, replace(NONE, trimmed=5.0), rng(seed))[0]
        assert all(len(stroke.points) >= 16 for stroke in ink.strokes)


def test_the_pen_differs() -> None:
    numbers = rng()
    pens = [varied(SEVEN, Variation(), numbers)[1] for _ in range(300)]
    widths = np.array([pen.width for pen in pens])
    assert np.median(widths) == pytest.approx(DEFAULT_PEN.width, rel=0.1)
    assert widths.std() > 0.3
    assert widths.max() <= 6.0
    assert len({pen.softness for pen in pens}) > 250


def test_a_seed_decides_the_hand() -> None:
    one, same, other = (varied(SEVEN, Variation(), rng(seed)) for seed in (3, 3, 4))
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    "ink", [Ink.of([[[5, 5]]]), Ink.of([[[5, 5], [5, 5]]]), Ink.of([[[0, 0], [1, 0]], [[9, 9]]])]
)
def test_dots_and_short_strokes_can_be_varied(ink: Ink) -> None:
    numbers = rng()
    for _ in range(50):
        assert draw(*varied(ink, Variation(), numbers)).max() > 0
