"""`lenetpad soak`: the real window in use for half an hour, and whether anything of it grows.

A synthetic pen writes 250 times a second while networks, themes, pages and sizes change, files are
opened, trainings and evaluations come and go. Each cycle does the same, so what memory, threads,
handles and children there are at its end can be compared.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import math
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.process import log_qt_messages
from lenetpad.storage import resources, run_bin, runs
from lenetpad.tools.bench.figures import resident_megabytes
from lenetpad.tools.bench.pen import LatencyProbe, PacedPen, endless
from lenetpad.tools.driver import SIZE, Driver
from lenetpad.tools.event_loop import process_for, wait_until
from lenetpad.tools.synthetic_pen import Phase, PointerEvent
from lenetpad.values.explanation import Unit
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.recipes import TRAINING_PRESETS, Plan

#: From this minute on memory is to stay, and so long are the first and the last stretch of the
#: pen's times; half of what there is where that is less.
STRETCH_MINUTES: Final = 5.0
#: What memory may grow by after that, and the pen's 99th percentile, as parts.
MOST_GROWTH: Final = 0.02
MOST_DRIFT: Final = 0.20
#: Of the samples of memory, so many are taken together: one alone depends on the moment.
TOGETHER: Final = 3
#: How long the pen writes after each thing that is done.
WRITING_SECONDS: Final = 3.0
SIZES: Final = ((860, 560), (1600, 1000), SIZE)
STAGE: Final = (1280, 720)
#: Latencies are counted in classes of this ratio, from this many milliseconds on.
RATIO: Final = 1.01
SHORTEST_MS: Final = 0.1
CLASSES: Final = 1400
TRAINING_SECONDS: Final = 300.0
EVALUATION_SECONDS: Final = 300.0
STEPS: Final = 60  # of each training
BATCH: Final = 64
VALIDATION: Final = 100  # images
MNIST_IMAGES: Final = 60_000
#: The files that are opened.
PICTURE, INK = "digit.png", "digit.ink.jsonl"


class Latencies:
    """A histogram of the pen's latencies, which takes no more memory the more there are."""

    def __init__(self) -> None:
        self.counts = np.zeros(CLASSES, dtype=np.int64)

    def add(self, seconds: Sequence[float]) -> None:
        """Count latencies."""
        ms = np.maximum(np.asarray(seconds, dtype=np.float64) * 1000, SHORTEST_MS)
        which = np.log(ms / SHORTEST_MS) / math.log(RATIO)
        np.add.at(self.counts, np.minimum(which.astype(np.intp), CLASSES - 1), 1)

    def percentile(self, percent: float) -> float:
        """A percentile in milliseconds, at most one per cent too large; NaN of none."""
        total = int(self.counts.sum())
        if total == 0:
            return math.nan
        at = int(np.searchsorted(np.cumsum(self.counts), percent / 100 * total))
        return SHORTEST_MS * RATIO ** (at + 1)


@dataclass(frozen=True, slots=True)
class Sample:
    """What there was at the end of a cycle; ``minute`` counts from the beginning."""

    minute: float
    memory_mb: float
    threads: int
    handles: int
    children: int


