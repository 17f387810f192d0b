"""What the curves of runs consist of, on the screen and in files: charts, lines and colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt

from lenetpad.ui.widgets.series import pens_of
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked

#: Each run's curves; the first word is the chart's. Dotted are those with a value an epoch.
CURVES: Final = {
    "loss": Qt.PenStyle.SolidLine,
    "loss validation": Qt.PenStyle.DotLine,
    "accuracy": Qt.PenStyle.DotLine,
    "rate": Qt.PenStyle.SolidLine,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One of the three plots: title, what its values mean, and its share of the height."""

    name: str
    title: str
    tip: str
    share: int


CHARTS: Final = (
    Chart(
        "loss",
        marked("Train", "Loss"),
        marked("Train", "How wrong the network is on average; training makes it smaller"),
        5,
    ),
    Chart(
        "accuracy",
        marked("Train", "Validation accuracy, %"),
        marked("Train", "How many of the images kept out of training are read correctly"),
        4,
    ),
    Chart(
        "rate",
        marked("Train", "Learning rate"),
        marked("Train", "How far a step moves the weights"),
        3,
    ),
)
#: The charts whose values have a logarithmic scale where one is wanted.
LOGARITHMIC: Final = ("loss", "rate")


def chart_of(curve: str) -> str:
    """The name of the chart that a curve is in."""
    return curve.partition(" ")[0]


def colour_of(number: int, theme: Theme) -> str:
    """The colour of a run, by its place."""
    pens = pens_of(theme)
    return pens[number % len(pens)]
