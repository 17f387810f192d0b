"""The thread that keeps a window's sheet: what changes on the canvas goes into its journal.

Latest wins: the window hands over its history and the stroke being made, both frozen, as often as
it likes, and the thread writes what leads from the last ones to these. So the pen never waits for
a disk, and no queue grows.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, Signal

from lenetpad.engine.mailbox import Mailbox
from lenetpad.engine.worker import Worker
from lenetpad.ink import journal
from lenetpad.ink.journal import Kind
from lenetpad.ink.kept_sheets import KeptSheet, Restored
from lenetpad.ink.strokes import History, Points, Sheet
from lenetpad.storage import atomic as disk
from lenetpad.values.failures import Failure, Place

#: Between two writes: what comes meanwhile is written at once.
PAUSE_SECONDS: Final = 0.02
#: At most so long written ink is not forced to the disk itself, which only a loss of power asks.
SYNC_SECONDS: Final = 0.5
#: A journal is compacted when it has doubled, and grown by so many bytes.
GROWTH: Final = 4 << 20
#: A failed write is tried again so much later.
RETRY_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is on the canvas: its history, and the points (n, 4) of the stroke being made."""

    serial: int
    history: History
    live: Points


@dataclass(frozen=True, slots=True)
class _Kept:
    """The sheet can be written again."""


