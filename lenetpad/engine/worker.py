"""The skeleton of a worker thread: wake, step, guard, close, and a thread that hangs given up.

A worker belongs to the thread that makes it, its owner's, and runs its steps in a thread of its
own. Messages to the worker lie in mailboxes, and an event wakes the thread; messages from the
worker come back through one queued signal, so that they are received in the owner's thread.

The thread is one of Python's, and a daemon. What hangs in foreign code cannot be ended, and a
QThread that is destroyed while it runs aborts the process: a daemon can be abandoned. Nothing that
it says is heard any more, and the process may end without it (see ``app.leave``).
"""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot

from lenetpad.values.failures import Failure, Place, first_line, is_mistake

#: The time limit for the step at hand when a worker closes.
CLOSE_SECONDS: Final = 1.5

#: One thing to do; False where nothing is left to do.
Step = Callable[[], bool]


class Worker(QObject):
    """Owns a named thread, from its first ``wake`` on. A subclass says what a step is, and what
    becomes of a message."""

    _sent = Signal(object, object)  # the thread that says it, and the message

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._closing = False  # written by the owner's thread; a plain flag is enough
        self._thread: _Thread | None = None
        self._sent.connect(self._receive, Qt.ConnectionType.QueuedConnection)

    # In the worker's thread

    def step(self) -> bool:
        """Do one thing; False where nothing is left to do. Runs in the worker's thread."""
        raise NotImplementedError

    def send(self, message: object) -> None:
        """Have a frozen message received in the owner's thread; of a thread that has been
        abandoned nothing is."""
        thread = threading.current_thread()
        if thread is self._thread and not self._closing:
            self._sent.emit(thread, message)

    def guard(self, work: Callable[[], None], place: Place, job: str = "") -> Failure | None:
        """Do ``work``; whatever it raises becomes a Failure, nowhere else, and the thread lives
        on."""
        try:
            work()
        except BaseException as error:  # SystemExit too: a library may think it is a program
            mistake = is_mistake(error)
            trace = "" if mistake else traceback.format_exc()
            return Failure(place, first_line(error), trace, job, mistake)
        return None

    # In the owner's thread

    @property
    def running(self) -> bool:
        """Whether the thread lives: from the first ``wake`` until ``close`` has returned."""
        return self._thread is not None and self._thread.is_alive()

    def make_step(self) -> Step:
        """What a new thread calls again and again. Runs in the owner's thread."""
        return self.step

    def wake(self) -> None:
        """Have the thread take its steps: needed where a mailbox was empty, and only there."""
        if self._closing:
            return
        if self._thread is None:
            self._thread = _Thread(self._name, self.make_step())
            self._thread.start()
        self._thread.woken.set()

    def receive(self, message: object) -> None:
        """Take in a message that was sent. Runs in the owner's thread."""
        raise NotImplementedError

    @Slot(object, object)
    def _receive(self, thread: object, message: object) -> None:
        # What was sent before, and was still on its way, comes too late.
        if not self._closing and thread is self._thread:
            self.receive(message)

    def abandon_thread(self) -> None:
        """Give up the thread, which hangs: the next ``wake`` starts another."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.leave()
            _ABANDONED.append((thread, self))

    def stop(self) -> None:
        """Stop after the step at hand, and wait for nothing."""
        self._closing = True
        if self._thread is not None:
            self._thread.leave()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread of a worker that was stopped; False where it has not come to its
        end within the time limit, and is abandoned."""
        thread = self._thread
        if thread is None:
            return True
        thread.join(max(0.0, seconds))
        if not thread.is_alive():
            return True
        self.abandon_thread()
        return False

    def close(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Stop after the step at hand and wait for the thread; False where it hangs. Further
        calls do nothing."""
        self.stop()
        return self.wait(seconds)


#: Threads that hang, each with its worker. Whoever lets go of a worker last takes its QObjects
#: down, which only the thread that they belong to may do: so none of these is let go of before
#: its thread has ended.
_ABANDONED: Final[list[tuple[_Thread, Worker]]] = []


def hanging_threads() -> int:
    """How many threads have been abandoned and still hang. To be called in the owner's thread."""
    _ABANDONED[:] = [(thread, worker) for thread, worker in _ABANDONED if thread.is_alive()]
    return len(_ABANDONED)


class _Thread(threading.Thread):
    """Takes a worker's steps whenever it is woken."""

    def __init__(self, name: str, step: Step) -> None:
        super().__init__(name=name, daemon=True)
        self.woken = threading.Event()
        self._leaving = False
        self._step: Step | None = step

    def run(self) -> None:
        """Take one step after the other until nothing is left to do, and wait for the next."""
        step, self._step = self._step, None
        assert step is not None
        while True:
            self.woken.wait()
            self.woken.clear()
            more = True
            while more and not self._leaving:
                try:
                    more = step()
                except Exception:  # a fault of the worker's own, which is told like any other
                    more = False
                    threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), self)))
            if self._leaving:
                return

    def leave(self) -> None:
        """Come to an end after the step at hand."""
        self._leaving = True
        self.woken.set()
