"""The driver of the real window, its waits, and the listener to a training."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.storage import runs
from lenetpad.tools import driver as driving
from lenetpad.tools.driver import SIZE, Driver
from lenetpad.tools.event_loop import GapMonitor, process_for, wait_until
from lenetpad.tools.training import TrainingListener
from lenetpad.ui.draw.maps import Pointed
from lenetpad.values.devices import CPU
from lenetpad.values.explanation import Unit
from lenetpad.values.models import Choice
from lenetpad.values.training import Begun, Ended, Outcome, Progress, Snapshot

pytestmark = pytest.mark.usefixtures("qtbot")


@pytest.fixture
def opener(fake_reader: type[Any]) -> Callable[[Choice], Any]:
    """Opens the stand-in for every network."""
    return lambda choice: fake_reader()


def visible() -> list[tuple[int, int]]:
    """The sizes of the windows that are shown."""
    shown = (widget for widget in QApplication.topLevelWidgets() if widget.isVisible())
    return [(widget.width(), widget.height()) for widget in shown]


class TestDriver:
    def test_it_shows_a_window_and_closes_it(self, opener: Callable[[Choice], Any]) -> None:
        with Driver(opener=opener) as driver:
            folder = driver.runs_folder.parent
            assert visible() == [SIZE]
            assert folder.is_dir()
        assert visible() == []
        assert not folder.exists()

    def test_a_failure_closes_it_too(self, opener: Callable[[Choice], Any]) -> None:
        with pytest.raises(ZeroDivisionError), Driver(opener=opener):
            raise ZeroDivisionError
        assert visible() == []

    def test_nothing_is_pointed_at_once_no_unit_is_inspected(self) -> None:
        with Driver({"device": CPU}) as driver:
            driver.wait_for_reading()
            driver.inspect(Unit("C1", 0, 3, 4))
            driver.maps.point(Pointed("C1", 1, 5, 6))
            driver.inspect(None)
            assert driver.maps.pointed is None
            assert not driver.inspector.isVisible()

    def test_settings_are_its_own(self, opener: Callable[[Choice], Any]) -> None:
        chosen: list[Choice] = []

        def noting(choice: Choice) -> Any:
            chosen.append(choice)
            return opener(choice)

        with Driver({"device": "cpu", "model": "lenet5-study"}, opener=noting) as driver:
            driver.wait_for_reading()
        assert [(choice.model, choice.device) for choice in chosen] == [("lenet5-study", "cpu")]

    def test_what_is_written_is_read(
        self, opener: Callable[[Choice], Any], samples: list[Drawing]
    ) -> None:
        with Driver(opener=opener) as driver:
            driver.wait_for_reading()
            driver.choose_model("lenet5-modern")
            driver.pen.write(samples[0].ink)
            driver.wait_for_reading()
            assert driver.painted == driver.serial > 1
            assert len(driver.canvas.sheet.ink.strokes) == len(samples[0].ink.strokes)
            serial = driver.serial
            driver.submit(Sheet(samples[1].ink))
            driver.wait_for_reading()
            assert driver.painted == driver.serial == serial + 1

    @pytest.mark.expected_log
    def test_a_network_that_does_not_load_is_named_by_the_banner(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(choice: Choice) -> Any:
            raise ValueError("no such weights")

        monkeypatch.setattr(driving, "wait_until", partial(wait_until, seconds=0.5))
        with Driver(opener=fail) as driver, pytest.raises(RuntimeError, match="no such weights"):
            driver.choose_model("lenet5-study")

    def test_drawings_are_played_at_their_own_speed(self, opener: Callable[[Choice], Any]) -> None:
        ink = Ink.of([[[100, 100], [900, 900]]])  # 0.4 s, for its points have no times
        with Driver(opener=opener) as driver:
            started = time.perf_counter()
            moments = [event.t for event in driver.play(ink)]
            assert time.perf_counter() - started >= moments[-1] > 0.4

    def test_the_callers_time_stops_the_drawings_clock(
        self, opener: Callable[[Choice], Any]
    ) -> None:
        """Else all events that fell due in the meantime would come at once."""
        ink = Ink.of([[[100, 100], [900, 900]]])
        with Driver(opener=opener) as driver:
            started, paused = time.perf_counter(), 0.0
            for number, event in enumerate(driver.play(ink)):
                assert time.perf_counter() - started >= event.t + paused
                if number == 10:
                    process_for(0.3)
                    paused = 0.3

    def test_what_comes_while_it_closes_leaves_nothing(
        self, fake_reader: type[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        opened = threading.Event()

        def noting(choice: Choice) -> Any:
            opened.set()
            return fake_reader()

        with Driver(opener=noting) as driver:
            while not opened.is_set():
                driver.picture()  # as painted, the canvas asks for its network
                QApplication.processEvents()
        QApplication.processEvents()
        assert list(tmp_path.iterdir()) == []

    def test_data_are_kept_where_that_is_asked_for(self, opener: Callable[[Choice], Any]) -> None:
        driver = Driver(opener=opener, keeps_data=True)
        run = runs.create(driver.runs_folder, "lenet5-1998", {}, {})
        with driver:
            page = driver.open_train_page()
            wait_until(lambda: len(page.runs.model.runs) == 1)
            assert page.runs.model.runs[0].folder == run

    def test_a_picture_that_cannot_be_written(
        self, opener: Callable[[Choice], Any], tmp_path: Path
    ) -> None:
        with Driver(opener=opener) as driver:
            driver.save_picture(tmp_path / "window.png")
            with pytest.raises(OSError, match="cannot be written"):
                driver.save_picture(tmp_path / "nowhere" / "window.png")
        assert (tmp_path / "window.png").stat().st_size > 1000


class TestGapMonitor:
    def test_it_finds_the_longest_gap(self) -> None:
        monitor = GapMonitor()
        monitor.start()
        QTimer.singleShot(10, partial(block, 0.25))
        process_for(0.05)
        assert monitor.stop() >= 0.25

    def test_it_starts_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = [1000.0]
        stand_in = SimpleNamespace(perf_counter=lambda: clock[0])
        monkeypatch.setattr("lenetpad.tools.event_loop.time", stand_in)
        monitor = GapMonitor()
        monitor.start()
        clock[0] += 0.25
        monitor.start()
        clock[0] += 0.02
        assert monitor.stop() == pytest.approx(0.02)


def test_waiting_leaves_the_processor_to_what_is_waited_for() -> None:
    due: list[int] = []
    looks: list[int] = []
    QTimer.singleShot(300, partial(due.append, 1))

    def look() -> bool:
        looks.append(1)
        return bool(due)

    wait_until(look)
    assert len(looks) < 200  # of ten thousand that it could take


def test_a_condition_that_changes_without_an_event_is_seen() -> None:
    looks = iter(range(4))
    wait_until(lambda: next(looks) == 3)


def block(seconds: float) -> None:
    """Hold the event loop up."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


