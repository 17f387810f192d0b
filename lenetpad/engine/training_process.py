"""What runs in the training process: one order, with messages both ways over a pipe.

It ends by itself when its pipe closes, so that no training outlives its window. torch is imported
inside functions only, because the window's process imports this module too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from contextlib import closing
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from lenetpad.storage import runs
from lenetpad.storage.streams import open_missing
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.failures import first_line, is_mistake
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Noted,
    Order,
    Outcome,
    Paused,
    Progress,
    RateScaled,
    Resumed,
    SetRate,
    Snapshot,
    Stage,
    Stopping,
)
from lenetpad.values.words import marked

if TYPE_CHECKING:
    from pathlib import Path

    from lenetpad.training.job import TrainingJob

#: What is added to the process's nice value, which ends at 19.
NICENESS: Final = 10
#: The shortest time between two snapshots; with that of a report, under a second.
SNAPSHOT_SECONDS: Final = 0.4
#: The shortest time between two messages on something that is counted, such as a download.
STAGE_SECONDS: Final = 0.1
#: A schedule may end at no rate at all, which nothing can be multiplied with.
SMALLEST_RATE: Final = 1e-12
#: The time limit for a last checkpoint once the pipe is closed; then the process exits without.
LAST_SECONDS: Final = 2.0
#: Threads beside the window's: one core is left to it, and more than four do not help.
MOST_THREADS: Final = 4


def train(pipe: Connection, order: Order) -> None:
    """Carry out ``order``; ``pipe`` brings control messages in and takes messages out."""
    # Those that a terminal sends to all of its processes are for the window, which sends STOP.
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        if name in signal.Signals.__members__:
            signal.signal(signal.Signals[name], signal.SIG_IGN)
    open_missing()
    be_nice()
    _JobRunner(pipe, order).run()
    os._exit(0)  # all is on the disk; taking the interpreter down with torch in it takes seconds


def be_nice() -> None:
    """Let the window go first, wherever both want the processor."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(NICENESS)


