"""The evaluation thread: examinations go in, progress and judgements come out, the latest wins."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.torch_preload import preload_torch
from lenetpad.values.evaluation import EvaluationProgress, EvaluationRequest, EvaluationResults
from lenetpad.values.failures import Failure, first_line

#: Judges step by step: progress, and the judgements at the end.
Evaluate = Callable[[EvaluationRequest], Iterator[EvaluationProgress | EvaluationResults]]


def evaluate_with_torch(
    request: EvaluationRequest,
) -> Iterator[EvaluationProgress | EvaluationResults]:
    """Judge networks. The first step imports torch: never in the GUI thread."""
    preload_torch()
    from lenetpad.evaluation.evaluate import evaluate_networks

    yield from evaluate_networks(request)


class Evaluator(QObject):
    """Owns the evaluation thread. Examinations return at once; answers come as signals.

    ``progress`` carries an ExaminationProgress, ``ready`` Judgements and ``failed`` a Failure, all
    of them only of the latest examination that was not cancelled.
    """

    progress = Signal(object)
    ready = Signal(object)
    failed = Signal(object)
    _wake = Signal()

    def __init__(
        self, predict: Evaluate = evaluate_with_torch, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wanted: EvaluationRequest | None = None
        self._letters: Mailbox[EvaluationRequest] = Mailbox()
        self._thread = QThread()
        self._thread.setObjectName("evaluation")
        self._worker = _Worker(predict, self._letters)
        self._worker.moveToThread(self._thread)
        self._wake.connect(self._worker.work, Qt.ConnectionType.QueuedConnection)
        self._worker.progress.connect(self._tell_progress)
        self._worker.ready.connect(self._tell_ready)
        self._worker.failed.connect(self._tell_failure)
        self._thread.start()

    def evaluate_networks(self, request: EvaluationRequest) -> None:
        """Judge these networks now; whatever was under way is given up."""
        self._want(request)
        if self._letters.put(request):
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

    def _want(self, request: EvaluationRequest | None) -> None:
        self._wanted = self._worker.wanted = request

    # What the thread had sent before it heard of a wish is dropped here.

    @Slot(object)
    def _tell_progress(self, progress: EvaluationProgress) -> None:
        if self._wanted is not None and progress.serial == self._wanted.serial:
            self.progress.emit(progress)

    @Slot(object)
    def _tell_ready(self, results: EvaluationResults) -> None:
        if results.request is self._wanted:
            self.ready.emit(results)

    @Slot(object, object)
    def _tell_failure(self, request: EvaluationRequest, failure: Failure) -> None:
        if request is self._wanted:
            self.failed.emit(failure)


class _Worker(QObject):
    """Lives in the evaluation thread and judges one examination at a time."""

    progress = Signal(object)
    ready = Signal(object)
    failed = Signal(object, object)

    def __init__(self, predict: Evaluate, letters: Mailbox[EvaluationRequest]) -> None:
        super().__init__()
        self.wanted: EvaluationRequest | None = None  # written by the owner's thread
        self._judge = predict
        self._letters = letters

    @Slot()
    def work(self) -> None:
        """Judge what the mailbox holds until it is empty."""
        while (request := self._letters.take()) is not None:
            self._guarded(request)

    def _guarded(self, request: EvaluationRequest) -> None:
        """The one place where a failure becomes a message."""
        try:
            self._evaluate(request)
        except Exception as error:
            message = first_line(error)
            failure = Failure("evaluation", message, traceback.format_exc())
            self.failed.emit(request, failure)

    def _evaluate(self, request: EvaluationRequest) -> None:
        for step in self._judge(request):
            if self.wanted is not request:
                return
            (self.ready if isinstance(step, EvaluationResults) else self.progress).emit(step)
