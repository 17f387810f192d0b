"""The answer is hidden until a key shows it, for who is to guess first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.draw.inspection import Inspection
from lenetpad.ui import actions
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.window import Window

#: What says the answer.
ANSWERS: Final = ("verdict", "probabilities")


class Guessing(QObject):
    """Hides verdict and probabilities and, with them, whatever else says which digit is read."""

    def __init__(self, window: Window, page: DrawPage, inspection: Inspection) -> None:
        super().__init__(page)
        self._page, self._inspection = page, inspection
        self._action = window.actions_by_name["hide_verdict"]
        actions.connect(window.actions_by_name, {"hide_verdict": self._toggle})

    def hide(self, names: Collection[str]) -> None:
        """Hide these of ``ANSWERS`` and show the others."""
        self._page.hide_answers(names)
        self._action.setChecked(bool(names))
        self._inspection.refresh()

    @Slot()
    def _toggle(self) -> None:
        self.hide(ANSWERS if self._action.isChecked() else ())
