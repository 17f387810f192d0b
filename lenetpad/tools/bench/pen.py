"""From the pen event until every panel has painted its reading."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot

from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import wait_until
from lenetpad.tools.synthetic_pen import PointerEvent, pointer_events
from lenetpad.values.reading import Reading

RATE: Final = 250.0  # events a second
WARM_UP: Final = 200  # events before those that count
AT_ONCE: Final = 25  # late events that are sent one after the other before the loop goes on


class LatencyProbe(QObject):
    """Takes the latency of pointer events: until canvas and panels have painted what each event
    made, or something later."""

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self._driver = driver
        self._unpainted: deque[tuple[int, float]] = deque()  # serial and time of the event
        self.latencies: list[float] = []
        self._drawn = 0  # the latest serial whose ink is on screen
        driver.reading_painted.connect(self._note_reading)
        driver.ink_painted.connect(self._note_ink)

    def submitted(self, due: float) -> None:
        """An event that was due at a time has submitted the latest sheet."""
        self._unpainted.append((self._driver.serial, due))

    def caught_up(self) -> bool:
        """Whether the latest sheet and its reading are on screen."""
        return self._driver.painted == self._driver.serial and not self._unpainted

    @property
    def done(self) -> int:
        """The latest serial of which all is on screen."""
        return min(self._driver.painted, self._drawn)

    @Slot(object)
    def _note_reading(self, _: Reading) -> None:
        self.take()

    @Slot()
    def _note_ink(self) -> None:
        self._drawn = self._driver.serial
        self.take()

    def take(self) -> None:
        """Take the latencies of the events of which everything is painted now."""
        now, done = time.perf_counter(), self.done
        while self._unpainted and self._unpainted[0][0] <= done:
            self.latencies.append(now - self._unpainted.popleft()[1])


def pen_to_paint(
    driver: Driver, probe: LatencyProbe, drawings: Sequence[Ink], events: int
) -> Figure:
    """Write the drawings with a pen at 250 Hz, one after the other on a cleared canvas."""
    source = endless(drawings)
    for count in (WARM_UP, events):
        probe.latencies.clear()
        _CountedPen(driver, probe, source, count).run()
        wait_until(probe.caught_up)
    return summary(probe.latencies)


class PacedPen(QObject):
    """Sends events at a constant rate in a running event loop, as an open-loop load generator.

    An event's time is when it was due, not when the loop came to send it: a loop that stands
    still makes every event late that falls into the pause. Where the machine does not keep up,
    events come later and later, but the loop goes on: whoever stops the pen is heard.
    """

    def __init__(
        self, driver: Driver, probe: LatencyProbe, source: Iterator[PointerEvent | None]
    ) -> None:
        super().__init__()
        self.source = source
        self._driver, self._probe = driver, probe
        self._writing = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._send_what_is_due)
        self._due = 0.0

    def start(self) -> None:
        """Begin to send events."""
        self._writing = True
        self._due = time.perf_counter() + 1 / RATE
        self._wait()

    def stop(self) -> None:
        """Send none any more."""
        self._writing = False
        self._timer.stop()

    def sent(self, event: PointerEvent, *, is_read: bool) -> None:
        """An event was sent; ``is_read`` says whether it has changed what is read."""

    @Slot()
    def _send_what_is_due(self) -> None:
        for _ in range(AT_ONCE):
            if not self._writing or time.perf_counter() < self._due:
                break
            self._send(self._due)
            self._due += 1 / RATE
        if self._writing:
            self._wait()

    def _wait(self) -> None:
        """Wait for the next event, and wake the loop no oftener than a pen does."""
        self._timer.start(max(0, math.ceil(1000 * (self._due - time.perf_counter()))))

    def _send(self, due: float) -> None:
        event = next(self.source)
        if event is None:
            self._driver.canvas.clear()
            return
        before = self._driver.serial
        self._driver.pen.send(event)
        is_read = self._driver.serial != before  # lifting the pen changes nothing that is read
        if is_read:
            self._probe.submitted(due)
        self.sent(event, is_read=is_read)


class _CountedPen(PacedPen):
    """Stops after so many events that were read."""

    def __init__(
        self,
        driver: Driver,
        probe: LatencyProbe,
        source: Iterator[PointerEvent | None],
        events: int,
    ) -> None:
        super().__init__(driver, probe, source)
        self._left = events
        self._loop = QEventLoop()

    def run(self) -> None:
        """Send all events and return when the last one is sent."""
        self.start()
        self._loop.exec()

    def sent(self, event: PointerEvent, *, is_read: bool) -> None:
        self._left -= is_read
        if not self._left:
            self.stop()
            self._loop.quit()


def endless(drawings: Sequence[Ink]) -> Iterator[PointerEvent | None]:
    """The drawings' events over and over; None where the canvas is to be cleared, before each."""
    for ink in cycle(drawings):
        yield None
        yield from pointer_events(ink, RATE)
