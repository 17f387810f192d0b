"""`lenetpad demo`: the real window, written into by a synthetic hand, as pictures and a GIF."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication

from lenetpad import app
from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Ink
from lenetpad.storage import resources
from lenetpad.tools.synthetic_pen import Hand, movements, process_until, wait_until
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.values.recipes import Recipe
from lenetpad.values.training import Progress

SIZE: Final = (1280, 800)
PICTURES: Final = ("window.png", "window-dark.png", "writing.gif", "train.png", "evaluate.png")
SHOWN: Final = 3  # the digit in window.png
#: Which sample drawings the GIF writes, at a hand's speed.
WRITTEN: Final = (2, 14, 37)
FRAME_SECONDS: Final = 0.08
PAUSE_SECONDS: Final = 0.9  # on each finished digit
GIF_WIDTH: Final = 960
GIF_COLOURS: Final = 128
#: The training whose curves are shown: short, for the demo is not to take long.
TRAINED: Final = Recipe(epochs=8, lr=4e-3, distortions=None, fraction=0.1, validation=1000)
SHOWN_STEP: Final = 200  # of 376
TRAINED_SECONDS: Final = 600.0  # at the most
#: The two sets of weights that are compared.
COMPARED: Final = ("lenet5-1998", "lenet5-study-paper")


def run(arguments: argparse.Namespace) -> int:
    """Save pictures of the window and its pages in the folder ``arguments.out``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    samples = [drawing.ink for drawing in read_ink(resources.path("ink/samples.jsonl"))]
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "demo.ini"), QSettings.Format.IniFormat)
        settings.setValue("theme", ThemeChoice.LIGHT.value)
        stage = Stage(app.Program(settings, Path(folder)))
        try:
            stage.write(samples[SHOWN])
            stage.save(out / "window.png")
            stage.pad.window.set_theme(ThemeChoice.DARK)
            stage.save(out / "window-dark.png")
            stage.pad.window.set_theme(ThemeChoice.LIGHT)
            save_gif(out / "writing.gif", stage.film([samples[number] for number in WRITTEN]))
            stage.train()
            stage.save(out / "train.png")
            stage.evaluate()
            stage.save(out / "evaluate.png")
        finally:
            stage.pad.close()  # without asking whether the training may be stopped
            stage.pad.window.close()
    del application
    for name in PICTURES:
        print(out / name)
    return 0


class Stage:
    """A shown pad and the hand that writes on it."""

    def __init__(self, pad: app.Program) -> None:
        self.pad = pad
        self._painted = self._trained = 0
        pad.draw.page.reading_painted.connect(self._note)
        pad.window.resize(*SIZE)
        pad.window.show()
        self._wait_for_reading()
        self._hand = Hand(pad.draw.page.canvas)

    def write(self, ink: Ink) -> None:
        """Write a drawing point by point at its own speed, on a cleared canvas."""
        self.pad.draw.page.canvas.clear()
        begun = time.perf_counter()
        for touch in movements(ink):
            process_until(begun + touch.t)
            self._hand.send(touch)
        self._wait_for_reading()
        process_until(time.perf_counter() + 0.6)  # until the shown latency is refreshed

    def film(self, drawings: Sequence[Ink]) -> list[tuple[QPixmap, float]]:
        """Pictures of the window while it is written on, each with the seconds it is shown."""
        frames: list[tuple[QPixmap, float]] = []
        for ink in drawings:
            self.pad.draw.page.canvas.clear()
            begun, shot = time.perf_counter(), 0
            for touch in movements(ink):
                process_until(begun + touch.t)
                self._hand.send(touch)
                if touch.t >= shot * FRAME_SECONDS:
                    stopped = time.perf_counter()
                    self._wait_for_reading()
                    frames.append((self._picture(), FRAME_SECONDS))
                    shot += 1
                    begun += time.perf_counter() - stopped  # taking the picture takes no time
            self._wait_for_reading()
            frames.append((self._picture(), PAUSE_SECONDS))
        return frames

    def train(self) -> None:
        """Open the Train page and train a network."""
        window, training = self.pad.window, self.pad.training
        window.open_page("train")
        wait_until(lambda: training.page is not None)
        page = training.page
        assert page is not None
        training.trainer.message_received.connect(self._note_training)
        plan = replace(page.form.plan, recipe=TRAINED)
        page.form.show_plan(plan)
        page.training_requested.emit(plan)
        wait_until(lambda: self._trained >= SHOWN_STEP or page.banner.isVisible(), TRAINED_SECONDS)
        if page.banner.isVisible():
            raise RuntimeError(page.banner.text)
        process_until(time.perf_counter() + 0.5)  # until the curves are drawn

    def evaluate(self) -> None:
        """Open the Evaluate page and compare two sets of weights."""
        window, evaluation = self.pad.window, self.pad.evaluation
        window.open_page("evaluate")
        wait_until(lambda: evaluation.page is not None)
        page = evaluation.page
        assert page is not None
        page.first.select(COMPARED[0])
        page.second.select(COMPARED[1])
        page.evaluate()
        wait_until(lambda: page.results is not None)
        process_until(time.perf_counter() + 0.5)

    def save(self, path: Path) -> None:
        """Save a picture of the window."""
        wait_until(lambda: not self.pad.window.restyling)
        QApplication.processEvents()
        if not self._picture().save(str(path)):
            raise OSError(f"{path} cannot be written")

    def _picture(self) -> QPixmap:
        return self.pad.window.grab()

    def _note(self, reading: Any) -> None:
        self._painted = reading.serial

    def _note_training(self, told: Any) -> None:
        if isinstance(told, Progress):
            self._trained = told.step

    def _wait_for_reading(self) -> None:
        """Handle events until the latest sheet's reading is painted."""
        try:
            wait_until(lambda: self._painted >= max(1, self.pad.draw.serial))
        except RuntimeError:
            message = self.pad.draw.page.banner.text or "the network did not load in time"
            raise RuntimeError(message) from None


def save_gif(path: Path, frames: Sequence[tuple[QPixmap, float]]) -> None:
    """Save pictures as an animated GIF that runs for ever, one palette for all of them."""
    from PIL import Image

    pictures = []
    for pixmap, _ in frames:
        image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGB888)
        raw = bytes(image.constBits())
        picture = Image.frombytes(
            "RGB", (image.width(), image.height()), raw, "raw", "RGB", image.bytesPerLine()
        )
        height = round(GIF_WIDTH * picture.height / picture.width)
        pictures.append(picture.resize((GIF_WIDTH, height), Image.Resampling.LANCZOS))
    palette = pictures[-1].quantize(GIF_COLOURS)
    indexed = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    durations = [round(1000 * seconds) for _, seconds in frames]
    indexed[0].save(
        path, save_all=True, append_images=indexed[1:], duration=durations, loop=0, optimize=True
    )
