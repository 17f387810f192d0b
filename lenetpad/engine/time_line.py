"""The job "time line": what a network made of a drawing while it was written.

All of it is NumPy, on the CPU, for every network and device: no torch is imported.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Generator
from itertools import pairwise
from typing import Final

import numpy as np

from lenetpad.engine.number_views import KeptWeights
from lenetpad.engine.recognition import drawn_whole, read_sheet
from lenetpad.ink.replay import Replay, halfway, replay_of, sampled
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.failures import Place
from lenetpad.values.holding import Holds
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import DIGITS, Reading, Request
from lenetpad.values.time_line import (
    CLASSES,
    NO_DIGIT,
    TIME_LINE,
    TimeLine,
    TimeLineRequest,
    answer_of,
)

#: So many moments of a drawing are read at first, and as many at the most after that.
FIRST: Final = 40
MOST: Final = 240
#: Of long ink fewer: all of them together have about so many points.
POINTS: Final = 2_000_000
#: Where the answer changes between two of them, it is looked for in the middle so many times.
ROUNDS: Final = 8
#: It yields what it has after so many seconds; between two yields it cannot be cancelled.
STEP_SECONDS: Final = 0.03
#: Time lines that are kept.
KEPT: Final = 8

Key = tuple[Ink, Choice, int, Holds]


def time_line_question(request: TimeLineRequest) -> Question:
    """The question that has this request answered with a TimeLine."""
    choices = (request.choice,)
    return Question(TIME_LINE, TIME_LINE, choices, request, request.serial, Place.DRAW)


def time_line_jobs() -> dict[str, Callable[[Question], Generator[object, None, None]]]:
    """The jobs of a thread; what they keep is that thread's."""
    return {TIME_LINE: TimeLineJob()}


class TimeLineJob:
    """Answers a TimeLineRequest with a TimeLine; until then it yields those that have fewer
    moments. What was found last is kept. Not for several threads."""

    def __init__(self) -> None:
        self._weights = KeptWeights()
        self._recognizer: Recognizer | None = None
        self._kept: OrderedDict[Key, tuple[Parameters | None, TimeLine]] = OrderedDict()

    def __call__(self, question: Question) -> Generator[object, None, None]:
        """Closing the generator cancels it. Raises WeightsError, or ReadingError for what is no
        number."""
        request = question.argument
        assert isinstance(request, TimeLineRequest)
        key = (request.ink, request.choice, id(request.parameters), request.holds)
        kept = self._kept.pop(key, None)
        if kept is None:
            moments = _Moments(self._opened(request), request)
            yield from moments.read_all()
            kept = request.parameters, moments.line()
        self._kept[key] = kept  # with the parameters, so that no others have their id
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        yield Answer(question, kept[1])

    def _opened(self, request: TimeLineRequest) -> Recognizer:
        weights = self._weights.weights(request.choice, request.parameters)
        if self._recognizer is None or self._recognizer.weights is not weights:
            self._recognizer = Recognizer(weights)
        return self._recognizer


class _Moments:
    """The moments of one drawing that have been read, by their number of points."""

    def __init__(self, recognizer: Recognizer, request: TimeLineRequest) -> None:
        self._recognizer, self._request = recognizer, request
        self._model: ModelReady = recognizer.describe(request.choice)
        self._replay: Replay = replay_of(request.ink)
        self._found: dict[int, tuple[FloatArray, str]] = {}

    def read_all(self) -> Generator[TimeLine, None, None]:
        """Read a few moments, then many, then where answers change; yields what there is."""
        yield from self._read(sampled(self._replay, FIRST))
        most = POINTS // max(1, self._replay.count)
        yield from self._read(sampled(self._replay, max(FIRST, min(most, MOST))))
        for _ in range(ROUNDS):
            counts = sorted(self._found)
            answers = [self._found[count][1] for count in counts]
            changed = [before != after for before, after in pairwise(answers)]
            if not (between := halfway(counts, changed)):
                return
            yield from self._read(between)

    def _read(self, counts: tuple[int, ...]) -> Generator[TimeLine, None, None]:
        began = time.perf_counter()
        for count in counts:
            if count in self._found:
                continue
            self._found[count] = self._read_one(count)
            if time.perf_counter() - began > STEP_SECONDS:
                yield self.line()
                began = time.perf_counter()

    def _read_one(self, count: int) -> tuple[FloatArray, str]:
        sheet = Sheet(self._replay.partial(count))
        asked = Request(count, sheet, 0.0, self._request.holds)
        reading = read_sheet(self._recognizer, self._model, asked, drawn_whole(sheet))
        return _probabilities(reading), answer_of(reading)

    def line(self) -> TimeLine:
        """What has been read until now."""
        counts = tuple(sorted(self._found))
        rows = [self._found[count][0] for count in counts]
        probabilities = np.array(rows, np.float32).reshape(-1, CLASSES)
        return TimeLine(counts, probabilities, tuple(self._found[count][1] for count in counts))


def _probabilities(reading: Reading) -> FloatArray:
    row = np.zeros(CLASSES, np.float32)
    row[:DIGITS] = reading.probabilities
    row[NO_DIGIT] = reading.no_digit or 0.0
    return row
