"""A training that keeps its run goes on, after whatever ended it, as if nothing had."""

from __future__ import annotations

import errno
import math
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import pytest
import torch

from lenetpad.data.labelled import Labelled
from lenetpad.lenet.weights import load
from lenetpad.storage import runs
from lenetpad.training import recording
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.network import build
from lenetpad.training.tensorboard import Events
from lenetpad.values.recipes import Distortions, Mixture, Recipe, recipe_of
from lenetpad.values.training import Progress
from tests import event_files

RECIPE = Recipe(epochs=2, batch_size=5, validation=30)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return mnist[0].chosen(slice(300))


@pytest.fixture(autouse=True)
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint at every report."""
    monkeypatch.setattr(recording, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(recording, "STATE_SECONDS", 0.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return runs.create(tmp_path, "lenet5-modern", {"recipe": asdict(RECIPE)}, {})


def training(data: Labelled, recipe: Recipe = RECIPE) -> Training:
    return Training(build("lenet5-modern", recipe.seed), data, recipe)


def followed(data: Labelled, folder: Path) -> Iterator[Progress]:
    return recording.Recording(training(data), folder, {"seed": 1}).run()


def as_killed(folder: Path, checkpoint: bytes) -> Path:
    """A run's folder as a SIGKILL now would leave it, with a checkpoint of before."""
    killed = shutil.copytree(folder, folder.parent / "killed")
    (killed / runs.CHECKPOINT).write_bytes(checkpoint)
    return killed


def losses(folder: Path) -> list[float]:
    return [loss for entry in runs.log(folder) for loss in entry["losses"]]


def test_a_run_keeps_every_loss_and_the_best_weights(few: Labelled, folder: Path) -> None:
    reports = list(followed(few, folder))
    run = runs.read(folder)
    assert (run.step, run.epoch, run.steps, run.epochs) == (108, 2, 108, 2)
    expected = [loss for report in reports for loss in report.losses]
    assert losses(folder) == pytest.approx(expected, abs=1e-6)
    errors = [r.validation_error for r in reports if r.validation_error is not None]
    assert (run.best_error, run.last_error) == (min(errors), errors[-1])
    best = load(str(folder / runs.BEST))
    assert best.facts["seed"] == 1
    recording.finish(folder, 0.25)
    ended = runs.read(folder)
    assert (ended.state, ended.test_error, ended.step) == (runs.FINISHED, 0.25, 108)
    assert ended.best_error == run.best_error


