"""The jobs thread: several askers, progress, cancellation, and an end in each case."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from lenetpad.engine.jobs import ON_THE_WAY, Job, Jobs
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, JobFailure, JobProgress, Question
from lenetpad.values.models import Choice

Replies = Generator[object, None, None]
Start = Callable[..., "tuple[Jobs, Witness]"]
NETWORK = Choice(1, "lenet5-1998")


def question(
    serial: int, argument: object = 3, asker: str = "lab", job: str = "sweep"
) -> Question:
    return Question(asker, job, (NETWORK,), argument, serial, Place.DRAW)


class Witness(QObject):
    """Collects the replies as (asker, serial, what)."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.progress: list[tuple[str, int, object]] = []
        self.answers: list[tuple[str, int, object]] = []
        self.failures: list[JobFailure] = []
        self.threads: set[int] = set()
        jobs.progressed.connect(self.note_progress)
        jobs.answered.connect(self.note_answer)
        jobs.failed.connect(self.note_failure)

    @Slot(object)
    def note_progress(self, message: JobProgress) -> None:
        self.threads.add(threading.get_ident())
        self.progress.append((message.asker, message.serial, message.progress))

    @Slot(object)
    def note_answer(self, message: Answer) -> None:
        self.answers.append((message.asker, message.serial, message.result))

    @Slot(object)
    def note_failure(self, message: JobFailure) -> None:
        self.failures.append(message)


def sweep(question: Question) -> Replies:
    """Yields the squares of as many numbers as the argument says, and answers with their sum."""
    assert isinstance(question.argument, int)
    total = 0
    for number in range(question.argument):
        total += number * number
        yield number * number
    yield Answer(question, total)


class Gate:
    """A job that waits in the middle of the questions that are to be held."""

    def __init__(self, *held: int) -> None:
        self.held = held
        self.reached, self.go_on, self.closed = (threading.Event() for _ in range(3))
        self.begun: list[tuple[str, int]] = []
        self.steps: list[int] = []
        self.threads: set[int] = set()

    def __call__(self, question: Question) -> Replies:
        self.begun.append((question.asker, question.serial))
        self.threads.add(threading.get_ident())
        try:
            yield "begun"
            if question.serial in self.held:
                self.reached.set()
                assert self.go_on.wait(10)
            yield "half"
            self.steps.append(question.serial)
            yield Answer(question, "done")
        finally:
            self.closed.set()


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Start]:
    started: list[Jobs] = []

    def make(**table: Job) -> tuple[Jobs, Witness]:
        jobs = Jobs(table or {"sweep": sweep})
        started.append(jobs)
        return jobs, Witness(jobs)

    yield make
    for jobs in started:
        jobs.close()


def test_a_sweep_tells_each_step_and_then_its_result(qtbot: QtBot, start: Start) -> None:
    gate = Gate()
    jobs, witness = start(sweep=sweep, gate=gate)
    jobs.ask(question(7, 4))
    jobs.ask(question(8, asker="stage", job="gate"))
    qtbot.waitUntil(lambda: len(witness.answers) == 2)
    assert witness.progress[:4] == [("lab", 7, square) for square in (0, 1, 4, 9)]
    assert witness.answers == [("lab", 7, 14), ("stage", 8, "done")]
    assert witness.threads == {threading.get_ident()}
    assert gate.threads.isdisjoint(witness.threads)


def test_a_job_waits_for_a_window_that_takes_nothing_in_and_nothing_is_lost(
    qtbot: QtBot, start: Start
) -> None:
    yielded: list[int] = []
    full = threading.Event()

    def flood(question: Question) -> Replies:
        for number in range(10_000):
            yielded.append(number)
            if number == ON_THE_WAY:
                full.set()
            yield number
        yield Answer(question, None)

    jobs, witness = start(flood=flood)
    jobs.ask(question(1, job="flood"))
    assert full.wait(10)  # this thread receives nothing meanwhile
    assert len(yielded) == ON_THE_WAY + 1
    qtbot.waitUntil(lambda: bool(witness.answers), timeout=20_000)
    assert [number for _, _, number in witness.progress] == list(range(10_000))


def test_two_askers_are_answered_in_the_order_of_asking(qtbot: QtBot, start: Start) -> None:
    gate = Gate(1)
    jobs, witness = start(gate=gate)
    jobs.ask(question(1, asker="stage", job="gate"))
    assert gate.reached.wait(10)
    jobs.ask(question(2, asker="lab", job="gate"))
    jobs.ask(question(3, asker="draw", job="gate"))
    jobs.ask(question(4, asker="lab", job="gate"))  # it takes over the turn of the one that waits
    gate.go_on.set()
    qtbot.waitUntil(lambda: len(witness.answers) == 3)
    assert [reply[:2] for reply in witness.answers] == [("stage", 1), ("lab", 4), ("draw", 3)]
    assert gate.begun == [("stage", 1), ("lab", 4), ("draw", 3)]


def test_a_newer_question_cancels_the_one_under_way_and_no_other(
    qtbot: QtBot, start: Start
) -> None:
    gate = Gate(1)
    jobs, witness = start(gate=gate)
    jobs.ask(question(1, job="gate"))
    assert gate.reached.wait(10)
    jobs.ask(question(2, asker="stage", job="gate"))
    jobs.ask(question(3, job="gate"))
    gate.go_on.set()
    qtbot.waitUntil(lambda: len(witness.answers) == 2)
    assert [reply[:2] for reply in witness.answers] == [("stage", 2), ("lab", 3)]
    assert gate.steps == [2, 3]  # the first ended between two of its steps
    assert not [reply for reply in witness.progress if reply[1] == 1]


