"""A calculator of a layer's size, with a picture of the kernel's places along one side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QRectF, Qt, Slot
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.spins import WholeSpin, quiet_wheel
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.layers import LayerSpec, kernel_places, output_side, side_formula

#: The number boxes: title with the formula's letter, least and largest.
BOXES: Final = (
    (marked("Window", "Input H"), 1, 64),
    (marked("Window", "Kernel F"), 1, 32),
    (marked("Window", "Padding P"), 0, 8),
    (marked("Window", "Stride S"), 1, 8),
)
LAYERS: Final = ("C1", "S2", "C3", "S4", "C5")  # that have a kernel
FORMULA: Final = "(H + 2P − F) / S + 1"
POSSIBLE: Final = marked(
    "Window", "The kernel fits at {places} along each side: the output is {side}×{side}."
)
TOO_LARGE: Final = marked(
    "Window",
    "The kernel is too large: its side of {kernel} does not fit into {padded}, the side of the "
    "input with its padding. There is no such layer.",
)
IMPOSSIBLE: Final = marked(
    "Window",
    "An impossible stride: the kernel's steps do not end at the edge of the padded input but "
    "{left} before it. There is no such layer.",
)
LEAST_PICTURE: Final = 200  # pixels high at the usual size
LARGEST_CELL: Final = 22.0
LARGEST_STEP: Final = 14.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """The four numbers that an output's side comes from."""

    input: int = 32
    kernel: int = 5
    padding: int = 0
    stride: int = 1

    @property
    def places(self) -> tuple[int, ...]:
        """Where the kernel begins along one side."""
        return kernel_places(self.input, self.kernel, self.padding, self.stride)

    @property
    def side(self) -> int | None:
        """The side of the output, None where there is no such layer."""
        return output_side(self.input, self.kernel, self.padding, self.stride)

    @property
    def formula(self) -> str:
        """The formula with the numbers filled in."""
        return side_formula(self.input, self.kernel, self.padding, self.stride)

    @property
    def padded(self) -> int:
        """The side of the input with its padding."""
        return self.input + 2 * self.padding

    @property
    def left_over(self) -> int:
        """How many cells of the padded input lie behind the last of the places."""
        places = self.places
        return self.input + self.padding - places[-1] - self.kernel if places else 0

    def in_words(self) -> str:
        """What comes out, or why nothing does."""
        if not self.places:
            words = translate("Window", TOO_LARGE)
            return words.format(kernel=self.kernel, padded=self.padded)
        if self.side is None:
            one, many = translate("Window", "1 cell"), translate("Window", "{n} cells")
            left = counted(self.left_over, one, many)
            return translate("Window", IMPOSSIBLE).format(left=left)
        one, many = translate("Window", "1 place"), translate("Window", "{n} places")
        places = counted(self.side, one, many)
        return translate("Window", POSSIBLE).format(places=places, side=self.side)


class LayerCalculator(QWidget):
    """Number boxes, the formula filled in, what comes of it, and the picture; buttons fill in the
    numbers of the network's layers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.presets: dict[str, QPushButton] = {}
        self._known: dict[str, Sizes] = {}
        filling = FlowRow()
        filling.flow.addWidget(QLabel(translate("Window", "Numbers of")))
        for name in LAYERS:
            button = QPushButton(name)
            button.setAutoDefault(False)
            words = translate("Window", "Fill in the numbers of {layer}").format(layer=name)
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.clicked.connect(partial(self.fill, name))
            self.presets[name] = button
            filling.flow.addWidget(button)
        numbers = FlowRow(spacing=14)
        self.boxes = [_number_box(*row) for row in BOXES]
        for box, (title, *_) in zip(self.boxes, BOXES, strict=True):
            numbers.flow.add_titled(translate("Window", title), box)
            box.valueChanged.connect(self._show)
        self.formula = QLabel()
        self.words = QLabel()
        self.words.setWordWrap(True)
        for label in (self.formula, self.words):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.picture = PlacesPicture(theme)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        for widget in (filling, numbers, self.formula, self.words):
            layout.addWidget(widget)
        layout.addWidget(self.picture, 1)
        self._set(Sizes())
        self.offer(())

    @property
    def sizes(self) -> Sizes:
        """The numbers in the boxes."""
        return Sizes(*(box.value() for box in self.boxes))

    def offer(self, specs: Sequence[LayerSpec]) -> None:
        """Offer the numbers of these layers, the input first."""
        self._known = {
            spec.name: Sizes(before.height, spec.kernel, 0, spec.stride)
            for before, spec in pairwise(specs)
        }
        for name, button in self.presets.items():
            button.setEnabled(name in self._known)

    @Slot(str)
    def fill(self, name: str) -> None:
        """Fill in the numbers of a layer."""
        self._set(self._known[name])

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours and size."""
        self._theme = theme
        self.picture.set_theme(theme)
        self._show()

    def _set(self, sizes: Sizes) -> None:
        numbers = (sizes.input, sizes.kernel, sizes.padding, sizes.stride)
        for box, number in zip(self.boxes, numbers, strict=True):
            box.blockSignals(True)
            box.setValue(number)
            box.blockSignals(False)
        self._show()

    @Slot()
    def _show(self) -> None:
        sizes = self.sizes
        colour = self._theme.text if sizes.side else self._theme.warning
        self.formula.setFont(tabular(self.font()))
        self.formula.setText(f"{FORMULA} = <b>{sizes.formula}</b>")
        self.words.setText(f'<span style="color: {colour};">{sizes.in_words()}</span>')
        self.picture.show_sizes(sizes)


