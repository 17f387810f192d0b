"""Where everything of a segmentation graph is painted, and where the arrow keys lead in it.

At the top lies the ink, and lines lead from where it is cut to the nodes, which are evenly spaced.
Each candidate is an arc below them, the lower the more pieces it takes, with its picture at the
bottom: a parabola, which passes below the pictures of the arcs within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from lenetpad.values.segmentation import Box, Candidate, Segmentation

#: There is room for arcs of so many lengths, so that nothing changes its size as they grow; more
#: make the graph higher.
USUAL_LANES: Final = 6
#: Of an arc's lane, in pixels at the usual size.
LOWEST_LANE: Final = 40.0
HIGHEST_LANE: Final = 104.0
LABEL: Final = 16.0  # below a picture
STRIP: Final = 40.0  # of ink
LEADERS: Final = 18.0  # between the ink and the nodes
MARGIN: Final = 8.0
GAP: Final = 4.0  # between a label and what lies below it
RAISED: Final = 0.3  # of a lane: the shortest arcs need less room above them
SPREAD: Final = 1.5  # from node to node, in pictures
NARROWEST: Final = 54.0  # from node to node at the usual size: what a label needs


@dataclass(frozen=True, slots=True)
class Arc:
    """A candidate's arc: from one node over ``bottom`` to another, with picture and label."""

    start: QPointF
    bottom: QPointF
    end: QPointF
    picture: QRectF
    label: QRectF

    @property
    def area(self) -> QRectF:
        """Picture and label: where it can be pointed at."""
        return self.picture.united(self.label)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where ink is painted: a point's place is ``scale`` times it plus ``offset``."""

    scale: float
    offset: QPointF

    def of(self, x: float, y: float) -> QPointF:
        """The place of a point of the ink."""
        return QPointF(x * self.scale + self.offset.x(), y * self.scale + self.offset.y())


@dataclass(frozen=True, slots=True)
class GraphLayout:
    """Nodes, arcs in the order of the candidates, and where the ink lies with its ``cuts``."""

    width: float
    height: float
    nodes: tuple[QPointF, ...]
    arcs: tuple[Arc, ...]
    ink: Placing
    cuts: tuple[QPointF, ...]  # the tops of the lines along which the ink is cut
    strip: QRectF

    def arc_at(self, at: QPointF) -> int | None:
        """The place of the candidate whose picture or label is there."""
        found = (place for place, arc in enumerate(self.arcs) if arc.area.contains(at))
        return next(found, None)


def lay_out(
    graph: Segmentation, height: float, scale: float = 1.0, middle: float | None = None
) -> GraphLayout:
    """Lay a graph out in a height in pixels, or a larger one where its arcs need that; ``scale``
    is that of texts. Where a node lies depends on nothing but height and scale. The ink lies in
    the middle, or as near as can be to the ``middle`` of what is seen of a wide graph."""
    lengths = sorted({one.end - one.first for one in graph.candidates})
    depths = {length: lane - RAISED for lane, length in enumerate(lengths, start=1)}
    base = MARGIN + (STRIP + LEADERS) * scale
    room = (height - base - MARGIN) / (USUAL_LANES - RAISED + 0.5)
    lane = min(max(room, LOWEST_LANE * scale), HIGHEST_LANE * scale)
    side = lane - (LABEL + GAP) * scale
    step = max(SPREAD * side, NARROWEST * scale)
    left = MARGIN + step / 2
    nodes = tuple(QPointF(left + i * step, base) for i in range(len(graph.pieces) + 1))
    arcs = tuple(
        _arc(nodes[one.first], nodes[one.end], lane * depths[one.end - one.first], side, scale)
        for one in graph.candidates
    )
    strip = QRectF(nodes[0].x(), MARGIN, nodes[-1].x() - nodes[0].x(), STRIP * scale)
    ink, cuts = _ink(graph, strip, strip.center().x() if middle is None else middle)
    taken = base + lane * (max(depths.values(), default=0) + 0.5) + MARGIN
    return GraphLayout(nodes[-1].x() + left, max(height, taken), nodes, arcs, ink, cuts, strip)


def _arc(start: QPointF, end: QPointF, depth: float, side: float, scale: float) -> Arc:
    """An arc that reaches ``depth`` below its nodes, with a picture of this side there."""
    middle, bottom = (start.x() + end.x()) / 2, start.y() + depth
    block = side + LABEL * scale
    picture = QRectF(middle - side / 2, bottom - block / 2, side, side)
    wide = max(side, NARROWEST * scale - GAP)
    label = QRectF(middle - wide / 2, picture.bottom(), wide, LABEL * scale)
    return Arc(start, QPointF(middle, bottom), end, picture, label)


def _ink(graph: Segmentation, strip: QRectF, middle: float) -> tuple[Placing, tuple[QPointF, ...]]:
    """The ink as large as the strip allows, and its cuts."""
    boxes = [piece.box for piece in graph.pieces]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    width, height = max(right - left, 1e-6), max(bottom - top, 1e-6)
    scale = min(strip.width() / width, strip.height() / height)
    half = scale * width / 2
    middle = max(strip.left() + half, min(middle, strip.right() - half))
    offset = QPointF(
        middle - scale * (left + right) / 2,
        strip.center().y() - scale * (top + bottom) / 2,
    )
    placing = Placing(scale, offset)
    return placing, tuple(placing.of(x, top) for x in cut_places(boxes))


def cut_places(boxes: list[Box]) -> list[float]:
    """Where the ink is cut, from the left edge to the right: between two neighbours in the middle
    of the gap, or of what they share; no cut lies before the one to its left."""
    places = [min(box[0] for box in boxes)]
    for before, after in pairwise(boxes):
        places.append(max(places[-1], (before[2] + after[0]) / 2))
    return [*places, max(places[-1], *(box[2] for box in boxes))]


class Way(Enum):
    """Where an arrow key leads."""

    BACK = auto()
    ON = auto()
    LONGER = auto()
    SHORTER = auto()
    FIRST = auto()
    LAST = auto()


def walked(graph: Segmentation, here: int | None, way: Way) -> int:
    """The place of the candidate to which a key leads from another, or from none.

    BACK and ON go along a path: to a candidate that ends where this one begins, or the other way
    round, on the best path where one of it does, else to the shortest. LONGER and SHORTER go
    through those that begin at the same cut. Where none is, it stays.
    """
    best = graph.paths[0].candidates
    if here is None or way in (Way.FIRST, Way.LAST):
        return best[-1] if way is Way.LAST else best[0]
    one = graph.candidates[here]
    if way in (Way.LONGER, Way.SHORTER):
        same = [i for i, other in enumerate(graph.candidates) if other.first == one.first]
        same.sort(key=lambda i: graph.candidates[i].end)
        at = same.index(here) + (1 if way is Way.LONGER else -1)
        return same[min(max(at, 0), len(same) - 1)]
    if way is Way.ON:
        beside = [i for i, other in enumerate(graph.candidates) if other.first == one.end]
    else:
        beside = [i for i, other in enumerate(graph.candidates) if other.end == one.first]
    beside.sort(key=lambda i: (i not in best, _length(graph.candidates[i])))
    return beside[0] if beside else here


def _length(one: Candidate) -> int:
    return one.end - one.first
