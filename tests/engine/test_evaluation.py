"""Evaluations in the jobs thread: latest wins, cancelling is quick, failures are messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from lenetpad.engine.evaluation import EVALUATION, evaluation_question
from lenetpad.engine.jobs import Job, Jobs
from lenetpad.values.evaluation import (
    DataChoice,
    Evaluation,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
    Predictions,
)
from lenetpad.values.failures import Failure, Place
from lenetpad.values.jobs import Answer, JobFailure, JobProgress, Question
from lenetpad.values.models import Choice


def wish(serial: int) -> EvaluationRequest:
    return EvaluationRequest(serial, (Choice(1, "any"),), DataChoice("mnist"))


def result(request: EvaluationRequest) -> EvaluationResults:
    right = np.array([3], dtype=np.int64)
    evaluation = Evaluation(np.diag(np.arange(10)), right, np.array([False]), 0.0)
    predictions = Predictions(evaluation, np.eye(10, dtype=np.float32)[3:4], None)
    images = np.zeros((1, 28, 28), dtype=np.uint8)
    return EvaluationResults(request, images, right.copy(), (predictions,))


def answer(question: Question) -> Answer:
    assert isinstance(question.argument, EvaluationRequest)
    return Answer(question, result(question.argument))


Replies = Generator[object, None, None]


class Witness(QObject):
    """Collects what is replied to evaluations, and in which thread it was told."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.progress: list[EvaluationProgress] = []
        self.results: list[EvaluationResults] = []
        self.failures: list[Failure] = []
        self.threads: set[int] = set()
        jobs.progressed.connect(self.note_progress)
        jobs.answered.connect(self.note_result)
        jobs.failed.connect(self.note_failure)

    @Slot(object)
    def note_progress(self, message: JobProgress) -> None:
        self.progress.append(message.progress)

    @Slot(object)
    def note_result(self, answer: Answer) -> None:
        self.threads.add(threading.get_ident())
        self.results.append(answer.result)

    @Slot(object)
    def note_failure(self, message: JobFailure) -> None:
        self.failures.append(message.failure)


class SlowJudge:
    """Judges in ten steps, and waits in the sixth of those that are to be held."""

    def __init__(self, held: set[int] | None = None) -> None:
        self.held = held or set()
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.steps: list[tuple[int, int]] = []
        self.threads: set[int] = set()

    def __call__(self, question: Question) -> Replies:
        serial = question.serial
        self.threads.add(threading.get_ident())
        for step in range(1, 11):
            if step == 6 and serial in self.held:
                self.reached.set()
                self.go_on.wait(10)
            self.steps.append((serial, step))
            yield EvaluationProgress(serial, step, 10)
        yield answer(question)


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[..., tuple[Jobs, Witness]]]:
    started: list[Jobs] = []

    def make(job: Job) -> tuple[Jobs, Witness]:
        jobs = Jobs({EVALUATION: job})
        started.append(jobs)
        return jobs, Witness(jobs)

    yield make
    for jobs in started:
        jobs.close()


def test_judging_is_done_in_another_thread_and_told_in_this_one(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    predict = SlowJudge()
    jobs, witness = start(predict)
    asked = wish(4)
    jobs.ask(evaluation_question(asked))
    qtbot.waitUntil(lambda: bool(witness.results))
    assert [step.done for step in witness.progress] == list(range(1, 11))
    assert witness.results[0].request is asked
    assert witness.threads == {threading.get_ident()}
    assert predict.threads.isdisjoint(witness.threads)


def test_what_is_cancelled_stops_after_its_step_and_is_heard_of_no_more(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    predict = SlowJudge(held={1})
    jobs, witness = start(predict)
    jobs.ask(evaluation_question(wish(1)))
    assert predict.reached.wait(10)
    jobs.cancel(EVALUATION)
    predict.go_on.set()
    jobs.ask(evaluation_question(wish(2)))
    qtbot.waitUntil(lambda: bool(witness.results))
    assert [found.request.serial for found in witness.results] == [2]
    assert all(step.serial == 2 for step in witness.progress)
    assert [step for serial, step in predict.steps if serial == 1] == [1, 2, 3, 4, 5, 6]


def test_the_latest_wish_wins(qtbot: QtBot, start: Callable[..., Any]) -> None:
    predict = SlowJudge(held={1})
    jobs, witness = start(predict)
    jobs.ask(evaluation_question(wish(1)))
    assert predict.reached.wait(10)
    for serial in (2, 3, 4):
        jobs.ask(evaluation_question(wish(serial)))
    predict.go_on.set()
    qtbot.waitUntil(lambda: bool(witness.results))
    assert [found.request.serial for found in witness.results] == [4]
    assert {serial for serial, _ in predict.steps} == {1, 4}


def test_a_result_that_was_under_way_when_it_was_cancelled_is_dropped(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    told = threading.Event()

    def predict(question: Question) -> Replies:
        yield EvaluationProgress(question.serial, 1, 1)
        try:
            yield answer(question)
        finally:
            if question.serial == 1:
                told.set()  # its signals wait in this thread's queue

    jobs, witness = start(predict)
    jobs.ask(evaluation_question(wish(1)))
    assert told.wait(10)
    jobs.cancel(EVALUATION)
    jobs.ask(evaluation_question(wish(2)))
    qtbot.waitUntil(lambda: bool(witness.results))
    assert [found.request.serial for found in witness.results] == [2]
    assert [step.serial for step in witness.progress] == [2]


def test_a_failure_is_a_message_and_the_next_wish_works(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    def predict(question: Question) -> Replies:
        if question.serial == 1:
            raise ValueError("no such weights\nsecond line")
        yield answer(question)

    jobs, witness = start(predict)
    with qtbot.waitSignal(jobs.failed):
        jobs.ask(evaluation_question(wish(1)))
    failure = witness.failures[0]
    assert (failure.place, failure.message) == (Place.EVALUATE, "no such weights")
    assert "ValueError" in failure.traceback
    jobs.ask(evaluation_question(wish(2)))
    qtbot.waitUntil(lambda: bool(witness.results))
    assert len(witness.failures) == 1


def test_the_failure_of_what_nobody_wants_is_not_told(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def predict(question: Question) -> Replies:
        if question.serial == 1:
            reached.set()
            go_on.wait(10)
            raise ValueError("too late")
        yield answer(question)

    jobs, witness = start(predict)
    jobs.ask(evaluation_question(wish(1)))
    assert reached.wait(10)
    jobs.ask(evaluation_question(wish(2)))
    go_on.set()
    qtbot.waitUntil(lambda: bool(witness.results))
    assert not witness.failures


@pytest.mark.parametrize("moment", ["at once", "judging", "pending", "judged"])
def test_closing_at_any_moment_leaves_no_thread(
    qtbot: QtBot, start: Callable[..., Any], moment: str
) -> None:
    predict = SlowJudge(held={1} if moment in ("judging", "pending") else set())
    jobs, witness = start(predict)
    if moment != "at once":
        jobs.ask(evaluation_question(wish(1)))
    if moment == "judged":
        qtbot.waitUntil(lambda: bool(witness.results))
    if moment in ("judging", "pending"):
        assert predict.reached.wait(10)
    if moment == "pending":
        jobs.ask(evaluation_question(wish(2)))
    threading.Timer(0.05, predict.go_on.set).start()
    jobs.close()
    assert not jobs.running
    assert (1, 7) not in predict.steps or moment == "judged"
    assert not [serial for serial, _ in predict.steps if serial == 2]
    jobs.close()  # again does nothing
