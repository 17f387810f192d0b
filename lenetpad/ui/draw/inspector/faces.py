"""What the inspector writes with. It writes hundreds of numbers with each movement of the pen:
widths of texts and standing pictures are kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap

from lenetpad.ui.draw.numerals import LARGE, MINUS, power_of_ten
from lenetpad.ui.widgets.colour import Index, Table, value_index, value_table
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.values.arrays import DoubleArray

#: Heights in pixels at the usual size.
USUAL_SIZE: Final = 13.0
SMALL_SIZE: Final = 11.0
TINY_SIZE: Final = 9.0  # of headings that have little room
AROUND: Final = 1.0  # a number in its cell
LINE: Final = 1.21  # of a line, in heights of its font
#: So many widths, and pictures, are kept.
MOST_WIDTHS: Final = 4096
MOST_STAMPS: Final = 256  # of lines of text
MOST_PICTURES: Final = 64
DARK_INK: Final = "#10141a"
LIGHT_INK: Final = "#ffffff"
#: Luminance (WCAG) from which on dark ink is read better than light ink.
BRIGHT: Final = 0.179
WRAPPED: Final = (
    Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
)


class Face:
    """A font that knows how wide its texts are. Where it is ``for_file``, it writes them and keeps
    none as a picture."""

    def __init__(
        self, font: QFont, pixels: float, *, bold: bool = False, for_file: bool = False
    ) -> None:
        self.for_file = for_file
        self.font = tabular(QFont(font))
        self.font.setPixelSize(max(1, round(pixels)))
        self.font.setBold(bold)
        self._metrics = QFontMetricsF(self.font)
        self._widths: dict[str, float] = {}
        self._heights: dict[tuple[str, float], float] = {}
        self._stamps: dict[tuple[str, int, float], QPixmap] = {}
        self._middle = (self._metrics.ascent() - self._metrics.descent()) / 2
        self.line = LINE * self._metrics.height()

    def width(self, text: str) -> float:
        """How wide a text is in one line."""
        width = self._widths.get(text)
        if width is None:
            if len(self._widths) > MOST_WIDTHS:
                self._widths.clear()
            width = self._widths[text] = self._metrics.horizontalAdvance(text)
        return width

    def height(self, text: str, width: float) -> float:
        """How high a text is, wrapped where it is wider."""
        if self.width(text) <= width:
            return self.line
        key = (text, width)
        height = self._heights.get(key)
        if height is None:
            if len(self._heights) > MOST_WIDTHS:
                self._heights.clear()
            area = QRectF(0, 0, width, 10_000)
            found = self._metrics.boundingRect(area, int(WRAPPED), text).height()
            height = self._heights[key] = max(self.line, found)
        return height

    def left(self, painter: QPainter, x: float, middle: float, text: str) -> None:
        """Write a line from ``x`` on, in the painter's font, which must be this one."""
        painter.drawText(QPointF(x, middle + self._middle), text)

    def right(self, painter: QPainter, x: float, middle: float, text: str) -> None:
        """Write a line that ends at ``x``."""
        painter.drawText(QPointF(x - self.width(text), middle + self._middle), text)

    def centre(self, painter: QPainter, x: float, middle: float, text: str) -> None:
        """Write a line with its middle at ``x``."""
        painter.drawText(QPointF(x - self.width(text) / 2, middle + self._middle), text)

    def stamp(self, text: str, colour: QColor, ratio: float) -> QPixmap:
        """A short text as a picture that is kept, a line high: to paint it takes a seventh of the
        time of writing."""
        key = (text, colour.rgb(), ratio)
        picture = self._stamps.get(key)
        if picture is None:
            if len(self._stamps) > MOST_STAMPS:
                self._stamps.clear()
            picture = self._stamps[key] = self._stamped(text, colour, ratio)
        return picture

    def paint(self, painter: QPainter, x: float, middle: float, text: str, colour: QColor) -> None:
        """Paint a text that stands still from ``x`` on."""
        ratio = painter.device().devicePixelRatio()
        if ratio == int(ratio) and not self.for_file:
            top = round(middle - self.line / 2)
            painter.drawPixmap(round(x) - 1, top, self.stamp(text, colour, ratio))
        else:  # a picture would not lie on whole pixels
            before = painter.font()  # the strip knows which one it has
            painter.setFont(self.font)
            painter.setPen(colour)
            self.left(painter, x, middle, text)
            painter.setFont(before)

    def _stamped(self, text: str, colour: QColor, ratio: float) -> QPixmap:
        size = QSizeF(math.ceil(self.width(text)) + 2, math.ceil(self.line))
        picture = QPixmap((size * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setFont(self.font)
        painter.setPen(colour)
        self.centre(painter, size.width() / 2, size.height() / 2, text)
        painter.end()
        return picture


class Writing:
    """How numbers are written in cells: in which face, as which ``text`` of a value, and how wide
    a cell is ``needed`` for the widest of them."""

    def __init__(self, face: Face, text: Callable[[float], str], widest: str) -> None:
        self.face, self.text = face, text
        self.needed = face.width(widest) + AROUND


class Style:
    """The theme's colours and faces. Where it is ``for_file``, nothing is kept in pixels."""

    def __init__(self, theme: Theme, font: QFont, *, for_file: bool = False) -> None:
        self.theme, self.for_file = theme, for_file
        self.usual = Face(font, USUAL_SIZE * theme.scale, for_file=for_file)
        self.bold = Face(font, USUAL_SIZE * theme.scale, bold=True, for_file=for_file)
        self.small = Face(font, SMALL_SIZE * theme.scale, for_file=for_file)
        tiny = max(TINY_SIZE * theme.scale, theme.smallest)
        self.tiny = Face(font, tiny, for_file=for_file)
        self.line = self.usual.line
        self.text, self.dim = QColor(theme.text), QColor(theme.dim)
        self.accent, self.edge = QColor(theme.accent), QColor(theme.edge)
        self.faint, self.panel = QColor(theme.zero), QColor(theme.panel)
        self.positive, self.negative = QColor(theme.positive[2]), QColor(theme.negative[2])
        self.values: Table = value_table(theme)
        #: Whether each of the values' colours is bright, so that dark ink is read on it.
        self.bright = _bright(self.values)
        self._writings = (
            Writing(self.small, short, "−0.00"),
            Writing(self.small, shortest, "−.00"),
            Writing(self.tiny, shortest, "−.00"),
        )
        self._kept: dict[Hashable, QPixmap] = {}
        self._figures: dict[tuple[Writing, float, bool, float], QPixmap] = {}

    def index(self, values: DoubleArray, end: float) -> Index:
        """Entries of the table of values (rows, columns), ``end`` being the strongest colour's."""
        ends = np.array([max(end, 1e-9)], np.float32)
        found: Index = value_index(values[None].astype(np.float32), ends)[0]
        return found

    def writing(self, width: float) -> Writing | None:
        """How numbers are written in cells of a width: the easiest to read that has room; None
        where none has."""
        return next((one for one in self._writings if one.needed <= width), None)

    @property
    def easy(self) -> Writing:
        """The easiest to read."""
        return self._writings[0]

    def figure(self, way: Writing, hundredths: float, bright: bool, ratio: float) -> QPixmap:
        """A value in hundredths, to be painted on a bright colour or a dark one."""
        key = (way, hundredths, bright, ratio)
        picture = self._figures.get(key)
        if picture is None:
            if len(self._figures) > MOST_WIDTHS:
                self._figures.clear()
            ink = QColor(DARK_INK if bright else LIGHT_INK)
            picture = way.face.stamp(way.text(hundredths / 100), ink, ratio)
            self._figures[key] = picture
        return picture

    def write_number(
        self, painter: QPainter, way: Writing, middle: QPointF, hundredths: float, bright: bool
    ) -> None:
        """The same into a file, where nothing is kept in pixels."""
        before = painter.font()
        painter.setFont(way.face.font)
        painter.setPen(QColor(DARK_INK if bright else LIGHT_INK))
        way.face.centre(painter, middle.x(), middle.y(), way.text(hundredths / 100))
        painter.setFont(before)

    def standing(
        self,
        painter: QPainter,
        at: QPointF,
        size: QSizeF,
        key: Hashable,
        paint: Callable[[QPainter], None],
    ) -> None:
        """Paint what looks the same each time; ``paint`` does it once for a ``key`` and a size."""
        if self.for_file:
            painter.save()
            painter.translate(at)
            paint(painter)
            painter.restore()
            return
        ratio = painter.device().devicePixelRatio()
        whole = (key, size.width(), size.height(), ratio)
        picture = self._kept.get(whole)
        if picture is None:
            if len(self._kept) >= MOST_PICTURES:
                self._kept.clear()
            picture = QPixmap((size * ratio).toSize())
            picture.setDevicePixelRatio(ratio)
            picture.fill(Qt.GlobalColor.transparent)
            once = QPainter(picture)
            paint(once)
            once.end()
            self._kept[whole] = picture
        painter.drawPixmap(at, picture)


def short(value: float) -> str:
    """A value for a cell: two decimals, or as many as four characters have room for."""
    size = abs(value)
    if size >= LARGE:
        return power_of_ten(value, 0)
    decimals = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
    text = f"{size:,.{decimals}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) else text


def shortest(value: float) -> str:
    """The same for a narrow cell: two decimals below 1 without the zero before them, one below
    10."""
    size = abs(value)
    if size >= 999.5:
        return short(value)
    decimals = 0 if size >= 9.95 else 1 if size >= 0.995 else 2
    text = f"{size:.{decimals}f}"
    text = "0" if not float(text) else text.removeprefix("0")
    return f"{MINUS}{text}" if value < 0 and text != "0" else text


def _bright(table: Table) -> list[bool]:
    """Whether dark ink is read better than light ink on each colour of a table (WCAG)."""
    channels = np.stack([(table >> shift) & 0xFF for shift in (16, 8, 0)], axis=1) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    return [bool(value) for value in luminance > BRIGHT]
