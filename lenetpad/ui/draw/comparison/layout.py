"""Where two readings and their difference lie: beside each other or below each other, whichever
shows their maps larger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QRectF

from lenetpad.ui.draw.maps_layout import Arrangement, Block, Placed, place

#: The first reading, the second, and what differs.
PARTS: Final = 3
GAP: Final = 25.0  # with a line in its middle
#: The same between parts below each other that are not as high as a head.
ROW_GAP: Final = 13.0
#: Of the width of a part that lies below another one: the head stands at its left, and is so much
#: wider than high at the least.
HEAD_SHARE: Final = 0.2
LEAST_HEAD: Final = 1.27

_INPUT, _C1, _S2 = Block("input"), Block("C1", 3, 2), Block("S2", 3, 2)
_C3, _S4 = Block("C3", 4, 4), Block("S4", 4, 4)
_C5, _F6 = Block("C5", cell=(12, 10)), Block("F6", cell=(12, 7))
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = (
    ((_INPUT, _C1), (_S2, _C3), (_S4, _C5, _F6)),
    ((_INPUT, _C1, _S2), (_C3, _S4, _C5, _F6)),
    ((_INPUT, _C1, _S2), (_C3, _S4), (_C5, _F6)),
    ((_INPUT, _C1), (_S2, _C3), (_S4, _C5), (Block("F6", cell=(7, 12)),)),
    ((_INPUT, Block("C1", 2, 3), Block("S2", 2, 3), _C3, _S4, _C5, _F6),),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three: its head, the layers below or beside it, and how far the next part is."""

    head: QRectF
    placed: dict[str, Placed]
    gap: float = GAP


def lay_out(area: QRectF, head: float, title: float, alone: str = "") -> tuple[Part, ...]:
    """Places for all layers, or one ``alone``, of the three parts, each with a head of that
    height and the layers' titles of theirs."""
    found = [_columns(area, head, title, alone), _rows(area, head, title, alone)]
    best = max(found, key=lambda parts: _size_of_maps(parts[0].placed))
    cramped = best[0].head.height() < head
    return _rows(area, head, title, alone, ROW_GAP) if cramped else best


def _size_of_maps(placed: dict[str, Placed]) -> float:
    """How large the maps are: a layer twice as high makes up for another that is half as high.
    One that is a single picture counts half."""
    sizes = ((len(one.cells), max(one.cells[0].height(), 1.0)) for one in placed.values())
    return sum((1.0 if cells > 1 else 0.5) * math.log(height) for cells, height in sizes)


def _place(area: QRectF, title: float, alone: str) -> dict[str, Placed]:
    """The arrangement whose maps are largest on the whole."""
    if alone:
        return place(area, title, alone)
    found = [place(area, title, arrangements=(one,)) for one in ARRANGEMENTS]
    return max(found, key=_size_of_maps)


def borders(parts: tuple[Part, ...]) -> list[QLineF]:
    """A line between each two parts, in the middle of the gap."""
    lines = []
    for one, other in pairwise(parts):
        if other.head.top() > one.head.top():
            y = other.head.top() - one.gap / 2
            right = max(placed.area.right() for placed in other.placed.values())
            lines.append(QLineF(other.head.left(), y, right, y))
        else:
            x = other.head.left() - one.gap / 2
            bottom = max(placed.area.bottom() for placed in other.placed.values())
            lines.append(QLineF(x, other.head.top(), x, bottom))
    return lines


def _columns(area: QRectF, head: float, title: float, alone: str) -> tuple[Part, ...]:
    width = (area.width() - (PARTS - 1) * GAP) / PARTS
    parts = []
    for number in range(PARTS):
        left = area.left() + number * (width + GAP)
        layers = QRectF(left, area.top() + head, width, area.height() - head)
        top = QRectF(left, area.top(), width, head)
        parts.append(Part(top, _place(layers, title, alone)))
    return tuple(parts)


def _rows(
    area: QRectF, head: float, title: float, alone: str, gap: float = GAP
) -> tuple[Part, ...]:
    height = (area.height() - (PARTS - 1) * gap) / PARTS
    beside = max(LEAST_HEAD * head, HEAD_SHARE * area.width())
    parts = []
    for number in range(PARTS):
        top = area.top() + number * (height + gap)
        layers = QRectF(area.left(), top, area.width(), height).adjusted(beside + GAP, 0, 0, 0)
        left = QRectF(area.left(), top, beside, min(head, height))
        parts.append(Part(left, _place(layers, title, alone), gap))
    return tuple(parts)
