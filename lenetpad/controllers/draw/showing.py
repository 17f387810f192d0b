"""What the maps show, chosen by the window's actions."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.window import Window


class Showing(QObject):
    """Two actions turn weighted sums and weights on and off: back from the weights is what was
    there before them."""

    def __init__(self, window: Window, page: DrawPage) -> None:
        super().__init__(page)
        self._page = page
        self._sums = window.actions_by_name["weighted_sums"]
        self._weights = window.actions_by_name["weights"]
        self._before = Shown.VALUES
        slots = {"weighted_sums": self._toggle_sums, "weights": self._toggle_weights}
        actions.connect(window.actions_by_name, slots)
        page.shown_chosen.connect(self._follow)

    @Slot()
    def _toggle_sums(self) -> None:
        self._page.shown.select(Shown.SUMS if self._sums.isChecked() else Shown.VALUES)

    @Slot()
    def _toggle_weights(self) -> None:
        self._page.shown.select(Shown.WEIGHTS if self._weights.isChecked() else self._before)

    @Slot(str)
    def _follow(self, shown: str) -> None:
        self._sums.setChecked(shown == Shown.SUMS)
        self._weights.setChecked(shown == Shown.WEIGHTS)
        if shown != Shown.WEIGHTS:
            self._before = Shown(shown)
