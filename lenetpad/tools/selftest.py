"""`lenetpad selftest`: whether this installation works, from the pen to a training.

It drives the real window with a synthetic pen, reads with every network that ships, and trains in
the process that the Train page uses. Nothing is kept but a picture of the window.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtGui import QGuiApplication

from lenetpad.ink.files import Drawing, read_ink
from lenetpad.storage import resources
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import wait_until
from lenetpad.tools.training import BackgroundTraining
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.recipes import TRAINING_PRESETS, Plan
from lenetpad.values.training import Outcome

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
    with Driver({"device": "cpu"}) as driver:
        _say(f"the window opens, on {QGuiApplication.platformName()}")
        for name in MODEL_NAMES:
            correct = read_with(driver, name, samples)
            _say(f"{name} reads {correct} of {len(samples)} sample digits")
        picture = out / PICTURE
        driver.save_picture(picture)
        _say(f"the window is painted: {picture}")
    with tempfile.TemporaryDirectory() as folder:
        losses = train(Path(folder))
    _say(
        f"a training takes {len(losses)} steps in a process of its own, "
        f"loss {losses[0]:.2f} to {losses[-1]:.2f}"
    )
    return 0


def read_with(driver: Driver, name: str, samples: Sequence[Drawing]) -> int:
    """Choose a network and write drawings; how many it reads right.

    Raises RuntimeError where it does not load, or reads more than one in five wrong.
    """
    driver.choose_model(name)
    correct = 0
    for sample in samples:
        driver.canvas.clear()
        driver.pen.write(sample.ink)
        driver.wait_for_reading()
        correct += driver.verdict == str(sample.label)
    if correct < 0.8 * len(samples):
        raise RuntimeError(f"{name} reads only {correct} of {len(samples)} sample digits")
    return correct


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
    with BackgroundTraining(Plan(preset.model, recipe), root / "runs") as training:
        listener = training.listener
        wait_until(lambda: listener.ended is not None, TRAINING_SECONDS)
    ended = listener.ended
    assert ended is not None
    if ended.outcome is not Outcome.FINISHED:
        raise RuntimeError(f"a training fails: {ended.message}")
    if len(listener.losses) < STEPS:
        raise RuntimeError(f"a training tells of {len(listener.losses)} steps in place of {STEPS}")
    return listener.losses


def _say(line: str) -> None:
    print(f"ok: {line}", flush=True)
