"""The feature maps: every layer of a reading, a colour scale with numbers, and what is pointed at.

Each layer is one small 32-bit image, coloured when a reading arrives; painting only scales it.
It happens with every movement of the pen: what stays the same is made once, in ``arrange``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw import layer_words
from lenetpad.ui.draw.layer_words import Titles
from lenetpad.ui.draw.legend import WORDS_ABOVE, Kind, Legend, LegendPainter, as_text
from lenetpad.ui.draw.maps_layout import CODES, Placed, arrows, place
from lenetpad.ui.draw.numerals import signed
from lenetpad.ui.draw.panel import ReadingPanel, Spot
from lenetpad.ui.draw.pictures import Picture
from lenetpad.ui.widgets.colour import (
    Colouring,
    Scale,
    Table,
    extent,
    ink_table,
    value_index,
    value_table,
)
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.explanation import INPUT
from lenetpad.values.models import LayerView, ModelReady
from lenetpad.values.reading import DIGITS, Reading

MARGIN: Final = 14.0
LEGEND: Final = 46.0  # height of the strip with the colour scale, at the usual size
USUAL_HEIGHT: Final = 640.0  # of the panel; texts grow with a larger one
LARGEST: Final = 2.4  # and so much at the most
FRAMED: Final = 3.0  # as far from a code its frame reaches
HEAD: Final = 5.0  # the length of an arrow's head at the usual size
LEGEND_LAYER: Final = "C1"  # whose scale is shown while all are and nothing is pointed at


@dataclass(frozen=True, slots=True)
class Pointed:
    """The unit under the pointer."""

    layer: str
    map: int
    row: int
    column: int


class MapsPanel(ReadingPanel):
    """All layers of the latest reading; ``pointed`` is the unit under the pointer."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMouseTracking(True)
        self.setAccessibleName(translate("Draw", "Feature maps"))
        self.scale = Scale.FIXED
        self.pointed: Pointed | None = None
        self.alone = ""  # the layer that has the panel for itself
        self.revealed: frozenset[str] | None = None  # the layers that are shown, None for all
        self.answer_hidden = False  # whether nothing is to say which digit is read
        self.placed: dict[str, Placed] = {}
        self._titles: dict[str, Spot] = {}
        self._scale_spot = Spot(self)
        self._scale_spot.say(
            translate("Draw", "Colour scale"),
            translate(
                "Draw",
                "Blue stands for negative values and orange for positive ones; the numbers say "
                "which values have the strongest colours.",
            ),
        )
        self.pictures: dict[str, Picture] = {}
        self.value_colours: Table
        self._standing = False  # whether the background shows the legend
        self._colouring: Colouring | None = None
        self._code_ends: FloatArray = np.ones(1, dtype=np.float32)
        self._make_tables(theme)

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        self._make_tables(theme)
        super().set_theme(theme)

    def set_scale(self, scale: Scale) -> None:
        """Choose what the ends of the colour scale stand for."""
        self.scale = scale
        self.colour_all()
        self.update()

    def show_reading(self, reading: Reading) -> None:
        self.reading = reading
        self.colour_all()  # first: what has changed is seen by its pixels
        super().show_reading(reading)

    def taps_of(self, reading: Reading) -> Mapping[str, FloatArray]:
        """What is shown of each layer of a reading."""
        return reading.taps

    def cells(self, name: str) -> FloatArray:
        """What is shown of a layer as its cells show it: (cells, rows, columns)."""
        assert self.reading is not None
        block = self.placed[name].block
        values = self.taps_of(self.reading)[name]
        return values if values.ndim == 3 else values.reshape(-1, *block.cell)

    def value_at(self, pointed: Pointed) -> float:
        """The value of a unit in the latest reading, or of a code's component."""
        if pointed.layer == CODES:
            assert self.model is not None
            codes = self.model.templates.reshape(DIGITS, *self.placed[CODES].block.cell)
            return float(codes[pointed.map, pointed.row, pointed.column])
        return float(self.cells(pointed.layer)[pointed.map, pointed.row, pointed.column])

    # Layout and colours

    def redraw(self) -> None:
        super().redraw()
        self.arrange()

    def arrange(self) -> None:
        """Place the layers, and make pictures for the sizes of the current network."""
        scale = self._text_scale
        free = QRectF(self.rect()).adjusted(MARGIN, MARGIN - 4, -MARGIN, -LEGEND * scale)
        spread = max(1.0, scale / LARGEST)
        self.placed = place(free, title=20 * scale, alone=self.alone, spread=spread)
        self._legend_font = self.sized_font(13 * scale)
        self.place_spots()
        self.pictures.clear()
        if self.model is None:
            return
        self._colouring = self.make_colouring(self.model)
        for name, placed in self.placed.items():
            if name == CODES:
                self.pictures[name] = self._picture_of_codes(self.model, placed)
                continue
            layer = self.model.layer(name)
            size = placed.block.cell if layer.flat else (layer.height, layer.width)
            self.pictures[name] = Picture(self._colouring.part(name), *size, placed.cells)
        self.colour_all()

    def make_colouring(self, model: ModelReady) -> Colouring:
        """What colours the layers of a network."""
        return Colouring([self.layer_view(layer.name) for layer in model.layers])

    @property
    def colouring(self) -> Colouring | None:
        """What has coloured the latest reading, for whoever shows the same elsewhere."""
        return self._colouring

    def place_spots(self) -> None:
        for name, placed in self.placed.items():
            if name not in self._titles:
                self._titles[name] = Spot(self)
            titles, size, tip = self.title(name)
            self._titles[name].setGeometry(placed.title.toAlignedRect())
            self._titles[name].say(f"{titles[0]} {size}".strip(), tip)
        for name, spot in self._titles.items():
            spot.setVisible(name in self.placed)
        self._scale_spot.setGeometry(self._legend_area.toAlignedRect())

    @property
    def _legend_area(self) -> QRectF:
        top = self.height() - LEGEND * self._text_scale + 8
        return QRectF(MARGIN, top, self.width() - 2 * MARGIN, self.height() - top)

    @property
    def _legend_seen(self) -> QRect:
        """The legend's area with the words that begin above it, as far as the panel's edge: where
        texts are large, the bar is wider than the area of a narrow panel."""
        return self._legend_area.adjusted(0, -WORDS_ABOVE, MARGIN, 0).toAlignedRect()

    @property
    def _text_scale(self) -> float:
        return max(min(self.height() / USUAL_HEIGHT, LARGEST), self.theme.scale)

    def _make_tables(self, theme: Theme) -> None:
        self.value_colours, self._inks = value_table(theme), ink_table(theme)
        self._legend_painter = LegendPainter(theme, self.value_colours, self._inks)

    def _picture_of_codes(self, model: ModelReady, placed: Placed) -> Picture:
        """Codes have F6's range, so that a unit that agrees has about the code's colour."""
        scale = Scale.FIXED if model.coded else Scale.LAYER
        codes = model.templates.reshape(1, DIGITS, -1)
        self._code_ends = extent(codes, model.layer("F6"), scale)
        pixels = self.value_colours.take(value_index(codes, self._code_ends))
        return Picture(pixels, *placed.block.cell, placed.cells)

    def colour_all(self) -> None:
        """Colour every layer of the reading into its picture."""
        if self._colouring is not None and self.reading is not None:
            self.colour_values(self._colouring, self.reading)

    def colour_values(self, colouring: Colouring, reading: Reading) -> None:
        """Colour what is shown of a reading."""
        colouring.colour(self.taps_of(reading), self.scale, self._inks, self.value_colours)

    # What of it changes with a reading

    def contents(self) -> tuple[object, ...]:
        """The pixels of each layer, which code is framed, and the legend where it changes."""
        if self.model is None or self.reading is None:
            return ()
        pixels = [picture.content for picture in self._live_pictures]
        return (*pixels, self._framed_code, None if self._stands else self.legend(self.model))

    def areas(self) -> list[QRegion]:
        layers = [picture.region for picture in self._live_pictures]
        codes = self.placed[CODES].area if CODES in self.placed else QRectF()
        framed = codes.adjusted(-FRAMED, -FRAMED, FRAMED, FRAMED)
        return [*layers, QRegion(framed.toAlignedRect()), QRegion(self._legend_seen)]

    def covered(self) -> QRegion:
        covered = QRegion()
        for picture in self._live_pictures:
            covered += picture.region
        return covered

    @property
    def _live_pictures(self) -> list[Picture]:
        """The pictures of the reading's layers, those that are kept back left out."""
        if self.model is None or self.reading is None:
            return []
        names = [layer.name for layer in self.model.layers if self.is_revealed(layer.name)]
        return [self.pictures[name] for name in names if name in self.pictures]

    @property
    def _framed_code(self) -> int | None:
        """The digit whose code is framed, for it is the one that is read."""
        answers = CODES in self.placed and self.is_revealed(CODES) and not self.answer_hidden
        if self.reading is None or self.reading.refused or not answers:
            return None
        return self.reading.digit

    # Painting

    def paint_background(self, painter: QPainter) -> None:
        self._standing = self._stands
        self._paint_standing_in(painter, QRectF(self.rect()))

    def _paint_standing_in(self, painter: QPainter, seen: QRectF) -> None:
        """Paint what stands still in an area: titles, what lies below pictures, arrows."""
        self._paint_titles(painter, seen)
        for name, placed in self.placed.items():
            if placed.area.intersects(seen):
                self.paint_cells(painter, name)
        self._paint_arrows(painter)
        if INPUT in self.placed:
            painter.setPen(QColor(self.theme.line))  # its paper may have the panel's colour
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.placed[INPUT].area.adjusted(-0.5, -0.5, 0.5, 0.5))
        if self.model is not None:
            if CODES in self.pictures and self.is_revealed(CODES):
                self.pictures[CODES].paint(painter)
            if self._standing and self._legend_area.intersects(seen):
                self._paint_legend(painter, self.model)

    def _paint_titles(self, painter: QPainter, seen: QRectF) -> None:
        scale = self._text_scale
        name_font = self.sized_font(13 * scale, bold=True)
        size_font = self.sized_font(12 * scale)
        for name, placed in self.placed.items():
            if not placed.title.intersects(seen):
                continue
            titles, size, _ = self.title(name)
            painter.setFont(name_font)
            painter.setPen(QColor(self.theme.text))
            widths = [
                painter.fontMetrics().horizontalAdvance(title) + 6 * max(1.0, scale / LARGEST)
                for title in titles
            ]
            room = placed.title.width() - 4  # so that no title touches the next
            fits = [width <= room for width in (*widths[:-1], 0)].index(True)
            taken = widths[fits]
            painter.drawText(placed.title, Qt.AlignmentFlag.AlignVCenter, titles[fits])
            painter.setFont(size_font)
            painter.setPen(QColor(self.theme.dim))
            rest = placed.title.adjusted(taken, 0, 0, 0)
            if self.alone and not self.for_file:
                back = translate("Draw", "Click or press Esc to show all layers")
                size = f"{size} {back}"
            if painter.fontMetrics().horizontalAdvance(size) <= rest.width():
                painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, size)

    def paint_cells(self, painter: QPainter, name: str) -> None:
        """Paint what lies under a layer's pictures."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.theme.zero))
        painter.drawRects(list(self.placed[name].cells))

    def _paint_arrows(self, painter: QPainter) -> None:
        """Which layer feeds which."""
        painter.setPen(QPen(QColor(self.theme.edge), 1.5))
        head = HEAD * self._text_scale
        for line in arrows(self.placed):
            painter.drawPolyline(line)
            before, end = line[-2:]
            along = QPointF(end - before) / max((end - before).manhattanLength(), 1e-6) * head
            across = QPointF(-along.y(), along.x()) * 0.6
            painter.drawPolyline([end - along + across, end, end - along - across])

    @property
    def _stands(self) -> bool:
        """Whether the legend says the same of every reading, and can be painted once."""
        fixed = self.scale is Scale.FIXED and self.pointed is None
        return fixed and self.model is not None and self.reading is not None

    def title(self, name: str) -> Titles:
        """What stands over a layer, and what it means: see ``titles_of``."""
        return layer_words.titles_of(name, self.model)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._stands != self._standing:
            self._background = None
        painter = self.begin_painting(event.region())
        self._paint_reading(painter, event.region())
        self.end_painting(painter)

    def paint_enlarged(self, painter: QPainter, seen: QRectF) -> None:
        """Paint an area with a painter that makes it larger: the standing parts as sharp as the
        rest."""
        self._paint_standing_in(painter, seen)
        self._paint_reading(painter, QRegion(seen.toAlignedRect()))

    def _paint_reading(self, painter: QPainter, seen: QRegion) -> None:
        if self.model is None or self.reading is None:
            return
        clipped = seen.rectCount() > 1
        for picture in self._live_pictures:
            if seen.intersects(picture.region):
                picture.paint(painter, clipped=clipped)
        self.paint_frames(painter, self.reading)
        if not self._standing and seen.intersects(self._legend_seen):
            if clipped:
                painter.setClipRect(self._legend_seen)  # as a layer's cells are
            self._paint_legend(painter, self.model)
            if clipped:
                painter.setClipping(False)

    def paint_frames(self, painter: QPainter, reading: Reading) -> None:
        """Frame the code or weights of the digit that is read, and the unit pointed at."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.text), 2))
        if (digit := self._framed_code) is not None:
            cell = self.placed[CODES].cells[digit]
            painter.drawRect(cell.adjusted(-1, -1, 1, 1))
        if self.pointed is not None:
            self.frame(painter, [self.unit_area(self.pointed).adjusted(-1, -1, 1, 1)])

    def frame(self, painter: QPainter, areas: list[QRectF], colour: str = "") -> None:
        """Frame areas with two lines, for one of them is seen on whatever colour lies below."""
        if areas:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.panel), 4))
            painter.drawRects(areas)
            painter.setPen(QPen(QColor(colour or self.theme.text), 2))
            painter.drawRects(areas)

    def unit_area(self, unit: Pointed) -> QRectF:
        """Where a unit is painted."""
        cell, picture = self.placed[unit.layer].cells[unit.map], self.pictures[unit.layer]
        width, height = cell.width() / picture.width, cell.height() / picture.height
        return QRectF(
            cell.left() + unit.column * width, cell.top() + unit.row * height, width, height
        )

    def _paint_legend(self, painter: QPainter, model: ModelReady) -> None:
        legend = self.legend(model)
        if self.for_file:
            legend = replace(legend, hint="")
        self._legend_painter.paint(painter, self._legend_area, legend, self._legend_font)

    def legend(self, model: ModelReady) -> Legend:
        """The scale of what is pointed at, with its numbers, and what it is."""
        pointed = self.pointed
        name, cell = (pointed.layer, pointed.map) if pointed else (self.legend_layer, 0)
        sentence, hint = (self.sentence(pointed), "") if pointed else self.standing_words(name)
        if name == INPUT:
            layer = model.layer(INPUT)
            paper = translate("Draw", "{value} paper").format(value=as_text(layer.low))
            ink = translate("Draw", "ink {value}").format(value=as_text(layer.high))
            return Legend(Kind.INK, (paper, ink), sentence)
        assert self._colouring is not None
        values = self._code_ends if name == CODES else self._colouring.ends[name]
        end = float(values[min(cell, len(values) - 1)])
        if name != CODES and not self.layer_view(name).signed:
            return Legend(Kind.POSITIVE, ("0", as_text(end)), sentence, hint)
        return Legend(Kind.SIGNED, (as_text(-end), "0", as_text(end)), sentence, hint)

    @property
    def legend_layer(self) -> str:
        """Whose colour scale the legend has while nothing is pointed at."""
        return self.alone or LEGEND_LAYER

    def standing_words(self, layer: str) -> tuple[str, str]:
        """What the legend says of a layer where nothing is pointed at, and a hint."""
        if layer in (INPUT, CODES):
            return layer_words.title_of(layer, self.model), ""
        text = translate("Draw", "Values of {layer}")
        if self.scale is Scale.MAP:
            text = translate("Draw", "Values of {layer}, map 0")
        return text.format(layer=layer), translate("Draw", "hover a unit for its value")

    # Pointing

    def in_words(self) -> str:
        """What is pointed at."""
        there = self.pointed is not None and self.reading is not None
        return self.sentence(self.pointed) if there and self.pointed is not None else ""

    def sentence(self, pointed: Pointed) -> str:
        """Layer, map, unit and value of what is pointed at."""
        value = signed(self.value_at(pointed))
        row, column = pointed.row, pointed.column
        assert self.model is not None
        if pointed.layer == CODES:
            told = self.reading is not None and not self.answer_hidden  # the nearest is the answer
            far = self.reading.distances if self.reading is not None and told else None
            distance = None if far is None else float(far[pointed.map])
            coded = self.model.coded
            return layer_words.of_code(pointed.map, row, column, value, distance, coded=coded)
        if self.model.layer(pointed.layer).flat:
            columns = self.placed[pointed.layer].block.cell[1]
            return layer_words.of_single_unit(pointed.layer, row * columns + column, value)
        return layer_words.of_unit(pointed.layer, pointed.map, row, column, value)

    def layer_view(self, name: str) -> LayerView:
        """The size and range of a layer of the network that is shown."""
        assert self.model is not None
        return self.model.layer(name)

    def unit_at(self, at: QPointF) -> Pointed | None:
        """The unit at a position in the panel, None between the maps."""
        for name, placed in self.placed.items():
            if name not in self.pictures or not placed.area.contains(at):
                continue
            if not self.is_revealed(name):
                continue
            picture = self.pictures[name]
            for number, cell in enumerate(placed.cells):
                if cell.contains(at):
                    row = int((at.y() - cell.top()) / cell.height() * picture.height)
                    column = int((at.x() - cell.left()) / cell.width() * picture.width)
                    return Pointed(
                        name,
                        number,
                        min(row, picture.height - 1),
                        min(column, picture.width - 1),
                    )
        return None

    def title_at(self, at: QPointF) -> str:
        """The layer whose title is at a position, "" where there is none."""
        titles = ((name, placed.title) for name, placed in self.placed.items())
        return next((name for name, title in titles if title.contains(at)), "")

    def show_alone(self, layer: str) -> None:
        """Give the panel to one layer; "" gives it back to all."""
        if layer != self.alone:
            self.alone = layer
            self.point(None)
            self.redraw()

    def reveal(self, layers: Collection[str] | None) -> None:
        """Show these layers alone in their places, and leave the others' empty; None shows all."""
        wanted = None if layers is None else frozenset(layers)
        if wanted != self.revealed:
            self.revealed = wanted
            self.point(None)
            self._background = None
            self.update()

    def is_revealed(self, layer: str) -> bool:
        """Whether a layer is shown and not kept back."""
        return self.revealed is None or layer in self.revealed

    def hide_answer(self, *, hidden: bool) -> None:
        """Frame no code, for the frame says which digit is read."""
        if hidden != self.answer_hidden:
            self.answer_hidden = hidden
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        name = self.title_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and name:
            self.show_alone("" if self.alone else name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        titled = bool(self.title_at(event.position()))
        self.setCursor(Qt.CursorShape.PointingHandCursor if titled else Qt.CursorShape.ArrowCursor)
        self.point(self.unit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.point(None)

    def point(self, pointed: Pointed | None) -> None:
        """Point at a unit, None at none."""
        if pointed != self.pointed:
            self.pointed = pointed
            self.setAccessibleDescription(self.in_words())
            self.update()
