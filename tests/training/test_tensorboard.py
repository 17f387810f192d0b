"""Event files, read back by the specification of their framing."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lenetpad.training.tensorboard import Events
from lenetpad.values.training import Progress
from tests.event_files import crc32c, events, shown


def progress(step: int, losses: tuple[float, ...], error: float | None = None) -> Progress:
    return Progress(
        epoch=1,
        epochs=2,
        step=step,
        steps=100,
        loss=losses[-1],
        learning_rate=0.25,
        images_per_second=1500.0,
        validation_loss=None if error is None else 2 * error,
        validation_error=error,
        losses=losses,
    )


def test_the_check_of_the_checks() -> None:
    assert crc32c(b"123456789") == 0xE3069283


def test_every_scalar_is_at_its_step(tmp_path: Path) -> None:
    written = Events(tmp_path)
    written.report(progress(3, (3.0, 2.0, 1.5)))
    written.report(progress(5, (1.25, 1.0), error=0.125))
    assert shown(tmp_path) == {
        "training/loss": {1: 3.0, 2: 2.0, 3: 1.5, 4: 1.25, 5: 1.0},
        "training/learning_rate": {3: 0.25, 5: 0.25},
        "training/images_per_second": {3: 1500.0, 5: 1500.0},
        "validation/loss": {5: 0.25},
        "validation/error": {5: 0.125},
    }


def test_a_file_begins_as_tensorboard_wants_it(tmp_path: Path) -> None:
    Events(tmp_path).report(progress(1, (1.0,)))
    (path,) = tmp_path.iterdir()
    first, *others = events(path)
    assert first.file_version == "brain.Event:2"
    assert not any(event.HasField("session_log") for event in others)
    assert first.wall_time > 1.7e9


def test_what_is_reported_is_on_the_disk_at_once(tmp_path: Path) -> None:
    written = Events(tmp_path)
    for step in range(1, 5):
        written.report(progress(step, (1.0,)))
        assert len(shown(tmp_path)["training/loss"]) == step


def test_going_on_replaces_the_steps_that_are_trained_again(tmp_path: Path) -> None:
    Events(tmp_path).report(progress(4, (4.0, 3.0, 2.0, 1.0), error=0.5))
    Events(tmp_path, step=2).report(progress(3, (2.5,)))
    assert shown(tmp_path)["training/loss"] == {1: 4.0, 2: 3.0, 3: 2.5}
    assert shown(tmp_path)["validation/error"] == {}
    Events(tmp_path, step=2).report(progress(4, (0.5,)))  # the step between is not known
    assert shown(tmp_path)["training/loss"] == {1: 4.0, 2: 3.0, 4: 0.5}
    Events(tmp_path, step=0).report(progress(1, (9.0,)))
    assert shown(tmp_path)["training/loss"] == {1: 9.0}
    assert len(list(tmp_path.iterdir())) == 4


def test_nothing_to_report_leaves_no_file(tmp_path: Path) -> None:
    Events(tmp_path, step=7)
    assert list(tmp_path.iterdir()) == []


def test_no_thread_writes(tmp_path: Path) -> None:
    before = threading.active_count()
    Events(tmp_path).report(progress(1, (1.0,)))
    assert threading.active_count() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_reaches_the_caller(tmp_path: Path) -> None:
    written = Events(tmp_path)
    written.report(progress(1, (1.0,)))
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        written.report(progress(2, (1.0,)))


def test_a_folder_that_is_gone_reaches_the_caller(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Events(tmp_path / "gone").report(progress(1, (1.0,)))


def test_it_is_imported_only_when_it_writes() -> None:
    code = "import sys, lenetpad.training.tensorboard; print('tensorboardX' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
