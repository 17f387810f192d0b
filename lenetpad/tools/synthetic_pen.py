"""A synthetic hand: stored ink becomes mouse, touch or tablet events on a canvas.

Demo, benchmark and tests write with it, so that all of them take the pen's own path.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt
from PySide6.QtGui import (
    QEventPoint,
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from lenetpad.ink.strokes import Ink, Stroke

MARGIN: Final = 0.15  # of the canvas, left free around ink of another unit
PATIENCE_SECONDS: Final = 60.0
UNTIMED_SECONDS: Final = 0.4  # the length of a stroke whose points have no times


class Phase(Enum):
    """What the tip does."""

    DOWN = 0
    MOVE = 1
    UP = 2


class Pointer(Enum):
    """What the hand holds."""

    MOUSE = "mouse"
    TOUCH = "touch"
    PEN = "pen"
    ERASER = "eraser"


@dataclass(frozen=True, slots=True)
class Touch:
    """One event of the tip: seconds from the drawing's start, position as shares of the canvas
    (0 to 1, x right, y down), and pressure."""

    t: float
    phase: Phase
    x: float
    y: float
    pressure: float


def movements(ink: Ink, rate: float = 125.0) -> Iterator[Touch]:
    """The tip's events for a drawing, ``rate`` a second, along its strokes and their times.

    Ink within 0 to 1000 lies on the canvas as it is, other ink is scaled to fit.
    """
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    offset, scale = np.zeros(2), 1 / 1000
    if low.min() < 0 or high.max() > 1000:
        scale = (1 - 2 * MARGIN) / max(float((high - low).max()), 1e-9)
        offset = 0.5 - (low + high) / 2 * scale
    clock = 0.0
    for stroke in ink.strokes:
        times = _times(stroke)
        clock = max(clock + 1 / rate, float(stroke.points[0, 2]))
        ticks = np.append(np.arange(0.0, times[-1], 1 / rate), times[-1])
        x = np.interp(ticks, times, stroke.points[:, 0] * scale + offset[0])
        y = np.interp(ticks, times, stroke.points[:, 1] * scale + offset[1])
        pressure = np.interp(ticks, times, stroke.points[:, 3])
        for number, tick in enumerate(ticks):
            phase = Phase.MOVE if number else Phase.DOWN
            yield Touch(
                clock + tick, phase, float(x[number]), float(y[number]), float(pressure[number])
            )
        clock += float(ticks[-1]) + 1 / rate
        yield Touch(clock, Phase.UP, float(x[-1]), float(y[-1]), 0.0)


def _times(stroke: Stroke) -> np.ndarray:
    """The points' times from the stroke's start; made up where the stroke has none."""
    times = stroke.points[:, 2] - stroke.points[0, 2]
    if len(times) > 1 and times[-1] <= 0:
        return np.linspace(0.0, UNTIMED_SECONDS, len(times))
    return np.maximum.accumulate(times)


class Hand:
    """Sends the tip's events to a widget as one kind of pointer."""

    def __init__(self, widget: QWidget, pointer: Pointer = Pointer.PEN) -> None:
        self._widget = widget
        self._pointer = pointer
        kinds, tips = QInputDevice.DeviceType, QPointingDevice.PointerType
        kind, tip = {
            Pointer.MOUSE: (kinds.Mouse, tips.Generic),
            Pointer.TOUCH: (kinds.TouchScreen, tips.Finger),
            Pointer.PEN: (kinds.Stylus, tips.Pen),
            Pointer.ERASER: (kinds.Stylus, tips.Eraser),
        }[pointer]
        # Qt keeps a pointer to the device with each event: it must outlive them.
        self._device = QPointingDevice(
            f"synthetic {pointer.value}", 1, kind, tip, QInputDevice.Capability.All, 1, 1
        )

    def write(self, ink: Ink) -> None:
        """Send a whole drawing at once."""
        for touch in movements(ink):
            self.send(touch)

    def send(self, touch: Touch) -> None:
        """Send one event and return when the widget has handled it."""
        at = QPointF(touch.x * self._widget.width(), touch.y * self._widget.height())
        if self._pointer is Pointer.MOUSE:
            event: QEvent = self._mouse(touch, at)
        elif self._pointer is Pointer.TOUCH:
            event = self._finger(touch, at)
        else:
            event = self._tablet(touch, at)
        QApplication.sendEvent(self._widget, event)

    def _global(self, at: QPointF) -> QPointF:
        return self._widget.mapToGlobal(at)

    def _mouse(self, touch: Touch, at: QPointF) -> QMouseEvent:
        kind = {
            Phase.DOWN: QEvent.Type.MouseButtonPress,
            Phase.MOVE: QEvent.Type.MouseMove,
            Phase.UP: QEvent.Type.MouseButtonRelease,
        }[touch.phase]
        button, held = _buttons(touch.phase)
        modifiers = Qt.KeyboardModifier.NoModifier
        return QMouseEvent(kind, at, at, self._global(at), button, held, modifiers, self._device)

    def _tablet(self, touch: Touch, at: QPointF) -> QTabletEvent:
        kind = {
            Phase.DOWN: QEvent.Type.TabletPress,
            Phase.MOVE: QEvent.Type.TabletMove,
            Phase.UP: QEvent.Type.TabletRelease,
        }[touch.phase]
        upright = (0.0, 0.0, 0.0, 0.0, 0.0)  # tilts, tangential pressure, rotation, height
        return QTabletEvent(
            kind,
            self._device,
            at,
            self._global(at),
            touch.pressure,
            *upright,
            Qt.KeyboardModifier.NoModifier,
            *_buttons(touch.phase),
        )

    def _finger(self, touch: Touch, at: QPointF) -> QTouchEvent:
        kind, state = {
            Phase.DOWN: (QEvent.Type.TouchBegin, QEventPoint.State.Pressed),
            Phase.MOVE: (QEvent.Type.TouchUpdate, QEventPoint.State.Updated),
            Phase.UP: (QEvent.Type.TouchEnd, QEventPoint.State.Released),
        }[touch.phase]
        point = QEventPoint(1, state, at, self._global(at))
        return QTouchEvent(kind, self._device, Qt.KeyboardModifier.NoModifier, [point])


def _buttons(phase: Phase) -> tuple[Qt.MouseButton, Qt.MouseButton]:
    """The button that an event is about, and the one that is held after it."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    return {Phase.DOWN: (left, left), Phase.MOVE: (none, left), Phase.UP: (left, none)}[phase]


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Handle events until a condition holds; RuntimeError where that takes too long."""
    limit = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > limit:
            raise RuntimeError(f"the window did not come so far within {seconds:.0f} s")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)


def process_until(moment: float) -> None:
    """Handle events until perf_counter says ``moment``."""
    while (left := moment - time.perf_counter()) > 0:
        QApplication.processEvents(
            QEventLoop.ProcessEventsFlag.AllEvents, max(1, int(left * 1000))
        )