class PlacesPicture(QFrame):
    """One row of the padded input, below it the kernel at each of its places, and the output.

    Columns are as rows. Padding is hatched, and what an impossible stride leaves over is crossed.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self.sizes = theme, Sizes()
        self.setAccessibleName(translate("Window", "Picture of the kernel's places"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.set_theme(theme)

    def show_sizes(self, sizes: Sizes) -> None:
        """Show other numbers."""
        self.sizes = sizes
        self.setAccessibleDescription(sizes.in_words())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours and size."""
        self._theme = theme
        self.setMinimumHeight(theme.px(LEAST_PICTURE))
        self.update()

    def cell(self) -> float:
        """The side of a cell in pixels."""
        across = max(self.sizes.padded, self.sizes.kernel)
        return min(self.width() / across, LARGEST_CELL * self._theme.scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        sizes, cell = self.sizes, self.cell()
        places = sizes.places
        line = painter.fontMetrics().height() * 1.4
        height = max(cell, 6.0)
        self._caption(painter, 0, line, translate("Window", "One row of the input, with padding"))
        self._paint_input(painter, line, cell, height)
        top = 2 * line + height + 4
        room = self.height() - top - line - height - 4
        step = min(room / max(len(places), 1), LARGEST_STEP * self._theme.scale)
        words = translate("Window", "Places of the kernel, one below the other")
        if not places:
            words = translate("Window", "The kernel, which fits nowhere")
        self._caption(painter, top - line, line, words)
        self._paint_places(painter, top, cell, step)
        if sizes.side is not None:
            top += step * len(places)
            self._caption(
                painter,
                top,
                line,
                translate("Window", "One row of the output, a cell for each place"),
            )
            self._paint_output(painter, top + line, cell, height)

    def _caption(self, painter: QPainter, top: float, height: float, words: str) -> None:
        painter.setPen(QColor(self._theme.dim))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, top, self.width(), height), flags, words)

    def _paint_input(self, painter: QPainter, top: float, cell: float, height: float) -> None:
        theme, sizes = self._theme, self.sizes
        painter.setPen(QPen(QColor(theme.edge), 1))
        kept = sizes.padded - sizes.left_over
        for at in range(sizes.padded):
            box = QRectF(at * cell, top, cell, height - 1)  # without the line at its right
            inside = sizes.padding <= at < sizes.padding + sizes.input
            painter.fillRect(box, QColor(theme.zero if inside else theme.panel))
            if not inside:
                painter.fillRect(box, QBrush(QColor(theme.dim), Qt.BrushStyle.BDiagPattern))
            painter.drawRect(box)
            if at >= kept:
                painter.setPen(QPen(QColor(theme.warning), 2))
                painter.drawLine(box.topLeft(), box.bottomRight())
                painter.drawLine(box.topRight(), box.bottomLeft())
                painter.setPen(QPen(QColor(theme.edge), 1))

    def _paint_places(self, painter: QPainter, top: float, cell: float, step: float) -> None:
        """A bar for each place, one below the other; the one that does not fit where none does."""
        theme, sizes = self._theme, self.sizes
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if sizes.places else theme.warning))
        thick = max(1.0, 0.7 * step)
        for row, place in enumerate(sizes.places or (-sizes.padding,)):
            left = (place + sizes.padding) * cell
            painter.drawRect(QRectF(left, top + row * step, sizes.kernel * cell, thick))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_output(self, painter: QPainter, top: float, cell: float, height: float) -> None:
        """In the colour of the places, of which each makes a cell."""
        for at in range(self.sizes.side or 0):
            box = QRectF(at * cell, top, cell, height).adjusted(0, 0, -1, 0)  # a gap between two
            painter.fillRect(box, QColor(self._theme.accent))


def _number_box(title: str, least: int, largest: int) -> WholeSpin:
    box = quiet_wheel(WholeSpin())
    box.setRange(least, largest)
    box.setAccessibleName(translate("Window", title))
    return box
