"""From the pen event until every panel has painted its reading, and memory over many readings."""

from __future__ import annotations

import gc
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, QSettings, Qt, QTimer, Slot

from lenetpad.app import Program
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.bench.figures import Figure, resident_megabytes, summary
from lenetpad.tools.synthetic_pen import Hand, Touch, movements, wait_until
from lenetpad.values.reading import Reading

RATE: Final = 250.0  # events a second
WARM_UP: Final = 200  # events before those that count
READINGS: Final = (1_000, 10_000)


class Watch(QObject):
    """Notes when canvas and panels have painted what each event made, or something later."""

    def __init__(self, pad: Program) -> None:
        super().__init__()
        self._pad = pad
        self._open: deque[tuple[int, float]] = deque()  # serial and time of unpainted events
        self.latencies: list[float] = []
        self.painted = 0  # the latest serial whose reading is on screen
        self._drawn = 0  # the latest serial whose ink is
        pad.draw.page.reading_painted.connect(self._note_reading)
        pad.draw.page.canvas.painted.connect(self._note_ink)

    def submitted(self, due: float) -> None:
        """An event that was due at a time has submitted the latest sheet."""
        self._open.append((self._pad.draw.serial, due))

    def caught_up(self) -> bool:
        """Whether the latest sheet and its reading are on screen."""
        return self.painted == self._pad.draw.serial and not self._open

    @Slot(object)
    def _note_reading(self, reading: Reading) -> None:
        self.painted = reading.serial
        self._close()

    @Slot()
    def _note_ink(self) -> None:
        self._drawn = self._pad.draw.serial
        self._close()

    def _close(self) -> None:
        """Take down the events of which everything is painted."""
        now, done = time.perf_counter(), min(self.painted, self._drawn)
        while self._open and self._open[0][0] <= done:
            self.latencies.append(now - self._open.popleft()[1])


def open_pad(
    settings: QSettings, size: tuple[int, int] = (1280, 800), folder: Path | None = None
) -> tuple[Program, Watch]:
    """A shown pad of a size whose network is loaded and whose first reading is painted."""
    pad = Program(settings, folder)
    pad.window.resize(*size)
    pad.window.show()
    watch = Watch(pad)
    wait_until(lambda: watch.painted > 0)
    return pad, watch


def pen_to_paint(pad: Program, watch: Watch, drawings: Sequence[Ink], events: int) -> Figure:
    """Write the drawings with a pen at 250 Hz, one after the other on a cleared canvas."""
    touches = _endless(drawings)
    for count in (WARM_UP, events):
        watch.latencies.clear()
        _Writer(pad, watch, touches, count).run()
        wait_until(watch.caught_up)
    return summary(watch.latencies)


class _Writer(QObject):
    """Sends events when they are due, in a running event loop.

    An event's time is when it was due, not when the loop came to send it: a loop that stands
    still makes every event late that falls into the pause.
    """

    def __init__(
        self, pad: Program, watch: Watch, touches: Iterator[Touch | None], events: int
    ) -> None:
        super().__init__()
        self._pad, self._watch, self._touches = pad, watch, touches
        self._left = events
        self._hand = Hand(pad.draw.page.canvas)
        self._loop = QEventLoop()
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._send_what_is_due)
        self._due = 0.0

    def run(self) -> None:
        """Send all events and return when the last one is sent."""
        self._due = time.perf_counter() + 1 / RATE
        self._wait()
        self._loop.exec()

    @Slot()
    def _send_what_is_due(self) -> None:
        while self._left and time.perf_counter() >= self._due:
            self._send(self._due)
            self._due += 1 / RATE
        if self._left:
            self._wait()
        else:
            self._loop.quit()

    def _wait(self) -> None:
        """Wait for the next event, and no oftener: a pen does not knock in between."""
        self._timer.start(max(0, math.ceil(1000 * (self._due - time.perf_counter()))))

    def _send(self, due: float) -> None:
        touch = next(self._touches)
        if touch is None:
            self._pad.draw.page.canvas.clear()
            return
        before = self._pad.draw.serial
        self._hand.send(touch)
        if self._pad.draw.serial != before:  # lifting the pen changes nothing that is read
            self._watch.submitted(due)
            self._left -= 1


def memory(pad: Program, watch: Watch, drawings: Sequence[Ink]) -> dict[str, float]:
    """Megabytes in use after 1,000 and after 10,000 readings through the window."""
    figures = {}
    sheets = cycle([Sheet(ink) for ink in drawings])
    for number, sheet in enumerate(islice(sheets, READINGS[-1]), start=1):
        pad.draw.submit(sheet)
        wait_until(watch.caught_up)
        if number in READINGS:
            gc.collect()
            figures[f"after_{number}"] = round(resident_megabytes(), 1)
    return figures


def _endless(drawings: Sequence[Ink]) -> Iterator[Touch | None]:
    """The drawings' events over and over; None where the canvas is to be cleared."""
    for ink in cycle(drawings):
        yield from movements(ink, RATE)
        yield None
