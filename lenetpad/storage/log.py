"""The log of the window: files of bounded size in the user's state directory."""

from __future__ import annotations

import contextlib
import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

#: What the log takes: this many bytes a file, and so many older files beside the present one.
LOG_BYTES: Final = 1_000_000
OLDER_LOGS: Final = 2
#: Windows that are open at once and each have a log; a further one has none.
MOST_LOGS: Final = 16
FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class LogFile(RotatingFileHandler):
    """Appends to a file and begins another where it is full.

    A disk that is full, or any other fault of it, is said on stderr once in a process; what could
    not be written is not in the file.
    """

    _faulty = False

    def __init__(self, path: Path, largest: int = LOG_BYTES, older: int = OLDER_LOGS) -> None:
        super().__init__(
            path, maxBytes=largest, backupCount=older, encoding="utf-8", errors="backslashreplace"
        )

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Say once that the file cannot be written."""
        if not LogFile._faulty:
            LogFile._faulty = True
            complain(self.baseFilename, sys.exc_info()[1])

    def close(self) -> None:
        """Close the file, whatever its disk says."""
        with contextlib.suppress(OSError):
            super().close()


def open_log(folder: Path) -> tuple[LogFile, FileLock]:
    """A log that no other window writes to, and the lock that says so; OSError where there is
    none.

    The first window has ``lenetpad.log``, a second one beside it ``lenetpad-2.log``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, MOST_LOGS + 1):
        name = "lenetpad" if number == 1 else f"lenetpad-{number}"
        lock = held(folder / f"{name}.lock")
        if lock is None:
            continue
        try:
            log = LogFile(folder / f"{name}.log")
        except OSError:
            lock.release()
            raise
        log.setFormatter(logging.Formatter(FORMAT))
        return log, lock
    raise OSError(f"{MOST_LOGS} windows are open already")


def held(path: Path) -> FileLock | None:
    """The lock on a file, held from now until it is released or the process ends; None where
    another process holds it."""
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock


def complain(path: object, error: BaseException | None) -> None:
    """Say on stderr, which may be gone, that there is no log."""
    reason = getattr(error, "strerror", None) or error
    with contextlib.suppress(OSError, ValueError):
        print(
            f"lenetpad: no log is kept in {path}: {reason}; free some space or make it writable",
            file=sys.stderr,
        )
