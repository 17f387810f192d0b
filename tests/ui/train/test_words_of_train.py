"""Every text of the Train page goes through the translation, also where it is seldom seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.engine.trainer import Trainer
from lenetpad.storage import run_bin, runs
from lenetpad.storage.runs import Run
from lenetpad.ui.train import curves_figure, kernels_gif
from lenetpad.ui.train.bin_dialog import BinDialog
from lenetpad.ui.train.page import TrainPage
from lenetpad.ui.train.runs_model import COLUMNS, STATES
from lenetpad.ui.train.runs_table import RUN_ACTIONS
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.catalogue import FOLDER
from lenetpad.values.history import History
from lenetpad.values.recipes import TRAINING_PRESETS, Plan
from lenetpad.values.training import (
    Begun,
    Ended,
    Outcome,
    Paused,
    Progress,
    RateScaled,
    Snapshot,
    Stage,
)
from tests.words import brackets, outside, painted, untranslated

#: A name that is the same in every language.
NAME = "lenet5-1998"
#: What pages share is looked at in tests/ui/test_words.py.
SHARED = "'Close this message'"


@pytest.fixture(autouse=True)
def other_language(qapp: object) -> Iterator[None]:
    with brackets():
        yield


def a_history(name: str = NAME) -> History:
    made = History(Path(name), name)
    made.add(Progress(1, 4, 40, 400, 1.5, 0.01, 5000.0, 0.5, 0.1, losses=(1.5,) * 40))
    made.mark(RateScaled(20, 0.5))
    return made


def a_run(state: str = runs.FINISHED, **changes: Any) -> Run:
    made = Run(
        folder=Path(NAME), name=NAME, note="", model=NAME, created="2026-11-24T14:00:00+00:00",
        config={"preset": "Quick, changed"}, state=state, step=100, steps=400, epoch=2, epochs=4,
        seconds=1.0, best_error=0.1, last_error=0.1, test_error=0.1, message="",
    )  # fmt: skip
    return replace(made, **changes)


def faults(page: TrainPage) -> list[str]:
    """The texts of the page that are not translated."""
    return [fault for fault in untranslated(page) if not fault.endswith(SHARED)]


@pytest.mark.parametrize("state", ["stage", "bytes", "images", "runs", "paused", *Outcome])
def test_a_training(page: TrainPage, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    told: list[str] = []
    page.progressed.connect(lambda _, words: told.append(words))
    history = a_history()
    report = Progress(1, 4, 60, 400, 1.5, 0.01, 5000.0, losses=(1.5,) * 20)
    page.begin()
    page.take(Stage("Starting"), None)
    if state == "bytes":
        page.take(Stage("KMNIST", 5_000_000, 20_000_000), None)
    elif state == "images":
        page.take(Stage("MNIST", 5000, 20_000, folder=True), None)
    elif state != "stage":
        page.take(Begun(Path(NAME), 0, 400), history)
        page.show_runs([a_run(runs.RUNNING), a_run(folder=Path("other"))])
        page.take(report, history)
        monkeypatch.setattr(type(page._pace), "seconds_left", lambda *_: 61.0)
        page._write_words()
        page.take(Snapshot(60, (("c1.weight", np.ones((6, 1, 5, 5), np.float32)),)), history)
    if state == "paused":
        page.take(Paused(), history)
        page._write_words()
    elif state in list(Outcome):
        page.take(Ended(Outcome(state), Path(NAME), test_error=0.1, diverged=True), history)
    assert faults(page) == []
    assert [words for words in told if outside(words)] == []
    with painted(monkeypatch) as texts:
        page.grab()
    assert texts
    assert [text for text in texts if outside(text)] == []


@pytest.mark.parametrize("test_error", [None, 0.1])
def test_an_end_with_and_without_a_measure(page: TrainPage, test_error: float | None) -> None:
    page.take(Ended(Outcome.FINISHED, Path(NAME), test_error=test_error), None)
    assert outside(page.words.text()) == ""
    page.forget_runs({Path(NAME)})
    assert outside(page.words.text()) == ""


def test_curves(page: TrainPage) -> None:
    curves = page.curves
    assert outside(curves.empty.text()) == ""
    curves.show_histories([a_history(), a_history("lenet5-study")])
    curves._draw()
    assert faults(page) == []
    titles = [plot.titleLabel for plot in curves.plots.values()]
    assert [t for t in titles if outside(t.text) or outside(t.toolTip()) or not t.toolTip()] == []
    labels = [line.label.format for _, line in curves._marks if getattr(line, "label", None)]
    assert len(labels) == 2
    assert [label for label in labels if outside(label)] == []
    assert outside(curves.values_at(40)) == ""
    assert "⟦" in curves.values_at(40)
    for window in (0, 3):
        curves.smoothing.setValue(window)
        assert outside(curves._window.text()) == ""


@pytest.mark.parametrize("names", [[NAME], [NAME, "lenet5-study"]])
@pytest.mark.parametrize("window", [1, 4])
def test_exported_curves(monkeypatch: pytest.MonkeyPatch, names: list[str], window: int) -> None:
    written: list[str] = []
    for name in ("write", "write_upwards"):
        monkeypatch.setattr(
            curves_figure, name, lambda _painter, _area, text, *_: written.append(text)
        )
    figure = curves_figure.CurvesFigure([a_history(name) for name in names], LIGHT, window)
    image = QImage(600, 600, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for part in figure.parts(600.0):
        part(painter)
    painter.end()
    assert len([text for text in written if text.startswith("⟦")]) >= 6
    assert [text for text in [figure.title, *written] if outside(text)] == []


def test_the_film_and_its_file(page: TrainPage, monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [(step, np.ones((6, 5, 5), np.float32)) for step in (1, 440)]
    page.film.show_frames(frames)
    assert faults(page) == []
    written: list[str] = []
    original = kernels_gif._text

    def note(text: str, *args: int, **options: int) -> Any:
        written.append(text)
        return original(text, *args, **options)

    monkeypatch.setattr(kernels_gif, "_text", note)
    kernels_gif.kernels_gif(frames)
    assert [text for text in written if outside(text) or "⟦" not in text] == []


def test_the_list_of_runs(page: TrainPage) -> None:
    page.show_runs([a_run(state, folder=Path(state)) for state in STATES])
    assert faults(page) == []
    model = page.runs.model
    across = Qt.Orientation.Horizontal
    tips = [model.headerData(i, across, Qt.ItemDataRole.ToolTipRole) for i in range(len(COLUMNS))]
    actions = [page.runs.actions_by_name[row.name] for row in RUN_ACTIONS]
    found = [*tips, *(a.text() for a in actions), *(a.toolTip() for a in actions)]
    assert [text for text in found if outside(text) or "⟦" not in text] == []


def test_every_field_of_the_form_has_a_tip(page: TrainPage) -> None:
    form = page.form
    assert [label.text() for label, _ in form._rows if not label.toolTip()] == []
    assert [field for _, field in form._rows if "⟦" not in field.accessibleName()] == []
    for box in (form.optimisers, form.schedules):
        tips = [box.itemData(i, Qt.ItemDataRole.ToolTipRole) for i in range(box.count())]
        assert [tip for tip in tips if outside(tip) or "⟦" not in tip] == []


def test_the_choices_of_a_run_in_another_language(page: TrainPage) -> None:
    """A run keeps what its preset is called in English."""
    form = page.form
    for place, preset in enumerate(TRAINING_PRESETS):
        form.presets.setCurrentIndex(place)
        form.presets.activated.emit(place)
        assert outside(form.presets.toolTip()) == ""
        assert form.plan.preset == preset.title
        form.numbers["epochs"].setValue(77)
        assert form.plan.preset == f"{preset.title}, changed"
        assert outside(form.presets.currentText()) == ""
    plan = replace(form.plan, preset="Quick, changed", ink=("a", "b"))
    form.show_plan(plan)
    assert form.plan == plan
    form.show_plan(Plan(NAME, plan.recipe, device=plan.device))
    assert form.presets.currentText() == ""
    assert faults(page) == []


@pytest.fixture
def dialogs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written on file dialogs, each of which is cancelled."""
    said: list[str] = []
    answers: dict[str, object] = {
        "getOpenFileName": ("", ""),
        "getOpenFileNames": ([], ""),
        "getSaveFileName": ("", ""),
        "getExistingDirectory": "",
    }
    for name, answer in answers.items():

        def ask(_parent: object, *texts: str, answer: object = answer) -> object:
            said.extend(texts)
            return answer

        monkeypatch.setattr(QFileDialog, name, ask)
    return said


