"""Checkpoints of strangers: looked at before torch reads them, and whole before any is used."""

from __future__ import annotations

import copy
import io
import math
import os
import pickle
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

from lenetpad.data.labelled import Labelled
from lenetpad.storage import runs
from lenetpad.training import checkpoints, recording
from lenetpad.training.checkpoints import CheckpointError
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.network import build
from lenetpad.values.recipes import Recipe

RECIPE = Recipe(epochs=2, batch_size=5, validation=30)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return mnist[0].chosen(slice(300))


def training(data: Labelled, recipe: Recipe = RECIPE) -> Training:
    return Training(build("lenet5-modern", recipe.seed), data, recipe)


@pytest.fixture(scope="module")
def kept(few: Labelled) -> dict[str, Any]:
    """What a checkpoint in the middle of an epoch holds."""
    begun = training(few)
    next(iter(begun.run()))
    state = copy.deepcopy(begun.state())
    return {"training": state, "seconds": 2.0, "best_error": 0.5, "last_error": None}


@pytest.fixture
def folder(tmp_path: Path, kept: dict[str, Any]) -> Path:
    folder = runs.create(tmp_path, "lenet5-modern", {"recipe": {}}, {})
    torch.save(kept, folder / runs.CHECKPOINT)
    return folder


def parts(training: Training) -> dict[str, Any]:
    """All that a training would go on from, to compare."""
    buffer = io.BytesIO()
    torch.save(training.state(), buffer)
    return torch.load(io.BytesIO(buffer.getvalue()), weights_only=True)  # type: ignore[no-any-return]


def equal(one: Any, other: Any) -> bool:
    match one:
        case torch.Tensor():
            return torch.equal(one, other)
        case dict():
            return one.keys() == other.keys() and all(equal(one[k], other[k]) for k in one)
        case list() | tuple():
            return len(one) == len(other) and all(map(equal, one, other))
        case _:
            return bool(one == other)


