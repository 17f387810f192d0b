"""Where the pointer is, over whichever widget and window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCursor

#: How often it is looked at while something follows it, and while it is only noticed.
FOLLOW_MS: Final = 16
NOTICE_MS: Final = 100
REST_MS: Final = 2000


class PointerWatch(QObject):
    """``moved`` carries a new global place; ``resting`` says that the pointer has rested for two
    seconds, or moves again.

    It is looked at now and then: a filter of all events would hold up each of a pen's.
    """

    moved = Signal(QPoint)
    resting = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.at = QCursor.pos()
        self._rests = False
        self._still = QElapsedTimer()
        self._wanted: dict[QObject, bool] = {}  # by whom, and whether it is followed
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.look)

    def want(self, who: QObject, *, on: bool, follow: bool = False) -> None:
        """Look at the pointer for somebody; ``follow`` as often as a screen shows it."""
        self._wanted.pop(who, None)
        if on:
            self._wanted[who] = follow
        if not self._wanted:
            self._timer.stop()
            self._set_resting(rests=False)
            return
        if not self._timer.isActive():
            self.at = QCursor.pos()
            self._still.start()
        self._timer.start(FOLLOW_MS if any(self._wanted.values()) else NOTICE_MS)

    @Slot()
    def look(self) -> None:
        """See where the pointer is now."""
        at = QCursor.pos()
        if at != self.at:
            self.at = at
            self._still.start()
            self._set_resting(rests=False)
            self.moved.emit(at)
        elif self._still.isValid() and self._still.elapsed() >= REST_MS:
            self._set_resting(rests=True)

    def _set_resting(self, *, rests: bool) -> None:
        if rests != self._rests:
            self._rests = rests
            self.resting.emit(rests)
