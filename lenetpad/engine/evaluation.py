"""The job "evaluation": networks are opened and evaluated on labelled images.

torch is imported inside functions only, in the jobs thread that runs the job.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.engine.evaluation_data import Numbers, Writers, open_data
from lenetpad.engine.torch_loading import load_torch
from lenetpad.values.devices import AUTO, CPU, TORCH_CPU
from lenetpad.values.evaluation import (
    NO_DIGIT,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
    Predictions,
)
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import Choice
from lenetpad.values.number_evaluation import NumberEvaluation, NumberResults
from lenetpad.values.writers import WritersEvaluation, evaluation_by_writer

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled
    from lenetpad.ink.files import Drawing
    from lenetpad.lenet.recognizer import Recognizer
    from lenetpad.training.recognizer import TorchRecognizer

#: The name of the job, and of who asks for it: the Evaluate page.
EVALUATION: Final = "evaluation"
#: Of a set in which there is nothing to confuse.
NO_DIGITS: Final = (
    "None of these images is labelled as a digit, so there is no error and no confusion matrix, "
    "only the share that is rejected."
)
#: How many images are read at once beside the pen.
SMALL_BATCH: Final = 250


def evaluation_question(request: EvaluationRequest) -> Question:
    """The Evaluate page's question that has this request answered."""
    return Question(
        EVALUATION, EVALUATION, request.models, request, request.serial, Place.EVALUATE
    )


def evaluate_job(question: Question) -> Generator[object, None, None]:
    """Answer an EvaluationRequest with EvaluationResults; EvaluationProgress until then."""
    request = question.argument
    assert isinstance(request, EvaluationRequest)
    load_torch()
    for step in evaluate_networks(request):
        yield Answer(question, step) if isinstance(step, EvaluationResults) else step


def evaluate_networks(
    request: EvaluationRequest,
) -> Generator[EvaluationProgress | EvaluationResults, None, None]:
    """Evaluate one or two networks, with progress after each batch; the results last.

    Closing the generator cancels it. Raises WeightsError, DataError or InkError.
    """
    from lenetpad.data.labelled import Labelled

    yield EvaluationProgress(request.serial, 0, 0)
    readers = [_opened(choice) for choice in request.models]
    yield EvaluationProgress(request.serial, 0, 0)
    notices: list[str] = []
    drawings: tuple[Drawing, ...] = ()
    writers: tuple[str, ...] = ()
    for step in open_data(request.data, request.serial):
        if isinstance(step, Labelled):
            labelled = step
        elif isinstance(step, Numbers):
            drawings = step.drawings
        elif isinstance(step, Writers):
            writers = step.names
        elif isinstance(step, str):
            notices.append(step)
        else:
            yield step
    if not (labelled.labels != NO_DIGIT).any():
        notices.append(NO_DIGITS)
    found = yield from _predicted(readers, labelled, request.serial)
    numbers = yield from _numbers_read(readers, drawings, request.serial)
    pairs = zip(request.models, readers, strict=True)
    notices += [notice for choice, reader in pairs if (notice := _notice(choice, reader))]
    yield EvaluationResults(
        request=request,
        images=labelled.images.view(),  # a view, for the results make it read-only
        labels=labelled.labels.view(),
        found=found,
        notice=" ".join(notices),
        numbers=numbers,
        writers=writers,
        by_writer=_by_writer(writers, labelled, found),
    )


def _by_writer(
    writers: tuple[str, ...], labelled: Labelled, found: Sequence[Predictions]
) -> tuple[WritersEvaluation, ...]:
    """Each network's figures of each writer; none where the writers are not known."""
    if not writers:
        return ()
    evaluations = (predictions.evaluation for predictions in found)
    return tuple(
        evaluation_by_writer(writers, labelled.labels, one.answers, one.refused)
        for one in evaluations
    )


def _opened(choice: Choice) -> TorchRecognizer:
    """The chosen network for many images at once: torch's, also where the pad has NumPy's."""
    from lenetpad.training.opening import open_recognizer
    from lenetpad.training.recognizer import TorchRecognizer

    device = TORCH_CPU if choice.device in (AUTO, CPU) else choice.device
    found = open_recognizer(replace(choice, device=device))
    if isinstance(found, TorchRecognizer):
        return found
    return TorchRecognizer(found.weights, notice=found.notice)  # its device failed


def _predicted(
    readers: Sequence[TorchRecognizer], labelled: Labelled, serial: int
) -> Generator[EvaluationProgress, None, tuple[Predictions, ...]]:
    """Have each network read every image; yields progress, and returns their predictions."""
    from lenetpad.evaluation.evaluate import predict

    total = len(readers) * len(labelled)
    found: list[Predictions] = []
    for reader in readers:
        before = len(found) * len(labelled)
        for step in predict(reader.network, labelled, reader.torch_device, SMALL_BATCH):
            if isinstance(step, Predictions):
                found.append(step)
            else:
                yield EvaluationProgress(serial, before + step, total)
    return tuple(found)


def _numbers_read(
    readers: Sequence[TorchRecognizer], drawings: Sequence[Drawing], serial: int
) -> Generator[EvaluationProgress, None, NumberResults | None]:
    """Have each network read every number; yields progress, and returns what they read."""
    from lenetpad.evaluation.numbers import read_numbers

    if not drawings:
        return None
    total = len(readers) * len(drawings)
    found: list[NumberEvaluation] = []
    for reader in readers:
        before = len(found) * len(drawings)
        for step in read_numbers(reader.weights, drawings):
            if isinstance(step, NumberEvaluation):
                found.append(step)
            else:
                yield EvaluationProgress(serial, before + step, total)
    return NumberResults(tuple(drawing.ink for drawing in drawings), tuple(found))


def _notice(choice: Choice, reader: Recognizer) -> str:
    """What the user should know of how a network was read."""
    conventions, guesses = reader.weights.conventions, reader.weights.guesses
    if conventions is not None and guesses:
        notice = (
            f"{Path(choice.model).name} does not say how the network was trained; the best of "
            f"{len(guesses)} guesses was used: {', '.join(conventions.answers.values())}."
        )
        return " ".join(filter(None, [notice, reader.notice]))
    return reader.notice
