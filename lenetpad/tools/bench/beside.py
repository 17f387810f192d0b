"""The pen while a network trains beside it, and what the pen costs the training."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Slot

from lenetpad.app import Program
from lenetpad.engine.trainer import Trainer
from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.pen import Watch, pen_to_paint
from lenetpad.tools.synthetic_pen import process_until, wait_until
from lenetpad.values.recipes import TRAINING_PRESETS, Plan
from lenetpad.values.training import Begun, Control, Ended, Order, Progress, Snapshot

#: How long the training is timed with nobody writing.
ALONE_SECONDS: Final = 8.0
#: How long it may take to begin.
START_SECONDS: Final = 300.0
#: Of a training's first reports, how many do not count.
WARM_UP_REPORTS: Final = 10


def beside_training(
    pad: Program, watch: Watch, drawings: Sequence[Ink], events: int
) -> dict[str, Any]:
    """Pen event until all panels are painted while the "Quick" preset trains without an end, and
    images per second of that training with nobody writing and with the pen; then the same while
    the pad watches the training, as far as the pen is concerned."""
    preset = TRAINING_PRESETS[0]
    plan = Plan(preset.model, replace(preset.recipe, epochs=10_000))
    with tempfile.TemporaryDirectory() as root:
        trainer = Trainer()
        told = _Told(trainer, pad)
        trainer.start(Order(plan, Path(root)))
        try:
            wait_until(lambda: told.failure or len(told.speeds) > WARM_UP_REPORTS, START_SECONDS)
            if told.failure:
                raise RuntimeError(told.failure)
            told.speeds.clear()
            process_until(time.perf_counter() + ALONE_SECONDS)
            wait_until(lambda: told.speeds)  # on a busy machine a report takes longer
            alone = told.images_per_second
            told.speeds.clear()
            beside = pen_to_paint(pad, watch, drawings, events)
            wait_until(lambda: told.speeds)
            with_pen = told.images_per_second
            folder = told.folder
            assert folder is not None
            told.follow(folder)
            watched = pen_to_paint(pad, watch, drawings, events)
        finally:
            trainer.close()
    return {
        "pen_to_paint_beside_training_ms": beside,
        "pen_to_paint_watching_ms": watched,
        "training_alone_images_per_s": round(alone),
        "training_beside_pen_images_per_s": round(with_pen),
    }


class _Told(QObject):
    """Takes in what a training tells, and lets the pad watch it."""

    def __init__(self, trainer: Trainer, pad: Program) -> None:
        super().__init__()
        self.speeds: list[tuple[int, float]] = []  # steps and images a second of each report
        self.folder: Path | None = None
        self.snapshots = 0
        self.failure = ""
        self._trainer, self._pad = trainer, pad
        trainer.message_received.connect(self._take)

    @property
    def images_per_second(self) -> float:
        """The mean over the steps that were reported since the list was cleared."""
        steps = sum(count for count, _ in self.speeds)
        return steps / sum(count / speed for count, speed in self.speeds)

    def follow(self, folder: Path) -> None:
        """Let the pad read with the training's weights, every half second anew."""
        from lenetpad.storage.runs import snapshots

        self._pad.training.weights_chosen.emit(str(snapshots(folder)[-1][1]))
        self._trainer.control(Control.WATCH)
        wait_until(lambda: self.snapshots > 2)

    @Slot(object)
    def _take(self, message: object) -> None:
        match message:
            case Begun():
                self.folder = message.folder
            case Progress():
                self.speeds.append((len(message.losses), message.images_per_second))
            case Snapshot():
                self.snapshots += 1
                self._pad.training.snapshot_received.emit(message)
            case Ended():
                self.failure = message.message
