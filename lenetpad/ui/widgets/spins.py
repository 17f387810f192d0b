"""Spin boxes that a scrolled form does not change by accident, and that take numbers as people
write them, whatever the language of their system."""

from __future__ import annotations

import math
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox

from lenetpad.ui.widgets.words import translate
from lenetpad.values.numbers import decimal, may_become_decimal, whole

Spin = TypeVar("Spin", bound=QAbstractSpinBox)

TEXT_MARGIN = 6
SMALLEST_RATE = 1e-9
LARGEST_RATE = 10.0
#: What a negative number may begin with.
SIGNS: Final = ("-", "\u2212")
_BEGUN: Final = QValidator.State.Intermediate
_REFUSED: Final = QValidator.State.Invalid  # what was typed does not appear


class _NoWheel(QObject):
    """Leaves the wheel to what scrolls, unless the box has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        spin = watched
        if event.type() == QEvent.Type.Wheel and isinstance(spin, QAbstractSpinBox):
            event.ignore()
            return True
        return False


def quiet_wheel(spin: Spin) -> Spin:
    """The box, which leaves the wheel alone, and whose text has room at its left."""
    spin.lineEdit().setTextMargins(TEXT_MARGIN, 0, 0, 0)  # a style sheet cannot
    spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    spin.installEventFilter(_NoWheel(spin))
    return spin


class WholeSpin(QSpinBox):
    """A whole number: no point and no comma is taken, for what would they mean?"""

    def valueFromText(self, text: str) -> int:
        try:
            return whole(_bare(self, text))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        bare = _bare(self, text)
        try:
            return _state(self, whole(bare)), text, position
        except ValueError:
            begun = bare == "" or (bare in SIGNS and self.minimum() < 0)
        return _BEGUN if begun else _REFUSED, text, position

    def fixup(self, text: str) -> str:
        return text  # Qt would take a point away that parts thousands in its language


class NumberSpin(QDoubleSpinBox):
    """A number, with a decimal comma or a decimal point, whichever the system's language has."""

    def valueFromText(self, text: str) -> float:
        try:
            return decimal(_bare(self, text))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        bare = _bare(self, text)
        try:
            value = decimal(bare)
        except ValueError:
            negative = bare[:1] in SIGNS and bare != "" and self.minimum() >= 0
            begun = may_become_decimal(bare) and not negative
            return _BEGUN if begun else _REFUSED, text, position
        # More decimals than it keeps are refused, and not rounded.
        exact = math.isclose(round(value, self.decimals()), value, rel_tol=1e-12)
        return _state(self, value) if exact else _REFUSED, text, position

    def fixup(self, text: str) -> str:
        return text  # Qt would take a point away that parts thousands in its language


class RateSpin(NumberSpin):
    """A learning rate: three significant figures, and steps that multiply."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(12)
        self.setRange(SMALLEST_RATE, LARGEST_RATE)
        self.setAccessibleName(translate("Window", "Learning rate"))
        quiet_wheel(self)

    def textFromValue(self, value: float) -> str:
        return f"{value:.3g}"

    def stepBy(self, steps: int) -> None:
        """1, 2, 5, 10 and so on."""
        ladder = [m * 10.0**e for e in range(-9, 2) for m in (1, 2, 5)]
        value = self.value()
        for _ in range(abs(steps)):
            above = [rung for rung in ladder if rung > value * 1.001]
            below = [rung for rung in ladder if rung < value * 0.999]
            if steps > 0 and above:
                value = above[0]
            elif steps < 0 and below:
                value = below[-1]
        self.setValue(value)


def _bare(spin: QSpinBox | QDoubleSpinBox, text: str) -> str:
    """What is typed in a box, without its prefix and its suffix."""
    bare = text.strip().removeprefix(spin.prefix().strip()).removesuffix(spin.suffix().strip())
    return bare.strip()


def _state(spin: QSpinBox | QDoubleSpinBox, value: float) -> QValidator.State:
    """Whether a box takes a number; what more figures lead only further away is refused."""
    if spin.minimum() <= value <= spin.maximum():
        return QValidator.State.Acceptable
    return _REFUSED if value > max(spin.maximum(), 0) or value < min(spin.minimum(), 0) else _BEGUN
