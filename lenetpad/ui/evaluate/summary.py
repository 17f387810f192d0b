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
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.evaluation import AIMED_ERROR, EvaluationResults

#: Each number's title, of at most two lines, and what it means; in the last one, ``{error}`` is
#: ``AIMED_ERROR``.
COLUMNS: Final = (
    (
        marked("Evaluate", "Images"),
        marked("Evaluate", "How many images each network has read."),
    ),
    (
        marked("Evaluate", "Error"),
        marked("Evaluate", "The share of the digits that are read as another digit."),
    ),
    (
        marked("Evaluate", "Macro\naccuracy"),
        marked(
            "Evaluate",
            "The mean of the accuracies of the ten digits, so that a rare digit counts as much as "
            "a common one.",
        ),
    ),
    (
        marked("Evaluate", "Rejected"),
        marked(
            "Evaluate",
            "The share of the images for which “not a digit” is more probable than any digit.",
        ),
    ),
    (
        marked("Evaluate", "Calibration\nerror"),
        marked(
            "Evaluate",
            "How far, on average, the probability of an answer is from how often such answers are "
            "right.",
        ),
    ),
    (
        marked("Evaluate", "Rejected to reach\n{error} error"),
        marked(
            "Evaluate",
            "The share of the digits, least probable answers first, that must be rejected for an "
            "error of {error} among the rest.",
        ),
    ),
)
NONE: Final = "—"
WIDEST: Final = "100.00 %"
SIZE: Final = 14
NAME_WIDTH: Final = 60  # at least


class Summary(QWidget):
    """Two rows of numbers and a sentence; their places are kept where they are empty."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = self._layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(14)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(0, 1)
        self._heads = [self._label(title, tip) for title, tip in columns()]
        self.names = [ElidedLabel() for _ in LETTERS]
        self.numbers = [[self._label("", tip) for _, tip in columns()] for _ in LETTERS]
        self.comparison = ElidedLabel()
        for column, head in enumerate(self._heads, start=1):
            kept = head.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            head.setSizePolicy(kept)
            head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
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
        numbers = [number for row in self.numbers for number in row]
        for label in (*self.names, *numbers):
            label.setFont(font)
        widest = QFontMetrics(font).horizontalAdvance(WIDEST)
        for number in numbers:
            number.setMinimumWidth(widest)
        self._layout.setColumnMinimumWidth(0, theme.px(NAME_WIDTH))
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
        return label


def columns() -> list[tuple[str, str]]:
    """Each number's title and what it means, in the user's language."""
    error = f"{100 * AIMED_ERROR:.1f} %"
    return [
        (
            translate("Evaluate", title).format(error=error),
            translate("Evaluate", tip).format(error=error),
        )
        for title, tip in COLUMNS
    ]


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
    if found.differ == 0:
        return translate("Evaluate", "Both agree everywhere.")
    differ = counted(
        found.differ,
        translate("Evaluate", "They differ on 1 pattern."),
        translate("Evaluate", "They differ on {n} patterns."),
    )
    words = translate(
        "Evaluate",
        "{differ} Digits read right by A only: {first}, by B only: {second}, by neither: "
        "{neither}.",
    )
    return words.format(
        differ=differ,
        first=f"{found.only_first_right:,}",
        second=f"{found.only_second_right:,}",
        neither=f"{found.both_wrong:,}",
    )
