"""The stage: the Draw page for a hall, a layer at a time, and what points on it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.draw.pointing import Pointing
from lenetpad.controllers.draw.second_screen import SecondScreen
from lenetpad.ui import actions
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.stage.actions import ENLARGE
from lenetpad.ui.window import Window
from lenetpad.values.explanation import OUTPUT


class Staging(QObject):
    """Actions turn the stage on and off, and enlarge a layer: first in the place of all maps, on
    the stage then to all of it, and back."""

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._window, self._page = window, page
        self._alone = window.actions_by_name["maps_alone"]
        self._alone.setEnabled(False)
        slots = {name: partial(self.enlarge, layer) for layer, name in ENLARGE.items()}
        actions.connect(window.actions_by_name, {**slots, "maps_alone": self._toggle_alone})
        self.screen = SecondScreen(window, page)
        self.pointing = Pointing(window, page, lambda: self.screen.second)
        self.screen.changed.connect(self.pointing.refresh)
        window.stage.changed.connect(self._follow_stage)
        self.screen.changed.connect(self._offer)
        page.maps_alone_changed.connect(self._alone.setChecked)

    @Slot(bool)
    def _follow_stage(self, on: bool) -> None:
        if on:
            self._window.open_page("draw")
        self._page.set_staged(staged=on)
        self._offer()

    @Slot()
    def _offer(self) -> None:
        """Maps can be alone on a stage, wherever it is."""
        self._alone.setEnabled(self._page.staged or self._page.mirrored)

    @Slot()
    def _toggle_alone(self) -> None:
        self._page.set_maps_alone(alone=self._alone.isChecked())

    def enlarge(self, layer: str) -> None:
        """Give a layer the place of all maps, the whole stage, or all layers their place back."""
        page, name = self._page, CODES if layer == OUTPUT else layer
        page.number_views.show_view(InPlace.MAPS)
        if page.maps.alone != name:
            page.maps.show_alone(name)
        elif (page.staged or page.mirrored) and not page.maps_alone:
            page.set_maps_alone(alone=True)
        else:
            page.maps.show_alone("")
            page.set_maps_alone(alone=False)