class _JobRunner:
    """Runs one training job; a listener thread receives control messages meanwhile."""

    def __init__(self, pipe: Connection, order: Order) -> None:
        self._pipe, self._order = pipe, order
        self._sending = threading.Lock()
        # Notified when the listener has received a message; guards what it says.
        self._changed = threading.Condition()
        self._paused = self._stopping = self._watching = self._received = False
        self._lost = False  # whether the window has gone without a word
        self._rates: list[float] = []
        self._stage_sent = 0.0  # when a counted stage was sent
        self._folder = order.folder
        self._stepping = False  # else there are no steps to stop between: it may exit at once
        self._begun = False
        self._snapshot_sent = 0.0  # when the last snapshot was sent
        self._snapshot_step: int | None = None  # and after which step it was
        threading.Thread(target=self._listen, daemon=True).start()

    def run(self) -> None:
        """Train, and send how that ended."""
        try:
            ended = self._train()
        except Exception as error:
            ended = self._failure(error)
        if self._lost:
            self._record_stop()
        self._send_last(ended)

    def _failure(self, error: Exception) -> Ended:
        if self._stopping and isinstance(error, OSError):  # it waited for room on the disk
            return Ended(Outcome.STOPPED, self._folder)
        message = first_line(error)
        if is_lack_of_memory(error):
            message = "the memory was not enough; try smaller batches or less data"
        diverged = getattr(error, "diverged", False)  # of a class that needs torch to be known
        mistake = is_mistake(error)
        trace = "" if mistake else traceback.format_exc()
        return Ended(
            Outcome.FAILED, self._folder, message, trace, diverged=diverged, mistake=mistake
        )

    def _train(self) -> Ended:
        self._send(Stage(marked("Train", "Starting")))
        import torch

        from lenetpad.training.job import TrainingJob

        torch.set_num_threads(max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1)))
        order = self._order
        job = TrainingJob(order.plan, self._send_stage, self._send_note)
        folder = self._folder = order.folder or job.begin(order.root)
        progress = job.run(folder, self._wait_for_room, order.rate_factor)
        with closing(progress):  # type: ignore[type-var]
            for report in progress:
                if not self._begun:
                    self._begin(folder, report)
                self._send(report)
                self._stepping = True
                self._apply_controls(job)
                if self._stopping:
                    return Ended(Outcome.STOPPED, folder)
                self._stepping = report.step < report.steps
        return Ended(Outcome.FINISHED, folder, test_error=runs.read(folder).test_error)

    def _begin(self, folder: Path, report: Progress) -> None:
        """Send from which step the run trains, and at which rate where that is changed."""
        self._begun = True
        first = report.step - len(report.losses)
        self._send(Begun(folder, first, report.steps))
        if self._order.rate_factor != 1:
            self._send(RateScaled(first, self._order.rate_factor))

    # Between two steps

    def _apply_controls(self, job: TrainingJob) -> None:
        """Apply the control messages received since the last report, and wait while paused."""
        announced = False
        while True:
            self._scale_rates(job)
            self._send_snapshot(job)
            if self._stopping or not self._paused:
                break
            if not announced:
                announced = True
                self._send(Paused())
            with self._changed:
                self._changed.wait_for(self._has_received)
                self._received = False
        if announced and not self._stopping:
            self._send(Resumed())

    def _has_received(self) -> bool:
        return self._received

    def _scale_rates(self, job: TrainingJob) -> None:
        """Let the next steps have the learning rate that was asked for."""
        with self._changed:
            rates, self._rates = self._rates, []
        for rate in rates:
            factor = rate / max(job.training.learning_rate, SMALLEST_RATE)
            job.scale_rate(factor)
            self._send(RateScaled(job.training.step, factor))

    def _send_snapshot(self, job: TrainingJob) -> None:
        """Send a snapshot if it is watched, unless the last one was just now or is the same."""
        now, step = time.monotonic(), job.training.step
        due = self._snapshot_step is None or now - self._snapshot_sent > SNAPSHOT_SECONDS
        if self._watching and due and step != self._snapshot_step:
            from lenetpad.training.network import parameters_of

            self._send(Snapshot(step, tuple(parameters_of(job.network).items())))
            self._snapshot_sent, self._snapshot_step = now, step

    def _wait_for_room(self, error: OSError) -> bool:
        """Pause until the user has made room on the disk; False where training is to stop."""
        self._paused = True
        reason = error.strerror or str(error)
        self._send(
            Paused(f"{self._folder} cannot be written to ({reason}). Make room and resume.")
        )
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self._paused)
        if self._stopping:
            return False
        self._send(Resumed())
        return True

    # The pipe

    def _send_stage(self, words: str, done: int, total: int) -> None:
        """Send a stage, unless it is one more count of the one that was sent just now."""
        now = time.monotonic()
        if total and done < total and now - self._stage_sent < STAGE_SECONDS:
            return
        self._stage_sent = now if total else 0.0
        self._send(Stage(words, done, total, folder=self._order.plan.data == FOLDER))

    def _send_note(self, sentence: str) -> None:
        self._send(Noted(f"{sentence}."))

    def _send(self, message: object) -> None:
        with self._sending:
            self._write(message)

    def _send_last(self, ended: Ended) -> None:
        """Send how it ended, and close the pipe before another thread can write to it."""
        with self._sending:
            self._write(ended)
            self._pipe.close()

    def _write(self, message: object) -> None:
        # An error means that the other end is closed: the listener sees it too.
        with contextlib.suppress(OSError, ValueError):
            self._pipe.send(message)

    def _listen(self) -> None:
        """Receive control messages, in a thread of its own, until the pipe closes."""
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                self._lost = not self._stopping
                self._stop()
                time.sleep(LAST_SECONDS)
                os._exit(1)
            if message == Control.STOP:
                self._stop()
                self._send(Stopping())
            else:
                self._note(message)

    def _note(self, message: Any) -> None:
        """Keep what a control message says for the thread that trains, and wake it."""
        with self._changed:
            match message:
                case SetRate(rate):
                    self._rates.append(rate)
                case Control.PAUSE | Control.RESUME:
                    self._paused = message == Control.PAUSE
                case Control.WATCH:
                    self._watching = True
                    self._snapshot_step = None  # who begins to watch gets a snapshot at once
            self._received = True
            self._changed.notify_all()

    def _stop(self) -> None:
        """Stop between two steps or, where there are none, at once."""
        with self._changed:
            self._stopping = self._received = True
            self._changed.notify_all()
        if not self._stepping:
            self._record_stop()
            self._send_last(Ended(Outcome.STOPPED, self._folder))
            os._exit(0)

    def _record_stop(self) -> None:
        """Write into the run that it was stopped, or interrupted where the window has gone, unless
        it has come to its end just now."""
        if self._folder is None or (self._order.folder is not None and not self._begun):
            return
        with contextlib.suppress(OSError, runs.RunError):  # it has to end all the same
            if runs.read(self._folder).state != runs.FINISHED:
                how = runs.INTERRUPTED if self._lost else runs.STOPPED
                runs.update(self._folder, runs.STATE, {"state": how})


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory: Python's, the CPU's or a GPU's."""
    words = ("can't allocate memory", "out of memory", "not enough memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(part in str(error).lower() for part in words)
    )
