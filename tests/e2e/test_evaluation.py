"""Page and thread together: shipped weights on MNIST's test set, from the button to the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from lenetpad.engine.evaluation import Examiner
from lenetpad.ink.strokes import Sheet
from lenetpad.ui import theme
from lenetpad.ui.evaluate_page import EvaluatePage
from lenetpad.ui.header import TITLES
from lenetpad.ui.theme import LIGHT

TIMEOUT = 120_000


@pytest.fixture
def page(qtbot: QtBot, torch_settings: None) -> Iterator[EvaluatePage]:
    """A page wired to the thread as the pad does it."""
    theme.apply(LIGHT)
    page, examiner = EvaluatePage(LIGHT), Examiner()
    qtbot.addWidget(page)
    page.show_weights(tuple((title, name) for name, title in TITLES.items()))
    page.examination_wanted.connect(examiner.examine)
    page.cancelled.connect(examiner.cancel)
    examiner.progress.connect(page.show_progress)
    examiner.ready.connect(page.show_judgements)
    examiner.failed.connect(page.show_failure)
    page.resize(1024, 640)
    page.show()
    yield page
    examiner.close()
    page.close_files()
    page.hide()


def test_shipped_weights_are_judged_and_a_wrong_pattern_goes_to_the_canvas(
    qtbot: QtBot, page: EvaluatePage
) -> None:
    page.first.select("lenet5-1998")
    page.second.select("lenet5-modern-paper")
    qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.judgements is not None, timeout=TIMEOUT)
    found = page.judgements
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
    qtbot.waitUntil(lambda: page.judgements is not None, timeout=TIMEOUT)
    assert page.judgements is not None
    assert len(page.judgements.labels) == 10_000


def test_weights_that_are_none_are_explained(qtbot: QtBot, page: EvaluatePage) -> None:
    page.show_weights((("gone.pth", "/nowhere/gone.pth"),))
    page.evaluate()
    qtbot.waitUntil(page.banner.isVisible, timeout=TIMEOUT)
    assert "gone.pth" in page.banner.text
    assert page.button.text() == "Evaluate"
