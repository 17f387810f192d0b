"""Every text of the Evaluate page, and of the widgets that pages share, in every state, is where a
translator finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QDesktopServices, QPainterPath
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.storage import atomic as disk
from lenetpad.ui.evaluate.confusion import Cell
from lenetpad.ui.evaluate.exports import EXPORTS
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.evaluate.titles import title_of_data
from lenetpad.ui.widgets.choices import FileChoices
from lenetpad.ui.widgets.export_options import ExportDialog, ExportOptions
from lenetpad.ui.widgets.figure import painted as painted_figure
from lenetpad.ui.widgets.question import confirmed
from lenetpad.ui.widgets.spins import RateSpin
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.ui.widgets.turns import at_once
from lenetpad.values.catalogue import DATA_SETS, FOLDER
from lenetpad.values.evaluation import (
    NO_DIGIT,
    DataChoice,
    EvaluationProgress,
    EvaluationResults,
)
from lenetpad.values.failures import Failure, Place
from tests.words import brackets, outside, painted, untranslated

Judged = Callable[..., EvaluationResults]
#: As in the other language: names of networks come from elsewhere.
WEIGHTS = (("⟦one⟧", "m0"), ("⟦two⟧", "m1"))


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[EvaluatePage]:
    with brackets():
        page = EvaluatePage(LIGHT)
        qtbot.addWidget(page)
        page.resize(1024, 700)
        page.show_weights(WEIGHTS)
        page.show()
        yield page
        page.close_files()
        page.hide()


def show(page: EvaluatePage, results: EvaluationResults) -> None:
    page.evaluate()
    page.show_results(replace(results, request=replace(results.request, serial=page._serial)))


def no_digits(results: EvaluationResults) -> EvaluationResults:
    """Results on images of which none shows a digit."""
    for predictions in results.found:
        predictions.evaluation.confusion[:] = 0
    return replace(results, labels=np.full_like(results.labels, NO_DIGIT))


def alike(results: EvaluationResults) -> EvaluationResults:
    """Results of two networks that agree everywhere."""
    return replace(results, found=(results.found[0],) * 2)


def faults(page: EvaluatePage, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is not translated on a page, its banner and whatever is painted on it."""
    found = untranslated(page)
    with painted(monkeypatch) as texts:
        page.grab()
    return [*found, *(text for text in texts if outside(text))]


def test_while_it_runs_and_when_it_ends(
    page: EvaluatePage, results: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults(page, monkeypatch) == []
    page.evaluate()
    for progress in (
        EvaluationProgress(1, 0, 0),
        EvaluationProgress(1, 1, 10),
        EvaluationProgress(1, 1_000_000, 9_000_000, "KMNIST"),
    ):
        page.show_progress(progress)
        assert faults(page, monkeypatch) == []
    page.evaluate()  # cancels
    assert faults(page, monkeypatch) == []
    show(page, results())
    page.evaluate()
    page.evaluate()
    assert "300 images" in page.status.text()
    assert faults(page, monkeypatch) == []
    page.evaluate()
    page.show_failure(Failure(Place.EVALUATE, ""))
    assert faults(page, monkeypatch) == []


@pytest.mark.parametrize(
    ("models", "change"),
    [(1, replace), (2, replace), (1, no_digits), (2, no_digits), (2, alike)],
)
@pytest.mark.parametrize("number", [1, 300])
def test_whatever_is_found(
    page: EvaluatePage,
    results: Judged,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[EvaluationResults], EvaluationResults],
    number: int,
    models: int,
) -> None:
    show(page, change(results(n=number, models=models)))
    views = page.views
    for tab in range(views.tabs.count()):
        views.tabs.setCurrentIndex(tab)
        assert faults(page, monkeypatch) == []
    views.tabs.setCurrentIndex(0)
    for kind in range(views.kinds.count()):
        views.kinds.setCurrentIndex(kind)
        assert faults(page, monkeypatch) == []
    for cell in (Cell(4, 4), Cell(4, 0)):
        views.matrix.cell_chosen.emit(cell)
        assert outside(views.matrix.sentence(cell)) == ""
        assert faults(page, monkeypatch) == []
    for index in range(min(number, 40)):
        assert outside(views.gallery.sentence(index)) == ""
        assert outside(" ".join(views.gallery.captions(index))) == ""
    for chart in views.charts:
        for x in np.linspace(chart.x_span.low, chart.x_span.high, 12):
            assert outside(chart.words(chart.place(float(x), 0))) == ""


