"""Holds maps and units on the Draw page at a value, and lets go of them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.explanation import Unit
from lenetpad.values.holding import LAYERS_OF_MAPS, LAYERS_OF_UNITS, Hold, Holds

#: What a switched-off map or unit is held at.
OFF: Final = 0.0


class Holding(QObject):
    """``holds`` are to be in force in every reading; ``changed`` comes when they are others.

    The selected units' maps are held, in C1 to S4, or the units themselves, in C5 and F6.
    """

    changed = Signal()

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self.holds: Holds = ()
        self._page, self._actions = page, window.actions_by_name
        self._network: object = None
        self._connected = False
        actions.connect(
            window.actions_by_name, {"switch_off": self.switch, "bring_back": self.bring_back}
        )
        page.maps.selection_changed.connect(self._show)
        page.inspector_toggled.connect(self._note_toggled)
        self._show()

    def show_network(self, network: object) -> None:
        """Hold nothing in another network; other weights of one run are the same network."""
        if network != self._network:
            self._network, self.holds = network, ()
            self._show()

    @Slot()
    def switch(self) -> None:
        """Switch off what is selected, or let go of it where all of it is held."""
        chosen = self._chosen()
        held = [self._hold_of(unit) for unit in chosen]
        if chosen and None not in held:
            self.set_holds(tuple(hold for hold in self.holds if hold not in held))
        else:
            self.hold_at(OFF)

    @Slot(float)
    def hold_at(self, value: float) -> None:
        """Hold what is selected at a value."""
        chosen = self._chosen()
        new = dict.fromkeys(Hold(unit.layer, unit.map, value=value) for unit in chosen)
        places = {(hold.layer, hold.map) for hold in new}
        kept = (hold for hold in self.holds if (hold.layer, hold.map) not in places)
        self.set_holds((*kept, *new))

    @Slot()
    def bring_back(self) -> None:
        """Hold nothing any more."""
        self.set_holds(())

    def set_holds(self, holds: Holds) -> None:
        """Hold these maps and units, and no other."""
        if holds != self.holds:
            self.holds = holds
            self._show()
            self.changed.emit()

    def _chosen(self) -> list[Unit]:
        """What of the selected units can be held."""
        known = (*LAYERS_OF_MAPS, *LAYERS_OF_UNITS)
        return [unit for unit in self._page.maps.selected if unit.layer in known]

    def _hold_of(self, unit: Unit) -> Hold | None:
        places = {(hold.layer, hold.map): hold for hold in self.holds}
        return places.get((unit.layer, unit.map))

    @Slot(bool)
    def _note_toggled(self, shown: bool) -> None:
        if shown and not self._connected:
            self._connected = True
            row = self._page.inspector.holding
            row.switch_wanted.connect(self.switch)
            row.hold_wanted.connect(self.hold_at)
            row.back_wanted.connect(self.bring_back)
        self._show()

    @Slot()
    def _show(self) -> None:
        """Show in the inspector how what is selected is held, and offer what can be done."""
        self._actions["bring_back"].setEnabled(bool(self.holds))
        if self._page.inspector_shown:
            chosen = self._chosen()
            held = self._hold_of(chosen[0]) if chosen else None
            self._page.inspector.holding.show_held(
                held, possible=bool(chosen), some=bool(self.holds)
            )
