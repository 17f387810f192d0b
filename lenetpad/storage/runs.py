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

A list of runs needs no torch. A run's folder may be a stranger's: what is read from it is typed
and bounded here, nothing is read or written through a link in it, and the files that it names
outside are the user's to allow (``made_here``).
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Required, TypedDict, TypeVar

import filelock
import msgspec
import platformdirs
from msgspec import Meta

from lenetpad.storage import atomic as disk
from lenetpad.storage import signing
from lenetpad.storage.decoding import InputError, escaped, json_object, opened

CONFIG: Final = "run.json"
STATE: Final = "state.json"
ENVIRONMENT: Final = "environment.json"
LOG: Final = "log.jsonl"
CHECKPOINT: Final = "checkpoint.pt"
BEST: Final = "best.safetensors"
WEIGHTS: Final = "weights.safetensors"
SNAPSHOTS: Final = "snapshots"
LOCK: Final = "lock"

RUNNING: Final = "running"
FINISHED: Final = "finished"
STOPPED: Final = "stopped"
FAILED: Final = "failed"
#: A run that says it is running while nobody holds its lock: its process is gone.
INTERRUPTED: Final = "interrupted"


#: What a name and a note may have, in characters; more is cut nowhere, but refused.
LONGEST_NAME: Final = 500
LONGEST_NOTE: Final = 10_000
#: The log of the longest training that is reasonable: 1,000 epochs, the most that the form offers,
#: of MNIST in batches of 16 are 3.4 million steps in 172,000 lines of 55 MB. Beyond, curves end.
LARGEST_LOG: Final = 64 << 20
MOST_LOSSES: Final = 4_000_000
MOST_LINES: Final = 300_000
#: A report is a few hundred bytes.
LONGEST_LINE: Final = 1 << 16
#: Digits of a snapshot's step.
STEP_DIGITS: Final = 12


class RunError(InputError):
    """A run that cannot be used; the message says which, and what to do."""


# What the files hold

_Kind = TypeVar("_Kind")
_Count = Annotated[int, Meta(ge=0, le=10**12)]
_Part = Annotated[float, Meta(ge=0, le=1)]
_Measure = Annotated[float, Meta(ge=0, le=1e12)]
#: Losses are of float32.
_Loss = Annotated[float, Meta(ge=-3.5e38, le=3.5e38)]
_Leaf = str | int | float | bool | None
#: As deep as a plan is: its recipe has a mixture, which has a variation.
_Asked = dict[
    str,
    _Leaf | list[_Leaf] | dict[str, _Leaf | dict[str, _Leaf | dict[str, _Leaf]]],
]


class _Config(msgspec.Struct, frozen=True):
    """run.json."""

    name: Annotated[str, Meta(max_length=LONGEST_NAME)]
    model: Annotated[str, Meta(max_length=100)]
    created: Annotated[str, Meta(max_length=100)]
    asked: _Asked
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""
    signature: Annotated[str, Meta(max_length=64)] = ""


class _State(msgspec.Struct, frozen=True):
    """state.json."""

    state: Literal["running", "finished", "stopped", "failed", "interrupted"] = "interrupted"
    step: _Count = 0
    steps: _Count = 0
    epoch: _Count = 0
    epochs: _Count = 0
    seconds: _Measure = 0.0
    best_error: _Part | None = None
    last_error: _Part | None = None
    test_error: _Part | None = None
    message: Annotated[str, Meta(max_length=100_000)] = ""


class LogEntry(TypedDict, total=False):
    """A line of log.jsonl: a report or, with ``rate_factor``, a change of the rate by hand."""

    step: Required[_Count]
    epoch: _Count
    losses: list[_Loss]
    learning_rate: _Measure
    images_per_second: _Measure
    validation_loss: _Loss | None
    validation_error: _Part | None
    rate_factor: Annotated[float, Meta(gt=0, le=1e30)]


