"""`lenetpad selftest`: whether this installation works, from the pen to a training.

It drives the real window as a hand would, reads with every network that ships, and trains in the
process that the Train page uses. Nothing is kept but a picture of the window.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSettings, Slot

from lenetpad import app
from lenetpad.engine.trainer import Trainer
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.storage import resources
from lenetpad.tools.synthetic_pen import Hand, wait_until
from lenetpad.values.models import MODEL_NAMES, ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.recipes import TRAINING_PRESETS, Plan
from lenetpad.values.training import Ended, Order, Outcome, Progress

SIZE: Final = (1280, 800)
DIGITS: Final = 10
STEPS: Final = 20  # of the training
BATCH: Final = 64
VALIDATION: Final = 100  # images
MNIST_IMAGES: Final = 60_000
TRAINING_SECONDS: Final = 300.0
PICTURE: Final = "selftest.png"


def run(arguments: argparse.Namespace) -> int:
    """Check everything and say so line by line; RuntimeError names what does not work."""
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    samples = read_ink(resources.path("ink/samples.jsonl"))[:DIGITS]
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "selftest.ini"), QSettings.Format.IniFormat)
        settings.setValue("device", "cpu")
        trial = Trial(app.Program(settings))
        try:
            _say(f"the window opens, on {application.platformName()}")
            for name in MODEL_NAMES:
                read = trial.read_with(name, samples)
                _say(f"{name} reads {read} of {len(samples)} sample digits")
            picture = out / PICTURE
            if not trial.pad.window.grab().save(str(picture)):
                raise RuntimeError(f"{picture} cannot be written")
            _say(f"the window is painted: {picture}")
        finally:
            trial.pad.window.close()
        losses = train(Path(folder))
        _say(
            f"a training takes {len(losses)} steps in a process of its own, "
            f"loss {losses[0]:.2f} to {losses[-1]:.2f}"
        )
    del application
    return 0


class Trial(QObject):
    """A shown pad and the hand that writes on it."""

    def __init__(self, pad: app.Program) -> None:
        super().__init__()
        self.pad = pad
        self._model = ""
        self._painted = 0  # the serial that is on screen
        pad.draw.recognition.model_ready.connect(self._note_model)
        pad.draw.page.reading_painted.connect(self._note_reading)
        pad.window.resize(*SIZE)
        pad.window.show()
        self._hand = Hand(pad.draw.page.canvas)

    def read_with(self, name: str, samples: Sequence[Drawing]) -> int:
        """Choose a network and write drawings; how many it reads right.

        Raises RuntimeError where it does not load, or reads more than one in five wrong.
        """
        self.pad.window.model_chosen.emit(name)
        self._wait(lambda: self._model == name, f"{name} does not load")
        right = 0
        for sample in samples:
            self.pad.draw.page.canvas.clear()
            self._hand.write(sample.ink)
            self._wait(
                lambda: self._painted >= self.pad.draw.serial, "what is written is not read"
            )
            right += self.pad.draw.page.verdict.verdict == str(sample.label)
        if right < 0.8 * len(samples):
            raise RuntimeError(f"{name} reads only {right} of {len(samples)} sample digits")
        return right

    def _wait(self, condition: Callable[[], bool], complaint: str) -> None:
        try:
            wait_until(condition)
        except RuntimeError:
            raise RuntimeError(self.pad.draw.page.banner.text or complaint) from None

    @Slot(object)
    def _note_model(self, ready: ModelReady) -> None:
        self._model = ready.choice.model

    @Slot(object)
    def _note_reading(self, reading: Reading) -> None:
        self._painted = reading.serial


def train(root: Path) -> list[float]:
    """Train for a few steps as the Train page does, in a run under ``root``; the losses.

    Raises RuntimeError where it does not come to its end.
    """
    preset = TRAINING_PRESETS[0]
    recipe = replace(
        preset.recipe,
        epochs=1,
        batch_size=BATCH,
        validation=VALIDATION,
        fraction=STEPS * BATCH / (MNIST_IMAGES - VALIDATION),
    )
    told = _Told()
    trainer = Trainer()
    trainer.message_received.connect(told.take)
    try:
        trainer.start(Order(Plan(preset.model, recipe), root / "runs"))
        wait_until(lambda: told.ended is not None, TRAINING_SECONDS)
    finally:
        trainer.close()
    ended = told.ended
    assert ended is not None
    if ended.outcome is not Outcome.FINISHED:
        raise RuntimeError(f"a training fails: {ended.message}")
    if len(told.losses) < STEPS:
        raise RuntimeError(f"a training tells of {len(told.losses)} steps in place of {STEPS}")
    return told.losses


class _Told(QObject):
    """Takes in what a training tells."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[float] = []
        self.ended: Ended | None = None

    @Slot(object)
    def take(self, message: object) -> None:
        """A message of the training process."""
        match message:
            case Progress():
                self.losses.extend(message.losses)
            case Ended():
                self.ended = message


def _say(line: str) -> None:
    print(f"ok: {line}", flush=True)
