"""What a lesson does to the window, and how all comes back to where it was."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from lenetpad.controllers.draw.controller import DrawController
from lenetpad.controllers.page_controller import PageController
from lenetpad.ink.sheets import fitted
from lenetpad.ink.strokes import History, Ink, Sheet
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.window import Window
from lenetpad.values.explanation import OUTPUT, Unit
from lenetpad.values.holding import Hold, Holds
from lenetpad.values.lessons import Lesson, Step
from lenetpad.values.models import Choice
from lenetpad.values.recipes import TRAINING_PRESETS, Plan

if TYPE_CHECKING:
    from lenetpad.controllers.training.controller import TrainingController
    from lenetpad.ui.train.page import TrainPage

#: What a step shows only where it says so.
USUALLY_OFF: Final = (
    "inspector",
    "saliency",
    "weighted_sums",
    "weights",
    "segmentation_graph",
    "space_displacement",
    "time_line",
    "replay",
    "tray",
)
#: Of another part of the window than a step's, which decides about these by itself.
OWN: Final = ("pen", "eraser", "hide_verdict", "step_by_step")
REPLAY: Final = "replay"
MAPS: Final = "maps"
#: Finds the controller of a page by the page's name.
Controllers = Callable[[str], PageController]


@dataclass(frozen=True, slots=True)
class Before:
    """How the window was before a lesson."""

    page: str
    switched: dict[str, bool]
    history: History
    pins: tuple[Unit, ...]
    view: View
    alone: str
    hidden: frozenset[str]
    holds: Holds
    network: Choice | None


class Scene:
    """Sets up each step as it says, whatever step was there before, and brings back at the end
    what was there at the beginning."""

    def __init__(self, window: Window, controllers: Controllers) -> None:
        self._window, self._controllers = window, controllers
        self._before: Before | None = None
        self._plan: Plan | None = None  # what was chosen on the Train page
        self._watched: bool | None = None  # whether the pad watched a training
        self._step: Step | None = None
        self._waits = False  # whether the step has yet to be explained in the maps

    @property
    def draw(self) -> DrawController:
        """The Draw page's controller."""
        return cast("DrawController", self._controllers("draw"))

    @property
    def training(self) -> TrainingController:
        """The Train page's controller."""
        return cast("TrainingController", self._controllers("train"))

    @property
    def train_page(self) -> TrainPage | None:
        """The Train page, once it is built."""
        return self.training.page

    def begin(self, lesson: Lesson) -> None:
        """Remember how all is, and read with the lesson's network."""
        self.draw.writing.give_way()
        page = self.draw.page
        actions = self._window.actions_by_name
        named = (name for step in lesson.step for name in step.on)
        switched = {
            name: actions[name].isChecked()
            for name in (*USUALLY_OFF, *named)
            if name in actions and name not in OWN
        }
        network = self.draw.networks.choose(lesson.network) if lesson.network else None
        self._before = Before(
            self._window.open_page_name,
            switched,
            page.canvas.history,
            page.maps.pins,
            page.inspector.view,
            page.maps.alone,
            page.answers_hidden,
            self.draw.holding.holds,
            network,
        )

    def show(self, step: Step, ink: Ink | None) -> None:
        """Set up a step; ``ink`` goes on the canvas, None leaves what lies there."""
        self._step = step
        self._window.open_page(step.page)
        if ink is not None:
            self.put(ink)
        if step.pin and "saliency" not in step.on:
            self.draw.page.inspector.show_view(View.ARITHMETIC)
        self._waits = not self._explain(step)
        for name in step.press:
            self._window.actions_by_name[name].trigger()
        self.page_opened()

    def put(self, ink: Ink) -> None:
        """Put ink on the canvas in place of what lies there."""
        self.draw.page.canvas.set_sheet(Sheet(fitted(ink) if ink else ink))

    def page_opened(self) -> None:
        """The page of the step is there: it may have had to be built."""
        step, page = self._step, self._window.shown_page
        if step is None or step.page != "train" or page is None or page is not self.train_page:
            return
        if self._watched is None:
            self._watched = self.train_page.watch.isChecked()
        self.train_page.watch.setChecked(step.watch or self.train_page.watch.isChecked())
        if step.preset:
            self.choose_preset(self.train_page, step.preset)

    def go_on(self) -> None:
        """Do what had to wait for the network, or for the reading."""
        if self._waits and self._step is not None:
            self._waits = not self._explain(self._step)

    def _explain(self, step: Step) -> bool:
        """Set up what the Draw page shows; False where something has to wait."""
        page, maps = self.draw.page, self.draw.page.maps
        maps.reveal(self._layers(step))
        self.draw.guessing.hide([name for name in step.hide if name != MAPS])
        if step.page != "draw":
            return True
        wanted = (*step.on, REPLAY) if step.replay else step.on
        switched = [self._switch(name, on=name in wanted) for name in self._managed]
        if maps.model is None:
            return False
        maps.let_go()
        holds = [Hold(off.layer, off.map) for off in step.switch_off]
        self.draw.holding.set_holds(tuple(hold for hold in holds if self._there(hold)))
        maps.show_alone(self._alone(step))
        for number, pin in enumerate(step.pin):
            if self._there(pin.unit):
                maps.pin(pin.unit, beside=number > 0)
        if not step.pin and "inspector" not in step.on:
            page.show_inspector(shown=False)
        return all(switched)

    def take_back(self) -> bool:
        """Show the layers as the step has them, where one was enlarged beside it."""
        maps, step = self.draw.page.maps, self._step
        alone = "" if step is None else self._alone(step)
        if step is None or step.page != "draw" or maps.alone == alone:
            return False
        maps.show_alone(alone)
        return True

    @staticmethod
    def _alone(step: Step) -> str:
        return CODES if step.alone == OUTPUT else step.alone

    @staticmethod
    def _layers(step: Step) -> list[str] | None:
        if MAPS in step.hide:
            return []
        if not step.layers:
            return None
        return [CODES if layer == OUTPUT else layer for layer in step.layers]

    @property
    def _managed(self) -> list[str]:
        """The actions whose state each step decides, those first that are to be off."""
        assert self._before is not None
        return list(self._before.switched)

    def _switch(self, name: str, *, on: bool) -> bool:
        """Switch an action on or off; False where it cannot be, now."""
        action = self._window.actions_by_name[name]
        if action.isCheckable() and action.isChecked() != on and action.isEnabled():
            action.trigger()
        return not action.isCheckable() or action.isChecked() == on

    def _there(self, unit: Unit | Hold) -> bool:
        """Whether the network has such a unit: it may be another than the lesson was made for."""
        model = self.draw.page.maps.model
        assert model is not None
        if unit.layer == OUTPUT:
            return True
        view = model.layer(unit.layer)
        row, column = unit.row or 0, unit.column or 0
        return unit.map < view.maps and row < view.height and column < view.width

    # The Train page

    def choose_preset(self, page: TrainPage, title: str) -> None:
        """Choose a training preset, where none is on."""
        if page.busy:
            return
        if self._plan is None:
            with suppress(ValueError):  # what is chosen there cannot be trained
                self._plan = page.form.plan
        index = next(i for i, one in enumerate(TRAINING_PRESETS) if one.title == title)
        page.form.presets.setCurrentIndex(index)
        page.form.presets.activated.emit(index)

    def _restore_train_page(self) -> None:
        plan, watched, self._plan, self._watched = self._plan, self._watched, None, None
        page = None if watched is None else self.train_page
        if page is None or watched is None:
            return
        page.watch.setChecked(watched)
        if plan is not None and not page.busy:
            page.form.show_plan(plan)

    # The end

    def restore(self) -> None:
        """Bring back how all was before the lesson."""
        before, self._before, self._step = self._before, None, None
        self._waits = False
        if before is None:
            return
        page = self.draw.page
        self._window.open_page("draw")
        if before.network is not None:
            self.draw.networks.choose_again(before.network)
        for name, on in before.switched.items():
            self._switch(name, on=on)
        page.canvas.go_back_to(before.history)
        self.draw.holding.set_holds(before.holds)
        page.maps.reveal(None)
        page.maps.show_alone(before.alone)
        page.maps.let_go()
        for number, unit in enumerate(before.pins):
            page.maps.pin(unit, beside=number > 0)
        page.inspector.show_view(before.view)
        page.show_inspector(shown=before.switched["inspector"])
        self.draw.guessing.hide(before.hidden)
        self._restore_train_page()
        self._window.open_page(before.page)