_LOG_ENTRY: Final = msgspec.json.Decoder(LogEntry)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its folder tells it.

    ``config`` is what was asked for; values.recipes.plan_of makes a plan of it. Texts but the note
    have no control characters. ``best_error`` and ``last_error`` are the smallest and the
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
    root: Path,
    model: str,
    config: Mapping[str, Any],
    environment: Mapping[str, Any],
    *,
    signed: bool = False,
) -> Path:
    """Make the folder of a new run; RunError where that is impossible.

    ``signed`` is for one that names files outside: this installation will know it again.
    """
    now = datetime.datetime.now(datetime.UTC)
    name = f"{now.astimezone():%Y-%m-%d %H.%M.%S} {model}"  # by the clock on the user's wall
    for attempt in range(1, 1000):
        folder = root / (name if attempt == 1 else f"{name} {attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"{folder} cannot be made: {error.strerror or error}") from None
        entry = {"name": folder.name, "note": "", "model": model, "created": now.isoformat()}
        own = {"signature": signing.signature(_what_is_signed(model, config))} if signed else {}
        write(folder, ENVIRONMENT, environment)
        write(folder, STATE, {"state": RUNNING})
        write(folder, CONFIG, {**entry, "asked": dict(config), **own})
        return folder
    raise RunError(f"{root} already holds a thousand runs called {name}")


def made_here(run: Run) -> bool:
    """Whether this installation asked for the run, with the files that it names.

    A run that is not, or that is older than signatures, may be a stranger's.
    """
    config = _decoded(run.folder, CONFIG, _Config)
    return signing.is_own(_what_is_signed(config.model, config.asked), config.signature)


def _what_is_signed(model: str, config: Mapping[str, Any]) -> bytes:
    return json.dumps([model, config], sort_keys=True).encode()


@contextlib.contextmanager
def locked(folder: Path, patience: float = 1.0) -> Iterator[None]:
    """Lock a run, so that no other process trains it; RunError where one does, or where a part of
    the run is not its own.

    Whoever only looks whether it is locked locks it for an instant too: hence the ``patience`` in
    seconds. The system unlocks it when the process ends, however that comes about.
    """
    _check_parts(folder)
    try:
        with filelock.FileLock(folder / LOCK, timeout=patience, poll_interval=0.005):
            yield
    except filelock.Timeout:
        raise RunError(f"{folder.name!r} goes on already, in another process") from None


def is_locked(folder: Path) -> bool:
    """Whether a process trains the run in a folder."""
    if not (folder / LOCK).exists():
        return False
    try:
        with locked(folder, patience=0.02):
            return False
    except RunError:
        return True
    except OSError:  # a folder that cannot be written to, where nobody trains
        return False


def _check_parts(folder: Path) -> None:
    """RunError where something in a run is a link, a pipe or whatever else leads out of it."""
    for name in (CONFIG, STATE, ENVIRONMENT, LOG, CHECKPOINT, BEST, WEIGHTS, LOCK, SNAPSHOTS):
        _check_part(folder, name)


def _check_part(folder: Path, name: str) -> bool:
    """Whether a run has this part; RunError where it is no file, or folder, of the run's own."""
    path = folder / name
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}") from None
    if not (stat.S_ISDIR(mode) if name == SNAPSHOTS else stat.S_ISREG(mode)):
        what = "folder" if name == SNAPSHOTS else "file"
        raise RunError(f"{path} is no {what} of the run's own; delete it, or the run's folder")
    return True


