"""The sheets that are kept from one start to the next: each window has its own.

    sheets/1/journal   the journal of the sheet (``ink.journal``)
    sheets/1/lock      locked by the window that has it
    sheets/1/damaged …  what could not be read of it, set aside

A window takes the sheet that was written to last and that no other window has, or a new one.
"""

from __future__ import annotations

import contextlib
import errno
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
from lenetpad.storage.decoding import contents, one_line

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
#: What a file system says that has no locks.
LOCKLESS: Final = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
#: As much as is read where nothing can be kept, before the window appears.
PEEKED: Final = 4 << 20
#: More sheets than anybody keeps.
MOST_SHEETS: Final = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """What was kept of a sheet, and sentences on what could not be read.

    ``clean`` says that the journal ends with this history; else it is to be written anew.
    """

    history: History = field(default_factory=History)
    notes: tuple[str, ...] = ()
    clean: bool = False


class KeptSheet:
    """One sheet's place, which is locked until it is given back."""

    def __init__(self, folder: Path, lock: filelock.FileLock | None, earlier: Path) -> None:
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
        """What the journal holds. What cannot be read is set aside.

        Raises OSError where even that is impossible: then nothing may be written in its place.
        """
        if not os.path.lexists(self.path):
            return self._read_earlier()
        try:
            found = journal.recovered(contents(self.path, LARGEST_JOURNAL))
            fault = found.fault
        except Exception as error:  # lack of memory too: whatever it is, the journal stays
            found, fault = journal.Recovered(), str(error) or type(error).__name__
        if not fault:
            return Restored(found.history, clean=found.clean)
        return Restored(found.history, (self._set_aside(self.path, fault),))

    def _read_earlier(self) -> Restored:
        """The sheet that an earlier version left, which moves into the journal."""
        history, notes, folder = History(), [], self._earlier
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
            with contextlib.suppress(OSError):  # the next start finds it again
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
        except OSError:  # as while a virus scanner looks at it
            shutil.copyfile(path, aside)
            path.unlink(missing_ok=True)
        return one_line(f"Not all of the last sheet can be read ({fault}). It is kept: {aside}")

    def give_back(self, *, remove: bool = False) -> None:
        """Let another window have it; or ``remove`` it, where there is nothing to keep."""
        if remove:
            with contextlib.suppress(OSError):
                if not any(path.name.startswith(DAMAGED) for path in self.folder.iterdir()):
                    shutil.rmtree(self.folder)
        if self._lock is not None:
            self._lock.release()


def claim(data: Path) -> KeptSheet:
    """Take the latest sheet under a data folder that no other window has, or begin a new one.

    Raises OSError where the folder cannot be written to.
    """
    root = data / SHEETS
    root.mkdir(parents=True, exist_ok=True)
    for folder in kept(data):
        with contextlib.suppress(OSError):  # one that somebody else has made
            return KeptSheet(folder, _locked(folder), data)
    return claim_new(data)


def claim_new(data: Path) -> KeptSheet:
    """Begin a new sheet. Raises OSError where the folder cannot be written to."""
    root = data / SHEETS
    for number in range(1, MOST_SHEETS):
        folder = root / str(number)
        try:
            folder.mkdir()
            return KeptSheet(folder, _locked(folder), data)
        except (FileExistsError, BlockingIOError):
            continue
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
            return Restored(journal.recovered(contents(folder / JOURNAL, PEEKED)).history)
    return Restored()


def _written(folder: Path) -> float:
    try:
        return (folder / JOURNAL).stat().st_mtime
    except OSError:
        return 0.0


def _locked(folder: Path) -> filelock.FileLock | None:
    """The lock of a sheet; None where the file system has no locks.

    Raises BlockingIOError where another window has it, another OSError where it cannot be had.
    """
    lock = filelock.FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise BlockingIOError(f"another window has {folder}") from None
    except (OSError, NotImplementedError) as error:
        if getattr(error, "errno", errno.ENOTSUP) not in LOCKLESS:
            raise
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
