"""The job "film": the readings of a drawing's replay, one after the other.

All of it is NumPy, on the CPU, for every network and device: no torch is imported.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from lenetpad.engine.number_views import KeptWeights
from lenetpad.engine.recognition import drawn_whole, read_sheet
from lenetpad.ink.replay import replay_of
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.values.failures import Place
from lenetpad.values.film import FILM, FilmRequest
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.reading import Request


def film_question(request: FilmRequest) -> Question:
    """The question that has this request's moments read."""
    return Question(FILM, FILM, (request.choice,), request, request.serial, Place.DRAW)


def film_job(question: Question) -> Generator[object, None, None]:
    """Yield a Reading, with its sheet, of each moment of a FilmRequest; the answer is None.
    Closing the generator cancels it. Raises WeightsError, or ReadingError for what is no number.
    """
    request = question.argument
    assert isinstance(request, FilmRequest)
    recognizer = Recognizer(KeptWeights().weights(request.choice, request.parameters))
    model, replay = recognizer.describe(request.choice), replay_of(request.ink)
    for number, count in enumerate(request.counts):
        sheet = Sheet(replay.partial(count))
        asked = Request(number + 1, sheet, 0.0, request.holds)
        yield replace(read_sheet(recognizer, model, asked, drawn_whole(sheet)), sheet=sheet)
    yield Answer(question, None)
