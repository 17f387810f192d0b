"""The curves of a run, read from its log."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lenetpad.storage import runs
from lenetpad.storage.decoding import contents, named, too_large
from lenetpad.storage.runs import LogEntry, RunError
from lenetpad.values.arrays import FloatArray
from lenetpad.values.history import History
from lenetpad.values.training import Progress, RateScaled

#: A snapshot is a quarter of a megabyte, and a training writes some ninety.
LARGEST_SNAPSHOT: Final = 4 << 20
LARGEST_FILM: Final = 256 << 20
KERNELS: Final = (6, 1, 5, 5)


def read(folder: Path, name: str) -> History:
    """The history in a run's log, as far as it can be read; ``note`` says where it cannot."""
    history = History(folder, name)
    try:
        for entry in runs.log(folder):
            _take(history, entry)
    except RunError as error:
        history.note = str(error)
    return history


def frames(folder: Path) -> tuple[tuple[int, FloatArray], ...]:
    """C1's kernels (6, 5, 5) at each snapshot of a run, each with its step.

    RunError where a snapshot is damaged.
    """
    found = runs.snapshots(folder)
    if sum(path.stat().st_size for _, path in found) > LARGEST_FILM:
        raise RunError(too_large(folder / runs.SNAPSHOTS, LARGEST_FILM))
    return tuple((step, _kernels(path)) for step, path in found)


def _kernels(path: Path) -> FloatArray:
    """C1's kernels (6, 5, 5) in a snapshot."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = contents(path, LARGEST_SNAPSHOT, RunError)
    try:
        kernels = load(content)["c1.weight"]
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise RunError(f"{path} is damaged ({named(error)}); delete it") from None
    if kernels.shape != KERNELS or kernels.dtype != "float32":
        raise RunError(f"{path} holds no kernels of LeNet-5; delete it")
    return kernels[:, 0]


def _take(history: History, entry: LogEntry) -> None:
    step = entry["step"]
    if "rate_factor" in entry:
        history.mark(RateScaled(step, entry["rate_factor"]))
        return
    history.add(
        Progress(
            epoch=entry.get("epoch", 0),
            epochs=0,
            step=step,
            steps=0,
            loss=0.0,
            learning_rate=entry.get("learning_rate", 0.0),
            images_per_second=entry.get("images_per_second", 0.0),
            validation_loss=entry.get("validation_loss"),
            validation_error=entry.get("validation_error"),
            losses=tuple(entry.get("losses", ())),
        )
    )
