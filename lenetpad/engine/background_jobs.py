"""Errands: work that would hold up the window, done one after the other in a thread of its own."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.values.failures import Failure, first_line

#: What an errand gives is handed to this, in the window's thread.
Then = Callable[[Any], None]
BackgroundJob = tuple[str, Callable[[], Any], Then | None]
#: How soon the interpreter hands over while an errand is done. Painting a table or a plot calls
#: Python some hundred times, and each call may have to wait that long for the errand.
HAND_OVER_SECONDS: Final = 0.0001


class BackgroundJobs(QObject):
    """Owns the thread. An error in an errand becomes a Failure, carried by ``failed``."""

    failed = Signal(object)
    _wake = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._latest: dict[
            str, BackgroundJob | None
        ] = {}  # under way by name, with what is to follow
        self._thread = QThread()
        self._thread.setObjectName("errands")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.done.connect(self._hand_over)
        self._worker.failed.connect(self._tell_failure)
        self._thread.start()

    def run(self, where: str, work: Callable[[], Any], then: Then | None = None) -> None:
        """Have ``work`` done in the thread and ``then`` called here with what it gives.

        ``where`` names it in the Failure that it may become.
        """
        if not self._closed:
            self._worker.queue.put((where, work, then))
            self._wake.emit()

    def run_latest(self, where: str, work: Callable[[], Any], then: Then | None = None) -> None:
        """The same for what is wished for often: while one of a name is under way, only the
        latest of the others is kept, and done after it."""
        if where in self._latest:
            self._latest[where] = (where, work, then)
        else:
            self._latest[where] = None
            self.run(where, work, then)

    def busy(self, where: str) -> bool:
        """Whether one that was given to ``run_latest`` by this name is still to be done."""
        return where in self._latest

    @Slot(str, object, object)
    def _hand_over(self, where: str, then: Then | None, result: object) -> None:
        try:
            if then is not None and not self._closed:
                then(result)
        finally:
            self._follow(where)

    @Slot(object)
    def _tell_failure(self, failure: Failure) -> None:
        try:
            self.failed.emit(failure)
        finally:
            self._follow(failure.where)

    def _follow(self, where: str) -> None:
        """Begin with the latest wish of a name, now that the one of before is done."""
        job = self._latest.pop(where, None)
        if job is not None:
            self.run_latest(*job)

    def close(self) -> None:
        """Leave out what has not begun, and wait for what has."""
        self._closed = True
        self._worker.closing = True
        self._thread.quit()
        self._thread.wait()


class _Worker(QObject):
    done = Signal(str, object, object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.closing = False
        self.queue: SimpleQueue[BackgroundJob] = SimpleQueue()

    @Slot()
    def work(self) -> None:
        """Do one errand; there is a call for each."""
        if self.closing:
            return
        where, work, then = self.queue.get()
        try:
            with _giving_way():
                result = work()
        except Exception as error:
            message = first_line(error)
            self.failed.emit(Failure(where, message, traceback.format_exc()))
            return
        self.done.emit(where, then, result)


@contextmanager
def _giving_way() -> Iterator[None]:
    """Let the window's thread have the interpreter sooner than is usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, HAND_OVER_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
