"""Contrast as WCAG 2 has it, of what is rendered: texts 4.5:1, edges of controls 3:1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QStringListModel, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSlider,
    QTabBar,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from lenetpad.ui.widgets.banner import Banner
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, apply, dress
from tests.contrast import Colour, contrast, pixels

TEXT, EDGE = 4.5, 3.0


def colours(part: np.ndarray) -> Counter[Colour]:
    return Counter(map(tuple, part.reshape(-1, 3).tolist()))


def strongest(part: np.ndarray) -> float:
    """The contrast of what stands out most from what there is most of."""
    found = colours(part)
    ground = found.most_common(1)[0][0]
    return max(contrast(ground, colour) for colour in found)


def named(widget: QWidget, name: str) -> QWidget:
    widget.setObjectName(name)
    return widget


def framed() -> QToolButton:
    button = QToolButton()
    button.setProperty("framed", True)
    button.setText("Export")
    return button


def combo() -> QComboBox:
    box = QComboBox()
    box.addItem("MNIST")
    return box


def spin() -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setValue(12.5)
    return box


def edit() -> QLineEdit:
    return QLineEdit("a name")


def slider() -> QSlider:
    line = QSlider(Qt.Orientation.Horizontal)
    line.setValue(40)
    return line


def ticked() -> QCheckBox:
    box = QCheckBox("Log")
    box.setChecked(True)
    return box


def table() -> QTableView:
    view = QTableView()
    view.setModel(QStringListModel(["one", "two"], view))
    return view


def progress() -> QProgressBar:
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setValue(40)
    return bar


def tabs() -> QTabBar:
    bar = QTabBar()
    bar.addTab("Draw")
    bar.addTab("Train")
    return bar


def menu() -> QMenu:
    found = QMenu()
    found.addAction("Open…")
    return found


def menu_bar() -> QMenuBar:
    bar = QMenuBar()
    bar.addMenu("File")
    return bar


def banner(kind: str) -> Callable[[], QWidget]:
    def make() -> QWidget:
        found = Banner(home := QWidget())
        found.setParent(None)
        home.deleteLater()
        found.offer("a message", "Do it", print) if kind == "note" else found.warn("a message")
        found.setMinimumSize(300, 40)
        return found

    return make


TEXTS: dict[str, Callable[[], QWidget]] = {
    "label": lambda: QLabel("a text"),
    "button": lambda: QPushButton("Stop"),
    "primary button": lambda: named(QPushButton("Start"), "primary"),
    "framed button": framed,
    "combo box": combo,
    "spin box": spin,
    "text field": edit,
    "long text": lambda: QPlainTextEdit("a text"),
    "check box": ticked,
    "table": table,
    "tabs": tabs,
    "menu": menu,
    "menu bar": menu_bar,
    "warning": banner("warning"),
    "note": banner("note"),
}
EDGES: dict[str, Callable[[], QWidget]] = {
    "button": lambda: QPushButton(),
    "primary button": lambda: named(QPushButton(), "primary"),
    "framed button": framed,
    "combo box": QComboBox,
    "spin box": spin,
    "text field": QLineEdit,
    "long text": QPlainTextEdit,
    "check box": lambda: QCheckBox(),
    "ticked check box": ticked,
    "slider": slider,
    "progress": progress,
    "table": QTableView,
}


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def ground(request: pytest.FixtureRequest, qtbot: QtBot) -> Iterator[QWidget]:
    """A dressed widget to put a control in."""
    theme: Theme = request.param
    apply(theme)
    widget = QWidget()
    qtbot.addWidget(widget)
    dress(widget, theme)
    QVBoxLayout(widget).setContentsMargins(20, 20, 20, 20)
    yield widget
    apply(LIGHT)


def rendered(ground: QWidget, control: QWidget) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of the control, and of it with 20 pixels of the ground around it."""
    layout = ground.layout()
    assert layout is not None
    layout.addWidget(control)
    control.show()
    ground.resize(400, 160)
    ground.show()
    whole = pixels(ground.grab().toImage())
    area = control.geometry()
    return whole[area.top() : area.bottom() + 1, area.left() : area.right() + 1], whole


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("enabled", [True, False])
def test_texts_can_be_read(ground: QWidget, kind: str, enabled: bool) -> None:
    control = TEXTS[kind]()
    control.setEnabled(enabled)
    inside, _ = rendered(ground, control)
    assert strongest(inside[4:-4, 4:-4]) >= TEXT


@pytest.mark.parametrize("kind", EDGES)
def test_edges_of_controls_can_be_seen(ground: QWidget, kind: str) -> None:
    """Along the line through the middle of the control, from the ground to its edge."""
    _, whole = rendered(ground, control := EDGES[kind]())
    area = control.geometry()
    around = tuple(whole[2, 2].tolist())
    line = whole[area.center().y(), area.left() - 2 : area.left() + 24]
    assert max(contrast(around, tuple(colour)) for colour in line.tolist()) >= EDGE


def test_black_on_white_is_21() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((119, 119, 119), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def test_the_buttons_of_qts_own_file_dialog_can_be_seen(ground: QWidget, tmp_path: Path) -> None:
    """Where the desktop has no file dialog for the program, Qt's is shown: its own arrows are
    black in either theme."""
    dialog = QFileDialog(ground, "", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    buttons = [one for one in dialog.findChildren(QToolButton) if one.isEnabled()]
    assert len(buttons) >= 4
    for button in buttons:
        corner = button.mapTo(dialog, QPoint())
        shown = pixels(dialog.grab(button.rect().translated(corner)).toImage())
        assert strongest(shown) >= EDGE, button.objectName()
    dialog.close()
