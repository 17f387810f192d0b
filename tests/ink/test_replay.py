"""Ink as it was written: times, moments and what lay there at them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenetpad.ink.replay import (
    EVEN_STEP,
    LONGEST_PAUSE,
    PEN_UP,
    SHORT_PAUSE,
    frame_times,
    halfway,
    moment_after,
    replay_of,
    sampled,
)
from lenetpad.ink.strokes import Ink, Stroke


def timed(*strokes: list[float]) -> Ink:
    """Ink whose points, one for each time, lie on a line."""
    return Ink(tuple(Stroke.of([[n, n] for n in range(len(t))], t) for t in strokes))


def test_times_are_those_of_the_pen_since_the_first_point() -> None:
    replay = replay_of(timed([5.0, 5.1, 5.4], [9.0, 9.5]))
    assert replay.times == pytest.approx([0.0, 0.1, 0.4, 4.0, 4.5])
    assert not replay.even
    assert replay.duration == pytest.approx(4.5)
    assert replay.ends == (3, 5)


def test_long_pauses_are_shortened_and_nothing_else_is() -> None:
    replay = replay_of(timed([0.0, 0.1], [9.0, 9.2, 12.0], [12.3]), short_pauses=True)
    pause = SHORT_PAUSE
    assert np.diff(replay.times) == pytest.approx([0.1, pause, 0.2, pause, 0.3])


@pytest.mark.parametrize("t", [[0.0, 0.0, 0.0], [7.0, 7.0, 7.0], [0.0, 2.0, 1.0]])
def test_a_stroke_without_times_has_even_ones(t: list[float]) -> None:
    replay = replay_of(timed(t, [20.0, 20.5]))
    assert np.diff(replay.times)[:2] == pytest.approx([EVEN_STEP, EVEN_STEP])
    assert replay.times[4] - replay.times[3] == pytest.approx(0.5)
    assert replay.even


def test_strokes_whose_times_begin_anew_follow_one_another() -> None:
    replay = replay_of(timed([0.0, 1.0], [0.0, 2.0]))
    assert replay.times == pytest.approx([0.0, 1.0, 1.0 + PEN_UP, 3.0 + PEN_UP])
    assert not replay.even  # each has a speed of its own


def test_dots_without_times_have_even_ones() -> None:
    replay = replay_of(timed([0.0], [0.0], [0.0]))
    assert replay.times == pytest.approx([0.0, PEN_UP, 2 * PEN_UP])
    assert replay.even


def test_times_of_no_hand_stay_finite() -> None:
    replay = replay_of(timed([-1e308, 1e308], [1e308, 1.5e308]))
    assert replay.times[1] == LONGEST_PAUSE
    assert np.isfinite(replay.times).all()


def test_no_ink_has_no_times() -> None:
    replay = replay_of(Ink())
    assert (replay.count, replay.duration, replay.ends, replay.even) == (0, 0.0, (), False)
    assert replay.at(1.0) == Ink()
    assert sampled(replay, 5) == ()


def test_what_was_written_by_a_moment() -> None:
    ink = timed([0.0, 0.1, 0.2], [1.0, 1.1])
    replay = replay_of(ink)
    assert replay.at(-1.0) == replay.at(0.05) == timed([0.0])
    assert replay.at(0.1) == timed([0.0, 0.1])
    assert replay.at(0.9) == timed([0.0, 0.1, 0.2])
    assert replay.at(1.05) == timed([0.0, 0.1, 0.2], [1.0])
    assert replay.at(99.0) == ink
    assert replay.at(1.0).strokes[0] is ink.strokes[0]  # whoever knows it knows it again


@given(
    st.lists(st.lists(st.floats(0, 50), min_size=1, max_size=6), min_size=1, max_size=5),
    st.integers(-3, 40),
)
def test_what_was_made_and_the_rest_are_the_whole(strokes: list[list[float]], count: int) -> None:
    replay = replay_of(timed(*strokes))
    made, rest = replay.partial(count), replay.rest(count)
    clipped = min(max(count, 0), replay.count)
    assert made.point_count == clipped
    begun = clipped not in (0, *replay.ends)  # the rest of a stroke begins at the pen
    assert rest.point_count == replay.count - clipped + begun
    assert (np.diff(replay.times) >= 0).all()
    assert replay.times[0] == 0
    if clipped >= 1:
        assert replay.count_at(replay.time_of(clipped)) >= clipped


def test_a_replay_runs_at_its_speed_and_ends() -> None:
    assert moment_after(1.0, 2.0, 0.25, 10.0) == pytest.approx(1.5)
    assert moment_after(1.0, 2.0, 2.0, 10.0) == pytest.approx(5.0)
    assert moment_after(9.0, 2.0, 2.0, 10.0) == 10.0


def test_samples_are_all_points_or_spread_over_them() -> None:
    replay = replay_of(timed([n / 10 for n in range(101)]))
    assert sampled(replay, 200) == tuple(range(1, 102))
    few = sampled(replay, 11)
    assert len(few) == 11
    assert (few[0], few[-1]) == (1, 101)
    assert set(np.diff(few)) == {10}


def test_changes_are_looked_for_halfway() -> None:
    assert halfway((1, 5, 6, 12), (True, True, False)) == (3,)
    assert halfway((1, 5, 6, 12), (False, False, True)) == (9,)


def test_frames_are_even_and_bounded() -> None:
    assert frame_times(1.0, 10, 100) == pytest.approx([n / 10 for n in range(11)])
    assert len(frame_times(1000.0, 25, 300)) == 300
    assert frame_times(0.0, 10, 100) == (0.0, 0.0)
