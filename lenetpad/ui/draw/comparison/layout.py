"""Where two readings and their difference lie: beside each other or below each other, whichever
shows more of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF

from lenetpad.ui.draw.maps_layout import Arrangement, Block, Placed, place, shown_area

#: The first reading, the second, and what differs.
PARTS: Final = 3
GAP: Final = 14.0
#: Of the width of a part that lies below another one: the head stands at its left.
HEAD_SHARE: Final = 0.2
LEAST_HEAD: Final = 96.0

_INPUT, _C1, _S2 = Block("input"), Block("C1", 3, 2), Block("S2", 3, 2)
_C3, _S4 = Block("C3", 4, 4), Block("S4", 4, 4)
_C5, _F6 = Block("C5", cell=(12, 10)), Block("F6", cell=(12, 7))
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = (
    ((_INPUT, _C1), (_S2, _C3), (_S4, _C5, _F6)),
    ((_INPUT, _C1, _S2), (_C3, _S4, _C5, _F6)),
    ((_INPUT, _C1, _S2), (_C3, _S4), (_C5, _F6)),
    ((_INPUT, _C1), (_S2, _C3), (_S4, _C5), (Block("F6", cell=(7, 12)),)),
    ((_INPUT, _C1), (_S2,), (_C3, _S4), (_C5, _F6)),
    ((_INPUT, Block("C1", 2, 3), Block("S2", 2, 3), _C3, _S4, _C5, _F6),),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three: its head, and the layers below or beside it."""

    head: QRectF
    placed: dict[str, Placed]


def lay_out(area: QRectF, head: float, title: float, alone: str = "") -> tuple[Part, ...]:
    """Places for all layers, or one ``alone``, of the three parts, each with a head of that
    height and the layers' titles of theirs."""
    found = [_columns(area, head, title, alone), _rows(area, head, title, alone)]
    return max(found, key=lambda parts: shown_area(parts[0].placed))


def _columns(area: QRectF, head: float, title: float, alone: str) -> tuple[Part, ...]:
    width = (area.width() - (PARTS - 1) * GAP) / PARTS
    parts = []
    for number in range(PARTS):
        left = area.left() + number * (width + GAP)
        layers = QRectF(left, area.top() + head, width, area.height() - head)
        top = QRectF(left, area.top(), width, head)
        parts.append(Part(top, place(layers, title, alone, ARRANGEMENTS)))
    return tuple(parts)


def _rows(area: QRectF, head: float, title: float, alone: str) -> tuple[Part, ...]:
    height = (area.height() - (PARTS - 1) * GAP) / PARTS
    beside = max(LEAST_HEAD, HEAD_SHARE * area.width())
    parts = []
    for number in range(PARTS):
        top = area.top() + number * (height + GAP)
        layers = QRectF(area.left(), top, area.width(), height).adjusted(beside + GAP, 0, 0, 0)
        left = QRectF(area.left(), top, beside, min(head, height))
        parts.append(Part(left, place(layers, title, alone, ARRANGEMENTS)))
    return tuple(parts)
