"""Cooperative multitasking on the window's thread: a generator, one step a turn of its event loop.

Building a page or following a theme takes longer than a pen can wait. Such work is written as a
generator that yields wherever an event of the pen may come in between.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Slot

Result = TypeVar("Result")
#: Work in steps, and what it gives in the end.
Steps = Generator[None, None, Result]


class Turns(QObject):
    """Runs one generator at a time, a step every ``interval`` milliseconds."""

    def __init__(self, parent: QObject, interval: int = 0) -> None:
        super().__init__(parent)
        self._steps: Steps[object] | None = None
        self._stepping = False
        self._timer = QTimer(self)
        self._timer.setInterval(interval)
        self._timer.timeout.connect(self._take)

    @property
    def active(self) -> bool:
        """Whether a generator has yet to come to its end."""
        return self._timer.isActive()

    def start(self, steps: Steps[object]) -> None:
        """Run a generator from the next turn on; one that is under way is closed first."""
        self.stop()
        self._steps = steps
        self._timer.start()

    def stop(self) -> None:
        """Close the generator that is under way: it takes no further step."""
        self._timer.stop()
        steps, self._steps = self._steps, None
        if steps is not None and not self._stepping:  # else it is closed after its step
            steps.close()

    @Slot()
    def _take(self) -> None:
        steps = self._steps
        assert steps is not None  # else the timer would not run
        ended = self._stepping = True
        try:
            next(steps)
            ended = False
        except StopIteration:
            pass
        finally:
            self._stepping = False
            if self._steps is not steps:  # the step itself has started another, or stopped all
                steps.close()
            elif ended:
                self.stop()


def at_once(steps: Steps[Result]) -> Result:
    """Take every step now, where nobody waits yet, and return what the generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: Result = end.value
            return result
