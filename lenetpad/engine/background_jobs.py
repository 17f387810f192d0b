"""Background jobs: functions that would hold up the window, done in order in a worker thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from lenetpad.engine.worker import Worker
from lenetpad.values.failures import Failure, Place

#: What a job returns is handed to this callback, in the owner's thread.
Then = Callable[[Any], None]
#: A job's name for the log, its function, and its callback.
BackgroundJob = tuple[str, Callable[[], Any], Then | None]
#: The same without the callback, which never goes into the thread: it may be the last to hold a
#: page, and only the window's thread may take one down.
_Order = tuple[int, str, Callable[[], Any]]
#: The interpreter's switch interval while a job runs. Painting a table or a plot calls Python some
#: hundred times, and each call may have to wait that long for the job.
HAND_OVER_SECONDS: Final = 0.0001


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """The job of this number returned ``result``, or failed."""

    number: int
    job: str
    result: Any = None
    failure: Failure | None = None


class BackgroundJobs(Worker):
    """Owns the thread. An exception in a job becomes a Failure of ``place``, carried by
    ``failed``."""

    failed = Signal(object)

    def __init__(self, place: Place, parent: QObject | None = None) -> None:
        super().__init__("background jobs", parent)
        self._place = place
        self._queue: SimpleQueue[_Order] = SimpleQueue()
        self._numbers = count()
        self._callbacks: dict[int, Then] = {}
        # Those of run_latest that are under way, by name, each with the one that follows it.
        self._latest: dict[str, BackgroundJob | None] = {}

    # In the owner's thread

    def run(self, job: str, work: Callable[[], Any], then: Then | None = None) -> None:
        """Have ``work`` called in the thread, and ``then`` here with what it returns.

        ``job`` is its name in the Failure that it may become.
        """
        if not self._closing:
            number = next(self._numbers)
            if then is not None:
                self._callbacks[number] = then
            self._queue.put((number, job, work))
            self.wake()

    def run_latest(self, job: str, work: Callable[[], Any], then: Then | None = None) -> None:
        """The same for what is asked for often: while one of a name is under way, only the
        latest of the others is kept, and done after it."""
        if job in self._latest:
            self._latest[job] = (job, work, then)
        else:
            self._latest[job] = None
            self.run(job, work, then)

    def busy(self, job: str) -> bool:
        """Whether one that was given to ``run_latest`` by this name is still to be done."""
        return job in self._latest

    def receive(self, message: object) -> None:
        """Call back with a result, or emit a failure."""
        assert isinstance(message, _Done)
        then = self._callbacks.pop(message.number, None)
        try:
            if message.failure is not None:
                self.failed.emit(message.failure)
            elif then is not None:
                then(message.result)
        finally:
            self._follow(message.job)

    def stop(self) -> None:
        """Stop after the job at hand, whose callback is not called any more."""
        super().stop()
        self._callbacks.clear()

    def _follow(self, job: str) -> None:
        """Begin with the latest job of a name, now that the one of before is done."""
        following = self._latest.pop(job, None)
        if following is not None:
            self.run_latest(*following)

    # In the worker's thread

    def step(self) -> bool:
        """Do one job; what has not begun when the worker closes is left out."""
        try:
            number, job, work = self._queue.get_nowait()
        except Empty:
            return False
        failure = self.guard(partial(self._do, number, job, work), self._place, job)
        if failure is not None:
            self.send(_Done(number, job, failure=failure))
        return True

    def _do(self, number: int, job: str, work: Callable[[], Any]) -> None:
        with _SHORT_SWITCH_INTERVAL:
            result = work()
        self.send(_Done(number, job, result))


class _ShortSwitchInterval:
    """A context that lets the window's thread have the interpreter sooner than is usual.

    The interval is the process's, and each page has a thread: the first that enters shortens it,
    and the last that leaves puts it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._usual = 0.0

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual, HAND_OVER_SECONDS))
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                sys.setswitchinterval(self._usual)


_SHORT_SWITCH_INTERVAL: Final = _ShortSwitchInterval()
