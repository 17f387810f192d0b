"""All layers of two readings, and of what differs between them, in the same colours."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw import layer_words
from lenetpad.ui.draw.comparison import words
from lenetpad.ui.draw.comparison.heads import (
    Fonts,
    paint_difference_bars,
    paint_digits,
    paint_head,
)
from lenetpad.ui.draw.comparison.layout import PARTS, Part, borders, lay_out
from lenetpad.ui.draw.legend import Kind, Legend, LegendPainter, as_text
from lenetpad.ui.draw.pictures import Picture
from lenetpad.ui.draw.selectable_maps import ENTER
from lenetpad.ui.draw.walking import Walker
from lenetpad.ui.widgets.colour import (
    Colouring,
    Scale,
    ink_table,
    value_index,
    value_table,
)
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.arrays import FloatArray
from lenetpad.values.comparison import Side, UnitChange, differences, range_end
from lenetpad.values.explanation import INPUT, Unit
from lenetpad.values.models import LayerView

HEAD: Final = 76.0  # pixels at the usual size: title, verdict and bars
TITLE: Final = 18.0
LEGEND: Final = 44.0
TEXT: Final = 12.0
USUAL_HEIGHT: Final = 640.0
LARGEST: Final = 2.0
LEGEND_LAYER: Final = "C1"
KEYPAD: Final = Qt.KeyboardModifier.KeypadModifier


class ComparisonPicture(QWidget):
    """The first reading stands still mostly, and is painted into a pixmap; the second and the
    difference are painted with each reading. All have the layers' fixed range of values.

    ``unit_chosen`` carries a unit that is clicked; ``painted`` comes after each painting.
    """

    unit_chosen = Signal(object)
    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translate("Draw", "Comparison"))
        self.setToolTip(words.tip())
        self.first: Side | None = None
        self.second: Side | None = None
        self.pointed: Unit | None = None
        self.most: UnitChange | None = None  # said where no table has the room to say it
        self.frozen = False  # whether the first reading is of before
        self.for_file = False  # painted once, with nothing kept in pixels and no hint
        self.alone = ""  # the layer that has the parts for itself
        self.parts: tuple[Part, ...] = ()
        self.differing: dict[str, FloatArray] = {}
        self._colourings: list[Colouring | None] = [None, None]
        self._pictures: list[dict[str, Picture]] = [{} for _ in range(PARTS)]
        self._walker = Walker()
        self._still: QPixmap | None = None
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._values, self._inks = value_table(theme), ink_table(theme)
        self._legend_painter = LegendPainter(theme, self._values, self._inks)
        self.arrange()

    # What is shown

    def show_first(self, side: Side | None) -> None:
        """Show another first reading."""
        self._take(0, side)
        self._still = None
        self._compare()

    def show_second(self, side: Side | None) -> None:
        """Show another second reading."""
        self._take(1, side)
        self._compare()

    def show_both(self, first: Side | None, second: Side | None) -> None:
        """Show other readings of both sides."""
        self._take(1, second)
        self.show_first(first)

    def _take(self, number: int, side: Side | None) -> None:
        before = self.second if number else self.first
        if number:
            self.second = side
        else:
            self.first = side
        if side is not None and (before is None or before.model is not side.model):
            self._make_pictures(number, side)
        if side is not None:
            self._colour(number, side)

    def _colour(self, number: int, side: Side) -> None:
        colouring = self._colourings[number]
        assert colouring is not None
        colouring.colour(side.reading.taps, Scale.FIXED, self._inks, self._values)

    def _compare(self) -> None:
        """Colour what differs; pictures are made where other layers can be compared."""
        first, second = self.first, self.second
        self.differing, self._pictures[2] = {}, {}
        if first is not None and second is not None:
            self.differing = dict(differences(first, second))
            for name, values in self.differing.items():
                maps = values.reshape(1, 1, -1) if values.ndim == 1 else values
                ends = np.array([self._end(first.model.layer(name))], dtype=np.float32)
                pixels = self._values.take(value_index(maps, ends))
                placed = self.parts[2].placed.get(name) if self.parts else None
                if placed is not None:
                    size = placed.block.cell if values.ndim == 1 else values.shape[1:]
                    picture = Picture(pixels, size[0], size[1], placed.cells)
                    self._pictures[2][name] = picture
        self.setAccessibleDescription(self.in_words())
        self.update()

    def say_most(self, change: UnitChange | None) -> None:
        """Say which unit differs most, where nothing is pointed at; None says none."""
        if change != self.most:
            self.most = change
            self.update()

    @staticmethod
    def _end(layer: LayerView) -> float:
        """At which difference the colours are strongest: that of the values, and of the input
        from paper to ink."""
        return layer.high - layer.low if layer.name == INPUT else range_end(layer)

    def change_at(self, unit: Unit) -> UnitChange | None:
        """Both values of a unit, where both readings have it."""
        first, second = self.first, self.second
        if first is None or second is None or unit.layer not in self.differing:
            return None
        flat = self.differing[unit.layer].ndim == 1
        at = (unit.map,) if flat else (unit.map, unit.row, unit.column)
        before, after = first.reading.taps[unit.layer], second.reading.taps[unit.layer]
        return UnitChange(unit, float(before[at]), float(after[at]))

    def in_words(self) -> str:
        """Both verdicts."""
        sides = [side for side in (self.first, self.second) if side is not None]
        return ", ".join(f"{side.title}: {words.verdict_of(side.reading)}" for side in sides)

    # Layout

    @property
    def _scale(self) -> float:
        return max(min(self.height() / USUAL_HEIGHT, LARGEST), self.theme.scale)

    def arrange(self) -> None:
        """Place all parts, and make pictures for them."""
        scale, self._fonts = self._scale, self._sized_fonts()
        area = QRectF(self.rect()).adjusted(4, 2, -4, -LEGEND * scale)
        self.parts = lay_out(area, HEAD * scale, TITLE * scale, self.alone)
        self._still = None
        self._pictures = [{} for _ in range(PARTS)]
        for number, side in enumerate((self.first, self.second)):
            if side is not None:
                self._make_pictures(number, side)
                self._colour(number, side)
        self._compare()

    def _make_pictures(self, number: int, side: Side) -> None:
        self._colourings[number] = colouring = Colouring(side.model.layers)
        self._pictures[number] = {}
        for name, placed in self.parts[number].placed.items():
            layer = side.model.layer(name)
            size = placed.block.cell if layer.flat else (layer.height, layer.width)
            self._pictures[number][name] = Picture(colouring.part(name), *size, placed.cells)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()

    def show_alone(self, layer: str) -> None:
        """Give the parts to one layer; "" gives them back to all."""
        if layer != self.alone:
            self.alone, self.pointed = layer, None
            self.arrange()

    # Painting

    def _sized_fonts(self) -> Fonts:
        font = tabular(QFont(self.font()))
        font.setPixelSize(max(9, round(TEXT * self._scale)))
        bold = QFont(font)
        bold.setBold(True)
        return font, bold

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self.for_file:
            self._paint_standing(painter)
        else:
            if self._still is None or self._still.devicePixelRatio() != ratio:
                self._still = self._kept_still(ratio)
            painter.drawPixmap(0, 0, self._still)
        if self.second is not None:
            self._paint_head(painter, 1, self.second)
            self._paint_pictures(painter, 1)
        if self.first is not None and self.second is not None:
            sides = self.first.reading, self.second.reading
            paint_difference_bars(painter, self.parts[2].head, self.theme, self._fonts, *sides)
            self._paint_pictures(painter, 2)
            self._paint_other_sizes(painter)
        self._paint_pointed(painter)
        self._paint_legend(painter)
        if self.hasFocus():
            paint_focus(painter, self.rect(), self.theme)
        painter.end()
        self.painted.emit()

    def _kept_still(self, ratio: float) -> QPixmap:
        """What stands still, as a picture."""
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(pixmap)
        self._paint_standing(painter)
        painter.end()
        return pixmap

    def _paint_standing(self, painter: QPainter) -> None:
        """The titles, and the first reading."""
        painter.fillRect(self.rect(), QColor(self.theme.panel))
        painter.setFont(self._fonts[0])
        painter.setPen(QPen(QColor(self.theme.line), 1))
        painter.drawLines(borders(self.parts))
        for part in self.parts:
            paint_digits(painter, part.head, self.theme, self._fonts)
            for name, placed in part.placed.items():
                painter.setPen(QColor(self.theme.dim))
                title = layer_words.title_of(name, None)
                flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
                painter.drawText(placed.title, flags, title)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(self.theme.zero))
                painter.drawRects(list(placed.cells))
        if self.first is not None:
            self._paint_head(painter, 0, self.first)
            self._paint_pictures(painter, 0)

    def _paint_head(self, painter: QPainter, number: int, side: Side) -> None:
        paint_head(painter, self.parts[number].head, self.theme, self._fonts, side)

    def _paint_pictures(self, painter: QPainter, number: int) -> None:
        for name, picture in self._pictures[number].items():
            picture.paint(painter)
            if name == INPUT:
                painter.setPen(QPen(QColor(self.theme.line), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                area = self.parts[number].placed[name].area
                painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _paint_other_sizes(self, painter: QPainter) -> None:
        """Say of which layers nothing can be compared."""
        painter.setFont(self._fonts[0])
        painter.setPen(QColor(self.theme.dim))
        for name, placed in self.parts[2].placed.items():
            if name not in self.differing:
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(placed.area, flags, translate("Draw", "other size"))

    def _paint_pointed(self, painter: QPainter) -> None:
        """Frame the unit that is pointed at in all parts."""
        if self.pointed is None:
            return
        areas = [self._unit_area(part, self.pointed) for part in range(PARTS)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((self.theme.panel, 4), (self.theme.text, 2)):
            painter.setPen(QPen(QColor(colour), width))
            painter.drawRects([area for area in areas if area is not None])

    def _paint_legend(self, painter: QPainter) -> None:
        if self.first is None:
            return
        shown = self.pointed or (self.most.unit if self.most else None)
        layer = self.alone or LEGEND_LAYER if shown is None else shown.layer
        end = as_text(self._end(self.first.model.layer(layer)))
        change = self.change_at(self.pointed) if self.pointed else None
        said = words.scale_of(layer_words.title_of(layer, None))
        hint = "" if self.for_file else words.hint(frozen=self.frozen)
        if change is not None:
            said, hint = words.sentence_of(change, self.first.model), ""
        elif self.most is not None:
            said = words.most(self.most, self.first.model)
        legend = Legend(Kind.SIGNED, (end.replace("+", "−"), "0", end), said, hint)
        scale = self._scale
        top = self.height() - LEGEND * scale + 8
        area = QRectF(4, top, self.width() - 8, self.height() - top)
        self._legend_painter.paint(painter, area, legend, self._fonts[0])

    # Pointing

    def _unit_area(self, number: int, unit: Unit) -> QRectF | None:
        picture = self._pictures[number].get(unit.layer)
        if picture is None:
            return None
        cells = self.parts[number].placed[unit.layer].cells
        flat = len(cells) == 1 and unit.layer != INPUT
        row, column = divmod(unit.map, picture.width) if flat else (unit.row, unit.column)
        cell = cells[0 if flat else unit.map]
        width, height = cell.width() / picture.width, cell.height() / picture.height
        left, top = cell.left() + column * width, cell.top() + row * height
        return QRectF(left, top, width, height).adjusted(-1, -1, 1, 1)

    def unit_at(self, at: QPointF) -> Unit | None:
        """The unit at a position in any part, None between the maps."""
        for number, part in enumerate(self.parts):
            for name, picture in self._pictures[number].items():
                for place, cell in enumerate(part.placed[name].cells):
                    if cell.contains(at):
                        row = int((at.y() - cell.top()) / cell.height() * picture.height)
                        column = int((at.x() - cell.left()) / cell.width() * picture.width)
                        if len(part.placed[name].cells) == 1 and name != INPUT:
                            return Unit(name, row * picture.width + column)
                        return Unit(name, place, row, column)
        return None

    def _title_at(self, at: QPointF) -> str:
        titles = ((n, p.title) for part in self.parts for n, p in part.placed.items())
        return next((name for name, title in titles if title.contains(at)), "")

    def point(self, unit: Unit | None) -> None:
        """Point at a unit, None at none."""
        if unit != self.pointed:
            self.pointed = unit
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keyboard points as in the maps; Enter chooses."""
        if event.key() in ENTER and self.pointed is not None:
            self.unit_chosen.emit(self.pointed)
            return
        there = None
        if self.first is not None and not event.modifiers() & ~KEYPAD:
            self._walker.know(self.first.model)
            there = self._walker.step(self.pointed, Qt.Key(event.key()), event.text())
        if there is None or there.layer not in self.parts[0].placed:
            super().keyPressEvent(event)
        else:
            self.point(there)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        titled = bool(self._title_at(event.position()))
        self.setCursor(Qt.CursorShape.PointingHandCursor if titled else Qt.CursorShape.ArrowCursor)
        self.point(self.unit_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if name := self._title_at(event.position()):
            self.show_alone("" if self.alone else name)
        elif (unit := self.unit_at(event.position())) is not None:
            self.unit_chosen.emit(unit)

    def leaveEvent(self, event: QEvent) -> None:
        self.point(None)
