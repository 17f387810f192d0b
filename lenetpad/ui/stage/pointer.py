"""What points on the stage: a laser dot with a trail that fades, a spotlight, a lens over maps."""

from __future__ import annotations

import time
from collections import deque
from enum import StrEnum
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.maps import MapsPanel
from lenetpad.ui.stage.pointer_watch import FOLLOW_MS
from lenetpad.ui.widgets.theme import Theme

FADE_SECONDS: Final = 0.5
#: Shares of the height: the dot's radius, the spotlight's and the lens's.
DOT: Final = 0.009
LIGHT: Final = 0.16
LENS: Final = 0.17
#: A dot that is so far from the last one has no trail there: on another screen what is beside it
#: here may lie elsewhere.
JUMP: Final = 0.25
LARGER: Final = 3.0  # times, in the lens
EDGE: Final = 3.0  # pixels of the lens's frame
RED: Final = QColor("#ff2a1f")
CORE: Final = QColor("#fff1ee")
DIM: Final = QColor(0, 0, 0, 165)


class Tool(StrEnum):
    """What the pointer is; the names of actions."""

    LASER = "laser"
    SPOTLIGHT = "spotlight"
    LENS = "lens"


class Shade(QWidget):
    """Dims all of its parent, as the spotlight does what lies around the page."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        parent.installEventFilter(self)
        self.hide()

    def cover(self, *, on: bool) -> None:
        """Lie over the parent, or not."""
        if on and (parent := self.parentWidget()) is not None:
            self.setGeometry(parent.rect())
            self.raise_()
        self.setVisible(on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        parent = self.parentWidget()
        if event.type() == QEvent.Type.Resize and watched is parent and parent is not None:
            self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), DIM)
        painter.end()


class PointerOverlay(QWidget):
    """Lies over all of its parent, lets every pointer through, and asks for the painting of no
    more than what changes. The lens enlarges ``maps``."""

    def __init__(self, theme: Theme, maps: MapsPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.theme, self._maps = theme, maps
        self.tool: Tool | None = None
        self.at: QPointF | None = None
        self._trail: deque[tuple[float, QPointF]] = deque()  # when the dot was where
        self._fading = QTimer(self)
        self._fading.setInterval(FOLLOW_MS)
        self._fading.timeout.connect(self._fade)
        parent.installEventFilter(self)
        self.hide()

    def take(self, tool: Tool | None) -> None:
        """Point with another tool, or with none."""
        self.tool = tool
        self._trail.clear()
        self._fading.stop()
        self.setVisible(tool is not None)
        if tool is not None:
            parent = self.parentWidget()
            assert parent is not None
            self.setGeometry(parent.rect())
            self.raise_()
            self.update()

    def point(self, at: QPointF | None) -> None:
        """Point at a place of the parent, or at none."""
        if self.tool is None or at == self.at:
            return
        stale = self._area()
        gone = (at is None) != (self.at is None)
        self.at = at
        if self.tool is Tool.LASER and at is not None:
            last = self._trail[-1][1] if self._trail else at
            if (at - last).manhattanLength() > JUMP * self.height():
                self._trail.clear()
            self._trail.append((time.perf_counter(), at))
            self._fading.start()
        if self.tool is Tool.SPOTLIGHT and gone:
            self.update()
        else:
            self.update(stale.united(self._area()))

    @Slot()
    def refresh(self) -> None:
        """Enlarge what the maps show now."""
        if self.tool is Tool.LENS:
            self.update(self._area())

    @Slot()
    def _fade(self) -> None:
        """Let the trail become shorter and paler."""
        stale = self._area()
        end = time.perf_counter() - FADE_SECONDS
        while self._trail and self._trail[0][0] < end:
            self._trail.popleft()
        if not self._trail:
            self._fading.stop()
        self.update(stale)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            parent = self.parentWidget()
            assert parent is not None
            self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)

    # Where it is

    @property
    def _radius(self) -> float:
        """Of what the tool paints around the pointer."""
        share = {Tool.LASER: DOT, Tool.SPOTLIGHT: LIGHT, Tool.LENS: LENS}
        return share[self.tool] * self.height() if self.tool is not None else 0.0

    def _area(self) -> QRegion:
        """What the tool covers of the parent, less the spotlight's dark."""
        around = 2 * self._radius if self.tool is Tool.LASER else self._radius + EDGE
        places = [at for _, at in self._trail]
        if self.at is not None:
            places.append(self.at)
        region = QRegion()
        for here, there in pairwise(places or [QPointF()]):
            box = QRectF(here, there).normalized()
            region += box.adjusted(-around, -around, around, around).toAlignedRect()
        if self.at is not None:
            region += _around(self.at, around).toAlignedRect()
        return region

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.tool is Tool.LASER:
            self._paint_laser(painter)
        elif self.at is not None and self.tool is Tool.SPOTLIGHT:
            path = QPainterPath()
            path.addRect(QRectF(self.rect()))
            path.addEllipse(self.at, self._radius, self._radius)
            painter.fillPath(path, DIM)
        elif self.at is not None and self.tool is Tool.LENS:
            self._paint_lens(painter, self.at)
        painter.end()

    def _paint_laser(self, painter: QPainter) -> None:
        now, radius = time.perf_counter(), self._radius
        for (_, here), (then, there) in pairwise(self._trail):
            left = max(0.0, 1 - (now - then) / FADE_SECONDS)
            colour = QColor(RED)
            colour.setAlphaF(0.8 * left)
            cap = Qt.PenCapStyle.RoundCap
            painter.setPen(QPen(colour, max(1.0, 1.8 * radius * left), Qt.PenStyle.SolidLine, cap))
            painter.drawLine(here, there)
        if self.at is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        glow = QColor(RED)
        glow.setAlpha(90)
        for colour, share in ((glow, 1.7), (RED, 1.0), (CORE, 0.4)):
            painter.setBrush(colour)
            painter.drawEllipse(self.at, share * radius, share * radius)

    def _paint_lens(self, painter: QPainter, at: QPointF) -> None:
        maps, area = self._maps, _around(at, self._radius)
        if not maps.isVisible() or not QRectF(maps.geometry()).contains(at):
            return
        disc = QPainterPath()
        disc.addEllipse(area)
        painter.save()
        painter.setClipPath(disc, Qt.ClipOperation.IntersectClip)
        painter.fillRect(area, QColor(self.theme.panel))
        painter.translate(at)
        painter.scale(LARGER, LARGER)
        painter.translate(QPointF(maps.pos()) - at)
        maps.paint_enlarged(painter, _around(at - maps.pos(), self._radius / LARGER))
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.theme.accent), EDGE))
        painter.drawEllipse(area)


def _around(at: QPointF, radius: float) -> QRectF:
    return QRectF(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius)
