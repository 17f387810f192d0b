"""The training process as the window sees it: orders go in, messages come out.

No message is lost and no queue grows without bound, by back-pressure: what the window has not
received yet holds up the thread that reads the pipe, then the pipe, and in the end the training.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSemaphore, Signal, Slot

from lenetpad.engine import training_process
from lenetpad.engine.worker import CLOSE_SECONDS
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    SetRate,
    Snapshot,
    Stopping,
)

#: So many messages may be on their way from the reading thread to the window's.
ON_THE_WAY: Final = 64
#: The time limit for a process to go once it was killed.
KILL_SECONDS: Final = 0.3

#: The function that runs in the process.
Target = Callable[[Connection, Order], None]


class Trainer(QObject):
    """Owns at most one training process.

    ``message_received`` carries the process's messages in order: Stage, Begun, Progress, Snapshot,
    Paused, Resumed, RateScaled and at last, in every case, Ended.
    """

    message_received = Signal(object)

    def __init__(
        self, target: Target = training_process.train, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._target = target
        self._session: _Session | None = None

    @property
    def busy(self) -> bool:
        """Whether a training runs, from its order until its Ended."""
        return self._session is not None

    @property
    def backlog(self) -> int:
        """How many messages of the process are on their way to ``message_received``."""
        return 0 if self._session is None else self._session.backlog

    def start(self, order: Order) -> bool:
        """Start a training; False, and nothing happens, while one runs."""
        if self._session is not None:
            return False
        self._session = _Session(self._target, order)
        self._session.message_received.connect(self._pass_on)
        self._session.start()
        return True

    def control(self, message: Control | SetRate) -> None:
        """Send the training a control message; does nothing where none runs."""
        if self._session is not None:
            self._session.send(message)

    @Slot(object)
    def _pass_on(self, message: object) -> None:
        session = self._session
        if session is None:  # closed in the meantime
            return
        session.acknowledge()
        if isinstance(message, Ended):
            session.join()
            self._session = None
        self.message_received.emit(message)

    def stop(self) -> None:
        """Have the training stop, and wait for nothing."""
        if self._session is not None:
            self._session.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for a training that was stopped; False where its process still writes its last
        checkpoint, or hangs in its start. It ends by itself once this one has gone. A process
        that does not answer is killed."""
        session, self._session = self._session, None
        if session is None or session.end(seconds):
            return True
        _LEFT.append(session)
        return False

    def close(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Stop the training and wait for its checkpoint; False where that takes longer."""
        self.stop()
        return self.wait(seconds)


class _Session(QObject):
    """One spawned process, and the thread that starts it and reads its pipe: a daemon, like those
    of ``engine.worker``."""

    message_received = Signal(object)

    def __init__(self, target: Target, order: Order) -> None:
        super().__init__()
        self._thread = threading.Thread(target=self._run, name="training", daemon=True)
        # A fork would copy torch's threads, and CUDA.
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=target, args=(self._theirs, order), name="lenetpad training", daemon=True
        )
        self._room = QSemaphore(ON_THE_WAY)
        self._folder: Path | None = order.folder
        self._answered = False  # whether the process has said that it stops

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def _run(self) -> None:
        """Start the process and pass on its messages, the last of which is Ended."""
        ended = self._start_process() or self._read_pipe()
        self._ours.close()
        self._pass_on(ended)

    def _start_process(self) -> Ended | None:
        """Spawn the process; Ended where that is impossible."""
        try:
            self._process.start()
        except Exception as error:  # whatever it is, somebody waits for the end
            return Ended(Outcome.FAILED, message=f"no process can be started: {error}")
        finally:
            self._theirs.close()  # else the pipe would stay open when the process is gone
        return None

    def _read_pipe(self) -> Ended:
        """Pass on messages until the process has ended, by itself or by a signal."""
        while True:
            try:
                message = self._ours.recv()
            except (EOFError, OSError):
                self._process.join()
                return Ended(Outcome.FAILED, self._folder, how_it_died(self._process.exitcode))
            if isinstance(message, Ended):
                self._process.join()
                return message
            if isinstance(message, Begun):
                self._folder = message.folder
            if isinstance(message, Stopping):
                self._answered = True
            else:
                self._pass_on(message)

    def _pass_on(self, message: object) -> None:
        """Emit a message, once fewer than ON_THE_WAY of them have not been received."""
        if isinstance(message, Snapshot):
            for _, array in message.weights:
                array.flags.writeable = False
        self._room.acquire()
        self.message_received.emit(message)

    @property
    def backlog(self) -> int:
        """How many messages were emitted and have not been acknowledged."""
        return max(0, ON_THE_WAY - self._room.available())

    def acknowledge(self) -> None:
        """The window has received a message: there is room for another."""
        self._room.release()

    def send(self, message: object) -> None:
        """Send the process a message, if its end of the pipe is still open."""
        with contextlib.suppress(OSError):
            self._ours.send(message)

    def stop(self) -> None:
        """Have the process stop; nobody receives anything any more."""
        self._room.release(1 << 20)
        self.send(Control.STOP)

    def join(self) -> None:
        """Wait for the thread, which has passed on its last message."""
        self._thread.join()

    def end(self, seconds: float) -> bool:
        """Wait for process and thread; one that has not answered by then is killed."""
        self._thread.join(max(0.0, seconds))
        if self._thread.is_alive() and not self._answered:
            with contextlib.suppress(AttributeError, ValueError):  # it has not been started
                self._process.kill()
            self._thread.join(KILL_SECONDS)
        return not self._thread.is_alive()


#: Sessions whose threads still wait for a process: their QObjects belong to the window's thread,
#: and so nothing may let go of them in another.
_LEFT: Final[list[_Session]] = []


def how_it_died(code: int | None) -> str:
    """A sentence for a process that ended without Ended, by its exit code."""
    if code is not None and code < 0 and sys.platform != "win32":
        known = {one.value: one.name for one in signal.Signals}
        name = known.get(-code, f"signal {-code}")
        memory = ", perhaps for lack of memory" if name == "SIGKILL" else ""
        what = f"was killed by {name}{memory}"
    else:
        what = f"ended unexpectedly with status {code}"
    return f"The training process {what}. The run can go on from its last checkpoint."
