"""The axes of the curves: numbers of a logarithmic scale that do not lie over each other.

It imports pyqtgraph; import it only once a page with curves is opened.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import pyqtgraph as pg

ROOM: Final = 16  # pixels between two numbers of a logarithmic scale
FACTORS: Final = (tuple(range(1, 10)), (1, 2, 5), (1,))


class Axis(pg.AxisItem):  # type: ignore[misc]
    """On a logarithmic scale it writes 1 to 9 times the powers of ten, or as many as fit."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:  # noqa: N803
        """The places of the ticks, in one group on a logarithmic scale: logarithms there."""
        if not self.logMode:
            ticks: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
            return ticks
        room = size / max(maxVal - minVal, 1e-9)  # pixels a decade
        every = max(1, math.ceil(ROOM / room))
        factors = next(f for f in FACTORS if _closest(f) * room >= ROOM or len(f) == 1)
        powers = [p for p in range(math.floor(minVal), math.ceil(maxVal) + 1) if p % every == 0]
        places = [power + math.log10(factor) for power in powers for factor in factors]
        shown = [place for place in places if minVal <= place <= maxVal]
        return [(1.0, shown or [(minVal + maxVal) / 2])]

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """What is written at the ticks."""
        return [f"{10.0**value * scale:.3g}" for value in values]


def _closest(factors: Sequence[int]) -> float:
    """The smallest distance between two of these and ten, as logarithms."""
    return min(math.log10(b / a) for a, b in pairwise((*factors, 10)))
