"""Which texts of a window no translator finds: with every text that goes through ``translate`` in
brackets, those that stand outside."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    Qt,
    QTranslator,
)
from PySide6.QtGui import QAction, QPainter, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QWidget,
)

from lenetpad.ui.widgets.words import CONTEXTS

#: What is the same in every language: names, units, file endings, formulas.
NAMES = re.compile(
    r"\S+\.jsonl|\blenet5-\w+|\b(?:lenetpad|LeNet|MNIST|QMNIST|KMNIST|EMNIST|USPS|CPU|GPU|CUDA|RBF|SVG|"
    r"PNG|CSV|GIF|JSON|ONNX|TorchScript|TensorBoard|NumPy|PyTorch|PySide6|Python|torch|Qt|Esc|Del|Ctrl|"
    r"Shift|Tab|Alt|Enter|Return|Space|Backspace|Home|End|PgUp|PgDown|Left|Right|MB|px|ms|min|mm|pt)\b|\.\w+"
)
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


class Brackets(QTranslator):
    """A language in which every text is the English one in brackets."""

    def translate(  # type: ignore[override]
        self, context: str, text: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """Only the program's own: Qt has translations of its own."""
        return f"⟦{text}⟧" if context in CONTEXTS else None

    def isEmpty(self) -> bool:  # noqa: N802
        return False


@contextmanager
def brackets() -> Iterator[None]:
    """Speak that language meanwhile."""
    translator = Brackets()
    assert QCoreApplication.installTranslator(translator)
    try:
        yield
    finally:
        QCoreApplication.removeTranslator(translator)


@contextmanager
def painted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every text that Python has painted meanwhile."""
    texts: list[str] = []
    original = QPainter.drawText

    def note(painter: QPainter, *args: object) -> object:
        texts.extend(arg for arg in args if isinstance(arg, str))
        return original(painter, *args)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(QPainter, "drawText", note)
        yield texts


def outside(text: str) -> str:
    """The words of a text that stand outside of all brackets; names are none."""
    depth, rest = 0, []
    for letter in re.sub(r"<[^>]*>|&\w+;", " ", text):
        depth += (letter == "⟦") - (letter == "⟧" and depth > 0)
        if depth == 0 and letter != "⟧":
            rest.append(letter)
    words: list[str] = re.findall(r"[^\W\d_]{2,}", NAMES.sub(" ", "".join(rest)))
    return " ".join(words)


def untranslated(root: QWidget, without: Collection[QWidget] = ()) -> list[str]:
    """Each text of a widget and of all below it, but for those parts, that has words outside of
    brackets."""
    found = {}
    for place, text in texts(root, without):
        if text and outside(text):
            found[text] = place
    return [f"{place}: {text!r}, {outside(text)!r}" for text, place in found.items()]


def texts(root: QWidget, without: Collection[QWidget] = ()) -> Iterator[tuple[str, str]]:
    """Whatever is written on a widget and all below it, with where it stands; scroll buttons have
    Qt's words."""
    for widget in [root, *root.findChildren(QWidget)]:
        if _is_below(widget, without):
            continue
        if isinstance(widget.parent(), QTabBar) or _is_of_qt(widget):
            continue
        name = type(widget).__name__
        for kind in ("toolTip", "accessibleName", "accessibleDescription", "windowTitle"):
            yield f"{name}.{kind}", getattr(widget, kind)()
        for text in _own(widget):
            yield name, text
    for action in root.findChildren(QAction):
        if _is_below(action, without):
            continue
        yield "QAction.text", action.text()
        yield "QAction.toolTip", action.toolTip()


def _is_of_qt(widget: QWidget) -> bool:
    """Whether it is a button, such as "Close", on which Qt writes."""
    box = widget.parent()
    if not isinstance(box, QDialogButtonBox) or not isinstance(widget, QPushButton):
        return False
    kind = box.standardButton(widget)
    own = QDialogButtonBox(kind)
    return any(widget.text() == button.text() for button in own.buttons())


def _is_below(child: QObject, parts: Collection[QObject]) -> bool:
    """Whether it is one of the parts or belongs to one, as the list that a box opens does."""
    above: QObject | None = child
    while above is not None and above not in parts:
        above = above.parent()
    return above is not None


def _own(widget: QWidget) -> Iterator[str]:
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QComboBox):
        yield from _items(widget.model())
    elif isinstance(widget, QLineEdit):
        if not isinstance(widget.parent(), QAbstractSpinBox | QComboBox):
            yield widget.placeholderText()
    elif isinstance(widget, QSpinBox | QDoubleSpinBox):
        yield widget.prefix()
        yield widget.suffix()
        yield widget.specialValueText()
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            yield widget.tabText(index)
            yield widget.tabToolTip(index)
    elif isinstance(widget, QMenu | QGroupBox):
        yield widget.title()
    elif isinstance(widget, QProgressBar):
        yield widget.text()
    elif isinstance(widget, QTextEdit):
        yield widget.toPlainText()
        yield widget.placeholderText()
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from _items(widget.model())


def _items(model: QAbstractItemModel) -> Iterator[str]:
    table = isinstance(model, QAbstractTableModel | QStandardItemModel)
    for column in range(model.columnCount(QModelIndex()) if table else 1):
        for role in ROLES:
            yield str(model.headerData(column, Qt.Orientation.Horizontal, role) or "")
        for row in range(model.rowCount(QModelIndex())):
            for role in ROLES:
                value = model.index(row, column).data(role)
                yield value if isinstance(value, str) else ""
