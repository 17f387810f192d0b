from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.registry import PAGES
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, ThemeChoice
from lenetpad.ui.window import Window
from lenetpad.values.models import DEFAULT_MODEL, MODEL_NAMES, Choice


@pytest.mark.parametrize(
    ("choice", "theme"), [(ThemeChoice.LIGHT, LIGHT), (ThemeChoice.DARK, DARK)]
)
def test_the_chosen_entry_of_an_open_list_stands_out(
    choice: ThemeChoice, theme: Theme, qtbot: QtBot, settings: QSettings
) -> None:
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    window.set_theme(choice)
    window.resize(1280, 800)  # the screen of the tests is smaller
    window.show()
    models = window.header.models
    models.showPopup()
    view = models.view()
    rows = [view.visualRect(models.model().index(row, 0)) for row in range(models.count())]
    image = view.viewport().grab().toImage()
    ends = [QColor(image.pixel(row.right() - 3, row.center().y())) for row in rows]
    models.hidePopup()
    accent, panel = QColor(theme.accent), QColor(theme.panel)

    def distance(one: QColor, other: QColor) -> int:
        pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
        return sum(abs(a - b) for a, b in pairs)

    assert distance(ends[0], accent) < 60
    assert all(end == panel for end in ends[1:])
    window.close()


def test_every_set_of_weights_can_be_chosen(qtbot: QtBot, settings: QSettings) -> None:
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    models = window.header.models
    offered = {models.itemData(row): models.itemText(row) for row in range(models.count())}
    assert set(offered) == set(MODEL_NAMES)
    assert models.currentData() == DEFAULT_MODEL
    assert models.currentText() == "LeNet-5 1998 · handwriting"
    assert offered["lenet5-1998-paper"] == "LeNet-5 1998 · MNIST only"
    window.show_choice(Choice(1, "lenet5-study-paper"))
    assert models.currentText() == "LeNet-5 study · MNIST only"
    window.close()


def shown(box: Choices) -> str:
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    return option.currentText


def test_a_text_is_cut_in_the_middle_only_where_there_is_no_room(program: Program) -> None:
    window = program.window
    for box in (window.header.models, window.header.devices, program.draw.page.scales):
        for index in range(box.count()):
            box.setCurrentIndex(index)
            assert shown(box) == box.itemText(index)
    for _ in range(8):  # up to the largest text
        window.actions_by_name["larger"].trigger()
    box = window.header.hands
    box.resize(box.sizeHint())
    assert shown(box) == "No hand"
    models = window.header.models
    models.addItem("a set of weights with quite a long name.safetensors", "x")
    models.select("x")
    models.setFixedWidth(180)
    QApplication.processEvents()
    assert shown(models).startswith("a set")
    assert "…" in shown(models)
    assert shown(models).endswith("tensors")
    window.close()
