"""How fast a training goes, and how long it still takes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lenetpad.ui.train.pace import FEWEST_STEPS, SPEED_SHARE, Pace
from lenetpad.values.training import Progress


def report(step: int, speed: float = 100.0) -> Progress:
    return Progress(1, 1, step, 1000, 0.5, 0.01, speed)


def test_the_speed_follows_the_reports_smoothly() -> None:
    pace = Pace()
    assert pace.speed is None
    pace.take(report(1, 100.0))
    assert pace.speed == 100.0
    pace.take(report(2, 200.0))
    assert pace.speed == pytest.approx(100.0 + SPEED_SHARE * 100.0)


def test_the_time_left_is_that_of_the_last_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [50.0]
    monkeypatch.setattr("lenetpad.ui.train.pace.time", SimpleNamespace(monotonic=lambda: clock[0]))
    pace = Pace()
    assert pace.seconds_left(report(100)) is None
    clock[0] += 1.0
    assert pace.seconds_left(report(100 + FEWEST_STEPS - 1)) is None
    clock[0] += 9.0
    assert pace.seconds_left(report(200)) == pytest.approx(10.0 / 100 * 800)
    pace.forget_start()  # a pause
    clock[0] += 1000.0
    assert pace.seconds_left(report(200)) is None
    clock[0] += 1.0
    assert pace.seconds_left(report(220)) == pytest.approx(1.0 / 20 * 780)