def test_file_dialogs(page: TrainPage, dialogs: list[str]) -> None:
    form = page.form
    form.starts.select(None)
    form.starts.activated.emit(form.starts.currentIndex())
    form.data.select(FOLDER)
    form.data.activated.emit(form.data.currentIndex())
    form.ink.click()
    page.curves.export_wanted.emit("curves.csv")
    assert len([text for text in dialogs if "⟦" in text]) == 6
    dialogs.remove("curves.csv")
    assert [text for text in dialogs if outside(text)] == []


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written on message boxes, but for Qt's own buttons."""
    said: list[str] = []

    def execute(box: QMessageBox) -> int:
        assert box.icon() is QMessageBox.Icon.NoIcon  # a stock one is no part of the theme
        said.extend([box.windowTitle(), box.text(), box.informativeText()])
        own = [b for b in box.buttons() if box.standardButton(b) == box.StandardButton.NoButton]
        said.extend(button.text() for button in own)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", execute)
    return said


@pytest.mark.parametrize(("count", "damaged"), [(0, 0), (1, 0), (3, 1), (0, 2)])
def test_the_bin(
    qtbot: QtBot, page: TrainPage, questions: list[str], count: int, damaged: int
) -> None:
    dialog = BinDialog(page)
    qtbot.addWidget(dialog)
    dialog.show_contents([a_run()] * count, count + damaged)
    assert untranslated(dialog) == []
    dialog._ask_to_empty()
    assert len(questions) == 4
    assert [text for text in questions if outside(text)] == []


