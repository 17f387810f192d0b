"""The sheets that are kept from one start to the next: each window has its own.

    sheets/1/journal   the journal of the sheet (``ink.journal``)
    sheets/1/lock      locked by the window that has it
    sheets/1/damaged …  what could not be read of it, set aside

A window takes the sheet that was written to last and that no other window has, or a new one.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import filelock
import numpy as np

from lenetpad.ink import journal
from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import History, InkError, Sheet
from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import InputError, contents, one_line

SHEETS: Final = "sheets"
JOURNAL: Final = "journal"
LOCK: Final = "lock"
DAMAGED: Final = "damaged"
#: What earlier versions kept, in the data folder itself: ink, or a picture.
EARLIER_INK: Final = "last.jsonl"
EARLIER_PICTURE: Final = "last.npy"
EARLIER_PICTURE_BYTES: Final = 1 << 16
#: A journal of eight hours of writing without a pause, more than once.
LARGEST_JOURNAL: Final = 1 << 30
#: More sheets than anybody keeps.
MOST_SHEETS: Final = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """What was kept of a sheet, and sentences on what could not be read."""

    history: History = field(default_factory=History)
    notes: tuple[str, ...] = ()


class KeptSheet:
    """One sheet's place, which is locked until it is given back."""

    def __init__(self, folder: Path, lock: filelock.FileLock, earlier: Path | None) -> None:
        self.folder = folder
        self._lock = lock
        self._earlier = earlier  # the data folder, where an earlier version may have left a sheet
        disk.clear_leftovers(folder, older=0)

    @property
    def path(self) -> Path:
        """The journal."""
        return self.folder / JOURNAL

    @property
    def size(self) -> int:
        """The journal's bytes; 0 where there is none."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def read(self) -> Restored:
        """What the journal holds. What cannot be read is set aside, and the rest written anew."""
        if not os.path.lexists(self.path):
            return Restored() if self._earlier is None else self._read_earlier(self._earlier)
        try:
            content = contents(self.path, LARGEST_JOURNAL)
        except InputError as error:
            return Restored(notes=(self._set_aside(self.path, str(error)),))
        found = journal.recovered(content)
        if not found.fault:
            return Restored(found.history)
        notes = (self._set_aside(self.path, found.fault),)
        disk.replace(self.path, journal.written(found.history))
        return Restored(found.history, notes)

    def _read_earlier(self, folder: Path) -> Restored:
        """The sheet that an earlier version left, which moves into the journal."""
        history, notes = History(), []
        for name, read in ((EARLIER_INK, _ink_of), (EARLIER_PICTURE, _picture_of)):
            path = folder / name
            if not os.path.lexists(path):
                continue
            try:
                history = History(read(path))
            except (OSError, ValueError) as error:
                notes.append(self._set_aside(path, str(error)))
                continue
            break
        if history.present:
            disk.replace(self.path, journal.written(history))
            for name in (EARLIER_INK, EARLIER_PICTURE):
                (folder / name).unlink(missing_ok=True)
        return Restored(history, tuple(notes))

    def _set_aside(self, path: Path, fault: str) -> str:
        """Move a file that cannot be read out of the way, and say so."""
        for number in range(1, MOST_SHEETS):
            aside = self.folder / f"{DAMAGED} {number} {path.name}"
            if not os.path.lexists(aside):
                break
        try:
            path.rename(aside)
        except OSError as error:
            aside = path
            fault = f"{fault}; it cannot be set aside: {error.strerror or error}"
        return one_line(f"Not all of the last sheet can be read ({fault}). It is kept: {aside}")

    def give_back(self, *, remove: bool = False) -> None:
        """Let another window have it; or ``remove`` it, where there is nothing to keep."""
        if remove:
            with contextlib.suppress(OSError):
                if not any(path.name.startswith(DAMAGED) for path in self.folder.iterdir()):
                    shutil.rmtree(self.folder)
        self._lock.release()


def claim(data: Path) -> KeptSheet:
    """Take the latest sheet under a data folder that no other window has, or begin a new one.

    Raises OSError where the folder cannot be written to.
    """
    root = data / SHEETS
    first = not root.is_dir()
    root.mkdir(parents=True, exist_ok=True)
    for folder in kept(data):
        if (lock := _locked(folder)) is not None:
            return KeptSheet(folder, lock, None)
    for number in range(1, MOST_SHEETS):
        folder = root / str(number)
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        if (lock := _locked(folder)) is not None:
            return KeptSheet(folder, lock, data if first else None)
    raise OSError(f"{root} already holds {MOST_SHEETS} sheets; delete some of its folders")


def kept(data: Path) -> list[Path]:
    """The folders of all sheets, the one that was written to last first."""
    root = data / SHEETS
    try:
        folders = [folder for folder in root.iterdir() if folder.name.isdigit()]
    except OSError:
        return []
    return sorted(folders, key=_written, reverse=True)


def peek(data: Path) -> Restored:
    """The latest sheet of a data folder that cannot be written to, which nobody can lock."""
    for folder in kept(data):
        with contextlib.suppress(OSError, ValueError):
            return Restored(journal.recovered(contents(folder / JOURNAL, LARGEST_JOURNAL)).history)
    return Restored()


def _written(folder: Path) -> float:
    try:
        return (folder / JOURNAL).stat().st_mtime
    except OSError:
        return 0.0


def _locked(folder: Path) -> filelock.FileLock | None:
    """The lock of a sheet; None where another window has it."""
    lock = filelock.FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except (filelock.Timeout, FileNotFoundError, NotADirectoryError):  # the last: just removed
        return None
    return lock


def _ink_of(path: Path) -> Sheet:
    return Sheet(read_ink(path)[0].ink)


def _picture_of(path: Path) -> Sheet:
    content = contents(path, EARLIER_PICTURE_BYTES)
    try:
        return Sheet(picture=np.load(io.BytesIO(content), allow_pickle=False))
    except Exception as error:  # a damaged header can trip numpy up anywhere
        raise InkError(f"{path} is damaged ({error})") from None
