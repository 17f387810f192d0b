"""The views of a number in the place of the maps, and the maps of the candidate that is chosen;
and the lines of a picture, which the same thread reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.draw.documents import Documents
from lenetpad.controllers.draw.picture_lines import PictureLines
from lenetpad.controllers.draw.sliding_line import SlidingLine
from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.strokes import Sheet
from lenetpad.ui import actions
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window
from lenetpad.values.failures import Failure
from lenetpad.values.jobs import Answer, JobFailure, Question
from lenetpad.values.number_views import (
    CANDIDATE,
    SLIDING,
    CandidateRequest,
    LinesRequest,
)
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate


class NumberViewing(QObject):
    """Actions turn the views on and off. A candidate that is chosen has its image read by the
    network that reads the sheet, and shown in the maps until the pen moves or it is let go; the
    ``followers`` explain what the maps show."""

    def __init__(
        self,
        window: Window,
        page: DrawPage,
        networks: Networks,
        followers: Sequence[Callable[[Reading], None]],
        documents: Documents,
    ) -> None:
        super().__init__(page)
        self._page, self._networks, self._followers = page, networks, followers
        self._actions = {
            view: window.actions_by_name[view] for view in (InPlace.GRAPH, InPlace.SLIDING)
        }
        self._begun: Jobs | None = None  # as soon as something is asked
        self._ended = False
        self._reading: Reading | None = None  # of the sheet
        self._candidate: Candidate | None = None  # whose maps are wanted
        self._pinned_away = False  # whether the graph gave way to the maps of its candidate
        self._serial = 0
        self._reported: Failure | None = None
        slots = {
            str(InPlace.GRAPH): self._toggle_graph,
            str(InPlace.SLIDING): self._toggle_sliding,
        }
        actions.connect(window.actions_by_name, slots)
        page.number_views.changed.connect(self._note_changed)
        page.number_views.made.connect(self._connect_view)
        self._sliding = SlidingLine(page, networks, self._ask)
        self._lines = PictureLines(page, networks, documents, self._ask)

    def follow(self, reading: Reading) -> None:
        """Take note of a reading that is about to be shown. The graph says with it whether a
        candidate is still chosen; the maps show the reading where none is."""
        self._reading = reading
        self._candidate, self._pinned_away = None, False
        self._cancel()
        self._sliding.follow(reading)

    def forget(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = None
        self._cancel()
        self._sliding.forget()

    def show_network(self) -> None:
        """Another network reads from now on: nothing is asked with what was read before."""
        self._candidate, self._pinned_away = None, False
        self.forget()

    # The views

    @Slot()
    def _toggle_graph(self) -> None:
        self._toggle(InPlace.GRAPH)

    @Slot()
    def _toggle_sliding(self) -> None:
        self._toggle(InPlace.SLIDING)

    def _toggle(self, view: InPlace) -> None:
        wanted = self._actions[view].isChecked()
        self._page.number_views.show_view(view if wanted else InPlace.MAPS)

    @Slot(str)
    def _note_changed(self, shown: str) -> None:
        for name, action in self._actions.items():
            action.setChecked(shown == name)

    @Slot(str)
    def _connect_view(self, name: str) -> None:
        if name == InPlace.GRAPH:
            graph = self._page.number_views.graph
            graph.candidate_chosen.connect(self._choose)
            graph.maps_wanted.connect(self._show_maps)
        elif name == InPlace.SLIDING:
            self._sliding.connect_view()

    @Slot()
    def _show_maps(self) -> None:
        """Where the graph leaves the maps no room, it gives way to those of its candidate."""
        views = self._page.number_views
        if not views.maps_seen:
            self._pinned_away = True
            views.close()

    # Candidates

    @Slot(object)
    def _choose(self, candidate: Candidate | None) -> None:
        self._candidate = candidate
        if candidate is not None:
            self._pinned_away = False
            self._ask_for(candidate)
        elif not self._pinned_away:
            self._cancel()  # what is asked for is not wanted any more
            if self._reading is not None:
                self._show(self._reading)

    def _ask_for(self, candidate: Candidate) -> None:
        """Have a candidate read."""
        reading, ready = self._reading, self._networks.ready
        if reading is None or ready is None:
            return
        from lenetpad.engine.number_views import candidate_question

        self._serial += 1
        parameters = reading.parameters or None
        request = CandidateRequest(
            self._serial, ready.choice, candidate.image, parameters, reading.holds
        )
        self._ask(candidate_question(request))

    def _ask(self, question: Question) -> None:
        """Have a question answered; the first begins the thread: no start has to wait for it."""
        if self._ended:
            return
        if self._begun is None:
            from lenetpad.engine.number_views import number_jobs

            self._begun = Jobs(number_jobs(), "numbers")
            self._begun.answered.connect(self._show_answer)
            self._begun.failed.connect(self._show_failure)
        self._begun.ask(question)

    def _cancel(self) -> None:
        if self._begun is not None:
            self._begun.cancel(CANDIDATE)

    @Slot(object)
    def _show_answer(self, answer: Answer) -> None:
        self._reported = None
        if answer.asker == SLIDING:
            self._sliding.show_answer(answer.result)
            return
        before, request = self._reading, answer.question.argument
        if isinstance(request, LinesRequest):
            self._lines.show_answer(request, answer.result)
            return
        assert isinstance(request, CandidateRequest)
        if before is not None:
            found: Reading = answer.result
            self._show(
                replace(
                    found,
                    serial=before.serial,
                    model_serial=before.model_serial,
                    sheet=Sheet(picture=request.image),
                )
            )

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        """Say it where it belongs; what fails alike again and again is logged once."""
        if message.failure != self._reported:
            log_failure(message.failure)
            if message.asker == CANDIDATE:
                self._page.banner.warn(message.failure.message)
        self._reported = message.failure
        if message.asker == SLIDING:
            self._sliding.show_failure(message.failure.message)

    def _show(self, reading: Reading) -> None:
        self._page.show_candidate(reading)
        for follow in self._followers:
            follow(reading)

    # The end

    def stop(self) -> None:
        """Give up what is asked for, without waiting for the thread."""
        self._ended = True
        self._sliding.stop()
        if self._begun is not None:
            self._begun.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._begun is None or self._begun.wait(seconds)
