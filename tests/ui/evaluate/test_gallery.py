"""The gallery: any number of patterns in one widget, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ui.evaluate.gallery import NOTHING, Gallery
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.values.evaluation import EvaluationResults

Judged = Callable[..., EvaluationResults]


@pytest.fixture
def gallery(qtbot: QtBot) -> Iterator[Gallery]:
    gallery = Gallery(LIGHT)
    qtbot.addWidget(gallery)
    gallery.resize(560, 480)
    gallery.show()
    yield gallery
    gallery.hide()


def test_ten_thousand_patterns_are_one_widget_that_paints_those_in_sight(
    gallery: Gallery, results: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    captions = Gallery.captions  # what is written under a pattern that is painted

    def counting(gallery: Gallery, index: int) -> tuple[str, str, str]:
        painted.append(index)
        return captions(gallery, index)

    monkeypatch.setattr(Gallery, "captions", counting)
    widgets = len(gallery.findChildren(QWidget))
    gallery.resize(1300, 900)
    gallery.show_patterns(results(n=10_000, models=1), np.arange(10_000))
    assert len(gallery.findChildren(QWidget)) == widgets
    sight = gallery.viewport().rect()
    for value in (0, gallery.verticalScrollBar().maximum() // 2, 10**9):
        gallery.verticalScrollBar().setValue(value)
        painted.clear()
        gallery.viewport().repaint()
        in_sight = {p for p in range(10_000) if sight.intersects(gallery.area(p))}
        assert in_sight <= set(painted)
        assert len(painted) <= len(in_sight) + 20  # a row more, perhaps
    assert 9999 in painted  # all of them can be scrolled to


def test_a_picture_is_painted_in_the_themes_ink(gallery: Gallery, results: Judged) -> None:
    found = results(n=4, models=1)
    images = np.zeros((4, 28, 28), dtype=np.uint8)
    images[1, :, 14:] = 255
    shown = EvaluationResults(found.request, images, found.labels, found.found)
    for theme in (LIGHT, DARK):
        gallery.set_theme(theme)
        gallery.show_patterns(shown, np.array([3, 1]))
        image = gallery.viewport().grab().toImage()
        area = gallery.area(1)
        middle = QPoint(area.center().x(), area.top() + 30)
        assert image.pixelColor(middle - QPoint(14, 0)) == QColor(theme.paper)
        assert image.pixelColor(middle + QPoint(14, 0)) == QColor(theme.ink)


def test_captions_say_truth_answer_and_both_probabilities(
    gallery: Gallery, results: Judged
) -> None:
    found = results()
    gallery.show_patterns(found, found.wrong(0))
    for index in found.wrong(0).tolist():
        truth, answer = int(found.labels[index]), int(found.answers(0)[index])
        probabilities = found.found[0].probabilities[index]
        first, second, third = gallery.captions(index)
        assert first == f"{truth} → {answer}"
        assert second == f"{answer}  {100 * probabilities[answer]:.1f} %"
        refused = found.found[0].evaluation.refused[index]
        assert third == ("rejected" if refused else f"{truth}  {100 * probabilities[truth]:.1f} %")


def test_captions_of_two_networks_say_who_is_right(gallery: Gallery, results: Judged) -> None:
    found = results()
    gallery.show_patterns(found, found.differing(), both=True)
    for index in found.differing().tolist():
        label = int(found.labels[index])
        lines = gallery.captions(index)
        assert lines[0] == ("not a digit" if label == 10 else str(label))
        for which, said in enumerate(lines[1:]):
            answer = int(found.answers(which)[index])
            mark = "✓" if answer == label else "✗"
            assert said.startswith(f"{'AB'[which]} {mark} {answer}  ")


def test_every_place_is_hit_where_it_is_painted(gallery: Gallery, results: Judged) -> None:
    gallery.show_patterns(results(), np.arange(50))
    gallery.verticalScrollBar().setValue(70)
    for place in range(50):
        area = gallery.area(place)
        for corner in (area.topLeft(), area.bottomRight(), area.center()):
            assert gallery.place_at(corner) == place
    assert gallery.place_at(QPoint(2, 40)) is None
    assert gallery.place_at(gallery.area(49).bottomLeft() + QPoint(3, 3)) is None


def test_the_keyboard_walks_and_chooses(qtbot: QtBot, gallery: Gallery, results: Judged) -> None:
    found = results()
    indices = found.wrong(0)
    gallery.show_patterns(found, indices)
    columns = sum(gallery.area(place).top() == gallery.area(0).top() for place in range(50))
    keys = Qt.Key
    for key, place in (
        (keys.Key_Right, 1),
        (keys.Key_Down, 1 + columns),
        (keys.Key_Left, columns),
        (keys.Key_Up, 0),
        (keys.Key_Up, 0),
        (keys.Key_End, len(indices) - 1),
        (keys.Key_Right, len(indices) - 1),
    ):
        qtbot.keyClick(gallery, key)
        assert gallery.current == place
        assert gallery.viewport().rect().contains(gallery.area(place))
    with qtbot.waitSignal(gallery.chosen) as told:
        qtbot.keyClick(gallery, keys.Key_Return)
    assert told.args == [int(indices[-1])]
    assert f"Pattern {indices[-1]:,}" in gallery.accessibleDescription()
    qtbot.keyClick(gallery, keys.Key_Home)
    assert gallery.current == 0


def test_no_patterns_are_said_to_be_none(qtbot: QtBot, gallery: Gallery, results: Judged) -> None:
    gallery.show_patterns(results(), np.empty(0, dtype=np.intp))
    gallery.grab()
    assert gallery.accessibleDescription() == NOTHING == "No such patterns"
    with qtbot.assertNotEmitted(gallery.chosen):
        qtbot.keyClick(gallery, Qt.Key.Key_Return)
        qtbot.keyClick(gallery, Qt.Key.Key_Down)
        qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 60))


def test_other_patterns_begin_at_the_top(gallery: Gallery, results: Judged) -> None:
    found = results()
    gallery.show_patterns(found, np.arange(200))
    gallery.verticalScrollBar().setValue(500)
    gallery.show_patterns(found, np.arange(100, 200))
    assert (gallery.verticalScrollBar().value(), gallery.current) == (0, 0)
