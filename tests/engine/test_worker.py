"""The skeleton of a worker: steps in its thread, messages in its owner's, an end at any moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.worker import Worker, hanging_threads
from lenetpad.values.failures import Failure, Place


class Doubler(Worker):
    """Doubles numbers; zero is an error."""

    def __init__(self) -> None:
        super().__init__("doubling")
        self.box: Mailbox[int] = Mailbox()
        self.received: list[object] = []
        self.threads: dict[str, str] = {}
        self.sent = threading.Semaphore(0)

    def step(self) -> bool:
        self.threads["step"] = threading.current_thread().name
        number = self.box.take()
        if number is None:
            return False
        if (
            failure := self.guard(lambda: self._double(number), Place.DRAW, "doubling")
        ) is not None:
            self.send(failure)
        return True

    def _double(self, number: int) -> None:
        if number == 0:
            raise ValueError("nothing to double\nat all")
        self.send(2 * number)
        self.sent.release()

    def receive(self, message: object) -> None:
        self.threads["receive"] = threading.current_thread().name
        self.received.append(message)

    def put(self, number: int) -> None:
        if self.box.put(number):
            self.wake()


@pytest.fixture
def doubler(qtbot: QtBot) -> Iterator[Doubler]:
    worker = Doubler()
    yield worker
    worker.close()


def test_a_step_runs_in_the_named_thread_and_its_message_arrives_here(
    qtbot: QtBot, doubler: Doubler
) -> None:
    doubler.put(4)
    qtbot.waitUntil(lambda: doubler.received == [8])
    here = threading.current_thread().name
    assert doubler.threads == {"step": "doubling", "receive": here}
    assert here != "doubling"


def test_an_exception_is_a_failure_and_the_thread_lives_on(qtbot: QtBot, doubler: Doubler) -> None:
    doubler.put(0)
    qtbot.waitUntil(lambda: len(doubler.received) == 1)
    failure = doubler.received[0]
    assert isinstance(failure, Failure)
    assert (failure.place, failure.message) == (Place.DRAW, "nothing to double")
    assert failure.what == "doubling"
    assert "ValueError" in failure.traceback
    doubler.put(1)
    qtbot.waitUntil(lambda: doubler.received[1:] == [2])


def test_a_failure_without_a_job_is_called_by_its_place() -> None:
    assert Failure(Place.MODEL, "no such weights").what == "model"


def test_closing_waits_for_the_step_at_hand_and_takes_no_other(qtbot: QtBot) -> None:
    reached, go_on = threading.Event(), threading.Event()
    steps: list[int] = []

    class Endless(Worker):
        def step(self) -> bool:
            steps.append(len(steps))
            reached.set()
            go_on.wait(10)
            return True

    worker = Endless("endless")
    worker.wake()
    assert reached.wait(10)
    threading.Timer(0.05, go_on.set).start()
    worker.close()
    assert steps == [0]
    assert not worker.running
    worker.close()  # again does nothing
    worker.wake()
    assert steps == [0]


def test_a_message_that_was_on_its_way_when_the_worker_closed_is_dropped(
    qtbot: QtBot, doubler: Doubler
) -> None:
    doubler.put(4)
    qtbot.waitUntil(lambda: doubler.received == [8])
    doubler.put(8)
    assert doubler.sent.acquire(timeout=10)  # of the 8
    assert doubler.sent.acquire(timeout=10)  # of the 16, queued for this thread
    doubler.close()
    QApplication.processEvents()
    assert doubler.received == [8]


class Hangs(Worker):
    """Hangs in the steps that are to; says what it did."""

    def __init__(self) -> None:
        super().__init__("hanging")
        self.box: Mailbox[int] = Mailbox()
        self.received: list[object] = []
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def step(self) -> bool:
        number = self.box.take()
        if number is None:
            return False
        self.threads.append(threading.current_thread())
        if number < 0:
            self.reached.set()
            assert self.go_on.wait(30)
        self.send(number)
        return True

    def receive(self, message: object) -> None:
        self.received.append(message)

    def put(self, number: int) -> None:
        if self.box.put(number):
            self.wake()

    def hang(self) -> None:
        self.put(-1)
        assert self.reached.wait(10)

    def release(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


def test_a_thread_that_hangs_does_not_keep_its_worker_from_closing(qtbot: QtBot) -> None:
    worker = Hangs()
    worker.hang()
    assert not worker.close(0.01)
    assert not worker.running
    assert hanging_threads() == 1
    assert worker.threads[0].daemon  # else the process would wait for it
    worker.release()
    QApplication.processEvents()
    assert worker.received == []
    assert hanging_threads() == 0
    assert worker.close()  # again does nothing
    worker.put(1)
    assert not worker.running


def test_of_an_abandoned_thread_nothing_is_heard_and_another_goes_on(qtbot: QtBot) -> None:
    worker = Hangs()
    worker.hang()
    worker.abandon_thread()
    worker.put(1)
    qtbot.waitUntil(lambda: worker.received == [1])
    worker.put(2)  # the old thread must not take it
    worker.go_on.set()
    worker.threads[0].join(10)
    qtbot.waitUntil(lambda: worker.received == [1, 2])
    assert len(set(worker.threads)) == 2
    assert worker.threads[1:] == [worker.threads[1]] * 2
    assert worker.close()


def test_whatever_a_step_raises_the_thread_lives_on(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    class Faulty(Hangs):
        def step(self) -> bool:
            if self.box.take() == 0:
                raise ValueError("a fault of the worker's own")
            self.send("went on")
            return False

    worker = Faulty()
    worker.put(0)
    qtbot.waitUntil(lambda: bool(told))
    worker.put(1)
    qtbot.waitUntil(lambda: bool(worker.received))
    assert worker.close()


def test_a_library_that_wants_to_end_the_process_only_fails(doubler: Doubler) -> None:
    failure = doubler.guard(lambda: sys.exit("no licence"), Place.DRAW)
    assert failure is not None
    assert failure.message == "no licence"
