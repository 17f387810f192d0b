"""The drill: asks for rounds of hard patterns, and shows them."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QObject, Slot

from lenetpad.controllers.lessons.scene import Scene
from lenetpad.ui import actions
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.drill import DrillRequest, Patterns, Round
from lenetpad.values.evaluation import EvaluationResults

if TYPE_CHECKING:
    from lenetpad.ui.lessons.drill import DrillDialog

#: Patterns that the latest evaluation found misread, in place of MNIST's hardest.
EVALUATED: Final = "evaluated"
SEEDS: Final = 1 << 32


class Drilling(QObject):
    """Has the network that reads make a round with people; it reads in a thread."""

    def __init__(self, window: Window, scene: Scene) -> None:
        super().__init__(window)
        self._window, self._scene = window, scene
        self.dialog: DrillDialog | None = None
        actions.connect(window.actions_by_name, {"drill": self.open})
        window.closed.connect(self.close)

    @Slot()
    def open(self) -> None:
        """Open the drill's dialog, and begin a round."""
        from lenetpad.ui.lessons.drill import DrillDialog  # the window's start is no time for it

        if self.dialog is None:
            sources = [(translate("Window", "MNIST's hardest"), "")]
            if self._misread() is not None:
                sources.append((translate("Window", "Misread in the evaluation"), EVALUATED))
            parent = self._window.dialog_parent
            self.dialog = DrillDialog(self._window.theme, tuple(sources), parent)
            self.dialog.finished.connect(self._forget)
            self.dialog.round_wanted.connect(self.ask)
            self.ask("")
        self.dialog.show()
        self.dialog.activateWindow()

    @Slot(str)
    def ask(self, source: str) -> None:
        """Ask for a round of the patterns of a source."""
        from lenetpad.engine.drill import make_round

        draw = self._scene.draw
        ready = draw.networks.ready
        if ready is None:
            self.close()
            words = translate("Window", "No network reads yet; choose one first.")
            self._window.warn(words)
            return
        reading = draw.page.verdict.reading
        parameters = reading.parameters if reading is not None and reading.parameters else None
        patterns = self._misread() if source == EVALUATED else None
        request = DrillRequest(random.randrange(SEEDS), ready.choice, parameters, patterns)
        draw.jobs.run("drill", partial(make_round, request), self._show)

    @Slot(object)
    def _show(self, drill: Round) -> None:
        if self.dialog is not None:
            self.dialog.show_round(drill, self._scene.draw.networks.title)

    def _misread(self) -> Patterns | None:
        """What the network of the latest evaluation misread; None where there was none."""
        page = self._window.page_widgets.get("evaluate")
        results: EvaluationResults | None = getattr(page, "results", None)
        if results is None:
            return None
        wrong = results.wrong(0)
        if not len(wrong):
            return None
        return Patterns(np.array(results.images[wrong]), results.labels[wrong])

    @Slot()
    def close(self) -> None:
        """Close the dialog, if it is open."""
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None
