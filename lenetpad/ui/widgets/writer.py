"""Files that are made and written in the background, so that the window stays responsive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QThreadPool, Signal

from lenetpad.storage import atomic as disk
from lenetpad.ui.widgets.words import translate

#: The time limit for writing where nobody waits for the window to close.
LONG_SECONDS: Final = 60.0


class Writer(QObject):
    """Makes and writes files one after the other in a thread of its own.

    ``written`` carries the Path, ``failed`` a sentence that says what could not be written, why,
    and what to do; ``done`` what the work that was given to ``run`` has returned, None where it
    failed.
    """

    written = Signal(object)
    failed = Signal(str)
    done = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

    def write(self, path: Path, make: Callable[[], bytes]) -> None:
        """Write what ``make`` gives; both happen in the thread."""
        self._pool.start(lambda: self._write(path, make))

    def run(self, work: Callable[[], object]) -> None:
        """Have other work done in the same order, such as changing a file."""
        self._pool.start(lambda: self._run(work))

    def wait(self, seconds: float) -> bool:
        """Wait until everything is on the disk; False where it is not in time."""
        return self._pool.waitForDone(round(1000 * seconds))

    def close(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until everything is on the disk; False where it is not in time, and nothing is
        said of it any more."""
        done = self.wait(seconds)
        self.blockSignals(not done)
        return done

    def _write(self, path: Path, make: Callable[[], bytes]) -> None:
        try:
            disk.replace(path, make())
        except OSError as error:
            reason = error.strerror or str(error)
            words = translate(
                "Window", "{path} cannot be written: {message}. Choose another folder."
            )
            self.failed.emit(words.format(path=path, message=reason))
        except Exception as error:
            self.failed.emit(failed_to_write(path, str(error)))
        else:
            self.written.emit(path)

    def _run(self, work: Callable[[], object]) -> None:
        result = None
        try:
            result = work()
        except Exception as error:
            words = translate("Window", "The file cannot be changed: {message}")
            self.failed.emit(words.format(message=error))
        self.done.emit(result)


def failed_to_write(path: Path, message: str) -> str:
    """Say which file could not be written, and why."""
    words = translate("Window", "{path} cannot be written: {message}")
    return words.format(path=path, message=message)
