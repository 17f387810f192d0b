"""The life of a training process: it carries out one order, tells what happens, and ends.

It ends by itself when its pipe closes, so that no training outlives its window. Only inside
functions does it import torch, because the window's process imports this module too.
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
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.failures import first_line
from lenetpad.values.training import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    Paused,
    RateScaled,
    Resumed,
    SetRate,
    Snapshot,
    Stage,
)

if TYPE_CHECKING:
    from lenetpad.training.job import TrainingJob

#: How much nicer than the window it is, on a scale of 19.
NICENESS: Final = 10
#: Seconds between two snapshots for who watches; with a report's time, under a second.
SNAPSHOT_SECONDS: Final = 0.4
#: Seconds between two reports of something that is counted, such as a download.
STAGE_SECONDS: Final = 0.1
#: A schedule may end at no rate at all, which nothing can be multiplied with.
SMALLEST_RATE: Final = 1e-12
#: Once nobody listens, a checkpoint may take so long; then the process goes without.
LAST_SECONDS: Final = 2.0
#: Threads beside the window's: one core is left to it, and more than four do not help.
MOST_THREADS: Final = 4


def train(pipe: Connection, order: Order) -> None:
    """Carry out ``order``; ``pipe`` brings controls in and takes all that happens out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window, which tells us
    _be_nice()
    _Trainee(pipe, order).work()
    os._exit(0)  # all is on the disk; taking the interpreter down with torch in it takes seconds


def _be_nice() -> None:
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(NICENESS)


