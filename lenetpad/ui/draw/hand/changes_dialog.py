"""What a hand has changed: each of its drawings before and after, MNIST before and after, and the
ways back."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.draw.hand import words
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.hand_learning import HandLearning

#: In pixels at the usual size.
SIZE: Final = QSize(720, 500)
MARGIN: Final = 24
PICTURE: Final = 56
CELL: Final = QSize(164, 130)
RIGHT, WRONG = "✓", "✗"
PRIVATE: Final = marked(
    "Draw",
    "All of it stays on this computer: nothing is sent anywhere, and it leaves only where you "
    "export it. Forgetting a hand deletes its drawings and all that was learnt of them.",
)


class ChangesDialog(QDialog):
    """``undo_wanted`` comes when the last learning is to be taken back, ``off_wanted`` when the
    network is to read without the hand, ``forget_wanted`` when the hand is to be deleted."""

    undo_wanted = Signal()
    off_wanted = Signal()
    forget_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Draw", "What changed"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.list = QListWidget()
        self.list.setObjectName("changes")
        self.list.setAccessibleName(translate("Draw", "Drawings, before and after"))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setUniformItemSizes(True)
        self.list.setWordWrap(True)
        self.list.setIconSize(QSize(theme.px(PICTURE), theme.px(PICTURE)))
        self.list.setGridSize(QSize(theme.px(CELL.width()), theme.px(CELL.height())))
        private = QLabel(translate("Draw", PRIVATE))
        private.setWordWrap(True)
        self.undo = QPushButton(translate("Draw", "Undo the last learning"))
        self.off = QPushButton(translate("Draw", "Read without it"))
        self.forget = QPushButton(translate("Draw", "Forget…"))
        close = QPushButton(translate("Draw", "Close"))
        close.setDefault(True)
        self.undo.clicked.connect(self.undo_wanted)
        self.off.clicked.connect(self.off_wanted)
        self.forget.clicked.connect(self.forget_wanted)
        close.clicked.connect(self.accept)
        row = FlowRow()
        for button in (self.undo, self.off, self.forget):
            button.setAutoDefault(False)
            row.flow.addWidget(button)
        row.flow.add_stretch()
        row.flow.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self.summary)
        layout.addWidget(self.list, 1)
        layout.addWidget(private)
        layout.addWidget(row)
        window = parent.window().size()
        room = window - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((SIZE * theme.scale).boundedTo(room))

    def show_learning(self, found: HandLearning, network: str, *, on: bool, undone: bool) -> None:
        """Show what a network, by its title, has made of a hand; ``on`` is whether it reads so,
        ``undone`` whether the last learning was taken back."""
        self.setWindowTitle(translate("Draw", "What changed: {hand}").format(hand=found.hand.name))
        self.summary.setText(summary(found, network))
        self.list.clear()
        for place in found.order().tolist():
            self.list.addItem(self._item(found, place))
        self.off.setEnabled(on)
        self.undo.setEnabled(found.hand.can_undo)
        again = translate("Draw", "Bring the last learning back")
        self.undo.setText(again if undone else translate("Draw", "Undo the last learning"))

    def show_nothing(self, hand: str) -> None:
        """Show that a hand has no drawings any more, which can come back."""
        text = translate("Draw", "{hand} has no drawings any more, and nothing reads by it.")
        self.summary.setText(text.format(hand=hand))
        self.list.clear()
        self.off.setEnabled(False)
        self.undo.setEnabled(True)
        self.undo.setText(translate("Draw", "Bring the last learning back"))

    def _item(self, found: HandLearning, place: int) -> QListWidgetItem:
        label = int(found.labels[place])
        shown = words.label_words(label)
        before, after = (_answer(p[place], label) for p in (found.before, found.after))
        text = translate("Draw", "before {before}\nnow {after}").format(before=before, after=after)
        if found.after[place].argmax() != label:
            wanted = translate("Draw", "labelled {label}").format(label=shown)
            text = f"{text}\n{wanted}"
        item = QListWidgetItem(QIcon(self._picture(found.images[place])), text)
        whole = translate("Draw", "Drawing {number}, labelled {label}: {answers}").format(
            number=place + 1, label=shown, answers=text.replace("\n", ", ")
        )
        item.setToolTip(whole)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, whole)
        item.setSizeHint(self.list.gridSize())
        return item

    def _picture(self, image: FloatArray) -> QPixmap:
        """The drawing as the network sees it, in the theme's ink on its paper."""
        paper, ink = QColor(self._theme.paper), QColor(self._theme.ink)
        share = np.clip(image, 0.0, 1.0)[..., None]
        light, dark = (
            np.array((one.red(), one.green(), one.blue()), np.float32) for one in (paper, ink)
        )
        mixed = np.rint((1 - share) * light + share * dark).astype(np.uint8)
        mixed = np.ascontiguousarray(mixed)
        rows, columns = image.shape
        picture = QImage(mixed.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        side = round(self._theme.px(PICTURE) * self.devicePixelRatioF())
        pixmap = QPixmap.fromImage(
            picture.copy().scaled(
                side,
                side,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
        painter = QPainter(pixmap)
        painter.setPen(QColor(self._theme.line))
        painter.drawRect(0, 0, side - 1, side - 1)
        painter.end()
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        return pixmap


def summary(found: HandLearning, network: str) -> str:
    """How many drawings are read right, and how many of MNIST's test images wrong."""
    drawings = counted(
        len(found), translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
    )
    text = translate(
        "Draw",
        "{network} has learnt {hand}, {drawings}. Read right before: {before}, now: {after}. "
        "Of MNIST's {images} test images it reads {error_after} % wrong, before {error_before} %.",
    )
    said = text.format(
        network=network,
        hand=found.hand.name,
        drawings=drawings,
        before=f"{found.right_before:,}",
        after=f"{found.right_after:,}",
        images=f"{found.test_images:,}",
        error_before=f"{found.error_before:.2f}",
        error_after=f"{found.error_after:.2f}",
    )
    return " ".join((said, *words.notes(found)))


def _answer(probabilities: FloatArray, label: int) -> str:
    """The most probable answer, how probable it is, and whether it is right."""
    best = int(probabilities.argmax())
    mark = RIGHT if best == label else WRONG
    return f"{words.label_words(best)} · {percent(float(probabilities[best]))} {mark}"
