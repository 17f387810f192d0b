"""How it is marked and said that maps and units are held."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from lenetpad.ui.draw.numerals import number
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.explanation import Unit
from lenetpad.values.holding import LAYERS_OF_MAPS, Hold, Holds


def in_words(holds: Holds) -> str:
    """How many maps and units are held: "2 maps switched off, 1 unit held"; "" for none."""
    if not holds:
        return ""
    maps = [hold for hold in holds if hold.layer in LAYERS_OF_MAPS]
    units = [hold for hold in holds if hold.layer not in LAYERS_OF_MAPS]
    parts = (
        (
            _off(maps),
            translate("Draw", "1 map switched off"),
            translate("Draw", "{n} maps switched off"),
        ),
        (
            _off(units),
            translate("Draw", "1 unit switched off"),
            translate("Draw", "{n} units switched off"),
        ),
        (
            len(maps) - _off(maps),
            translate("Draw", "1 map held"),
            translate("Draw", "{n} maps held"),
        ),
        (
            len(units) - _off(units),
            translate("Draw", "1 unit held"),
            translate("Draw", "{n} units held"),
        ),
    )
    return ", ".join(counted(n, one, many) for n, one, many in parts if n)


def in_title(holds: Holds, layer: str) -> str:
    """How many of a layer's maps or units are held, for its title; "" for none."""
    held = [hold for hold in holds if hold.layer == layer]
    off = _off(held)
    parts = (
        (off, translate("Draw", "{n} off")),
        (len(held) - off, translate("Draw", "{n} held")),
    )
    return ", ".join(text.format(n=n) for n, text in parts if n)


def mark_of(hold: Hold) -> str:
    """What stands on a map that is held."""
    if hold.value == 0:
        return translate("Draw", "off")
    return translate("Draw", "held at {value}").format(value=number(hold.value))


def of_unit(holds: Holds, unit: Unit) -> list[str]:
    """How a unit, or its map, is held; none where it is not."""
    at = (unit.map, unit.row, unit.column)
    return [
        mark_of(hold)
        for hold in holds
        if hold.layer == unit.layer and hold.index == at[: len(hold.index)]
    ]


def paint(
    painter: QPainter,
    theme: Theme,
    font: QFont,
    holds: Holds,
    area_of: Callable[[Hold], QRectF | None],
) -> None:
    """Cross out what is switched off and frame what is held at another value, and write at what
    value where there is room. ``area_of`` says where a map or a unit is painted."""
    painter.setFont(font)
    metrics = painter.fontMetrics()
    for hold in holds:
        area = area_of(hold)
        if area is None:
            continue
        _paint_cross(painter, theme, area, crossed=hold.value == 0)
        text = next(
            (
                t
                for t in (mark_of(hold), number(hold.value))
                if _fits(metrics.horizontalAdvance(t), area)
            ),
            "",
        )
        if text and area.height() >= 1.5 * metrics.height():
            width, height = metrics.horizontalAdvance(text) + 6, metrics.height()
            badge = QRectF(area.left() + 1, area.bottom() - height - 1, width, height)
            painter.fillRect(badge, QColor(theme.warning))
            painter.setPen(QColor(theme.on_warning))
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)


def _paint_cross(painter: QPainter, theme: Theme, area: QRectF, *, crossed: bool) -> None:
    """Two lines on top of each other: one of them is seen on whatever colour lies below."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    thin = area.width() < 16
    for colour, width in (
        (theme.panel, 2.5 if thin else 5.0),
        (theme.warning, 1.5 if thin else 2.5),
    ):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRect(area)
        if crossed:
            painter.drawLine(area.topLeft(), area.bottomRight())
            painter.drawLine(area.topRight(), area.bottomLeft())


def _fits(width: float, area: QRectF) -> bool:
    return width + 8 <= area.width()


def _off(holds: list[Hold]) -> int:
    return sum(hold.value == 0 for hold in holds)
