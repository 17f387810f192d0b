"""How a picture that is exported is to look, and the dialog that asks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.spins import WholeSpin
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.ui.widgets.words import marked, translate

MM_PER_INCH: Final = 25.4
POINTS_PER_INCH: Final = 72.0
#: Of a picture that consists of pixels.
DOTS_PER_INCH: Final = 300.0
#: From a narrow column to the longer side of A3, in millimetres.
WIDTHS: Final = (50.0, 420.0)
TEXTS: Final = (5.0, 32.0)  # points
WHITE: Final = "white"
SCREEN: Final = "screen"
BACKGROUNDS: Final = {
    WHITE: marked("Window", "White"),
    SCREEN: marked("Window", "As on screen"),
}

#: How many times as large as on the screen a picture in pixels can be.
SCALES: Final = (1, 2, 3, 4)
FILM_SCALES: Final = SCALES[:2]


@dataclass(frozen=True, slots=True)
class Look:
    """How pictures of panels look: on white for paper or as on screen, and at which scale. As
    text, for the settings, it is "white 2" or "screen 1"."""

    white: bool = True
    scale: int = 2

    @classmethod
    def of(cls, text: str) -> Look:
        """What the text says, the usual look where it says nothing that makes sense."""
        background, _, scale = text.partition(" ")
        known = background in (WHITE, SCREEN) and scale in map(str, SCALES)
        return cls(background == WHITE, int(scale)) if known else cls()

    def __str__(self) -> str:
        return f"{WHITE if self.white else SCREEN} {self.scale}"


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """White or in the window's colours; its width in millimetres, its text's height in points.

    As text, for the settings, it is "white 170 9" or "screen 170 9".
    """

    white: bool = True
    width: float = 170.0
    text: float = 9.0

    @classmethod
    def of(cls, text: str) -> ExportOptions:
        """What the text says, the usual options where it says nothing that makes sense."""
        try:
            background, *numbers = text.split(" ")
            width, height = map(float, numbers)
        except ValueError:
            return cls()
        possible = _within(width, WIDTHS) and _within(height, TEXTS)
        return cls(background == WHITE, width, height) if possible else cls()

    def __str__(self) -> str:
        return f"{WHITE if self.white else SCREEN} {self.width:.8g} {self.text:.8g}"

    @property
    def pixels(self) -> int:
        """The width of a picture that consists of pixels."""
        return round(self.width / MM_PER_INCH * DOTS_PER_INCH)

    @property
    def texts(self) -> float:
        """How often the text's height goes into the width."""
        return self.width / MM_PER_INCH * POINTS_PER_INCH / self.text

    def theme(self, screen: Theme) -> Theme:
        """The colours to paint in; ``screen`` are the window's."""
        return LIGHT if self.white else screen


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return math.isfinite(value) and bounds[0] <= value <= bounds[1]


def form_of(rows: Iterable[tuple[str, QWidget]]) -> QGridLayout:
    """Fields below each other, each with its title at the left; an "&" is before its key."""
    form = QGridLayout()
    form.setColumnStretch(1, 1)
    form.setHorizontalSpacing(16)
    for row, (title, box) in enumerate(rows):
        label = QLabel(title)
        label.setBuddy(box)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        form.addWidget(label, row, 0)
        form.addWidget(box, row, 1)
    return form


class ExportDialog(QDialog):
    """Begins with the options of the last time; when it is accepted, ``options`` is the answer.

    The width is in pixels where the picture consists of some, else in millimetres.
    """

    def __init__(
        self, title: str, options: ExportOptions, parent: QWidget, *, pixels: bool
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._unit = MM_PER_INCH / DOTS_PER_INCH if pixels else 1.0  # of the width, in mm
        self._pixels = pixels
        self.background = Choices(translate("Window", "Background"), "")
        for key, words in BACKGROUNDS.items():
            self.background.addItem(translate("Window", words), key)
        self.background.select(WHITE if options.white else SCREEN)
        self.width_box = self._spin(" px" if pixels else " mm", WIDTHS, self._unit)
        self.width_box.setValue(round(options.width / self._unit))
        self.text_box = self._spin(" pt", TEXTS)
        self.text_box.setValue(round(options.text))
        self.words = QLabel()
        self.buttons = self._buttons()
        self._build()
        self.width_box.valueChanged.connect(self._explain)
        self._explain()

    @property
    def options(self) -> ExportOptions:
        """What is chosen now."""
        white = self.background.currentData() == WHITE
        low, high = WIDTHS
        width = min(max(round(self.width_box.value() * self._unit, 3), low), high)
        return ExportOptions(white, width, float(self.text_box.value()))

    def _build(self) -> None:
        rows: tuple[tuple[str, QWidget], ...] = (
            (translate("Window", "&Background"), self.background),
            (translate("Window", "&Width"), self.width_box),
            (translate("Window", "&Text size"), self.text_box),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(14)
        layout.addLayout(form_of(rows))
        layout.addWidget(self.words)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(340)

    @staticmethod
    def _spin(suffix: str, bounds: tuple[float, float], unit: float = 1.0) -> WholeSpin:
        box = WholeSpin()
        box.setRange(*(round(bound / unit) for bound in bounds))
        box.setSuffix(suffix)
        return box

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.button(kinds.Ok).setText(translate("Window", "&Choose file…"))
        buttons.button(kinds.Cancel).setText(translate("Window", "Cancel"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    @Slot()
    def _explain(self) -> None:
        """Say the width in the other unit."""
        options = self.options
        if self._pixels:
            words = translate("Window", "Prints {width} mm wide, at {dots} dots per inch.")
            width, dots = f"{options.width:.1f}", f"{DOTS_PER_INCH:.0f}"
            self.words.setText(words.format(width=width, dots=dots))
        else:
            self.words.setText(translate("Window", "Vector graphics: sharp at any size."))
