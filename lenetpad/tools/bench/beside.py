"""The pen while a network trains beside it, and what the pen costs the training."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lenetpad.ink.strokes import Ink
from lenetpad.storage.runs import snapshots
from lenetpad.tools.bench.pen import LatencyProbe, pen_to_paint
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import process_for, wait_until
from lenetpad.tools.training import BackgroundTraining, TrainingListener
from lenetpad.values.recipes import TRAINING_PRESETS, Plan

#: How long the training is timed with nobody writing.
ALONE_SECONDS: Final = 8.0
#: How long it may take to begin.
START_SECONDS: Final = 300.0
#: Of a training's first reports, how many do not count.
WARM_UP_REPORTS: Final = 10


def beside_training(
    driver: Driver, probe: LatencyProbe, drawings: Sequence[Ink], events: int
) -> dict[str, Any]:
    """Pen event until all panels are painted while the "Quick" preset trains without an end, and
    images per second of that training with nobody writing and with the pen; then the same while
    the pad watches the training, as far as the pen is concerned."""
    preset = TRAINING_PRESETS[0]
    plan = Plan(preset.model, replace(preset.recipe, epochs=10_000))
    with tempfile.TemporaryDirectory() as root, BackgroundTraining(plan, Path(root)) as training:
        listener = training.listener
        _wait_for_reports(listener)
        listener.speeds.clear()
        process_for(ALONE_SECONDS)
        wait_until(lambda: listener.speeds)  # on a busy machine a report takes longer
        alone = listener.images_per_second
        listener.speeds.clear()
        beside = pen_to_paint(driver, probe, drawings, events)
        wait_until(lambda: listener.speeds)
        with_pen = listener.images_per_second
        _watch(driver, training)
        watching = pen_to_paint(driver, probe, drawings, events)
    return {
        "pen_to_paint_beside_training_ms": beside,
        "pen_to_paint_watching_ms": watching,
        "training_alone_images_per_s": round(alone),
        "training_beside_pen_images_per_s": round(with_pen),
    }


def _wait_for_reports(listener: TrainingListener) -> None:
    """Wait until the training is warm; RuntimeError where it ends before."""
    wait_until(
        lambda: listener.ended or len(listener.speeds) > WARM_UP_REPORTS,
        START_SECONDS,
    )
    if listener.ended:
        raise RuntimeError(listener.ended.message)


def _watch(driver: Driver, training: BackgroundTraining) -> None:
    """Let the pad read with the training's weights, every half second anew."""
    listener = training.listener
    folder = listener.folder
    assert folder is not None
    driver.read_with(snapshots(folder)[-1][1])
    listener.snapshot_received.connect(driver.refresh)
    training.send_snapshots()
    wait_until(lambda: listener.snapshots > 2)