@pytest.mark.parametrize("optimiser", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("schedule", ["one-cycle", "cosine", "step", "constant", "1998"])
def test_what_is_restored_is_what_was_kept(
    optimiser: str,
    schedule: str,
    few: Labelled,
    tmp_path: Path,
) -> None:
    recipe = replace(RECIPE, optimiser=optimiser, schedule=schedule, lr=0.01, batch_size=64)
    begun = training(few, recipe)
    steps = iter(begun.run())
    next(steps)
    begun.scale_rate(0.5)
    torch.save(begun.state(), tmp_path / "c.pt")
    resumed = training(few, recipe)
    resumed.restore(checkpoints.read(tmp_path / "c.pt"))
    assert equal(parts(resumed), parts(begun))
    assert next(steps).losses == next(iter(resumed.run())).losses


def at(*keys: Any) -> Callable[[dict[str, Any], Any], None]:
    """A function that puts something in the place of a part of a checkpoint."""

    def put(state: dict[str, Any], value: Any) -> None:
        inner: Any = state
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value

    return put


LARGE, FRACTION = 10**12, 2.5
#: What may as well stand there.
HARMLESS: Mapping[str, tuple[Any, ...]] = {
    "seconds": (FRACTION,),
    "best_error": (None,),
    "last_error": (None,),
    "lr": (LARGE, FRACTION),
    "max_lr": (LARGE, FRACTION),
}
ANYTHING = (
    *(None, True, -1, LARGE, FRACTION, math.nan, math.inf, "x", [], {}, {"a": [1]}, [[]], (1, 2)),
    *(torch.zeros(3), torch.full((20,), 10**9), torch.zeros(2, 2, dtype=torch.bool)),
    *(torch.zeros(0), torch.full((), math.nan), torch.zeros(1).expand(10**6, 10**6)),
)
PLACES = (
    *(("training",), ("seconds",), ("best_error",), ("last_error",)),
    *(("training", name) for name in ("network", "optimiser", "schedule", "generator")),
    *(("training", "order"), ("training", "step")),
    *(("training", "network", name) for name in ("c1.weight", "f6.bias")),
    ("training", "optimiser", "state"),
    ("training", "optimiser", "state", 0),
    *(("training", "optimiser", "state", 3, name) for name in ("step", "exp_avg", "exp_avg_sq")),
    ("training", "optimiser", "param_groups"),
    *(("training", "optimiser", "param_groups", 0, name) for name in ("lr", "betas", "max_lr")),
    *(("training", "schedule", name) for name in ("last_epoch", "base_lrs", "_last_lr")),
)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_whatever_is_wrong_is_refused_before_any_of_it_is_used(
    place: tuple[Any, ...], few: Labelled, folder: Path, kept: dict[str, Any]
) -> None:
    for wrong in ANYTHING:
        state = copy.deepcopy(kept)
        at(*place)(state, wrong)
        if any(wrong is one for one in HARMLESS.get(str(place[-1]), ())):
            continue
        torch.save(state, folder / runs.CHECKPOINT)
        fresh = training(few)
        before = parts(fresh)
        with pytest.raises(TrainingError, match="damaged; the run cannot go on") as refused:
            recording.Recording(fresh, folder, {})
        assert str(refused.value).isprintable()
        assert equal(parts(fresh), before), wrong


def test_an_order_beyond_the_images_is_refused(
    few: Labelled, folder: Path, kept: dict[str, Any]
) -> None:
    for number in (-1, len(few)):
        state = copy.deepcopy(kept)
        state["training"]["order"][3] = number
        torch.save(state, folder / runs.CHECKPOINT)
        with pytest.raises(TrainingError, match="images that are not there"):
            recording.Recording(training(few), folder, {})


def test_weights_that_are_no_numbers_are_refused(
    few: Labelled, folder: Path, kept: dict[str, Any]
) -> None:
    state = copy.deepcopy(kept)
    state["training"]["network"]["c5.weight"][7, 7] = math.nan
    torch.save(state, folder / runs.CHECKPOINT)
    with pytest.raises(TrainingError, match=r"c5\.weight holds what is no number"):
        recording.Recording(training(few), folder, {})


class Opened:
    """Something that runs code when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("ran",)


class Large:
    """Something of a few bytes that takes gigabytes."""

    def __reduce__(self) -> tuple[Any, ...]:
        return bytearray, (8 << 30,)


def archive(content: bytes, packing: int = zipfile.ZIP_STORED, name: str = "a/data.pkl") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as file:
        file.writestr(name, content)
        file.writestr("a/version", b"3\n")
        file.writestr("a/byteorder", b"little")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"PK\x03\x04", "damaged"),
        (pickle.dumps({"training": {}}), "damaged"),
        (archive(pickle.dumps({"a": Opened()})), "it holds"),
        (archive(pickle.dumps({"a": Large()}, protocol=2)), "it holds"),
        (archive(b"\x80\x02" + b"cbuiltins\nbytearray\nK\x08\x85R."), "it holds builtins bytear"),
        (archive(b"\x80\x02" + b"r\xff\xff\xff\x7f" * 3), "damaged"),
        (archive(b"\x80\x02]" * 500_000), "strange way"),
        (archive(bytes(20_000_000), zipfile.ZIP_DEFLATED), "strange way"),
        (archive(pickle.dumps([1], protocol=2)), "holds no dictionary"),
        (archive(pickle.dumps({}, protocol=2), name="a/b.pkl"), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_a_strange_archive_is_refused_for_little(
    content: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError, match=why) as refused:
            checkpoints.read(path)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert str(path) in str(refused.value)
    assert not Path("ran").exists()


def test_a_checkpoint_that_says_it_has_more_than_it_has(tmp_path: Path) -> None:
    """torch would read on, behind what the file holds."""
    path = tmp_path / "checkpoint.pt"
    torch.save({"a": torch.zeros(200)}, path)
    with zipfile.ZipFile(path) as file:
        content = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for name, inner in content.items():
            file.writestr(name, inner.replace(b"K\xc8", b"J\xff\xff\xff\x07"))
    with pytest.raises(CheckpointError, match="damaged"):
        checkpoints.read(path)


def test_what_is_no_file_of_a_checkpoints_size_is_not_read(
    few: Labelled, folder: Path, tmp_path: Path
) -> None:
    path = folder / runs.CHECKPOINT
    with path.open("r+b") as file:
        file.truncate(checkpoints.LARGEST + 1)
    with pytest.raises(CheckpointError, match="holds more than"):
        checkpoints.read(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CheckpointError, match="not a regular file"):
        checkpoints.read(path)
    with pytest.raises(TrainingError, match="cannot go on"):
        recording.Recording(training(few), folder, {})


def test_nothing_of_the_file_is_used_once_it_is_read(
    few: Labelled, folder: Path, kept: dict[str, Any]
) -> None:
    """Its tensors are views of the file, which is soon replaced."""
    resumed = training(few)
    recorded = recording.Recording(resumed, folder, {})
    content = (folder / runs.CHECKPOINT).read_bytes()
    with (folder / runs.CHECKPOINT).open("r+b") as file:  # in its place, as nobody should
        file.write(bytes(len(content)))
    assert equal(parts(resumed), kept["training"])
    (folder / runs.CHECKPOINT).write_bytes(content)
    assert len(list(islice(recorded.run(), 2))) == 2
