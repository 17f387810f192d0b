"""From the process's start to the painted window and the first reading, each in a new process."""

from __future__ import annotations

import json
import time
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Slot

from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import TICK_MS, GapMonitor, wait_until
from lenetpad.tools.synthetic_pen import pointer_events
from lenetpad.values.reading import Reading

#: A one. It is sent event by event: all at once would be a gap of the measurement's own.
STROKE: Final = Ink.of([[[500, 200], [500, 800]]])
PEN_MS: Final = 8
PROCESSES: Final = 7  # after one that compiles and warms the cache


def startup() -> dict[str, Figure]:
    """window_ms, first_reading_ms and gui_gap_max_ms over several fresh processes."""
    runs = [_start_once() for _ in range(PROCESSES + 1)][1:]
    return {
        "window_ms": summary([run["window"] for run in runs]),
        "first_reading_ms": summary([run["first_reading"] for run in runs]),
        "gui_gap_max_ms": summary([run["gap"] for run in runs]),
    }


def _start_once() -> dict[str, float]:
    """Start a process, which imports only what the window's own process imports."""
    from lenetpad.tools.bench.processes import run_program  # no time for it in the child

    printed = run_program("bench", "--started", repr(time.time()))
    figures: dict[str, float] = json.loads(printed.splitlines()[-1])
    return figures


def child(started: float) -> None:
    """Open the window as the program does, write a stroke, and print the times as JSON."""
    driver = Driver()
    stopwatch = Stopwatch(driver, started)
    with driver:
        wait_until(lambda: "first_reading" in stopwatch.figures)
    print(json.dumps(stopwatch.figures))


class Stopwatch(QObject):
    """Writes a stroke as soon as the window is painted, at a pen's rate, and takes the times until
    some of it is read.

    The event loop's gaps are measured from the first painting to that of the first reading. All
    times are seconds; ``started`` is by the system's clock, which processes share.
    """

    def __init__(self, driver: Driver, started: float) -> None:
        super().__init__()
        self.figures: dict[str, float] = {}
        self._driver, self._started = driver, started
        self._gaps = GapMonitor()
        self._painted = False
        self._events = pointer_events(STROKE)
        self._pen = QTimer(self)
        self._pen.setInterval(PEN_MS)
        self._pen.timeout.connect(self._send_next)
        driver.canvas.installEventFilter(self)
        driver.reading_painted.connect(self._note_reading)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            self._gaps.start()
            QTimer.singleShot(TICK_MS, self, self._write)
        return False

    @Slot()
    def _write(self) -> None:
        """Soon after the first painting: the window is there, and takes ink."""
        self.figures["window"] = time.time() - self._started
        self._send_next()
        self._pen.start()

    @Slot()
    def _send_next(self) -> None:
        if (event := next(self._events, None)) is None:
            self._pen.stop()
        else:
            self._driver.pen.send(event)

    @Slot(object)
    def _note_reading(self, reading: Reading) -> None:
        if reading.digit is not None and "first_reading" not in self.figures:
            self.figures["first_reading"] = time.time() - self._started
            self.figures["gap"] = self._gaps.stop()
