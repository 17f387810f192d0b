"""The numbers of an evaluation: their figures, and those that were misread."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from lenetpad.ink.strokes import Ink
from lenetpad.ui.evaluate.files import numbers_json
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.evaluation import EvaluationResults
from lenetpad.values.number_evaluation import NumberEvaluation, NumberResults
from tests.contrast import pixels

LABELS = ("147", "20", "5808")
FIRST = NumberEvaluation(LABELS, ("147", "70", "58081"), (False, False, True))
SECOND = NumberEvaluation(LABELS, ("197", "70", "5808"), (False,) * 3)
INKS = tuple(Ink.of([[[0, 0], [10 * n, 5]], [[3, 3]]]) for n in (1, 2, 3))

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


def shown(page: EvaluatePage, results: Judged, *found: NumberEvaluation) -> EvaluationResults:
    made = replace(results(models=len(found)), numbers=NumberResults(INKS, found))
    page.show_results(made)
    return made


def test_what_one_network_misread(page: EvaluatePage, results: Judged) -> None:
    shown(page, results, FIRST)
    view = page.views.numbers
    assert view.isVisible()
    assert view.figures.text() == (
        "3 numbers: 33.33 % right, length right 66.67 %, digit error 22.22 %"
    )
    assert view.gallery.indices.tolist() == [1, 2]
    assert view.gallery.captions(1) == ("20 → 70", "", "")
    assert view.gallery.captions(2)[0] == "5808 → (58081)"
    assert view.gallery.sentence(2) == "Number 2: 5808\nnot a number, perhaps 58081"
    assert view.count.text() == "2 numbers read wrong: click to open"


def test_what_either_of_two_misread(page: EvaluatePage, results: Judged) -> None:
    shown(page, results, FIRST, SECOND)
    view = page.views.numbers
    assert [line[:2] for line in view.figures.text().splitlines()] == ["A:", "B:"]
    assert view.gallery.indices.tolist() == [0, 1, 2]
    assert view.gallery.captions(0) == ("147", "A ✓ 147", "B ✗ 197")
    assert view.gallery.sentence(0).splitlines()[2] == "B: read as 197"


def test_without_numbers_there_is_no_such_tab(page: EvaluatePage, results: Judged) -> None:
    tab = page.views.tabs.indexOf(page.views.numbers)
    assert not page.views.tabs.isTabVisible(tab)
    shown(page, results, FIRST)
    assert page.views.tabs.isTabVisible(tab)
    page.evaluate()
    page.show_results(results(serial=2))
    assert not page.views.tabs.isTabVisible(tab)
    assert not page.views.numbers.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, None])
def test_a_number_is_opened_by_pointer_and_key(
    key: Qt.Key | None, page: EvaluatePage, results: Judged, qtbot: QtBot
) -> None:
    shown(page, results, FIRST, SECOND)
    gallery = page.views.numbers.gallery
    with qtbot.waitSignal(page.number_chosen) as told:
        if key is None:
            at = gallery.area(0).center()
            qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=at)
        else:
            qtbot.keyClick(gallery, key)
    assert told.args == [INKS[0], "m1"]  # the one that misread it


def test_numbers_are_painted_in_both_themes(page: EvaluatePage, results: Judged) -> None:
    shown(page, results, FIRST)
    gallery = page.views.numbers.gallery
    for look in (LIGHT, DARK):
        page.set_theme(look)
        image = pixels(gallery.viewport().grab().toImage())
        area = gallery.area(0)
        part = image[area.top() : area.bottom(), area.left() : area.right()]
        assert len({tuple(pixel) for pixel in part.reshape(-1, 3).tolist()}) > 5


def test_every_cell_is_in_sight_where_the_window_is_small(
    page: EvaluatePage, results: Judged
) -> None:
    shown(page, results, FIRST, SECOND)
    page.resize(QSize(700, 520))
    gallery = page.views.numbers.gallery
    assert gallery.area(0).left() >= 0
    assert gallery.area(0).right() <= gallery.viewport().width()


def test_the_figures_are_exported(page: EvaluatePage, results: Judged) -> None:
    made = shown(page, results, FIRST, SECOND)
    found = json.loads(numbers_json(made, ("a", "b")))
    assert (found["strings"], found["string_accuracy"]) == (3, 1 / 3)
    assert found["compared"]["texts"][0] == {"label": "147", "read": "197", "refused": False}
