"""The window closes in every state of every page, soon, and what hangs is heard of no more."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from lenetpad import app
from lenetpad.app import Program, leave
from lenetpad.controllers import networks, page_controller
from lenetpad.data import datasets
from lenetpad.engine import devices as devices_module
from lenetpad.engine import trainer as trainer_module
from lenetpad.engine.garbage import GarbageCollection
from lenetpad.engine.worker import hanging_threads
from lenetpad.storage import runs
from lenetpad.values.conventions import CONVENTIONS, Conventions
from lenetpad.values.evaluation import DataChoice, EvaluationRequest
from lenetpad.values.models import Choice, ConventionsQuestion
from lenetpad.values.reading import Reading
from lenetpad.values.recipes import Plan, Recipe
from tests import trainees
from tests.conftest import FakeReader

#: How a network may read: every answer to every question.
SCORES = tuple(
    (Conventions(*answers), 0.9) for answers in itertools.product(*CONVENTIONS.values())
)
PATIENCE = 20_000
#: So long everything may take that waits for nothing: far more than it does.
SOON = 2.0
PLAN = Plan("lenet5-modern-paper", Recipe(epochs=1))


class Gate:
    """Where something hangs until the test is over."""

    def __init__(self) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []

    def hang(self, *ignored: object) -> Any:
        self.threads.append(threading.current_thread())
        self.reached.set()
        assert self.go_on.wait(60)
        return b""

    def release(self) -> None:
        self.go_on.set()
        for thread in self.threads:
            if not isinstance(thread, threading._DummyThread):
                thread.join(10)
                assert not thread.is_alive()


class State:
    """A program that a test brings into a state."""

    def __init__(
        self,
        qtbot: QtBot,
        make: Callable[..., Program],
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        gate: Gate,
    ) -> None:
        self.qtbot, self.make, self.folder = qtbot, make, folder
        self.monkeypatch, self.gate = monkeypatch, gate
        self.program: Program

    def begin(self, opener: Callable[[Choice], Any] | None = None, **options: Any) -> Program:
        self.program = self.make(opener or (lambda choice: FakeReader()), **options)
        return self.program

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)

    def wait_for_hang(self) -> None:
        self.wait(self.gate.reached.is_set)

    def opened(self, name: str, **options: Any) -> Any:
        program = self.begin(folder=self.folder, **options)
        program.window.open_page(name)
        self.wait(lambda: name in program.window.page_widgets)
        return program.controllers[name]

    def trains(self, target: Callable[..., None], kind: type | None = None) -> None:
        training = self.opened("train", target=target)
        told: list[Any] = []
        training.trainer.message_received.connect(told.append)
        training.page.training_requested.emit(PLAN)
        if kind is not None:
            self.wait(lambda: any(isinstance(message, kind) for message in told))


# The states: each returns whether everything comes to an end when the program closes


def draw_idle(state: State) -> bool:
    program = state.begin()
    state.wait(lambda: program.draw.networks.ready)
    return True


def draw_not_loaded(state: State) -> bool:
    state.begin()
    return True


def draw_opening(state: State) -> bool:
    state.begin(state.gate.hang)
    state.wait_for_hang()
    return False


def draw_reading(state: State) -> bool:
    gate = state.gate

    class Hangs(FakeReader):
        def read(self, image: Any, holds: object = ()) -> Reading:
            gate.hang()
            return super().read(image)

    state.begin(lambda choice: Hangs())
    state.wait_for_hang()
    return False


def draw_failed(state: State) -> bool:
    def opener(choice: Choice) -> Any:
        raise RuntimeError("no such weights")

    program = state.begin(opener)
    state.wait(lambda: program.draw.page.banner.text)
    return True


def draw_asked_for_devices(state: State) -> bool:
    state.monkeypatch.setattr(networks, "may_have_gpu", lambda: True)
    job = devices_module.devices_job(trainees.endless)
    state.monkeypatch.setattr(networks, "devices_job", lambda: job)
    state.begin()
    state.wait(multiprocessing.active_children)
    return True


def draw_with_a_question(state: State) -> bool:
    question = ConventionsQuestion(Choice(1, "odd.pth"), SCORES)
    program = state.begin(lambda choice: question)
    state.wait(lambda: program.window.question)
    return True


def draw_with_about(state: State) -> bool:
    program = state.begin()
    program.window.actions_by_name["about"].trigger()
    assert program.window.about is not None
    return True


def page_imported(name: str) -> Callable[[State], bool]:
    def bring(state: State) -> bool:
        state.monkeypatch.setattr(page_controller, "import_for_ever", state.gate.hang)
        state.begin().window.open_page(name)
        state.wait_for_hang()
        return False

    return bring


def page_in_building(name: str) -> Callable[[State], bool]:
    def bring(state: State) -> bool:
        program = state.begin(folder=state.folder)
        controller = program.controller(name)
        build, half = controller.steps_of_building, threading.Event()

        def never_ready(module: Any) -> Iterator[None]:
            steps = build(module)
            next(steps)
            half.set()
            while True:
                yield

        state.monkeypatch.setattr(controller, "steps_of_building", never_ready)
        program.window.open_page(name)
        state.wait(half.is_set)
        return True

    return bring


def page_idle(name: str) -> Callable[[State], bool]:
    def bring(state: State) -> bool:
        state.opened(name)
        return True

    return bring


def page_failed(name: str) -> Callable[[State], bool]:
    def bring(state: State) -> bool:
        def fail(module: str) -> NoReturn:
            raise ImportError(f"no {module}")

        state.monkeypatch.setattr(page_controller, "import_for_ever", fail)
        program = state.begin()
        program.window.open_page(name)
        state.wait(lambda: program.window._waiting.text().startswith("no "))
        return True

    return bring


def page_with_a_job(name: str) -> Callable[[State], bool]:
    def bring(state: State) -> bool:
        state.opened(name).jobs.run("slow", state.gate.hang, state.gate.threads.append)
        state.wait_for_hang()
        return False

    return bring


def runs_are_listed(state: State) -> bool:
    state.monkeypatch.setattr(runs, "listed", state.gate.hang)
    state.opened("train")
    state.wait_for_hang()
    return False


def curves_are_written(state: State) -> bool:
    page = state.opened("train").page
    page.exporter._writer.write(state.folder / "curves.csv", state.gate.hang)
    state.wait_for_hang()
    return False


def results_are_written(state: State) -> bool:
    page = state.opened("evaluate").page
    page.exporter._writer.write(state.folder / "patterns.csv", state.gate.hang)
    state.wait_for_hang()
    return False


def evaluates(state: State) -> bool:
    from lenetpad.engine import evaluation

    state.monkeypatch.setattr(evaluation, "load_torch", state.gate.hang)
    page = state.opened("evaluate").page
    page.evaluate()
    state.wait_for_hang()
    return False


def fetches(state: State) -> bool:
    """A server is silent, but the job that waits for it is not."""
    state.monkeypatch.setattr(datasets, "load", state.gate.hang)
    page = state.opened("evaluate").page
    choice = Choice(1, "lenet5-modern")
    page.evaluation_requested.emit(EvaluationRequest(1, (choice,), DataChoice("emnist")))
    state.wait_for_hang()
    return True


def training_starts(state: State) -> bool:
    state.trains(trainees.light)
    return True


def training_reports(state: State) -> bool:
    from lenetpad.values.training import Progress

    state.trains(trainees.talker, Progress)
    return True


def training_is_deaf(state: State) -> bool:
    from lenetpad.values.training import Begun

    state.trains(trainees.deaf, Begun)
    return True


def training_has_failed(state: State) -> bool:
    from lenetpad.values.training import Ended

    state.trains(trainees.quitter, Ended)
    return True


STATES: dict[str, Callable[[State], bool]] = {
    "draw: not loaded": draw_not_loaded,
    "draw: idle": draw_idle,
    "draw: opening": draw_opening,
    "draw: reading": draw_reading,
    "draw: failed": draw_failed,
    "draw: devices": draw_asked_for_devices,
    "draw: question": draw_with_a_question,
    "draw: about": draw_with_about,
    "draw: job": page_with_a_job("draw"),
    **{
        f"{name}: {state}": bring(name)
        for name in ("train", "evaluate")
        for state, bring in (
            ("imported", page_imported),
            ("building", page_in_building),
            ("idle", page_idle),
            ("failed", page_failed),
            ("job", page_with_a_job),
        )
    },
    "train: list": runs_are_listed,
    "train: writing": curves_are_written,
    "train: starting": training_starts,
    "train: training": training_reports,
    "train: deaf": training_is_deaf,
    "train: ended": training_has_failed,
    "evaluate: writing": results_are_written,
    "evaluate: evaluating": evaluates,
    "evaluate: fetching": fetches,
}


@pytest.fixture
def state(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[State]:
    gate = Gate()
    yield State(qtbot, make_program, tmp_path, monkeypatch, gate)
    gate.release()
    assert hanging_threads() == 0


def banners(program: Program) -> dict[str, str]:
    pages = program.window.page_widgets
    return {name: page.banner.text for name, page in pages.items()}


@pytest.mark.parametrize("name", STATES)
def test_it_closes_soon_in_every_state(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    hangs = not STATES[name](state)
    monkeypatch.setattr(app, "CLOSE_SECONDS", 0.1 if hangs or name == "train: deaf" else 1.5)
    program, caplog_before = state.program, len(caplog.records)
    begun = time.monotonic()
    ended = program.close()
    assert time.monotonic() - begun < SOON
    assert ended is not hangs
    assert not program.window.isVisible()
    assert program.close() is ended
    assert multiprocessing.active_children() == []
    state.gate.release()
    for page in program.window.page_widgets.values():
        assert page.close_files(10)
    said = banners(program)
    QApplication.processEvents()
    assert banners(program) == said
    assert len(caplog.records) == caplog_before


def test_a_training_that_writes_its_checkpoint_outlives_the_window(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lenetpad.values.training import Begun

    state.trains(trainees.slow_writer, Begun)
    trainer = state.program.training.trainer
    session = trainer._session
    assert session is not None
    trainer.stop()
    state.wait(lambda: session._answered)
    monkeypatch.setattr(app, "CLOSE_SECONDS", 0.0)
    assert not state.program.close()
    (state.folder / "runs").mkdir()
    (state.folder / "runs" / trainees.GO_ON).touch()
    session.join()
    assert (state.folder / "runs" / "checkpoint").read_text() == "whole"
    trainer_module._LEFT.remove(session)


def test_closing_while_a_dialog_asks(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SIGTERM does it: the question whether a training may be stopped gets no answer."""
    from lenetpad.values.training import Begun

    state.trains(trainees.talker, Begun)
    asked: list[bool] = []

    def close() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(state.program.close())
        box.reject()

    QTimer.singleShot(0, close)
    state.program.window.close()
    assert asked == [True]
    assert not state.program.window.isVisible()
    state.program.training.jobs.run("late", state.gate.hang)
    QApplication.processEvents()
    assert not state.gate.reached.is_set()


