"""Readings a second while a pointer drags along the time line of a drawing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.driver import Driver

if TYPE_CHECKING:
    from lenetpad.ui.draw.time_line.plot import TimeLinePlot

DRAGS: Final = 8  # each along another drawing, there and back
LEFT: Final = Qt.MouseButton.LeftButton


def timeline_readings(driver: Driver, drawings: Sequence[Ink]) -> float:
    """How many moments a second are shown, read and painted by every panel, each asked for when
    the one before is there."""
    count = 0
    seconds = 0.0
    driver.act("time_line")
    for ink in islice(cycle(drawings), DRAGS):
        driver.canvas.set_sheet(Sheet(ink))
        driver.wait_for_reading()
        driver.wait_for_time_line()
        plot = driver.time_line.plot
        start = time.perf_counter()
        count += sum(_drag(driver, plot, points) for points in _there_and_back(ink.point_count))
        seconds += time.perf_counter() - start
    driver.act("time_line")
    driver.wait_for_reading()
    return round(count / seconds, 1)


def _there_and_back(count: int) -> Iterable[int]:
    """The points of a drawing from the last to the first and to the last again."""
    yield from range(count - 1, 0, -1)
    yield from range(2, count + 1)


def _drag(driver: Driver, plot: TimeLinePlot, count: int) -> bool:
    """Drag to the moment at which there were so many points, and wait until it is painted; False
    where that is shown already, as one of several points of a moment."""
    before = plot.count
    assert plot.replay is not None
    x = plot.frame.across(plot.replay.time_of(count)) + 1e-6
    at = QPointF(x, plot.frame.plot.center().y())
    nothing = Qt.KeyboardModifier.NoModifier
    move = QMouseEvent(
        QEvent.Type.MouseMove, at, plot.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, nothing
    )
    QApplication.sendEvent(plot, move)
    driver.wait_for_reading()
    return plot.count != before
