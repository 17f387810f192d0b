"""A name that looks like markup is shown letter by letter, wherever the window shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextDocumentFragment
from PySide6.QtGui import Qt as Markup
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QLabel,
    QToolTip,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.contents import read_contents
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.storage.hands import Hand
from lenetpad.ui.draw.hand.hands_dialog import HandsDialog
from lenetpad.ui.draw.inspector.patches_view import BestPatchesView
from lenetpad.ui.draw.inspector.saliency_view import SaliencyView
from lenetpad.ui.draw.numbers.facts_panel import FactsPanel
from lenetpad.ui.evaluate.gallery import Gallery
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.lessons.bar import LessonBar, Page
from lenetpad.ui.lessons.drill import DrillDialog
from lenetpad.ui.train.plan_form import PlanForm
from lenetpad.ui.widgets.banner import Banner
from lenetpad.ui.widgets.choices import FileChoices
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.window import Window
from lenetpad.values.drill import Exercise, Round
from lenetpad.values.evaluation import DataChoice, EvaluationResults
from lenetpad.values.models import Choice
from lenetpad.values.writers import evaluation_by_writer

NAME = "Ann <b>Zoë</b> & Bo"
FILE = "Ann <b>Zoë & Bo"


def texts_of(widget: QWidget) -> Iterator[str]:
    """The tips and labels in a widget, as they are seen."""
    for one in (widget, *widget.findChildren(QWidget)):
        yield seen(one.toolTip())
        if isinstance(one, QLabel):
            yield seen(one.text(), one.textFormat())
        if isinstance(one, QAbstractItemView | QComboBox) and (model := one.model()) is not None:
            for row, column in product(range(20), range(10)):
                if (index := model.index(row, column)).isValid():
                    yield seen(index.data(Qt.ItemDataRole.ToolTipRole) or "")


def seen(text: str, kind: Qt.TextFormat = Qt.TextFormat.AutoText) -> str:
    """What a user sees of a text."""
    rich = kind == Qt.TextFormat.RichText
    if rich or (kind == Qt.TextFormat.AutoText and Markup.mightBeRichText(text)):
        text = QTextDocumentFragment.fromHtml(text).toPlainText()
    return text.replace("\u200b", "").replace("\u00a0", " ")


def assert_is_shown(widget: QWidget, name: str = NAME) -> None:
    """The name is seen in a widget, and nowhere without what looks like markup."""
    found = list(texts_of(widget))
    assert any(name in text for text in found)
    bare = name.replace("<b>", "").replace("</b>", "")
    assert [text for text in found if bare in text] == []


def test_only_what_looks_like_markup_is_changed() -> None:
    for text in ("", "two\nlines", "a & b", "5 < 6", "/home/a&b/x.safetensors"):
        assert tip_of(text) == text
    assert tip_of("<i>x") == "<p>&lt;i&gt;x</p>"


def test_banner(window: Window) -> None:
    banner = Banner(window)
    banner.warn(f"{NAME} cannot be read")
    assert_is_shown(banner)


def test_header(window: Window) -> None:
    window.header.show_choice(Choice(1, f"/weights/{FILE}.safetensors"), "anything", NAME)
    assert_is_shown(window.header)
    window.header.show_choice(Choice(1, f"/weights/{FILE}.safetensors"), "anything")
    assert_is_shown(window.header, FILE)


def test_page_that_does_not_come(window: Window) -> None:
    window.open_page("train")
    window.explain_missing_page("train", f"{NAME} cannot be read")
    assert_is_shown(window)


def test_tray(program: Program, samples: list[Drawing], tmp_path: Path) -> None:
    path = tmp_path / f"{FILE}.jsonl"
    write_ink(path, [replace(samples[0], label=NAME)])
    contents, _ = read_contents(path)
    tray = program.draw.page.tray
    tray.show_contents(contents)
    assert_is_shown(tray, FILE)
    assert_is_shown(tray.list, NAME)
    index = tray.model.index(0)
    assert NAME in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_hands(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = HandsDialog(LIGHT, parent)
    dialog.show_hands([Hand(Path("/hands/zoe"), NAME)], None, None)
    assert_is_shown(dialog)


def test_files_to_train_on(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    form = PlanForm()
    qtbot.addWidget(form)
    chosen = [f"/ink/{FILE}.jsonl"], ""
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: chosen)
    form.ink.click()
    assert_is_shown(form, FILE)
    assert form.ink.text() == f"{FILE}.jsonl".replace("&", "&&")  # one would be a key's mark


def test_files_to_choose_from(qtbot: QtBot) -> None:
    choices = FileChoices("Weights", "Which weights")
    qtbot.addWidget(choices)
    choices.add_file(Path(f"/data/{FILE}.npz"))
    assert_is_shown(choices, FILE)


def test_writers(qtbot: QtBot, results: Callable[..., EvaluationResults]) -> None:
    page = EvaluatePage(LIGHT)
    qtbot.addWidget(page)
    page.show_weights((("the first", "m0"),))
    page.evaluate()
    found = results(models=1)
    writers = (NAME,) * len(found.labels)
    by_writer = tuple(
        evaluation_by_writer(writers, found.labels, one.evaluation.answers, one.evaluation.refused)
        for one in found.found
    )
    request = replace(found.request, data=DataChoice("folder", "some/class"))
    page.show_results(replace(found, request=request, writers=writers, by_writer=by_writer))
    assert_is_shown(page.views.writers.table)
    assert_is_shown(page.views.writers)
    page.close_files()


def test_numbers(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    gallery = Gallery(LIGHT)
    qtbot.addWidget(gallery)
    gallery.resize(300, 200)
    gallery.show()
    gallery.indices = np.array([0])
    monkeypatch.setattr(gallery, "sentence", lambda index: NAME)  # numbers' labels are texts
    monkeypatch.setattr(gallery, "place_at", lambda at: 0)
    at = QPoint(5, 5)
    gallery.viewportEvent(QHelpEvent(QEvent.Type.ToolTip, at, gallery.mapToGlobal(at)))
    assert QToolTip.text() == tip_of(NAME)
    QToolTip.hideText()


def test_failures_of_the_inspector(qtbot: QtBot) -> None:
    for view in (BestPatchesView(LIGHT), SaliencyView()):
        qtbot.addWidget(view)
        view.show_failure(f"{NAME} cannot be read")
        assert_is_shown(view)


def test_failures_beside_a_number(qtbot: QtBot) -> None:
    panel = FactsPanel(LIGHT, "Facts")
    qtbot.addWidget(panel)
    panel.show_lines(f"{NAME} cannot be read", "perhaps")
    assert_is_shown(panel)


def test_lessons(window: Window) -> None:
    bar = LessonBar(window.actions_by_name, window.theme, window)
    bar.show_lesson(NAME, (Page(NAME, NAME),))
    bar.show_step(0)
    assert_is_shown(bar)


def test_drill(window: Window) -> None:
    dialog = DrillDialog(LIGHT, ((NAME, ""),), window)
    exercise = Exercise(np.zeros((28, 28), np.uint8), 3, 5, 0.5)
    dialog.show_round(Round((exercise,)), NAME)
    dialog.answer(3)
    assert_is_shown(dialog)
    dialog.close()
