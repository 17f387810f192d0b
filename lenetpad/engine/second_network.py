"""The job behind two networks beside each other: what the second makes of a drawing.

It is NumPy, on the CPU, for every network: no torch is imported.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from lenetpad.ink.normalising import draw_sheet
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.storage.decoding import named
from lenetpad.values.comparison import SECOND, SecondReading, SecondRequest
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import checked

UNKNOWN: Final = (
    "{name} does not say how it reads. Open it first (Ctrl+L), answer the question, and compare "
    "then."
)


def second_question(request: SecondRequest) -> Question:
    """The question that has this request answered with a SecondReading."""
    return Question(SECOND, SECOND, (request.choice,), request, request.serial, Place.DRAW)


class SecondJob:
    """Answers a SecondRequest with a SecondReading. It keeps the network that was asked for last:
    a pen makes many drawings. Not for several threads."""

    def __init__(self) -> None:
        self._recognizer: Recognizer | None = None
        self._model: ModelReady | None = None

    def __call__(self, question: Question) -> Generator[Answer, None, None]:
        """Raises WeightsError, or ReadingError for what is no number."""
        request = question.argument
        assert isinstance(request, SecondRequest)
        if self._model is None or self._model.choice != request.choice:
            self._open(request)
        recognizer, model = self._recognizer, self._model
        assert recognizer is not None
        assert model is not None
        image = draw_sheet(request.sheet) if request.image is None else request.image
        yield Answer(question, SecondReading(model, checked(recognizer.read(image), model)))

    def _open(self, request: SecondRequest) -> None:
        weights = load(request.choice.model, request.choice.conventions)
        if weights.guesses:
            raise WeightsError(UNKNOWN.format(name=named(weights.name)))
        recognizer = Recognizer(weights)
        self._recognizer, self._model = recognizer, recognizer.describe(request.choice)
