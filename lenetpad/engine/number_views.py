"""The jobs behind the views of a number: what a network makes of one of its candidates.

All of it is NumPy, on the CPU, for every network and device: no torch is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.values.arrays import Parameters
from lenetpad.values.candidates import CANDIDATE, CandidateRequest
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import Choice
from lenetpad.values.reading import checked


def candidate_question(request: CandidateRequest) -> Question:
    """The question that has this request answered with a Reading."""
    choices = (request.choice,)
    return Question(CANDIDATE, CANDIDATE, choices, request, request.serial, Place.DRAW)


def number_jobs() -> dict[str, Callable[[Question], Generator[object, None, None]]]:
    """The jobs of a thread; what they keep is that thread's."""
    return {CANDIDATE: CandidateJob()}


class CandidateJob:
    """Answers a CandidateRequest with a Reading. The network is kept as long as it is the same:
    a pointer passes over many candidates. Not for several threads."""

    def __init__(self) -> None:
        self._kept: tuple[Choice, Parameters | None, Recognizer] | None = None

    def __call__(self, question: Question) -> Generator[Answer, None, None]:
        """Raises WeightsError, or ReadingError for what is no number."""
        request = question.argument
        assert isinstance(request, CandidateRequest)
        recognizer = self._recognizer(request.choice, request.parameters)
        reading = recognizer.read(request.image, request.holds)
        yield Answer(question, checked(reading, recognizer.describe(request.choice)))

    def _recognizer(self, choice: Choice, parameters: Parameters | None) -> Recognizer:
        if self._kept is not None:
            before, same, recognizer = self._kept
            if before is choice and same is parameters:
                return recognizer
        weights = load(choice.model, choice.conventions)
        if parameters is not None:
            weights = replace(weights, parameters=parameters)
        recognizer = Recognizer(weights)
        self._kept = choice, parameters, recognizer
        return recognizer
