"""Numbers composed of single digits: what is where, and whose each point is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenetpad.data.composed_numbers import (
    BETWEEN,
    CLEAR,
    LAYOUTS,
    TOUCHING,
    ComposedNumber,
    by_writer,
    compose,
    composed,
    with_ones,
    with_scribbles,
)
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Points
from lenetpad.ink.styles import written


@pytest.fixture(scope="module")
def writers() -> dict[str, list[Drawing]]:
    """Two made-up writers with a few digits each."""
    rng = np.random.default_rng(8)
    return {
        name: [Drawing(written(digit, rng), digit, name) for digit in range(10)]
        for name in ("ann", "bob")
    }


def points_of(number: ComposedNumber, place: int) -> Points:
    """All points of one digit of a number."""
    return np.concatenate(
        [
            stroke.xy[owners == place]
            for stroke, owners in zip(number.ink.strokes, number.owners, strict=True)
        ]
    )


def test_every_layout_has_its_digits_from_left_to_right(writers: dict[str, list[Drawing]]) -> None:
    for layout in LAYOUTS.values():
        for number in composed(writers, 20, layout, 1):
            for stroke, owners in zip(number.ink.strokes, number.owners, strict=True):
                assert len(stroke.points) == len(owners)
            assert {int(one) for owners in number.owners for one in owners} - {BETWEEN} == set(
                range(len(number.label))
            )
            middles = [points_of(number, k)[:, 0].mean() for k in range(len(number.label))]
            assert middles == sorted(middles)


def test_numbers_with_ones_have_many_and_most_are_straight_bars(
    writers: dict[str, list[Drawing]],
) -> None:
    numbers = list(with_ones(writers, 60, CLEAR, 6))
    text = "".join(number.label for number in numbers)
    assert 0.5 < text.count("1") / len(text) < 0.8
    assert set(text) == set("0123456789")
    straight = []
    for number in numbers:
        for place, digit in enumerate(number.label):
            if digit == "1":
                xy = points_of(number, place) - points_of(number, place).mean(axis=0)
                along = np.linalg.eigvalsh(xy.T @ xy)
                straight.append(along[0] < 0.002 * along[1])
    assert 0.4 < np.mean(straight) < 0.95


def test_the_digits_are_those_of_the_label(writers: dict[str, list[Drawing]]) -> None:
    """Apart from its size and place, each digit's ink is a drawing of that digit."""
    for number in composed(writers, 10, CLEAR, 2):
        for place, digit in enumerate(number.label):
            xy = points_of(number, place)
            forms = [
                np.concatenate([stroke.xy for stroke in drawing.ink.strokes])
                for drawing in writers[number.writer]
                if str(drawing.label) == digit
            ]
            scaled = (xy - xy.min(axis=0)) / np.ptp(xy[:, 1])
            assert any(
                np.allclose(scaled, (form - form.min(axis=0)) / np.ptp(form[:, 1]), atol=1e-6)
                for form in forms
            )


def test_clear_gaps_are_gaps_and_touching_digits_touch(
    writers: dict[str, list[Drawing]],
) -> None:
    for layout, low, high in ((CLEAR, 0.09, 0.6), (TOUCHING, -0.25, 0.06)):
        for number in composed(writers, 20, layout, 3):
            for place in range(1, len(number.label)):
                before, after = points_of(number, place - 1), points_of(number, place)
                gap = after[:, 0].min() - before[:, 0].max()
                assert low <= gap <= high


def test_delayed_strokes_come_last(writers: dict[str, list[Drawing]]) -> None:
    fours = [
        Drawing(Ink.of([[[0, 0], [0, 5], [5, 5]], [[4, 2], [4, 9]]]), 4, "ann") for _ in range(3)
    ]
    number = compose(fours, "ann", replace(CLEAR, delayed=1.0), np.random.default_rng(4))
    assert [int(owners[0]) for owners in number.owners] == [0, 1, 2, 0, 1, 2]


def test_a_ligature_runs_from_the_end_of_one_digit_to_the_next(
    writers: dict[str, list[Drawing]],
) -> None:
    ones = [Drawing(Ink.of([[[0, 0], [0, 9]]]), 1, "ann") for _ in range(2)]
    number = compose(ones, "ann", replace(CLEAR, ligatures=1.0), np.random.default_rng(5))
    (stroke,), (owners,) = number.ink.strokes, number.owners
    assert owners[0] == 0
    assert owners[-1] == 1
    between = stroke.xy[owners == BETWEEN]
    assert len(between) > 0
    assert between[:, 0].min() >= points_of(number, 0)[:, 0].max() - 0.2
    assert between[:, 0].max() <= points_of(number, 1)[:, 0].min() + 0.2


def test_the_same_seed_composes_the_same(writers: dict[str, list[Drawing]]) -> None:
    once, again, other = (
        [number.ink for number in composed(writers, 5, CLEAR, seed)] for seed in (6, 6, 7)
    )
    assert once == again
    assert once != other


def test_writers_keep_to_themselves(writers: dict[str, list[Drawing]]) -> None:
    drawings = [*writers["bob"], *writers["ann"], Drawing(writers["ann"][0].ink, "a", "ann")]
    drawings.append(Drawing(writers["ann"][0].ink, 3, None))
    drawings.append(Drawing(writers["ann"][0].ink, 3, "only one"))
    found = by_writer(drawings)
    assert list(found) == ["ann", "bob"]
    assert all(len(theirs) == 10 for theirs in found.values())


def test_a_scribble_is_beside_digits(writers: dict[str, list[Drawing]]) -> None:
    for number in with_scribbles(writers, 10, 9):
        assert number.label.count("?") == 1
        assert 2 <= len(number.label) <= 4
