"""The writers of an evaluation: their table, what is misread of them, and learning together."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lenetpad.ui.evaluate.class_hand import ClassHandDialog
from lenetpad.ui.evaluate.files import numbers_json, writers_csv
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.evaluate.results_figure import Patterns, ResultsFigure
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.class_hands import ClassHand, ClassHandProgress
from lenetpad.values.evaluation import DataChoice, EvaluationResults
from lenetpad.values.failures import Failure, Place
from lenetpad.values.hands import LearntHand
from lenetpad.values.writers import evaluation_by_writer

NAMES = ("ann", "bo", "小明 with a name that goes on and on and on and on", "di")

Judged = Callable[..., EvaluationResults]


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[EvaluatePage]:
    theme.apply(LIGHT)
    page = EvaluatePage(LIGHT)
    qtbot.addWidget(page)
    page.resize(1024, 700)
    page.show_weights((("the first", "m0"), ("the second", "m1")))
    page.show()
    page.evaluate()
    yield page
    page.close_files()
    page.hide()


def by_writers(found: EvaluationResults, key: str = "folder") -> EvaluationResults:
    """The same results of drawings by four writers."""
    writers = tuple(NAMES[index % 4] for index in range(len(found.labels)))
    evaluations = tuple(
        evaluation_by_writer(writers, found.labels, one.evaluation.answers, one.evaluation.refused)
        for one in found.found
    )
    request = replace(found.request, data=DataChoice(key, "some/class"))
    return replace(found, request=request, writers=writers, by_writer=evaluations)


def shown(page: EvaluatePage, results: Judged, models: int = 1) -> EvaluationResults:
    made = by_writers(results(models=models))
    page.show_results(made)
    return made


def test_the_most_misread_writer_is_chosen_with_what_is_misread(
    page: EvaluatePage, results: Judged
) -> None:
    made = shown(page, results)
    view = page.views.writers
    assert view.isVisible()  # of a folder the tab is in front
    assert view.table.chosen is not None
    [first] = view.table.chosen
    assert first == made.by_writer[0].writers[0]
    indices = view.gallery.indices.tolist()
    assert indices == made.misread_of(first.writer, 0).tolist()
    assert len(indices) >= first.errors > 0
    assert {made.writers[index] for index in indices} == {first.writer}
    assert view.count.text().startswith(f"{first.writer}: {len(indices)} drawings misread")


def test_another_writer_by_the_keyboard(page: EvaluatePage, results: Judged, qtbot: QtBot) -> None:
    made = shown(page, results)
    view = page.views.writers
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    second = made.by_writer[0].writers[1]
    assert view.gallery.indices.tolist() == made.misread_of(second.writer, 0).tolist()
    qtbot.keyClick(view.table, Qt.Key.Key_Tab)
    assert not view.table.hasFocus()  # Tab leads on


def test_a_misread_drawing_goes_to_the_canvas(
    page: EvaluatePage, results: Judged, qtbot: QtBot
) -> None:
    made = shown(page, results)
    gallery = page.views.writers.gallery
    with qtbot.waitSignal(page.pattern_chosen) as told:
        qtbot.mouseClick(
            gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.area(0).center()
        )
    image, model = told.args
    assert np.array_equal(image, made.images[gallery.indices[0]])
    assert model == "m0"


def test_two_networks_have_columns_each_and_both_misread(
    page: EvaluatePage, results: Judged
) -> None:
    made = shown(page, results, models=2)
    view = page.views.writers
    titles = [column.title.replace("\n", " ") for column in view.table.rows.columns]
    assert titles == [
        *("Writer", "Drawings", "Errors A", "Errors B", "Rejected A", "Rejected B"),
        *("Misread A", "Misread B"),
    ]
    row = view.table.chosen
    assert row is not None
    second = made.by_writer[1].by_name[row[0].writer]
    assert row[1] == second
    either = {int(index) for which in (0, 1) for index in made.misread_of(row[0].writer, which)}
    indices = view.gallery.indices.tolist()
    assert set(indices) == either
    assert len(indices) == len(either)
    assert [line[:2] for line in view.figures.text().splitlines()] == ["A:", "B:"]


def test_sorting_keeps_who_is_chosen(page: EvaluatePage, results: Judged) -> None:
    shown(page, results)
    table = page.views.writers.table
    given = [row[0].writer for row in table.rows.rows]
    table.selectRow(2)
    chosen = table.chosen
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [row[0].writer for row in table.rows.rows] == sorted(NAMES)
    assert table.chosen is chosen
    table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    errors = [row[0].errors for row in table.rows.rows]
    assert errors == sorted(errors, reverse=True)
    assert table.chosen is chosen
    table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert [row[0].writer for row in table.rows.rows] == given


def test_without_writers_there_is_no_such_tab(page: EvaluatePage, results: Judged) -> None:
    tabs = page.views.tabs
    tab = tabs.indexOf(page.views.writers)
    exported = [action for action in page.exports.menu().actions() if action.text() == "Writers…"]
    assert not tabs.isTabVisible(tab)
    shown(page, results)
    assert tabs.isTabVisible(tab)
    assert [action.isVisible() for action in exported] == [True]
    page.evaluate()
    page.show_results(results(serial=2))
    assert not tabs.isTabVisible(tab)
    assert [action.isVisible() for action in exported] == [False]


def test_of_a_file_the_tab_is_there_and_not_in_front(page: EvaluatePage, results: Judged) -> None:
    page.show_results(by_writers(results(models=1), "ink"))
    tabs = page.views.tabs
    assert tabs.isTabVisible(tabs.indexOf(page.views.writers))
    assert tabs.currentIndex() == 0


@pytest.mark.parametrize("size", [QSize(800, 420), QSize(1280, 720), QSize(1920, 1000)])
@pytest.mark.parametrize("models", [1, 2])
def test_nothing_is_cut_that_cannot_be_reached(
    page: EvaluatePage, results: Judged, size: QSize, models: int
) -> None:
    page.resize(size)
    shown(page, results, models)
    view = page.views.writers
    table = view.table
    bar = table.horizontalScrollBar()
    columns = table.horizontalHeader().length()
    assert columns <= table.viewport().width() + bar.maximum()
    assert view.learn.width() >= view.learn.sizeHint().width()
    assert view.figures.height() >= view.figures.heightForWidth(view.figures.width())


def test_other_colours(page: EvaluatePage, results: Judged) -> None:
    shown(page, results)
    before = page.views.writers.gallery.grab().toImage()
    page.set_theme(DARK)
    assert page.views.writers.gallery.grab().toImage() != before


class TestFiles:
    def test_a_row_for_each_network_and_writer(self, results: Judged) -> None:
        made = by_writers(results())
        rows = list(csv.reader(io.StringIO(writers_csv(made, ("one", "two")).decode())))
        head, *rows = rows
        assert head[:3] == ["weights", "writer", "drawings"]
        assert len(rows) == 8
        for name, evaluation in zip(("one", "two"), made.by_writer, strict=True):
            theirs = [dict(zip(head, row, strict=True)) for row in rows if row[0] == name]
            assert [row["writer"] for row in theirs] == [w.writer for w in evaluation.writers]
            assert sum(int(row["errors"]) for row in theirs) == evaluation.errors
            for row, one in zip(theirs, evaluation.writers, strict=True):
                parts = filter(None, row["misread"].split("; "))
                assert sum(int(part.rsplit(": ")[1]) for part in parts) == one.errors
                assert float(row["accuracy"]) == pytest.approx(one.accuracy, abs=1e-6)

    def test_the_metrics_have_them_too(self, results: Judged) -> None:
        content = json.loads(numbers_json(by_writers(results()), ("one", "two")))
        assert content["data"] == "folder"
        assert len(content["writers"]) == len(content["compared"]["writers"]) == 4
        plain = json.loads(numbers_json(results(), ("one", "two")))
        assert "writers" not in plain

    @pytest.mark.parametrize("models", [1, 2])
    def test_the_page_of_results_is_higher_by_a_line_of_each_network(
        self, results: Judged, models: int, qapp: object
    ) -> None:
        patterns = Patterns("Read wrong", np.arange(3), 0, both=False)
        names = ("one", "two")[:models]
        plain = results(models=models)
        heights = [
            ResultsFigure(one, names, patterns, LIGHT).height(900)
            for one in (plain, by_writers(plain))
        ]
        assert heights[1] - heights[0] == pytest.approx(19 * models)


def a_class_hand(control: bool = True) -> ClassHand:
    labels = np.array([1, 1, 7, 7])
    none = np.zeros(4, bool)
    writers = ["ann", "ann", "bo", "bo"]
    before, after, other = (
        evaluation_by_writer(writers, labels, np.array(answers), none)
        for answers in ([7, 7, 7, 1], [1, 7, 7, 7], [7, 1, 7, 1])
    )
    learnt = LearntHand(
        parameters={"f6.bias": np.zeros(84, np.float32)},
        labels=np.array([1, 1, 7, 7, 1]),
        before=np.zeros((5, 11), np.float32),
        after=np.zeros((5, 11), np.float32),
        test_error_before=0.57,
        test_error=0.6,
        test_images=10_000,
        seconds=1.0,
    )
    return ClassHand(before, after, other if control else None, 3, learnt, b"weights")


class TestLearning:
    def test_the_first_network_learns_the_ink_that_was_evaluated(
        self, page: EvaluatePage, results: Judged, qtbot: QtBot
    ) -> None:
        made = shown(page, results, models=2)
        with qtbot.waitSignal(page.learning.wanted) as told:
            page.views.writers.learn.click()
        [request] = told.args
        assert (request.choice.model, request.data) == ("m0", made.request.data)
        dialog = page.learning.dialog
        assert dialog is not None
        assert dialog.isVisible()
        assert not dialog.isModal()  # the pen goes on
        assert "the first" in dialog.words.text()
        page.learning.show_progress(ClassHandProgress(1, 0.5))
        assert dialog.bar.value() == dialog.bar.maximum() / 2
        with qtbot.waitSignal(page.learning.cancelled):
            qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        assert page.learning.dialog is None
        page.learning.show_learnt(a_class_hand())  # comes too late

    def test_what_was_learnt_is_shown_by_writer(self, page: EvaluatePage, results: Judged) -> None:
        dialog = self.learnt(page, results)
        rows = [
            [dialog.table.rows.index(row, column).data() for column in range(8)]
            for row in range(2)
        ]
        assert rows == [
            ["ann", "2", "2", "1", "1", "0", "0", "0"],
            ["bo", "2", "1", "0", "1", "0", "0", "0"],
        ]
        words = dialog.words.text()
        assert "4 drawings that were not learnt: 3 errors before, 1 after learning 3" in words
        assert "with fewer errors: 2, with more errors: 0" in words
        assert "from other writers only: 2 errors" in words
        assert "has learnt 5 drawings; MNIST: 0.57 % errors before, 0.60 % after" in words
        assert dialog.bar.isHidden()

    def test_one_writer_has_no_control(self, page: EvaluatePage, results: Judged) -> None:
        dialog = self.learnt(page, results, control=False)
        assert len(dialog.table.rows.columns) == 6
        assert "ontrol" not in dialog.words.text()

    def test_it_is_saved_as_weights(
        self,
        page: EvaluatePage,
        results: Judged,
        qtbot: QtBot,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        dialog = self.learnt(page, results)
        chosen = (str(tmp_path / "mine.safetensors"), "safetensors (*.safetensors)")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
        with qtbot.waitSignal(page.exporter.written):
            dialog.save.click()
        assert (tmp_path / "mine.safetensors").read_bytes() == b"weights"
        assert "mine.safetensors" in page.banner.text

    def test_it_is_kept_as_a_hand(self, page: EvaluatePage, results: Judged, qtbot: QtBot) -> None:
        dialog = self.learnt(page, results)
        with qtbot.waitSignal(page.learning.hand_wanted) as told:
            dialog.keep.click()
        found, request = told.args
        assert found is dialog.found
        assert request.choice.model == "m0"

    def test_a_failure_is_said(self, page: EvaluatePage, results: Judged) -> None:
        shown(page, results)
        page.views.writers.learn.click()
        dialog = page.learning.dialog
        assert dialog is not None
        page.learning.show_failure(Failure(Place.EVALUATE, "no writer has two drawings"))
        assert dialog.words.text() == "no writer has two drawings"
        assert not dialog.save.isEnabled()
        assert dialog.end.text() == "Close"

    def test_a_second_learning_takes_the_place_of_the_first(
        self, page: EvaluatePage, results: Judged
    ) -> None:
        shown(page, results)
        page.views.writers.learn.click()
        first = page.learning.dialog
        page.views.writers.learn.click()
        assert page.learning.dialog is not None
        assert page.learning.dialog is not first

    def learnt(
        self, page: EvaluatePage, results: Judged, *, control: bool = True
    ) -> ClassHandDialog:
        shown(page, results)
        page.views.writers.learn.click()
        dialog = page.learning.dialog
        assert dialog is not None
        page.learning.show_learnt(a_class_hand(control))
        return dialog
