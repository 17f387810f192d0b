"""A training that keeps its run: log, events, checkpoints and best weights, written as it goes."""

from __future__ import annotations

import io
import platform
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import torch

from lenetpad import __version__, disk, runs
from lenetpad.lenet.tensorboard import Events
from lenetpad.lenet.training import Training, TrainingError
from lenetpad.lenet.weights import save
from lenetpad.messages import Progress

#: At most so long is a training's last checkpoint ago, but for the time of one report.
CHECKPOINT_SECONDS: Final = 10.0
#: And so long what state.json says of it.
STATE_SECONDS: Final = 1.0


def environment() -> dict[str, Any]:
    """What a training's figures may depend on besides its configuration."""
    return {
        "lenetpad": __version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
    }


def recorded(training: Training, folder: Path, facts: Mapping[str, Any]) -> Iterator[Progress]:
    """Run ``training`` to its end and keep it in the run's ``folder``.

    Goes on from the folder's checkpoint where there is one. ``facts`` become the metadata of the
    best weights. An error, or leaving the iterator early, is written down as the run's end before
    it goes on its way. Raises TrainingError, and OSError where the disk takes no more; the last
    checkpoint is then whole.
    """
    told = _Told(training, folder, facts)
    try:
        yield from told.progress()
    except (TrainingError, OSError) as error:
        told.end(runs.FAILED, str(error))
        raise
    except GeneratorExit:  # nobody follows any more; the training is between two steps
        told.keep()
        told.end(runs.STOPPED)
        raise
    except KeyboardInterrupt:  # perhaps in the middle of a step: the last checkpoint stands
        told.end(runs.STOPPED)
        raise


def finish(folder: Path, test_error: float) -> None:
    """Write down that a run has come to its end, with the error in [0, 1] of its weights."""
    runs.update(folder, runs.STATE, {"state": runs.FINISHED, "test_error": test_error})


class _Told:
    """What is written of one training."""

    def __init__(self, training: Training, folder: Path, facts: Mapping[str, Any]) -> None:
        self._training, self._folder, self._facts = training, folder, facts
        self._before = 0.0  # seconds of earlier sessions
        self._best: float | None = None
        self._last: float | None = None
        if (folder / runs.CHECKPOINT).exists():
            self._go_on()
        self._events = Events(folder, training.step)
        self._started = self._kept = self._noted = time.perf_counter()
        self._note(runs.RUNNING)

    def progress(self) -> Iterator[Progress]:
        for report in self._training.run():
            self._log(report)
            self._events.report(report)
            now = time.perf_counter()
            error = report.validation_error
            self._last = self._last if error is None else error
            if error is not None and (self._best is None or error < self._best):
                self._best = error
                save(self._folder / runs.BEST, self._training.network, self._facts)
            if now - self._kept > CHECKPOINT_SECONDS or report.step == report.steps:
                self.keep()
            if error is not None or now - self._noted > STATE_SECONDS:
                self._note(runs.RUNNING)
            yield report

    def keep(self) -> None:
        """Write a checkpoint; the one of before stays until it is whole."""
        content = io.BytesIO()
        state = {
            "training": self._training.state(),
            "seconds": self._seconds(),
            "best_error": self._best,
            "last_error": self._last,
        }
        torch.save(state, content)
        disk.replace(self._folder / runs.CHECKPOINT, content.getvalue())
        self._kept = time.perf_counter()

    def end(self, how: str, message: str = "") -> None:
        """Write how the training ended, if the disk still takes it."""
        try:
            self._note(how, message)
        except OSError:
            return

    def _go_on(self) -> None:
        path = self._folder / runs.CHECKPOINT
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            self._training.restore(state["training"])
            self._before = float(state["seconds"])
            self._best, self._last = state["best_error"], state["last_error"]
        except TrainingError:
            raise
        except Exception as error:
            raise TrainingError(f"{path} is damaged; the run cannot go on") from error
        runs.cut_log(self._folder, self._training.step)

    def _log(self, report: Progress) -> None:
        entry: dict[str, Any] = {
            "step": report.step,
            "epoch": report.epoch,
            "losses": [round(loss, 6) for loss in report.losses],
            "learning_rate": report.learning_rate,
            "images_per_second": round(report.images_per_second),
        }
        if report.validation_error is not None:
            entry["validation_loss"] = report.validation_loss
            entry["validation_error"] = report.validation_error
        runs.append(self._folder, entry)

    def _note(self, how: str, message: str = "") -> None:
        training = self._training
        runs.write(
            self._folder,
            runs.STATE,
            {
                "state": how,
                "step": training.step,
                "steps": training.steps,
                "epoch": training.epoch,
                "epochs": training.recipe.epochs,
                "seconds": round(self._seconds(), 1),
                "best_error": self._best,
                "last_error": self._last,
                "message": message,
            },
        )
        self._noted = time.perf_counter()

    def _seconds(self) -> float:
        return self._before + time.perf_counter() - self._started
