"""The confusion matrix: counts, colours, pointer and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from lenetpad.ui.evaluate.confusion import Cell, ConfusionMatrix
from lenetpad.ui.widgets.chart import legible, shade
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme
from lenetpad.values.evaluation import Evaluation, EvaluationResults


@pytest.fixture
def matrix(qtbot: QtBot, results: Callable[..., EvaluationResults]) -> Iterator[ConfusionMatrix]:
    matrix = ConfusionMatrix(LIGHT)
    qtbot.addWidget(matrix)
    matrix.resize(440, 460)
    matrix.show_evaluation(results().found[0].evaluation)
    matrix.show()
    yield matrix
    matrix.hide()


def test_every_cell_is_hit_where_it_is_painted(matrix: ConfusionMatrix) -> None:
    for truth in range(10):
        for answer in range(10):
            area = matrix.rectangle(truth, answer)
            assert matrix.rect().contains(area.toAlignedRect())
            assert matrix.cell_at(area.center().toPoint()) == Cell(truth, answer)
    for beside in (matrix.rectangle(10, 3), matrix.rectangle(3, 10), matrix.rectangle(-1, 3)):
        assert matrix.rect().contains(beside.toAlignedRect())
        assert matrix.cell_at(beside.center().toPoint()) is None


def test_a_click_tells_the_cell(qtbot: QtBot, matrix: ConfusionMatrix) -> None:
    at = matrix.rectangle(7, 2).center().toPoint()
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [Cell(truth=7, answer=2)]
    with qtbot.assertNotEmitted(matrix.cell_chosen):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
        qtbot.mouseClick(matrix, Qt.MouseButton.RightButton, pos=at)


def test_the_keyboard_walks_and_chooses(qtbot: QtBot, matrix: ConfusionMatrix) -> None:
    keys = Qt.Key
    for key in (keys.Key_Up, keys.Key_Down, keys.Key_Down, keys.Key_Left, keys.Key_Right):
        qtbot.keyClick(matrix, key)
    assert matrix.current == Cell(2, 1)
    count = matrix.count(Cell(2, 1))
    images = "image" if count == 1 else "images"
    assert matrix.accessibleDescription() == f"2 read as 1: {count} {images}, wrong"
    with qtbot.waitSignal(matrix.cell_chosen) as told:
        qtbot.keyClick(matrix, keys.Key_Space)
    assert told.args == [Cell(2, 1)]
    for _ in range(12):
        qtbot.keyClick(matrix, keys.Key_Down)
    assert matrix.current == Cell(9, 1)


def test_an_empty_matrix_has_nothing_to_choose(qtbot: QtBot) -> None:
    matrix = ConfusionMatrix(LIGHT)
    qtbot.addWidget(matrix)
    matrix.resize(400, 400)
    matrix.grab()
    with qtbot.assertNotEmitted(matrix.cell_chosen):
        at = matrix.rectangle(7, 2).center().toPoint()
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=at)
        qtbot.keyClick(matrix, Qt.Key.Key_Return)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_right_and_wrong_have_colours_of_their_own_that_grow_with_the_count(
    matrix: ConfusionMatrix, theme: Theme
) -> None:
    confusion = np.diag(np.full(10, 50))
    confusion[3, 5], confusion[4, 9], confusion[7, 1] = 1, 5, 20
    matrix.set_theme(theme)
    answers = np.zeros(1, dtype=np.int64)
    matrix.show_evaluation(Evaluation(confusion, answers, answers.astype(bool), 0.0))
    image = matrix.grab().toImage()

    def colour(cell: Cell) -> QColor:
        area = matrix.rectangle(*cell)
        return image.pixelColor(QPoint(round(area.left()) + 4, round(area.top()) + 4))

    wrong = [colour(cell) for cell in (Cell(0, 1), Cell(3, 5), Cell(4, 9), Cell(7, 1))]
    zero = QColor(theme.zero)
    assert wrong[0] == zero
    distances = [abs(one.red() - zero.red()) + abs(one.blue() - zero.blue()) for one in wrong]
    assert distances == sorted(set(distances))
    for orange in wrong[1:]:
        assert orange.red() > orange.blue()
    assert colour(Cell(0, 0)).blue() > colour(Cell(0, 0)).red()


@pytest.mark.parametrize("scale", [1.0, 1.75, 2.5])
def test_the_numbers_of_the_smallest_matrix_grow_with_the_texts(
    matrix: ConfusionMatrix, scale: float
) -> None:
    matrix.set_theme(replace(LIGHT, scale=scale))
    matrix.show_evaluation(
        Evaluation(np.diag(np.full(10, 1135)), np.zeros(1, np.int64), np.zeros(1, bool), 0.0)
    )
    matrix.resize(matrix.minimumSize())
    image = matrix.grab().toImage()
    for row, column, height in ((3, 10, 7), (10, 3, 7), (10, 10, 5)):  # pixels of 1135, and 11350
        area = matrix.rectangle(row, column).toRect()
        ground = image.pixelColor(area.topLeft())
        written = [
            y
            for y in range(area.top(), area.bottom())
            if any(image.pixelColor(x, y) != ground for x in range(area.left(), area.right()))
        ]
        assert written[-1] - written[0] + 1 >= height * scale
        assert written[0] > area.top()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_number_is_legible_on_every_shade(theme: Theme) -> None:
    def light(colour: QColor) -> float:
        channels = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in colour.getRgbF()[:3]
        ]
        return float(np.dot(channels, [0.2126, 0.7152, 0.0722]))

    for anchors in (theme.negative, theme.positive):
        for share in np.linspace(0, 1, 50):
            background = shade((theme.zero, *anchors[:3]), float(share))
            both = sorted((light(background), light(legible(background))))
            assert (both[1] + 0.05) / (both[0] + 0.05) > 4.0
