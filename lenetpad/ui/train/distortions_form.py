"""The distortions of the training images, each with what it does to 32 digits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from lenetpad.ui.widgets.colour import ink_table
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.recipes import NO_DISTORTIONS, Distortions

COLUMNS: Final = 8
SIDE: Final = 32  # of a digit in pixels


@dataclass(frozen=True, slots=True)
class Kind:
    """A distortion: its name, what it is called, and how far its slider goes."""

    name: str
    title: str
    tip: str
    most: float
    unit: str = ""
    decimals: int = 2


KINDS: Final = (
    Kind(
        "rotation",
        marked("Train", "Rotation"),
        marked("Train", "Turns digits by up to this angle, either way"),
        45,
        "°",
        0,
    ),
    Kind(
        "scaling",
        marked("Train", "Scaling"),
        marked("Train", "Makes digits larger or smaller"),
        0.5,
    ),
    Kind(
        "squeezing",
        marked("Train", "Squeezing"),
        marked("Train", "Makes digits narrower and taller, or wider and flatter"),
        0.5,
    ),
    Kind(
        "shearing",
        marked("Train", "Shearing"),
        marked("Train", "Slants digits to the left or to the right"),
        1.0,
    ),
    Kind(
        "translation",
        marked("Train", "Translation"),
        marked("Train", "Moves digits by up to so many pixels, in any direction"),
        6,
        " px",
        1,
    ),
    Kind(
        "elastic",
        marked("Train", "Elastic"),
        marked("Train", "Bends digits smoothly, by about so many pixels"),
        2,
        " px",
        1,
    ),
    Kind(
        "thickness",
        marked("Train", "Thickness"),
        marked("Train", "Makes strokes thicker or thinner"),
        1.0,
    ),
)
STEPS: Final = 100  # of a slider


class DistortionsForm(QWidget):
    """``changed`` when a slider or the switch moves; ``wanted`` carries the Distortions of which
    ``show_digits`` is to be given 32 examples."""

    changed = Signal()
    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.switch = QCheckBox(translate("Train", "Distort images"))
        self.switch.setToolTip(
            translate("Train", "Change each image at random every time it is used")
        )
        self.sliders = {kind.name: _slider(kind) for kind in KINDS}
        self._values = {kind.name: QLabel() for kind in KINDS}
        self.digits = Digits()
        self._kept = Distortions()  # what the sliders stand for, in full precision
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.switch)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for row, kind in enumerate(KINDS):
            label, value = QLabel(translate("Train", kind.title)), self._values[kind.name]
            label.setToolTip(translate("Train", kind.tip))
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            value.setMinimumWidth(46)
            grid.addWidget(label, row, 0)
            grid.addWidget(self.sliders[kind.name], row, 1)
            grid.addWidget(value, row, 2)
            self.sliders[kind.name].valueChanged.connect(self._follow_slider)
        layout.addLayout(grid)
        layout.addWidget(self.digits)
        self.switch.toggled.connect(self._follow)
        self.show_distortions(self._kept)
        self.switch.setChecked(False)

    @property
    def distortions(self) -> Distortions | None:
        """What is chosen; None for images as they are."""
        return self._kept if self.switch.isChecked() else None

    def show_distortions(self, how: Distortions | None) -> None:
        """Show what is chosen elsewhere; the sliders keep their places where nothing is."""
        if how is not None:
            self._kept = how
            for kind in KINDS:
                slider = self.sliders[kind.name]
                slider.blockSignals(True)
                slider.setValue(round(getattr(how, kind.name) / kind.most * STEPS))
                slider.blockSignals(False)
        self.switch.setChecked(how is not None)
        self._follow()

    def ask(self) -> None:
        """Ask for examples of what is chosen."""
        self.wanted.emit(self.distortions or NO_DISTORTIONS)

    @Slot(object)
    def show_digits(self, images: NDArray[np.uint8]) -> None:
        """Show examples, (32, 32, 32) uint8, ink 255."""
        self.digits.show_images(images)

    @Slot()
    def _follow_slider(self) -> None:
        name = next(name for name, slider in self.sliders.items() if slider is self.sender())
        kind = next(kind for kind in KINDS if kind.name == name)
        values = {k.name: getattr(self._kept, k.name) for k in KINDS}
        values[name] = round(self.sliders[name].value() * kind.most / STEPS, 4)
        self._kept = Distortions(**values)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        self._show_values()
        self.changed.emit()
        self.ask()

    def _show_values(self) -> None:
        on = self.switch.isChecked()
        for kind in KINDS:
            value = getattr(self._kept, kind.name)
            self._values[kind.name].setText(f"{value:.{kind.decimals}f}{kind.unit}")
            self._values[kind.name].setEnabled(on)
            self.sliders[kind.name].setEnabled(on)


class Digits(QWidget):
    """Examples of distorted digits in rows."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._images: NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self.setToolTip(translate("Train", "32 digits as the network would see them in training"))
        self.setAccessibleName(translate("Train", "Examples of distorted digits"))
        self.setFixedHeight(4 * SIDE)

    def sizeHint(self) -> QSize:
        return QSize(COLUMNS * SIDE, 4 * SIDE)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self._theme = theme
        if self._images is not None:
            self.show_images(self._images)

    def show_images(self, images: NDArray[np.uint8]) -> None:
        """Show images (n, 32, 32), ink 255."""
        self._images = images
        rows = len(images) // COLUMNS
        digits = images[: rows * COLUMNS].reshape(rows, COLUMNS, SIDE, SIDE)
        sheet = np.ascontiguousarray(digits.transpose(0, 2, 1, 3)).reshape(rows * SIDE, -1)
        pixels = ink_table(self._theme).take(sheet)
        height, width = sheet.shape
        self._image = QImage(
            pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32
        ).copy()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.paper))
        if self._image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            side = min(self.width() / COLUMNS, self.height() / 4)
            width, height = round(side * COLUMNS), round(side * 4)
            painter.drawImage(
                self.rect().adjusted(
                    (self.width() - width) // 2,
                    0,
                    -(self.width() - width) // 2,
                    height - self.height(),
                ),
                self._image,
            )
        painter.end()


def _slider(kind: Kind) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(0, STEPS)
    slider.setToolTip(translate("Train", kind.tip))
    slider.setAccessibleName(translate("Train", kind.title))
    return slider
