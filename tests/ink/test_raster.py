"""The rasteriser: its properties, and an oracle that draws by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lenetpad.ink.files import Drawing
from lenetpad.ink.normalising import draw_sheet
from lenetpad.ink.raster import (
    BOX,
    CENTRE,
    DEFAULT_PEN,
    SIDE,
    Pen,
    centre_of_mass,
    draw,
    pad,
)
from lenetpad.ink.strokes import Ink, InkError, Sheet

whole = st.integers(0, 1000)
points = st.tuples(whole, whole).map(list)
inks = st.lists(st.lists(points, min_size=1, max_size=12), min_size=1, max_size=4).map(Ink.of)


def span(ink: Ink) -> float:
    xy = np.concatenate([stroke.xy for stroke in ink.strokes])
    return float(np.ptp(xy, axis=0).max())


def moved(ink: Ink, dx: float, dy: float, scale: float) -> Ink:
    return Ink.of([(stroke.xy * scale + [dx, dy]).tolist() for stroke in ink.strokes])


def brute_force(ink: Ink, size: float, pen: Pen) -> np.ndarray:
    """Each pixel's value from its distance to each segment, before any shift."""
    xy = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = xy.min(axis=0), xy.max(axis=0)
    scale = size / (high - low).max()
    image = np.zeros((SIDE, SIDE))
    for row in range(SIDE):
        for column in range(SIDE):
            pixel = np.array([column + 0.5, row + 0.5])
            nearest = np.inf
            for stroke in ink.strokes:
                placed = (stroke.xy - (low + high) / 2) * scale + SIDE / 2
                ends = placed[1:] if len(placed) > 1 else placed
                for a, b in zip(placed[: len(ends)], ends, strict=True):
                    length = float((b - a) @ (b - a))
                    along = 0.0 if length == 0 else min(max((pixel - a) @ (b - a) / length, 0), 1)
                    nearest = min(nearest, float(np.hypot(*(pixel - a - along * (b - a)))))
            image[row, column] = min(max((pen.width / 2 - nearest) / pen.softness + 0.5, 0), 1)
    return image


