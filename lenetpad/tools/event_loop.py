"""Waiting in Qt's event loop, and the gaps in which it handles no events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

TIMEOUT_SECONDS: Final = 60.0
POLL_MS: Final = 10  # between two looks at a condition, at the most
TICK_MS: Final = 2  # period of the timer that gaps are measured with


def wait_until(condition: Callable[[], object], seconds: float = TIMEOUT_SECONDS) -> None:
    """Handle events until a condition holds; RuntimeError at the timeout."""
    limit = time.perf_counter() + seconds
    poll = QTimer()  # for a condition that changes without an event
    poll.start(POLL_MS)
    while not condition():
        if time.perf_counter() > limit:
            raise RuntimeError(f"the window did not come so far within {seconds:.0f} s")
        # With a maximal time it would not block, but take a core from whatever is waited for.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def process_until(moment: float) -> None:
    """Handle events until the monotonic clock (``time.perf_counter``) says ``moment``."""
    while (left := moment - time.perf_counter()) > 0:
        QApplication.processEvents(
            QEventLoop.ProcessEventsFlag.AllEvents, max(1, int(left * 1000))
        )


def process_for(seconds: float) -> None:
    """Handle events for so long."""
    process_until(time.perf_counter() + seconds)


class GapMonitor(QObject):
    """Measures the event loop's longest gap: the longest time between ticks of a fast timer."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)

    def start(self) -> None:
        """Start, or start over."""
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> float:
        """Stop; the longest gap in seconds, the one until now included."""
        self._note()
        self._timer.stop()
        return self.longest

    @Slot()
    def _note(self) -> None:
        now = time.perf_counter()
        self.longest, self._last = max(self.longest, now - self._last), now
