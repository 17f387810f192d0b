"""Explains the units that are selected on the Draw page, with the numbers of each reading."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QObject, Slot

from lenetpad.lenet.explanation import activation_curve, competition, explain
from lenetpad.ui import actions
from lenetpad.ui.draw.inspector.inspected import Inspected, place_of
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.explanation import INPUT, OUTPUT, Curve, Unit
from lenetpad.values.holding import held_value
from lenetpad.values.layers import LayerSpec
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

#: Sums beyond these lie on the flat ends of every activation that has some.
STEEP: Final = 6.0


class Inspection(QObject):
    """Stands between the maps, where units are selected, and the inspector.

    A unit that is pinned opens the inspector, and keeps following the pen.
    """

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._page, self._action = page, window.actions_by_name["inspector"]
        self._model: ModelReady | None = None
        self._reading: Reading | None = None
        self._connected = False
        self._curve = lru_cache(maxsize=16)(activation_curve)
        slots = {
            "inspector": self._toggle,
            "layer_help": self._explain_layer,
            "slide": self._slide,
        }
        actions.connect(window.actions_by_name, slots)
        page.maps.selection_changed.connect(self._select)
        page.maps.unit_pointed.connect(self._point)
        page.inspector_toggled.connect(self._note_toggled)

    def show_model(self, ready: ModelReady) -> None:
        """Explain the readings of another network from now on."""
        self._model, self._reading = ready, None

    def follow(self, reading: Reading) -> None:
        """Explain what is selected with the numbers of another reading."""
        self._reading = reading
        self._show()

    def refresh(self) -> None:
        """Explain again, for something else may be said now."""
        self._show()

    def forget(self) -> None:
        """Explain nothing: what there was is not of what lies on the canvas now."""
        self._reading = None
        self._page.maps.show_fields(())
        if self._page.inspector_shown:
            self._page.inspector.show_units((), None, 0)

    @Slot()
    def _toggle(self) -> None:
        self._page.show_inspector(shown=self._action.isChecked())

    @Slot()
    def _explain_layer(self) -> None:
        self._page.explain_layer(self._page.maps.current_layer)

    @Slot(bool)
    def _note_toggled(self, shown: bool) -> None:
        self._action.setChecked(shown)
        if shown and not self._connected:
            self._connected = True
            self._page.inspector.followed.connect(self._page.maps.follow)
            self._page.inspector.chosen.connect(self._page.maps.pin)
            sliding = self._page.inspector.sliding
            sliding.moved.connect(self._page.maps.move_pin)
            sliding.changed.connect(self._fill)
            self._page.maps.selection_changed.connect(self._choose_sliding)
            self._choose_sliding()
        if not shown and self._connected:
            self._page.inspector.sliding.stop()
        self._show()

    @Slot()
    def _select(self) -> None:
        if self._page.maps.pins:
            self._page.show_inspector(shown=True)
        self._show()

    # Flow

    @Slot()
    def _slide(self) -> None:
        """Slide the kernel of the selected unit, or stop it."""
        maps = self._page.maps
        if not maps.pins and maps.selected:
            maps.pin(maps.selected[0])
        self._page.show_inspector(shown=True)
        self._page.inspector.show_view(View.ARITHMETIC)
        self._page.inspector.sliding.toggle()

    @Slot()
    def _choose_sliding(self) -> None:
        """Slide over the map of the unit that is pinned first."""
        units = [unit for unit in self._page.maps.pins[:1] if unit.layer not in (INPUT, OUTPUT)]
        unit = units[0] if units and self._model is not None else None
        view = None if unit is None or self._model is None else self._model.layer(unit.layer)
        self._page.inspector.sliding.choose(unit, view)
        self._page.inspector.sliding_bar.refresh()
        self._fill()

    @Slot()
    def _fill(self) -> None:
        """Show the map as far as the kernel has come."""
        sliding = self._page.inspector.sliding
        self._page.maps.fill_to(sliding.unit if sliding.active else None)

    @Slot(object)
    def _point(self, unit: Unit | None) -> None:
        """Mark in the inspector what of a pinned unit's arithmetic is pointed at in the maps."""
        page = self._page
        if page.maps.pins and page.inspector_shown and page.inspector.inspected:
            shown = page.inspector.inspected[0]
            page.inspector.mark(None if unit is None else place_of(shown, unit))

    def _show(self) -> None:
        page, model, reading = self._page, self._model, self._reading
        if model is None or reading is None:
            return
        known = bool(model.specs and reading.parameters)
        units = page.maps.selected if known else ()
        found = [self._inspected(model, reading, unit) for unit in units]
        page.maps.show_fields(found[0].explanation.fields if found else ())
        if page.inspector_shown:
            wanted = known and not units and reading.digit is not None
            wanted = wanted and not page.answers_hidden
            answer = competition(model, reading) if wanted else None
            page.inspector.show_units(found, answer, reading.serial)

    def _inspected(self, model: ModelReady, reading: Reading, unit: Unit) -> Inspected:
        spec = next(spec for spec in model.specs if spec.name == unit.layer)
        answers = unit.layer == OUTPUT and reading.digit is not None
        answers = answers and not self._page.answers_hidden
        return Inspected(
            explain(model, reading, unit),
            spec,
            self._curve_of(model, spec) if spec.activation else None,
            competition(model, reading) if answers else None,
            held_value(reading.holds, unit),
        )

    def _curve_of(self, model: ModelReady, spec: LayerSpec) -> Curve:
        """The layer's activation where its sums mostly lie."""
        end = STEEP if spec.activation != "ReLU" else max(1.0, model.layer(spec.name).high)
        return self._curve(spec.activation, -end, end)
