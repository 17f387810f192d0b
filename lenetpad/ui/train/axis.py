"""The axes of the curves: numbers of a logarithmic scale that do not lie over each other.

It imports pyqtgraph; import it only once a page with curves is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtGui import QFont, QFontMetricsF

from lenetpad.ui.widgets.ticks import logarithmic_ticks

ROOM_A_LINE: Final = 1.2  # heights of a number that it takes
ROOM: Final = 16  # pixels between two numbers of a logarithmic scale


class Axis(pg.AxisItem):  # type: ignore[misc]
    """Writes no number over another. On a logarithmic scale it writes 1 to 9 times the powers of
    ten, or as many as fit."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803
        """The steps from tick to tick, each with the place of one: the first step is numbered."""
        (step, offset), *finer = super().tickSpacing(minVal, maxVal, size)
        height = QFontMetricsF(self.style["tickFont"] or QFont()).height()
        room = size / max(maxVal - minVal, 1e-300)  # pixels a unit
        for factor in (1, 2, 5, 10, 20, 50):
            if step * factor * room >= ROOM_A_LINE * height:
                break
        return [(step * factor, offset), *(finer if factor == 1 else ())]

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:  # noqa: N803
        """The places of the ticks, in one group on a logarithmic scale: logarithms there."""
        if not self.logMode:
            ticks: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
            return ticks
        return [(1.0, logarithmic_ticks(minVal, maxVal, size, ROOM))]

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """What is written at the ticks."""
        return [f"{10.0**value * scale:.3g}" for value in values]
