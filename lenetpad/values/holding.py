"""Units that are held at a value, whatever they would have been: what a network reads then."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

#: The layers of whose maps and units some can be held.
LAYERS_OF_MAPS: Final = ("C1", "S2", "C3", "S4")
LAYERS_OF_UNITS: Final = ("C5", "F6")


@dataclass(frozen=True, slots=True)
class Hold:
    """A whole map of C1, S2, C3 or S4, one position of it, or a unit of C5 or F6, held at a value.

    ``row`` and ``column`` are None for a whole map; of C5 and F6 ``map`` is the unit's number,
    and they are None or 0. ``value`` stands in place of what comes out of the activation: 0
    switches off. Raises ValueError for what cannot be held.
    """

    layer: str
    map: int
    row: int | None = None
    column: int | None = None
    value: float = 0.0

    def __post_init__(self) -> None:
        if self.layer not in LAYERS_OF_MAPS + LAYERS_OF_UNITS:
            raise ValueError(f"units of {self.layer!r} cannot be held")
        if (self.row is None) != (self.column is None):
            raise ValueError("a position to hold has a row and a column")
        if min(self.map, self.row or 0, self.column or 0) < 0:
            raise ValueError("maps and positions to hold are counted from 0")
        if not math.isfinite(self.value):
            raise ValueError(f"nothing can be held at {self.value}")

    @property
    def index(self) -> tuple[int, ...]:
        """Where it lies in a layer's tap: a map, or a position of it."""
        if self.row is None or self.column is None or self.layer in LAYERS_OF_UNITS:
            return (self.map,)
        return self.map, self.row, self.column


#: None, mostly: then the network reads as it is.
Holds = tuple[Hold, ...]


def held_at(holds: Holds, layer: str, map: int, row: int = 0, column: int = 0) -> float | None:
    """The value at which a unit is held, by itself or with its map; None where it is not."""
    for hold in holds:
        if hold.layer == layer and hold.index in ((map,), (map, row, column)):
            return hold.value
    return None
