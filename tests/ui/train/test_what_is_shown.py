"""The Train page says what is so: one epoch, the preset, short runs' losses, nothing of before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
)
from pytestqt.qtbot import QtBot

from lenetpad.storage import runs
from lenetpad.storage.runs import Run
from lenetpad.ui.train.page import TrainPage, idle_words
from lenetpad.ui.train.plan_form import PlanForm
from lenetpad.values.history import History, fitting_window, smoothed
from lenetpad.values.recipes import TRAINING_PRESETS
from lenetpad.values.training import Begun, Ended, Outcome, Progress

FOLDER = Path("a run")
STATE = 1


def report(step: int, epoch: int = 1, count: int = 20) -> Progress:
    losses = tuple(10 * 0.97**i for i in range(step - count, step))
    return Progress(epoch, 4, step, 400, 1.5, 0.01, 5000.0, losses=losses)


def history_of(*reports: Progress, name: str = "a run") -> History:
    made = History(Path(name), name)
    for one in reports:
        made.add(one)
    return made


def a_run(name: str = "a run", state: str = runs.FINISHED, **changes: object) -> Run:
    made = Run(
        folder=Path(name), name=name, note="", model="lenet5-1998", created="x", config={},
        state=state, step=100, steps=400, epoch=2, epochs=4, seconds=1.0, best_error=None,
        last_error=None, test_error=None, message="",
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


class TestEpochs:
    def test_the_list_says_the_epoch_that_is_said_above(self, page: TrainPage) -> None:
        page.begin()
        page.take(Begun(FOLDER, 0, 400), history_of())
        page.show_runs([a_run("another"), a_run(state=runs.RUNNING)])  # a second ago
        now = report(260, epoch=3)
        page.take(now, history_of(now))
        cell = page.runs.model.index(1, STATE)
        assert page.words.text().startswith("Epoch 3/4")
        assert cell.data() == "Epoch 3/4"
        assert page.runs.model.index(0, STATE).data() == "Finished, epoch 2/4"
        page.show_runs([a_run(state=runs.RUNNING)])  # the disk lags behind still
        assert page.runs.model.index(0, STATE).data() == "Epoch 3/4"
        page.take(Ended(Outcome.STOPPED, FOLDER), None)
        page.show_runs([a_run(state=runs.STOPPED, epoch=3)])
        assert page.runs.model.index(0, STATE).data() == "Stopped, epoch 3/4"

    def test_no_separator_waits_for_what_is_not_known_yet(self, page: TrainPage) -> None:
        page.begin()
        page.take(report(20), history_of(report(20)))
        assert page.words.text() == "Epoch 1/4 · 5,000 images/s"


def test_there_is_no_rate_of_now_once_nothing_trains(page: TrainPage) -> None:
    page.begin()
    page.take(report(20), history_of(report(20)))
    assert page.rate.value() == 0.01
    page.take(Ended(Outcome.STOPPED, FOLDER), None)
    assert page.rate.text() == "–"


@pytest.mark.parametrize("words", ["Saved", "Too long to be said in a few words. " * 8])
@pytest.mark.parametrize("shown", [False, True])
@pytest.mark.parametrize("size", [(800, 430), (860, 490), (1280, 740), (1920, 1020)])
def test_a_banner_covers_no_control_and_nothing_that_is_said_of_a_training(
    page: TrainPage, size: tuple[int, int], words: str, *, shown: bool
) -> None:
    page.banner.offer(words, "Undo", page.hide)
    page.resize(*size)
    if shown:
        page.curves.show_histories([history_of(report(20))])
    QApplication.processEvents()
    banner = page.banner.geometry()
    assert page.rect().contains(banner)
    controls = [page.words, page.bar, page.curves.values, page.curves.legend, page.runs.view]
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox):
        controls += page.findChildren(kind)
    for part in controls:
        if part.isVisible() and not page.banner.isAncestorOf(part):
            assert not banner.intersects(QRect(part.mapTo(page, QPoint()), part.size())), part


class TestPreset:
    @pytest.fixture
    def form(self, qtbot: QtBot) -> PlanForm:
        form = PlanForm()
        qtbot.addWidget(form)
        return form

    def test_it_is_called_changed_once_something_was(self, form: PlanForm) -> None:
        usual = form.numbers["epochs"].value()
        form.numbers["epochs"].setValue(9)
        assert form.presets.currentText() == "Quick, changed"
        assert form.plan.preset == "Quick, changed"
        form.numbers["epochs"].setValue(usual)
        assert form.plan.preset == "Quick"
        form.networks.select("lenet5-study")
        assert form.plan.preset == "Quick, changed"

    def test_choosing_it_again_brings_it_back(self, form: PlanForm) -> None:
        form.distortions.switch.setChecked(True)
        assert form.presets.currentText() == "Quick, changed"
        form.presets.activated.emit(0)
        assert form.presets.currentText() == "Quick"
        assert form.plan.recipe == TRAINING_PRESETS[0].recipe

    @pytest.mark.parametrize("preset", ["Quick", "Quick, changed", "", "unknown"])
    def test_a_plan_that_is_shown_says_whether_it_is_changed(
        self, form: PlanForm, preset: str
    ) -> None:
        form.show_plan(replace(form.plan, preset=preset, recipe=TRAINING_PRESETS[2].recipe))
        wanted = "Quick, changed" if preset.startswith("Quick") else ""
        assert form.plan.preset == wanted
        form.presets.setCurrentIndex(2)
        form.presets.activated.emit(2)
        texts = [form.presets.itemText(i) for i in range(form.presets.count())]
        assert texts == [one.title for one in TRAINING_PRESETS]


class TestSmoothing:
    @pytest.mark.parametrize("count", [30, 60, 200])
    def test_a_short_runs_loss_is_not_drawn_far_above_what_it_is(self, count: int) -> None:
        losses = 10 * np.exp(-5 * np.arange(count) / count)  # falls by e^5 in the whole run
        mean = smoothed(losses, fitting_window(20, count))
        assert (mean / losses).max() < 1.35

    def test_so_many_steps_as_are_averaged_are_said(self, page: TrainPage) -> None:
        page.curves.show_histories([history_of(report(50, count=50))])
        page.curves._draw()
        assert page.curves._window.text() == "5 steps"
        long = history_of(report(400, count=400), name="long")
        page.curves.show_histories([history_of(report(50, count=50)), long])
        page.curves._draw()
        assert page.curves._window.text() == "5–20 steps"


class TestPointer:
    def over(self, qtbot: QtBot, page: TrainPage) -> None:
        """Have the pointer over the loss at step 10."""
        plot = page.curves.plots["loss"]
        move_to = page.curves.view.scene().sigMouseMoved.emit

        def says_the_values() -> bool:
            move_to(plot.vb.mapViewToScene(QPointF(10, 5)))
            return page.curves.values.text() != ""

        qtbot.waitUntil(says_the_values)
        assert all(cursor.isVisible() for cursor in page.curves._cursors)

    def nothing(self, page: TrainPage) -> bool:
        seen = any(cursor.isVisible() for cursor in page.curves._cursors)
        return page.curves.values.text() == "" and not seen

    def test_its_values_go_with_it(self, qtbot: QtBot, page: TrainPage) -> None:
        page.curves.show_histories([history_of(report(40, count=40))])
        self.over(qtbot, page)
        QApplication.sendEvent(page.curves.view, QEvent(QEvent.Type.Leave))
        assert self.nothing(page)

    def test_they_do_not_stay_above_another_runs_curves(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        page.curves.show_histories([history_of(report(40, count=40))])
        self.over(qtbot, page)
        page.curves.show_histories([history_of(report(60, count=60), name="another")])
        assert self.nothing(page)


class TestChoice:
    def test_the_run_that_begins_and_the_one_that_ended_is_the_chosen_one(
        self, page: TrainPage
    ) -> None:
        page.show_runs([a_run("another"), a_run("a third")])
        page.runs.select({Path("another"), Path("a third")})
        page.begin()
        page.take(Begun(FOLDER, 0, 400), history_of())
        page.show_runs([a_run(state=runs.RUNNING), a_run("another"), a_run("a third")])
        assert [run.folder for run in page.runs.chosen] == [FOLDER]
        page.runs.select({Path("another")})
        page.take(Ended(Outcome.STOPPED, FOLDER), None)
        assert [run.folder for run in page.runs.chosen] == [FOLDER]

    def test_a_choice_is_told_once_and_a_new_list_is_none(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        told: list[list[str]] = []
        page.runs.chosen_changed.connect(lambda chosen: told.append([run.name for run in chosen]))
        page.show_runs([a_run("one"), a_run("two")])
        page.runs.select({Path("one"), Path("two")})
        qtbot.waitUntil(lambda: told == [["one", "two"]])
        page.show_runs([a_run("three"), a_run("one", note="new"), a_run("two")])
        page.runs.select({Path("three")})
        qtbot.waitUntil(lambda: len(told) == 2)
        assert told[1] == ["three"]

    def test_what_was_deleted_is_seen_no_more(self, page: TrainPage) -> None:
        page.begin()
        page.take(Begun(FOLDER, 0, 400), history_of())
        page.take(Ended(Outcome.FAILED, FOLDER, "no", diverged=True), None)
        other = history_of(report(20), name="another")
        page.curves.show_histories([history_of(report(20)), other])
        page.forget_runs({FOLDER})
        assert page.curves.histories == (other,)
        assert "a run" not in page.curves.legend.text()
        assert page.words.text() == idle_words()
        assert not page.resume.isVisible()
