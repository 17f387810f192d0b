"""The layers one after the other, each with its sentence, without a lesson."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.draw.controller import DrawController
from lenetpad.controllers.lessons.presentation import Presentation
from lenetpad.ui import actions
from lenetpad.ui.draw.layer_words import tip_of, title_of
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.lessons.bar import Page
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.explanation import INPUT

LAYERS: Final = (INPUT, "C1", "S2", "C3", "S4", "C5", "F6", CODES)
#: The arrows that lead from layer to layer besides the keys of a lesson.
ARROWS: Final = (("lesson_next", "Right"), ("lesson_previous", "Left"))


class StepByStep(QObject):
    """Shows one layer more with each step, and the verdict with the last."""

    def __init__(self, window: Window, draw: DrawController, shown: Presentation) -> None:
        super().__init__(window)
        self._draw, self._shown = draw, shown
        self._action = window.actions_by_name["step_by_step"]
        self._active = False
        self._hidden: frozenset[str] = frozenset()  # of the answer, before
        actions.connect(window.actions_by_name, {"step_by_step": self._toggle})
        shown.moved.connect(self._reveal)
        shown.ended.connect(self._end)

    @Slot()
    def _toggle(self) -> None:
        if not self._action.isChecked():
            self._shown.end()
            return
        model = self._draw.page.maps.model
        pages = [Page(self._words(layer)) for layer in LAYERS]
        self._shown.end()
        self._active = model is not None
        self._action.setChecked(self._active)
        if self._active:
            self._hidden = self._draw.page.answers_hidden
            self._shown.begin(translate("Window", "Step by step"), pages, ARROWS)

    def _words(self, layer: str) -> str:
        model = self._draw.page.maps.model
        return f"**{title_of(layer, model)}** — {tip_of(layer, model)}"

    @Slot(int)
    def _reveal(self, place: int) -> None:
        if self._active:
            last = place == len(LAYERS) - 1
            self._draw.page.maps.reveal(None if last else LAYERS[: place + 1])
            answers = ("verdict", "probabilities")
            self._draw.guessing.hide(() if last else answers)

    @Slot()
    def _end(self) -> None:
        if self._active:
            self._active = False
            self._action.setChecked(False)
            self._draw.page.maps.reveal(None)
            self._draw.guessing.hide(self._hidden)
