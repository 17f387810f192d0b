"""Python's garbage collector beside Qt: it runs in the window's thread alone, and rests at times.

Python collects in whichever thread happens to make the object that is one too many. A cycle with a
QObject in it, such as a page that has been closed, would then be taken down by a thread that it
does not belong to, and now and then the process would abort. So nothing is collected by itself,
and a timer of the window's thread does as Python would.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

#: The time between two looks at how much has been made. The youngest objects are looked through in
#: less than a millisecond, also after a second of writing.
LOOK_MS: Final = 1000


class GarbageCollection(QObject):
    """Collects in the thread that makes it, and there only, until it is closed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)
        _STATE.windows += 1
        gc.disable()

    @Slot()
    def _look(self) -> None:
        if not _STATE.resting:
            collect_what_is_due()

    def close(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        _STATE.windows -= 1
        if not _STATE.windows and not _STATE.resting:
            gc.enable()


def collect_what_is_due() -> None:
    """Collect the oldest generation that is due, as the interpreter does by itself."""
    pairs = list(zip(gc.get_count(), gc.get_threshold(), strict=True))
    for generation in reversed(range(len(pairs))):
        count, threshold = pairs[generation]
        if threshold and count > threshold:
            gc.collect(generation)
            return


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage is collected inside, and what is left is never searched again."""
    with _STATE.lock:
        _STATE.resting += 1
        gc.disable()
    try:
        yield
    finally:
        with _STATE.lock:
            gc.freeze()
            _STATE.resting -= 1
            if not _STATE.windows and not _STATE.resting:
                gc.enable()


class _State:
    """How many windows collect for Python, and how many threads want it to rest."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.windows = self.resting = 0


_STATE: Final = _State()
