"""C1's kernels as they are learnt: live, or at any snapshot of a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.colour import value_index, value_table
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray


class Film(QWidget):
    """``chosen`` carries the number of a snapshot that the user has scrubbed to, and
    ``export_wanted`` comes with the wish for a GIF."""

    chosen = Signal(int)
    export_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kernels = Kernels()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(translate("Train", "Snapshot"))
        self.slider.setToolTip(
            translate("Train", "Show an earlier step, and use its weights on the Draw page")
        )
        self.words = ElidedLabel()
        self.export = QToolButton()
        self.export.setText(translate("Train", "GIF…"))
        self.export.setProperty("framed", True)
        self.export.setToolTip(translate("Train", "Export the kernels as an animated picture"))
        self._frames: tuple[tuple[int, FloatArray], ...] = ()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self.export)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.words)
        layout.addWidget(self.kernels, 1)
        layout.addLayout(row)
        self.slider.valueChanged.connect(self._scrub)
        self.export.clicked.connect(self.export_wanted)
        self.show_frames(())

    @property
    def frames(self) -> tuple[tuple[int, FloatArray], ...]:
        """The snapshots that can be scrubbed through: steps and kernels (6, 5, 5)."""
        return self._frames

    def show_frames(self, frames: Sequence[tuple[int, FloatArray]]) -> None:
        """Scrub through a run's snapshots from now on, beginning with the last."""
        self._frames = tuple(frames)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(frames) - 1))
        self.slider.setValue(len(frames) - 1)
        self.slider.blockSignals(False)
        self.slider.setEnabled(len(frames) > 1)
        self.export.setEnabled(bool(frames))
        if frames:
            self._show(*self._frames[-1])
        else:
            self.words.setText(translate("Train", "C1's kernels appear here"))
            self.kernels.show_kernels(None, 1.0)

    def show_live(self, step: int, kernels: FloatArray) -> None:
        """Show the kernels of the training that runs."""
        words = translate("Train", "C1 after step {step}, live")
        self.words.setText(words.format(step=f"{step:,}"))
        self.kernels.show_kernels(kernels, float(np.abs(kernels).max()))

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self.kernels.set_theme(theme)

    @Slot(int)
    def _scrub(self, number: int) -> None:
        if number < len(self._frames):
            self._show(*self._frames[number])
            self.chosen.emit(number)

    def _show(self, step: int, kernels: FloatArray) -> None:
        largest = max(float(np.abs(frame).max()) for _, frame in self._frames)
        words = translate("Train", "C1 after step {step}")
        self.words.setText(words.format(step=f"{step:,}"))
        self.kernels.show_kernels(kernels, largest)


class Kernels(QWidget):
    """Six kernels in two rows, in the map colours, on one scale about zero."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._kernels: FloatArray | None = None
        self._largest = 1.0
        self._images: list[QImage] = []
        self.setAccessibleName(translate("Train", "The six kernels of C1"))
        self.setToolTip(
            translate("Train", "The 5×5 weights of each map in C1, the network's first layer")
        )
        self.setMinimumHeight(60)

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        self._draw()

    def show_kernels(self, kernels: FloatArray | None, largest: float) -> None:
        """Show kernels (6, 5, 5), whose colours end at ± ``largest``; None shows none."""
        self._kernels, self._largest = kernels, max(largest, 1e-6)
        self._draw()

    def _draw(self) -> None:
        self._images = []
        if self._kernels is not None:
            ends = np.full(1, self._largest, dtype=np.float32)
            pixels = value_table(self._theme).take(value_index(self._kernels, ends))
            form = QImage.Format.Format_RGB32
            self._images = [QImage(k.tobytes(), 5, 5, 20, form).copy() for k in pixels]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        if self._images:
            columns = 6 if self.width() > 4 * self.height() else 3
            rows = 6 // columns
            side = min((self.width() - 12) / columns, (self.height() - 12) / rows)
            left = (self.width() - side * columns) / 2
            top = (self.height() - side * rows) / 2
            for number, image in enumerate(self._images):
                row, column = divmod(number, columns)
                place = QRectF(left + column * side, top + row * side, side, side)
                painter.drawImage(place.adjusted(4, 4, -4, -4), image)
        painter.end()
