"""What reads run folders: run.json, state.json, the log, snapshots and checkpoints."""

from __future__ import annotations

import functools
import io
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lenetpad.data.labelled import Labelled
from lenetpad.storage import runs
from lenetpad.storage.decoding import InputError
from lenetpad.training import checkpoints, histories
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.network import build
from lenetpad.values.recipes import Mixture, Plan, Recipe, plan_of
from tests import hostile_runs
from tests.fuzz.fuzzing import Target

#: A small network would need a preset of its own; few images make the checkpoint's order short.
RECIPE = Recipe(epochs=1, batch_size=2, distortions=None, optimiser="sgd")


@functools.cache
def _folder() -> Path:
    """A good run, in whose folder one file after the other is replaced."""
    root = Path(tempfile.mkdtemp(prefix="fuzzed-runs-"))
    folder = hostile_runs.good(root)
    weights = (folder / runs.SNAPSHOTS / "00000002.safetensors").read_bytes()
    (folder / runs.BEST).write_bytes(weights)
    return folder


def _in_a_run(name: str, read: Callable[[Path], object]) -> Callable[[Path], object]:
    """A decoder of the file ``name`` of a run, read from within its folder."""

    def decode(path: Path) -> object:
        part = _folder() / name
        whole = part.read_bytes()
        shutil.copyfile(path, part)
        try:
            return read(_folder())
        finally:
            part.write_bytes(whole)

    return decode


def _listed(folder: Path) -> None:
    """As the window and the commands do with a run that they list and go on with."""
    run = runs.read(folder)
    for text in (run.name, run.model, run.created, run.message):
        assert text.isprintable()
    runs.made_here(run)
    plan_of(run.model, run.config)


def _configs() -> list[bytes]:
    mixed = Plan("lenet5-modern", Recipe(mixture=Mixture()), ink=("a", "b"), teachers=("c",))
    with tempfile.TemporaryDirectory() as root:
        folders = [
            hostile_runs.good(Path(root), name, plan)
            for name, plan in (("one", hostile_runs.PLAN), ("two", mixed))
        ]
        return [(folder / runs.CONFIG).read_bytes() for folder in folders]


def _states() -> list[bytes]:
    full = (
        b'{"state": "stopped", "step": 44, "steps": 1290, "epoch": 2, "epochs": 30, '
        b'"seconds": 89.3, "best_error": 0.49, "last_error": null, "test_error": 0.5, '
        b'"message": "x"}'
    )
    return [full, b'{"state": "running"}']


def _read_log(folder: Path) -> None:
    history = histories.read(folder, "x")
    assert history.note.isprintable()
    assert len(history.note) <= 300


def _logs() -> list[bytes]:
    return [
        (_folder() / runs.LOG).read_bytes(),
        b'{"step":1,"epoch":1,"losses":[2.3,1e-3],"learning_rate":0.01,"images_per_second":39,'
        b'"validation_loss":0.5,"validation_error":0.25}\n{"step":1,"rate_factor":0.5}\n',
    ]


def _snapshots() -> list[bytes]:
    return [(_folder() / runs.SNAPSHOTS / "00000002.safetensors").read_bytes()]


@functools.cache
def _training() -> Training:
    labelled = Labelled(np.zeros((10, 28, 28), np.uint8), np.zeros(10, np.int64))
    return Training(build("lenet5-1998", 1), labelled, RECIPE)


@functools.cache
def _checkpoints() -> list[bytes]:
    """Checkpoints before the first step and after one; most of one is its pickle."""
    found = []
    for steps in (0, 1):
        training = _training()
        for _ in range(steps):
            training._stepped(*training._batch())
        state = {"seconds": 1.0, "best_error": None, "last_error": 0.5}
        content = io.BytesIO()
        torch.save({"training": training.state(), **state}, content)
        found.append(content.getvalue())
    return found


def _resume(path: Path) -> None:
    state: Any = checkpoints.read(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _training().restore(checkpoints.part(state, "training"))


TARGETS: tuple[Target, ...] = (
    Target("run.json", ".json", _configs, _in_a_run(runs.CONFIG, _listed), (InputError,)),
    Target("state.json", ".json", _states, _in_a_run(runs.STATE, _listed), (InputError,)),
    Target("log.jsonl", ".jsonl", _logs, _in_a_run(runs.LOG, _read_log), (InputError,)),
    Target(
        "snapshot",
        ".safetensors",
        _snapshots,
        _in_a_run(f"{runs.SNAPSHOTS}/00000002.safetensors", histories.frames),
        (InputError,),
    ),
    Target("checkpoint.pt", ".pt", _checkpoints, _resume, (InputError, TrainingError)),
)
