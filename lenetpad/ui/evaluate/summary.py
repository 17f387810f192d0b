"""The numbers of an evaluation: a row for each network, and where the two differ."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from lenetpad.ui.widgets.chart import LETTERS, sized
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.evaluation import AIMED_ERROR, EvaluationResults

COLUMNS: Final = (
    ("Images", "How many were read"),
    ("Error", "Wrong answers among the digits"),
    ("Macro accuracy", "The mean of the ten digits' accuracies"),
    ("Refused", "Where “no digit” is more probable than every digit"),
    ("Calibration error", "How far probabilities are from how often they are right"),
    (
        f"Refuse for {100 * AIMED_ERROR:.1f} %",
        "How many of the least probable answers must be refused for that error among the others",
    ),
)
NONE: Final = "—"
WIDEST: Final = "100.00 %"
SIZE: Final = 14


class Summary(QWidget):
    """Two rows of numbers and a sentence; their places are kept where they are empty."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(22)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(0, 1)
        self._heads = [self._label(title, tip) for title, tip in COLUMNS]
        self.names = [ElidedLabel() for _ in LETTERS]
        self.numbers = [[self._label("", tip) for _, tip in COLUMNS] for _ in LETTERS]
        self.comparison = ElidedLabel()
        for column, head in enumerate(self._heads, start=1):
            kept = head.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            head.setSizePolicy(kept)
            head.hide()  # until there are numbers
            layout.addWidget(head, 0, column)
        for row, (name, numbers) in enumerate(zip(self.names, self.numbers, strict=True), 1):
            layout.addWidget(name, row, 0)
            for column, number in enumerate(numbers, start=1):
                layout.addWidget(number, row, column)
        layout.addWidget(self.comparison, 3, 0, 1, len(COLUMNS) + 1)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Use another theme's colours."""
        font = sized(self.font(), theme.px(SIZE), bold=True)
        for label in (*self.names, *(number for row in self.numbers for number in row)):
            label.setFont(font)
        for head in (*self._heads, self.comparison):
            head.setStyleSheet(f"color: {theme.dim};")
        for name, colour in zip(self.names, (theme.accent, theme.positive[2]), strict=True):
            name.setStyleSheet(f"color: {colour};")

    def clear(self) -> None:
        """Show no numbers."""
        for head in self._heads:
            head.hide()
        for name, numbers in zip(self.names, self.numbers, strict=True):
            name.setText("")
            for number in numbers:
                number.setText("")
        self.comparison.setText("")

    def show_results(self, results: EvaluationResults, names: tuple[str, ...]) -> None:
        """Show the numbers of results; ``names`` are what to call the networks."""
        self.clear()
        for head in self._heads:
            head.show()
        self.rename(names)
        for which in range(len(names)):
            values = values_of(results, which)
            for number, value in zip(self.numbers[which], values, strict=True):
                number.setText(value)
        if results.compares:
            self.comparison.setText(compared(results))

    def rename(self, names: tuple[str, ...]) -> None:
        """Call the networks by other names."""
        for which, name in enumerate(names):
            self.names[which].setText(f"{LETTERS[which]}: {name}")

    @staticmethod
    def _label(text: str, tip: str) -> QLabel:
        label = QLabel(text)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setToolTip(tip)
        widest = sized(label.font(), SIZE, bold=True)
        label.setMinimumWidth(QFontMetrics(widest).horizontalAdvance(WIDEST))
        return label


def values_of(results: EvaluationResults, which: int) -> tuple[str, ...]:
    """A network's numbers as text, one for each of ``COLUMNS``."""
    predictions = results.found[which]
    evaluation = predictions.evaluation
    return (
        f"{evaluation.n:,}",
        _share(evaluation.error),
        _share(evaluation.macro_accuracy),
        _share(float(evaluation.refused.mean())) if predictions.no_digit is not None else NONE,
        _share(evaluation.calibration_error),
        _share(results.curves[which].refused_for(AIMED_ERROR)),
    )


def _share(fraction: float | None) -> str:
    return NONE if fraction is None or math.isnan(fraction) else f"{100 * fraction:.2f} %"


def compared(results: EvaluationResults) -> str:
    """Where two networks differ, in a sentence."""
    found = results.comparison()
    return (
        f"They differ on {found.differ:,} patterns. Of the digits, A alone reads "
        f"{found.only_first_right:,} right, B alone {found.only_second_right:,}, "
        f"neither {found.both_wrong:,}."
    )
