"""Whatever the window writes where the user says may be given away: it tells of no folder, user
or machine. What is painted is told too."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
import pytest
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.controllers.networks import Networks
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.weights import load, serialised
from lenetpad.storage import hands, resources
from lenetpad.storage.hands import LearntNetwork
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.training.export import ONNX_PACKAGES
from lenetpad.ui.draw.taking.offers import REPLAY, offers
from lenetpad.ui.widgets.export_options import Look
from lenetpad.values.evaluation import DataChoice, EvaluationResults
from lenetpad.values.history import History
from lenetpad.values.models import Choice, ModelReady, name_for_a_report
from lenetpad.values.reading import Reading
from lenetpad.values.training import Progress
from tests.given_away import SECRETS, told

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])
PATIENCE = 180_000  # ms; torch is loaded
WEIGHTS = [".safetensors", ".pth", ".pt"]
ONNX_MISSING = any(importlib.util.find_spec(name) is None for name in ONNX_PACKAGES)


class Exports:
    """The window in a home, what it has written there, and what it has painted there."""

    def __init__(
        self, qtbot: QtBot, program: Program, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.qtbot, self.program, self.home = qtbot, program, home
        self.monkeypatch = monkeypatch
        self.written: list[Path] = []
        self.painted: list[str] = []
        for painter, name in ((QPainter, "drawText"), (QPainterPath, "addText")):
            plain = getattr(painter, name)

            def note(self_: Any, *arguments: Any, plain: Any = plain) -> Any:
                file = not isinstance(self_, QPainter) or isinstance(self_.device(), QImage)
                if file:  # and no widget on the screen
                    self.painted.extend(one for one in arguments if isinstance(one, str))
                return plain(self_, *arguments)

            monkeypatch.setattr(painter, name, note)

    def opened(self, name: str) -> Any:
        """The page of a name, once it is there."""
        self.program.window.open_page(name)
        pages = self.program.window.page_widgets
        self.qtbot.waitUntil(lambda: name in pages, timeout=PATIENCE)
        return pages[name]

    def expect(self, page: Any, name: str, begin: Callable[[], object]) -> None:
        """Export something into the home under a name, and wait until the page says so."""
        path = self.home / name
        self.monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        begin()
        exporter = getattr(page, "exporter", None)
        for asking in (
            exporter,
            self.program.draw.documents.tray.question,
        ):  # looks, or the label of ink
            if asking is not None and asking.dialog is not None:
                asking.dialog.accept()
        words = f"Wrote {name} to {self.home}"
        self.qtbot.waitUntil(lambda: page.banner.text == words, timeout=PATIENCE)
        self.written.append(path)


@pytest.fixture
def exports(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Exports:
    monkeypatch.setattr(Networks, "load_first", lambda networks: None)
    return Exports(qtbot, make_program(folder=home), home, monkeypatch)


def a_history(folder: Path) -> History:
    made = History(folder, "a run")
    made.add(
        Progress(
            *(1, 4, 20, 80, 1.5, 0.01, 5000.0),
            validation_loss=0.5,
            validation_error=0.1,
            losses=(1.5,) * 20,
        )
    )
    return made


def test_what_the_draw_page_saves(exports: Exports) -> None:
    program = exports.program
    page = program.draw.page
    SyntheticPen(page.canvas).write(INK)
    for name in ("digit.ink.jsonl", "digit.ink.jsonl.gz", "digit.png", "digit.jpg", "digit.webp"):
        exports.expect(page, name, program.draw.documents.save_document)
    assert {path.name: told(path) for path in exports.written if told(path)} == {}


def test_what_is_taken_of_the_draw_page(
    exports: Exports, model: Callable[..., ModelReady], reading: Callable[..., Reading]
) -> None:
    page, taking = exports.program.draw.page, exports.program.draw.taking
    SyntheticPen(page.canvas).write(INK)
    own = str(exports.home / "own.pth")
    page.show_model(model(Choice(1, own), model="own.pth"))
    page.show_reading(reading(sheet=page.canvas.sheet))
    for offer in offers(page):
        for kind in offer.kinds if offer.key != REPLAY else ():
            take = partial(taking.save, offer, kind, Look())
            exports.expect(page, f"{offer.key}{kind}", take)
    assert {path.name: told(path) for path in exports.written if told(path)} == {}
    assert not [secret for secret in SECRETS if secret in " ".join(exports.painted)]
    with PIL.Image.open(exports.home / "flow.png") as image:
        assert set(image.info) <= {"dpi"}


def test_what_the_train_page_exports(exports: Exports) -> None:
    page = exports.opened("train")
    page.curves.show_histories([a_history(exports.home / name) for name in ("one", "two")])
    for action in page.curves.export_button.menu().actions():
        exports.expect(page, action.data(), action.trigger)
    page.film.show_frames([(1, np.ones((6, 5, 5), np.float32))] * 2)
    exports.expect(page, "kernels.gif", page.film.export.click)
    weights = exports.home / "own.safetensors"
    shutil.copy(resources.path("weights/lenet5-1998.safetensors"), weights)
    wanted = exports.program.training.runs.export_requested
    run = SimpleNamespace(model="lenet5-1998", name="a run")
    for suffix in (*WEIGHTS, *([] if ONNX_MISSING else [".onnx"])):
        exports.expect(page, f"mine{suffix}", lambda: wanted.emit(run, weights))
    assert {path.name: told(path) for path in exports.written if told(path)} == {}
    assert len(exports.written) == 8 - ONNX_MISSING
    said = " ".join(exports.painted)
    assert "a run" in said
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.parametrize(
    ("data", "called"),
    [
        (("folder", ""), "Folder of images"),
        (("ink", "mine.ink.jsonl"), "mine.ink.jsonl"),
        (("mnist", None), "MNIST test set"),
    ],
)
def test_what_the_evaluate_page_exports(
    exports: Exports,
    results: Callable[..., EvaluationResults],
    data: tuple[str, str | None],
    called: str,
) -> None:
    page = exports.opened("evaluate")
    exports.qtbot.waitUntil(lambda: page.first.count() > 1)
    key, name = data
    path = "" if name is None else str(exports.home / name)
    weights = [str(exports.home / name) for name in ("one.safetensors", "two.pth")]
    found = results()
    request = replace(
        found.request,
        models=tuple(Choice(number, model) for number, model in enumerate(weights)),
        data=DataChoice(key, path),
    )
    page.evaluate()
    request = replace(request, serial=page._serial)
    page.show_results(EvaluationResults(request, found.images, found.labels, found.found))
    exports.painted.clear()
    for action in page.exports.menu().actions():
        if not action.isVisible():
            continue
        file = {"Results page…": "p.png", "All patterns…": "p.csv"}.get(action.text(), "")
        file = file or {"Confusion matrix…": "c.csv", "Metrics…": "n.json"}[action.text()]
        exports.expect(page, file, action.trigger)
        if file == "p.png":
            said = list(exports.painted)
    assert {path.name: told(path) for path in exports.written if told(path)} == {}
    assert f"{called}, 300 images" in said
    assert {"A: one.safetensors", "B: two.pth"} <= set(said)
    assert not [secret for secret in SECRETS if secret in " ".join(said)]
    with PIL.Image.open(exports.home / "p.png") as image:
        assert set(image.info) <= {"dpi"}


def test_what_is_exported_of_a_hand(exports: Exports, samples: list[Drawing]) -> None:
    """And what tells of the program tells nothing of whose hand reads."""
    program, home = exports.program, exports.home
    hand = hands.create(home / "hands", "Ann Example")
    write_ink(hand.ink, samples[:2])
    base = load("lenet5-1998")
    facts = {"recipe": {"kind": "hand"}}
    known = LearntNetwork("lenet5-1998.safetensors", "base", hands.digest_of(b""))
    content = serialised(base.config, base.parameters, facts)
    path = hands.keep_learnt(hand.folder, "lenet5-1998", known, content, b"")
    managing, page = program.draw.managing, program.draw.page
    hand = hands.read(hand.folder)
    exports.expect(page, "hand.ink.jsonl", partial(managing.export_ink, hand))
    exports.expect(page, "hand.safetensors", partial(managing.export_weights, hand))
    assert {path.name: told(path) for path in exports.written if told(path)} == {}
    assert b"Ann" not in (home / "hand.safetensors").read_bytes()
    assert name_for_a_report(str(path)) == "own file (.safetensors)"
