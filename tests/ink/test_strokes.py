"""Strokes, sheets and their history are values."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lenetpad.ink.strokes import UNDO_DEPTH, History, Ink, InkError, Sheet, Stroke

CROSS = Ink.of([[[0, 0], [10, 10]], [[0, 10], [10, 0]]])


def test_points_keep_position_time_and_pressure() -> None:
    stroke = Stroke.of([[1, 2], [3, 4]], t=[0.0, 0.1], pressure=[0.2, 0.9])
    assert stroke.points.tolist() == [[1, 2, 0, 0.2], [3, 4, 0.1, 0.9]]


def test_a_stroke_cannot_be_changed() -> None:
    stroke = CROSS.strokes[0]
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 5
    with pytest.raises(dataclasses.FrozenInstanceError):
        stroke.points = np.zeros((1, 4))  # type: ignore[misc]


def test_a_stroke_keeps_its_own_points() -> None:
    points = np.zeros((2, 4))
    stroke = Stroke(points)
    points[0, 0] = 7
    assert stroke.points[0, 0] == 0


def test_a_stroke_over_good_points_copies_nothing() -> None:
    points = np.arange(8, dtype=np.float64).reshape(2, 4)
    stroke = Stroke.over(points)
    assert type(stroke) is Stroke
    assert stroke == Stroke(points)
    assert np.shares_memory(stroke.points, points)
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 5
    assert points.flags.writeable


@pytest.mark.parametrize(
    "xy",
    [
        [],
        [[]],
        [[1]],
        [[1, 2, 3]],
        [[1, 2], [3]],
        [[float("nan"), 0]],
        [[0, float("inf")]],
        [[1e10, 0]],
        [["a", "b"]],
    ],
)
def test_points_that_cannot_be_drawn_are_refused(xy: list[list[float]]) -> None:
    with pytest.raises(InkError):
        Stroke.of(xy)


def test_times_and_pressures_must_fit_the_points() -> None:
    with pytest.raises(InkError, match=r"^2 points have 1 times or pressures$"):
        Stroke.of([[0, 0], [1, 1]], t=[0.0])
    with pytest.raises(InkError, match="times and pressures do not fit: "):
        Stroke.of([[0, 0]], t=["soon"])  # type: ignore[list-item]
    with pytest.raises(InkError, match=r"^a stroke needs at least one point, each as \[x, y\]$"):
        Stroke.of([])
    with pytest.raises(InkError):
        Stroke.of([[0, 0]], pressure=[float("nan")])


def test_equal_points_are_equal_strokes() -> None:
    assert Ink.of([[[0, 0], [10, 10]]]) == Ink(CROSS.strokes[:1])
    assert hash(CROSS) == hash(Ink(CROSS.strokes))
    assert hash(Ink.of([[[-0.0, 1]]])) == hash(Ink.of([[[0, 1]]]))
    assert Ink.of([[[0, 0], [10, 11]]]) != Ink(CROSS.strokes[:1])


def test_a_sheet_holds_ink_or_a_picture() -> None:
    picture = np.zeros((28, 28), dtype=np.float32)
    assert not Sheet()
    assert Sheet(CROSS)
    assert Sheet(picture=picture)
    assert Sheet(picture=picture) == Sheet(picture=picture.copy())
    assert Sheet(picture=picture) != Sheet(picture=picture + 1)
    assert Sheet(picture=picture) != Sheet()
    with pytest.raises(InkError):
        Sheet(CROSS, picture)
    with pytest.raises(InkError):
        Sheet(picture=np.zeros((5, 5), dtype=np.float32))


def test_undo_and_redo_go_back_and_forth() -> None:
    one, two = Sheet(Ink(CROSS.strokes[:1])), Sheet(CROSS)
    history = History().doing(one).doing(two)
    assert history.undone().present == one
    assert history.undone().undone().present == Sheet()
    assert history.undone().undone().redone().redone() == history
    assert History().undone() == History()
    assert history.redone() is history


def test_a_new_step_forgets_what_was_undone() -> None:
    history = History().doing(Sheet(CROSS)).undone().doing(Sheet(Ink(CROSS.strokes[1:])))
    assert history.redone() is history


def test_doing_nothing_is_no_step() -> None:
    history = History().doing(Sheet(CROSS))
    assert history.doing(Sheet(CROSS)) is history


def test_clearing_can_be_undone() -> None:
    assert History().doing(Sheet(CROSS)).doing(Sheet()).undone().present == Sheet(CROSS)


def test_the_history_is_bounded() -> None:
    history = History()
    for step in range(UNDO_DEPTH + 50):
        history = history.doing(Sheet(Ink.of([[[step, 0]]])))
    assert len(history.past) == UNDO_DEPTH


@pytest.mark.parametrize(
    ("shape", "holds"),
    [
        ((28, 29), True),
        ((64, 2048), True),
        ((27, 50), False),
        ((65, 50), False),
        ((28, 2049), False),
    ],
)
def test_a_line_of_a_picture_has_a_size(shape: tuple[int, int], holds: bool) -> None:
    picture = np.zeros(shape, dtype=np.float32)
    if holds:
        assert Sheet(picture=picture).line is not None
    else:
        with pytest.raises(InkError, match="a line of up to 64"):
            Sheet(picture=picture)


def test_a_digits_picture_is_no_line() -> None:
    assert Sheet(picture=np.zeros((28, 28), dtype=np.float32)).line is None
    assert Sheet(CROSS).line is None