@pytest.mark.parametrize("after", [1, 2, 3, 5])
def test_a_run_that_was_left_goes_on(after: int, few: Labelled, folder: Path) -> None:
    whole = training(few)
    reports = list(whole.run())
    begun = followed(few, folder)
    list(islice(begun, after))
    begun.close()  # type: ignore[attr-defined]
    assert runs.read(folder).state == runs.STOPPED
    assert runs.read(folder).can_go_on
    continued = training(few)
    rest = list(recording.Recording(continued, folder, {}).run())
    assert [r.losses for r in rest] == [r.losses for r in reports[after:]]
    assert losses(folder) == pytest.approx([x for r in reports for x in r.losses], abs=1e-6)
    for one, other in zip(continued.network.parameters(), whole.network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_what_came_after_the_checkpoint_is_trained_again(few: Labelled, folder: Path) -> None:
    """As after a SIGKILL: the log is ahead of the checkpoint, and nobody wrote an end."""
    whole = [loss for report in training(few).run() for loss in report.losses]
    begun = followed(few, folder)
    next(begun)
    next(begun)  # the checkpoint is of the first report, written before it was given away
    checkpoint = (folder / runs.CHECKPOINT).read_bytes()
    next(begun)
    next(begun)
    killed = as_killed(folder, checkpoint)
    begun.close()  # type: ignore[attr-defined]
    assert len(losses(killed)) > 40
    list(followed(few, killed))
    assert losses(killed) == pytest.approx(whole, abs=1e-6)
    curve = event_files.shown(killed)["training/loss"]
    assert list(curve) == list(range(1, 109))
    assert list(curve.values()) == pytest.approx(whole, abs=1e-5)


def test_a_run_can_go_on_from_before_its_first_step(
    few: Labelled, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a SIGKILL in the first seconds: steps are logged, the checkpoint is of step 0."""
    monkeypatch.setattr(recording, "CHECKPOINT_SECONDS", math.inf)
    whole = [loss for report in training(few).run() for loss in report.losses]
    begun = followed(few, folder)
    next(begun)
    next(begun)
    killed = as_killed(folder, (folder / runs.CHECKPOINT).read_bytes())
    begun.close()  # type: ignore[attr-defined]
    list(followed(few, killed))
    assert losses(killed) == pytest.approx(whole, abs=1e-6)


def test_without_a_checkpoint_a_run_begins_anew(few: Labelled, folder: Path) -> None:
    begun = followed(few, folder)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    (folder / runs.CHECKPOINT).unlink()
    list(followed(few, folder))
    assert len(losses(folder)) == 108
    steps = [step for step, _ in runs.snapshots(folder)]
    assert steps[0] == 0
    assert steps == sorted(set(steps))


def test_a_run_at_its_last_step_has_nothing_left_to_train(few: Labelled, folder: Path) -> None:
    list(followed(few, folder))
    assert list(followed(few, folder)) == []
    assert runs.read(folder).last_error is not None


def test_a_full_disk_leaves_the_checkpoint_of_before(
    few: Labelled, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = followed(few, folder)
    next(begun)
    checkpoint = (folder / runs.CHECKPOINT).read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            next(begun)
    assert (folder / runs.CHECKPOINT).read_bytes() == checkpoint
    assert len(list(followed(few, folder))) == 6  # of seven reports


def test_a_loss_that_is_no_number_is_written_down(few: Labelled, folder: Path) -> None:
    broken = training(few, replace(RECIPE, lr=1e30))
    with pytest.raises(TrainingError, match="no longer a number"):
        list(recording.Recording(broken, folder, {}).run())
    run = runs.read(folder)
    assert run.state == runs.FAILED
    assert "no longer a number at step" in run.message


def test_ctrl_c_leaves_the_last_checkpoint(few: Labelled, folder: Path) -> None:
    interrupted = training(few)
    begun = recording.Recording(interrupted, folder, {}).run()
    next(begun)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    interrupted.network.register_forward_pre_hook(stop)  # in the middle of a step
    with pytest.raises(KeyboardInterrupt):
        next(begun)
    assert runs.read(folder).state == runs.STOPPED
    assert len(list(followed(few, folder))) == 6  # of seven reports


def test_tensorboard_is_told_what_the_log_is(few: Labelled, folder: Path) -> None:
    begun = followed(few, folder)
    list(islice(begun, 2))
    begun.close()  # type: ignore[attr-defined]
    list(followed(few, folder))
    assert len(list(folder.glob("events.out.tfevents.*"))) == 2  # one a session
    curve = event_files.shown(folder)["training/loss"]
    assert list(curve) == list(range(1, 109))
    assert list(curve.values()) == pytest.approx(losses(folder), abs=1e-5)


def test_a_disk_that_takes_no_events_ends_the_run(
    few: Labelled, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(events: Events, report: Progress) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Events, "report", full)
    with pytest.raises(OSError, match="No space left"):
        list(followed(few, folder))
    run = runs.read(folder)
    assert (run.state, "No space left" in run.message) == (runs.FAILED, True)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04N."])
def test_a_damaged_checkpoint_is_refused(content: bytes, few: Labelled, folder: Path) -> None:
    (folder / runs.CHECKPOINT).write_bytes(content)
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is damaged"):
        list(followed(few, folder))


def test_a_recipe_is_the_same_again() -> None:
    for recipe in (
        Recipe(distortions=None),
        Recipe(epochs=3, mixture=Mixture(noise=7), distortions=Distortions(rotation=3)),
    ):
        assert recipe_of(asdict(recipe)) == recipe
    with pytest.raises(ValueError, match="no recipe of this version"):
        recipe_of({"magic": 1})
    with pytest.raises(ValueError, match="epochs"):
        recipe_of({"epochs": 0})
