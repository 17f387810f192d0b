"""Maps that show what is held, and over the input what speaks for a class and what against it."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Signal, Slot
from PySide6.QtGui import QAccessible, QFontMetricsF, QImage, QPainter
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw import held
from lenetpad.ui.draw.layer_words import Titles
from lenetpad.ui.draw.legend import Kind, Legend, as_text
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.draw.selectable_maps import SelectableMaps
from lenetpad.ui.widgets.colour import value_index
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.explanation import INPUT, Unit
from lenetpad.values.holding import LAYERS_OF_MAPS, Hold, Holds
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.saliency import Classes, Saliency

#: The strongest colour stands for so many nats at least: less is next to nothing.
LEAST_NATS: Final = 0.05
#: How much of the ink below the strongest colour is hidden, of 255.
COVER: Final = 225
MARK_SIZE: Final = 11.0  # of what stands on held maps, in pixels at the usual size


class ProbedMaps(SelectableMaps):
    """``holds`` are those of the reading that is shown. ``saliency_wanted`` says whether a
    saliency is shown or on its way; ``saliency_dropped`` comes where the user takes it away."""

    saliency_dropped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.holds: Holds = ()
        self.saliency: Saliency | None = None
        self.saliency_wanted = False
        self._end = LEAST_NATS  # what the strongest colour stands for
        self._overlay: QImage | None = None
        self._usual_words = ("", "")  # of the legend
        super().__init__(theme, parent)
        self.selection_changed.connect(self._say)

    @Slot()
    def _say(self) -> None:
        if QAccessible.isActive():
            self.setAccessibleDescription(self.in_words())

    # What is held

    def show_model(self, model: ModelReady) -> None:
        self.holds = ()
        self.show_saliency(None)
        super().show_model(model)

    def show_reading(self, reading: Reading) -> None:
        if reading.holds != self.holds:
            self.holds = reading.holds
            self._background = None  # the titles say so
            self.place_spots()
        super().show_reading(reading)

    def title(self, name: str) -> Titles:
        """What is held goes before the size, where there is no room for both."""
        titles, size, tip = super().title(name)
        words = held.in_title(self.holds, name)
        if not words:
            return titles, size, tip
        both = f"{size} · {words}"
        room = self.placed[name].title.width() - self._width_of(titles[0], 13, bold=True) - 6
        return titles, both if self._width_of(both, 12) <= room else words, tip

    def _width_of(self, text: str, size: float, *, bold: bool = False) -> float:
        font = self.sized_font(size * self._text_scale, bold=bold)
        return QFontMetricsF(font).horizontalAdvance(text)

    def _area_of(self, hold: Hold) -> QRectF | None:
        """Where a map or a unit that is held is painted, None where its layer is not."""
        if hold.layer not in self.pictures:
            return None
        if hold.layer in LAYERS_OF_MAPS and hold.row is None:
            return self.placed[hold.layer].cells[hold.map]
        unit = self.pointed_of(Unit(hold.layer, hold.map, hold.row or 0, hold.column or 0))
        return None if unit is None else self.unit_area(unit)

    # What changes the network's mind

    def want_saliency(self, *, wanted: bool) -> None:
        """Say in the legend what is to come, or take a saliency away."""
        if wanted != self.saliency_wanted:
            self.saliency_wanted = wanted
            if not wanted:
                self.show_saliency(None)

    def drop_saliency(self) -> bool:
        """Take the saliency away because the user wants it; False where there is none."""
        if not self.saliency_wanted:
            return False
        self.want_saliency(wanted=False)
        self.saliency_dropped.emit()
        return True

    def show_saliency(self, saliency: Saliency | None) -> None:
        """Lay a saliency over the input, None for none."""
        if saliency is self.saliency:
            return
        spot = self._scale_spot
        if self.saliency is None:
            self._usual_words = spot.accessibleName(), spot.toolTip()
        self.saliency = saliency
        if saliency is None:
            spot.say(*self._usual_words)
        else:
            spot.say(translate("Draw", "Colours over the input"), about_nats())
            self._colour_overlay(saliency.picture)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        if self.saliency is not None:
            self._colour_overlay(self.saliency.picture)

    def _colour_overlay(self, picture: FloatArray) -> None:
        """The signed colours, the less to be seen through, the farther from zero."""
        self._end = max(float(np.abs(picture).max()), LEAST_NATS)
        ends = np.array([self._end], np.float32)
        colours = self.value_colours.take(value_index(picture[None], ends)[0]) & np.uint32(
            0xFFFFFF
        )
        cover = (COVER * np.sqrt(np.abs(picture) / self._end)).astype(np.uint32)
        pixels = np.ascontiguousarray(colours | cover << np.uint32(24))
        rows, columns = pixels.shape
        self._overlay = QImage(
            pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32
        ).copy()

    # Painting and words

    def paint_frames(self, painter: QPainter, reading: Reading) -> None:
        if self.saliency is not None and self._overlay is not None and INPUT in self.placed:
            painter.drawImage(self.placed[INPUT].cells[0], self._overlay)
        if self.holds:
            font = self.sized_font(MARK_SIZE * self._text_scale, bold=True)
            held.paint(painter, self.theme, font, self.holds, self._area_of)
        super().paint_frames(painter, reading)

    @property
    def _stands(self) -> bool:
        return super()._stands and self.saliency is None

    def legend(self, model: ModelReady) -> Legend:
        pointed, found = self.pointed, self.saliency
        if found is None or (pointed is not None and pointed.layer != INPUT):
            return super().legend(model)
        ends = (as_text(-self._end), "0", as_text(self._end))
        words = words_of_colours(found.classes) if pointed is None else self.sentence(pointed)
        return Legend(Kind.SIGNED, ends, words)

    def in_words(self) -> str:
        """What is pointed at, and whether it is held or kept."""
        words, pointed = super().in_words(), self.pointed
        if not words or pointed is None:
            return words
        unit = self.unit_of(pointed)
        parts = [words, *held.of_unit(self.holds, unit)]
        if unit in self.pins:
            parts.append(translate("Draw", "kept"))
        return ", ".join(parts)

    def sentence(self, pointed: Pointed) -> str:
        words = super().sentence(pointed)
        if self.saliency is None or pointed.layer != INPUT:
            return words
        nats = as_text(float(self.saliency.picture[pointed.row, pointed.column]))
        text = translate("Draw", "{pixel}, {nats} nats for {answer}")
        return text.format(pixel=words, nats=nats, answer=name_of_class(self.saliency.classes[0]))


def name_of_class(one: int) -> str:
    """A digit, or no digit."""
    return not_a_digit() if one == NO_DIGIT else str(one)


def words_of_colours(classes: Classes) -> str:
    """What the two colours over the input speak for."""
    first, *second = map(name_of_class, classes)
    if second:
        text = translate("Draw", "Nats: orange for {first}, blue for {second}")
        return text.format(first=first, second=second[0])
    text = translate("Draw", "Nats: orange for {first}, blue against")
    return text.format(first=first)


def about_nats() -> str:
    """What the numbers of a saliency are, for a tooltip."""
    return translate(
        "Draw",
        "How much of the log-odds of the answer comes from each pixel, in nats: 0.7 nats make an "
        "answer twice as likely against the others, 2.3 nats ten times.",
    )
