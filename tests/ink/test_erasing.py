"""The eraser: the strokes on its way, whatever the ink's size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenetpad.ink import erasing
from lenetpad.ink.erasing import BLOCK, Eraser
from lenetpad.ink.strokes import Ink, Stroke

CROSS = Ink.of([[[0, 0], [10, 10]], [[10, 0], [10, 10]], [[3, 3]]])


def distance(stroke: Stroke, x: float, y: float) -> float:
    """The distance from a place to a stroke, segment by segment."""
    best = float("inf")
    xy = stroke.xy.tolist()
    for (ax, ay), (bx, by) in zip(xy, xy[1:] or xy, strict=False):
        length = (bx - ax) ** 2 + (by - ay) ** 2
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length if length else 0.0
        along = min(max(along, 0.0), 1.0)
        best = min(best, np.hypot(ax + along * (bx - ax) - x, ay + along * (by - ay) - y))
    return best


def left(ink: Ink, reach: float, *way: tuple[float, float]) -> list[int]:
    eraser = Eraser(ink, reach)
    eraser.erase(way[0], way[-1])
    return [ink.strokes.index(stroke) for stroke in eraser.ink.strokes]


def test_strokes_within_reach_go() -> None:
    assert left(CROSS, 1, (1, 1)) == [1, 2]
    assert left(CROSS, 1, (3, 3)) == [1]
    assert left(CROSS, 2, (9, 5)) == [0, 2]
    assert left(CROSS, 2, (3, 5.1)) == [1, 2] != left(CROSS, 1, (3, 5.1)) == [0, 1, 2]
    assert left(CROSS, 1, (50, 50)) == [0, 1, 2]


def test_a_way_that_crosses_a_stroke_between_its_points_takes_it() -> None:
    assert left(CROSS, 0.5, (5, 8), (20, 8)) == [2]
    assert left(CROSS, 0.5, (4, 2), (9, 2)) == [0, 1, 2]


def test_nothing_to_erase() -> None:
    eraser = Eraser(Ink(), 5)
    assert not eraser.erase((0, 0), (1, 1))
    assert not eraser.finish()
    eraser = Eraser(CROSS, 5)
    assert not eraser.erase((50, 50), (60, 60))
    assert not eraser.finish()
    assert eraser.ink is CROSS


def test_what_is_erased_stays_erased() -> None:
    eraser = Eraser(CROSS, 1)
    assert eraser.erase((0, 0), (0, 0))
    assert not eraser.erase((0, 0), (0, 0))
    assert eraser.erase((10, 0), (10, 0))
    assert eraser.ink == Ink(CROSS.strokes[2:])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([1, 2, 63, 64, 65, 200]))
def test_it_agrees_with_the_distance_to_each_segment(seed: int, strokes: int, points: int) -> None:
    rng = np.random.default_rng(seed)
    ink = Ink(
        tuple(
            Stroke.of(rng.random(2) * 800 + rng.random((points, 2)) * 200) for _ in range(strokes)
        )
    )
    x, y, reach = *(rng.random(2) * 1000), rng.random() * 60
    expected = [n for n, one in enumerate(ink.strokes) if distance(one, x, y) > reach]
    assert left(ink, reach, (x, y)) == expected


@pytest.mark.parametrize("count", [BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 1])
def test_the_line_between_two_blocks_is_found(count: int) -> None:
    ink = Ink((Stroke.of([[10.0 * n, 0.0] for n in range(count)]),))
    for place in range(5, 10 * (count - 1), 10):
        assert left(ink, 1, (place, 0.5)) == []


@pytest.fixture
def two_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "STROKES_AN_EVENT", 2)


def dots(*places: float) -> Ink:
    return Ink.of([[[place, 0.0]] for place in places])


@pytest.mark.usefixtures("two_an_event")
def test_strokes_that_are_looked_at_late_go_with_an_event_that_comes_after() -> None:
    eraser = Eraser(dots(0, 10, 20, 0, 10, 20, 0), 1)
    assert eraser.erase((0, 0), (0, 0))
    assert eraser.ink == dots(10, 20, 0, 10, 20, 0)
    assert eraser.erase((50, 0), (50, 0))
    assert eraser.ink == dots(10, 20, 10, 20, 0)
    assert eraser.erase((20, 0), (20, 0))
    assert eraser.ink == dots(10, 10, 0)
    assert eraser.erase((50, 0), (50, 0))
    assert eraser.ink == dots(10, 10)
    assert not eraser.finish()


@pytest.mark.usefixtures("two_an_event")
def test_the_rest_goes_when_the_eraser_is_lifted() -> None:
    eraser = Eraser(dots(0, 10, 20, 0, 10, 20, 0), 1)
    eraser.erase((0, 0), (0, 0))
    assert eraser.finish()
    assert eraser.ink == dots(10, 20, 10, 20)


@pytest.mark.parametrize("limit", [1, 65, 130, 10_000])
def test_long_strokes_are_looked_at_one_an_event(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "POINTS_AN_EVENT", limit)
    lines = Ink.of([[[x, 10.0 * y] for x in range(65)] for y in range(3)])
    eraser = Eraser(lines, 1)
    assert not eraser.erase((64, -20), (64, -20))
    assert eraser.erase((64, 0), (64, 20))
    eraser.finish()
    assert eraser.ink == Ink()
