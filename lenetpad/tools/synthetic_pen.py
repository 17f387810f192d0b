"""A synthetic pen: stored ink becomes mouse, touch or tablet events on a widget.

Demo, self-test, benchmark and tests write with it, so that all of them take the pen's own path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
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
UNTIMED_SECONDS: Final = 0.4  # the length of a stroke whose points have no times


class Phase(Enum):
    """The phase of a stroke that an event belongs to."""

    DOWN = 0
    MOVE = 1
    UP = 2


class Pointer(Enum):
    """The kind of pointing device."""

    MOUSE = "mouse"
    TOUCH = "touch"
    PEN = "pen"
    ERASER = "eraser"


@dataclass(frozen=True, slots=True)
class PointerEvent:
    """One sample of a pointer: seconds from the drawing's start, phase, position as fractions of
    the widget (0 to 1, x right, y down), and pressure."""

    t: float
    phase: Phase
    x: float
    y: float
    pressure: float


def pointer_events(ink: Ink, rate: float = 125.0) -> Iterator[PointerEvent]:
    """A drawing resampled to ``rate`` pointer events a second, along its strokes and times.

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
            yield PointerEvent(
                clock + tick, phase, float(x[number]), float(y[number]), float(pressure[number])
            )
        clock += float(ticks[-1]) + 1 / rate
        yield PointerEvent(clock, Phase.UP, float(x[-1]), float(y[-1]), 0.0)


def _times(stroke: Stroke) -> np.ndarray:
    """The points' times from the stroke's start; made up where the stroke has none."""
    times = stroke.points[:, 2] - stroke.points[0, 2]
    if len(times) > 1 and times[-1] <= 0:
        return np.linspace(0.0, UNTIMED_SECONDS, len(times))
    return np.maximum.accumulate(times)


class SyntheticPen:
    """Sends pointer events to a widget as one kind of device."""

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
        for event in pointer_events(ink):
            self.send(event)

    def send(self, event: PointerEvent) -> None:
        """Send one event and return when the widget has handled it."""
        at = QPointF(event.x * self._widget.width(), event.y * self._widget.height())
        if self._pointer is Pointer.MOUSE:
            qt_event: QEvent = self._mouse(event, at)
        elif self._pointer is Pointer.TOUCH:
            qt_event = self._touch(event, at)
        else:
            qt_event = self._tablet(event, at)
        QApplication.sendEvent(self._widget, qt_event)

    def _global(self, at: QPointF) -> QPointF:
        return self._widget.mapToGlobal(at)

    def _mouse(self, event: PointerEvent, at: QPointF) -> QMouseEvent:
        kind = {
            Phase.DOWN: QEvent.Type.MouseButtonPress,
            Phase.MOVE: QEvent.Type.MouseMove,
            Phase.UP: QEvent.Type.MouseButtonRelease,
        }[event.phase]
        button, pressed = _buttons(event.phase)
        modifiers = Qt.KeyboardModifier.NoModifier
        return QMouseEvent(
            kind, at, at, self._global(at), button, pressed, modifiers, self._device
        )

    def _tablet(self, event: PointerEvent, at: QPointF) -> QTabletEvent:
        kind = {
            Phase.DOWN: QEvent.Type.TabletPress,
            Phase.MOVE: QEvent.Type.TabletMove,
            Phase.UP: QEvent.Type.TabletRelease,
        }[event.phase]
        upright = (0.0, 0.0, 0.0, 0.0, 0.0)  # tilts, tangential pressure, rotation, height
        return QTabletEvent(
            kind,
            self._device,
            at,
            self._global(at),
            event.pressure,
            *upright,
            Qt.KeyboardModifier.NoModifier,
            *_buttons(event.phase),
        )

    def _touch(self, event: PointerEvent, at: QPointF) -> QTouchEvent:
        kind, state = {
            Phase.DOWN: (QEvent.Type.TouchBegin, QEventPoint.State.Pressed),
            Phase.MOVE: (QEvent.Type.TouchUpdate, QEventPoint.State.Updated),
            Phase.UP: (QEvent.Type.TouchEnd, QEventPoint.State.Released),
        }[event.phase]
        point = QEventPoint(1, state, at, self._global(at))
        return QTouchEvent(kind, self._device, Qt.KeyboardModifier.NoModifier, [point])


def _buttons(phase: Phase) -> tuple[Qt.MouseButton, Qt.MouseButton]:
    """Qt's button and buttons of an event: what changes, and what is pressed after it."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    return {Phase.DOWN: (left, left), Phase.MOVE: (none, left), Phase.UP: (left, none)}[phase]
