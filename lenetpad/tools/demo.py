"""`lenetpad demo`: the real window, written on by a synthetic pen, as pictures and a GIF."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap

from lenetpad.ink.examples import NUMBERS
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.strokes import Ink
from lenetpad.ink.styles import written
from lenetpad.storage import resources
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import process_for, wait_until
from lenetpad.ui.draw.inspector.inspected import Place
from lenetpad.ui.widgets.film import animated
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.values.explanation import Unit
from lenetpad.values.recipes import Recipe

PICTURES: Final = (
    "window.png",
    "window-dark.png",
    "writing.gif",
    "inspector.png",
    "best-patches.png",
    "saliency.png",
    "layers.png",
    "layers.svg",
    "weights.png",
    "comparison.png",
    "number.png",
    "segmentation-graph.png",
    "time-line.png",
    "stage.png",
    "hand.png",
    "train.png",
    "evaluate.png",
)
SHOWN: Final = 3  # the digit in window.png
CHANGED: Final = 8  # and the one that is compared with it
EXPLAINED: Final = Unit("C3", 7, 4, 5)
FOLLOWED: Final = Place(2, 13)  # of its products, the one that is marked
#: Which sample drawings the GIF writes, at their own speed.
WRITTEN: Final = (2, 14, 37)
#: Which of the numbers is written, and how large the stage is that shows it.
NUMBER: Final = 0
STAGE: Final = (1280, 720)
#: Whose hand is learnt: a writer of the forms that we drew, who was misread.
HAND_SEED: Final = 349
FRAME_SECONDS: Final = 0.08
PAUSE_SECONDS: Final = 0.9  # on each finished digit
GIF_WIDTH: Final = 960
#: The training whose curves are shown: short, for the demo is not to take long.
TRAINED: Final = Recipe(epochs=8, lr=4e-3, distortions=None, fraction=0.1, validation=1000)
SHOWN_STEP: Final = 200  # of 376
TRAINED_SECONDS: Final = 600.0  # at the most
#: The two sets of weights that are compared.
COMPARED: Final = ("lenet5-1998", "lenet5-study-paper")
NOT_LOADED: Final = "the network did not load in time"


def run(arguments: argparse.Namespace) -> int:
    """Save pictures of the window and its pages in the folder ``arguments.out``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    samples = [drawing.ink for drawing in read_ink(resources.path("ink/samples.jsonl"))]
    with Driver({"theme": ThemeChoice.LIGHT.value}, keeps_data=True) as driver:
        driver.wait_for_reading(NOT_LOADED)
        write(driver, samples[SHOWN])
        driver.save_picture(out / "window.png")
        driver.set_theme(ThemeChoice.DARK)
        driver.save_picture(out / "window-dark.png")
        driver.set_theme(ThemeChoice.LIGHT)
        explain(driver, out)
        compare(driver, out, samples[CHANGED])
        read_number(driver, out)
        teach(driver, out)
        save_gif(out / "writing.gif", film(driver, [samples[number] for number in WRITTEN]))
        train(driver)
        driver.save_picture(out / "train.png")
        evaluate(driver)
        driver.save_picture(out / "evaluate.png")
    for name in PICTURES:
        print(out / name)
    return 0


def write(driver: Driver, ink: Ink) -> None:
    """Write a drawing at its own speed, on a cleared canvas."""
    for _ in driver.play(ink):
        pass
    driver.wait_for_reading(NOT_LOADED)
    process_for(0.6)  # until the shown latency is refreshed


def explain(driver: Driver, out: Path) -> None:
    """Save a unit's arithmetic, what it looks for, what speaks for the answer, and the weights."""
    driver.inspect(EXPLAINED)
    driver.inspector.follow(FOLLOWED)
    driver.save_picture(out / "inspector.png")
    driver.act("best_patches")
    view = driver.inspector.best_patches
    assert view is not None
    wait_until(lambda: view.picture.found is not None)
    driver.save_picture(out / "best-patches.png")
    driver.let_go()
    driver.act("saliency")
    wait_until(lambda: driver.maps.saliency is not None)
    driver.save_picture(out / "saliency.png")
    driver.act("saliency")
    driver.inspect(None)
    driver.save_layers(out / "layers.png")
    driver.save_layers(out / "layers.svg")
    driver.act("weights")
    driver.save_picture(out / "weights.png")
    driver.act("weights")


def compare(driver: Driver, out: Path, ink: Ink) -> None:
    """Save what is read of another drawing beside what was frozen."""
    driver.act("freeze")
    write(driver, ink)
    driver.save_picture(out / "comparison.png")
    driver.act("end_comparison")


def read_number(driver: Driver, out: Path) -> None:
    """Save a number, how it is read, what was read while it was written, and the stage."""
    write(driver, read_ink(resources.path(NUMBERS))[NUMBER].ink)
    driver.save_picture(out / "number.png")
    driver.act("segmentation_graph")
    driver.save_picture(out / "segmentation-graph.png")
    driver.act("segmentation_graph")
    driver.act("time_line")
    driver.wait_for_time_line()
    driver.save_picture(out / "time-line.png")
    driver.act("time_line")
    driver.open_stage(*STAGE)
    driver.save_picture(out / "stage.png")
    driver.close_stage()


def teach(driver: Driver, out: Path) -> None:
    """Have a hand learnt, and save what has changed; then read without it."""
    rng = np.random.default_rng(HAND_SEED)
    driver.teach([Drawing(written(digit, rng, newer=True), digit) for digit in range(10)])
    driver.save_changes(out / "hand.png")
    driver.act("hand_on")
    driver.wait_for_reading(NOT_LOADED)


def film(driver: Driver, drawings: Sequence[Ink]) -> list[tuple[QPixmap, float]]:
    """Pictures of the window while it is written on, each with the seconds it is shown."""
    frames: list[tuple[QPixmap, float]] = []
    for ink in drawings:
        shot = 0
        for event in driver.play(ink):
            if event.t >= shot * FRAME_SECONDS:
                driver.wait_for_reading(NOT_LOADED)
                frames.append((driver.picture(), FRAME_SECONDS))
                shot += 1
        driver.wait_for_reading(NOT_LOADED)
        frames.append((driver.picture(), PAUSE_SECONDS))
    return frames


def train(driver: Driver) -> None:
    """Open the Train page and train a network, until its curves are worth a picture."""
    page = driver.open_train_page()
    listener = driver.listen_to_training()
    plan = replace(page.form.plan, recipe=TRAINED)
    page.form.show_plan(plan)
    page.training_requested.emit(plan)
    wait_until(lambda: listener.step >= SHOWN_STEP or page.banner.isVisible(), TRAINED_SECONDS)
    if page.banner.isVisible():
        raise RuntimeError(page.banner.text)
    process_for(0.5)  # until the curves are drawn


def evaluate(driver: Driver) -> None:
    """Open the Evaluate page and compare two sets of weights."""
    page = driver.open_evaluate_page()
    page.first.select(COMPARED[0])
    page.second.select(COMPARED[1])
    page.evaluate()
    wait_until(lambda: page.results is not None)
    process_for(0.5)


def save_gif(path: Path, frames: Sequence[tuple[QPixmap, float]]) -> None:
    """Save pictures as an animated GIF that runs for ever."""
    smooth = Qt.TransformationMode.SmoothTransformation
    shown = [(p.toImage().scaledToWidth(GIF_WIDTH, smooth), seconds) for p, seconds in frames]
    path.write_bytes(animated(shown, path.suffix))
