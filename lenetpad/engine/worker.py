"""The skeleton of a worker thread: wake, step, guard, close.

A worker belongs to the thread that makes it, its owner's, and runs its steps in a thread of its
own. Messages to the worker lie in mailboxes, and a queued signal wakes the thread; messages from
the worker come back through one queued signal, so that they are received in the owner's thread.
"""

from __future__ import annotations

import traceback
import weakref
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.values.failures import Failure, Place, first_line


class Worker(QObject):
    """Owns a named QThread. A subclass says what a step is, and what becomes of a message."""

    _wake = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closing = False  # written by the owner's thread; a plain flag is enough
        self._thread = QThread()
        self._thread.setObjectName(name)
        self._loop = _Loop(self)
        self._loop.moveToThread(self._thread)
        self._wake.connect(self._loop.run, Qt.ConnectionType.QueuedConnection)
        self._loop.sent.connect(self._receive, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    # In the worker's thread

    def step(self) -> bool:
        """Do one thing; False where nothing is left to do. Runs in the worker's thread."""
        raise NotImplementedError

    def send(self, message: object) -> None:
        """Have a frozen message received in the owner's thread."""
        self._loop.sent.emit(message)

    def guard(self, work: Callable[[], None], place: Place, job: str = "") -> Failure | None:
        """Do ``work``; an exception becomes a Failure, nowhere else, and the thread lives on."""
        try:
            work()
        except Exception as error:
            return Failure(place, first_line(error), traceback.format_exc(), job)
        return None

    # In the owner's thread

    @property
    def running(self) -> bool:
        """Whether the thread lives; False once ``close`` has returned."""
        return self._thread.isRunning()

    def wake(self) -> None:
        """Have the thread take its steps: needed where a mailbox was empty, and only there."""
        self._wake.emit()

    def receive(self, message: object) -> None:
        """Take in a message that was sent. Runs in the owner's thread."""
        raise NotImplementedError

    @Slot(object)
    def _receive(self, message: object) -> None:
        if not self._closing:  # what was sent before, and was still on its way, comes too late
            self.receive(message)

    def close(self) -> None:
        """Stop after the step at hand and wait for the thread; further calls do nothing."""
        self._closing = True
        if self.running:
            self._thread.quit()
            self._thread.wait()


class _Loop(QObject):
    """Lives in the worker's thread."""

    sent = Signal(object)

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        # A cycle of QObjects would be collected in whatever thread the collector runs.
        self._worker = weakref.ref(worker)

    @Slot()
    def run(self) -> None:
        """Take one step after the other until nothing is left to do, or the worker closes."""
        worker = self._worker()
        if worker is not None:
            while not worker._closing and worker.step():
                pass
