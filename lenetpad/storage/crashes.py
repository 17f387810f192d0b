"""Crashes: what a process leaves when it ends by one, and the report that the next makes of it.

A process that runs has three files in the state directory, with its number in their names: a lock
that it holds while it lives, a trace that faulthandler writes when it crashes, and the last lines
of its log without anything personal. It removes them when it ends in order.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from lenetpad.storage import machine
from lenetpad.storage.anonymous import AnonymousFormatter, frames
from lenetpad.storage.log import LogFile, held

PREFIX: Final = "running-"
LOCK, TRACE, LINES = ".lock", ".trace", ".lines"
#: What is read of a trace and of the lines of the log, at most.
LARGEST_TRACE: Final = 64_000
LARGEST_LINES: Final = 32_000
#: Lines of the log that a report ends with, at most.
SHOWN_LINES: Final = 60


@dataclass(frozen=True, slots=True)
class Crash:
    """How a process ended: when, with which trace, and the last lines of its log, all of it
    without anything personal."""

    when: datetime
    trace: str
    lines: str

    def report(self, facts: machine.Facts) -> str:
        """The text that is offered to the user."""
        parts = (
            machine.text({"Crashed": f"{self.when:%Y-%m-%d %H:%M} UTC", **facts}),
            f"{self.trace}\n",
            f"The last lines of the log\n{self.lines}\n" if self.lines else "",
        )
        return "\n".join(filter(None, parts))


class Running:
    """This process, as long as it runs: crashes are traced into its file from now on.

    ``lines`` is the handler that keeps the last lines of the log for a report. Raises OSError
    where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._base = folder / f"{PREFIX}{os.getpid()}"
        lock = held(_with(self._base, LOCK))
        if lock is None:
            raise OSError(f"{_with(self._base, LOCK)} is held by another process")
        self._lock: FileLock = lock
        try:
            self._trace = _with(self._base, TRACE).open("wb", buffering=0)
            self.lines = LogFile(_with(self._base, LINES), LARGEST_LINES, older=1)
        except OSError:
            self._remove()
            raise
        self.lines.setFormatter(AnonymousFormatter())
        faulthandler.enable(self._trace)

    def note(self, trace: str) -> None:
        """Keep the traceback of an exception that ends the process, as a crash."""
        with contextlib.suppress(OSError):
            self._trace.write(trace.encode(errors="backslashreplace"))

    def end(self) -> None:
        """The process ends in order; what was noted stays."""
        faulthandler.disable()
        logging.getLogger().removeHandler(self.lines)
        self.lines.close()
        crashed = self._trace.tell() > 0
        self._trace.close()
        if crashed:
            self._lock.release()
        else:
            self._remove()

    def _remove(self) -> None:
        _remove(self._base)
        self._lock.release()
        _with(self._base, LOCK).unlink(missing_ok=True)


def collect(folder: Path) -> tuple[list[Crash], int]:
    """The crashes of processes that are gone, the latest first, and the number of those that were
    ended from outside or with the machine. Their files are removed; those that cannot be read are
    passed over."""
    crashes, killed = [], 0
    for path in sorted(folder.glob(f"{PREFIX}*{TRACE}")):
        base = path.with_suffix("")
        with contextlib.suppress(OSError):
            lock = held(_with(base, LOCK))
            if lock is None:  # it runs
                continue
            try:
                crash = _read(base)
                _remove(base)
            finally:
                lock.release()
            _with(base, LOCK).unlink(missing_ok=True)
            if crash is None:
                killed += 1
            else:
                crashes.append(crash)
    return sorted(crashes, key=lambda crash: crash.when, reverse=True), killed


def _read(base: Path) -> Crash | None:
    path = _with(base, TRACE)
    with path.open("rb") as file:
        raw = file.read(LARGEST_TRACE).decode(errors="replace")
    if not raw.strip():
        return None
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Crash(when, frames(raw), _last_lines(base))


def _last_lines(base: Path) -> str:
    text = ""
    for name in (f"{LINES}.1", LINES):
        with contextlib.suppress(OSError), _with(base, name).open("rb") as file:
            text += file.read(2 * LARGEST_LINES).decode(errors="replace")
    return "\n".join(text.splitlines()[-SHOWN_LINES:])


def _remove(base: Path) -> None:
    for name in (TRACE, LINES, f"{LINES}.1"):
        with contextlib.suppress(OSError):
            _with(base, name).unlink(missing_ok=True)


def _with(base: Path, suffix: str) -> Path:
    return base.with_name(base.name + suffix)
