"""The network that slides over the line on the canvas: asked for while it is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from lenetpad.controllers.networks import Networks
from lenetpad.storage import resources
from lenetpad.ui.draw.numbers.sliding_view import SlidingView
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.widgets.words import translate
from lenetpad.values.jobs import Question
from lenetpad.values.models import LINE_MODEL, Choice
from lenetpad.values.number_views import SlidingRequest
from lenetpad.values.reading import Reading
from lenetpad.values.space_displacement import SlidingReading

#: So long the next line waits: the pen goes first.
PAUSE_MS: Final = 40


class SlidingLine(QObject):
    """While the view is shown it follows the readings: the next line is asked for when the last
    has come. ``ask`` has a question answered."""

    def __init__(
        self, page: DrawPage, networks: Networks, ask: Callable[[Question], None]
    ) -> None:
        super().__init__(page)
        self._page, self._networks, self._ask_job = page, networks, ask
        self._reading: Reading | None = None
        self._serial = 0
        self._asked = self._due = False  # one is being made, another is to be
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._ask_if_due)
        page.number_views.changed.connect(self._note_shown)
        networks.described.connect(self._offer_weights)

    @property
    def _view(self) -> SlidingView | None:
        """The view, where it is shown."""
        views = self._page.number_views
        return views.sliding if views.shown is InPlace.SLIDING else None

    def connect_view(self) -> None:
        """The view has been made."""
        self._page.number_views.sliding.changed.connect(self._ask)

    def follow(self, reading: Reading) -> None:
        """Follow a reading that is shown."""
        self._reading = reading
        if self._view is not None:
            self._due = True
            if not (self._asked or self._pause.isActive()):
                self._pause.start()

    def forget(self) -> None:
        """There is no reading of what lies on the canvas now."""
        self._reading = None
        self._due = False
        self._pause.stop()

    @Slot(str)
    def _note_shown(self) -> None:
        self._offer_weights()
        self._ask()

    @Slot()
    def _offer_weights(self) -> None:
        if (view := self._view) is not None:
            there = resources.path(f"weights/{LINE_MODEL}.safetensors").exists()
            view.offer_weights(
                self._networks.title, translate("Draw", "Trained for lines") if there else ""
            )

    @Slot()
    def _ask_if_due(self) -> None:
        if self._due:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        """Ask for the line that lies on the canvas now; of a blank sheet there is none."""
        view, reading, ready = self._view, self._reading, self._networks.ready
        self._due = False
        if view is None or reading is None or ready is None:
            return
        if reading.digit is None or reading.sheet is None:
            view.show_sliding(None)
            return
        choice, parameters = ready.choice, reading.parameters or None
        if view.slides_lines:
            choice, parameters = Choice(choice.serial, LINE_MODEL), None
        self._serial += 1
        self._asked = True
        from lenetpad.engine.number_views import sliding_question

        self._ask_job(
            sliding_question(
                SlidingRequest(self._serial, choice, reading.sheet, view.stride, parameters)
            )
        )

    def show_answer(self, found: SlidingReading) -> None:
        """Show what has come, and ask for the next where the pen has moved."""
        self._asked = False
        if (view := self._view) is not None and self._reading is not None:
            if self._reading.digit is not None:
                view.show_sliding(found)
            if self._due:
                self._pause.start()

    def show_failure(self, message: str) -> None:
        """Say why nothing came."""
        self._asked = False
        if (view := self._view) is not None:
            view.show_failure(message)

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._pause.stop()
        self._due = False
