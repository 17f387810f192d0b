"""The event loop's longest gap while something large happens in the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lenetpad.storage import runs
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.bench.processes import call_in_process
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import GapMonitor, process_for, wait_until
from lenetpad.values.devices import CPU
from lenetpad.values.recipes import TRAINING_PRESETS

if TYPE_CHECKING:
    from lenetpad.ui.train.runs_table import RunsTable

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
    """The event loop's longest gap in each action, over several fresh processes."""
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, seconds in call_in_process(__name__, measure.__name__).items():
            found.setdefault(name, []).extend(seconds)
    return {f"{name}_ms": summary(seconds) for name, seconds in found.items()}


def measure() -> dict[str, list[float]]:
    """Seconds of the event loop's longest gap, for each time an action was done."""
    driver = Driver({"device": CPU}, keeps_data=True)
    _make_runs(driver.runs_folder)
    actions = _Actions(driver)
    with driver:
        driver.wait_for_reading()
        actions.do_all()
    return actions.gaps


class _Actions:
    """What is done in a window with many runs, and the longest gap of each action."""

    def __init__(self, driver: Driver) -> None:
        self.gaps: dict[str, list[float]] = {}
        self._driver = driver
        self._monitor = GapMonitor()

    def do_all(self) -> None:
        """Open the pages, and do on them what takes long."""
        driver = self._driver
        process_for(SETTLE_SECONDS)
        self._use_train_page()
        self._time(
            "open_evaluate",
            lambda: driver.open_page("evaluate"),
            lambda: driver.evaluate_page is not None,
        )
        page = driver.open_evaluate_page()
        self._time("evaluate", page.evaluate, lambda: page.results is not None)
        for name in ("draw", "train", "evaluate"):
            driver.open_page(name)
            process_for(SETTLE_SECONDS)
            self._time("switch_theme", driver.switch_theme, lambda: True)

    def _use_train_page(self) -> None:
        driver = self._driver
        self._time(
            "open_train",
            lambda: driver.open_page("train"),
            lambda: (page := driver.train_page) is not None and _count(page.runs) == RUNS,
        )
        page = driver.open_train_page()
        table, curves = page.runs, page.curves
        self._time(
            "compare_runs",
            lambda: _select(table, COMPARED),
            lambda: len(curves.histories) == COMPARED,
        )
        _select(table, DELETED)
        wait_until(lambda: len(curves.histories) > COMPARED)
        process_for(SETTLE_SECONDS)
        self._time(
            "delete_runs",
            table.actions_by_name["delete"].trigger,
            lambda: _count(table) == RUNS - DELETED,
        )

    def _time(self, name: str, do: Callable[[], object], done: Callable[[], bool]) -> None:
        self._monitor.start()
        do()
        wait_until(done)
        process_for(SETTLE_SECONDS)
        self.gaps.setdefault(name, []).append(self._monitor.stop())


def _count(table: RunsTable) -> int:
    return len(table.model.runs)


def _select(table: RunsTable, count: int) -> None:
    """Select so many of the runs, the latest first."""
    table.select({run.folder for run in table.model.runs[:count]})


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
