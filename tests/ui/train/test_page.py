"""The Train page and its parts: choices, curves, progress, runs and kernels."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.storage import runs
from lenetpad.ui.train.axis import Axis
from lenetpad.ui.train.charts import CURVES
from lenetpad.ui.train.curves import Curves
from lenetpad.ui.train.distortions_form import DistortionsForm
from lenetpad.ui.train.film import Film, Kernels
from lenetpad.ui.train.page import TrainPage
from lenetpad.ui.train.plan_form import PlanForm
from lenetpad.ui.train.runs_model import duration
from lenetpad.ui.train.runs_table import RunsTable
from lenetpad.ui.widgets.export_options import ExportOptions
from lenetpad.ui.widgets.figure import svg
from lenetpad.ui.widgets.series import DARK_PENS, LIGHT_PENS
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.history import History
from lenetpad.values.recipes import TRAINING_PRESETS, Distortions, Plan
from lenetpad.values.training import (
    Begun,
    Ended,
    Noted,
    Outcome,
    Paused,
    Progress,
    RateScaled,
    Resumed,
    Snapshot,
    Stage,
)


def report(step: int = 20, error: float | None = None) -> Progress:
    return Progress(
        *(1, 4, step, 400, 1.5, 0.01, 5000.0),
        validation_loss=None if error is None else 0.5,
        validation_error=error,
        losses=(1.5,) * 20,
    )


def history_of(*reports: Progress, name: str = "a run") -> History:
    made = History(Path(name), name)
    for one in reports:
        made.add(one)
    return made


def snapshot(step: int = 20) -> Snapshot:
    kernels = np.linspace(-1, 1, 150, dtype=np.float32).reshape(6, 1, 5, 5)
    return Snapshot(step, (("c1.weight", kernels),))


def running_timers(widget: QWidget) -> list[QTimer]:
    return [timer for timer in widget.findChildren(QTimer) if timer.isActive()]


def pass_time(widget: QWidget) -> None:
    """Let every timer that runs in a widget come to its end."""
    for timer in running_timers(widget):
        timer.timeout.emit()


def wait_until_drawn(qtbot: QtBot, curves: Curves) -> None:
    """Wait until the runs that are to be shown are."""
    qtbot.waitUntil(curves.view.updatesEnabled)


def lines(curves: Curves, name: str) -> list[Any]:
    """The curves of this name, a run's after the other's."""
    chart = name.partition(" ")[0]
    of_this_chart = [one for one in CURVES if one.partition(" ")[0] == chart]
    items = curves.plots[chart].listDataItems()[-len(of_this_chart) * len(curves.histories) :]
    return list(items[of_this_chart.index(name) :: len(of_this_chart)])


def marks(curves: Curves) -> list[Any]:
    """The lines that are seen where somebody changed the rate."""
    return [
        item
        for plot in curves.plots.values()
        for item in plot.items
        if isinstance(item, pg.InfiniteLine) and item.isVisible()
    ]


class TestForm:
    @pytest.fixture
    def form(self, qtbot: QtBot) -> PlanForm:
        form = PlanForm()
        qtbot.addWidget(form)
        return form

    @pytest.mark.parametrize("number", range(len(TRAINING_PRESETS)))
    def test_a_preset_comes_out_as_the_table_has_it(self, form: PlanForm, number: int) -> None:
        form.presets.setCurrentIndex(number)
        form.presets.activated.emit(number)
        preset = TRAINING_PRESETS[number]
        assert form.plan.recipe == preset.recipe
        assert (form.plan.model, form.plan.preset) == (preset.model, preset.title)

    def test_all_that_was_asked_for_is_shown_again(self, form: PlanForm, tmp_path: Path) -> None:
        recipe = replace(
            TRAINING_PRESETS[2].recipe,
            *(),
            epochs=7,
            batch_size=3,
            lr=0.0123,
            schedule="cosine",
            optimiser="adamw",
            weight_decay=0.0005,
            fraction=0.125,
            label_noise=0.3,
            seed=99,
            validation=123,
            distortions=Distortions(rotation=33.3, elastic=0.7),
        )
        weights = str(tmp_path / "mine.pth")
        plan = Plan(
            "lenet5-modern", recipe, weights, "folder", str(tmp_path), ("a.jsonl", "b.jsonl"),
            device="cpu", preset="Paper 1998, changed",
        )  # fmt: skip
        form.show_devices((("auto", "Auto"), ("cpu", "CPU")))
        form.show_plan(plan)
        assert form.plan == plan
        form.show_plan(replace(plan, start="lenet5-study", data="mnist", folder="", ink=()))
        assert form.plan.start == "lenet5-study"
        assert form.plan.data == "mnist"

    @pytest.mark.parametrize("device", ["cuda:1", "mps"])
    def test_a_runs_device_that_is_not_found_yet_is_kept(
        self, form: PlanForm, device: str
    ) -> None:
        form.show_plan(replace(form.plan, device=device))
        assert form.plan.device == device
        form.show_devices((("auto", "Auto"), ("cpu", "CPU"), (device, "A GPU")))
        assert form.plan.device == device

    def test_teachers_are_kept_until_a_preset_is_chosen(self, form: PlanForm) -> None:
        taught = replace(form.plan.recipe, distillation_weight=0.4)
        form.show_plan(replace(form.plan, recipe=taught, teachers=("lenet5-modern", "/a.pth")))
        assert form.plan.teachers == ("lenet5-modern", "/a.pth")
        assert form.plan.recipe.distillation_weight == 0.4
        form.presets.setCurrentIndex(1)
        form.presets.activated.emit(1)
        assert form.plan.teachers == ()
        assert form.plan.recipe.distillation_weight == 0

    def test_a_change_is_told_once(self, qtbot: QtBot, form: PlanForm) -> None:
        with qtbot.waitSignal(form.changed):
            form.numbers["epochs"].setValue(9)
        assert form.plan.recipe.epochs == 9
        told: list[int] = []
        form.changed.connect(lambda: told.append(1))
        form.show_plan(replace(form.plan, model="lenet5-study"))
        assert told == [1]

    def test_files_are_asked_for(
        self, form: PlanForm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        answers: dict[str, Any] = {
            "getOpenFileName": ("w.safetensors", ""),
            "getOpenFileNames": (["x.jsonl", "y.jsonl"], ""),
            "getExistingDirectory": str(tmp_path),
        }
        for name, answer in answers.items():
            monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer: answer)
        form.starts.setCurrentIndex(form.starts.count() - 1)
        form.starts.activated.emit(form.starts.currentIndex())
        form.data.select("folder")
        form.data.activated.emit(form.data.currentIndex())
        form.ink.click()
        plan = form.plan
        assert (plan.start, plan.folder) == ("w.safetensors", str(tmp_path))
        assert plan.ink == ("x.jsonl", "y.jsonl")
        assert form.ink.text() == "2 files"
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
        form.starts.activated.emit(form.starts.currentIndex())
        form.data.activated.emit(form.data.currentIndex())
        assert (form.plan.start, form.plan.data) == ("", "mnist")

    def test_the_rate_goes_in_steps_that_multiply(self, form: PlanForm) -> None:
        form.rate.setValue(0.003)
        form.rate.stepBy(1)
        assert form.rate.value() == pytest.approx(0.005)
        form.rate.stepBy(-2)
        assert form.rate.value() == pytest.approx(0.001)
        form.rate.setValue(1e-7)
        assert form.rate.text() == "1e-07"
        form.rate.lineEdit().setText("2,5e-4")
        assert form.rate.valueFromText("2,5e-4") == pytest.approx(2.5e-4)


class TestDistortions:
    def test_sliders_ask_for_examples(self, qtbot: QtBot) -> None:
        form = DistortionsForm()
        qtbot.addWidget(form)
        asked: list[Distortions] = []
        form.wanted.connect(asked.append)
        assert form.distortions is None
        form.switch.setChecked(True)
        assert asked[-1] == Distortions()
        form.sliders["rotation"].setValue(100)
        assert asked[-1] == form.distortions == Distortions(rotation=45.0)
        form.switch.setChecked(False)
        assert asked[-1] == Distortions(0, 0, 0, 0, 0, 0, 0)
        assert form.distortions is None

    def test_examples_are_shown_in_the_themes_colours(self, qtbot: QtBot) -> None:
        form = DistortionsForm()
        qtbot.addWidget(form)
        form.digits.resize(256, 128)
        images = np.zeros((32, 32, 32), dtype=np.uint8)
        images[9] = 255  # the second of the second row
        form.show_digits(images)
        for theme in (LIGHT, DARK):
            form.digits.set_theme(theme)
            seen = form.digits.grab().toImage()
            assert seen.pixelColor(48, 48).name() == theme.ink
            assert seen.pixelColor(16, 48).name() == theme.paper


class TestProgress:
    def test_what_can_be_done_follows_the_training(self, page: TrainPage) -> None:
        def enabled() -> list[bool]:
            return [b.isEnabled() for b in (page.start, page.pause, page.stop, page.rate)]

        assert enabled() == [True, False, False, False]
        page.begin()
        assert enabled() == [False, False, True, False]
        page.take(Begun(Path("a run"), 0, 400), history_of())
        page.take(report(), history_of(report()))
        assert enabled() == [False, True, True, True]
        page.take(Ended(Outcome.STOPPED, Path("a run")), None)
        assert enabled() == [True, False, False, False]

    def test_what_stands_in_place_of_curves_follows_the_training(self, page: TrainPage) -> None:
        assert "Press <b>Start</b>" in page.curves.empty.text()
        page.begin()
        assert page.curves.empty.text() == "The curves begin with the first steps."
        page.take(Ended(Outcome.FAILED, None, "no room"), None)
        assert "Press <b>Start</b>" in page.curves.empty.text()

    def test_start_gives_the_plan_once(self, qtbot: QtBot, page: TrainPage) -> None:
        plans: list[Plan] = []
        page.training_requested.connect(plans.append)
        page.start.click()
        assert plans == [page.form.plan]
        page.begin()
        page.start.click()
        page.start.clicked.emit()  # in the queue when the button was turned off
        assert len(plans) == 1

    def test_it_says_starting_until_the_first_step(self, page: TrainPage) -> None:
        page.begin()
        assert page.words.text() == "Starting…"
        page.take(Stage("Drawing digits"), None)
        assert page.words.text() == "Drawing digits…"
        assert page.bar.maximum() == 0  # busy
        page.take(Stage("KMNIST", 5_000_000, 20_000_000), None)
        assert page.words.text() == "KMNIST: 5.0 of 20.0 MB"
        assert page.bar.value() / page.bar.maximum() == 0.25
        page.take(Begun(Path("a run"), 0, 400), history_of())
        page.take(report(100), history_of(report(100)))
        assert page.bar.value() / page.bar.maximum() == 0.25
        assert page.words.text().startswith("Epoch 1/4 · 5,000 images/s")

    def test_title_and_taskbar_are_told(self, page: TrainPage) -> None:
        told: list[tuple[float | None, str]] = []
        page.progressed.connect(lambda done, words: told.append((done, words)))
        page.begin()
        assert told[-1] == (None, "Starting…")
        page.take(Begun(Path("a run"), 0, 400), history_of())
        page.take(report(100), history_of(report(100)))
        done, words = told[-1]
        assert done == 0.25
        assert words.startswith("Epoch 1/4")
        page.take(Ended(Outcome.FINISHED, Path("a run"), test_error=0.02), None)
        assert told[-1] == (None, "")
        assert page.words.text() == "Finished with 98.00 % accuracy on the test set"

    def test_pause_and_resume_are_one_button(self, qtbot: QtBot, page: TrainPage) -> None:
        page.begin()
        page.take(report(), None)
        with qtbot.waitSignal(page.pause_requested):
            page.pause.click()
        page.take(Paused(), None)
        assert page.pause.text() == "Resume"
        with qtbot.waitSignal(page.unpause_requested):
            page.pause.click()
        page.take(Resumed(), None)
        assert page.pause.text() == "Pause"
        with qtbot.waitSignal(page.stop_requested):
            page.stop.click()

    def test_what_was_passed_over_is_told_until_the_next_training(self, page: TrainPage) -> None:
        page.begin()
        page.take(Noted("1 of 21 pictures passed over."), None)
        page.take(Noted("It is upright now."), None)
        page.take(report(), None)
        assert page.banner.isVisible()
        assert page.banner.text == "1 of 21 pictures passed over. It is upright now."
        page.begin()
        assert not page.banner.isVisible()

    def test_a_full_disk_is_told_until_it_goes_on(self, page: TrainPage) -> None:
        page.begin()
        page.take(report(), None)
        page.take(Paused("no space left; make room, then resume"), None)
        assert page.banner.isVisible()
        assert page.banner.text == "no space left; make room, then resume"
        page.take(Resumed(), None)
        assert not page.banner.isVisible()

    def test_the_rate_of_now_is_shown_and_changed(self, qtbot: QtBot, page: TrainPage) -> None:
        page.begin()
        page.take(report(), None)
        assert page.rate.value() == 0.01
        with qtbot.waitSignal(page.rate_chosen) as wanted:
            page.rate.setValue(0.002)
        assert wanted.args == [0.002]

    def test_after_a_loss_that_was_no_number_it_offers_the_checkpoint(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        page.begin()
        message = "the loss is no longer a number at step 7 with learning rate 3"
        page.take(Ended(Outcome.FAILED, Path("a run"), message, diverged=True), None)
        assert page.banner.text == message
        assert page.resume.isVisible()
        with qtbot.waitSignal(page.resume_requested) as resumed:
            page.resume.click()
        assert resumed.args == [Path("a run")]
        page.begin()
        assert not page.resume.isVisible()

    def test_any_other_failure_is_told_only(self, page: TrainPage) -> None:
        page.begin()
        page.take(Ended(Outcome.FAILED, None, "the cat sat on it"), None)
        assert page.banner.text == "the cat sat on it"
        assert not page.resume.isVisible()

    def test_a_full_disk_before_the_first_step_can_be_resumed(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        page.begin()
        page.take(Paused("no space left"), None)
        with qtbot.waitSignal(page.unpause_requested):
            page.pause.click()

    def test_measuring_at_the_end_is_said(self, qtbot: QtBot, page: TrainPage) -> None:
        page.begin()
        page.take(report(), None)
        page.take(Stage("Calibrating and testing"), None)
        pass_time(page)  # and no clock writes over it
        assert page.words.text() == "Calibrating and testing…"

    def test_images_of_a_folder_are_counted(self, page: TrainPage) -> None:
        page.begin()
        page.take(Stage("digits", 1000, 4000, folder=True), None)
        assert page.words.text() == "digits: 1,000 of 4,000 images"

    def test_kernels_of_another_run_stay_while_one_trains(self, page: TrainPage) -> None:
        page.film.show_frames(TestFilm.FRAMES)
        page.take(snapshot(60), None)
        assert page.film.words.text() == "C1 after step 4"

    def test_kernels_are_shown_live(self, page: TrainPage) -> None:
        page.take(snapshot(60), None)
        assert page.film.words.text() == "C1 after step 60, live"


class TestCurves:
    @pytest.fixture
    def both(self) -> list[History]:
        one = history_of(report(20), report(40, error=0.25), name="one")
        one.mark(RateScaled(30, 0.5))
        return [one, history_of(report(20), name="the < other")]

    def test_every_run_has_its_curves_and_its_name(
        self, qtbot: QtBot, page: TrainPage, both: list[History]
    ) -> None:
        curves = page.curves
        curves.show_histories(both)
        wait_until_drawn(qtbot, curves)
        one, other = lines(curves, "loss")
        xs, ys = one.getData()
        assert (len(xs), xs[0], xs[-1]) == (40, 1, 40)
        assert set(ys) == {1.5}
        assert [a.tolist() for a in lines(curves, "accuracy")[0].getData()] == [[40], [75.0]]
        assert len(other.getData()[0]) == 20
        assert "one" in curves.legend.text()
        assert "the &lt; other" in curves.legend.text()
        assert len(marks(curves)) == 3  # one change of the rate, in each chart
        curves.show_histories(both[1:])
        wait_until_drawn(qtbot, curves)
        assert marks(curves) == []
        [left] = lines(curves, "loss")
        assert len(left.getData()[0]) == 20
        # Those of the other run are gone.
        assert len(curves.plots["loss"].listDataItems()) == 2
        curves.show_histories([*both, both[0]])
        wait_until_drawn(qtbot, curves)
        lengths = [len(line.getData()[0]) for line in lines(curves, "loss")]
        assert lengths == [40, 20, 40]

    def test_curves_and_legend_have_the_themes_colours(
        self, qtbot: QtBot, page: TrainPage, both: list[History]
    ) -> None:
        curves = page.curves
        curves.show_histories(both)
        wait_until_drawn(qtbot, curves)
        for theme, pens in ((DARK, DARK_PENS), (LIGHT, LIGHT_PENS)):
            page.set_theme(theme)
            for number, pen in enumerate(pens[: len(both)]):
                items = {name: lines(curves, name)[number] for name in CURVES}
                assert {item.opts["pen"].color().name() for item in items.values()} == {pen}
                assert items["accuracy"].opts["symbolBrush"] == pen
                assert pen in curves.legend.text()
            assert {line.pen.color().name() for line in marks(curves)} == {pens[0]}

    @pytest.mark.parametrize(
        ("low", "high"), [(-5.2, 0.3), (-2.6, -1.9), (-8.0, 1.0), (-2.53, -2.51)]
    )
    @pytest.mark.parametrize("height", [40, 120, 400])
    def test_numbers_of_a_logarithmic_axis_do_not_overlap(
        self, qtbot: QtBot, low: float, high: float, height: int
    ) -> None:
        axis = Axis("left")
        axis.setLogMode(x=False, y=True)
        [(spacing, places)] = axis.tickValues(low, high, height)
        texts = axis.tickStrings(places, 1, spacing)
        assert len(set(texts)) == len(places) >= 1
        assert [float(text) for text in texts] == pytest.approx(
            [10**place for place in places], rel=0.005
        )
        if len(places) > 1:
            assert np.diff(places).min() * height / (high - low) >= 14
        if height > 100 and high - low > 0.1:
            assert len(places) > 1

    def test_a_rate_that_stays_the_same_is_seen_with_zero(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        page.curves.show_histories([history_of(report(20), report(40))])
        wait_until_drawn(qtbot, page.curves)
        plot = page.curves.plots["rate"]

        def shows_both() -> bool:
            low, high = plot.viewRange()[1]
            return low <= 0 < 0.01 <= high < 0.02

        qtbot.waitUntil(shows_both)
        page.curves.log_scale.setChecked(True)
        qtbot.waitUntil(lambda: plot.viewRange()[1][0] > -3)

    def test_the_names_of_many_runs_have_room(self, qtbot: QtBot, page: TrainPage) -> None:
        many = [
            history_of(report(20), name=f"2026-11-24 22.25.0{n} lenet5-1998") for n in range(6)
        ]
        page.curves.show_histories(many)
        legend = page.curves.legend
        qtbot.waitUntil(lambda: legend.height() >= legend.heightForWidth(legend.width()) > 20)

    def test_chosen_runs_are_soon_seen(
        self, qtbot: QtBot, page: TrainPage, both: list[History]
    ) -> None:
        page.curves.smoothing.setValue(0)
        page.curves.show_histories(both)
        colour = QColor(LIGHT_PENS[0])

        def seen() -> bool:
            image = page.curves.view.grab().toImage()
            sides = (range(image.width()), range(image.height() // 2))
            return any(image.pixelColor(x, y) == colour for y in sides[1] for x in sides[0])

        qtbot.waitUntil(lambda: page.curves.view.updatesEnabled())
        assert seen()

    def test_a_growing_history_is_drawn_soon(self, qtbot: QtBot, page: TrainPage) -> None:
        history = history_of(report(20))
        page.take(Begun(Path("a run"), 0, 400), history)
        history.add(report(40))
        page.take(report(40), history)
        [item] = lines(page.curves, "loss")
        qtbot.waitUntil(lambda: item.getData()[0] is not None and len(item.getData()[0]) == 40)

    def test_the_loss_is_smoothed_by_the_slider(self, page: TrainPage) -> None:
        history = History(None, "a run")
        history.add(replace(report(50), losses=(4.0, 2.0, 0.0, 6.0) * 13))
        page.curves.show_histories([history])
        page.curves.smoothing.setValue(0)
        assert lines(page.curves, "loss")[0].getData()[1].tolist()[:4] == [4, 2, 0, 6]
        page.curves.smoothing.setValue(1)
        means = [4, 3, 2, 3, 16 / 5, 14 / 5]
        assert lines(page.curves, "loss")[0].getData()[1].tolist()[:6] == means

    def test_the_pointer_says_the_values(
        self, qtbot: QtBot, page: TrainPage, both: list[History]
    ) -> None:
        page.curves.show_histories(both)
        assert page.curves.values_at(40.2) == (
            "Step 40 · loss 1.5000 | – · accuracy 75.00 % | – · rate 0.01 | –"
        )
        assert page.curves.values_at(41) == ""
        plot = page.curves.plots["loss"]
        move_to = page.curves.view.scene().sigMouseMoved.emit

        def says_the_values() -> bool:
            move_to(plot.vb.mapViewToScene(QPointF(10, 1.5)))
            return page.curves.values.text() == page.curves.values_at(10)

        qtbot.waitUntil(says_the_values)  # once the axes have found their ranges
        move_to(QPointF(-5, -5))
        assert page.curves.values.text() == ""

    def test_a_logarithmic_scale(self, qtbot: QtBot, page: TrainPage, both: list[History]) -> None:
        page.curves.show_histories(both)
        wait_until_drawn(qtbot, page.curves)
        page.curves.log_scale.setChecked(True)
        shown = lines(page.curves, "loss")[0].curve.getData()[1]
        assert shown.tolist() == pytest.approx([np.log10(1.5)] * 40)

    def test_they_are_exported(
        self,
        qtbot: QtBot,
        page: TrainPage,
        both: list[History],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        page.curves.show_histories(both)
        for action in page.curves.export_button.menu().actions():
            path = tmp_path / action.data()
            monkeypatch.setattr(
                QFileDialog, "getSaveFileName", lambda *_, path=path: (str(path), "")
            )
            action.trigger()
            if page.exporter.dialog is not None:
                page.exporter.dialog.accept()
            words = f"Wrote {path.name} to {tmp_path}"
            qtbot.waitUntil(lambda words=words: page.banner.text == words)
        assert (tmp_path / "curves.csv").read_text().count("\n") == 61
        assert QImage(str(tmp_path / "curves.png")).width() == 2008  # 170 mm at 300 dots per inch
        assert "<polyline" in (tmp_path / "curves.svg").read_text()

    def test_there_is_nothing_to_export_before_there_are_curves(
        self, page: TrainPage, both: list[History]
    ) -> None:
        assert not page.curves.export_button.isEnabled()
        page.curves.show_histories(both)
        assert page.curves.export_button.isEnabled()
        page.curves.show_histories([])
        assert not page.curves.export_button.isEnabled()

    def test_what_is_zoomed_to_is_exported(self, page: TrainPage, both: list[History]) -> None:
        page.curves.show_histories(both)
        page.curves.log_scale.setChecked(True)
        loss, accuracy, _ = page.curves.figure(LIGHT).plots(600.0)
        assert loss.steps == (0, 40)
        page.curves.plots["loss"].setXRange(10, 30, padding=0)
        page.curves.plots["loss"].setYRange(-1, 1, padding=0)
        page.curves.plots["accuracy"].setYRange(50, 60, padding=0)
        loss, accuracy, rate = page.curves.figure(LIGHT).plots(600.0)
        assert loss.steps == accuracy.steps == rate.steps == pytest.approx((10, 30))
        assert loss.logarithmic
        assert loss.values == pytest.approx((-1, 1))
        assert accuracy.values == pytest.approx((50, 60))
        page.curves.fit()
        assert page.curves.figure(LIGHT).plots(600.0)[0].steps == (0, 40)

    def test_the_pointer_leaves_no_trace_in_what_is_exported(
        self, qtbot: QtBot, page: TrainPage, both: list[History]
    ) -> None:
        def picture() -> bytes:
            return svg(page.curves.figure(LIGHT), ExportOptions())

        page.curves.show_histories(both)
        before = picture()
        plot = page.curves.plots["loss"]
        page.curves.view.scene().sigMouseMoved.emit(plot.vb.sceneBoundingRect().center())
        assert any(cursor.isVisible() for cursor in page.curves._cursors)
        assert picture() == before

    @pytest.mark.parametrize("typed", ["mine.csv", "mine"])
    def test_a_suffix_that_was_not_typed_is_added(
        self,
        page: TrainPage,
        both: list[History],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        typed: str,
    ) -> None:
        page.curves.show_histories(both)
        name = str(tmp_path / typed)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (name, ""))
        [csv, *_] = page.curves.export_button.menu().actions()
        csv.trigger()
        page.close_files()
        assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]

    def test_what_nobody_sees_is_drawn_once_it_is_seen(
        self, qtbot: QtBot, page: TrainPage
    ) -> None:
        history = history_of(report(20))
        page.curves.show_histories([history])
        qtbot.waitUntil(lambda: not running_timers(page.curves))
        page.hide()
        history.add(report(40))
        page.curves.refresh()
        pass_time(page.curves)
        [item] = lines(page.curves, "loss")
        assert len(item.getData()[0]) == 20
        page.show()
        qtbot.waitUntil(lambda: len(item.getData()[0]) == 40)

    @pytest.mark.parametrize("number", [0, 1, 2])
    def test_a_file_that_cannot_be_written_is_told(
        self,
        qtbot: QtBot,
        page: TrainPage,
        both: list[History],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        number: int,
    ) -> None:
        page.curves.show_histories(both)
        action = page.curves.export_button.menu().actions()[number]
        path = tmp_path / "nowhere" / action.data()
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        with qtbot.waitSignal(page.exporter.failed):
            action.trigger()
            if page.exporter.dialog is not None:
                page.exporter.dialog.accept()
        assert f"{path} cannot be written" in page.banner.text


def a_run(folder: Path, **changes: Any) -> runs.Run:
    facts: dict[str, Any] = {
        "folder": folder, "name": folder.name, "note": "", "model": "lenet5-1998",
        "created": "2026-11-24T14:00:00+00:00", "config": {"preset": "Quick"},
        "state": runs.FINISHED, "step": 400, "steps": 400, "epoch": 4, "epochs": 4,
        "seconds": 75.0, "best_error": 0.0123, "last_error": 0.02, "test_error": 0.015,
        "message": "",
    }  # fmt: skip
    return runs.Run(**(facts | changes))


class TestRuns:
    @pytest.fixture
    def table(self, qtbot: QtBot) -> RunsTable:
        table = RunsTable()
        qtbot.addWidget(table)
        return table

    def test_a_run_is_shown_in_a_row(self, table: RunsTable) -> None:
        table.show_runs([a_run(Path("x"), note="with care")])
        row = [table.model.index(0, column).data() for column in range(8)]
        assert row[:6] == ["x", "Finished", "98.77 %", "98.50 %", "1:15", "Quick"]
        assert row[7] == "with care"

    def test_every_row_of_the_form_is_as_high_as_its_field(self, page: TrainPage) -> None:
        for theme in (DARK, LIGHT):
            page.set_theme(theme)
            layout = page.form.findChild(QFormLayout)
            assert layout is not None
            for row in range(layout.rowCount()):
                field = layout.itemAt(row, QFormLayout.ItemRole.FieldRole).widget()
                assert layout.labelForField(field).height() == field.height()

    def test_every_cell_has_room_for_what_is_usual(self, page: TrainPage) -> None:
        page.resize(1280, 800)
        page.show()
        page.runs.show_runs([a_run(Path("x"), state=runs.FAILED, step=30, seconds=6000.0)])
        view = page.runs.view
        shown = [column for column in range(8) if not view.isColumnHidden(column)]
        assert {0, 3, 4} <= set(shown)
        for column in shown:
            assert view.sizeHintForColumn(column) <= view.columnWidth(column)
        assert sum(map(view.columnWidth, shown)) == view.viewport().width()

    def test_a_name_is_read_as_a_whole_in_a_small_window(self, page: TrainPage) -> None:
        page.resize(840, 500)
        name = "2026-11-24 20.24.00 lenet5-modern"
        states = (runs.INTERRUPTED, runs.FAILED, runs.FINISHED)
        page.runs.show_runs([a_run(Path(state), name=name, state=state) for state in states])
        view = page.runs.view
        assert view.columnWidth(0) >= view.sizeHintForColumn(0)
        assert not view.isColumnHidden(1)

    def test_what_can_be_done_follows_the_choice(self, table: RunsTable, tmp_path: Path) -> None:
        left = a_run(tmp_path, state=runs.STOPPED, step=30)
        (tmp_path / runs.CHECKPOINT).touch()
        running = a_run(Path("y"), state=runs.RUNNING)
        table.show_runs([left, running])

        def possible() -> set[str]:
            return {name for name, a in table.actions_by_name.items() if a.isEnabled()}

        assert possible() == {"bin"}
        table.select({tmp_path})
        assert {"continue", "show", "delete", "use", "rename"} <= possible()
        table.select({Path("y")})
        assert not {"continue", "delete"} & possible()
        table.select({tmp_path, Path("y")})
        assert possible() == {"show", "bin"}

    def test_del_deletes_the_runs_that_are_chosen(self, qtbot: QtBot, table: RunsTable) -> None:
        table.show_runs([a_run(Path("x")), a_run(Path("y"))])
        table.show()
        table.activateWindow()
        table.view.setFocus()
        qtbot.waitUntil(table.view.hasFocus)
        table.view.selectRow(1)
        assert table.actions_by_name["delete"].isEnabled()
        with qtbot.waitSignal(table.wanted) as told:
            QTest.keyClick(table.view, Qt.Key.Key_Delete)
        name, chosen = told.args
        assert name == "delete"
        assert [run.folder for run in chosen] == [Path("y")]

    def test_what_a_stranger_wrote_is_shown_as_it_is(self, qtbot: QtBot, table: RunsTable) -> None:
        html = '<img src="file:///home/x/secret.png">&lt;'
        strange = a_run(
            Path("x"), name=html, note="a\nb\x1b", created="0001-01-01", config={"preset": [html]}
        )
        table.show_runs([strange, a_run(Path("y"), created="x", config={})])
        model = table.model

        def shown(column: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> str:
            return str(model.data(model.index(0, column), role))

        assert shown(0) == html
        assert shown(0, Qt.ItemDataRole.ToolTipRole).startswith("<p><b>Name</b>: &lt;img src=")
        assert shown(6) == "0001-01-01"
        assert shown(7) == "a\\nb\\x1b"
        assert shown(7, Qt.ItemDataRole.EditRole) == "a\nb\x1b"
        table.grab()

    def test_a_deed_is_told_with_its_runs(self, qtbot: QtBot, table: RunsTable) -> None:
        one, other = a_run(Path("x")), a_run(Path("y"))
        table.show_runs([one, other])
        table.select({Path("x"), Path("y")})
        with qtbot.waitSignal(table.wanted) as wanted:
            table.actions_by_name["delete"].trigger()
        assert wanted.args == ["delete", (one, other)]

    def test_the_choice_outlives_a_new_list(self, table: RunsTable) -> None:
        table.show_runs([a_run(Path("x"))])
        table.select({Path("x")})
        table.show_runs([a_run(Path("y")), a_run(Path("x"), note="new")])
        assert [run.note for run in table.chosen] == ["new"]

    def test_name_and_note_are_edited_in_place(self, qtbot: QtBot, table: RunsTable) -> None:
        run = a_run(Path("x"))
        table.show_runs([run])
        role = Qt.ItemDataRole.EditRole
        with qtbot.waitSignal(table.renamed) as renamed:
            table.model.setData(table.model.index(0, 0), "the good one", role)
        assert renamed.args == [run, "the good one"]
        with qtbot.waitSignal(table.annotated) as annotated:
            table.model.setData(table.model.index(0, 7), "at night", role)
        assert annotated.args == [run, "at night"]
        assert not table.model.setData(table.model.index(0, 7), "", role)  # as it was
        assert not table.model.flags(table.model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable

    def test_a_list_that_comes_while_a_note_is_written_waits(
        self, qtbot: QtBot, table: RunsTable
    ) -> None:
        table.show()
        table.show_runs([a_run(Path("x"))])
        table.view.edit(table.model.index(0, 7))
        editor = table.view.findChild(QLineEdit)
        assert editor is not None
        qtbot.keyClicks(editor, "at ni")
        table.show_runs([a_run(Path("x")), a_run(Path("y"))])
        qtbot.keyClicks(editor, "ght")
        with qtbot.waitSignal(table.annotated) as annotated:
            qtbot.keyClick(editor, Qt.Key.Key_Return)
        assert annotated.args[1] == "at night"
        qtbot.waitUntil(lambda: len(table.model.runs) == 2)

    def test_durations_are_short(self) -> None:
        assert [duration(s) for s in (4.4, 61, 3725)] == ["0:04", "1:01", "1:02:05"]


class TestFilm:
    FRAMES = tuple((step, np.full((6, 5, 5), step, dtype=np.float32)) for step in (1, 2, 4))

    def test_it_is_scrubbed_through(self, qtbot: QtBot) -> None:
        film = Film()
        qtbot.addWidget(film)
        assert not film.slider.isEnabled()
        film.show_frames(self.FRAMES)
        assert film.words.text() == "C1 after step 4"
        with qtbot.waitSignal(film.chosen) as chosen:
            film.slider.setValue(1)
        assert chosen.args == [1]
        assert film.words.text() == "C1 after step 2"
        film.show_frames(())
        assert not film.export.isEnabled()

    def test_colours_tell_the_sign_on_one_scale(self, qtbot: QtBot) -> None:
        widget = Kernels()
        qtbot.addWidget(widget)
        widget.resize(600, 110)
        kernels = np.zeros((6, 5, 5), dtype=np.float32)
        kernels[0], kernels[1] = 1, -1
        widget.show_kernels(kernels, 1.0)
        seen = widget.grab().toImage()
        colours = [seen.pixelColor(53 + 98 * n, 55).name() for n in range(3)]
        assert colours == [LIGHT.positive[-1], LIGHT.negative[-1], LIGHT.zero]


def test_a_plan_goes_into_a_run_and_out_again() -> None:
    from lenetpad.values.recipes import plan_of

    for preset in TRAINING_PRESETS:
        plan = Plan(preset.model, preset.recipe, ink=("a", "b"), preset=preset.title)
        kept = json.loads(json.dumps(plan.config))
        assert plan_of(preset.model, kept) == plan
    with pytest.raises(ValueError, match="no training of this version"):
        plan_of("lenet5-1998", {"recipe": asdict(TRAINING_PRESETS[0].recipe)})
