"""The Evaluate page in the window: weights of runs, results, and a pattern on the canvas."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from lenetpad.app import Pad
from lenetpad.storage import resources, runs
from lenetpad.ui.evaluate.page import EvaluatePage

PATIENCE = 120_000


def opened(qtbot: QtBot, pad: Pad) -> EvaluatePage:
    pad.window.actions_by_name["evaluate"].trigger()
    qtbot.waitUntil(lambda: pad.judging.page is not None, timeout=PATIENCE)
    assert pad.judging.page is not None
    return pad.judging.page


def test_the_weights_of_runs_are_listed(
    qtbot: QtBot, make_pad: Callable[..., Pad], fake_reader: type, tmp_path: Path
) -> None:
    folder = runs.create(tmp_path / "runs", "lenet5-modern", {}, {})
    shutil.copy(resources.path("weights/lenet5-modern.safetensors"), folder / runs.BEST)
    pad = make_pad(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, pad)
    path = str(folder / runs.BEST)
    qtbot.waitUntil(lambda: page.first.findData(path) >= 0, timeout=PATIENCE)
    another = runs.create(tmp_path / "runs", "lenet5-study", {}, {})
    shutil.copy(resources.path("weights/lenet5-study.safetensors"), another / runs.WEIGHTS)
    page.first.select(path)
    pad.window.open_page("draw")
    pad.window.header.pages.setCurrentIndex(2)
    qtbot.waitUntil(lambda: page.first.findData(str(another / runs.WEIGHTS)) >= 0)
    assert page.first.currentData() == path


def test_a_wrong_pattern_goes_to_the_canvas(
    qtbot: QtBot, make_pad: Callable[..., Pad], fake_reader: type, tmp_path: Path
) -> None:
    pad = make_pad(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, pad)
    assert pad.window.pages.currentWidget() is page
    image = np.zeros((28, 28), dtype=np.uint8)
    image[10:18, 12] = 255
    page.pattern_chosen.emit(image)
    picture = pad.window.page.canvas.sheet.picture
    assert picture is not None
    assert np.array_equal(picture * 255, image)
    assert pad.window.open_page_name == "draw"
    pad.window.page.canvas.undo()
    assert not pad.window.page.canvas.sheet


def test_a_failure_is_told_on_the_page(
    qtbot: QtBot, make_pad: Callable[..., Pad], fake_reader: type, tmp_path: Path
) -> None:
    pad = make_pad(lambda choice: fake_reader(), folder=tmp_path)
    page = opened(qtbot, pad)
    gone = tmp_path / "gone.safetensors"
    page.first.add_file(gone)
    page.button.click()
    qtbot.waitUntil(page.banner.isVisible, timeout=PATIENCE)
    assert "gone.safetensors" in page.banner.text
    assert page.button.text() == "Evaluate"
