"""Where the maps go: of a few arrangements, the one that makes them largest in the space."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF

CODES: Final = "codes"
GAP: Final = 2.0  # between the maps of a layer
SPACING: Final = 16.0  # between layers
WIDEST_SPACING: Final = 64.0
ROW_SPACING: Final = 12.0  # between rows


@dataclass(frozen=True, slots=True)
class Block:
    """One layer: how its cells are arranged, and the (rows, columns) of a cell where they are
    not as many."""

    layer: str
    columns: int = 1
    rows: int = 1
    cell: tuple[int, int] = (1, 1)

    @property
    def ratio(self) -> float:
        """Width over height of the cells together, gaps left out."""
        height, width = self.cell
        return self.columns * width / (self.rows * height)


@dataclass(frozen=True, slots=True)
class Placed:
    """A layer in the panel: its title's rectangle and its cells', in logical pixels."""

    block: Block
    title: QRectF
    cells: tuple[QRectF, ...]

    @property
    def area(self) -> QRectF:
        """The rectangle around all cells."""
        return self.cells[0].united(self.cells[-1])


Arrangement = tuple[tuple[Block, ...], ...]

_INPUT, _C5, _F6 = Block("input"), Block("C5", cell=(12, 10)), Block("F6", cell=(12, 7))
_C3, _S4 = Block("C3", 4, 4), Block("S4", 4, 4)

ARRANGEMENTS: Final[tuple[Arrangement, ...]] = (
    (  # a panel about as wide as it is high
        (_INPUT, Block("C1", 3, 2)),
        (Block("S2", 3, 2), _C3),
        (_S4, _C5, _F6, Block(CODES, 5, 2, (12, 7))),
    ),
    (  # a high panel
        (_INPUT, Block("C1", 3, 2)),
        (Block("S2", 3, 2), _C3),
        (_S4, Block("C5", cell=(10, 12))),
        (_F6, Block(CODES, 5, 2, (12, 7))),
    ),
    (  # a little wider than high
        (_INPUT, Block("C1", 3, 2)),
        (Block("S2", 3, 2), _C3, _S4),
        (_C5, _F6, Block(CODES, 10, 1, (12, 7))),
    ),
    (
        (_INPUT, Block("C1", 3, 2), Block("S2", 3, 2)),
        (_C3, _S4, _C5),
        (_F6, Block(CODES, 10, 1, (12, 7))),
    ),
    (
        (_INPUT, Block("C1", 3, 2), Block("S2", 3, 2)),
        (_C3, _S4, _C5, _F6),
        (Block(CODES, 10, 1, (12, 7)),),
    ),
    (  # a wide panel
        (_INPUT, Block("C1", 3, 2), Block("S2", 3, 2)),
        (_C3, _S4, _C5, _F6, Block(CODES, 5, 2, (12, 7))),
    ),
    (  # a very wide one
        (_INPUT, Block("C1", 2, 3), Block("S2", 2, 3), _C3, _S4),
        (Block("C5", cell=(6, 20)), _F6, Block(CODES, 10, 1, (12, 7))),
    ),
)


#: How a layer that has the panel for itself can be arranged.
ALONE: Final = {
    "input": (_INPUT,),
    **{
        name: tuple(Block(name, columns, 6 // columns) for columns in (6, 3, 2, 1))
        for name in ("C1", "S2")
    },
    **{name: tuple(Block(name, n, 16 // n) for n in (16, 8, 4, 2)) for name in ("C3", "S4")},
    "C5": (_C5, Block("C5", cell=(10, 12)), Block("C5", cell=(6, 20))),
    "F6": (_F6,),
    CODES: tuple(Block(CODES, n, 10 // n, (12, 7)) for n in (10, 5, 2)),
}


def place(
    area: QRectF,
    title: float = 20.0,
    alone: str = "",
    arrangements: tuple[Arrangement, ...] = ARRANGEMENTS,
    spread: float = 1.0,
) -> dict[str, Placed]:
    """Place all layers, or one ``alone``, in ``area``, each below a title of that height, as
    large as can be; ``spread`` is how many times as far from each other as usual."""
    if alone:
        arrangements = tuple(((block,),) for block in ALONE[alone])
    candidates = [_place(arrangement, area, title, spread) for arrangement in arrangements]
    return max(candidates, key=_shown_area)


def arrows(placed: dict[str, Placed]) -> list[list[QPointF]]:
    """From each layer to the one that it feeds: the corners of a line whose end is the head.

    Side by side it leads from edge to edge, at the middle of the lower one; to the next row it
    goes between the rows, to its title.
    """
    found = []
    for one, other in pairwise(placed.values()):
        here, there = one.area, other.area
        if other.title.top() == one.title.top():
            y = min(here.center().y(), there.center().y())
            found.append([QPointF(here.right() + GAP, y), QPointF(there.left() - GAP, y)])
            continue
        end = other.title.top() + GAP  # the title has the place below it
        y = here.bottom() + 0.35 * (end - here.bottom())
        x = here.center().x()
        found.append(
            [
                QPointF(x, here.bottom() + 1),
                QPointF(x, y),
                QPointF(there.center().x(), y),
                QPointF(there.center().x(), end),
            ]
        )
    return found


def _shown_area(placed: dict[str, Placed]) -> float:
    cells = [cell for block in placed.values() for cell in block.cells]
    return sum(cell.width() * cell.height() for cell in cells)


def _place(
    arrangement: Arrangement, area: QRectF, title: float, spread: float
) -> dict[str, Placed]:
    heights = [_height_in(row, area.width(), spread) for row in arrangement]
    between = ROW_SPACING * spread
    free = area.height() - len(arrangement) * title - (len(arrangement) - 1) * between
    shrink = min(1.0, max(free, 1.0) / sum(heights))
    heights = [height * shrink for height in heights]
    # What is left over goes between the rows, so that the panel is filled evenly.
    spare = max(0.0, free - sum(heights)) / max(1, len(arrangement) - 1)
    placed: dict[str, Placed] = {}
    y = area.top() + (max(0.0, free - sum(heights)) / 2 if len(arrangement) == 1 else 0.0)
    for row, height in zip(arrangement, heights, strict=True):
        placed |= _place_row(row, QRectF(area.left(), y, area.width(), height), title, spread)
        y += title + height + between + min(spare, 2 * SPACING * spread)
    return placed


def _height_in(row: tuple[Block, ...], width: float, spread: float) -> float:
    """The row's height where its blocks fill the width."""
    gaps = (len(row) - 1) * SPACING * spread + sum((block.columns - 1) * GAP for block in row)
    return max(1.0, (width - gaps) / sum(block.ratio for block in row))