def read(folder: Path) -> Run:
    """The run in a folder; RunError where there is none, or a damaged one."""
    _check_parts(folder)
    config, state = _decoded(folder, CONFIG, _Config), _decoded(folder, STATE, _State)
    progress: str = state.state
    if progress == RUNNING and not is_locked(folder):
        progress = INTERRUPTED
    return Run(
        folder=folder,
        name=escaped(config.name),
        note=config.note,
        model=escaped(config.model),
        created=escaped(config.created),
        config=config.asked,
        state=progress,
        step=state.step,
        steps=state.steps,
        epoch=state.epoch,
        epochs=state.epochs,
        seconds=state.seconds,
        best_error=state.best_error,
        last_error=state.last_error,
        test_error=state.test_error,
        message=escaped(state.message),
    )


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
    name = escaped(name)  # as runs are listed
    runs, _ = listed(root)
    found = [run for run in runs if run.name == name] or [
        run for run in runs if run.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        if Path(name).name == name and os.path.isdir(root / name):
            read(root / name)  # it says what is damaged
        raise RunError(f"there is no run {name!r} in {root}; `lenetpad runs` lists them")
    names = ", ".join(repr(run.name) for run in found)
    raise RunError(f"{name!r} may be any of {names}; say more of it")


def rename(run: Run, name: str) -> None:
    """Give a run another name; its folder stays what it is called."""
    if not name.strip():
        raise RunError("a run needs a name")
    if len(name.strip()) > LONGEST_NAME:
        raise RunError(f"a run's name can have at most {LONGEST_NAME:,} characters; shorten it")
    update(run.folder, CONFIG, {"name": name.strip()})


def annotate(run: Run, note: str) -> None:
    """Give a run another note."""
    if len(note) > LONGEST_NOTE:
        raise RunError(f"a note can have at most {LONGEST_NOTE:,} characters; shorten it")
    update(run.folder, CONFIG, {"note": note})


def write(folder: Path, name: str, content: Mapping[str, Any]) -> None:
    """Put a JSON file in its place at once; OSError leaves the one of before."""
    disk.replace(folder / name, json.dumps(content, indent=1).encode())


def update(folder: Path, name: str, changes: Mapping[str, Any]) -> None:
    """Change some entries of a JSON file and keep the others; RunError where it is damaged."""
    kept = _decoded(folder, name, dict[str, Any])
    try:
        write(folder, name, {**kept, **changes})
    except RecursionError:
        raise RunError(f"{folder / name} is damaged: it is nested too deep") from None


def append(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the log, whole or, with an OSError, not at all."""
    _check_part(folder, LOG)
    line = json.dumps(entry, separators=(",", ":")) + "\n"
    disk.append(folder / LOG, line.encode())


def snapshots(folder: Path) -> list[tuple[int, Path]]:
    """The weights along the way, each as the step and its file, the first first."""
    if not _check_part(folder, SNAPSHOTS):
        return []
    found = (folder / SNAPSHOTS).glob("*.safetensors")
    return sorted((int(path.stem), path) for path in found if _is_snapshot(path))


def _is_snapshot(path: Path) -> bool:
    named = path.stem.isascii() and path.stem.isdigit() and len(path.stem) <= STEP_DIGITS
    return named and path.is_file() and not path.is_symlink()


def folder_of(path: Path) -> Path | None:
    """The run's folder that weights of this path lie in; None where the path is of no run's."""
    if path.parent.name == SNAPSHOTS:
        return path.parents[1]
    return path.parent if path.name in (WEIGHTS, BEST) else None


def snapshot_path(folder: Path, step: int) -> Path:
    """Where the weights after a step are kept."""
    return folder / SNAPSHOTS / f"{step:08}.safetensors"


def weights_of(folder: Path) -> Path | None:
    """The weights to use of a run: those of its end, else the best, else the latest.

    RunError where they are no file of the run's own.
    """
    for name in (WEIGHTS, BEST):
        if _check_part(folder, name):
            return folder / name
    found = snapshots(folder)
    return found[-1][1] if found else None


def log(folder: Path) -> Iterator[LogEntry]:
    """The log's entries; a last line that was not written to its end is left out.

    RunError where it is damaged, or longer than a training's: the entries of before stand.
    """
    size = losses = 0
    for number, (line, entry) in enumerate(_lines(folder)):
        size, losses = size + len(line), losses + len(entry.get("losses", ()))
        if number == MOST_LINES or size > LARGEST_LOG or losses > MOST_LOSSES:
            raise RunError(f"{folder / LOG} is longer than that of any training; its curves end")
        yield entry


def truncate(folder: Path, step: int) -> None:
    """Take out of log and snapshots what came after ``step``: it will be trained again.

    RunError where the log is damaged before it.
    """
    with disk.atomic_write(folder / LOG) as file:
        for line, entry in _lines(folder):
            if entry["step"] > step:
                break
            file.write(line)
    for later, path in snapshots(folder):
        if later > step:
            path.unlink()


def _lines(folder: Path) -> Iterator[tuple[bytes, LogEntry]]:
    """The log's whole lines, each with what it says; RunError at the first that is damaged."""
    path = folder / LOG
    if not _check_part(folder, LOG):
        return
    step, number = 0, 1
    with opened(path, sys.maxsize, RunError) as file:
        while (line := file.readline(LONGEST_LINE)).endswith(b"\n"):
            try:
                entry = _LOG_ENTRY.decode(line)
            except (msgspec.MsgspecError, RecursionError, ValueError) as error:
                raise RunError(f"{path}, line {number:,}, is damaged: {error}") from None
            if entry["step"] < step:
                raise RunError(f"{path}, line {number:,}, is damaged: its step is one of before")
            step = entry["step"]
            yield line, entry
            number += 1
    if len(line) == LONGEST_LINE:
        raise RunError(f"{path}, line {number:,}, is damaged: it has no end")


def _decoded(folder: Path, name: str, kind: type[_Kind]) -> _Kind:
    """A run's file of JSON."""
    _check_part(folder, name)
    try:
        return json_object(folder / name, kind, RunError)
    except RunError as error:
        raise RunError(f"{error}; delete the run's folder, or copy it again") from None
