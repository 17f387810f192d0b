"""Networks that raise, lie, diverge or hang: a sentence tells of each, and the pad goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.engine import recognition as module
from lenetpad.engine.recognition import Recognition
from lenetpad.engine.worker import hanging_threads
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import Reading, Request
from lenetpad.values.training import Snapshot
from tests.conftest import FakeReader, a_reading

SHEET = Sheet(Ink.of([[[0, 0], [10, 10]]]))
NOT_A_NUMBER = np.full(10, np.nan, dtype=np.float32)


def without(reading: Reading, tap: str) -> Reading:
    return replace(reading, taps={n: v for n, v in reading.taps.items() if n != tap})


def with_tap(reading: Reading, tap: str, values: Any) -> Reading:
    return replace(reading, taps={**reading.taps, tap: values})


#: What a network may give in place of a reading, each with words of the sentence on it.
LIES: dict[str, tuple[Callable[[Reading], Any], str]] = {
    "nothing": (lambda r: None, "NoneType in place of a reading"),
    "NaN": (lambda r: replace(r, probabilities=NOT_A_NUMBER, digit=7), "no numbers"),
    "infinity": (
        lambda r: replace(r, probabilities=np.full(10, np.inf, dtype=np.float32)),
        "no numbers",
    ),
    "NaN for no digit": (lambda r: replace(r, no_digit=float("nan")), "no numbers"),
    "NaN in a map": (
        lambda r: with_tap(r, "C3", np.where(r.taps["C3"] > 0, r.taps["C3"], np.nan)),
        "no numbers",
    ),
    "infinity in a map": (
        lambda r: with_tap(r, "C1", np.full((6, 28, 28), np.inf, np.float32)),
        "no numbers",
    ),
    "NaN distances": (lambda r: replace(r, distances=NOT_A_NUMBER), "no numbers"),
    "no C3": (lambda r: without(r, "C3"), "no values of C3"),
    "a list": (lambda r: with_tap(r, "F6", [0.0] * 84), "F6: the network gave no array"),
    "another shape": (
        lambda r: with_tap(r, "S4", np.zeros((16, 5, 4), np.float32)),
        "S4: the network gave float32 (16, 5, 4), not float32 (16, 5, 5)",
    ),
    "another type": (
        lambda r: with_tap(r, "C5", np.zeros(120, np.float64)),
        "C5: the network gave float64 (120,), not float32 (120,)",
    ),
    "eleven digits": (
        lambda r: replace(r, probabilities=np.full(11, 1 / 11, np.float32)),
        "float32 (11,)",
    ),
    "whole numbers": (
        lambda r: replace(r, probabilities=np.arange(10)),
        "the probabilities: the network gave int64",
    ),
    "a sum of two": (lambda r: replace(r, probabilities=r.probabilities * 2), "no probabilities"),
    "less than nothing": (
        lambda r: replace(
            r, probabilities=np.array([-0.5, 1.49, *[0.0] * 8], np.float32), digit=1
        ),
        "no probabilities",
    ),
    "another digit": (lambda r: replace(r, digit=(r.digit + 1) % 10), "gave no reason"),
    "an eleventh digit": (lambda r: replace(r, digit=10), "gave no reason"),
    "a digit of nothing": (
        lambda r: replace(r, probabilities=np.zeros(10, np.float32), no_digit=None),
        "no probabilities",
    ),
}


class Told:
    """All that a recognition says."""

    def __init__(self, recognition: Recognition) -> None:
        self.readings: list[Reading] = []
        self.models: list[ModelReady] = []
        self.failures: list[Failure] = []
        self.hung: list[Failure] = []
        self.slow: list[str] = []
        recognition.reading_ready.connect(self.readings.append)
        recognition.model_ready.connect(self.models.append)
        recognition.failed.connect(self.failures.append)
        recognition.hung.connect(self.hung.append)
        recognition.slow.connect(self.slow.append)


class Gate:
    """Where something hangs until the test lets it go on; the test ends when all have."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def hang(self) -> None:
        self.threads.append(threading.current_thread())
        self.reached.set()
        assert self.go_on.wait(60)

    def release(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            thread.join(10)
            assert not thread.is_alive()


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.release()
    assert hanging_threads() == 0


@pytest.fixture
def start(qtbot: QtBot, gate: Gate) -> Iterator[Callable[..., tuple[Recognition, Told]]]:
    started: list[Recognition] = []

    def make(opener: Callable[[Choice], Any]) -> tuple[Recognition, Told]:
        recognition = Recognition(opener)
        started.append(recognition)
        return recognition, Told(recognition)

    yield make
    gate.go_on.set()
    for recognition in started:
        recognition.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watchdog that waits for hundredths of a second."""
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(module, "OPENING_SECONDS", 0.2)
    monkeypatch.setattr(module, "SECOND_LOOK_SECONDS", 0.02)


def request(serial: int) -> Request:
    return Request(serial, SHEET, time.perf_counter())


# What is no reading


@pytest.mark.parametrize("lie", LIES)
def test_what_is_no_reading_is_a_sentence_and_the_next_one_is_shown(
    qtbot: QtBot, start: Callable[..., Any], lie: str
) -> None:
    change, words = LIES[lie]

    class Liar(FakeReader):
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            good = super().read(image)
            return change(good) if self.reads == 1 else good

    recognition, told = start(lambda choice: Liar())
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.failures))
    [failure] = told.failures
    assert failure.place is Place.RECOGNITION
    assert words in failure.message
    assert len(failure.message) <= 300
    assert told.readings == []
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: bool(told.readings))
    assert [reading.serial for reading in told.readings] == [2]


def test_readings_of_every_shipped_kind_are_readings(
    qtbot: QtBot, start: Callable[..., Any]
) -> None:
    recognition, told = start(lambda choice: Recognizer(load(choice.model)))
    for serial, name in enumerate(("lenet5-1998", "lenet5-study", "lenet5-modern"), start=1):
        recognition.choose(Choice(serial, name))
        qtbot.waitUntil(lambda serial=serial: len(told.models) == serial)
        for sheet in (SHEET, Sheet()):
            before = len(told.readings)
            recognition.submit(Request(1, sheet, 0.0))
            qtbot.waitUntil(lambda before=before: len(told.readings) == before + 1)
    assert told.failures == []


@pytest.mark.parametrize(
    "error", [SystemExit("no licence"), MemoryError(), OSError(5, "Input/output error")]
)
def test_whatever_a_network_raises_is_a_sentence(
    qtbot: QtBot, start: Callable[..., Any], error: BaseException
) -> None:
    class Raises(FakeReader):
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            if not self.reads:
                self.reads += 1
                raise error
            return super().read(image)

    recognition, told = start(lambda choice: Raises())
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.failures))
    assert told.failures[0].message == (str(error) or type(error).__name__)
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: bool(told.readings))


def test_a_message_of_megabytes_is_cut(qtbot: QtBot, start: Callable[..., Any]) -> None:
    def opener(choice: Choice) -> Any:
        raise RuntimeError("\x1b[2J" + "no such weights " * 100_000)

    recognition, told = start(opener)
    recognition.choose(Choice(1, "any"))
    qtbot.waitUntil(lambda: bool(told.failures))
    message = told.failures[0].message
    assert len(message) <= 300
    assert message.isprintable()


# A training that diverges


def weights_now(factor: float) -> Snapshot:
    parameters = load("lenet5-modern").parameters
    with np.errstate(all="ignore"):
        changed = tuple((n, (a * np.float32(factor))) for n, a in parameters.items())
    return Snapshot(3, changed)


@pytest.mark.parametrize("factor", [float("nan"), float("inf"), 1e38, 1e12])
def test_a_training_that_diverges_is_a_sentence_and_no_digit(
    qtbot: QtBot, start: Callable[..., Any], factor: float
) -> None:
    recognition, told = start(lambda choice: Recognizer(load("lenet5-modern")))
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: len(told.readings) == 1)
    diverged = weights_now(factor)
    recognition.refresh(1, diverged)
    qtbot.waitUntil(lambda: bool(told.failures))
    assert "no numbers any more" in told.failures[0].message
    if all(np.isfinite(array).all() for _, array in diverged.weights):
        assert len(told.readings) == 1  # the weights are numbers, but what they read is none
    else:  # the pad stays with those of before, and shows what they read
        qtbot.waitUntil(lambda: len(told.readings) == 2)
        assert told.readings[1].digit == told.readings[0].digit
    assert len({failure.message for failure in told.failures}) == 1
    recognition.refresh(1, weights_now(1.0))
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: any(reading.serial == 2 for reading in told.readings))
    assert all(np.isfinite(view.high) for model in told.models for view in model.layers)


# A network that hangs


class Hanging(FakeReader):
    """Hangs whenever it reads."""

    def __init__(self, gate: Gate, device: str = "cpu") -> None:
        super().__init__()
        self.gate, self.device = gate, device

    def read(self, image: np.ndarray, holds: object = ()) -> Reading:
        self.gate.hang()
        return super().read(image)


@pytest.mark.usefixtures("impatient")
def test_a_network_that_hangs_is_told_of_and_another_thread_reads(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate
) -> None:
    recognition, told = start(
        lambda choice: Hanging(gate) if choice.model == "bad" else FakeReader()
    )
    recognition.choose(Choice(1, "bad"))
    recognition.submit(request(1))
    assert gate.reached.wait(10)
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: bool(told.hung))
    assert told.hung[0].place is Place.RECOGNITION
    assert "has not answered for" in told.hung[0].message
    recognition.choose(Choice(2, "good"))
    qtbot.waitUntil(lambda: bool(told.readings))
    [reading] = told.readings
    assert (reading.serial, reading.model_serial) == (2, 2)
    gate.release()
    recognition.submit(request(3))
    qtbot.waitUntil(lambda: told.readings[-1].serial == 3)
    QApplication.processEvents()
    assert [reading.serial for reading in told.readings] == [2, 3]
    assert told.failures == []


@pytest.mark.usefixtures("impatient")
def test_new_weights_that_hang_are_a_network_that_hangs(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate
) -> None:
    class Stubborn(FakeReader):
        def refresh(self, snapshot: Snapshot) -> bool:
            gate.hang()
            return False

    recognition, told = start(lambda choice: Stubborn())
    recognition.choose(Choice(1, "any"))
    recognition.refresh(1, Snapshot(1, ()))
    qtbot.waitUntil(lambda: bool(told.hung))


@pytest.mark.usefixtures("impatient")
def test_the_first_reading_of_a_gpu_may_take_as_long_as_opening(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", 60.0)
    recognition, told = start(lambda choice: Hanging(gate, "cuda:0"))
    recognition.choose(Choice(1, "any", "cuda:0"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.slow))
    assert told.hung == []
    gate.go_on.set()
    qtbot.waitUntil(lambda: bool(told.readings))
    gate.go_on.clear()
    recognition.submit(request(2))  # it has read, and may not take so long again
    qtbot.waitUntil(lambda: bool(told.hung))


def opener_that_hangs(gate: Gate) -> Callable[[Choice], Any]:
    def open_network(choice: Choice) -> Any:
        if choice.model == "/far/away/bad.pth":
            gate.hang()
        return FakeReader()

    return open_network


@pytest.mark.usefixtures("impatient")
def test_a_network_that_does_not_open_is_given_up_and_the_one_before_reads_on(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate
) -> None:
    recognition, told = start(opener_that_hangs(gate))
    recognition.choose(Choice(1, "good"))
    qtbot.waitUntil(lambda: bool(told.models))
    recognition.choose(Choice(2, "/far/away/bad.pth"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.failures))
    assert told.slow == [
        "Still loading bad.pth … Choose another network to go on at once.",
        "",
    ]
    assert told.failures[0].place is Place.MODEL
    assert "bad.pth has not loaded for" in told.failures[0].message
    qtbot.waitUntil(lambda: bool(told.readings))
    assert told.readings[0].model_serial == 1
    gate.release()
    recognition.submit(request(2))
    qtbot.waitUntil(lambda: told.readings[-1].serial == 2)
    assert told.readings[-1].model_serial == 1  # what has opened at last reads nothing
    assert [model.serial for model in told.models] == [1]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("when", ["before it is said to be slow", "after"])
def test_whoever_chooses_another_network_need_not_wait(
    qtbot: QtBot,
    start: Callable[..., Any],
    gate: Gate,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
) -> None:
    monkeypatch.setattr(module, "OPENING_SECONDS", 60.0)
    recognition, told = start(opener_that_hangs(gate))
    recognition.choose(Choice(1, "/far/away/bad.pth"))
    assert gate.reached.wait(10)
    if when == "after":
        qtbot.waitUntil(lambda: bool(told.slow))
    recognition.choose(Choice(2, "good"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.readings))
    assert told.readings[0].model_serial == 2
    assert told.failures == told.hung == []


@pytest.mark.usefixtures("impatient")
def test_threads_that_hang_are_not_made_without_end(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate
) -> None:
    recognition, told = start(lambda choice: Hanging(gate))
    for serial in range(1, module.MOST_HANGING + 2):
        recognition.choose(Choice(serial, "bad"))
        recognition.submit(request(serial))
        qtbot.waitUntil(lambda serial=serial: len(gate.threads) == serial)
        if serial <= module.MOST_HANGING:
            qtbot.waitUntil(lambda serial=serial: len(told.hung) == serial)
    qtbot.waitUntil(lambda: bool(told.failures))
    assert "close the window and start again" in told.failures[0].message
    assert len(gate.threads) == module.MOST_HANGING + 1


def test_the_watchdog_rests_while_nothing_is_to_be_done(
    qtbot: QtBot, start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.01)
    recognition, told = start(lambda choice: FakeReader())
    assert not recognition._watchdog.isActive()
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    qtbot.waitUntil(lambda: bool(told.readings) and not recognition._watchdog.isActive())
    recognition.submit(request(2))
    assert recognition._watchdog.isActive()
    recognition.close()
    assert not recognition._watchdog.isActive()


@pytest.mark.parametrize("hangs", ["opening", "reading"])
def test_closing_does_not_wait_for_what_hangs(
    qtbot: QtBot, start: Callable[..., Any], gate: Gate, hangs: str
) -> None:
    def opener(choice: Choice) -> Any:
        if hangs == "opening":
            gate.hang()
        return Hanging(gate)

    recognition, told = start(opener)
    recognition.choose(Choice(1, "any"))
    recognition.submit(request(1))
    assert gate.reached.wait(10)
    assert not recognition.close(0.05)
    assert not recognition.running
    gate.release()
    QApplication.processEvents()
    assert (told.models, told.readings, told.failures) == (
        ([], [], []) if hangs == "opening" else (told.models, [], [])
    )


def test_a_reading_of_a_test_is_one() -> None:
    """The lies above are changes of something true."""
    from lenetpad.values.reading import checked
    from tests.conftest import a_model

    good = a_reading()
    assert checked(good, a_model()) is good