class TestController:
    @pytest.fixture
    def train(self, qtbot: QtBot, program: Program) -> TrainPage:
        program.window.open_page("train")
        qtbot.waitUntil(lambda: program.training.page is not None)
        page = program.training.page
        assert page is not None
        return page

    def test_what_it_says(
        self,
        qtbot: QtBot,
        program: Program,
        train: TrainPage,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        said: list[str] = []

        def note(message: str, *texts: object) -> None:
            said.extend([message, *(text for text in texts if isinstance(text, str))])

        for kind in ("warn", "note", "offer"):
            monkeypatch.setattr(train.banner, kind, note)
        monkeypatch.setattr(Trainer, "start", lambda *_: False)
        monkeypatch.setattr("shutil.which", lambda *_, **__: None)
        gone = tuple(tmp_path / str(number) for number in range(2))
        train.training_requested.emit(train.form.plan)
        train.runs.wanted.emit("tensorboard", (a_run(),))
        train.runs.wanted.emit("use", (a_run(folder=tmp_path),))
        program.training.runs._show_histories(13, [a_history()])
        for places in (gone[:1], gone):
            monkeypatch.setattr(run_bin, "delete_all", lambda _, places=places: (places, ""))
            count = len(said)
            train.runs.wanted.emit("delete", tuple(a_run(folder=place) for place in places))
            qtbot.waitUntil(lambda count=count: len(said) > count)
        program.training.session.ordered = gone[0]
        train.runs.wanted.emit("delete", (a_run(folder=gone[0]),))
        assert len(said) == 9
        assert [text for text in said if outside(text) or "⟦" not in text] == []

    def test_what_it_asks(
        self, program: Program, train: TrainPage, questions: list[str], dialogs: list[str]
    ) -> None:
        assert not program.training.runs._may_read(NAME, ("/a.jsonl",))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Trainer, "busy", True)
            assert not program.training.may_close()
        assert len(questions) == 9
        assert [text for text in questions if outside(text)] == []
        train.runs.wanted.emit("export", (a_run(),))
        program.training._exports.save_weights(a_run(), Path("a.safetensors"))
        program.training._exports.save_film()
        texts = [text for text in dialogs if "⟦" in text]
        assert len(texts) == 3
        assert [text for text in texts if outside(text)] == []
