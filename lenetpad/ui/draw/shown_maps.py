"""Maps that show values, weighted sums or weights, all of them in the same places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QCursor, QPainter
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw import shown as words
from lenetpad.ui.draw.layer_words import Titles
from lenetpad.ui.draw.legend import Kind, Legend
from lenetpad.ui.draw.maps import MapsPanel, Pointed
from lenetpad.ui.draw.numerals import signed
from lenetpad.ui.draw.shown import PANEL_NAMES, SINGLE, Shown
from lenetpad.ui.draw.weight_pictures import LayerWeights, grid_of
from lenetpad.ui.widgets.colour import Scale
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.models import LayerView, ModelReady
from lenetpad.values.reading import Reading


class ShownMaps(MapsPanel):
    """``shown`` says what is on screen. Weights are those of the latest reading; they stand still
    until it has others, and are painted with the background.

    Where they are shown, what is pointed at is one of them: a row and a column of all weights of
    its map. ``shown_units`` are the units whose weights are shown of layers of single units.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.shown = Shown.VALUES
        self.shown_units = dict.fromkeys(SINGLE, 0)
        self.weights: dict[str, LayerWeights] = {}
        self._weights_of: tuple[object, ...] = ()  # what was coloured last
        super().__init__(theme, parent)

    def set_shown(self, shown: Shown) -> None:
        """Show something else of every layer."""
        if shown is not self.shown:
            self.shown = shown
            self.setAccessibleName(translate("Draw", PANEL_NAMES[shown]))
            self.redraw()
            self.setAccessibleDescription(self.in_words())

    def shows_weights(self, layer: str) -> bool:
        """Whether a layer's weights are in its place."""
        return self.shown is Shown.WEIGHTS and not words.always_the_same(layer)

    def show_unit(self, layer: str, unit: int) -> None:
        """Show the weights of another unit of a layer of single units, now or when weights are
        shown."""
        if unit != self.shown_units[layer]:
            self.shown_units[layer] = unit
            if self.shown is Shown.WEIGHTS:
                self.place_spots()
                self.colour_all()
                self.update()

    def pointer_unit(self) -> Pointed | None:
        """What lies under the pointer, None where it is elsewhere."""
        at = QPointF(self.mapFromGlobal(QCursor.pos()))
        return self.unit_at(at) if self.underMouse() else None

    # What is shown

    def taps_of(self, reading: Reading) -> Mapping[str, FloatArray]:
        if self.shown is not Shown.SUMS or self.model is None:
            return reading.taps
        return {layer.name: reading.sums(layer.name) for layer in self.model.layers}

    def layer_view(self, name: str) -> LayerView:
        view = super().layer_view(name)
        if self.shown is not Shown.SUMS or not words.has_sums(name, self.model):
            return view
        end = view.sum_end or max(abs(view.low), abs(view.high))
        return replace(view, low=-end, high=end)

    def arrange(self) -> None:
        super().arrange()
        self.weights.clear()
        self._weights_of = ()
        if self.shown is Shown.WEIGHTS and self.model is not None:
            for spec in self.model.specs:
                if spec.name in self.placed and not words.always_the_same(spec.name):
                    grid = grid_of(spec, self.placed)
                    self.weights[spec.name] = LayerWeights(spec, self.placed[spec.name], grid)
            for name in list(self.pictures):
                if not words.always_the_same(name):
                    del self.pictures[name]
            self.colour_all()

    def colour_all(self) -> None:
        super().colour_all()
        if self.shown is not Shown.WEIGHTS or self.reading is None:
            return
        parameters, units = self.reading.parameters, tuple(self.shown_units.values())
        before, now = self._weights_of, (parameters, units, self.scale)
        if not before or before[0] is not parameters or before[1:] != now[1:]:
            self._weights_of = now
            for name, weights in self.weights.items():
                unit = self.shown_units.get(name, 0)
                weights.take(parameters, unit, self.scale, self.value_colours)
            self._background = None

    def value_at(self, pointed: Pointed) -> float:
        if self.shows_weights(pointed.layer):
            weights = self.weights[pointed.layer]
            return float(weights.values[pointed.map, pointed.row, pointed.column])
        return super().value_at(pointed)

    # Painting

    def paint_cells(self, painter: QPainter, name: str) -> None:
        if not self.shows_weights(name):
            super().paint_cells(painter, name)
            return
        painter.setPen(QColor(self.theme.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        placed, weights = self.placed[name], self.weights.get(name)
        none = weights is not None and not weights.spec.weight
        for area in (placed.area,) if none else placed.cells:
            painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))
        if weights is None or not self.is_revealed(name):
            return
        weights.paint(painter)
        if none:
            painter.setPen(QColor(self.theme.dim))
            painter.setFont(self._legend_font)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(placed.area, flags, words.without_weights(weights.spec))

    def title(self, name: str) -> Titles:
        titles = super().title(name)
        if self.shown is Shown.VALUES or words.always_the_same(name):
            return titles
        if self.shown is Shown.SUMS:
            return words.titles_of_sums(name, self.model, titles[1])
        return words.titles_of_weights(name, self.model, self.shown_units.get(name, 0))

    def legend(self, model: ModelReady) -> Legend:
        pointed = self.pointed
        name, cell = (pointed.layer, pointed.map) if pointed else (self.legend_layer, 0)
        if not self.shows_weights(name) or (weights := self.weights.get(name)) is None:
            return super().legend(model)
        sentence, hint = (self.sentence(pointed), "") if pointed else self.standing_words(name)
        end = float(weights.ends[min(cell, len(weights.ends) - 1)])
        numbers = (signed(-end), "0", signed(end))
        if not weights.spec.weight:
            numbers, hint = ("−", "0", "+"), ""
        return Legend(Kind.SIGNED, numbers, sentence, hint)

    def standing_words(self, layer: str) -> tuple[str, str]:
        sentence, hint = super().standing_words(layer)
        if self.shown is Shown.VALUES or words.always_the_same(layer) or self.model is None:
            return sentence, hint
        one_map = self.scale is Scale.MAP
        sentence = words.standing_words(layer, self.shown, self.model, one_map=one_map)
        if self.shown is Shown.WEIGHTS:
            hint = translate("Draw", "hover a weight for its value")
        return sentence, hint

    # Pointing

    def sentence(self, pointed: Pointed) -> str:
        name, row, column = pointed.layer, pointed.row, pointed.column
        if self.shown is Shown.VALUES or words.always_the_same(name):
            return super().sentence(pointed)
        assert self.model is not None
        if self.shown is Shown.WEIGHTS:
            return self._sentence_of_weight(pointed, self.model)
        number = pointed.map
        if self.model.layer(name).flat:
            number = row * self.placed[name].block.cell[1] + column
        value = signed(self.value_at(pointed))
        return words.of_sum(name, self.model, number, row, column, value)

    def _sentence_of_weight(self, pointed: Pointed, model: ModelReady) -> str:
        weights = self.weights[pointed.layer]
        spec = weights.spec
        number = self.shown_units.get(spec.name, pointed.map)
        source, row, column = weights.source_of(pointed.row, pointed.column)
        seen = model.specs[model.specs.index(spec) - 1].name
        at = (number, source, row, column)
        return words.of_weight(spec, seen, at, self.value_at(pointed), weights.bias_of(number))

    def unit_at(self, at: QPointF) -> Pointed | None:
        for name, weights in self.weights.items():
            place = weights.place_at(at)
            if place is not None and self.is_revealed(name):
                return Pointed(name, *place)
        return super().unit_at(at)

    def unit_area(self, unit: Pointed) -> QRectF:
        if self.shows_weights(unit.layer):
            return self.weights[unit.layer].area_of(unit.map, unit.row, unit.column)
        return super().unit_area(unit)