class Source(QObject):
    """Says what a trainer says."""

    message_received = Signal(object)


def progress(step: int, losses: int, images_per_second: float) -> Progress:
    """A report on the latest steps."""
    return Progress(
        epoch=1,
        epochs=1,
        step=step,
        steps=100,
        loss=1.0,
        losses=(1.0,) * losses,
        learning_rate=0.1,
        images_per_second=images_per_second,
    )


def test_a_listener_collects_a_trainings_messages(qtbot: QtBot, tmp_path: Path) -> None:
    source = Source()
    listener = TrainingListener(source)  # type: ignore[arg-type]
    source.message_received.emit(Begun(tmp_path, 0, 100))
    source.message_received.emit(progress(30, 30, 100.0))
    source.message_received.emit(progress(40, 10, 400.0))
    with qtbot.waitSignal(listener.snapshot_received) as passed_on:
        source.message_received.emit(Snapshot(40, ()))
    source.message_received.emit(Ended(Outcome.FINISHED, tmp_path))
    assert listener.folder == tmp_path
    assert listener.step == 40
    assert len(listener.losses) == 40
    assert listener.images_per_second == pytest.approx(40 / (30 / 100 + 10 / 400))
    assert passed_on.args[0].step == 40
    assert listener.snapshots == 1
    assert listener.ended is not None
