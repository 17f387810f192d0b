"""A unit of a network, as a window points at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit at (row, column) of a map of a layer: input, C1, S2, C3, S4, C5, F6 or output.

    Of C5, F6 and output, whose maps are single units, ``map`` is the unit's number, and row and
    column are 0.
    """

    layer: str
    map: int
    row: int
    column: int
