"""The jobs behind the views of a number: what a network makes of one of its candidates, and what
it makes of all of it while it slides over it; and what stands in the other lines of a picture.

All of it is NumPy, on the CPU, for every network and device: no torch is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace

import numpy as np

from lenetpad.lenet.number_reader import reader_of
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.space_displacement import line_of, slide
from lenetpad.lenet.weights import Weights, load
from lenetpad.values.arrays import Parameters
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import Choice
from lenetpad.values.number_views import (
    CANDIDATE,
    LINES,
    SLIDING,
    CandidateRequest,
    LinesRequest,
    SlidingRequest,
)
from lenetpad.values.reading import NO_NUMBERS, ReadingError, checked


def candidate_question(request: CandidateRequest) -> Question:
    """The question that has this request answered with a Reading."""
    choices = (request.choice,)
    return Question(CANDIDATE, CANDIDATE, choices, request, request.serial, Place.DRAW)


def sliding_question(request: SlidingRequest) -> Question:
    """The question that has this request answered with a SlidingReading."""
    choices = (request.choice,)
    return Question(SLIDING, SLIDING, choices, request, request.serial, Place.DRAW)


def lines_question(request: LinesRequest) -> Question:
    """The question that has this request answered with a text for each line."""
    return Question(LINES, LINES, (request.choice,), request, request.serial, Place.DRAW)


def number_jobs() -> dict[str, Callable[[Question], Generator[object, None, None]]]:
    """The jobs of a thread; what they keep is that thread's."""
    return {CANDIDATE: CandidateJob(), SLIDING: SlidingJob(), LINES: LinesJob()}


class KeptWeights:
    """The weights that were asked for last: a pointer passes over many candidates, and a pen makes
    many lines, with the same. Not for several threads."""

    def __init__(self) -> None:
        self._key: tuple[Choice, Parameters | None] | None = None
        self._weights: Weights | None = None

    def weights(self, choice: Choice, parameters: Parameters | None) -> Weights:
        """A network's weights, with other parameters where some are given. Raises WeightsError."""
        same = self._key is not None and self._key[0] == choice and self._key[1] is parameters
        if self._weights is None or not same:
            found = load(choice.model, choice.conventions)
            if parameters is not None:
                found = replace(found, parameters=parameters)
            self._key, self._weights = (choice, parameters), found
        return self._weights


class CandidateJob:
    """Answers a CandidateRequest with a Reading."""

    def __init__(self) -> None:
        self._kept = KeptWeights()
        self._recognizer: Recognizer | None = None

    def __call__(self, question: Question) -> Generator[Answer, None, None]:
        """Raises WeightsError, or ReadingError for what is no number."""
        request = question.argument
        assert isinstance(request, CandidateRequest)
        weights = self._kept.weights(request.choice, request.parameters)
        if self._recognizer is None or self._recognizer.weights is not weights:
            self._recognizer = Recognizer(weights)
        reading = self._recognizer.read(request.image, request.holds)
        model = self._recognizer.describe(request.choice)
        yield Answer(question, checked(reading, model))


class SlidingJob:
    """Answers a SlidingRequest with a SlidingReading."""

    def __init__(self) -> None:
        self._kept = KeptWeights()

    def __call__(self, question: Question) -> Generator[Answer, None, None]:
        """Raises WeightsError, or ReadingError for what is no number."""
        request = question.argument
        assert isinstance(request, SlidingRequest)
        weights = self._kept.weights(request.choice, request.parameters)
        with np.errstate(all="ignore"):  # the weights of a training that diverges overflow
            found = slide(
                weights.config, weights.parameters, line_of(request.sheet), request.stride
            )
        if not (np.isfinite(found.f6).all() and np.isfinite(found.posteriors).all()):
            raise ReadingError(NO_NUMBERS)
        yield Answer(question, found)


class LinesJob:
    """Answers a LinesRequest with a tuple of texts."""

    def __init__(self) -> None:
        self._kept = KeptWeights()

    def __call__(self, question: Question) -> Generator[object, None, None]:
        """Reports how many lines have been read after each. Raises WeightsError."""
        request = question.argument
        assert isinstance(request, LinesRequest)
        weights = self._kept.weights(request.choice, request.parameters)
        reader = reader_of(weights.config, weights.parameters)
        texts: list[str] = []
        for sheet in request.sheets:
            with np.errstate(all="ignore"):  # the weights of a training that diverges overflow
                found = reader.read(sheet, paths=1)
            texts.append(found.answer if found is not None else "")
            yield len(texts)
        yield Answer(question, tuple(texts))
