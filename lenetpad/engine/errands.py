"""Errands: work that would hold up the window, done one after the other in a thread of its own."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.messages import Failure

#: What an errand gives is handed to this, in the window's thread.
Then = Callable[[Any], None]


class Errands(QObject):
    """Owns the thread. An error in an errand becomes a Failure, carried by ``failed``."""

    failed = Signal(object)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._thread = QThread()
        self._thread.setObjectName("errands")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.done.connect(self._hand_over)
        self._worker.failed.connect(self.failed)
        self._thread.start()

    def run(self, where: str, work: Callable[[], Any], then: Then | None = None) -> None:
        """Have ``work`` done in the thread and ``then`` called here with what it gives.

        ``where`` names it in the Failure that it may become.
        """
        if not self._closed:
            self._worker.queue.put((where, work, then))
            self._wake.emit()

    @Slot(object, object)
    def _hand_over(self, then: Then | None, result: object) -> None:
        if then is not None and not self._closed:
            then(result)

    def close(self) -> None:
        """Leave out what has not begun, and wait for what has."""
        self._closed = True
        self._worker.closing = True
        self._thread.quit()
        self._thread.wait()


class _Worker(QObject):
    done = Signal(object, object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.closing = False
        self.queue: SimpleQueue[tuple[str, Callable[[], Any], Then | None]] = SimpleQueue()

    @Slot()
    def work(self) -> None:
        """Do one errand; there is a call for each."""
        if self.closing:
            return
        where, work, then = self.queue.get()
        try:
            result = work()
        except Exception as error:
            lines = str(error).strip().splitlines()
            message = lines[0] if lines else type(error).__name__
            self.failed.emit(Failure(where, message, traceback.format_exc()))
            return
        self.done.emit(then, result)