@pytest.mark.parametrize("models", [1, 2])
@pytest.mark.parametrize("shown", [0, 1, 7, 300])
def test_the_page_of_results(
    page: EvaluatePage,
    results: Judged,
    monkeypatch: pytest.MonkeyPatch,
    models: int,
    shown: int,
) -> None:
    found = results(models=models)
    data = DataChoice(FOLDER, "home") if shown else found.request.data
    show(page, replace(found, request=replace(found.request, data=data)))
    views = page.views
    views._show_gallery(views.gallery.indices[:shown], 0)
    texts: list[str] = []
    add = QPainterPath.addText

    def note(path: QPainterPath, *arguments: object) -> None:
        texts.extend(one for one in arguments if isinstance(one, str))
        add(path, *arguments)  # type: ignore[call-overload]

    monkeypatch.setattr(QPainterPath, "addText", note)
    with painted(monkeypatch) as drawn:
        at_once(painted_figure(page.figure(LIGHT), ExportOptions()))
    assert texts
    assert [text for text in (*texts, *drawn) if outside(text)] == []


def test_each_data_set_has_a_title(page: EvaluatePage) -> None:
    """A data set that is new in the catalogue is listed, too."""
    assert {page.data.itemData(place) for place in range(page.data.count())} == {
        *DATA_SETS,
        "mnist-train",
        None,
    } - {FOLDER}
    assert title_of_data(DataChoice("mnist")) == "⟦{name} test set⟧".format(name="MNIST")
    assert title_of_data(DataChoice("mnist-train")) == "⟦{name} training set⟧".format(name="MNIST")
    assert title_of_data(DataChoice("ink", "some/ink.jsonl")) == "ink.jsonl"
    assert title_of_data(DataChoice("emnist")) == "emnist"


def test_what_dialogs_ask(
    page: EvaluatePage, results: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def get(parent: QWidget, title: str, folder: str, kinds: str = "") -> tuple[str, str]:
        asked.extend((title, kinds.replace("*", "")))
        return "", ""

    def get_folder(parent: QWidget, title: str, folder: str) -> str:
        asked.append(title)
        return ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", get)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", get)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", get_folder)
    boxes: tuple[FileChoices, ...] = (page.first, page.second, page.data)
    for box in boxes:
        box.file_wanted.emit()
    page.data.folder_wanted.emit()
    show(page, results())
    for export in EXPORTS:
        page.exports.wanted.emit(export)
        if page.exporter.dialog is not None:
            assert untranslated(page.exporter.dialog) == []
            page.exporter.dialog.accept()
    assert len(asked) == 2 * 3 + 1 + 2 * len(EXPORTS)
    assert [text for text in asked if outside(text)] == []


def test_how_a_picture_is_to_look(page: EvaluatePage) -> None:
    for pixels in (True, False):
        dialog = ExportDialog("", ExportOptions(), page, pixels=pixels)
        assert untranslated(dialog) == []
        dialog.close()


def test_what_is_said_of_files(
    page: EvaluatePage, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    said: list[str] = []
    page.exporter.failed.connect(said.append)

    def fails(error: Exception, *_: object) -> None:
        raise error

    page.say_written(tmp_path / "a.png")
    assert untranslated(page.banner) == []
    page.banner._act()
    assert untranslated(page.banner) == []
    for error in (OSError(28, "7"), ValueError("7")):
        monkeypatch.setattr(disk, "replace", partial(fails, error))
        with qtbot.waitSignal(page.exporter.failed):
            page.exporter.write(tmp_path / "a.png", bytes)
    with qtbot.waitSignal(page.exporter.failed):
        page.exporter._writer.run(partial(fails, ValueError("7")))
    assert len(said) == 3
    assert [text for text in said if outside(text)] == []


def test_a_question_and_its_verbs(page: EvaluatePage, tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    seen: list[str] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.extend((box.text(), box.informativeText()))
        seen.extend(button.text() for button in box.buttons())
        box.close()

    QTimer.singleShot(0, look)
    assert not page.exporter._may_replace(tmp_path / "a.png")
    QTimer.singleShot(0, look)
    assert not confirmed(page, "⟦?⟧", "⟦!⟧")
    assert len(seen) == 8
    # The question is one text of two lines, each of which is shown elsewhere.
    assert outside("".join(seen[:2])) == ""
    assert [text for text in seen[2:] if outside(text)] == []


def test_widgets_that_other_pages_use(qtbot: QtBot, page: EvaluatePage) -> None:
    spin = RateSpin()
    qtbot.addWidget(spin)
    assert untranslated(spin) == []


@pytest.mark.parametrize("size", [(860, 480), (1024, 640), (1920, 1020)])
def test_a_long_message_has_room_of_its_own(
    page: EvaluatePage, results: Judged, size: tuple[int, int]
) -> None:
    page.resize(*size)
    show(page, results())
    before = page.summary.geometry()
    page.banner.warn(("/a/long/path/to/some/file.safetensors cannot be read; " * 6)[:300])
    QApplication.processEvents()
    assert page.banner.geometry().bottom() < page.summary.geometry().top()
    assert page.banner.height() >= page.banner.needed_height(page.banner.width())
    page.banner.warn("short")
    assert page.summary.geometry() == before
    page.banner.warn("long " * 60)
    page.banner.hide()
    assert page.summary.geometry() == before
