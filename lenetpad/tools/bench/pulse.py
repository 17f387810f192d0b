"""How long the event loop stands still."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Slot

TICK_MS: Final = 2  # how often the event loop is asked whether it still runs


class Pulse(QObject):
    """Beats while events are handled; ``longest`` are the most seconds between two beats."""

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._beat = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._note)

    def start(self) -> None:
        """Begin anew."""
        self.longest, self._beat = 0.0, time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> float:
        """Stop; the longest stand, in seconds, the one until now included."""
        self._note()
        self._timer.stop()
        return self.longest

    @Slot()
    def _note(self) -> None:
        now = time.perf_counter()
        self.longest, self._beat = max(self.longest, now - self._beat), now
