"""Maps in which units are selected, by pointer and by keyboard, to be explained."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.draw.shown_maps import ShownMaps
from lenetpad.ui.draw.walking import Walker
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.explanation import INPUT, OUTPUT, Field, Unit
from lenetpad.values.models import LayerView
from lenetpad.values.reading import Reading

ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SelectableMaps(ShownMaps):
    """A click or Enter pins a unit, and with Ctrl a second one: ``pins``. ``selected`` are the
    units that are to be explained: those, or else the one that is pointed at.

    ``selection_changed`` comes when they are others; ``unit_pointed`` carries the unit that is
    pointed at, None for none; ``menu_asked`` a layer and the place on the screen where a menu of
    what can be done with it is wanted. The keyboard points as the pointer does.

    A weight stands for a unit of its map: the one that was pinned last, or the one in the middle.
    """

    selection_changed = Signal()
    unit_pointed = Signal(object)
    menu_asked = Signal(str, QPoint)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.pins: tuple[Unit, ...] = ()
        self._fields: tuple[Field, ...] = ()  # what the first of the selected units sees
        self._followed: Unit | None = None  # one of the units that it sees
        self._filled: Unit | None = None  # the last unit of its map that is shown
        self._grip: tuple[Field, QPointF] | None = None  # the kernel that is dragged, and where
        self._dragged = False  # whether it has moved since it was pressed
        self._walker = Walker()
        self._pinned_last: dict[str, Unit] = {}  # of each layer
        super().__init__(theme, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def selected(self) -> tuple[Unit, ...]:
        """The units to explain: those that are pinned, or else the one that is pointed at."""
        if self.pins:
            return self.pins
        return () if self.pointed is None else (self.unit_of(self.pointed),)

    def unit_of(self, pointed: Pointed) -> Unit:
        """The unit that is pointed at; in the codes it is the output of their digit."""
        if pointed.layer == CODES:
            return Unit(OUTPUT, pointed.map)
        if self.shows_weights(pointed.layer):
            view = self.layer_view(pointed.layer)
            middle = Unit(pointed.layer, 0, view.height // 2, view.width // 2)
            number = self.shown_units.get(pointed.layer, pointed.map)
            return replace(self._pinned_last.get(pointed.layer, middle), map=number)
        if self.layer_view(pointed.layer).flat:
            columns = self.placed[pointed.layer].block.cell[1]
            return Unit(pointed.layer, pointed.row * columns + pointed.column)
        return Unit(pointed.layer, pointed.map, pointed.row, pointed.column)

    def pointed_of(self, unit: Unit) -> Pointed | None:
        """Where a unit is shown, None where its layer is not."""
        layer = CODES if unit.layer == OUTPUT else unit.layer
        if layer not in self.pictures and layer not in self.weights:
            return None
        if layer == CODES:
            return Pointed(CODES, unit.map, 0, 0)
        if self.shows_weights(layer):
            return Pointed(layer, 0 if layer in self.shown_units else unit.map, 0, 0)
        if self.layer_view(layer).flat:
            row, column = divmod(unit.map, self.placed[layer].block.cell[1])
            return Pointed(layer, 0, row, column)
        return Pointed(layer, unit.map, unit.row, unit.column)

    def pin(self, unit: Unit, *, beside: bool = False) -> None:
        """Keep a unit, in place of the others or ``beside`` the last one; a pinned one is let
        go of."""
        if unit in self.pins:
            self.pins = tuple(other for other in self.pins if other != unit)
        else:
            self.pins = (*self.pins[-1:], unit) if beside else (unit,)
            self._note_pinned(unit)
        self.selection_changed.emit()
        self.update()

    def _note_pinned(self, unit: Unit) -> None:
        """Have the weights of a unit shown, or its map's stand for it."""
        self._pinned_last[unit.layer] = unit
        if unit.layer in self.shown_units:
            self.show_unit(unit.layer, unit.map)

    def set_shown(self, shown: Shown) -> None:
        """Show something else of every layer; what was pointed at stays so."""
        pointed = self.pointed
        if shown is self.shown:
            return
        by_pointer = pointed is not None and pointed == self.pointer_unit()
        unit = None if pointed is None else self.unit_of(pointed)
        self.point(None)
        if unit is not None and unit.layer in self.shown_units:
            self.show_unit(unit.layer, unit.map)
        super().set_shown(shown)
        if by_pointer:
            self.point(self.pointer_unit())
        elif unit is not None:
            self.point(self.pointed_of(unit))

    def let_go(self) -> bool:
        """Let go of what is pinned; False where nothing is."""
        had = bool(self.pins)
        self.pins = ()
        if had:
            self.selection_changed.emit()
            self.update()
        return had

    def show_fields(self, fields: tuple[Field, ...]) -> None:
        """Frame what the selected unit sees."""
        if fields != self._fields:
            self._fields = fields
            self.update()

    def select_as(self, other: SelectableMaps) -> None:
        """Show what is pinned in other maps, and what of it is followed; nothing that is merely
        pointed at there."""
        self.pins = other.pins
        if self.pins:
            self._fields, self._followed = other._fields, other._followed

    def move_pin(self, unit: Unit) -> None:
        """Pin another unit of the same map in place of the first."""
        if self.pins and unit != self.pins[0]:
            self.pins = (unit, *self.pins[1:])  # also past the one that it is compared with
            self.selection_changed.emit()
            self.update()

    def fill_to(self, unit: Unit | None) -> None:
        """Show a map as far as this unit, along the rows; None shows all of it."""
        if unit != self._filled:
            self._filled = unit
            self.update()

    def follow(self, unit: Unit | None) -> None:
        """Mark one of the units that the selected one sees."""
        if unit != self._followed:
            self._followed = unit
            self.update()

    @property
    def marked(self) -> tuple[tuple[Field, ...], Unit | None, Unit | None]:
        """What is marked beside the selected units: what the first one sees, one of those units,
        and the last unit of its map that is shown."""
        return self._fields, self._followed, self._filled

    def mark(self, fields: tuple[Field, ...], followed: Unit | None, filled: Unit | None) -> None:
        """Mark the same as other maps."""
        self.show_fields(fields)
        self.follow(followed)
        self.fill_to(filled)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Page Up and Page Down, digits and layers' names move; Enter pins."""
        if self.model is None:
            super().keyPressEvent(event)
            return
        now = None if self.pointed is None else self.unit_of(self.pointed)
        if event.key() in ENTER:
            if now is not None:
                beside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                self.pin(now, beside=beside)
            return
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        self._walker.know(self.model, self._sizes_of_weights())
        here = None if self.pointed is None else self._place_of(self.pointed)
        there = self._walker.step(here, Qt.Key(event.key()), event.text())
        if there is None:
            super().keyPressEvent(event)
            return
        layer = CODES if there.layer == OUTPUT else there.layer
        if self.alone not in ("", layer):
            self.show_alone("")
            self._walker.know(self.model, self._sizes_of_weights())  # now of all layers
            there = self._walker.middle(there.layer)
        if not self.shows_weights(layer):
            self.point(self.pointed_of(there))
        else:
            self._point_at_weight(there, changes=here is None or here.layer != there.layer)

    def _sizes_of_weights(self) -> dict[str, tuple[int, int, int]]:
        """Maps, rows and columns of the layers whose weights are in their places."""
        return {
            name: (self.layer_view(name).maps, *weights.grid.size)
            for name, weights in self.weights.items()
        }

    def _place_of(self, pointed: Pointed) -> Unit:
        """Where the keyboard is: at a unit, or at a weight as if it were one."""
        if not self.shows_weights(pointed.layer):
            return self.unit_of(pointed)
        number = self.shown_units.get(pointed.layer, pointed.map)
        return Unit(pointed.layer, number, pointed.row, pointed.column)

    def _point_at_weight(self, place: Unit, *, changes: bool) -> None:
        """Go to a weight; in a layer of single units from one unit's to another's, but where the
        keyboard ``changes`` from another layer to those that are shown."""
        layer, number = place.layer, place.map
        if layer in self.shown_units:
            if not changes and number != self.shown_units[layer]:
                self.point(None)
                self.show_unit(layer, number)
            number = 0
        self.point(Pointed(layer, number, place.row, place.column))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = self._grip_at(event.position())
        if self._grip is None:
            self._pin_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None or not self._drag(event.position()):
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A kernel that was pressed and not moved: the unit below it is meant."""
        grip, self._grip = self._grip, None
        if grip is not None and not self._dragged:
            self._pin_at(event)

    def _pin_at(self, event: QMouseEvent) -> None:
        pointed = self.unit_at(event.position())
        if pointed is not None:
            beside = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.pin(self.unit_of(pointed), beside=beside)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for what can be done with the layer at the pointer, or of the selected unit."""
        at = QPointF(event.pos())
        found = [name for name, placed in self.placed.items() if placed.area.contains(at)]
        name = self.title_at(at) or "".join(found[:1]) or self.current_layer
        self.menu_asked.emit(OUTPUT if name == CODES else name, event.globalPos())

    @property
    def current_layer(self) -> str:
        """The layer of the selected unit; the input where there is none."""
        return self.selected[0].layer if self.selected else INPUT

    def area_of(self, layer: str) -> QRect:
        """Where a layer is painted; all of the panel for one that is not."""
        placed = self.placed.get(CODES if layer == OUTPUT else layer)
        return self.rect() if placed is None else placed.area.toAlignedRect()

    # Dragging the kernel

    def _grip_at(self, at: QPointF) -> tuple[Field, QPointF] | None:
        """What the pinned unit sees of the layer before, where that lies at a position and can be
        moved; with the position."""
        self._dragged = False
        if not self.pins or not self._fields:
            return None
        view, field = self.view_of(self.pins[0]), self._fields[0]
        if view is None or view.flat or field.layer not in self.pictures:
            return None
        inside = any(area.contains(at) for area in self._field_areas(field))
        return (field, at) if inside else None

    def _drag(self, at: QPointF) -> bool:
        """Move the kernel with the pointer, in steps of its stride; False where nothing can."""
        assert self._grip is not None
        field, start = self._grip
        before = self.pictures.get(field.layer)
        view = self.view_of(self.pins[0]) if self.pins else None
        if view is None or before is None:
            return False
        cell = self.placed[field.layer].cells[0]
        stride = max(1, (before.height - field.height) // max(1, view.height - 1))
        step_y = stride * cell.height() / before.height
        step_x = stride * cell.width() / before.width
        row = field.top // stride + round((at.y() - start.y()) / step_y)
        column = field.left // stride + round((at.x() - start.x()) / step_x)
        unit = replace(
            self.pins[0],
            row=min(max(row, 0), view.height - 1),
            column=min(max(column, 0), view.width - 1),
        )
        self._dragged |= unit != self.pins[0]
        self.move_pin(unit)
        return True

    def view_of(self, unit: Unit) -> LayerView | None:
        """The layer of a unit, None for an output."""
        return None if unit.layer == OUTPUT else self.layer_view(unit.layer)

    def point(self, pointed: Pointed | None) -> None:
        if pointed == self.pointed:
            return
        super().point(pointed)
        self.unit_pointed.emit(None if pointed is None else self.unit_of(pointed))
        if not self.pins:
            self.selection_changed.emit()

    # Painting

    def paint_frames(self, painter: QPainter, reading: Reading) -> None:
        if self._filled is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.zero))
            painter.drawRects(self._rest_of(self._filled))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        fields = [area for field in self._fields for area in self._field_areas(field)]
        self.frame(painter, fields, self.theme.accent)
        super().paint_frames(painter, reading)
        if self._followed is not None:
            self.frame(painter, self._areas_of(self._followed, 1))
        for unit in self.pins:
            self.frame(painter, self._areas_of(unit, 2), self.theme.accent)

    def _rest_of(self, unit: Unit) -> list[QRectF]:
        """What of a unit's map lies behind it: the rest of its row, and the rows below; nothing
        among weights."""
        pointed = self.pointed_of(unit)
        if pointed is None or self.shows_weights(unit.layer):
            return []
        here, cell = self.unit_area(pointed), self.placed[unit.layer].cells[unit.map]
        rest = QRectF(here.topRight(), QPointF(cell.right(), here.bottom()))
        below = QRectF(QPointF(cell.left(), here.bottom()), cell.bottomRight())
        return [rest, below]

    def _areas_of(self, unit: Unit, around: int) -> list[QRectF]:
        """Where a unit is painted, with a little around it; an output is its whole code."""
        pointed = self.pointed_of(unit)
        if pointed is None:
            return []
        whole = pointed.layer == CODES or self.shows_weights(pointed.layer)
        cells = self.placed[pointed.layer].cells
        area = cells[pointed.map] if whole else self.unit_area(pointed)
        return [area.adjusted(-around, -around, around, around)]

    def _field_areas(self, field: Field) -> list[QRectF]:
        """Where a receptive field lies, of those layers that are shown; among weights all of the
        maps that are seen."""
        if field.layer in self.weights:
            placed, weights = self.placed[field.layer], self.weights[field.layer]
            if len(field.maps) < len(placed.cells) and weights.spec.weight:
                return [placed.cells[number] for number in field.maps]
            return [placed.area]
        if field.layer not in self.pictures:
            return []
        placed, picture = self.placed[field.layer], self.pictures[field.layer]
        size = (field.height, field.width)
        if size == (picture.height, picture.width) and len(field.maps) == len(placed.cells):
            return [placed.area]  # all of the layer
        if self.layer_view(field.layer).flat:
            return [placed.area]
        areas = []
        for number in field.maps:
            cell = placed.cells[number]
            width, height = cell.width() / picture.width, cell.height() / picture.height
            areas.append(
                QRectF(
                    cell.left() + field.left * width,
                    cell.top() + field.top * height,
                    field.width * width,
                    field.height * height,
                )
            )
        return areas
