"""The axes of the curves: numbers of a logarithmic scale that do not lie over each other.

It imports pyqtgraph; import it only once a page with curves is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pyqtgraph as pg

from lenetpad.ui.widgets.ticks import logarithmic_ticks

ROOM: Final = 16  # pixels between two numbers of a logarithmic scale


class Axis(pg.AxisItem):  # type: ignore[misc]
    """On a logarithmic scale it writes 1 to 9 times the powers of ten, or as many as fit."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:  # noqa: N803
        """The places of the ticks, in one group on a logarithmic scale: logarithms there."""
        if not self.logMode:
            ticks: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
            return ticks
        return [(1.0, logarithmic_ticks(minVal, maxVal, size, ROOM))]

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """What is written at the ticks."""
        return [f"{10.0**value * scale:.3g}" for value in values]
