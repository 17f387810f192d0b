"""The Train page with what stands behind it: real processes, real runs, and the program."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDesktopServices, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from lenetpad import app
from lenetpad.app import Program
from lenetpad.controllers.training.session import Session
from lenetpad.engine.trainer import Trainer
from lenetpad.lenet.weights import load
from lenetpad.storage import run_bin, runs
from lenetpad.values.reading import Reading
from lenetpad.values.training import Order, Progress
from tests import trainees
from tests.controllers.training_desk import ENDLESS, PATIENCE, PLAN, RECIPE, Desk


def answer(monkeypatch: pytest.MonkeyPatch, name: str, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), ""))


def test_a_training_is_started_watched_paused_and_stopped(desk: Callable[..., Desk]) -> None:
    table = desk(reads=True)
    page = table.page
    page.watch.setChecked(True)
    page.training_requested.emit(ENDLESS)
    assert page.words.text() == "Starting…"
    page.training_requested.emit(ENDLESS)  # pressed twice
    live = table.listed(lambda run: run.state == runs.RUNNING)
    window = table.program.window
    page_of_canvas = table.program.draw.page
    table.wait(lambda: "in training, after step" in page_of_canvas.verdict.facts)
    table.wait(lambda: "live" in page.film.words.text())
    maps = page_of_canvas.maps
    readings: list[Reading] = []
    table.program.draw.recognition.reading_ready.connect(readings.append)
    # The blank canvas, by other weights again and again.
    table.wait(lambda: any((readings[0].taps["C1"] != r.taps["C1"]).any() for r in readings))
    assert maps.model is not None
    assert "Epoch" in window.windowTitle()
    page.pause.click()
    table.wait(lambda: page.pause.text() == "Resume")
    steps = table.of(Progress)[-1].step
    page.rate.setValue(page.rate.value() / 2)
    table.wait(lambda: table.training.session.history.marks == [(steps, pytest.approx(0.5))])
    page.pause.click()
    table.wait(lambda: table.of(Progress)[-1].step > steps)
    page.stop.click()
    table.listed(lambda run: run.folder == live.folder and run.state == runs.STOPPED)
    assert not table.training.trainer.busy
    assert window.windowTitle() == "lenetpad"
    assert len(table.page.runs.model.runs) == 1
    table.wait(lambda: len(page.film.frames) > 1)
    assert table.program.window.preferences.choice.model == "lenet5-1998"


def test_choosing_another_network_ends_the_watching(desk: Callable[..., Desk]) -> None:
    table = desk(reads=True)
    table.page.watch.setChecked(True)
    table.page.training_requested.emit(ENDLESS)
    facts = table.program.draw.page.verdict
    table.wait(lambda: "in training" in facts.facts)
    table.program.window.header.model_chosen.emit("lenet5-study")
    assert not table.page.watch.isChecked()
    table.wait(lambda: "LeNet-5 study · handwriting" in facts.facts)
    count = len(table.of(Progress))
    table.wait(lambda: len(table.of(Progress)) > count + 5)
    assert "LeNet-5 study · handwriting" in facts.facts


def test_a_stopped_run_goes_on_with_its_curve(desk: Callable[..., Desk]) -> None:
    table = desk()
    page = table.page
    page.training_requested.emit(ENDLESS)
    table.wait(lambda: len(table.of(Progress)) > 2)
    page.stop.click()
    left = table.listed(lambda run: run.state == runs.STOPPED)
    reports = len(table.of(Progress))
    table.do("continue", left)
    table.wait(lambda: len(table.of(Progress)) > reports + 1)
    history = table.training.session.history
    assert history is not None
    assert history.folder == left.folder
    assert len(history.losses) == table.of(Progress)[-1].step > left.step
    page.stop.click()
    table.wait(lambda: not table.training.trainer.busy)


def test_closing_asks_and_leaves_no_process(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = desk()
    table.page.training_requested.emit(ENDLESS)
    table.wait(lambda: len(table.of(Progress)) > 1)
    asked: list[str] = []
    wanted = "Keep training"

    def execute(box: QMessageBox) -> int:
        asked.append(box.text())
        [button] = [b for b in box.buttons() if b.text() == wanted]
        monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: button)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", execute)
    event = QCloseEvent()
    table.program.window.closeEvent(event)
    assert not event.isAccepted()
    assert table.training.trainer.busy
    wanted = "Stop and close"
    table.program.window.close()
    assert len(asked) == 2
    assert multiprocessing.active_children() == []
    [left] = runs.listed(table.training.context.runs)[0]
    assert left.state == runs.STOPPED
    assert left.can_go_on


def test_being_told_to_end_asks_nothing_and_keeps_the_run(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As SIGTERM and Ctrl+C do."""
    table = desk()
    table.page.training_requested.emit(ENDLESS)
    table.wait(lambda: len(table.of(Progress)) > 1)
    monkeypatch.setattr(QMessageBox, "exec", lambda _: pytest.fail("it asked"))
    monkeypatch.setattr("PySide6.QtWidgets.QApplication.quit", lambda: None)
    app.end(table.program)
    assert multiprocessing.active_children() == []
    assert table.program.window.may_close()
    [left] = runs.listed(table.training.context.runs)[0]
    assert left.can_go_on