def test_cancelled_before_its_turn_it_never_begins(qtbot: QtBot, start: Start) -> None:
    gate = Gate(1)
    jobs, witness = start(gate=gate)
    jobs.ask(question(1, asker="stage", job="gate"))
    assert gate.reached.wait(10)
    jobs.ask(question(2, job="gate"))
    jobs.ask(question(3, asker="draw", job="gate"))
    jobs.cancel("lab")
    gate.go_on.set()
    qtbot.waitUntil(lambda: len(witness.answers) == 2)
    assert gate.begun == [("stage", 1), ("draw", 3)]


def test_cancelled_on_its_way_it_is_closed_and_heard_of_no_more(
    qtbot: QtBot, start: Start
) -> None:
    gate = Gate(1)
    jobs, witness = start(gate=gate)
    jobs.ask(question(1, job="gate"))
    assert gate.reached.wait(10)
    jobs.cancel("lab")
    gate.go_on.set()
    assert gate.closed.wait(10)
    jobs.ask(question(2, job="gate"))
    qtbot.waitUntil(lambda: bool(witness.answers))
    assert [reply[1] for reply in witness.answers + witness.progress] == [2, 2, 2]
    assert gate.steps == [2]


def test_cancelled_after_its_end_the_answer_on_its_way_is_dropped(
    qtbot: QtBot, start: Start
) -> None:
    gate = Gate()
    jobs, witness = start(gate=gate)
    jobs.ask(question(1, job="gate"))
    assert gate.closed.wait(10)  # its answer waits in this thread's event queue
    jobs.cancel("lab")
    jobs.ask(question(2, asker="stage", job="gate"))
    qtbot.waitUntil(lambda: bool(witness.answers))
    assert [reply[:2] for reply in witness.answers] == [("stage", 2)]
    assert {reply[1] for reply in witness.progress} == {2}
    jobs.cancel("stage")  # nothing is under way
    jobs.cancel("nobody")


def test_an_exception_is_a_failure_of_its_question_and_the_next_one_works(
    qtbot: QtBot, start: Start
) -> None:
    def broken(question: Question) -> Replies:
        yield 1
        raise ValueError("the map is empty\nsecond line")

    jobs, witness = start(broken=broken, sweep=sweep)
    asked = question(1, job="broken")
    jobs.ask(asked)
    jobs.ask(question(2, asker="stage"))
    qtbot.waitUntil(lambda: bool(witness.answers))
    [reply] = witness.failures
    assert (reply.question, reply.asker, reply.serial) == (asked, "lab", 1)
    failure = reply.failure
    assert (failure.place, failure.job) == (Place.DRAW, "broken")
    assert failure.message == "the map is empty"
    assert "ValueError" in failure.traceback
    assert witness.answers == [("stage", 2, 5)]


def test_a_job_that_ends_without_an_answer_is_a_failure(qtbot: QtBot, start: Start) -> None:
    def silent(question: Question) -> Replies:
        yield 1

    jobs, witness = start(silent=silent)
    jobs.ask(question(1, job="silent"))
    qtbot.waitUntil(lambda: bool(witness.failures))
    assert witness.failures[0].failure.message == "the job silent ended without an answer"


def test_a_job_that_there_is_not_is_refused_at_once(start: Start) -> None:
    jobs, _ = start()
    with pytest.raises(ValueError, match="no job is called 'occlusion'"):
        jobs.ask(question(1, job="occlusion"))


def test_of_two_thousand_questions_of_one_asker_the_first_and_the_last_begin(
    qtbot: QtBot, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(1)
    jobs, witness = start(gate=gate)
    wakes: list[int] = []

    def counted(wake: Callable[[], None] = jobs.wake) -> None:
        wakes.append(1)
        wake()

    monkeypatch.setattr(jobs, "wake", counted)
    jobs.ask(question(1, job="gate"))
    assert gate.reached.wait(10)
    for serial in range(2, 2001):
        if serial % 2:
            jobs.cancel("lab")
        jobs.ask(question(serial, job="gate"))
    gate.go_on.set()
    qtbot.waitUntil(lambda: bool(witness.answers))
    assert witness.answers == [("lab", 2000, "done")]
    assert gate.begun == [("lab", 1), ("lab", 2000)]
    assert len(wakes) == 2  # else the thread's event queue would grow with each question


@pytest.mark.parametrize("moment", ["at once", "under way", "pending", "flooding", "answered"])
def test_closing_at_any_moment_leaves_no_thread(qtbot: QtBot, start: Start, moment: str) -> None:
    full = threading.Event()

    def flood(question: Question) -> Replies:
        for number in range(10_000):
            if number == ON_THE_WAY:
                full.set()
            yield number

    gate = Gate(*([1] if moment in ("under way", "pending") else []))
    jobs, witness = start(gate=gate, flood=flood)
    if moment == "flooding":
        jobs.ask(question(1, job="flood"))
        assert full.wait(10)
    elif moment != "at once":
        jobs.ask(question(1, job="gate"))
    if moment == "answered":
        qtbot.waitUntil(lambda: bool(witness.answers))
    if moment in ("under way", "pending"):
        assert gate.reached.wait(10)
    if moment == "pending":
        jobs.ask(question(2, asker="stage", job="gate"))
    threading.Timer(0.05, gate.go_on.set).start()
    jobs.close()
    assert not jobs.running
    assert gate.steps == ([1] if moment == "answered" else [])
    assert len(gate.begun) == (0 if moment in ("at once", "flooding") else 1)
    jobs.ask(question(3, job="gate"))  # does nothing
    jobs.close()  # again does nothing