@given(inks, st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_translation_and_scale_leave_the_image_the_same(
    ink: Ink, dx: float, dy: float, scale: float
) -> None:
    assume(span(ink) >= 1)
    assert np.allclose(draw(moved(ink, dx, dy, scale)), draw(ink), atol=1e-3)


@given(inks)
def test_the_centre_of_mass_is_within_half_a_pixel_of_the_centre(ink: Ink) -> None:
    x, y = centre_of_mass(draw(ink))
    assert CENTRE == SIDE / 2
    assert max(abs(x), abs(y)) <= 0.5 + 1e-3


@given(inks)
def test_values_lie_in_zero_to_one(ink: Ink) -> None:
    image = draw(ink)
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert 0 < image.max() <= 1


@given(inks)
def test_ink_stays_in_its_box_and_is_never_cut(ink: Ink) -> None:
    image = draw(ink)
    rows, columns = np.flatnonzero(image.max(axis=1)), np.flatnonzero(image.max(axis=0))
    for extent in (rows, columns):
        assert np.ptp(extent) + 1 <= BOX + DEFAULT_PEN.width
    # A pixel of ink at the border would be the rest of something that was cut.
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert border.max() < 0.5


@settings(max_examples=25, deadline=None)
@given(inks, st.sampled_from([DEFAULT_PEN, Pen(1.2, 1.0), Pen(4.0, 2.0)]))
def test_it_draws_what_brute_force_draws(ink: Ink, pen: Pen) -> None:
    assume(span(ink) >= 1)
    expected = brute_force(ink, BOX - pen.width, pen)
    x, y = centre_of_mass(expected.astype(np.float32))
    shift = [int(np.floor(0.5 - round(offset, 4))) for offset in (x, y)]
    assume(max(map(abs, shift)) <= 2)  # a larger one may have the ink drawn smaller
    shifted = np.roll(expected, (shift[1], shift[0]), axis=(0, 1))
    assert np.allclose(draw(ink, pen), shifted, atol=1e-4)


def test_empty_ink_is_a_blank_image() -> None:
    assert not draw(Ink()).any()
    assert not draw_sheet(Sheet()).any()


def test_a_dot_is_centred() -> None:
    image = draw(Ink.of([[[123, 456]]]))
    assert centre_of_mass(image) == pytest.approx((0, 0), abs=1e-4)
    assert image.max() > 0.8
    assert image.sum() == pytest.approx(np.pi * (DEFAULT_PEN.width / 2) ** 2, rel=0.2)


@pytest.mark.parametrize(
    "strokes",
    [
        [[[5, 5], [5, 5], [5, 5]]],
        [[[5, 5]], [[5, 5]]],
        [[[1e9 - 1, 3], [1e9 - 1, 3]]],
    ],
)
def test_points_on_top_of_each_other_are_one_dot(strokes: list[list[list[float]]]) -> None:
    assert np.array_equal(draw(Ink.of(strokes)), draw(Ink.of([[[0, 0]]])))


def test_duplicate_points_change_nothing() -> None:
    once = Ink.of([[[0, 0], [10, 20], [30, 5]]])
    twice = Ink.of([[[0, 0], [0, 0], [10, 20], [10, 20], [10, 20], [30, 5]]])
    assert np.allclose(draw(once), draw(twice), atol=1e-6)


@pytest.mark.parametrize("end", [[0, 100], [100, 0]])
def test_a_straight_line_is_as_long_as_the_box_and_as_wide_as_the_pen(end: list[float]) -> None:
    image = draw(Ink.of([[[0, 0], end]]))
    image = image if end[0] == 0 else image.T
    assert np.count_nonzero(image.max(axis=1) > 0.5) == pytest.approx(BOX, abs=1)
    assert image[14].sum() == pytest.approx(DEFAULT_PEN.width, rel=0.1)


def test_the_pens_width_is_the_same_for_small_and_large_digits() -> None:
    shape = [[0, 0], [3, 10], [7, 2], [9, 9]]
    large = [[1000 * x, 1000 * y] for x, y in shape]
    assert np.allclose(draw(Ink.of([shape])), draw(Ink.of([large])), atol=1e-4)


def test_ten_to_the_five_points_of_a_curve_look_like_a_few_of_them() -> None:
    angles = np.linspace(0, 6, 100_000)
    dense = np.stack([np.cos(angles) * 300, np.sin(angles) * 500], axis=1)
    few = draw(Ink.of([dense[::100].tolist()]))
    assert np.abs(draw(Ink.of([dense.tolist()])) - few).max() < 0.06


def test_ten_to_the_five_points_of_scribble_are_drawn() -> None:
    scribble = np.random.default_rng(1).random((100_000, 2))
    image = draw(Ink.of([scribble.tolist()]))
    assert image[6:22, 6:22].min() == 1
    assert image[0].max() == 0


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_coordinates_that_are_no_numbers_are_refused_clearly(bad: float) -> None:
    with pytest.raises(InkError, match="NaN or infinite"):
        draw(Ink.of([[[0, 0], [bad, 1]]]))


def test_lopsided_ink_is_drawn_smaller_not_cut() -> None:
    blob = [[x, y] for x in range(0, 100, 4) for y in range(0, 100, 4)]
    image = draw(Ink.of([blob, [[0, 0], [1000, 1000]]]))
    x, y = centre_of_mass(image)
    assert max(abs(x), abs(y)) <= 0.5 + 1e-3
    assert image[-1].max() == image[:, -1].max() == image[0].max() == 0
    # The far end of the long stroke is still there.
    assert image.max(axis=1)[-4:].any()


def test_a_sheets_picture_is_taken_as_it_is() -> None:
    picture = np.random.default_rng(1).random((SIDE, SIDE)).astype(np.float32)
    assert np.array_equal(draw_sheet(Sheet(picture=picture)), picture)


def test_padding_puts_the_image_in_the_middle() -> None:
    image = np.ones((3, SIDE, SIDE), dtype=np.float32)
    padded = pad(image)
    assert padded.shape == (3, 32, 32)
    assert padded.sum() == image.sum()
    assert padded[:, 2:-2, 2:-2].min() == 1


def test_the_samples_fill_the_box(samples: list[Drawing]) -> None:
    for sample in samples:
        image = draw(sample.ink)
        sides = [np.ptp(np.flatnonzero(image.max(axis=axis) > 0.1)) + 1 for axis in (0, 1)]
        assert max(sides) == pytest.approx(BOX, abs=2)
