"""Page and thread together: shipped weights on MNIST's test set, from the button to the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lenetpad.engine.evaluation import Evaluator
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.model_titles import TITLES
from lenetpad.ui.widgets.theme import LIGHT

TIMEOUT = 120_000


@pytest.fixture
def page(qtbot: QtBot, torch_settings: None) -> Iterator[EvaluatePage]:
    """A page wired to the thread as the controller does it."""
    theme.apply(LIGHT)
    page, evaluator = EvaluatePage(LIGHT), Evaluator()
    qtbot.addWidget(page)
    page.show_weights(tuple((title, name) for name, title in TITLES.items()))
    page.evaluation_requested.connect(evaluator.evaluate_networks)
    page.cancelled.connect(evaluator.cancel)
    evaluator.progress.connect(page.show_progress)
    evaluator.ready.connect(page.show_results)
    evaluator.failed.connect(page.show_failure)
    page.resize(1024, 640)
    page.show()
    yield page
    evaluator.close()
    page.close_files()
    page.hide()


def test_shipped_weights_are_judged_and_a_wrong_pattern_goes_to_the_canvas(
    qtbot: QtBot, page: EvaluatePage
) -> None:
    page.first.select("lenet5-1998")
    page.second.select("lenet5-modern-paper")
    qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.results is not None, timeout=TIMEOUT)
    found = page.results
    assert found is not None
    for judged in found.found:
        assert judged.evaluation.n == 10_000
        assert judged.evaluation.error < 0.01
    assert len(found.wrong(0)) == round(found.found[0].evaluation.error * 10_000)
    assert 0 < len(found.differing()) < 200
    gallery = page.views.gallery
    with qtbot.waitSignal(page.pattern_chosen) as told:
        qtbot.mouseClick(
            gallery.viewport(), Qt.MouseButton.LeftButton, pos=gallery.area(0).center()
        )
    picture = told.args[0].astype(np.float32) / 255
    assert Sheet(picture=picture).picture is not None


def test_cancelling_leaves_the_page_ready_for_another_wish(
    qtbot: QtBot, page: EvaluatePage
) -> None:
    page.data.select("mnist-train")
    page.evaluate()
    qtbot.waitUntil(lambda: page.bar.value() > 0, timeout=TIMEOUT)
    page.evaluate()
    assert page.status.text() == "Cancelled"
    page.data.select("mnist")
    page.evaluate()
    qtbot.waitUntil(lambda: page.results is not None, timeout=TIMEOUT)
    assert page.results is not None
    assert len(page.results.labels) == 10_000


def test_weights_that_are_none_are_explained(qtbot: QtBot, page: EvaluatePage) -> None:
    page.show_weights((("gone.pth", "/nowhere/gone.pth"),))
    page.evaluate()
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    assert "gone.pth" in page.banner.text
    assert page.button.text() == "Evaluate"
