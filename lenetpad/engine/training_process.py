"""The life of a training process: it carries out one order, tells what happens, and ends.

It ends by itself when its pipe closes, so that no training outlives its window. Only inside
functions does it import torch, because the window's process imports this module too.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from lenetpad import runs
from lenetpad.trainings import (
    Begun,
    Control,
    Ended,
    Order,
    Outcome,
    Paused,
    RateScaled,
    Resumed,
    ScaleRate,
    Snapshot,
    Stage,
)

if TYPE_CHECKING:
    from lenetpad.lenet.course import Course

#: How much nicer than the window it is, on a scale of 19.
NICENESS: Final = 10
#: Seconds between two snapshots for who watches; with a report's time, under a second.
SNAPSHOT_SECONDS: Final = 0.4
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
        self._factors: list[float] = []
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
        except MemoryError:
            ended = self._failed("the memory was not enough; try smaller batches or less data")
        except Exception as error:
            lines = str(error).strip().splitlines()
            ended = self._failed(lines[0] if lines else type(error).__name__)
        with self._sending:
            self._send(ended)
            self._pipe.close()

    def _failed(self, message: str) -> Ended:
        return Ended(Outcome.FAILED, self._folder, message, traceback.format_exc())

    def _trained(self) -> Ended:
        self._tell(Stage("starting"))
        import torch

        from lenetpad.lenet.course import Course
        from lenetpad.lenet.recognizer import usable_device

        torch.set_num_threads(max(1, min(MOST_THREADS, (os.cpu_count() or 1) - 1)))
        order = self._order
        plan = replace(order.plan, device=usable_device(order.plan.device))
        course = Course(plan, self._say)
        folder = self._folder = order.folder or course.begin(order.root)
        progress = course.run(folder, self._wait_for_room, order.rate_factor)
        with closing(progress):  # type: ignore[type-var]
            for report in progress:
                if not self._begun:
                    self._begun = True
                    self._tell(Begun(folder, report.step - len(report.losses), report.steps))
                self._tell(report)
                self._stepping = True
                self._attend(course)
                if self._stopping:
                    return Ended(Outcome.STOPPED, folder)
                self._stepping = report.step < report.steps
        return Ended(Outcome.FINISHED, folder, test_error=runs.read(folder).test_error)

    # Between two steps

    def _attend(self, course: Course) -> None:
        """Do what was asked for since the last report, and wait as long as that is a pause."""
        told = False
        while True:
            with self._changed:
                factors, self._factors = self._factors, []
            for factor in factors:
                course.scale_rate(factor)
                self._tell(RateScaled(course.training.step, factor))
            self._show(course)
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

    def _show(self, course: Course) -> None:
        """Send a snapshot to who watches, unless the last one was just now or is the same."""
        now, step = time.monotonic(), course.training.step
        due = self._shown_step is None or now - self._shown > SNAPSHOT_SECONDS
        if self._watching and due and step != self._shown_step:
            state = course.network.state_dict()
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
        self._tell(Stage(words, done, total))

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
                case ScaleRate(factor):
                    self._factors.append(factor)
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
            if self._begun and self._folder is not None:
                runs.update(self._folder, runs.STATE, {"state": runs.STOPPED})
            with self._sending:
                self._send(Ended(Outcome.STOPPED, self._folder))
                self._pipe.close()
            os._exit(0)
