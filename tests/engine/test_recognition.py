"""The recognition thread: latest wins, failures are messages, closing leaves nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject, QTimer, Slot
from pytestqt.qtbot import QtBot

from lenetpad.engine.recognition import Recognition, open_reader
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.values.conventions import Conventions
from lenetpad.values.failures import Failure, Place
from lenetpad.values.holding import Hold
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.training import Snapshot

SHEET = Sheet(Ink.of([[[0, 0], [10, 10]]]))


def request(serial: int, sheet: Sheet = SHEET) -> Request:
    return Request(serial, sheet, time.perf_counter())


class Witness(QObject):
    """Collects what a Recognition says, and in which thread it was told."""

    def __init__(self, recognition: Recognition) -> None:
        super().__init__()
        self.readings: list[Reading] = []
        self.models: list[ModelReady] = []
        self.failures: list[Failure] = []
        self.threads: set[int] = set()
        recognition.reading_ready.connect(self.note_reading)
        recognition.model_ready.connect(self.note_model)
        recognition.failed.connect(self.note_failure)

    @Slot(object)
    def note_reading(self, reading: Reading) -> None:
        self.threads.add(threading.get_ident())
        self.readings.append(reading)

    @Slot(object)
    def note_model(self, model: ModelReady) -> None:
        self.models.append(model)

    @Slot(object)
    def note_failure(self, failure: Failure) -> None:
        self.failures.append(failure)


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[..., tuple[Recognition, Witness]]]:
    started: list[Recognition] = []

    def make(opener: Callable[[Choice], Any]) -> tuple[Recognition, Witness]:
        recognition = Recognition(opener)
        started.append(recognition)
        return recognition, Witness(recognition)

    yield make
    for recognition in started:
        recognition.close()


def test_a_sheet_is_read_in_another_thread_and_told_in_this_one(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    reader = fake_reader()
    recognition, witness = start(lambda choice: reader)
    recognition.choose(Choice(5, "any"))
    recognition.submit(request(3))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert (witness.readings[0].serial, witness.readings[0].model_serial) == (3, 5)
    assert witness.threads == {threading.get_ident()}
    assert reader.threads.isdisjoint(witness.threads)


def test_what_is_held_reaches_the_network_and_stays_while_it_is_trained(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    recognition, witness = start(open_reader)
    recognition.choose(Choice(1, "lenet5-1998"))
    held = Hold("S2", 3, value=0.5)
    recognition.submit(Request(1, SHEET, 0.0, (held,)))
    qtbot.waitUntil(lambda: len(witness.readings) == 1)
    parameters = witness.readings[0].parameters
    recognition.refresh(1, Snapshot(7, tuple(parameters.items())))
    qtbot.waitUntil(lambda: len(witness.readings) == 2)
    for reading in witness.readings:
        assert reading.holds == (held,)
        assert np.all(reading.taps["S2"][3] == 0.5)
    recognition.submit(Request(2, SHEET, 0.0))
    qtbot.waitUntil(lambda: len(witness.readings) == 3)
    assert witness.readings[-1].holds == ()
    assert not np.any(witness.readings[-1].taps["S2"][3] == 0.5)


def test_a_unit_to_hold_that_there_is_not_is_a_failure(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    recognition, witness = start(open_reader)
    recognition.choose(Choice(1, "lenet5-1998"))
    recognition.submit(Request(1, SHEET, 0.0, (Hold("F6", 99),)))
    qtbot.waitUntil(lambda: bool(witness.failures))
    assert witness.failures[0].place == Place.RECOGNITION
    recognition.submit(Request(2, SHEET, 0.0))
    qtbot.waitUntil(lambda: bool(witness.readings))


def test_a_question_leaves_the_network_that_reads(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    conventions = Conventions("relu", "max", "unit", "zero")

    def opener(choice: Choice) -> Any:
        asks = choice.model == "odd.pth" and not choice.conventions.complete
        return ConventionsQuestion(choice, ((conventions, 0.9),)) if asks else fake_reader()

    recognition, witness = start(opener)
    recognition.choose(Choice(1, "any"))
    qtbot.waitUntil(lambda: len(witness.models) == 1)
    with qtbot.waitSignal(recognition.conventions_asked) as asked:
        recognition.choose(Choice(2, "odd.pth"))
    assert asked.args == [ConventionsQuestion(Choice(2, "odd.pth"), ((conventions, 0.9),))]
    recognition.submit(request(7))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert (witness.readings[0].model_serial, len(witness.models)) == (1, 1)
    recognition.choose(Choice(3, "odd.pth", conventions=conventions))
    qtbot.waitUntil(lambda: len(witness.models) == 2)
    assert witness.models[-1].choice.conventions == conventions
    assert not witness.failures


def test_a_request_before_the_network_is_there_is_read_when_it_is(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    recognition, witness = start(lambda choice: fake_reader())
    recognition.submit(request(1))
    recognition.choose(Choice(1, "any"))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert len(witness.models) == 1


def test_a_thousand_submissions_at_1_khz_show_the_last_and_stay_bounded(
    qtbot: QtBot,
    start: Callable[..., Any],
    fake_reader: type[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    submissions = threading.Semaphore(0)

    class SlowReader(fake_reader):  # type: ignore[misc]
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            for _ in range(20):  # come in meanwhile, as in 20 ms
                assert submissions.acquire(timeout=20)
            return super().read(image)

    recognition, witness = start(lambda choice: SlowReader())
    wakes: list[int] = []

    def counted(wake: Callable[[], None] = recognition.wake) -> None:
        wakes.append(1)
        wake()

    monkeypatch.setattr(recognition, "wake", counted)
    recognition.choose(Choice(1, "any"))
    qtbot.waitUntil(lambda: bool(witness.models))
    serials = iter(range(1, 1001))
    timer = QTimer()

    def submit() -> None:
        recognition.submit(request(next(serials, 1000)))
        submissions.release()

    timer.timeout.connect(submit)
    timer.start(1)
    qtbot.waitUntil(lambda: any(r.serial == 1000 for r in witness.readings), timeout=20_000)
    timer.stop()
    submissions.release(1000)  # for a reading that has begun since
    shown = [r.serial for r in witness.readings]
    assert shown == sorted(shown)
    assert len(shown) < 100
    # A wake-up for each submission is what made memory grow: there is one a reading, at most.
    assert len(wakes) <= len(shown) + 3


def test_a_reading_that_fails_is_a_message_and_the_next_one_works(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    class FailsOnce(fake_reader):  # type: ignore[misc]
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            reading: Reading = super().read(image)
            if self.reads == 1:
                raise ValueError("no luck\nsecond line")
            return reading

    reader = FailsOnce()
    recognition, witness = start(lambda choice: reader)
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(witness.failures))
    failure = witness.failures[0]
    assert (failure.place, failure.message) == (Place.RECOGNITION, "no luck")
    assert "ValueError" in failure.traceback
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert witness.readings[0].serial == 2


def test_a_network_that_cannot_be_loaded_leaves_the_one_before(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    def opener(choice: Choice) -> Any:
        if choice.model == "bad":
            raise RuntimeError("no such weights")
        return fake_reader()

    recognition, witness = start(opener)
    recognition.choose(Choice(1, "good"))
    qtbot.waitUntil(lambda: bool(witness.models))
    recognition.choose(Choice(2, "bad"))
    qtbot.waitUntil(lambda: bool(witness.failures))
    failure = witness.failures[0]
    assert (failure.place, failure.message) == (Place.MODEL, "no such weights")
    recognition.submit(request(9))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert witness.readings[0].model_serial == 1


def test_a_device_that_fails_at_work_gives_way_to_the_cpu(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any]
) -> None:
    class Broken(fake_reader):  # type: ignore[misc]
        device = "cuda:0"

        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            raise RuntimeError("out of memory\ndetails")

    def opener(choice: Choice) -> Any:
        return fake_reader() if choice.device == "cpu" else Broken()

    recognition, witness = start(opener)
    recognition.choose(Choice(1, "any", "cuda:0"))
    held = (Hold("C1", 0),)
    recognition.submit(Request(1, SHEET, 0.0, held))
    qtbot.waitUntil(lambda: bool(witness.readings))
    assert witness.readings[0].holds == held
    assert (
        witness.models[-1].notice == "cuda:0 cannot be used, the CPU reads instead: out of memory"
    )
    assert not witness.failures


@pytest.mark.parametrize("moment", ["at once", "loading", "loaded", "reading", "pending"])
def test_closing_at_any_moment_leaves_no_thread(
    qtbot: QtBot, start: Callable[..., Any], fake_reader: type[Any], moment: str
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    class Held(fake_reader):  # type: ignore[misc]
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            reached.set()
            go_on.wait(10)
            reading: Reading = super().read(image)
            return reading

    def opener(choice: Choice) -> Any:
        if moment == "loading":
            reached.set()
            go_on.wait(10)
        return Held()

    recognition, witness = start(opener)
    if moment != "at once":
        recognition.choose(Choice(1, "any"))
    if moment == "loaded":
        qtbot.waitUntil(lambda: bool(witness.models))
    if moment in ("reading", "pending"):
        recognition.submit(request(1))
    if moment in ("loading", "reading", "pending"):
        assert reached.wait(10)
    if moment == "pending":
        recognition.submit(request(2))
    threading.Timer(0.05, go_on.set).start()
    recognition.close()
    assert not recognition.running
    recognition.close()  # again does nothing


def test_twenty_thousand_emits_survive(
    qtbot: QtBot,
    start: Callable[..., Any],
    fake_reader: type[Any],
    reading: Callable[..., Reading],
) -> None:
    # Some PySide6 releases lose a reference at each emit and abort after a few hundred.
    recognition, witness = start(lambda choice: fake_reader())
    message = reading()
    for _ in range(20_000):
        recognition.reading_ready.emit(message)
    assert len(witness.readings) == 20_000
