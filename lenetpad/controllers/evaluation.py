"""What stands behind the Evaluate page: the evaluation thread, and the weights there are."""

from __future__ import annotations

import logging
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.evaluation import EVALUATION, evaluate_job, evaluation_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import runs
from lenetpad.ui.widgets.model_titles import TITLES, title_of
from lenetpad.ui.window import Window
from lenetpad.values.evaluation import EvaluationRequest
from lenetpad.values.jobs import Answer, JobFailure, JobProgress

if TYPE_CHECKING:
    from lenetpad.ui.evaluate.page import EvaluatePage

log = logging.getLogger("lenetpad")


class EvaluationController(QObject):
    """Builds the Evaluate page when it is first opened, and does what it wants.

    ``put_on_canvas`` carries a Sheet with a pattern that the user has chosen.
    """

    put_on_canvas = Signal(object)

    def __init__(self, window: Window, root: Path, jobs: BackgroundJobs) -> None:
        super().__init__()
        self.page: EvaluatePage | None = None
        self._questions: Jobs | None = None
        self._window, self._root, self._jobs = window, root, jobs
        self._own = ""  # the weights file that the pad reads with
        window.page_wanted.connect(self._open)
        window.page_opened.connect(self._list_weights)

    def show_model(self, model: str) -> None:
        """The pad reads with this preset or weights file."""
        if model not in TITLES:
            self._own = model

    @Slot(str)
    def _open(self, name: str) -> None:
        if name == "evaluate":
            work = partial(import_module, "lenetpad.ui.evaluate.page")
            self._jobs.run("evaluate page", work, self._build)

    def _build(self, module: Any) -> None:
        if self.page is not None:  # it was asked for twice while it was loading
            return
        page = self.page = module.EvaluatePage(self._window.theme, self._window.pages)
        questions = self._questions = Jobs({EVALUATION: evaluate_job}, "evaluation")
        page.evaluation_requested.connect(self._evaluate)
        page.cancelled.connect(self._cancel)
        page.pattern_chosen.connect(self._put)
        questions.progressed.connect(self._show_progress)
        questions.answered.connect(self._show_results)
        questions.failed.connect(self._report)
        self._show_weights([])
        self._window.put_page("evaluate", page)

    @Slot(str)
    def _list_weights(self, name: str) -> None:
        """Look for the runs' weights whenever the page is opened: there may be new ones."""
        if name == "evaluate" and self.page is not None:
            self._jobs.run("runs", partial(_weights, self._root), self._show_weights)

    def _show_weights(self, found: list[tuple[str, str]]) -> None:
        assert self.page is not None
        own = [(title_of(self._own), self._own)] if self._own else []
        shipped = [(title, name) for name, title in TITLES.items()]
        known = {model for _, model in found}
        self.page.show_weights((*shipped, *found, *(e for e in own if e[1] not in known)))

    @Slot(object)
    def _put(self, image: NDArray[np.uint8]) -> None:
        """Put a pattern on the canvas as a picture, and show what the network makes of it."""
        self.put_on_canvas.emit(Sheet(picture=image.astype(np.float32) / np.float32(255)))
        self._window.open_page("draw")

    @Slot(object)
    def _evaluate(self, request: EvaluationRequest) -> None:
        assert self._questions is not None
        self._questions.ask(evaluation_question(request))

    @Slot()
    def _cancel(self) -> None:
        assert self._questions is not None
        self._questions.cancel(EVALUATION)

    @Slot(object)
    def _show_progress(self, message: JobProgress) -> None:
        assert self.page is not None
        self.page.show_progress(message.progress)

    @Slot(object)
    def _show_results(self, answer: Answer) -> None:
        assert self.page is not None
        self.page.show_results(answer.result)

    @Slot(object)
    def _report(self, message: JobFailure) -> None:
        failure = message.failure
        log.error("%s failed: %s\n%s", failure.what, failure.message, failure.traceback)
        assert self.page is not None
        self.page.show_failure(failure)

    def close(self) -> None:
        """Stop the thread, and wait for what is being saved."""
        if self._questions is not None:
            self._questions.close()
        if self.page is not None:
            self.page.close_files()


def _weights(root: Path) -> list[tuple[str, str]]:
    """The weights of all runs that have some, the latest run first, each with its title."""
    found = []
    for run in runs.listed(root)[0]:
        path = runs.weights_of(run.folder)
        if path is not None:
            title = runs.without_date(run.name)
            found.append((f"{title}: {run.note}" if run.note else title, str(path)))
    return found
