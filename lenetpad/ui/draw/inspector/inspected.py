"""What the inspector shows of a unit, and where its products come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lenetpad.ui.widgets.words import translate
from lenetpad.values.explanation import INPUT, OUTPUT, Competition, Curve, Explanation, Unit
from lenetpad.values.layers import LayerSpec

#: Layers whose maps are single units, and a picture of the two that are compared with codes.
SINGLE: Final = ("C5", "F6", OUTPUT)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a grid: of which term, and which of its products, counted along the rows."""

    term: int
    cell: int


@dataclass(frozen=True, slots=True, eq=False)
class Inspected:
    """A unit with all that is written of it. ``spec`` is its layer, ``curve`` its activation where
    it has one, and ``competition`` that of all outputs where it is one of them. ``held`` is the
    value at which the unit is held, if it is: its weighted sum has no part in it then."""

    explanation: Explanation
    spec: LayerSpec
    curve: Curve | None = None
    competition: Competition | None = None
    held: float | None = None

    @property
    def unit(self) -> Unit:
        """Which unit it is."""
        return self.explanation.unit


def name_of(unit: Unit) -> str:
    """A unit by its layer, map and place."""
    if unit.layer == INPUT:
        text = translate("Draw", "Input ({row}, {column})")
    elif unit.layer == OUTPUT:
        text = translate("Draw", "Output {map}")
    elif unit.layer in SINGLE:
        text = translate("Draw", "{layer} unit {map}")
    else:
        text = translate("Draw", "{layer} map {map} ({row}, {column})")
    return text.format(layer=unit.layer, map=unit.map, row=unit.row, column=unit.column)


def source_of(inspected: Inspected, place: Place) -> Unit | None:
    """The unit that a cell of a grid shows."""
    explanation = inspected.explanation
    if not explanation.fields or place.term >= len(explanation.terms):
        return None
    seen, term = explanation.fields[0], explanation.terms[place.term]
    if not 0 <= place.cell < term.products.size:
        return None
    if term.products.ndim == 1:
        return Unit(seen.layer, seen.maps[place.cell], 0, 0)
    row, column = divmod(place.cell, term.products.shape[1])
    return Unit(seen.layer, term.map, seen.top + row, seen.left + column)


def place_of(inspected: Inspected, unit: Unit) -> Place | None:
    """The cell in which a unit of the layer before is shown; None where it is not seen."""
    explanation = inspected.explanation
    if not explanation.fields or unit.layer != explanation.fields[0].layer:
        return None
    seen = explanation.fields[0]
    for index, term in enumerate(explanation.terms):
        if term.products.ndim == 1:
            return Place(index, seen.maps.index(unit.map)) if unit.map in seen.maps else None
        row, column = unit.row - seen.top, unit.column - seen.left
        rows, columns = term.products.shape
        if term.map == unit.map and 0 <= row < rows and 0 <= column < columns:
            return Place(index, row * columns + column)
    return None