def test_one_training_at_a_time(desk: Callable[..., Desk], run: Path) -> None:
    runs.update(run, runs.STATE, {"state": runs.STOPPED, "step": 3})
    table = desk()
    left = table.listed(lambda r: r.folder == run and r.can_go_on)
    table.page.training_requested.emit(ENDLESS)
    table.wait(lambda: len(table.of(Progress)) > 0)
    table.do("continue", left)
    table.wait(table.page.banner.isVisible)
    assert "already running" in table.page.banner.text


@pytest.mark.expected_log
def test_a_failed_training_is_told_and_the_next_one_starts(desk: Callable[..., Desk]) -> None:
    table = desk(trainees.raising)
    table.page.training_requested.emit(PLAN)
    table.wait(lambda: table.page.banner.isVisible())
    assert table.page.banner.text == "the cat sat on the keyboard"
    assert table.page.start.isEnabled()


class TestStrangers:
    """Runs that others made, or changed."""

    @pytest.fixture
    def ordered(self, monkeypatch: pytest.MonkeyPatch) -> list[Order]:
        """The trainings that are ordered; none of them starts."""
        found: list[Order] = []
        monkeypatch.setattr(Session, "order", lambda _, order, history: found.append(order))
        return found

    @pytest.fixture
    def left(self, run: Path) -> Path:
        """A stopped run that names files of the user's, to read and to write."""
        runs.update(run, runs.STATE, {"state": runs.STOPPED, "step": 3})
        asked = runs.read(run).config
        named = {"ink": [f"/home/x/\x1b[2J{n}.jsonl" for n in range(10)], "out": "/home/x/victim"}
        runs.update(run, runs.CONFIG, {"asked": {**asked, **named}})
        return run

    @pytest.mark.parametrize("wanted", ["Read and continue", "Cancel"])
    def test_the_user_is_asked_which_files_are_read(
        self,
        wanted: str,
        desk: Callable[..., Desk],
        left: Path,
        ordered: list[Order],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        asked: list[str] = []

        def execute(box: QMessageBox) -> int:
            asked.append(box.informativeText())
            assert box.textFormat() == Qt.TextFormat.PlainText
            assert "9.jsonl" in box.detailedText()
            assert box.defaultButton().text().replace("&", "") == "Cancel"
            [button] = [b for b in box.buttons() if b.text().replace("&", "") == wanted]
            monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: button)
            return 0

        monkeypatch.setattr(QMessageBox, "exec", execute)
        table = desk()
        table.do("continue", table.listed(lambda r: r.folder == left))
        table.wait(lambda: bool(asked))
        assert asked[0].splitlines()[0] == "/home/x/\\x1b[2J0.jsonl"
        assert len(ordered) == (wanted != "Cancel")
        assert all(order.plan.out == "" for order in ordered)

    def test_nothing_is_asked_where_the_user_named_them(
        self,
        desk: Callable[..., Desk],
        left: Path,
        ordered: list[Order],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(runs, "made_here", lambda run: run.folder == left)
        monkeypatch.setattr(QMessageBox, "exec", lambda _: pytest.fail("it asked"))
        table = desk()
        table.do("continue", table.listed(lambda r: r.folder == left))
        table.wait(lambda: bool(ordered))
        assert ordered[0].plan.ink
        assert ordered[0].plan.out == ""

    @pytest.mark.expected_log
    def test_a_damaged_run_is_named_and_hides_no_other(
        self, desk: Callable[..., Desk], run: Path
    ) -> None:
        bad = run.with_name("bad")
        bad.mkdir()
        (bad / runs.CONFIG).write_text("[" * 5000)
        table = desk()
        table.listed(lambda r: r.folder == run)
        table.wait(lambda: table.page.banner.isVisible())
        assert str(bad) in table.page.banner.text
        table.page.banner.hide()
        table.training.runs.refresh()
        table.wait(lambda: not table.training.jobs.busy("list of runs"))
        assert not table.page.banner.isVisible()  # it has been told

    def test_a_damaged_log_is_shown_as_far_as_it_goes(
        self, desk: Callable[..., Desk], run: Path
    ) -> None:
        lines = (run / runs.LOG).read_text().splitlines()
        (run / runs.LOG).write_text("\n".join([*lines[:2], "[1,2]", *lines[2:]]) + "\n")
        table = desk()
        table.do("show", table.listed(lambda r: r.folder == run))
        table.wait(lambda: len(table.page.curves.histories) == 1)
        assert len(table.page.curves.histories[0].losses) > 0
        assert "line 3, is damaged" in table.page.banner.text

    @pytest.mark.expected_log("no file of the run's own")  # by a list that is made meanwhile
    def test_weights_that_are_a_link_are_not_used(
        self, desk: Callable[..., Desk], run: Path
    ) -> None:
        table = desk()
        found = table.listed(lambda r: r.folder == run)
        (run / runs.WEIGHTS).rename(run.parent.parent / "secret")
        (run / runs.WEIGHTS).symlink_to(run.parent.parent / "secret")
        table.do("use", found)
        assert "no file of the run's own" in table.page.banner.text


class TestRuns:
    def test_they_are_named_noted_and_deleted(self, desk: Callable[..., Desk], run: Path) -> None:
        table = desk()
        found = table.listed(lambda r: r.folder == run)
        table.page.runs.renamed.emit(found, "mine")
        table.page.runs.annotated.emit(found, "with care")
        found = table.listed(lambda r: r.name == "mine" and r.note == "with care")
        table.do("delete", found)
        table.wait(lambda: table.page.runs.model.runs == [])
        assert not run.exists()
        assert list((run.parent / run_bin.BIN).iterdir())

    @pytest.mark.expected_log  # one that is being copied is not whole
    def test_what_another_window_has_trained_is_listed(
        self, desk: Callable[..., Desk], run: Path
    ) -> None:
        table = desk()
        table.listed(lambda r: r.folder == run)
        shutil.copytree(run, run.parent / "second")
        table.program.window.activated.emit()
        table.listed(lambda r: r.folder.name == "second")
        table.program.window.open_page("draw")
        shutil.copytree(run, run.parent / "third")
        table.program.window.open_page("train")
        table.listed(lambda r: r.folder.name == "third")

    def test_its_curves_and_kernels_are_shown(self, desk: Callable[..., Desk], run: Path) -> None:
        table = desk()
        table.do("show", table.listed(lambda r: r.folder == run))
        table.wait(lambda: len(table.page.curves.histories) == 1)
        table.wait(lambda: len(table.page.film.frames) > 1)
        steps = len(table.page.curves.histories[0].losses)
        assert steps == runs.read(run).steps
        assert table.page.film.frames[-1][0] == steps

    def test_it_reads_the_canvas_at_any_snapshot(
        self, desk: Callable[..., Desk], run: Path
    ) -> None:
        table = desk()
        chosen: list[str] = []
        table.training.weights_chosen.connect(chosen.append)
        table.do("show", table.listed(lambda r: r.folder == run))
        table.wait(lambda: len(table.page.film.frames) > 1)
        table.page.film.slider.setValue(0)
        assert chosen == [str(runs.snapshot_path(run, 0))]
        table.do("use", table.listed(lambda r: r.folder == run))
        assert chosen[1:] == [str(run / runs.WEIGHTS)]
        assert table.program.window.open_page_name == "draw"

    def test_its_choices_fill_the_form(self, desk: Callable[..., Desk], run: Path) -> None:
        table = desk()
        table.do("repeat", table.listed(lambda r: r.folder == run))
        assert table.page.form.plan.recipe == RECIPE

    def test_weights_and_film_are_exported(
        self, desk: Callable[..., Desk], run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        table = desk()
        found = table.listed(lambda r: r.folder == run)
        out = tmp_path / "out.pth"
        answer(monkeypatch, "getSaveFileName", out)
        table.do("export", found)
        table.wait(lambda: table.page.banner.text == f"Wrote out.pth to {tmp_path}")
        assert load(str(out)).config.name == "lenet5-1998"
        table.do("show", found)
        table.wait(lambda: len(table.page.film.frames) > 1)
        answer(monkeypatch, "getSaveFileName", tmp_path / "kernels")
        table.page.film.export.click()
        table.wait(lambda: table.page.banner.text == f"Wrote kernels.gif to {tmp_path}")
        with PIL.Image.open(tmp_path / "kernels.gif") as film:
            assert getattr(film, "n_frames", 1) == len(table.page.film.frames)

    def test_a_folder_that_cannot_be_written_is_told(
        self, desk: Callable[..., Desk], run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        table = desk()
        answer(monkeypatch, "getSaveFileName", tmp_path / "no" / "such" / "kernels.gif")
        table.do("show", table.listed(lambda r: r.folder == run))
        table.wait(lambda: len(table.page.film.frames) > 1)
        table.page.film.export.click()
        table.wait(lambda: table.page.banner.isVisible())
        assert "No such file" in table.page.banner.text

    def test_tensorboard_explains_itself_where_it_is_missing(
        self, desk: Callable[..., Desk], run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = desk()
        monkeypatch.setattr("shutil.which", lambda *_, **__: None)
        table.do("tensorboard", table.listed(lambda r: r.folder == run))
        assert "pip install tensorboard" in table.page.banner.text
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        table.do("tensorboard", table.listed(lambda r: r.folder == run))
        assert "pip" not in table.page.banner.text
        assert "as a Python package" in table.page.banner.text
        assert str(run.parent) in table.page.banner.text

    def test_its_folder_is_opened(
        self, desk: Callable[..., Desk], run: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = desk()
        opened: list[str] = []
        monkeypatch.setattr(
            QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile())
        )
        table.do("folder", table.listed(lambda r: r.folder == run))
        assert opened == [str(run)]


def test_distortions_are_previewed(desk: Callable[..., Desk]) -> None:
    table = desk()
    digits = table.page.form.distortions.digits

    def painted() -> QImage:
        return digits.grab().toImage()

    def is_blank() -> bool:
        image = painted().convertToFormat(QImage.Format.Format_Grayscale8)
        return len(np.unique(np.asarray(image.constBits()))) == 1

    table.wait(lambda: not is_blank())
    before = painted()
    table.page.form.distortions.switch.setChecked(True)
    for value in range(0, 100, 5):
        table.page.form.distortions.sliders["rotation"].setValue(value)
    table.wait(lambda: not table.training.jobs.busy("preview"))
    assert not is_blank()
    assert painted() != before


def test_the_page_comes_only_when_it_is_opened(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, settings: QSettings
) -> None:
    program = make_program(lambda choice: fake_reader())
    assert program.training.page is None
    assert program.window.open_page_name == "draw"
    program.window.actions_by_name["train"].trigger()
    assert program.window.open_page_name == "train"
    program.window.actions_by_name["draw"].trigger()
    qtbot.waitUntil(lambda: program.training.page is not None, timeout=PATIENCE)
    assert program.window.shown_page is program.draw.page  # it does not push itself forward
    assert isinstance(program.training.trainer, Trainer)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_a_killed_window_takes_its_training_along(tmp_path: Path) -> None:
    """The training ends within three seconds, and its run goes on in another window."""
    code = (
        "import multiprocessing, sys\n"
        "from pathlib import Path\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from lenetpad.engine.trainer import Trainer\n"
        "from lenetpad.values.training import Begun, Order\n"
        "from tests.controllers.test_training import ENDLESS\n"
        "from tests import trainees\n"
        "application = QCoreApplication([])\n"
        "trainer = Trainer(trainees.light)\n"
        "def say(told):\n"
        "    if isinstance(told, Begun):\n"
        "        [training] = multiprocessing.active_children()\n"
        "        print(training.pid, told.folder, flush=True)\n"
        "trainer.message_received.connect(say)\n"
        "trainer.start(Order(ENDLESS, Path(sys.argv[1])))\n"
        "application.exec()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as window:
        assert window.stdout is not None
        pid, _, folder = window.stdout.readline().strip().partition(" ")
        assert runs.read(Path(folder)).state == runs.RUNNING
        window.kill()
    deadline = time.monotonic() + 3
    while _lives(int(pid)):
        assert time.monotonic() < deadline
    left = runs.read(Path(folder))
    assert left.state == runs.INTERRUPTED  # it even had the time to say so
    assert left.can_go_on


def _lives(pid: int) -> bool:
    """Whether a process is there and no zombie that nobody has buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