class _Trainee:
    """One training and what it has been told; a thread of its own listens to the pipe."""

    def __init__(self, pipe: Connection, order: Order) -> None:
        self._pipe, self._order = pipe, order
        self._sending = threading.Lock()
        self._changed = threading.Condition()
        self._paused = self._stopping = self._watching = self._news = False
        self._rates: list[float] = []
        self._told_stage = 0.0  # when a counted stage was told
        self._folder = order.folder
        self._stepping = False  # else there are no steps to stop between: it may go at once
        self._begun = False
        self._shown = 0.0  # when the last snapshot was sent
        self._shown_step: int | None = None  # and after which step it was
        threading.Thread(target=self._listen, daemon=True).start()

    def work(self) -> None:
        """Train, and tell how that ended."""
        try:
            ended = self._trained()
        except Exception as error:
            ended = self._failed(error)
        with self._sending:
            self._send(ended)
            self._pipe.close()

    def _failed(self, error: Exception) -> Ended:
        if self._stopping and isinstance(error, OSError):  # it waited for room on the disk
            return Ended(Outcome.STOPPED, self._folder)
        message = first_line(error)
        if is_lack_of_memory(error):
            message = "the memory was not enough; try smaller batches or less data"
        diverged = getattr(error, "diverged", False)  # of a class that needs torch to be known
        trace = traceback.format_exc()
        return Ended(Outcome.FAILED, self._folder, message, trace, diverged=diverged)

    def _trained(self) -> Ended:
        self._tell(Stage("starting"))
        import torch

        from lenetpad.training.job import TrainingJob

        torch.set_num_threads(max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1)))
        order = self._order
        job = TrainingJob(order.plan, self._say)
        folder = self._folder = order.folder or job.begin(order.root)
        progress = job.run(folder, self._wait_for_room, order.rate_factor)
        with closing(progress):  # type: ignore[type-var]
            for report in progress:
                if not self._begun:
                    self._begun = True
                    first = report.step - len(report.losses)
                    self._tell(Begun(folder, first, report.steps))
                    if order.rate_factor != 1:
                        self._tell(RateScaled(first, order.rate_factor))
                self._tell(report)
                self._stepping = True
                self._attend(job)
                if self._stopping:
                    return Ended(Outcome.STOPPED, folder)
                self._stepping = report.step < report.steps
        return Ended(Outcome.FINISHED, folder, test_error=runs.read(folder).test_error)

    # Between two steps

    def _attend(self, job: TrainingJob) -> None:
        """Do what was asked for since the last report, and wait as long as that is a pause."""
        told = False
        while True:
            with self._changed:
                rates, self._rates = self._rates, []
            for rate in rates:
                factor = rate / max(job.training.learning_rate, SMALLEST_RATE)
                job.scale_rate(factor)
                self._tell(RateScaled(job.training.step, factor))
            self._show(job)
            if self._stopping or not self._paused:
                break
            if not told:
                told = True
                self._tell(Paused())
            with self._changed:
                self._changed.wait_for(self._has_news)
                self._news = False
        if told and not self._stopping:
            self._tell(Resumed())

    def _has_news(self) -> bool:
        return self._news

    def _show(self, job: TrainingJob) -> None:
        """Send a snapshot to who watches, unless the last one was just now or is the same."""
        now, step = time.monotonic(), job.training.step
        due = self._shown_step is None or now - self._shown > SNAPSHOT_SECONDS
        if self._watching and due and step != self._shown_step:
            state = job.network.state_dict()
            # Copied, for the next step changes the tensors' memory in place.
            arrays = tuple((name, t.detach().cpu().numpy().copy()) for name, t in state.items())
            self._tell(Snapshot(step, arrays))
            self._shown, self._shown_step = now, step

    def _wait_for_room(self, error: OSError) -> bool:
        """Pause until the user has made room on the disk; False where training is to stop."""
        self._paused = True
        reason = error.strerror or str(error)
        self._tell(
            Paused(f"{self._folder} cannot be written to ({reason}). Make room and resume.")
        )
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or not self._paused)
        if self._stopping:
            return False
        self._tell(Resumed())
        return True

    # The pipe

    def _say(self, words: str, done: int, total: int) -> None:
        now = time.monotonic()
        if total and done < total and now - self._told_stage < STAGE_SECONDS:
            return
        self._told_stage = now if total else 0.0
        self._tell(Stage(words, done, total, folder=self._order.plan.data == FOLDER))

    def _tell(self, message: object) -> None:
        with self._sending:
            self._send(message)

    def _send(self, message: object) -> None:
        try:
            self._pipe.send(message)
        except (OSError, ValueError):  # closed at the other end: the listener sees it too
            return

    def _listen(self) -> None:
        """Take in what is told, in a thread of its own, until the pipe closes."""
        while True:
            try:
                word = self._pipe.recv()
            except (EOFError, OSError):
                self._stop()
                time.sleep(LAST_SECONDS)
                os._exit(1)
            if word == Control.STOP:
                self._stop()
            else:
                self._heed(word)

    def _heed(self, word: Any) -> None:
        with self._changed:
            match word:
                case SetRate(rate):
                    self._rates.append(rate)
                case Control.PAUSE | Control.RESUME:
                    self._paused = word == Control.PAUSE
                case Control.WATCH:
                    self._watching = True
                    self._shown_step = None  # who begins to watch sees what there is
            self._news = True
            self._changed.notify_all()

    def _stop(self) -> None:
        """Stop between two steps or, where there are none, at once."""
        with self._changed:
            self._stopping = self._news = True
            self._changed.notify_all()
        if not self._stepping:
            self._note_stop()
            with self._sending:
                self._send(Ended(Outcome.STOPPED, self._folder))
                self._pipe.close()
            os._exit(0)

    def _note_stop(self) -> None:
        """Write into the run that it was stopped, unless it has come to its end just now."""
        if self._folder is None or (self._order.folder is not None and not self._begun):
            return
        with contextlib.suppress(OSError, runs.RunError):  # it has to end all the same
            if runs.read(self._folder).state != runs.FINISHED:
                runs.update(self._folder, runs.STATE, {"state": runs.STOPPED})


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error says that there was not enough memory: Python's, the CPU's or a GPU's."""
    words = ("can't allocate memory", "out of memory", "not enough memory")
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(part in str(error).lower() for part in words)
    )