def _place_row(
    row: tuple[Block, ...], area: QRectF, title: float, spread: float
) -> dict[str, Placed]:
    """Place blocks side by side; the area's height is that of their cells, without the title."""
    sizes = {block.layer: _cell_size(block, area.height()) for block in row}
    widths = [sizes[b.layer][0] * b.columns + GAP * (b.columns - 1) for b in row]
    spare = area.width() - sum(widths)
    spacing = max(SPACING * spread, spare / max(1, len(row) - 1))
    spacing = min(spacing, WIDEST_SPACING * spread)
    # What is left over lies at both ends.
    placed, x = {}, area.left() + max(0.0, spare - spacing * (len(row) - 1)) / 2
    for block, block_width in zip(row, widths, strict=True):
        cell_width, cell_height = sizes[block.layer]
        cells = tuple(
            QRectF(
                round(x + column * (cell_width + GAP)),
                round(area.top() + title + line * (cell_height + GAP)),
                round(cell_width),
                round(cell_height),
            )
            for line in range(block.rows)
            for column in range(block.columns)
        )
        room = min(block_width + spacing - 4, area.right() - x)  # not beyond the panel
        name = QRectF(x, area.top(), room, title)
        placed[block.layer] = Placed(block, name, cells)
        x += block_width + spacing
    return placed


def _cell_size(block: Block, height: float) -> tuple[float, float]:
    cell_height = max(1.0, (height - (block.rows - 1) * GAP) / block.rows)
    pixel_height, pixel_width = block.cell
    return cell_height * pixel_width / pixel_height, cell_height
