"""A training that keeps its run: log, events, checkpoints and best weights, written as it goes."""

from __future__ import annotations

import contextlib
import io
import math
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch

from lenetpad import __version__
from lenetpad.storage import atomic as disk
from lenetpad.storage import runs
from lenetpad.storage.decoding import named, one_line
from lenetpad.training import checkpoints
from lenetpad.training.checkpoints import CheckpointError, number, part
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.tensorboard import Events
from lenetpad.training.weights import write
from lenetpad.values.training import Progress

#: At most so long is a training's last checkpoint ago, but for the time of one report.
CHECKPOINT_SECONDS: Final = 10.0
#: And so long what state.json says of it.
STATE_SECONDS: Final = 1.0
#: Each snapshot is taken so much later than the one of before, as a part of its step: about
#: ninety in 20,000 steps, the first of them at every report.
SNAPSHOT_GROWTH: Final = 0.06

#: No training takes thirty years.
LONGEST_SECONDS: Final = 1e9

#: Called with the error of a failed write; says whether to try it again.
Retry = Callable[[OSError], bool]


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


def finish(folder: Path, test_error: float) -> None:
    """Write down that a run has come to its end, with the error in [0, 1] of its weights."""
    runs.update(folder, runs.STATE, {"state": runs.FINISHED, "test_error": test_error})


class Recording:
    """A training that is kept in a run's ``folder``.

    Making one resumes from the folder's checkpoint where there is one, and raises TrainingError
    where that is damaged. ``facts`` become the metadata of the weights along the way. ``retry`` is
    called with an OSError, such as a full disk's, and says whether to try once more; without it,
    the error ends the training. The last checkpoint is whole either way.
    """

    def __init__(
        self,
        training: Training,
        folder: Path,
        facts: Mapping[str, Any],
        retry: Retry | None = None,
    ) -> None:
        self.folder = folder
        self._training, self._facts, self._retry = training, facts, retry
        self._before = 0.0  # seconds of earlier sessions
        self._best: float | None = None
        self._last: float | None = None
        if (folder / runs.CHECKPOINT).exists():
            self._resume()
        else:
            runs.truncate(folder, 0)  # nothing of what was logged can be resumed
        self._events = Events(folder, training.step)
        self._started = self._kept = self._noted = time.perf_counter()

    def run(self) -> Iterator[Progress]:
        """Train to the last step, and yield the progress once it is on the disk.

        An error, or leaving the iterator early, is written down as the run's end before it goes
        on its way. Raises TrainingError, and OSError where the disk takes no more. The time
        between two calls does not count.
        """
        try:
            yield from self._progress()
        except Exception as error:
            self._end(runs.FAILED, str(error) or type(error).__name__)
            raise
        except GeneratorExit:  # nobody follows any more; the training is between two steps
            with contextlib.suppress(OSError):  # a full disk has the checkpoint of before
                self.keep()
            self._end(runs.STOPPED)
            raise
        except KeyboardInterrupt:  # perhaps in the middle of a step: the last checkpoint stands
            self._end(runs.STOPPED)
            raise

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate from now on, and put that into the log and a checkpoint."""
        self._training.scale_rate(factor)
        entry = {"step": self._training.step, "rate_factor": factor}
        self.written(partial(runs.append, self.folder, entry))
        self.written(self.keep)

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
        disk.replace(self.folder / runs.CHECKPOINT, content.getvalue())
        self._kept = time.perf_counter()

    def _progress(self) -> Iterator[Progress]:
        training = self._training
        self.written(partial(self._note, runs.RUNNING))
        if training.step == 0:  # from here on, whatever happens, the run can be resumed
            self.written(self.keep)
            self.written(self._snapshot)
        next_snapshot = _after(training.step)
        for report in training.run():
            self.written(partial(runs.append, self.folder, _entry(report)))
            self.written(partial(self._events.report, report))
            error = report.validation_error
            self._last = self._last if error is None else error
            if error is not None and (self._best is None or error < self._best):
                self._best = error
                self.written(partial(self._save, self.folder / runs.BEST))
            if report.step >= next_snapshot or report.step == report.steps:
                self.written(self._snapshot)
                next_snapshot = _after(report.step)
            now = time.perf_counter()
            if now - self._kept > CHECKPOINT_SECONDS or report.step == report.steps:
                self.written(self.keep)
            if error is not None or now - self._noted > STATE_SECONDS:
                self.written(partial(self._note, runs.RUNNING))
            given = time.perf_counter()
            yield report
            self._started += time.perf_counter() - given

    def written(self, write: Callable[[], None]) -> None:
        """Write something to the run, again and again while that fails and a retry is wanted."""
        while True:
            try:
                return write()
            except OSError as error:
                waited = time.perf_counter()
                if self._retry is None or not self._retry(error):
                    raise
                self._started += time.perf_counter() - waited

    def _snapshot(self) -> None:
        self._save(runs.snapshot_path(self.folder, self._training.step))

    def _save(self, path: Path) -> None:
        """Write the weights as they are now, to be read as they are trained."""
        network = self._training.network
        calibration = {"temperature": 1.0, "rubbish": network.config.rubbish}
        more = {} if network.config.rubbish is None else {"calibration": calibration}
        write(path, network, {**self._facts, "step": self._training.step, **more})

    def _end(self, how: str, message: str = "") -> None:
        """Write how the training ended, if the disk still takes it."""
        with contextlib.suppress(OSError):
            self._note(how, message)

    def _resume(self) -> None:
        path = self.folder / runs.CHECKPOINT
        try:
            state = checkpoints.read(path)
            best, last = (_fraction(state, name) for name in ("best_error", "last_error"))
            before = number(part(state, "seconds"), "the time", 0, LONGEST_SECONDS)
            self._training.restore(part(state, "training"))
        except (CheckpointError, TrainingError) as error:
            reason = named(str(error.__cause__ or error).removeprefix(f"{path} is damaged"))
            raise TrainingError(f"{path} is damaged; the run cannot go on ({reason})") from error
        self._before, self._best, self._last = before, best, last
        runs.truncate(self.folder, self._training.step)

    def _note(self, how: str, message: str = "") -> None:
        training = self._training
        runs.write(
            self.folder,
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
                "message": one_line(message),
            },
        )
        self._noted = time.perf_counter()

    def _seconds(self) -> float:
        return self._before + time.perf_counter() - self._started


def _entry(report: Progress) -> dict[str, Any]:
    """A report as the log has it."""
    entry: dict[str, Any] = {
        "step": report.step,
        "epoch": report.epoch,
        "losses": [round(loss, 6) for loss in report.losses],
        "learning_rate": report.learning_rate,
        "images_per_second": round(report.images_per_second),
    }
    loss = report.validation_loss
    if report.validation_error is not None and loss is not None and math.isfinite(loss):
        entry["validation_loss"] = loss
        entry["validation_error"] = report.validation_error
    return entry


def _fraction(state: Any, name: str) -> float | None:
    """An error in [0, 1] of a checkpoint, None where there was none yet."""
    value = part(state, name)
    return None if value is None else number(value, name, 0, 1)


def _after(step: int) -> float:
    """The step from which the next snapshot is due: they lie closer where more happens."""
    return step + max(1.0, SNAPSHOT_GROWTH * step)
