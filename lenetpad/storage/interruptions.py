"""Trainings that nobody has stopped: a kill or a power cut ended them, and the user is to know.

``state.json`` of such a run says under "told" that the user has been told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from lenetpad.storage import runs
from lenetpad.storage.decoding import json_object
from lenetpad.storage.runs import INTERRUPTED, STATE, Run, RunError

TOLD: Final = "told"


def untold(root: Path) -> tuple[Run, ...]:
    """The runs that were interrupted, can go on and have not been told of, the latest first."""
    return tuple(
        run
        for run in runs.listed(root)[0]
        if run.state == INTERRUPTED and run.can_go_on and not _is_told(run)
    )


def note_told(found: Iterable[Run]) -> None:
    """Write down that the user knows; not of a run that goes on already, nor where the disk does
    not take it: then it is told again."""
    for run in found:
        with contextlib.suppress(RunError, OSError), runs.locked(run.folder, patience=0.02):
            runs.update(run.folder, STATE, {"state": INTERRUPTED, TOLD: True})


def _is_told(run: Run) -> bool:
    with contextlib.suppress(RunError):  # changed since it was listed
        return json_object(run.folder / STATE, dict[str, Any], RunError).get(TOLD) is True
    return True
