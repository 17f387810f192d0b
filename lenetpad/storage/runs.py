"""Runs: the folder that a training keeps, which outlives it and the window.

    run.json         what was asked for: model, recipe, ink, device, date; name and note
    state.json       how far it is: step, time, best validation, how it ended
    environment.json versions and processor
    log.jsonl        one line a report: losses of all steps, rate, speed, validation
    events.out.tfevents.*  the same for TensorBoard
    checkpoint.pt    all that is needed to resume
    best.safetensors the weights with the smallest validation error
    weights.safetensors the weights of the end
    snapshots/       the weights along the way, named by their step
    lock             locked by the process that trains

A list of runs needs no torch.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import filelock
import platformdirs

from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import InputError

CONFIG: Final = "run.json"
STATE: Final = "state.json"
ENVIRONMENT: Final = "environment.json"
LOG: Final = "log.jsonl"
CHECKPOINT: Final = "checkpoint.pt"
BEST: Final = "best.safetensors"
WEIGHTS: Final = "weights.safetensors"
SNAPSHOTS: Final = "snapshots"
LOCK: Final = "lock"
#: Where deleted runs go, beside the others.
BIN: Final = ".bin"

RUNNING: Final = "running"
FINISHED: Final = "finished"
STOPPED: Final = "stopped"
FAILED: Final = "failed"
#: A run that says it is running while nobody holds its lock: its process is gone.
INTERRUPTED: Final = "interrupted"


class RunError(InputError):
    """A run that cannot be used; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its folder tells it.

    ``config`` is what was asked for. ``best_error`` and ``last_error`` are the smallest and the
    latest validation error, ``test_error`` that of the end on MNIST's test set, fractions
    in [0, 1]; None before there is one.
    """

    folder: Path
    name: str
    note: str
    model: str
    created: str
    config: Mapping[str, Any]
    state: str
    step: int
    steps: int
    epoch: int
    epochs: int
    seconds: float
    best_error: float | None
    last_error: float | None
    test_error: float | None
    message: str

    @property
    def can_go_on(self) -> bool:
        """Whether it can be resumed: with steps left, a checkpoint, and nobody at it."""
        left = self.state in (STOPPED, FAILED, INTERRUPTED)
        return left and (self.folder / CHECKPOINT).exists()


def home() -> Path:
    """The folder of all runs, under the user's data directory."""
    return Path(platformdirs.PlatformDirs("lenetpad", appauthor=False).user_data_path / "runs")