class SheetWriter(Worker):
    """Owns the thread. ``restored`` carries a Restored after ``read``; ``failed`` a Failure, the
    first of several, and ``kept_again`` comes when it is over."""

    restored = Signal(object)
    failed = Signal(object)
    kept_again = Signal()

    def __init__(self, sheet: KeptSheet, parent: QObject | None = None) -> None:
        super().__init__("sheet", parent)
        self._sheet = sheet
        self._changes: Mailbox[Change] = Mailbox()
        self._serial = 0  # of the owner's latest change
        self._wants_reading = False
        # Guards which change is settled: on the disk or, if not, as far as it went.
        self._settling = threading.Condition()
        self._settled, self._is_kept = 0, True
        self._hurry = threading.Event()  # somebody waits
        # Below: of the worker's thread alone.
        self._history: History | None = None  # as the journal has it; None has it written anew
        self._live: Points = np.empty((0, 4))  # the stroke being made, as the journal has it
        self._latest: Change | None = None  # that is not settled yet
        self._size = self._compact = 0  # bytes of the journal, now and when it was written anew
        self._synced = 0.0
        self._failing = False

    # In the owner's thread

    def begin(self, restored: Restored) -> None:
        """Say what the journal holds, before anything is put."""
        self._history = restored.history if restored.clean else None
        self._size = self._sheet.size
        self._compact = journal.size_of(restored.history)

    def read(self) -> None:
        """Have the journal read; nothing may be put before ``restored`` has brought it."""
        self._wants_reading = True
        self.wake()

    def put(self, history: History, live: Points) -> None:
        """Keep what is on the canvas now."""
        self._serial += 1
        if self._changes.put(Change(self._serial, history, live)):
            self.wake()

    def flush(self, seconds: float) -> bool:
        """Wait until what was put is on the disk, at most so long; False where it is not."""
        self._hurry.set()
        with self._settling:
            done = self._settling.wait_for(lambda: self._settled >= self._serial, seconds)
        if not self._closing:
            self._hurry.clear()
        return done and self._is_kept

    def receive(self, message: object) -> None:
        """Emit the signal for a message of the thread."""
        match message:
            case Restored():
                self.restored.emit(message)
            case Failure():
                self.failed.emit(message)
            case _Kept():
                self.kept_again.emit()

    def stop(self) -> None:
        """Stop after the write at hand, and wait for nothing."""
        super().stop()
        self._hurry.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread, and write what it has left; False where it hangs."""
        ended = super().wait(seconds)
        if ended and (change := self._changes.take()) is not None:
            with contextlib.suppress(OSError):  # it has been told
                self._keep(change, to_disk=False)
        return ended

    # In the worker's thread

    def step(self) -> bool:
        """Read the journal, or write what has changed and see that it is on the disk itself."""
        if self._wants_reading:
            self._wants_reading = False
            if (failure := self.guard(self._read, Place.DRAW)) is not None:
                self.send(failure)  # and nothing is restored: nothing is to be written over it
            return True
        if (change := self._changes.take()) is not None:
            self._latest = change
        if self._latest is None:
            return False
        late = time.monotonic() - self._synced > SYNC_SECONDS
        due = late or self._failing or self._hurry.is_set()
        failure = self.guard(partial(self._keep, self._latest, due), Place.DRAW)
        before, self._failing = self._failing, failure is not None
        if due or self._failing:
            self._settle(self._latest.serial)
        if self._failing != before:
            self.send(failure or _Kept())
        if self._failing:
            self._hurry.wait(RETRY_SECONDS)
            if self._closing:  # the window has been told
                self._latest = None
        elif due:
            self._synced = time.monotonic()
            self._latest = None  # nothing is left to do but what comes new
        else:
            self._hurry.wait(PAUSE_SECONDS)
        return True

    def _settle(self, serial: int) -> None:
        with self._settling:
            self._settled, self._is_kept = serial, not self._failing
            self._settling.notify_all()

    def _read(self) -> None:
        restored = self._sheet.read()
        self.begin(restored)
        self.send(restored)

    def _keep(self, change: Change, to_disk: bool) -> None:
        """Bring the journal up to a change, and if ``to_disk`` force it to the disk itself.

        Raises OSError with a sentence for the user.
        """
        path = self._sheet.path
        try:
            anew = not self._size or self._sheet.size != self._size
            records = None if anew else self._records(change)
            if records is None:
                self._write_anew(change)
            elif self._size > 2 * self._compact + GROWTH and self._compacted(change):
                pass
            elif records:
                disk.append(path, records)
                self._size += len(records)
            self._history, self._live = change.history, change.live
            if to_disk:
                disk.sync(path)
        except OSError as error:
            raise OSError(
                f"What you write is not kept: {path} cannot be written "
                f"({error.strerror or error}). Make room there; it is tried again by itself."
            ) from error

    def _write_anew(self, change: Change) -> None:
        content = journal.written(change.history, change.live)
        self._sheet.path.parent.mkdir(parents=True, exist_ok=True)
        disk.replace(self._sheet.path, content)
        self._size = self._compact = len(content)

    def _compacted(self, change: Change) -> bool:
        """Write the journal anew because it has grown; False where there is no room for a second
        one: it can still be appended to."""
        try:
            self._write_anew(change)
        except OSError:
            self._compact = self._size  # not again before it has doubled
            return False
        return True

    def _records(self, change: Change) -> bytes | None:
        """What to append for a change; None where the journal is to be written anew."""
        before, history, records = self._history, change.history, b""
        if before is None:
            return None
        live = len(self._live)
        if history is not before and live:
            finished = self._finished(before, history)
            if finished is None:
                records = journal.record(Kind.CANCEL)
            else:
                sheet, points = finished
                records = journal.points_record(points[live:]) if len(points) > live else b""
                records += journal.record(Kind.END)
                before = before.doing(sheet)
            live = 0
        steps = journal.changes(before, history)
        if steps is None:
            return None
        records += steps
        if live and not _continues(self._live, change.live):
            records += journal.record(Kind.CANCEL)
            live = 0
        more = change.live[live:]
        return records + (journal.points_record(more) if len(more) else b"")

    def _finished(self, before: History, after: History) -> tuple[Sheet, Points] | None:
        """The sheet with the stroke that was being made, if it was finished, and its points."""
        chain = (*after.past, after.present, *after.future)
        for sheet, following in pairwise(chain):
            if sheet is before.present:
                strokes = following.ink.strokes
                if len(strokes) == len(sheet.ink.strokes) + 1 and _continues(
                    self._live, strokes[-1].points
                ):
                    return following, strokes[-1].points
        return None


def _continues(live: Points, longer: Points) -> bool:
    """Whether points begin with those of before, which are mostly the same memory."""
    if len(longer) < len(live):
        return False
    same = live.ctypes.data == longer.ctypes.data
    return same or np.array_equal(live, longer[: len(live)])
