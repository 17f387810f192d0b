"""The time line of a drawing: who led, and where the answer changed."""

from __future__ import annotations

import numpy as np

from lenetpad.values.time_line import CLASSES, NO_DIGIT, Change, TimeLine

ROWS = ({3: 0.6, 8: 0.2}, {3: 0.6, 8: 0.3}, {8: 0.9}, {NO_DIGIT: 0.8, 8: 0.1}, {3: 0.5, 1: 0.4})


def line() -> TimeLine:
    probabilities = np.zeros((len(ROWS), CLASSES), np.float32)
    for place, row in enumerate(ROWS):
        probabilities[place, list(row)] = list(row.values())
    return TimeLine((1, 4, 9, 20, 21), probabilities, ("3", "3", "8", "", "3"))


def test_who_led_most_comes_first_and_who_never_did_is_left_out() -> None:
    assert line().leaders == (3, 8, NO_DIGIT)


def test_the_answer_changes_where_it_is_another_for_the_first_time() -> None:
    assert line().changes == (Change(9, "3", "8"), Change(20, "8", ""), Change(21, "", "3"))


def test_a_drawing_of_so_many_points_is_at_the_last_moment_before() -> None:
    assert [line().place_of(count) for count in (0, 1, 3, 4, 19, 20, 99)] == [0, 0, 0, 1, 2, 3, 4]
