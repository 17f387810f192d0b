"""Error, confusion, refusals and calibration of a network on labelled images."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Final

import torch
from torch import Tensor

from lenetpad.data import datasets
from lenetpad.data.distortions import padded
from lenetpad.data.labelled import NO_DIGIT, Labelled, bitmaps, drawn, ink_to_evaluate, mnist
from lenetpad.storage.mnist import DataError
from lenetpad.training.calibration import expected_calibration_error
from lenetpad.training.fit import EVALUATION_BATCH
from lenetpad.training.network import LeNet5
from lenetpad.training.recognizer import Recognizer, open_recognizer
from lenetpad.values.evaluation import (
    IMAGES,
    INK,
    MNIST_TEST,
    MNIST_TRAINING,
    DataChoice,
    Evaluation,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
    Predictions,
)
from lenetpad.values.models import Choice

#: How many images are read at once beside the pen.
SMALL_BATCH: Final = 250
#: The data sets that are always there, and those that are files.
SETS: Final[Mapping[str, Callable[[], Labelled]]] = {
    MNIST_TEST: lambda: mnist()[1],
    MNIST_TRAINING: lambda: mnist()[0],
}
FILES: Final[Mapping[str, Callable[[Path], Labelled]]] = {
    INK: lambda path: drawn(ink_to_evaluate([path])[0]),
    IMAGES: bitmaps,
}


def evaluate(network: LeNet5, data: Labelled, device: str = "cpu") -> Evaluation:
    """Read every image and count answers against labels. ``data`` must not be empty."""
    *_, predictions = predict(network, data, device)
    assert isinstance(predictions, Predictions)
    return predictions.evaluation


def predict(
    network: LeNet5, data: Labelled, device: str = "cpu", batch: int = EVALUATION_BATCH
) -> Iterator[int | Predictions]:
    """Read every image; yield how many are read after each batch and, at the end, the judgement.

    ``data`` must not be empty.
    """
    network.eval()
    found: list[Tensor] = []
    done = 0
    for images in data.images.split(batch):
        with torch.inference_mode():
            outputs = network(padded(images).to(device))
            found.append(network.log_posteriors(outputs).exp().cpu())  # (b, 10) or (b, 11)
        done += len(images)
        yield done
    yield _predictions(torch.cat(found), data.labels)


def _predictions(posteriors: Tensor, labels: Tensor) -> Predictions:
    """What posteriors (n, 10), or (n, 11) with "no digit", are worth against labels (n,)."""
    confidences, answers = posteriors[:, :10].max(dim=1)
    refused = posteriors.argmax(dim=1) == NO_DIGIT
    digits = labels != NO_DIGIT
    truth, found = labels[digits], answers[digits]
    confusion = torch.bincount(truth * 10 + found, minlength=100).view(10, 10)
    error = math.nan
    if len(truth):
        error = expected_calibration_error(
            confidences[digits].double().numpy(), (found == truth).numpy()
        )
    evaluation = Evaluation(confusion.numpy(), answers.numpy(), refused.numpy(), error)
    probabilities = posteriors[:, :10].numpy()
    no_digit = posteriors[:, NO_DIGIT].numpy() if posteriors.shape[1] > NO_DIGIT else None
    return Predictions(evaluation, probabilities, no_digit)


def open_data(choice: DataChoice, serial: int = 0) -> Iterator[EvaluationProgress | Labelled]:
    """The chosen images, at the end of the progress of what has to be fetched for them.

    Raises DataError or InkError where there are none.
    """
    if choice.key in SETS:
        yield SETS[choice.key]()
    elif choice.key in FILES:
        found = FILES[choice.key](Path(choice.path))
        if len(found) == 0:
            raise DataError(f"{choice.path} holds no images")
        yield found
    else:
        yield from _loaded(choice, serial)


def _loaded(choice: DataChoice, serial: int) -> Iterator[EvaluationProgress | Labelled]:
    """The test part of a set of the catalogue; who stops asking stops the fetching."""
    news: SimpleQueue[EvaluationProgress | Labelled | Exception] = SimpleQueue()
    unwanted = Event()

    def tell(title: str, done: int, total: int) -> None:
        news.put(EvaluationProgress(serial, done, total, title))

    def work() -> None:
        folder = Path(choice.path) if choice.path else None
        try:
            news.put(datasets.load(choice.key, datasets.cache(), folder, tell, unwanted.is_set)[1])
        except Exception as error:  # it belongs to who asks
            news.put(error)

    thread = Thread(target=work, name="fetching")
    thread.start()
    try:
        while not isinstance(item := news.get(), Labelled):
            if isinstance(item, Exception):
                raise item
            yield item
        yield item
    finally:
        unwanted.set()
        thread.join()


def evaluate_networks(
    request: EvaluationRequest,
) -> Iterator[EvaluationProgress | EvaluationResults]:
    """Judge the networks of an examination, with progress after each batch; the judgements last.

    A caller who stops asking stops it. Raises WeightsError, DataError or InkError.
    """
    serial = request.serial
    yield EvaluationProgress(serial, 0, 0)
    readers = [open_recognizer(choice) for choice in request.models]
    yield EvaluationProgress(serial, 0, 0)
    for step in open_data(request.data, serial):
        if isinstance(step, Labelled):
            labelled = step
        else:
            yield step
    total = len(readers) * len(labelled)
    found: list[Predictions] = []
    for reader in readers:
        before = len(found) * len(labelled)
        for evaluated in predict(reader.weights.network, labelled, reader.device, SMALL_BATCH):
            if isinstance(evaluated, Predictions):
                found.append(evaluated)
            else:
                yield EvaluationProgress(serial, before + evaluated, total)
    pairs = zip(request.models, readers, strict=True)
    notices = [notice for choice, reader in pairs if (notice := _notice(choice, reader))]
    yield EvaluationResults(
        request=request,
        images=labelled.images.numpy(),
        labels=labelled.labels.numpy(),
        found=tuple(found),
        notice=" ".join(notices),
    )


def _notice(choice: Choice, reader: Recognizer) -> str:
    """What the user should know of how a network was read."""
    conventions, guesses = reader.weights.conventions, reader.weights.guesses
    if conventions is not None and guesses:
        notice = (
            f"{Path(choice.model).name} does not say how it reads; it was read as the best of "
            f"{len(guesses)} guesses: {', '.join(conventions.answers.values())}."
        )
        return " ".join(filter(None, [notice, reader.notice]))
    return reader.notice
