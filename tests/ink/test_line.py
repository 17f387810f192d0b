from __future__ import annotations

import numpy as np
import pytest

from lenetpad.ink.files import read_ink
from lenetpad.ink.line import WIDEST, draw_line
from lenetpad.ink.raster import DEFAULT_PEN
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.storage import resources


def written(digits: str, gap: float = 0.25) -> Ink:
    """Digits of the first writer in the sample ink beside each other, each 1 high."""
    drawings = read_ink(resources.path("ink/samples.jsonl"))
    strokes, left = [], 0.0
    for digit in digits:
        paths = [stroke.xy for stroke in drawings[int(digit)].ink.strokes]
        points = np.concatenate(paths)
        low, high = points.min(axis=0), points.max(axis=0)
        size = (high - low) / (high - low)[1]
        strokes += [Stroke.of((path - low) / (high - low)[1] + [left, 0]) for path in paths]
        left += float(size[0]) + gap
    return Ink(tuple(strokes))


def moved(ink: Ink, factor: float, x: float, y: float) -> Ink:
    return Ink(tuple(Stroke.of(stroke.xy * factor + [x, y]) for stroke in ink.strokes))


def moved_down(stroke: Stroke, by: float) -> Stroke:
    return Stroke.of(stroke.xy + np.array([0.0, by]))


def rows_of_ink(image: np.ndarray) -> tuple[int, int]:
    rows = np.flatnonzero(image.max(axis=1) > 0.5)
    return int(rows[0]), int(rows[-1])


def columns_of_ink(image: np.ndarray) -> tuple[int, int]:
    columns = np.flatnonzero(image.any(axis=0))
    return int(columns[0]), int(columns[-1])


def test_the_writing_is_as_high_as_mnists_and_in_the_middle() -> None:
    image = draw_line(written("20357"))
    top, bottom = rows_of_ink(image)
    assert 19 <= bottom - top + 1 <= 21
    assert abs(top + bottom - 31) <= 1
    assert image.shape[0] == 32
    assert image.shape[1] % 4 == 0
    left, right = columns_of_ink(image)
    assert 12 <= left <= 16
    assert 12 <= image.shape[1] - 1 - right <= 18


def test_place_and_size_of_the_ink_are_nothing_to_the_image() -> None:
    ink = written("9041")
    expected = draw_line(ink)
    assert np.abs(draw_line(moved(ink, 70, -300, 4000)) - expected).max() < 1e-3


def test_the_order_of_strokes_is_nothing_to_the_image() -> None:
    ink = written("4757")
    assert np.array_equal(draw_line(Ink(ink.strokes[::-1])), draw_line(ink))


def test_a_low_mark_does_not_make_the_digits_larger() -> None:
    """Most of a line says how large it is; a dash or a point says nothing."""
    ink = written("333")
    dash = Stroke.of([[x, 0.5] for x in (3.5, 4.0)])
    point = Stroke.of([[4.5, 1.0]])
    expected = rows_of_ink(draw_line(ink))
    assert rows_of_ink(draw_line(Ink((*ink.strokes, dash, point)))) == expected


def test_digits_that_stand_clear_become_as_high_as_each_other() -> None:
    """A small one and a large one, one above the line and one below."""
    ink = written("333")
    uneven = Ink(
        tuple(
            Stroke.of(stroke.xy * [1.0, factor] + [0.0, down])
            for stroke, factor, down in zip(
                ink.strokes, (1.0, 0.75, 1.3), (0.0, -0.2, 0.3), strict=True
            )
        )
    )
    image = draw_line(uneven)
    inked = np.flatnonzero(image.max(axis=0) > 0.5)
    digits = np.split(inked, np.flatnonzero(np.diff(inked) > 1) + 1)
    assert len(digits) == 3
    for columns in digits:
        top, bottom = rows_of_ink(image[:, columns])
        assert 19 <= bottom - top + 1 <= 21
        assert abs(top + bottom - 31) <= 1


