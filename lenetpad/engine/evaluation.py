"""The evaluation thread: examinations go in, progress and judgements come out, the latest wins."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.preload import preload_torch
from lenetpad.judgements import Examination, ExaminationProgress, Judgements
from lenetpad.messages import Failure, first_line

#: Judges step by step: progress, and the judgements at the end.
Judge = Callable[[Examination], Iterator[ExaminationProgress | Judgements]]


def judge_with_torch(examination: Examination) -> Iterator[ExaminationProgress | Judgements]:
    """Judge networks. The first step imports torch: never in the GUI thread."""
    preload_torch()
    from lenetpad.lenet.evaluation import examine

    yield from examine(examination)


class Examiner(QObject):
    """Owns the evaluation thread. Examinations return at once; answers come as signals.

    ``progress`` carries an ExaminationProgress, ``ready`` Judgements and ``failed`` a Failure, all
    of them only of the latest examination that was not cancelled.
    """

    progress = Signal(object)
    ready = Signal(object)
    failed = Signal(object)
    _wake = Signal()

    def __init__(self, judge: Judge = judge_with_torch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: Examination | None = None
        self._letters: Mailbox[Examination] = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("evaluation")
        self._worker = _Worker(judge, self._letters)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.progress.connect(self._tell_progress)
        self._worker.ready.connect(self._tell_ready)
        self._worker.failed.connect(self._tell_failure)
        self._thread.start()

    def examine(self, examination: Examination) -> None:
        """Judge these networks now; whatever was under way is given up."""
        self._want(examination)
        if self._letters.put(examination):
            self._wake.emit()

    @Slot()
    def cancel(self) -> None:
        """Give up after the batch at hand; nothing more is told of it."""
        self._want(None)
        self._letters.take()

    def close(self) -> None:
        """Stop after the batch at hand and wait for the thread; further calls do nothing."""
        self.cancel()
        if self._thread.isRunning():
            self._thread.quit()
            self._thread.wait()

    def _want(self, examination: Examination | None) -> None:
        self._wanted = self._worker.wanted = examination

    # What the thread had sent before it heard of a wish is dropped here.

    @Slot(object)
    def _tell_progress(self, progress: ExaminationProgress) -> None:
        if self._wanted is not None and progress.serial == self._wanted.serial:
            self.progress.emit(progress)

    @Slot(object)
    def _tell_ready(self, judgements: Judgements) -> None:
        if judgements.examination is self._wanted:
            self.ready.emit(judgements)

    @Slot(object, object)
    def _tell_failure(self, examination: Examination, failure: Failure) -> None:
        if examination is self._wanted:
            self.failed.emit(failure)


class _Worker(QObject):
    """Lives in the evaluation thread and judges one examination at a time."""

    progress = Signal(object)
    ready = Signal(object)
    failed = Signal(object, object)

    def __init__(self, judge: Judge, letters: Mailbox[Examination]) -> None:
        super().__init__()
        self.wanted: Examination | None = None  # written by the owner's thread
        self._judge = judge
        self._letters = letters

    @Slot()
    def work(self) -> None:
        """Judge what the mailbox holds until it is empty."""
        while (examination := self._letters.take()) is not None:
            self._guarded(examination)

    def _guarded(self, examination: Examination) -> None:
        """The one place where a failure becomes a message."""
        try:
            self._examine(examination)
        except Exception as error:
            message = first_line(error)
            failure = Failure("evaluation", message, traceback.format_exc())
            self.failed.emit(examination, failure)

    def _examine(self, examination: Examination) -> None:
        for step in self._judge(examination):
            if self.wanted is not examination:
                return
            (self.ready if isinstance(step, Judgements) else self.progress).emit(step)
