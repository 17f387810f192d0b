"""A surface on which mouse, touch and tablet pen make gestures, one pointer at a time."""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QEvent, QPointF, Qt, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget
from shiboken6 import getCppPointer

MOUSE_PRESSURE: Final = 0.5
PALM_SECONDS: Final = 0.5  # touch is a palm for so long after the pen was seen
#: A mouse press so soon after the pen's, and so near, in pixels, is the driver's echo of it.
ECHO_SECONDS: Final = 0.5
ECHO_PIXELS: Final = 24
BY_TAB: Final = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
LOST_SECONDS: Final = 2.0  # a gesture that rests for so long yields to another pointer


class Source(Enum):
    """What draws at the moment; everything else is ignored until it lifts."""

    NOTHING = auto()
    MOUSE = auto()
    TOUCH = auto()
    PEN = auto()


class PointerSurface(QWidget):
    """Turns pointers' events into gestures, each from down to up. ``tabbed`` is whether the
    keyboard came here by Tab: then it is shown where it is.

    What a gesture does says a subclass: ``gesture_begun``, ``gesture_moved``, ``cancel_gesture``,
    and ``finish``, which may be called at any time.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.tabbed = False
        self.setMouseTracking(True)  # the eraser's circle follows the pointer
        self._source = Source.NOTHING
        self._touch_id = -1
        self._pen_seen = -PALM_SECONDS
        self._moved = 0.0  # perf_counter when the gesture last moved
        self._began_at = QPointF()  # where it began
        self._pen_down = -ECHO_SECONDS  # perf_counter when the pen last touched the surface
        self._pen_places: tuple[QPointF, ...] = ()  # where it went down, and where it was last
        self._devices: set[int] = set()  # whose unplugging is noticed

    # What a subclass does

    def gesture_begun(self, at: QPointF, pressure: float, *, erases: bool) -> None:
        """A pointer went down; ``erases`` for a pen's other end."""
        raise NotImplementedError

    def gesture_moved(self, at: QPointF, pressure: float) -> None:
        """It has moved."""
        raise NotImplementedError

    def cancel_gesture(self) -> None:
        """End the gesture and forget what it made."""
        raise NotImplementedError

    def finish(self) -> None:
        """End the gesture, if there is one, and keep what it made."""
        raise NotImplementedError

    def pointer_at(self, at: QPointF | None) -> None:
        """A pointer is here, down or not; None where it has left."""
        raise NotImplementedError

    # What it asks

    @property
    def gesturing(self) -> bool:
        """Whether a pointer is down."""
        return self._source is not Source.NOTHING

    def let_go(self) -> None:
        """The gesture is over: what the pointer does until it lifts is ignored."""
        self._source = Source.NOTHING

    # Events

    def event(self, event: QEvent) -> bool:
        """Take touch events here; Qt has no handler of its own for them."""
        if isinstance(event, QTouchEvent):
            self._touch(event)
            return True
        return bool(super().event(event))

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        self._pen_seen = time.perf_counter()
        self.pointer_at(event.position())
        self._note_pen(event)
        if event.type() == QEvent.Type.TabletPress:
            self._notice_unplugging(event.pointingDevice())
            palm = self._source is Source.TOUCH
            if palm or (self._source is Source.MOUSE and self._is_echo(self._began_at)):
                self.cancel_gesture()  # the palm, or the driver's mouse, came first
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._begin(Source.PEN, event.position(), event.pressure(), erases=eraser)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(Source.PEN, event.position(), event.pressure())
        elif event.type() == QEvent.Type.TabletRelease:
            self._end(Source.PEN)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and _by_hand(event) and not self._is_echo(event.position()):
            self._begin(Source.MOUSE, event.position(), MOUSE_PRESSURE)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick taps are two strokes

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if _by_hand(event):
            self.pointer_at(event.position())
            self._move(Source.MOUSE, event.position(), MOUSE_PRESSURE)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._end(Source.MOUSE)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointer_at(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.tabbed = event.reason() in BY_TAB

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A dialog or another window takes over: the release may never come here."""
        super().focusOutEvent(event)
        self.tabbed = False
        self.finish()

    def _touch(self, event: QTouchEvent) -> None:
        """One finger draws, the first one down; further fingers and palms do not."""
        event.accept()
        if event.type() == QEvent.Type.TouchCancel:
            if self._source is Source.TOUCH:
                self.cancel_gesture()
            return
        palm = time.perf_counter() - self._pen_seen < PALM_SECONDS
        for point in event.points():
            at = self.mapFromGlobal(point.globalPosition())
            state, mine = point.state(), point.id() == self._touch_id
            if state == point.State.Pressed:
                if not palm and (mine or self._source is not Source.TOUCH):
                    self._touch_id = point.id()
                    self._begin(Source.TOUCH, at, MOUSE_PRESSURE)
            elif mine and state == point.State.Released:
                self._end(Source.TOUCH)
            elif mine and state == point.State.Updated:
                self._move(Source.TOUCH, at, MOUSE_PRESSURE)

    def _begin(
        self, source: Source, at: QPointF, pressure: float, *, erases: bool = False
    ) -> None:
        now = time.perf_counter()
        if self.gesturing:
            if self._source is not source and now - self._moved < LOST_SECONDS:
                return
            self.finish()  # its release never came
        self._source, self._moved, self._began_at = source, now, at
        self.gesture_begun(at, pressure, erases=erases)

    def _move(self, source: Source, at: QPointF, pressure: float) -> None:
        if self._source is source:
            self._moved = time.perf_counter()
            self.gesture_moved(at, pressure)

    def _end(self, source: Source) -> None:
        if self._source is source:
            self.finish()

    def _note_pen(self, event: QTabletEvent) -> None:
        """Remember when and where the pen touches the surface; above it, it only points."""
        here = event.position()
        if event.type() == QEvent.Type.TabletPress:
            self._pen_places = (here, here)
        elif event.type() == QEvent.Type.TabletRelease or event.pressure() > 0:
            self._pen_places = (*self._pen_places[:1], here)
        else:
            return
        self._pen_down = time.perf_counter()

    def _is_echo(self, at: QPointF) -> bool:
        """Whether a mouse press here is what a driver makes of the pen, unknown to Qt."""
        if time.perf_counter() - self._pen_down >= ECHO_SECONDS:
            return False
        return any((at - place).manhattanLength() < ECHO_PIXELS for place in self._pen_places)

    def _notice_unplugging(self, device: QInputDevice) -> None:
        """A tablet that goes while it draws sends no release: the stroke ends with it."""
        (address,) = getCppPointer(device)
        if address not in self._devices:
            self._devices.add(address)
            device.destroyed.connect(self._lose_pen)

    @Slot()
    def _lose_pen(self) -> None:
        self._devices.clear()
        self._end(Source.PEN)


def _by_hand(event: QMouseEvent) -> bool:
    """Whether a hand on a mouse made it, not the system from a pen or a finger."""
    return event.source() == Qt.MouseEventSource.MouseEventNotSynthesized
