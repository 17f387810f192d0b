"""The skeleton of a worker: steps in its thread, messages in its owner's, an end at any moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.worker import Worker
from lenetpad.values.failures import Failure, Place


class Doubler(Worker):
    """Doubles numbers; zero is an error."""

    def __init__(self) -> None:
        super().__init__("doubling")
        self.box: Mailbox[int] = Mailbox()
        self.received: list[object] = []
        self.threads: dict[str, str] = {}

    def step(self) -> bool:
        self.threads["step"] = QThread.currentThread().objectName()
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

    def receive(self, message: object) -> None:
        self.threads["receive"] = QThread.currentThread().objectName()
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
    here = QThread.currentThread().objectName()
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
    doubler.send(16)  # queued for this thread, which closes the worker first
    doubler.close()
    QApplication.processEvents()
    assert doubler.received == [8]
