"""The curves of a run, read from its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lenetpad.storage import runs
from lenetpad.values.arrays import FloatArray
from lenetpad.values.history import History
from lenetpad.values.training import Progress, RateScaled


def read(folder: Path, name: str) -> History:
    """The history in a run's log, as far as it was written."""
    history = History(folder, name)
    for entry in runs.log(folder):
        _take(history, entry)
    return history


def frames(folder: Path) -> tuple[tuple[int, FloatArray], ...]:
    """C1's kernels (6, 5, 5) at each snapshot of a run, each with its step."""
    from safetensors import safe_open

    found = []
    for step, path in runs.snapshots(folder):
        with safe_open(path, framework="numpy") as file:
            found.append((step, file.get_tensor("c1.weight")[:, 0]))
    return tuple(found)


def _take(history: History, entry: dict[str, Any]) -> None:
    step = int(entry["step"])
    if "rate_factor" in entry:
        history.mark(RateScaled(step, float(entry["rate_factor"])))
        return
    history.add(
        Progress(
            epoch=int(entry["epoch"]),
            epochs=0,
            step=step,
            steps=0,
            loss=0.0,
            learning_rate=float(entry["learning_rate"]),
            images_per_second=float(entry["images_per_second"]),
            validation_loss=entry.get("validation_loss"),
            validation_error=entry.get("validation_error"),
            losses=tuple(entry["losses"]),
        )
    )
