"""Page and thread together: shipped weights on MNIST's test set, from the button to the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, Slot
from pytestqt.qtbot import QtBot

from lenetpad.engine.evaluation import EVALUATION, evaluate_job, evaluation_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.strokes import Sheet
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.model_titles import TITLES
from lenetpad.ui.widgets.theme import LIGHT
from lenetpad.values.evaluation import EvaluationRequest
from lenetpad.values.jobs import Answer, JobFailure, JobProgress

TIMEOUT = 120_000


class Wiring(QObject):
    """What the controller does between the page and the thread."""

    def __init__(self, page: EvaluatePage, jobs: Jobs) -> None:
        super().__init__()
        self._page, self._jobs = page, jobs
        page.evaluation_requested.connect(self._ask)
        page.cancelled.connect(self._cancel)
        jobs.progressed.connect(self._show_progress)
        jobs.answered.connect(self._show_results)
        jobs.failed.connect(self._show_failure)

    @Slot(object)
    def _ask(self, request: EvaluationRequest) -> None:
        self._jobs.ask(evaluation_question(request))

    @Slot()
    def _cancel(self) -> None:
        self._jobs.cancel(EVALUATION)

    @Slot(object)
    def _show_progress(self, message: JobProgress) -> None:
        self._page.show_progress(message.progress)

    @Slot(object)
    def _show_results(self, answer: Answer) -> None:
        self._page.show_results(answer.result)

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        self._page.show_failure(message.failure)


@pytest.fixture
def page(qtbot: QtBot, torch_settings: None) -> Iterator[EvaluatePage]:
    """A page wired to the thread as the controller does it."""
    theme.apply(LIGHT)
    page, jobs = EvaluatePage(LIGHT), Jobs({EVALUATION: evaluate_job})
    wiring = Wiring(page, jobs)
    qtbot.addWidget(page)
    page.show_weights(tuple((title, name) for name, title in TITLES.items()))
    page.resize(1024, 640)
    page.show()
    yield page
    jobs.close()
    wiring.deleteLater()
    page.close_files()
    page.hide()


def test_shipped_weights_are_evaluated_and_a_wrong_pattern_goes_to_the_canvas(
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
