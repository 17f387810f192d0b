"""The maps on another screen: painted from the pixels that the maps here have coloured."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.probed_maps import ProbedMaps
from lenetpad.ui.widgets.colour import Colouring
from lenetpad.ui.widgets.theme import Theme
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading


class MirroredMaps(ProbedMaps):
    """Follows other maps: what they show, how, and what is selected there. No pointer selects
    anything here, and no reading is coloured a second time."""

    def __init__(self, theme: Theme, source: ProbedMaps, parent: QWidget) -> None:
        self._source = source
        super().__init__(theme, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def make_colouring(self, model: ModelReady) -> Colouring:
        return self._source.colouring or super().make_colouring(model)

    def colour_values(self, colouring: Colouring, reading: Reading) -> None:
        if colouring is not self._source.colouring:
            self.arrange()  # the pixels are elsewhere now: the maps there were arranged anew

    def follow_source(self) -> None:
        """Show what the other maps show now."""
        source = self._source
        self._follow_choices()
        if self._source.colouring is not self.colouring and self.model is not None:
            self.arrange()
            self.update()
        pointed = None if source.pointed is None else self._here(source.pointed)
        if (pointed, source.pins) != (self.pointed, self.pins):
            self.pointed, self.pins = pointed, source.pins
            self.update()
        self.mark(*source.marked)
        self.want_saliency(wanted=source.saliency_wanted)
        self.show_saliency(source.saliency)

    def place_of(self, at: QPointF) -> QPointF:
        """Where a place of the other maps is here: on the same unit, or as far along the panel."""
        pointed = self._source.unit_at(at)
        here = None if pointed is None else self._here(pointed)
        if pointed is None or here is None:
            source = self._source
            across, down = at.x() / max(1, source.width()), at.y() / max(1, source.height())
            return QPointF(across * self.width(), down * self.height())
        there, here_area = self._source.unit_area(pointed), self.unit_area(here)
        across = (at.x() - there.left()) / max(there.width(), 1e-6)
        down = (at.y() - there.top()) / max(there.height(), 1e-6)
        return here_area.topLeft() + QPointF(across * here_area.width(), down * here_area.height())

    def _here(self, pointed: Pointed) -> Pointed | None:
        """What is pointed at there: layers of single units may have other rows here, and weights
        other places."""
        source, layer = self._source, pointed.layer
        if layer not in self.pictures and layer not in self.weights:
            return None
        if layer == CODES:
            return pointed
        if self.shows_weights(layer):
            same = layer in self.weights and layer in source.weights
            same = same and self.weights[layer].grid == source.weights[layer].grid
            return pointed if same else None
        return self.pointed_of(source.unit_of(pointed))

    def _follow_choices(self) -> None:
        """What is shown of the layers, and of which."""
        source = self._source
        if self.scale is not source.scale:
            self.set_scale(source.scale)
        if self.alone != source.alone or self.shown is not source.shown:
            self.pointed = None  # it may have no place any more
        self.reveal(source.revealed)
        self.hide_answer(hidden=source.answer_hidden)
        self.show_alone(source.alone)
        self.set_shown(source.shown)
        for layer, unit in source.shown_units.items():
            self.show_unit(layer, unit)