def test_gaps_are_as_wide_as_the_line_has_them() -> None:
    near, far = (columns_of_ink(draw_line(written("333", gap))) for gap in (0.3, 0.8))
    added = (far[1] - far[0]) - (near[1] - near[0])
    assert added == pytest.approx(2 * 0.5 * 17.6, abs=1.5)


def test_a_broad_digit_is_no_larger_than_a_high_one() -> None:
    """As in MNIST its larger side counts; what is far wider than high are several digits."""
    ring = np.stack([np.cos(np.linspace(0, 6.3, 40)), np.sin(np.linspace(0, 6.3, 40))], axis=1)
    three = written("33").strokes
    zero = Stroke.of(ring * [0.6, 0.46] + [3.0, 0.5])
    image = draw_line(Ink((*three, zero)))
    inked = np.flatnonzero(image.max(axis=0) > 0.5)
    digits = np.split(inked, np.flatnonzero(np.diff(inked) > 1) + 1)
    assert len(digits[2]) <= 21


def test_touching_digits_keep_their_sizes_among_themselves() -> None:
    """Nobody knows yet where one of them begins."""
    ink = written("33", gap=-0.05)
    small = Ink((ink.strokes[0], Stroke.of(ink.strokes[1].xy * [1.0, 0.6])))
    image = draw_line(small)
    first, last = columns_of_ink(image)
    left, right = image[:, first : first + 6], image[:, last - 6 : last]
    heights = [rows_of_ink(part)[1] - rows_of_ink(part)[0] for part in (left, right)]
    assert heights[1] < 0.85 * heights[0]


@pytest.mark.parametrize("slope", [-0.5, 0.3])
def test_a_line_that_rises_or_falls_is_made_level(slope: float) -> None:
    ink = written("33333")
    rising = Ink(
        tuple(moved_down(stroke, slope * stroke.xy[:, 0].min()) for stroke in ink.strokes)
    )
    assert np.abs(draw_line(rising) - draw_line(ink)).max() < 1e-3


def test_a_mark_far_below_the_line_is_drawn_in_the_image() -> None:
    ink = written("333")
    comma = Stroke.of([[3.0, 2.5], [2.95, 2.8]])
    image = draw_line(Ink((*ink.strokes, comma)))
    assert image[26:, -24:].max() > 0.9
    assert image[-1].max() < 0.9


def test_no_ink_is_cut_off() -> None:
    """A part that is higher than the image is drawn smaller than the others would have it."""
    digits = written("33")
    tall = Stroke.of([[3.0, -4.0], [3.0, 6.0]])
    image = draw_line(Ink((*digits.strokes, *written("33").strokes, tall)))
    assert image[0].max() < 0.9
    assert image[-1].max() < 0.9
    assert image[2:30, -20:].max() > 0.9


@pytest.mark.parametrize(
    "ink",
    [
        Ink.of([[[0, 0], [1e6, 0]]]),
        Ink.of([[[0, 0], [1e6, 1]]]),
        Ink.of([[[x, 0], [x, 1]] for x in range(3000)]),
        Ink((Stroke.of(np.random.default_rng(1).random((40_000, 2)) * [60, 1]),)),
    ],
    ids=["a level line", "an almost level line", "3,000 ones", "40,000 points"],
)
def test_no_line_is_wider_than_it_may_be(ink: Ink) -> None:
    image = draw_line(ink)
    assert image.shape[1] <= WIDEST
    left, right = columns_of_ink(image)
    assert left >= 12
    assert right <= image.shape[1] - 13


def test_a_point_is_a_dot_and_nothing_is_blank() -> None:
    dot = draw_line(Ink.of([[[7, 7]]]))
    assert dot.shape == (32, 32)
    assert dot[15:17, 15:17].min() > 0.5
    assert DEFAULT_PEN.width - 1 < np.sqrt(dot.sum()) < DEFAULT_PEN.width + 1
    assert not draw_line(Ink()).any()
