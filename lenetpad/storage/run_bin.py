"""The bin for runs, a folder beside them: deleted, looked at, restored, and at last gone."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from lenetpad.storage import runs
from lenetpad.storage.runs import RUNNING, Run, RunError

#: Where deleted runs go, beside the others.
BIN: Final = ".bin"


def delete(run: Run) -> Path:
    """Move a run to the bin beside the others, and return where it is now."""
    if run.state == RUNNING or runs.is_locked(run.folder):  # it may have begun since
        raise RunError(f"{run.name!r} is still running; stop it first")
    place = run.folder.parent / BIN / f"{run.folder.name} {uuid.uuid4().hex[:8]}"
    try:
        place.parent.mkdir(exist_ok=True)
        _own(run.folder.parent)
        run.folder.rename(place)
    except OSError as error:
        raise RunError(f"{run.folder} cannot be deleted: {error.strerror or error}") from None
    return place


def delete_all(chosen: Iterable[Run]) -> tuple[tuple[Path, ...], str]:
    """Move runs to the bin; where they are now, and a sentence on the first that is not."""
    places, faults = [], []
    for run in chosen:
        try:
            places.append(delete(run))
        except RunError as error:
            faults.append(str(error))
    return tuple(places), "".join(faults[:1])


def contents(root: Path) -> tuple[tuple[Run, ...], int]:
    """The runs in the bin beside the runs under ``root``, the latest first, and how many folders
    it holds, those that cannot be read included."""
    folders = _folders(root)
    found, _ = runs.listed(root / BIN) if folders else ([], [])
    return tuple(found), len(folders)


def restore(places: Iterable[Path], root: Path) -> tuple[Path, ...]:
    """Put runs from the bin back beside the others, and return where they are now."""
    return tuple(_restored(place, root) for place in places)


def _restored(place: Path, root: Path) -> Path:
    name = re.sub(r" [0-9a-f]{8}$", "", place.name)
    for attempt in range(1, 1000):
        folder = root / (name if attempt == 1 else f"{name} {attempt}")
        if folder.exists():
            continue
        try:
            place.rename(folder)
        except OSError as error:
            reason = error.strerror or error
            raise RunError(f"{place} cannot be restored: {reason}") from None
        return folder
    raise RunError(f"{root} already holds a thousand runs called {name}")


def empty(root: Path) -> None:
    """Delete for ever what is in the bin."""
    for folder in _folders(root):
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise RunError(f"{folder} cannot be deleted: {error.strerror or error}") from None


def _folders(root: Path) -> list[Path]:
    """What the bin holds; nothing where there is none."""
    if not (root / BIN).exists():
        return []
    _own(root)
    return [path for path in (root / BIN).iterdir() if path.is_dir() and not path.is_symlink()]


def _own(root: Path) -> None:
    """RunError where the bin leads elsewhere."""
    if (root / BIN).is_symlink():
        raise RunError(f"{root / BIN} is a link; delete it")