@dataclass(frozen=True, slots=True)
class Report:
    """All samples, the pen's 99th percentiles of the first and the last stretch in milliseconds,
    the log's warnings, and the length in minutes."""

    minutes: float
    samples: tuple[Sample, ...]
    first_p99_ms: float
    last_p99_ms: float
    warnings: tuple[str, ...]

    @property
    def growth(self) -> float:
        """What memory grows by after the first stretch, as a part."""
        settled = [one.memory_mb for one in self.samples if one.minute >= stretch(self.minutes)]
        if len(settled) < 2:
            return math.nan
        together = min(TOGETHER, len(settled) // 2)
        return median(settled[-together:]) / median(settled[:together]) - 1

    @property
    def failures(self) -> list[str]:
        """What is not as it must be, a line each."""
        found = []
        settled = [one for one in self.samples if one.minute >= stretch(self.minutes)]
        early = [one for one in self.samples if one.minute < stretch(self.minutes)]
        if not early or len(settled) < 2:
            return ["too short: fewer than three cycles; give it more minutes"]
        if self.growth > MOST_GROWTH:
            found.append(f"memory grows by {self.growth:.1%} after the first stretch")
        for name in ("threads", "handles", "children"):
            most = max(getattr(one, name) for one in (*early, settled[0]))
            last = min(getattr(one, name) for one in settled[-TOGETHER:])
            if last > most:
                found.append(f"{name} grow from {most} to {last}")
        if not self.last_p99_ms <= (1 + MOST_DRIFT) * self.first_p99_ms:
            found.append(f"p99 goes from {self.first_p99_ms:.1f} to {self.last_p99_ms:.1f} ms")
        found.extend(f"the log warns: {line}" for line in self.warnings)
        return found


def stretch(minutes: float) -> float:
    """How many minutes the first and the last stretch take."""
    return min(STRETCH_MINUTES, minutes / 2)


class Pen(PacedPen):
    """Writes drawings over and over, each on a cleared canvas, while it is let."""

    def __init__(self, driver: Driver, probe: LatencyProbe, drawings: Sequence[Ink]) -> None:
        super().__init__(driver, probe, endless(drawings))
        self._drawings = drawings
        self._down: PointerEvent | None = None

    def write(self, seconds: float = WRITING_SECONDS) -> None:
        """Write for so long, and lift the pen when all of it is on screen."""
        with self:
            process_for(seconds)

    def __enter__(self) -> Pen:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._down is not None:
            self._driver.pen.send(replace(self._down, phase=Phase.UP))
            self._down = None
        self.source = endless(self._drawings)
        wait_until(self._probe.caught_up)

    def sent(self, event: PointerEvent, *, is_read: bool) -> None:
        self._down = None if event.phase is Phase.UP else event


@dataclass(frozen=True, slots=True)
class Table:
    """What the acts of a cycle use."""

    driver: Driver
    pen: Pen
    folder: Path


#: Of each of these layers so many maps or units.
EXPLAINED: Final = {"C1": 6, "S2": 6, "C3": 16, "C5": 120, "F6": 84, "output": 10}
Act = Callable[[Table, int], None]


def change_network(table: Table, number: int) -> None:
    """Read with the next of the networks, in mid-writing."""
    with table.pen:
        table.driver.choose_model(MODEL_NAMES[(number + 1) % len(MODEL_NAMES)])
        process_for(WRITING_SECONDS)


def change_looks(table: Table, number: int) -> None:
    """Switch the theme there and back, and go through the sizes, in mid-writing."""
    with table.pen:
        for size in SIZES:
            table.driver.switch_theme()
            table.driver.resize(*size)
            process_for(WRITING_SECONDS / 2)
        table.driver.switch_theme()
        process_for(WRITING_SECONDS)


def undo_and_redo(table: Table, number: int) -> None:
    """Undo, redo and clear what is written."""
    table.pen.write()
    for action in ("undo", "undo", "undo", "redo", "redo", "clear", "undo", "clear"):
        table.driver.act(action)
        process_for(0.1)


def open_files(table: Table, number: int) -> None:
    """Open a picture and an ink file, and write over them."""
    for name in (PICTURE, INK):
        table.driver.open_file(table.folder / name)
        process_for(0.5)
        table.pen.write(WRITING_SECONDS / 2)


def train(table: Table, number: int) -> None:
    """Write beside a training until it has ended; its run is deleted."""
    preset = TRAINING_PRESETS[0]
    fraction = STEPS * BATCH / (MNIST_IMAGES - VALIDATION)
    recipe = replace(
        preset.recipe, epochs=1, batch_size=BATCH, validation=VALIDATION, fraction=fraction
    )
    page = table.driver.open_train_page()
    listener = table.driver.listen_to_training()
    page.training_requested.emit(Plan(preset.model, recipe))
    process_for(1.0)
    table.driver.open_page("draw")
    with table.pen:
        wait_until(lambda: listener.ended is not None, TRAINING_SECONDS)
        process_for(WRITING_SECONDS)
    assert listener.ended is not None
    if listener.folder is None or not listener.losses:
        raise RuntimeError(f"a training fails: {listener.ended.message}")
    run_bin.delete(runs.read(listener.folder))


def evaluate(table: Table, number: int) -> None:
    """Write beside an evaluation until its results are shown."""
    page = table.driver.open_evaluate_page()
    before = page.results
    page.first.select(MODEL_NAMES[number % len(MODEL_NAMES)])
    page.evaluate()
    table.driver.open_page("draw")
    with table.pen:
        wait_until(lambda: page.results is not before, EVALUATION_SECONDS)
    table.driver.open_page("evaluate")
    process_for(0.5)
    table.driver.open_page("draw")


def explain(table: Table, number: int) -> None:
    """Write while units are explained, maps are held, and a saliency and weights are shown."""
    driver = table.driver
    with table.pen:
        for layer, units in EXPLAINED.items():
            driver.inspect(Unit(layer, number % units))
            process_for(WRITING_SECONDS / 4)
        driver.act("best_patches")
        process_for(WRITING_SECONDS / 2)
        for action in ("switch_off", "saliency", "weights"):
            driver.act(action)
            process_for(WRITING_SECONDS / 2)
        for action in ("weights", "saliency", "bring_back"):
            driver.act(action)
        driver.inspect(None)
        process_for(WRITING_SECONDS / 2)


def compare(table: Table, number: int) -> None:
    """Write beside what is frozen, and while another network reads the same."""
    driver = table.driver
    driver.wait_for_reading()
    driver.act("freeze")
    table.pen.write()
    driver.act("freeze")
    driver.act("end_comparison")
    driver.act("compare_networks")
    table.pen.write()
    driver.act("end_comparison")


def present(table: Table, number: int) -> None:
    """Write on the stage with a second window, and show another page there."""
    driver = table.driver
    driver.open_stage(*STAGE)
    table.pen.write()
    for _ in range(2):
        driver.act("segmentation_graph")
        process_for(WRITING_SECONDS / 2)
    driver.open_train_page()
    process_for(WRITING_SECONDS / 2)
    driver.open_page("draw")
    driver.close_stage()


#: A cycle.
ACTS: Final[tuple[Act, ...]] = (
    *(change_network, change_looks, undo_and_redo, explain, compare, open_files, present, train),
    *(change_network, evaluate),
)


class Warnings(logging.Handler):
    """Keeps the first lines of warnings and errors; so many that a report can be read."""

    def __init__(self, most: int = 20) -> None:
        super().__init__(logging.WARNING)
        self._most = most
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.lines) < self._most:
            self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def run(arguments: argparse.Namespace) -> int:
    """Use the window, print a line a minute and at last what grows; 1 where something does."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    drawings = [drawing.ink for drawing in read_ink(resources.path("ink/samples.jsonl"))]
    warnings = Warnings()
    logging.getLogger().addHandler(warnings)
    logging.captureWarnings(True)
    try:
        with Driver({"device": "cpu"}, keeps_data=True) as driver:
            log_qt_messages()
            report = soak(driver, drawings, arguments.minutes, warnings, quiet=arguments.json)
    finally:
        logging.getLogger().removeHandler(warnings)
        logging.captureWarnings(False)
    if arguments.json:
        print(json.dumps(as_json(report)))
    else:
        print("\n".join(report.failures) or f"nothing grows; memory {report.growth:+.1%}")
    return 1 if report.failures else 0


def as_json(report: Report) -> dict[str, Any]:
    """A report as JSON has it."""
    return {**asdict(report), "growth": report.growth, "failures": report.failures}


def soak(
    driver: Driver,
    drawings: Sequence[Ink],
    minutes: float,
    warnings: Warnings,
    acts: Sequence[Act] = ACTS,
    *,
    quiet: bool = False,
) -> Report:
    """Go through the acts, over and over, for so many minutes; the last cycle is finished."""
    probe = LatencyProbe(driver)
    driver.wait_for_reading()
    latencies: list[Latencies] = []  # one for each minute
    samples: list[Sample] = []
    began = time.perf_counter()
    minute, printed = 0.0, 0
    if not quiet:
        print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        table = Table(driver, Pen(driver, probe, drawings), Path(folder))
        _save_files(table, drawings[0])
        for number in count():
            for act in acts:
                try:
                    act(table, number)
                except RuntimeError as error:
                    raise RuntimeError(f"in {act.__name__}: {error}") from error
                minute = (time.perf_counter() - began) / 60
                while len(latencies) <= int(minute):
                    latencies.append(Latencies())
                latencies[-1].add(probe.latencies)
                probe.latencies.clear()
            samples.append(sample(minute))
            if not quiet and (int(minute) > printed or minute >= minutes):
                printed = int(minute)
                print(_line(samples[-1], latencies[-2:], len(warnings.lines)), flush=True)
            if minute >= minutes:
                break
    part = math.ceil(stretch(minutes))
    return Report(
        minute,
        tuple(samples),
        _together(latencies[:part]).percentile(99),
        _together(latencies[-part:]).percentile(99),
        tuple(warnings.lines),
    )


def sample(minute: float) -> Sample:
    """What there is now, of this process. Handles and children are counted where /proc is."""
    gc.collect()
    own = Path("/proc/self")
    there = own.exists()
    children = len(multiprocessing.active_children())
    if there:
        tasks = list((own / "task").iterdir())
        children = sum(len((task / "children").read_text().split()) for task in tasks)
    return Sample(
        round(minute, 2),
        round(resident_megabytes(), 1),
        len(tasks) if there else threading.active_count(),
        len(os.listdir(own / "fd")) if there else 0,
        children,
    )


HEAD: Final = (
    f"{'minute':>8}{'memory MB':>11}{'threads':>9}{'handles':>9}{'children':>10}"
    f"{'p50 ms':>9}{'p99 ms':>9}{'events':>9}{'warnings':>10}"
)


def _line(now: Sample, latencies: Sequence[Latencies], warnings: int) -> str:
    recent = _together(latencies)
    return (
        f"{now.minute:>8.1f}{now.memory_mb:>11.1f}{now.threads:>9}{now.handles:>9}"
        f"{now.children:>10}{recent.percentile(50):>9.1f}{recent.percentile(99):>9.1f}"
        f"{int(recent.counts.sum()):>9}{warnings:>10}"
    )


def _together(latencies: Sequence[Latencies]) -> Latencies:
    total = Latencies()
    for one in latencies:
        total.counts += one.counts
    return total


def _save_files(table: Table, ink: Ink) -> None:
    """The files that are opened over and over."""
    write_ink(table.folder / INK, [Drawing(ink)])
    if not table.driver.picture().copy(0, 0, 400, 400).save(str(table.folder / PICTURE)):
        raise OSError(f"{table.folder / PICTURE} cannot be written")
