"""The choices of the Train page, which are there again at the next start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Slot

from lenetpad.storage.decoding import InputError, from_json
from lenetpad.ui.preferences import Preferences
from lenetpad.values.recipes import plan_of

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.plan_form import PlanForm

#: A slider that is dragged changes often: what it came to is kept.
KEEPING_MS: Final = 300


class KeptPlan(QObject):
    """Shows the choices of the last time in a form, and keeps those of now in the settings."""

    def __init__(self, form: PlanForm, preferences: Preferences) -> None:
        super().__init__(form)
        self._form, self._preferences = form, preferences
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEPING_MS)
        self._timer.timeout.connect(self.keep)
        self._show()
        form.changed.connect(self._timer.start)

    def _show(self) -> None:
        """Show what was kept; what makes no sense any more is passed over."""
        try:
            kept = from_json(self._preferences.plan, dict[str, Any], "the settings")
            self._form.show_plan(plan_of(str(kept.pop("model", "")), kept))
        except InputError:
            return

    @Slot()
    def keep(self) -> None:
        """Keep the choices of now; what is no plan is not kept."""
        self._timer.stop()
        try:
            plan = self._form.plan
        except ValueError:
            return
        self._preferences.keep(plan=json.dumps({"model": plan.model, **plan.config}))

    def keep_at_once(self) -> None:
        """Keep at once what was about to be."""
        if self._timer.isActive():
            self.keep()
