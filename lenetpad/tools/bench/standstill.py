"""How long the window stands still while something large happens in it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QSettings

from lenetpad import app
from lenetpad.storage import runs
from lenetpad.tools.bench.figures import Figure, in_a_process, summary
from lenetpad.tools.bench.pen import open_pad
from lenetpad.tools.bench.pulse import Pulse
from lenetpad.tools.synthetic_pen import process_until, wait_until
from lenetpad.values.recipes import TRAINING_PRESETS

ROUNDS: Final = 5  # each in a new process, where every page is opened for the first time
RUNS: Final = 100
COMPARED: Final = 6
DELETED: Final = 20
STEPS: Final = 40_000  # of each of the runs that are compared
REPORT: Final = 20  # steps
EPOCH: Final = 1000  # steps
#: What an action sets off may go on for so long after it.
SETTLE_SECONDS: Final = 0.7


def standstills() -> dict[str, Figure]:
    """The longest stand of the event loop in each action, over several fresh processes."""
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, seconds in in_a_process(__name__, measure.__name__).items():
            found.setdefault(name, []).extend(seconds)
    return {f"{name}_ms": summary(seconds) for name, seconds in found.items()}


def measure() -> dict[str, list[float]]:
    """Seconds that the event loop stood still at the most, for each time an action was done."""
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        _make_runs(Path(folder) / "runs")
        settings = QSettings(str(Path(folder) / "bench.ini"), QSettings.Format.IniFormat)
        settings.setValue("device", "cpu")
        stage = _Stage(open_pad(settings, folder=Path(folder))[0])
        try:
            stage.play()
        finally:
            stage.pad.window.close()
    del application
    return stage.found


class _Stage:
    """A shown pad with many runs, and what is done with it."""

    def __init__(self, pad: app.Program) -> None:
        self.pad = pad
        self.found: dict[str, list[float]] = {}
        self._pulse = Pulse()

    def play(self) -> None:
        """Open the pages, and do on them what takes long."""
        window, training, evaluation = self.pad.window, self.pad.training, self.pad.evaluation
        process_until(time.perf_counter() + SETTLE_SECONDS)
        self._time(
            "open_train",
            lambda: window.open_page("train"),
            lambda: training.page is not None and len(training.page.runs.model.runs) == RUNS,
        )
        page = training.page
        assert page is not None
        table, curves = page.runs, page.curves
        self._choose(COMPARED)
        self._time(
            "compare_runs",
            table.actions_by_name["show"].trigger,
            lambda: len(curves.histories) == COMPARED,
        )
        self._choose(DELETED)
        self._time(
            "delete_runs",
            table.actions_by_name["delete"].trigger,
            lambda: len(table.model.runs) == RUNS - DELETED,
        )
        self._time(
            "open_evaluate",
            lambda: window.open_page("evaluate"),
            lambda: evaluation.page is not None,
        )
        judged = evaluation.page
        assert judged is not None
        self._time("evaluate", judged.evaluate, lambda: judged.results is not None)
        for name in ("draw", "train", "evaluate"):
            window.open_page(name)
            process_until(time.perf_counter() + SETTLE_SECONDS)
            self._time("switch_theme", window.switch_theme, lambda: True)

    def _choose(self, count: int) -> None:
        """Choose so many of the runs, the latest first."""
        assert self.pad.training.page is not None
        table = self.pad.training.page.runs
        table.select({run.folder for run in table.model.runs[:count]})

    def _time(self, name: str, do: Callable[[], object], done: Callable[[], bool]) -> None:
        self._pulse.start()
        do()
        wait_until(done)
        process_until(time.perf_counter() + SETTLE_SECONDS)
        self.found.setdefault(name, []).append(self._pulse.stop())


def _make_runs(root: Path) -> None:
    """Runs that are finished, the latest of them long."""
    losses = np.random.default_rng(0).exponential(size=STEPS) / np.arange(1, STEPS + 1)
    ends = range(REPORT, STEPS + 1, REPORT)
    lines = [json.dumps(_report(end, losses[end - REPORT : end])) for end in ends]
    for number in range(RUNS):
        preset = TRAINING_PRESETS[0]
        folder = runs.create(root, preset.model, {"preset": preset.title, "recipe": {}}, {})
        state = {"state": runs.FINISHED, "step": STEPS, "steps": STEPS, "epoch": 40, "epochs": 40}
        runs.write(folder, runs.STATE, {**state, "seconds": 600.0})
        if number >= RUNS - COMPARED:
            (folder / runs.LOG).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _report(step: int, losses: np.ndarray) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "step": step,
        "epoch": 1 + (step - 1) // EPOCH,
        "losses": losses.tolist(),
        "learning_rate": 0.003,
        "images_per_second": 5000.0,
    }
    if step % EPOCH == 0:
        entry |= {"validation_loss": 100 / step, "validation_error": 10 / step}
    return entry
