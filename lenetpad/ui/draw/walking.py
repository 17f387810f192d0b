"""Walking from unit to unit by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt

from lenetpad.values.explanation import OUTPUT, Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import DIGITS

ARROWS: Final = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
PAGES: Final = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class Walker:
    """Knows the layers' sizes, and which letters of a layer's name have been typed."""

    def __init__(self) -> None:
        self._sizes: dict[str, tuple[int, int, int]] = {}  # maps, rows, columns
        self._typed = ""

    def know(
        self, model: ModelReady, others: Mapping[str, tuple[int, int, int]] | None = None
    ) -> None:
        """Walk in this network: its layers, the input first, and the outputs; ``others`` are maps,
        rows and columns of layers that show something else than their units."""
        self._sizes = {
            layer.name: (layer.maps, layer.height, layer.width) for layer in model.layers
        }
        self._sizes |= others or {}
        self._sizes[OUTPUT] = (DIGITS, 1, 1)

    def step(self, unit: Unit | None, key: Qt.Key, text: str) -> Unit | None:
        """Where a key leads to from a unit; None where it leads nowhere.

        Arrows go to the next unit, in layers of single units along them; Page Up and Page Down to
        the map before and after; 1 to 7 to the layers from C1 to the output and 0 to the input, as
        does a layer's name, letter by letter.
        """
        if unit is not None and key in ARROWS:
            self._typed = ""
            return self._moved(unit, *ARROWS[key])
        if unit is not None and key in PAGES:
            self._typed = ""
            maps = self._sizes[unit.layer][0]
            return replace(unit, map=(unit.map + PAGES[key]) % maps)
        if key in ARROWS or key in PAGES:
            return self.middle("C1")
        return self._named(text.lower())

    def _moved(self, unit: Unit, down: int, right: int) -> Unit:
        maps, rows, columns = self._sizes[unit.layer]
        if rows == columns == 1:
            return replace(unit, map=min(max(unit.map + down + right, 0), maps - 1))
        row, column = unit.row + down, unit.column + right
        return replace(
            unit, row=min(max(row, 0), rows - 1), column=min(max(column, 0), columns - 1)
        )

    def _named(self, letter: str) -> Unit | None:
        """A layer by its number, or by its name once that is plain."""
        names = list(self._sizes)
        if len(letter) != 1 or not letter.isalnum() or not letter.isascii():
            return None
        typed, self._typed = self._typed + letter, ""
        whole = [name for name in names if name.lower() == typed]
        if whole:
            return self.middle(whole[0])
        if letter.isdigit():
            place = int(letter)
            return self.middle(names[place]) if place < len(names) else None
        begun = [name for name in names if name.lower().startswith(letter)]
        if len(begun) == 1:
            return self.middle(begun[0])
        self._typed = letter if begun else ""
        return None

    def middle(self, layer: str) -> Unit:
        """The unit in the middle of a layer's first map."""
        _, rows, columns = self._sizes[layer]
        return Unit(layer, 0, rows // 2, columns // 2)
