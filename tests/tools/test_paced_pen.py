"""The pen of the benchmarks: what it sends, and that it leaves the event loop to others."""

from __future__ import annotations

from itertools import count, pairwise
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from lenetpad.tools.bench import pen as paced
from lenetpad.tools.bench.pen import RATE, PacedPen
from lenetpad.tools.synthetic_pen import Phase, PointerEvent

EVENT = PointerEvent(0.0, Phase.MOVE, 0.5, 0.5, 1.0)


class Clock:
    """Time that passes only while an event is sent."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


class Window:
    """Stands for the driver of a window that takes so many seconds for each event."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.pen, self._clock, self._seconds = self, clock, seconds
        self.serial = self.in_a_row = 0

    def send(self, event: PointerEvent) -> None:
        self.serial += 1
        self.in_a_row += 1
        assert self.in_a_row <= 1000, "the event loop does not go on"
        self._clock.now += self._seconds


class Probe:
    """Keeps when the events were due."""

    def __init__(self) -> None:
        self.due: list[float] = []

    def submitted(self, due: float) -> None:
        self.due.append(due)


def test_a_window_that_does_not_keep_up_does_not_hold_the_loop(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, probe = Clock(), Probe()
    monkeypatch.setattr(paced, "time", clock)
    window: Any = Window(clock, seconds=2.5 / RATE)
    pen = PacedPen(window, probe, (EVENT for _ in count()))  # type: ignore[arg-type]
    turns = QTimer()
    turns.timeout.connect(lambda: setattr(window, "in_a_row", 0))
    turns.start(0)
    clock.now = -1 / RATE  # the first is due at 0
    pen.start()
    clock.now = 0.0
    qtbot.waitUntil(lambda: window.serial >= 100)
    pen.stop()
    # None is left out, and each is as late as it is: when it was due is what counts.
    assert all(b - a == pytest.approx(1 / RATE) for a, b in pairwise(probe.due))
    assert clock.now - probe.due[-1] > 100 * 1.4 / RATE
    sent = window.serial
    with qtbot.waitSignal(turns.timeout):
        pass
    assert window.serial == sent


def test_after_a_pause_all_that_was_due_is_sent_at_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, probe = Clock(), Probe()
    monkeypatch.setattr(paced, "time", clock)
    window: Any = Window(clock, seconds=0.0)
    pen = PacedPen(window, probe, (EVENT for _ in count()))  # type: ignore[arg-type]
    pen.start()
    clock.now = 5.5 / RATE  # so long the loop stood still
    qtbot.waitUntil(lambda: window.serial > 0)
    assert window.serial == 5
    pen.stop()
