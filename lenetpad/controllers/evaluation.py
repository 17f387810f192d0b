"""The controller of the Evaluate page: evaluations in a thread, and the weights there are."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.page_controller import (
    Context,
    PageController,
    PageRow,
    seconds_until,
)
from lenetpad.engine.evaluation import EVALUATION, evaluate_job, evaluation_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import runs
from lenetpad.storage.decoding import named
from lenetpad.ui.widgets.model_titles import TITLES, title_of
from lenetpad.values.evaluation import EvaluationRequest
from lenetpad.values.jobs import Answer, JobFailure, JobProgress

if TYPE_CHECKING:
    from lenetpad.ui.evaluate.page import EvaluatePage


class EvaluationController(PageController):
    """Evaluates what the page asks for, and puts a pattern that is chosen there on the canvas."""

    page: EvaluatePage | None

    def __init__(self, row: PageRow, context: Context) -> None:
        super().__init__(row, context)
        self._questions = Jobs({EVALUATION: evaluate_job}, "evaluation")
        self._questions.progressed.connect(self._show_progress)
        self._questions.answered.connect(self._show_results)
        self._questions.failed.connect(self._show_failure)
        self._pad = context.find_pad()

    def connect_page(self) -> None:
        page = self.page
        assert page is not None
        page.exporter.memory = self.window.preferences
        page.evaluation_requested.connect(self._evaluate)
        page.cancelled.connect(self._cancel)
        page.pattern_chosen.connect(self._put_on_canvas)
        self._show_weights([])

    def page_opened(self) -> None:
        """Look for the runs' weights: there may be new ones."""
        self.jobs.run("runs", partial(_weights, self.context.runs), self._show_weights)

    def _show_weights(self, found: list[tuple[str, str]]) -> None:
        assert self.page is not None
        own = self._pad.networks.own_weights
        others = [(title_of(own), own)] if own else []
        shipped = [(title, name) for name, title in TITLES.items()]
        known = {model for _, model in found}
        self.page.show_weights((*shipped, *found, *(e for e in others if e[1] not in known)))

    @Slot(object)
    def _put_on_canvas(self, image: NDArray[np.uint8]) -> None:
        """Put a pattern on the canvas as a picture, and show what the network makes of it."""
        self._pad.put_on_canvas(Sheet(picture=image.astype(np.float32) / np.float32(255)))

    # Evaluations

    @Slot(object)
    def _evaluate(self, request: EvaluationRequest) -> None:
        self._questions.ask(evaluation_question(request))

    @Slot()
    def _cancel(self) -> None:
        self._questions.cancel(EVALUATION)

    @Slot(object)
    def _show_progress(self, message: JobProgress) -> None:
        assert self.page is not None  # it has asked
        self.page.show_progress(message.progress)

    @Slot(object)
    def _show_results(self, answer: Answer) -> None:
        assert self.page is not None
        self.page.show_results(answer.result)

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        assert self.page is not None
        log_failure(message.failure)
        self.page.show_failure(message.failure)

    def stop(self) -> None:
        """Give up the evaluation."""
        super().stop()
        self._questions.stop()

    def close(self, deadline: float) -> bool:
        """Wait for the thread, and for what is being saved."""
        ended = super().close(deadline)
        return self._questions.wait(seconds_until(deadline)) and ended


def _weights(root: Path) -> list[tuple[str, str]]:
    """The weights of all runs that have some, the latest run first, each with its title."""
    found = []
    for run in runs.listed(root)[0]:
        try:
            path = runs.weights_of(run.folder)
        except runs.RunError:  # changed since it was listed
            continue
        if path is not None:
            title = runs.without_date(run.name)
            found.append((f"{title}: {named(run.note)}" if run.note else title, str(path)))
    return found