def create(
    root: Path, model: str, config: Mapping[str, Any], environment: Mapping[str, Any]
) -> Path:
    """Make the folder of a new run; RunError where that is impossible."""
    now = datetime.datetime.now(datetime.UTC)
    name = f"{now:%Y-%m-%d %H.%M.%S} {model}"
    for attempt in range(1, 1000):
        folder = root / (name if attempt == 1 else f"{name} {attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"{folder} cannot be made: {error.strerror or error}") from None
        entry = {"name": folder.name, "note": "", "model": model, "created": now.isoformat()}
        write(folder, ENVIRONMENT, environment)
        write(folder, STATE, {"state": RUNNING})
        write(folder, CONFIG, {**entry, "asked": dict(config)})
        return folder
    raise RunError(f"{root} already holds a thousand runs called {name}")


@contextlib.contextmanager
def locked(folder: Path, patience: float = 1.0) -> Iterator[None]:
    """Lock a run, so that no other process trains it; RunError where one does.

    Whoever only looks whether it is locked locks it for an instant too: hence the ``patience`` in
    seconds. The system unlocks it when the process ends, however that comes about.
    """
    try:
        with filelock.FileLock(folder / LOCK, timeout=patience, poll_interval=0.005):
            yield
    except filelock.Timeout:
        raise RunError(f"{folder.name!r} goes on already, in another process") from None


def _is_locked(folder: Path) -> bool:
    if not (folder / LOCK).exists():
        return False
    try:
        with locked(folder, patience=0.02):
            return False
    except RunError:
        return True
    except OSError:  # a folder that cannot be written to, where nobody trains
        return False


def read(folder: Path) -> Run:
    """The run in a folder; RunError where there is none, or a damaged one."""
    config, state = _object(folder / CONFIG), _object(folder / STATE)
    progress = str(state.get("state", INTERRUPTED))
    if progress == RUNNING and not _is_locked(folder):
        progress = INTERRUPTED
    try:
        return Run(
            folder=folder,
            name=str(config["name"]),
            note=str(config.get("note", "")),
            model=str(config["model"]),
            created=str(config["created"]),
            config=dict(config["asked"]),
            state=progress,
            step=int(state.get("step", 0)),
            steps=int(state.get("steps", 0)),
            epoch=int(state.get("epoch", 0)),
            epochs=int(state.get("epochs", 0)),
            seconds=float(state.get("seconds", 0.0)),
            best_error=_fraction(state.get("best_error")),
            last_error=_fraction(state.get("last_error")),
            test_error=_fraction(state.get("test_error")),
            message=str(state.get("message", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{folder} holds a damaged run ({error}); delete the folder") from None


def listed(root: Path) -> tuple[list[Run], list[str]]:
    """All runs, the latest first, and a sentence for each folder that is damaged."""
    runs, faults = [], []
    folders = root.iterdir() if root.is_dir() else ()
    for folder in folders:
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        try:
            runs.append(read(folder))
        except RunError as error:
            faults.append(str(error))
    return sorted(runs, key=lambda run: run.created, reverse=True), sorted(faults)


def find(root: Path, name: str) -> Run:
    """The run of that name, or the only one whose name begins like it."""
    runs, _ = listed(root)
    found = [run for run in runs if run.name == name] or [
        run for run in runs if run.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise RunError(f"there is no run {name!r} in {root}; `lenetpad runs` lists them")
    names = ", ".join(repr(run.name) for run in found)
    raise RunError(f"{name!r} may be any of {names}; say more of it")


def without_date(name: str) -> str:
    """A run's name without the date that a new run's begins with; the time of day stays."""
    return re.sub(r"^\d{4}-\d\d-\d\d (?=\d\d\.)", "", name)


def rename(run: Run, name: str) -> None:
    """Give a run another name; its folder stays what it is called."""
    if not name.strip():
        raise RunError("a run needs a name")
    update(run.folder, CONFIG, {"name": name.strip()})


def annotate(run: Run, note: str) -> None:
    """Give a run another note."""
    update(run.folder, CONFIG, {"note": note})


def delete(run: Run) -> Path:
    """Move a run to the bin beside the others, and return where it is now."""
    if run.state == RUNNING or _is_locked(run.folder):  # it may have begun since it was listed
        raise RunError(f"{run.name!r} is still running; stop it first")
    place = run.folder.parent / BIN / f"{run.folder.name} {uuid.uuid4().hex[:8]}"
    try:
        place.parent.mkdir(exist_ok=True)
        run.folder.rename(place)
    except OSError as error:
        raise RunError(f"{run.folder} cannot be deleted: {error.strerror or error}") from None
    return place


def write(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Put a JSON file in its place at once; OSError leaves the one of before."""
    disk.replace(folder / name, json.dumps(content, indent=1).encode())


def update(folder: Path, name: str, changes: Mapping[str, Any]) -> None:
    """Change some entries of a JSON file and keep the others."""
    write(folder, name, {**_object(folder / name), **changes})


def append(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the log, whole or, with an OSError, not at all."""
    line = json.dumps(entry, separators=(",", ":")) + "\n"
    disk.append(folder / LOG, line.encode())


def snapshots(folder: Path) -> list[tuple[int, Path]]:
    """The weights along the way, each as the step and its file, the first first."""
    found = (folder / SNAPSHOTS).glob("*.safetensors")
    return sorted((int(path.stem), path) for path in found if path.stem.isdigit())


def snapshot_path(folder: Path, step: int) -> Path:
    """Where the weights after a step are kept."""
    return folder / SNAPSHOTS / f"{step:08}.safetensors"


def weights_of(folder: Path) -> Path | None:
    """The weights to use of a run: those of its end, else the best, else the latest."""
    for name in (WEIGHTS, BEST):
        if (folder / name).exists():
            return folder / name
    found = snapshots(folder)
    return found[-1][1] if found else None


def log(folder: Path) -> Iterator[dict[str, Any]]:
    """The log's entries; a last line that was not written to its end is left out."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            return
        yield entry


def truncate(folder: Path, step: int) -> None:
    """Take out of log and snapshots what came after ``step``: it will be trained again."""
    kept = [entry for entry in log(folder) if int(entry["step"]) <= step]
    lines = "".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in kept)
    disk.replace(folder / LOG, lines.encode())
    for later, path in snapshots(folder):
        if later > step:
            path.unlink()


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = re.sub(r"\s+", " ", str(error))
        raise RunError(f"{path.parent} holds no run that can be read ({reason})") from None
    if not isinstance(found, dict):
        raise RunError(f"{path} must hold a JSON object; delete the folder")
    return found


def _fraction(value: Any) -> float | None:
    return None if value is None else float(value)
