"""Images that excite a unit most and least, each with what the unit sees framed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from lenetpad.ui.draw.numerals import number
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.colour import ink_table
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.best_patches import BestPatches, Patch
from lenetpad.values.evaluation import NO_DIGIT

COLUMNS: Final = 3
#: How many images further each arrow key goes.
STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -COLUMNS,
    Qt.Key.Key_Down: COLUMNS,
}
GAP: Final = 6.0
LARGEST: Final = 96.0  # side of an image at the usual size
SIZES: Final = (13.0, 11.0)  # of the fonts, in pixels at the usual size


class PatchesPicture(QWidget):
    """``cells`` are the images that are shown, each with its rectangle. The arrow keys go from one
    to another: ``moved`` carries the rectangle of the one at which the keyboard is now."""

    moved = Signal(QRectF)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.found: BestPatches | None = None
        self.cells: list[tuple[QRectF, Patch]] = []
        self._images: list[QImage] = []
        self._titles: list[tuple[QRectF, str]] = []
        self._current: int | None = None  # of the cells, where the keyboard is
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(translate("Draw", "Best patches"))

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self.show_patches(self.found)

    def show_patches(self, found: BestPatches | None) -> None:
        """Show what was found, None for nothing."""
        self.found = found
        patches = () if found is None else (*found.most, *found.least)
        self._images = _images(patches, self.theme)
        self._current = None
        self.setEnabled(bool(patches))  # Tab passes it by where there is nothing
        self.setAccessibleDescription("; ".join(map(in_words, patches)))
        self._arrange()
        self.update()

    def _arrange(self) -> None:
        """Place all images below their titles, and ask for the height that they take."""
        self.cells, self._titles = [], []
        self._font, self._small = (self._sized(size * self.theme.scale) for size in SIZES)
        line, small = QFontMetrics(self._font).height() + 4, QFontMetrics(self._small).height() + 3
        side = min((self.width() - (COLUMNS + 1) * GAP) / COLUMNS, LARGEST * self.theme.scale)
        y = 0.0
        rows = (
            ()
            if self.found is None
            else (
                (translate("Draw", "Excite it most"), self.found.most),
                (translate("Draw", "Excite it least"), self.found.least),
            )
        )
        for title, patches in rows:
            self._titles.append((QRectF(0, y, self.width(), line), title))
            y += line
            for place, patch in enumerate(patches):
                row, column = divmod(place, COLUMNS)
                top = y + row * (side + small)
                area = QRectF(
                    round(GAP / 2 + column * (side + GAP)), round(top), round(side), round(side)
                )
                self.cells.append((area, patch))
            y += -(-len(patches) // COLUMNS) * (side + small) + GAP
        self.setMinimumHeight(round(y))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self.theme
        bold = QFont(self._font)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(QColor(theme.text))
        for area, title in self._titles:
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self._small)
        height = painter.fontMetrics().height() + 2
        for (area, patch), image in zip(self.cells, self._images, strict=True):
            painter.drawImage(area, image)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            here = self.hasFocus() and self.cells[self._current or 0][0] == area
            painter.setPen(QPen(QColor(theme.text if here else theme.line), 3 if here else 1))
            painter.drawRect(area)
            self._frame(painter, field_area(area, patch))
            below = QRectF(area.left(), area.bottom(), area.width(), height)
            painter.setPen(QColor(theme.text))
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, _short_label(patch))
            painter.setPen(QColor(theme.dim))
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(below, right, number(patch.value))
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to another image; what it is, is its tooltip in words."""
        step = STEPS.get(Qt.Key(event.key()))
        if step is None or not self.cells:
            super().keyPressEvent(event)
            return
        before = self._current
        self._current = 0 if before is None else before + step
        self._current = min(max(self._current, 0), len(self.cells) - 1)
        area, patch = self.cells[self._current]
        self.setAccessibleDescription(in_words(patch))
        self.moved.emit(area)
        self.update()

    def _frame(self, painter: QPainter, area: QRectF) -> None:
        for colour, width in ((self.theme.panel, 3.5), (self.theme.accent, 1.8)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRect(area)

    def _sized(self, pixels: float) -> QFont:
        font = tabular(QFont(self.font()))
        font.setPixelSize(max(1, round(pixels)))
        return font

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = event.pos().toPointF()
            words = next((in_words(patch) for area, patch in self.cells if area.contains(at)), "")
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)


def field_area(cell: QRectF, patch: Patch) -> QRectF:
    """Where in an image's rectangle that lies which the unit sees."""
    rows, columns = patch.input.shape
    width, height = cell.width() / columns, cell.height() / rows
    seen = QRectF(
        cell.left() + patch.left * width,
        cell.top() + patch.top * height,
        patch.width * width,
        patch.height * height,
    )
    return seen.adjusted(0.5, 0.5, -0.5, -0.5)


def in_words(patch: Patch) -> str:
    """An image with its label, and what the unit makes of it."""
    text = translate("Draw", "Image {index}, label {label}: value {value}, weighted sum {sum}")
    return text.format(
        index=f"{patch.index:,}",
        label=not_a_digit() if patch.label == NO_DIGIT else patch.label,
        value=number(patch.value),
        sum=number(patch.weighted_sum),
    )


def _short_label(patch: Patch) -> str:
    return "–" if patch.label == NO_DIGIT else str(patch.label)


def _images(patches: Sequence[Patch], theme: Theme) -> list[QImage]:
    """The images in the colours of ink, each from its darkest to its lightest value."""
    table, images = ink_table(theme), []
    for patch in patches:
        low, high = float(patch.input.min()), float(patch.input.max())
        entries = (patch.input - low) * (255 / max(high - low, 1e-6)) + 0.5
        pixels = np.ascontiguousarray(table.take(entries.astype(np.intp), mode="clip"))
        rows, columns = pixels.shape
        form = QImage.Format.Format_RGB32
        images.append(QImage(pixels.data, columns, rows, 4 * columns, form).copy())
    return images
