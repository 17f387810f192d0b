"""The panel of the inspector: one unit's arithmetic, or two units' one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from lenetpad.ui.draw.inspector.content import (
    write,
    write_comparison,
    write_competition,
)
from lenetpad.ui.draw.inspector.faces import Style
from lenetpad.ui.draw.inspector.inspected import Inspected, Place, source_of
from lenetpad.ui.draw.inspector.spoken import answers_in_words, in_words, product_in_words
from lenetpad.ui.draw.inspector.strip import Strip
from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.explanation import Competition, Unit

MARGIN: Final = 10.0
CORNER: Final = 8.0


class InspectorPanel(QAbstractScrollArea):
    """``painted`` carries the serial of the reading that is on screen, ``followed`` the unit of
    the layer before that the pointer or the arrow keys have found, None for none; ``chosen`` a
    unit that was clicked."""

    painted = Signal(object)
    followed = Signal(object)
    chosen = Signal(object)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, for_file: bool = False
    ) -> None:
        super().__init__(parent)
        self._for_file, self.framed = for_file, True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(translate("Draw", "Inspector"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.inspected: tuple[Inspected, ...] = ()
        self.competition: Competition | None = None
        self.place: Place | None = None  # the cell that is followed
        self._serial = 0
        self._strips: list[tuple[int, Strip]] = []  # as painted, each with whose it is
        self._height = 0.0
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme and size."""
        self.theme = theme
        self._style = Style(theme, self.font(), for_file=self._for_file)
        self.viewport().update()

    def show_units(
        self, inspected: Sequence[Inspected], competition: Competition | None, serial: int
    ) -> None:
        """Show one unit, two that are compared or, where there is none, how the answer comes about
        (None before anything is read)."""
        if [one.unit for one in inspected] != [one.unit for one in self.inspected]:
            self.follow(None)
        self.inspected, self.competition, self._serial = tuple(inspected), competition, serial
        if QAccessible.isActive():
            self.setAccessibleDescription(self.in_words())
        self.viewport().update()

    def in_words(self) -> str:
        """What is shown, the product that is followed first, for somebody who does not see it."""
        if not self.inspected:
            return answers_in_words(self.competition) if self.competition else ""
        product = product_in_words(self.inspected[0], self.place) if self.place else ""
        return "; ".join(filter(None, (product, *map(in_words, self.inspected))))

    def follow(self, place: Place | None) -> None:
        """Mark one product, in patch, kernel and products, and tell which unit it comes from."""
        if place != self.place:
            self.place = place
            unit = source_of(self.inspected[0], place) if place and self.inspected else None
            self.followed.emit(unit)
            if QAccessible.isActive():
                self.setAccessibleDescription(self.in_words())
            self.viewport().update()

    def mark(self, place: Place | None) -> None:
        """Mark one product that is pointed at elsewhere."""
        if place != self.place:
            self.place = place
            self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = self.viewport().rect()
        size = QSizeF(area.size())
        self._style.standing(painter, QPointF(0, 0), size, "ground", self._paint_ground)
        painter.setClipRect(area.adjusted(1, 1, -1, -1))
        painter.translate(MARGIN, MARGIN - self.verticalScrollBar().value())
        self._height = self._write(painter)
        if self.hasFocus():
            painter.resetTransform()
            paint_focus(painter, area.adjusted(1, 1, -1, -1), self.theme, CORNER - 1)
        painter.end()
        self._fit_bar()
        if self._serial:
            self.painted.emit(self._serial)

    def _paint_ground(self, painter: QPainter) -> None:
        area = QRectF(self.viewport().rect())
        painter.fillRect(area, QColor(self.theme.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.theme.line if self.framed else self.theme.panel))
        painter.setBrush(QColor(self.theme.panel))
        painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)

    def _write(self, painter: QPainter) -> float:
        """Write all of it; gives where it ends."""
        # With room for the scroll bar also where there is none: nothing is laid out otherwise
        # when there is more to write.
        width, top = self.width() - self.verticalScrollBar().sizeHint().width() - 2 * MARGIN, 0.0
        self._strips = []
        if len(self.inspected) == 2:
            strip = Strip(self._style, width, painter)
            write_comparison(strip, *self.inspected)
            strip.gap(16)
            top = strip.y
        for number, one in enumerate(self.inspected):
            strip = Strip(self._style, width, painter, top)
            first = number == 0
            follows = first and not self._for_file  # nobody points at a file
            write(strip, one, self.place if first else None, follows=follows)
            strip.gap(16)
            top = strip.y
            self._strips.append((number, strip))
        if not self.inspected:
            strip = Strip(self._style, width, painter)
            strip.paragraph(
                translate(
                    "Draw",
                    "Point at a unit to see where its value comes from. Click or press Enter to "
                    "keep it, Ctrl and click to compare two; Esc lets go.",
                )
            )
            if self.competition is not None:
                strip.gap()
                write_competition(strip, self.competition, None)
            top = strip.y
        return top + MARGIN

    def height_for(self, width: int) -> int:
        """How high all of it is at a width."""
        self.resize(width, self.minimumSizeHint().height())
        nowhere = QImage(1, 1, QImage.Format.Format_RGB32)
        painter = QPainter(nowhere)
        height = self._write(painter)
        painter.end()
        return round(height + MARGIN)

    def _fit_bar(self) -> None:
        bar = self.verticalScrollBar()
        room = self.viewport().height() - round(MARGIN)
        bar.setRange(0, max(0, round(self._height) - room))
        bar.setPageStep(room)
        bar.setSingleStep(self.theme.px(20))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.theme.px(120), self.theme.px(80))

    # Pointing

    def place_at(self, at: QPointF) -> Place | None:
        """The cell, of the first unit, at a position in the viewport."""
        found = self._found(at)
        return found if isinstance(found, Place) else None

    def _found(self, at: QPointF) -> Place | Unit | None:
        inside = at + QPointF(-MARGIN, self.verticalScrollBar().value() - MARGIN)
        for number, strip in self._strips:
            if number > 0:
                continue
            for area, (rows, columns), term in strip.grids:
                if area.contains(inside):
                    row = min(int((inside.y() - area.top()) / area.height() * rows), rows - 1)
                    column = int((inside.x() - area.left()) / area.width() * columns)
                    return Place(term, row * columns + min(column, columns - 1))
            for area, what in strip.rows:
                if area.contains(inside):
                    return Place(what, 0) if isinstance(what, int) else what
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._found(event.position())
        if isinstance(found, Unit):
            self.follow(None)
            self.followed.emit(found)
        else:
            self.follow(found)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._found(event.position())
        if isinstance(found, Place) and self.inspected:
            found = source_of(self.inspected[0], found)
        if isinstance(found, Unit):
            self.chosen.emit(found)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.follow(None)
            self.followed.emit(None)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right walk along the products of the first unit; the rest scrolls."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.inspected or not self.inspected[0].explanation.terms:
            super().keyPressEvent(event)
            return
        sizes = [term.products.size for term in self.inspected[0].explanation.terms]
        place = self.place
        at = -1 if place is None else sum(sizes[: place.term]) + place.cell
        at = (at + step) % sum(sizes)
        term = 0
        while at >= sizes[term]:
            at -= sizes[term]
            term += 1
        self.follow(Place(term, at))
