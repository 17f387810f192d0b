"""What a unit looks for, and what changes the network's mind: asked of a thread of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QFileDialog

from lenetpad.controllers.failures import log_failure
from lenetpad.controllers.networks import Networks
from lenetpad.engine.jobs import Jobs
from lenetpad.ink.strokes import Sheet
from lenetpad.ui import actions
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.arrays import Parameters
from lenetpad.values.best_patches import BEST_PATCHES, BestPatchesRequest
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.failures import Failure
from lenetpad.values.jobs import Answer, JobFailure, JobProgress, Question
from lenetpad.values.reading import Reading
from lenetpad.values.saliency import (
    SALIENCY,
    GradientRequest,
    OcclusionRequest,
    SaliencyRequest,
)

if TYPE_CHECKING:
    from lenetpad.ui.draw.inspector.patches_view import BestPatchesView
    from lenetpad.ui.draw.inspector.saliency_view import SaliencyView

#: So long the next saliency waits: the pen goes first.
PAUSE_MS: Final = 60
#: And so long the search in other weights: those of a training come one after the other.
RENEW_MS: Final = 500


class Probing(QObject):
    """Stands between the jobs that explain and two of the inspector's views.

    Best patches are found when they are asked for, for the first of the pinned units. While a
    saliency is shown, it follows the readings: the next is asked for when the last has come.
    """

    def __init__(self, window: Window, page: DrawPage, networks: Networks) -> None:
        super().__init__(page)
        self._window, self._page, self._networks = window, page, networks
        self._action = window.actions_by_name["saliency"]
        self._begun: Jobs | None = None  # as soon as something is asked
        self._ended = False
        self._reading: Reading | None = None
        self._serial = 0
        self._searched: Parameters | None = None  # those whose best patches were asked for
        self._outdated = False  # others read now
        self._search_due = False  # as soon as something is read
        self._weights = ""  # and what they are called
        self._asked = self._due = False  # of saliencies: one is being made, another is to be
        self._reported: Failure | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask_if_due)
        self._renewal = QTimer(self)
        self._renewal.setSingleShot(True)
        self._renewal.setInterval(RENEW_MS)
        self._renewal.timeout.connect(self._find_again)
        self._connected = False
        actions.connect(
            window.actions_by_name,
            {"best_patches": self._find_by_key, "saliency": self._toggle_saliency},
        )
        page.maps.selection_changed.connect(self._select)
        page.maps.saliency_dropped.connect(self._end_saliency)
        page.answers_hidden_changed.connect(self._follow_hidden)
        page.inspector_toggled.connect(self._connect_inspector)

    def _ask(self, question: Question) -> None:
        """Have a question answered; the first begins the thread: no start has to wait for it."""
        if self._ended:
            return
        if self._begun is None:
            from lenetpad.engine.explanations import explanation_jobs

            self._begun = Jobs(explanation_jobs(), "explanations")
            self._begun.progressed.connect(self._show_progress)
            self._begun.answered.connect(self._show_answer)
            self._begun.failed.connect(self._show_failure)
        self._begun.ask(question)

    def _cancel(self, asker: str) -> None:
        if self._begun is not None:
            self._begun.cancel(asker)

    def show_network(self) -> None:
        """Another network reads from now on: no saliency of the one before comes any more."""
        self._reading = None
        self._cancel_saliency()
        view = self._saliency_view
        if view is not None and (ready := self._networks.ready) is not None:
            view.offer_classes(no_digit=ready.scoring.rubbish is not None)
            view.show_score(None)

    def follow(self, reading: Reading) -> None:
        """Follow a reading that is shown."""
        self._reading = reading
        if self._search_due:
            self._find()
        self._compare_weights()
        if self._page.maps.saliency_wanted:
            self._due = True
            if not (self._asked or self._pause.isActive()):
                self._pause.start()

    def forget(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = None
        self._cancel_saliency()
        self._page.maps.show_saliency(None)
        if (view := self._saliency_view) is not None:
            view.show_score(None)

    # The inspector's views

    @property
    def _patches_view(self) -> BestPatchesView | None:
        return self._page.inspector.best_patches if self._connected else None

    @property
    def _saliency_view(self) -> SaliencyView | None:
        return self._page.inspector.saliency if self._connected else None

    @Slot(bool)
    def _connect_inspector(self, shown: bool) -> None:
        if shown and not self._connected:
            self._connected = True
            self._page.inspector.view_made.connect(self._connect_view)
            self._page.inspector.view_changed.connect(self._note_view)

    @Slot(str)
    def _connect_view(self, view: str) -> None:
        if view == View.BEST_PATCHES and (patches := self._patches_view) is not None:
            patches.asked.connect(self._find)
            patches.cancelled.connect(self._give_up_search)
            patches.seen.connect(self._find_again)
            patches.images.file_wanted.connect(self._open_file)
            patches.images.folder_wanted.connect(self._open_folder)
            self._select()
        elif view == View.SALIENCY and (saliency := self._saliency_view) is not None:
            ready = self._networks.ready
            if ready is not None:
                saliency.offer_classes(no_digit=ready.scoring.rubbish is not None)
            saliency.changed.connect(self._change_saliency)

    @Slot(str)
    def _note_view(self, view: str) -> None:
        """Whoever opens the view of saliencies wants to see one."""
        if view == View.SALIENCY and (saliency := self._saliency_view) is not None:
            saliency.shown.setChecked(True)

    # Best patches

    @Slot()
    def _find_by_key(self) -> None:
        """Find them for the unit that is selected, and keep it."""
        page = self._page
        if not page.maps.pins and page.maps.selected:
            page.maps.pin(page.maps.selected[0])
        page.show_inspector(shown=True)
        page.inspector.show_view(View.BEST_PATCHES)
        self._find()

    @Slot()
    def _select(self) -> None:
        """Give up the search where another unit is selected."""
        view, pins = self._patches_view, self._page.maps.pins
        unit = pins[0] if pins else None
        if view is not None and unit != view.unit:
            view.show_unit(unit)

    @Slot()
    def _find(self) -> None:
        view, reading, ready = self._patches_view, self._reading, self._networks.ready
        if view is None or view.unit is None:
            return
        self._search_due = reading is None or ready is None
        if reading is None or ready is None:
            view.begin()
            return
        self._serial += 1
        self._searched, self._outdated = reading.parameters, False
        self._weights = ", ".join(filter(None, (self._networks.title, self._networks.moment)))
        view.begin()
        request = BestPatchesRequest(
            self._serial,
            ready.choice,
            view.unit,
            view.anywhere,
            reading.parameters or None,
            view.data,
        )
        from lenetpad.engine.explanations import best_patches_question

        self._ask(best_patches_question(request))

    @Slot()
    def _give_up_search(self) -> None:
        self._searched, self._outdated, self._search_due = None, False, False
        self._cancel(BEST_PATCHES)

    def _compare_weights(self) -> None:
        """Where other weights read than those of what was found, say so, and find them anew soon.
        A search that is under way comes to its end first: a training's weights may change again
        before the next one does."""
        reading, view = self._reading, self._patches_view
        if reading is None or view is None or view.busy:
            return
        if self._searched is None or reading.parameters is self._searched:
            return
        if not self._outdated:
            self._outdated = True
            view.note_other_weights(self._weights)
        if view.isVisible() and not self._renewal.isActive():
            self._renewal.start()

    @Slot()
    def _find_again(self) -> None:
        """Find them in the weights that read now, where somebody looks at them."""
        view = self._patches_view
        if self._outdated and view is not None and view.isVisible() and not view.busy:
            self._find()

    @Slot()
    def _open_file(self) -> None:
        kinds = translate("Draw", "Images and ink (*.npz *.mat *.csv *.jsonl)")
        memory, title = self._window.preferences, translate("Draw", "Open images")
        name, _ = QFileDialog.getOpenFileName(self._page, title, memory.folder, kinds)
        view = self._patches_view
        if name and view is not None:
            memory.keep(folder=str(Path(name).parent))
            view.images.add_file(Path(name))

    @Slot()
    def _open_folder(self) -> None:
        memory, title = self._window.preferences, translate("Draw", "Open folder of images")
        name = QFileDialog.getExistingDirectory(self._page, title, memory.folder)
        view = self._patches_view
        if name and view is not None:
            memory.keep(folder=name)
            view.images.add_file(Path(name))

    # Saliency

    @Slot()
    def _toggle_saliency(self) -> None:
        page = self._page
        if not self._action.isChecked():
            page.maps.drop_saliency()
            if page.inspector_shown and page.inspector.view is View.SALIENCY:
                page.inspector.show_view(View.ARITHMETIC)
            return
        page.show_inspector(shown=True)
        page.inspector.show_view(View.SALIENCY)
        if (view := self._saliency_view) is not None:
            view.shown.setChecked(True)

    @Slot()
    def _change_saliency(self) -> None:
        """Show what the view says now, in place of what is being made."""
        view = self._saliency_view
        if view is None:
            return
        wanted = view.shown.isChecked()
        self._action.setChecked(wanted)
        if not wanted:
            self._page.maps.drop_saliency()
            return
        self._page.maps.want_saliency(wanted=True)
        self._ask_saliency()

    @Slot()
    def _end_saliency(self) -> None:
        self._action.setChecked(False)
        self._cancel_saliency()
        if (view := self._saliency_view) is not None:
            view.shown.setChecked(False)
            view.show_score(None)

    def _cancel_saliency(self) -> None:
        self._asked = self._due = False
        self._pause.stop()
        self._cancel(SALIENCY)

    @Slot()
    def _follow_hidden(self) -> None:
        """A saliency says of which answer it is: it is hidden with that."""
        if self._page.maps.saliency_wanted:
            self._ask_saliency()

    @Slot()
    def _ask_if_due(self) -> None:
        if self._due:
            self._ask_saliency()

    def _ask_saliency(self) -> None:
        """Ask for the saliency of what lies on the canvas now; of a blank sheet there is none."""
        view, reading, ready = self._saliency_view, self._reading, self._networks.ready
        self._cancel_saliency()
        if view is None or reading is None or ready is None:
            return
        if reading.digit is None or self._page.answers_hidden:
            self._page.maps.show_saliency(None)
            view.show_score(None)
            return
        self._serial += 1
        classes = view.classes(NO_DIGIT if reading.refused else reading.digit)
        several = reading.several  # then it is of the digit that is shown
        whole = self._page.canvas.sheet if reading.sheet is None else reading.sheet
        shared = (
            self._serial,
            ready.choice,
            Sheet(picture=several[reading.focus].image) if several else whole,
            classes,
            reading.parameters or None,
            reading.holds,
        )
        request: SaliencyRequest
        if view.occludes:
            request = OcclusionRequest(*shared, view.patch.value(), view.step.value())
        else:
            request = GradientRequest(*shared)
        self._asked = True
        from lenetpad.engine.explanations import saliency_question

        self._ask(saliency_question(request))

    # What comes back

    @Slot(object)
    def _show_progress(self, message: JobProgress) -> None:
        if (view := self._patches_view) is not None:
            view.show_progress(message.progress)

    @Slot(object)
    def _show_answer(self, answer: Answer) -> None:
        self._reported = None
        if answer.asker == BEST_PATCHES:
            if (view := self._patches_view) is not None:
                view.show_patches(answer.result, self._weights)
                self._compare_weights()
            return
        self._asked = False
        self._page.maps.show_saliency(answer.result)
        if (shown := self._saliency_view) is not None:
            shown.show_score(answer.result)
        if self._due:
            self._pause.start()

    @Slot(object)
    def _show_failure(self, message: JobFailure) -> None:
        """Say it in the view that it concerns; what fails alike again and again is logged once."""
        if message.failure != self._reported:
            log_failure(message.failure)
        self._reported = message.failure
        if message.asker == BEST_PATCHES:
            self._searched, self._outdated = None, False
            if (view := self._patches_view) is not None:
                view.show_failure(message.failure.message)
            return
        self._asked = False
        self._page.maps.show_saliency(None)
        if (shown := self._saliency_view) is not None:
            shown.show_failure(message.failure.message)

    # The end

    def stop(self) -> None:
        """Give up what is asked for, without waiting for the thread."""
        self._pause.stop()
        self._ended = True
        if self._begun is not None:
            self._begun.stop()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; False where it hangs."""
        return self._begun is None or self._begun.wait(seconds)
