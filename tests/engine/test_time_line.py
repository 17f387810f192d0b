"""The job "time line": what a network made of a drawing while it was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lenetpad.engine import time_line as module
from lenetpad.engine.time_line import TimeLineJob, time_line_question
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import draw
from lenetpad.ink.replay import replay_of
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.values.holding import Hold
from lenetpad.values.jobs import Answer
from lenetpad.values.models import Choice
from lenetpad.values.reading import ReadingError
from lenetpad.values.time_line import TimeLine, TimeLineRequest
from tests.graphs import in_a_row

CHOICE = Choice(1, "lenet5-1998")


def steps_of(job: TimeLineJob, ink: Ink, **changes: Any) -> list[TimeLine]:
    """All that is yielded for ink, the answer last."""
    found: list[TimeLine] = []
    for step in job(time_line_question(replace(TimeLineRequest(1, CHOICE, ink), **changes))):
        if isinstance(step, Answer):
            found.append(step.result)
        else:
            assert isinstance(step, TimeLine)
            found.append(step)
    return found


def test_each_moment_is_what_the_network_says_of_it(samples: list[Drawing]) -> None:
    ink = samples[4].ink  # two strokes
    line = steps_of(TimeLineJob(), ink)[-1]
    replay, recognizer = replay_of(ink), Recognizer(load(CHOICE.model))
    assert line.counts == tuple(range(1, replay.count + 1))
    for place in range(0, len(line.counts), 9):
        ink_then = replay.partial(line.counts[place])
        found = recognizer.segment(Sheet(ink_then))
        assert found is not None
        if found.several:  # the beginning of a digit may look like others
            assert line.answers[place] in {found.text, ""}
            continue
        alone = recognizer.read(draw(ink_then))
        assert np.allclose(line.probabilities[place, :10], alone.probabilities, atol=1e-5)
        assert line.probabilities[place, 10] == pytest.approx(alone.no_digit, abs=1e-5)
        expected = "" if alone.refused else str(alone.digit)
        assert line.answers[place] == expected
    assert line.answers[-1] == "4"


def test_a_change_is_found_to_the_point(
    samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = samples[4].ink
    whole = steps_of(TimeLineJob(), ink)[-1]
    monkeypatch.setattr(module, "FIRST", 5)
    monkeypatch.setattr(module, "MOST", 9)
    few = steps_of(TimeLineJob(), ink)[-1]
    assert len(few.counts) < len(whole.counts) / 2
    assert few.changes[-1].after == "4"
    assert set(few.changes) <= set(whole.changes)  # between the same two points


def test_what_it_has_comes_while_it_reads(
    samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP_SECONDS", 0.0)
    steps = steps_of(TimeLineJob(), samples[1].ink)
    lengths = [len(step.counts) for step in steps]
    assert lengths[:3] == [1, 2, 3]
    assert lengths == sorted(lengths)
    assert all(list(step.counts) == sorted(step.counts) for step in steps)
    assert steps[40].counts[-1] == samples[1].ink.point_count  # few moments of all of it first


def test_a_number_is_read_as_a_number(samples: list[Drawing]) -> None:
    ink = in_a_row([samples[1].ink, samples[2].ink])
    line = steps_of(TimeLineJob(), ink)[-1]
    assert line.answers[-1] == "12"
    assert line.probabilities[-1].argmax() == 2  # the digit that was written last
    assert "1" in line.answers


def test_long_ink_is_looked_at_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POINTS", 200)
    monkeypatch.setattr(module, "FIRST", 4)
    monkeypatch.setattr(module, "ROUNDS", 0)
    ink = Ink.of([[[500, 300 + n] for n in range(40)]])
    assert len(steps_of(TimeLineJob(), ink)[-1].counts) <= 4 + 5


def test_what_was_found_is_found_again_for_the_same_ink_and_network(
    samples: list[Drawing], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = module._Moments._read_one
    asked: list[int] = []

    def counted(moments: module._Moments, count: int) -> Any:
        asked.append(count)
        return read(moments, count)

    monkeypatch.setattr(module._Moments, "_read_one", counted)
    job, ink = TimeLineJob(), samples[1].ink
    first = steps_of(job, ink)[-1]
    once = len(asked)
    assert steps_of(job, Ink(tuple(ink.strokes))) == [first]
    assert len(asked) == once
    held = steps_of(job, ink, holds=(Hold("F6", 3, value=0.0),))[-1]
    assert len(asked) == 2 * once
    assert not np.array_equal(held.probabilities, first.probabilities)


def test_a_network_that_gives_no_numbers_is_said(samples: list[Drawing]) -> None:
    weights = dict(load(CHOICE.model).parameters)
    weights = {name: np.full_like(array, np.nan) for name, array in weights.items()}
    with pytest.raises(ReadingError):
        steps_of(TimeLineJob(), samples[1].ink, parameters=weights)
