"""The segmentation graph, painted: nodes, arcs with candidates' pictures, paths, and the ink."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.numbers import graph_words
from lenetpad.ui.draw.numbers.candidate_images import CandidateImages
from lenetpad.ui.draw.numbers.graph_layout import (
    MARGIN,
    Arc,
    GraphLayout,
    Placing,
    Way,
    lay_out,
    walked,
)
from lenetpad.ui.widgets.colour import ink_table
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.images import paint_part
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.ui.widgets.words import translate
from lenetpad.values.segmentation import Candidate, Kind, Piece, Segmentation

MOST_POINTS: Final = 32  # of a piece of ink: it is painted small
NODE: Final = 4.0  # radius at the usual size
TEXT: Final = 12.0
WAYS: Final = {
    Qt.Key.Key_Left: Way.BACK,
    Qt.Key.Key_Right: Way.ON,
    Qt.Key.Key_Up: Way.LONGER,
    Qt.Key.Key_Down: Way.SHORTER,
    Qt.Key.Key_Home: Way.FIRST,
    Qt.Key.Key_End: Way.LAST,
}
ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class GraphPicture(QWidget):
    """``pointed`` is the place of the candidate at which pointer or keyboard is, ``pinned`` that
    of one that stays when the pointer goes; ``chosen`` is the one that counts.

    ``candidate_chosen`` comes with it, a Candidate or None, when it is another, and with each new
    graph where one is chosen; ``pin_wanted`` where one is pinned. ``moved`` carries the area to
    which the keyboard went, ``painted`` that the graph is on screen.
    """

    candidate_chosen = Signal(object)
    pin_wanted = Signal()
    moved = Signal(QRectF)
    painted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graph: Segmentation | None = None
        self.layout_: GraphLayout | None = None
        self.pointed: int | None = None
        self.pinned: int | None = None
        self._told: Candidate | None = None
        self._sheet: Sheet | None = None
        self._lines: list[QPolygonF] = []
        self._paths: list[QPainterPath] = []
        self._reaches: list[QRectF] = []
        self._room = QSize(1, 1)
        self._middle: float | None = None  # of what is seen of a graph that is wider
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translate("Draw", "Segmentation graph"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self._inks = ink_table(theme)
        self._font = tabular(QFont(self.font()))
        self._font.setPixelSize(theme.px(TEXT))
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._metrics = {False: QFontMetricsF(self._font), True: QFontMetricsF(self._bold)}
        self._colour()
        self._arrange()

    def set_room(self, room: QSize) -> None:
        """There is so much room: the graph takes it, or more where it needs that."""
        if room != self._room:
            self._room = room
            self._arrange()

    def show_ink_at(self, middle: float | None) -> None:
        """Have the ink in the middle of what is seen, None for the graph's middle."""
        if middle != self._middle:
            self._middle = middle
            self._arrange()

    @property
    def chosen(self) -> int | None:
        """The place of the candidate whose facts and maps are shown."""
        return self.pinned if self.pointed is None else self.pointed

    def show_graph(self, graph: Segmentation | None, sheet: Sheet | None) -> None:
        """Show another graph, None for a blank sheet. What is chosen stays so where the ink is the
        same: then only the network, or what of it is held, is another."""
        before, self.graph, self._sheet = self.graph, graph, sheet
        if before is None or graph is None or not _alike(before, graph):
            self.pointed = self.pinned = None
        self._colour()
        self._arrange()
        if self.chosen is not None or self._told is not None:
            self._tell(again=True)

    def let_go(self) -> bool:
        """Choose none; False where none is."""
        had = self.chosen is not None
        self.pointed = self.pinned = None
        self._tell()
        return had

    def _colour(self) -> None:
        candidates = () if self.graph is None else self.graph.candidates
        self._images = CandidateImages(candidates, self._inks)

    def _arrange(self) -> None:
        """Place everything anew, and ask for the room that it takes."""
        self._paths, self._lines, self.layout_ = [], [], None
        size = self._room
        if self.graph is not None:
            laid = lay_out(self.graph, self._room.height(), self.theme.scale, self._middle)
            self._paths = [_curve(arc) for arc in laid.arcs]
            self._reaches = [_reach(arc) for arc in laid.arcs]
            self._lines = [_line(piece, self._sheet, laid.ink) for piece in self.graph.pieces]
            self.layout_ = laid
            size = size.expandedTo(QSize(round(laid.width), round(laid.height)))
        if size != self.size():
            self.resize(size)
        self._describe()
        self.update()

    def _describe(self) -> None:
        words = translate("Draw", "Nothing is written")
        if self.graph is not None:
            words = graph_words.graph_in_words(self.graph)
            if self.chosen is not None:
                words = graph_words.in_words(self.graph, self.chosen)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)

    def _tell(self, *, again: bool = False) -> None:
        """Say which candidate is chosen, where it is another than was said last, or again."""
        place = self.chosen
        now = None if place is None or self.graph is None else self.graph.candidates[place]
        if now is not self._told or again:
            self._told = now
            self._describe()
            self.candidate_chosen.emit(now)
        self.update()

    # Pointing

    def point(self, place: int | None) -> None:
        """Point at a candidate by its place, None at none."""
        if place != self.pointed:
            self.pointed = place
            self._tell()

    def pin(self, place: int) -> None:
        """Keep a candidate chosen; one that is kept is let go of."""
        self.pinned = None if place == self.pinned else place
        self._tell()
        if self.pinned is not None:
            self.pin_wanted.emit()

    def choose_as(self, other: GraphPicture) -> None:
        """Choose what is chosen in another picture of the same graph."""
        chosen = other.pointed, other.pinned
        if self.graph is other.graph and chosen != (self.pointed, self.pinned):
            self.pointed, self.pinned = chosen
            self._tell()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.point(self._arc_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.point(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._arc_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif place is not None:
            self.pin(place)
        else:
            self.let_go()

    def _arc_at(self, at: QPointF) -> int | None:
        return None if self.layout_ is None else self.layout_.arc_at(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End go from candidate to candidate, Enter keeps one."""
        way = WAYS.get(Qt.Key(event.key()))
        if self.graph is None or self.layout_ is None:
            super().keyPressEvent(event)
        elif event.key() in ENTER and self.chosen is not None:
            self.pin(self.chosen)
        elif way is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        else:
            place = walked(self.graph, self.chosen, way)
            self.point(place)
            self.moved.emit(self.layout_.arcs[place].area)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), QColor(self.theme.panel))
        if self.graph is None or self.layout_ is None:
            self._paint_hint(painter)
        else:
            self._paint_graph(painter, self.graph, self.layout_, QRectF(event.rect()))
        if self.hasFocus():
            paint_focus(painter, self.visibleRegion().boundingRect(), self.theme)
        painter.end()
        self.painted.emit()

    def _paint_hint(self, painter: QPainter) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(self.theme.dim))
        area = self.visibleRegion().boundingRect().adjusted(12, 0, -12, 0)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, flags, translate("Draw", "Write a number: its graph appears here."))

    def _paint_graph(
        self, painter: QPainter, graph: Segmentation, laid: GraphLayout, seen: QRectF
    ) -> None:
        best = frozenset(graph.paths[0].candidates)
        second = frozenset(graph.paths[1].candidates) if len(graph.paths) > 1 else frozenset()
        cut = {0} | {graph.candidates[place].end for place in best}
        self._paint_ink(painter, laid, cut, seen)
        shown = [i for i, reach in enumerate(self._reaches) if reach.intersects(seen)]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in sorted(shown, key=lambda i: (i in best, i in second)):
            painter.setPen(self._arc_pen(place in best, place in second, graph.kind))
            painter.drawPath(self._paths[place])
        for place in shown:
            self._paint_candidate(
                painter, graph, laid.arcs[place], place, place in best, place in second
            )
        self._paint_nodes(painter, laid, cut)

    def _arc_pen(self, best: bool, second: bool, kind: Kind) -> QPen:
        """Of an arc: thick on the best path, dashed on the second, thin elsewhere; the best path
        of what is no number is none to be proud of, and grey."""
        theme, scale = self.theme, self.theme.scale
        if best:
            colour = theme.dim if kind is Kind.NO_NUMBER else theme.accent
            return QPen(QColor(colour), 3.5 * scale)
        if second:
            return QPen(QColor(theme.text), 1.8 * scale, Qt.PenStyle.DashLine)
        return QPen(QColor(theme.edge), 1)

    def _paint_ink(
        self, painter: QPainter, laid: GraphLayout, cut: set[int], seen: QRectF
    ) -> None:
        theme, bottom = self.theme, laid.strip.bottom()
        for number, (node, top) in enumerate(zip(laid.nodes, laid.cuts, strict=True)):
            taken = number in cut
            painter.setPen(
                QPen(QColor(theme.accent), 2)
                if taken
                else QPen(QColor(theme.edge), 1, Qt.PenStyle.DotLine)
            )
            painter.drawPolyline(
                [QPointF(top.x(), laid.strip.top()), QPointF(top.x(), bottom), node]
            )
        painter.setPen(
            QPen(
                QColor(theme.text),
                2.4 * theme.scale,
                Qt.PenStyle.SolidLine,
                Qt.PenCapStyle.RoundCap,
                Qt.PenJoinStyle.RoundJoin,
            )
        )
        for line in self._lines:
            if line.boundingRect().adjusted(-4, -4, 4, 4).intersects(seen):
                painter.drawPolyline(line)

    def _paint_candidate(
        self,
        painter: QPainter,
        graph: Segmentation,
        arc: Arc,
        place: int,
        best: bool,
        second: bool,
    ) -> None:
        theme, one = self.theme, graph.candidates[place]
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(arc.label, QColor(theme.panel))
        paint_part(painter, arc.picture, self._images.image, self._images.part(place))
        here = place == self.chosen
        pen = QPen(QColor(theme.line), 1)
        if best or second:
            pen = self._arc_pen(best, second, graph.kind)
        painter.setPen(QPen(QColor(theme.text), 3.5 * theme.scale) if here else pen)
        painter.drawRect(arc.picture)
        self._paint_label(painter, arc.label, one, best)

    def _paint_label(self, painter: QPainter, area: QRectF, one: Candidate, best: bool) -> None:
        """The digit, where one is read, and the score behind it."""
        digit, score = "" if one.refused else f"{one.digit} ", graph_words.score(one.score)
        font = self._bold if best else self._font
        wide = self._metrics[best].horizontalAdvance(digit)
        whole = wide + self._metrics[False].horizontalAdvance(score)
        start = area.adjusted((area.width() - whole) / 2, 0, area.width(), 0)
        for text, face, colour, left in (
            (digit, font, self.theme.text, 0.0),
            (score, self._font, self.theme.dim, wide),
        ):
            painter.setFont(face)
            painter.setPen(QColor(colour))
            painter.drawText(start.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_nodes(self, painter: QPainter, laid: GraphLayout, cut: set[int]) -> None:
        theme, radius = self.theme, NODE * self.theme.scale
        for number, node in enumerate(laid.nodes):
            taken = number in cut
            painter.setPen(QPen(QColor(theme.accent if taken else theme.edge), 1.5))
            painter.setBrush(QColor(theme.accent if taken else theme.panel))
            grown = radius * (1.4 if taken else 1.0)
            painter.drawEllipse(node, grown, grown)


def _alike(one: Segmentation, other: Segmentation) -> bool:
    """Whether two graphs are of the same ink, cut and grouped in the same way."""
    return one.pieces == other.pieces and [(c.first, c.end) for c in one.candidates] == [
        (c.first, c.end) for c in other.candidates
    ]


def _curve(arc: Arc) -> QPainterPath:
    """The parabola from node to node over the bottom."""
    path = QPainterPath(arc.start)
    path.quadTo(QPointF(arc.bottom.x(), 2 * arc.bottom.y() - arc.start.y()), arc.end)
    return path


def _reach(arc: Arc) -> QRectF:
    """All that an arc's painting may touch."""
    whole = QRectF(arc.start, QPointF(arc.end.x(), arc.bottom.y())).united(arc.area)
    return whole.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def _line(piece: Piece, sheet: Sheet | None, ink: Placing) -> QPolygonF:
    """A piece of ink, as far as the next one of its stroke; the box of a picture's."""
    if sheet is None or sheet.picture is not None or piece.stroke >= len(sheet.ink.strokes):
        left, top, right, bottom = piece.box
        points = np.array(
            ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
        )
    else:
        points = sheet.ink.strokes[piece.stroke].xy[piece.start : piece.end + 1]
        if len(points) > MOST_POINTS:
            chosen = np.linspace(0, len(points) - 1, MOST_POINTS)
            points = points[np.rint(chosen).astype(np.intp)]
        elif len(points) == 1:  # a dot
            points = np.concatenate([points, points])
    placed = points * ink.scale + (ink.offset.x(), ink.offset.y())
    return QPolygonF([QPointF(x, y) for x, y in placed.tolist()])
