"""The controller of the Evaluate page: evaluations and learning, each in a thread, and the weights
there are."""

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
from lenetpad.controllers.run_networks import listing
from lenetpad.data.writers import writer_of
from lenetpad.engine.class_hands import (
    CLASS_HAND,
    class_hand_job,
    class_hand_question,
    keep_as_hand,
)
from lenetpad.engine.documents import Refused, tried
from lenetpad.engine.evaluation import EVALUATION, evaluate_job, evaluation_question
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.sheets import fitted
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.storage.decoding import named
from lenetpad.storage.hands import Hand
from lenetpad.ui.draw.hand.name_dialog import NameDialog
from lenetpad.ui.widgets.model_titles import titles
from lenetpad.ui.widgets.words import translate
from lenetpad.values.class_hands import ClassHand, ClassHandRequest
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
        learn = partial(class_hand_job, self._pad.networks.hands.root)
        self._learning = Jobs({CLASS_HAND: learn}, "class hand")
        self._learning.progressed.connect(self._show_learning)
        self._learning.answered.connect(self._show_learnt)
        self._learning.failed.connect(self._show_learning_failure)
        self.naming: NameDialog | None = None

    def connect_page(self) -> None:
        page = self.page
        assert page is not None
        page.exporter.memory = self.window.preferences
        page.evaluation_requested.connect(self._evaluate)
        page.cancelled.connect(self._cancel)
        page.learning.wanted.connect(self._learn)
        page.learning.cancelled.connect(self._cancel_learning)
        page.learning.hand_wanted.connect(self._ask_to_keep)
        page.pattern_chosen.connect(self._put_on_canvas)
        page.number_chosen.connect(self._put_number_on_canvas)
        self._pad.networks.runs.changed.connect(self._show_weights)
        self._pad.networks.hands.changed.connect(self._show_weights)
        self._show_weights()

    def page_opened(self) -> None:
        """Look for the runs' weights: there may be new ones."""
        self._show_weights()
        self.jobs.run("runs", partial(listing, self.context.runs), self._pad.networks.runs.take)

    @Slot()
    def _show_weights(self) -> None:
        assert self.page is not None
        networks = self._pad.networks
        own = networks.own_weights
        others = [(networks.runs.title_of(own), own)] if own else []
        shipped = [(title, name) for name, title in titles().items()]
        found = [(name, str(path)) for name, _, path in networks.runs.entries]
        found += [(title, model) for model, title in networks.of_hands]
        known = {model for _, model in found}
        self.page.show_weights((*shipped, *found, *(e for e in others if e[1] not in known)))

    @Slot(object, str)
    def _put_on_canvas(self, image: NDArray[np.uint8], model: str) -> None:
        """Put a pattern on the canvas as a picture, and show what this network makes of it."""
        sheet = Sheet(picture=image.astype(np.float32) / np.float32(255))
        self._pad.put_on_canvas(sheet, model)

    @Slot(object, str)
    def _put_number_on_canvas(self, ink: Ink, model: str) -> None:
        """Put a number's ink on the canvas, and show what this network makes of it."""
        self._pad.put_on_canvas(Sheet(fitted(ink)), model)

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

    # Hands learnt together

    @Slot(object)
    def _learn(self, request: ClassHandRequest) -> None:
        self._learning.ask(class_hand_question(request))

    @Slot()
    def _cancel_learning(self) -> None:
        self._learning.cancel(CLASS_HAND)

    @Slot(object)
    def _show_learning(self, message: JobProgress) -> None:
        assert self.page is not None
        self.page.learning.show_progress(message.progress)

    @Slot(object)
    def _show_learnt(self, answer: Answer) -> None:
        assert self.page is not None
        self.page.learning.show_learnt(answer.result)

    @Slot(object)
    def _show_learning_failure(self, message: JobFailure) -> None:
        assert self.page is not None
        log_failure(message.failure)
        self.page.learning.show_failure(message.failure)

    @Slot(object, object)
    def _ask_to_keep(self, found: ClassHand, request: ClassHandRequest) -> None:
        """Ask what the hand is to be called, and keep what was learnt as one."""
        assert self.page is not None
        title, button = translate("Evaluate", "Keep as hand"), translate("Evaluate", "Keep")
        name = writer_of(Path(request.data.path))
        self.naming = dialog = NameDialog(
            title, button, name, self.page.learning.dialog or self.page
        )

        def keep() -> None:
            root = self._pad.networks.hands.root
            work = partial(keep_as_hand, root, dialog.name, request, found)
            self.jobs.run("class hand", partial(tried, work), self._take_hand)

        dialog.accepted.connect(keep)
        dialog.finished.connect(self._forget_naming)
        dialog.open()

    @Slot()
    def _forget_naming(self) -> None:
        self.naming = None

    def _take_hand(self, hand: Hand | Refused) -> None:
        """Say that there is a hand more, or why not."""
        if isinstance(hand, Refused):
            self.show_notice(hand.message)
            return
        assert self.page is not None
        self._pad.networks.hands.note(hand)
        words = translate("Evaluate", "Kept as the hand {hand}: choose it at the top.")
        self.page.banner.note(words.format(hand=named(hand.name)))

    def stop(self) -> None:
        """Give up what is evaluated or learnt."""
        super().stop()
        if self.naming is not None:
            self.naming.close()
        self._questions.stop()
        self._learning.stop()

    def close(self, deadline: float) -> bool:
        """Wait for the threads, and for what is being saved."""
        ended = super().close(deadline)
        for jobs in (self._questions, self._learning):
            ended = jobs.wait(seconds_until(deadline)) and ended
        return ended
