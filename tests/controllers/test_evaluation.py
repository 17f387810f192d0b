"""The Evaluate page in the window: weights of runs, results, and a pattern on the canvas."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.data.hands import HandRecipe
from lenetpad.evaluation import class_hands
from lenetpad.ink.files import read_ink, write_ink
from lenetpad.lenet.fine_tuning import FineTuning
from lenetpad.storage import resources, runs
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.values.evaluation import EvaluationRequest, EvaluationResults
from lenetpad.values.models import DEFAULT_MODEL

PATIENCE = 120_000


def opened(qtbot: QtBot, program: Program) -> EvaluatePage:
    program.window.actions_by_name["evaluate"].trigger()
    qtbot.waitUntil(lambda: program.evaluation.page is not None, timeout=PATIENCE)
    assert program.evaluation.page is not None
    return program.evaluation.page


def test_the_weights_of_runs_are_listed(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    folder = runs.create(tmp_path / "runs", "lenet5-modern", {}, {})
    shutil.copy(resources.path("weights/lenet5-modern.safetensors"), folder / runs.BEST)
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, program)
    path = str(folder / runs.BEST)
    qtbot.waitUntil(lambda: page.first.findData(path) >= 0, timeout=PATIENCE)
    another = runs.create(tmp_path / "runs", "lenet5-study", {}, {})
    shutil.copy(resources.path("weights/lenet5-study.safetensors"), another / runs.WEIGHTS)
    page.first.select(path)
    program.window.open_page("draw")
    program.window.header.page_tabs.setCurrentIndex(2)
    qtbot.waitUntil(lambda: page.first.findData(str(another / runs.WEIGHTS)) >= 0)
    assert page.first.currentData() == path


def test_a_wrong_pattern_goes_to_the_canvas(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, program)
    assert program.window.shown_page is page
    image = np.zeros((28, 28), dtype=np.uint8)
    image[10:18, 12] = 255
    page.pattern_chosen.emit(image, "lenet5-1998")
    picture = program.draw.page.canvas.sheet.picture
    assert picture is not None
    assert np.array_equal(picture * 255, image)
    assert program.window.open_page_name == "draw"
    program.draw.page.canvas.undo()
    assert not program.draw.page.canvas.sheet


def test_the_network_that_misread_a_pattern_reads_it(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    draw = program.draw
    qtbot.waitUntil(lambda: draw.networks.ready is not None, timeout=PATIENCE)
    page = opened(qtbot, program)
    image = np.full((28, 28), 255, dtype=np.uint8)
    page.pattern_chosen.emit(image, DEFAULT_MODEL)
    assert not draw.page.banner.isVisible()  # it reads already
    page.pattern_chosen.emit(image, "lenet5-study")
    box = program.window.header.models
    qtbot.waitUntil(lambda: box.currentData() == "lenet5-study", timeout=PATIENCE)
    assert draw.page.banner.text == "LeNet-5 study · handwriting now reads, as in the evaluation."
    (button,) = draw.page.banner.findChildren(QPushButton)
    assert button.text() == "Back to LeNet-5 1998 · handwriting"
    button.click()
    qtbot.waitUntil(lambda: box.currentData() == DEFAULT_MODEL, timeout=PATIENCE)


@pytest.mark.expected_log
def test_a_failure_is_told_on_the_page(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type, tmp_path: Path
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, program)
    gone = tmp_path / "gone.safetensors"
    page.first.add_file(gone)
    page.button.click()
    qtbot.waitUntil(page.banner.isVisible, timeout=PATIENCE)
    assert "gone.safetensors" in page.banner.text
    assert page.button.text() == "Evaluate"


@pytest.mark.usefixtures("small_replay")
def test_a_class_is_learnt_together_and_kept_as_a_hand(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    fake_reader: type,
    tmp_path: Path,
    results: Callable[..., EvaluationResults],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = HandRecipe(copies=1, fine_tuning=FineTuning(steps=2))
    monkeypatch.setattr(class_hands, "recipe_for", lambda count: few)
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, program)
    (pupils := tmp_path / "class").mkdir()
    samples = [replace(one, writer=None) for one in read_ink(resources.path("ink/samples.jsonl"))]
    for name, some in (("ann", samples[:6]), ("bo", samples[6:12])):
        write_ink(pupils / f"{name}.jsonl", some)
    asked: list[EvaluationRequest] = []
    page.evaluation_requested.disconnect()
    page.evaluation_requested.connect(asked.append)
    page.data.add_file(pupils)
    page.evaluate()
    page.show_results(replace(results(models=1), request=asked[0]))
    page.learn_together()
    dialog = page.learning.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.found is not None, timeout=PATIENCE)
    assert dialog.found is not None
    assert set(dialog.found.before.by_name) == {"ann", "bo"}
    dialog.keep.click()
    naming = program.evaluation.naming
    assert naming is not None
    assert naming.name == "class"
    naming.accept()
    hands = program.draw.networks.hands
    qtbot.waitUntil(lambda: [hand.name for hand in hands.hands] == ["class"], timeout=PATIENCE)
    assert hands.hands[0].drawings == 12
    assert "Kept as the hand class" in page.banner.text


@pytest.mark.expected_log
def test_what_cannot_be_learnt_is_said_in_the_dialog(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    fake_reader: type,
    tmp_path: Path,
    results: Callable[..., EvaluationResults],
) -> None:
    program = make_program(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, program)
    asked: list[EvaluationRequest] = []
    page.evaluation_requested.disconnect()
    page.evaluation_requested.connect(asked.append)
    page.data.add_file(tmp_path / "gone.jsonl")
    page.evaluate()
    page.show_results(replace(results(models=1), request=asked[0]))
    page.learn_together()
    dialog = page.learning.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: "gone.jsonl" in dialog.words.text(), timeout=PATIENCE)
    assert dialog.end.text() == "Close"
