"""Spin boxes that a scrolled form does not change by accident."""

from __future__ import annotations

import math
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox

from lenetpad.ui.widgets.words import translate

Spin = TypeVar("Spin", bound=QAbstractSpinBox)

TEXT_MARGIN = 6
SMALLEST_RATE = 1e-9
LARGEST_RATE = 10.0


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


class RateSpin(QDoubleSpinBox):
    """A learning rate: three significant figures, and steps that multiply."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(12)
        self.setRange(SMALLEST_RATE, LARGEST_RATE)
        self.setAccessibleName(translate("Window", "Learning rate"))
        quiet_wheel(self)

    def textFromValue(self, value: float) -> str:
        return f"{value:.3g}"

    def valueFromText(self, text: str) -> float:
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return self.value()

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return QValidator.State.Intermediate, text, position
        fits = math.isfinite(value) and SMALLEST_RATE <= value <= LARGEST_RATE
        state = QValidator.State.Acceptable if fits else QValidator.State.Intermediate
        return state, text, position

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
