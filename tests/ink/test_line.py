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


def test_ink_that_goes_far_up_and_down_is_drawn_smaller_not_cut() -> None:
    ink = written("3338")
    rising = Ink(
        tuple(Stroke.of(stroke.xy - [0, 0.4 * nth]) for nth, stroke in enumerate(ink.strokes))
    )
    image = draw_line(rising)
    top, bottom = rows_of_ink(image)
    assert top >= 1
    assert bottom <= 30
    assert not image[[0, -1]].max() > 0.9
    lowest = max(rising.strokes, key=lambda stroke: stroke.xy[:, 1].max())
    assert lowest is rising.strokes[0]  # which is all there, at the left
    assert image[:, : image.shape[1] // 3].any()


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


@pytest.mark.parametrize("slope", [-0.3, 0.2])
def test_a_line_that_rises_or_falls_is_made_level(slope: float) -> None:
    ink = written("73335")
    sheared = Ink(
        tuple(
            Stroke.of(stroke.xy + np.outer(stroke.xy[:, 0], [0.0, slope]))
            for stroke in ink.strokes
        )
    )
    expected, found = draw_line(ink), draw_line(sheared)
    assert np.abs(found - expected).max() < 1e-3
    top, bottom = rows_of_ink(found)
    assert bottom - top + 1 <= 22


def test_one_digit_that_hangs_below_the_line_does_not_tilt_it() -> None:
    ink = written("33333")
    hanging = Ink((*ink.strokes[:-1], moved_down(ink.strokes[-1], 0.4)))
    first = columns_of_ink(draw_line(ink))[0]
    level, found = draw_line(ink), draw_line(hanging)
    digit = slice(first, first + 14)
    tops = [np.flatnonzero(image[:, digit].max(axis=1) > 0.5)[0] for image in (level, found)]
    assert abs(int(tops[0]) - int(tops[1])) <= 1


def test_two_digits_are_as_they_were_written() -> None:
    """With two, nobody knows whether the line or the hand was uneven."""
    ink = written("33")
    lower = Ink((ink.strokes[0], moved_down(ink.strokes[1], 0.25)))
    image = draw_line(lower)
    left = image[:, : image.shape[1] // 2]
    right = image[:, image.shape[1] // 2 :]
    assert rows_of_ink(right)[1] - rows_of_ink(left)[1] >= 3