@pytest.mark.parametrize("fault", ["keep", "stop", "close"])
def test_a_page_that_fails_to_close_keeps_no_other_from_it(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    controller = state.opened("train")

    def fail(*ignored: object) -> NoReturn:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr(controller, fault, fail)
        state.program.close()
    assert not state.program.draw.recognition.running
    assert "a fault" in caplog.text
    controller.stop()
    assert controller.close(time.monotonic() + 10)


# The end of the process


def test_whatever_has_ended_leaves_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])
    assert leave(3, ended=True) == 3


@pytest.mark.parametrize("ended", [True, False])
def test_what_hangs_does_not_keep_the_process(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, ended: bool
) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    gate = Gate()
    thread = threading.Thread(target=gate.hang, name="stuck", daemon=True)
    thread.start()
    leave(3, ended=ended)
    gate.release()
    thread.join(10)
    assert left == [3]
    assert "stuck" in caplog.text


def test_the_process_ends_while_a_network_hangs(tmp_path: Path) -> None:
    code = """
import sys, threading
from PySide6.QtCore import QSettings, QTimer
from lenetpad import app
application = app.make_application()
reached = threading.Event()
def opener(choice):
    reached.set()
    threading.Event().wait()
app.CLOSE_SECONDS = 0.1
program = app.Program(QSettings(sys.argv[1], QSettings.Format.IniFormat), opener=opener)
program.window.show()
timer = QTimer()
timer.timeout.connect(lambda: reached.is_set() and program.window.close())
timer.start(5)
status = application.exec()
print("closed", flush=False)
sys.exit(app.leave(status, ended=program.close()))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "settings.ini")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr


def test_garbage_is_collected_in_the_windows_thread_alone(qtbot: QtBot) -> None:
    import gc

    here, threads = threading.get_ident(), set[int]()

    class Cycle:
        def __init__(self) -> None:
            self.itself = self

        def __del__(self) -> None:
            threads.add(threading.get_ident())

    gc.enable()
    gc.collect()
    collection = GarbageCollection()
    assert not gc.isenabled()
    worker = threading.Thread(target=lambda: [Cycle() for _ in range(10 * gc.get_threshold()[0])])
    worker.start()
    worker.join()
    assert threads == set()
    collection._look()
    assert threads == {here}
    collection.close()
    assert gc.isenabled()
