"""The button that saves what was found: a page of results, tables and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QPushButton

from lenetpad.ui.evaluate.files import confusion_csv, numbers_json, patterns_csv, writers_csv
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.evaluation import EvaluationResults


@dataclass(frozen=True, slots=True)
class Export:
    """A file that can be made of what was found: the menu's words, the name to begin with, the
    kind of file, and what makes it of results and names; without that it is a figure. It may be
    one that is only there where the writers are known."""

    text: str
    name: str
    filter: str
    make: Callable[[EvaluationResults, Sequence[str]], bytes] | None = None
    of_writers: bool = False


EXPORTS: Final = (
    Export(marked("Evaluate", "Results page…"), "evaluation.png", "PNG (*.png)"),
    Export(marked("Evaluate", "All patterns…"), "patterns.csv", "CSV (*.csv)", patterns_csv),
    Export(marked("Evaluate", "Confusion matrix…"), "confusion.csv", "CSV (*.csv)", confusion_csv),
    Export(marked("Evaluate", "Writers…"), "writers.csv", "CSV (*.csv)", writers_csv, True),
    Export(marked("Evaluate", "Metrics…"), "evaluation.json", "JSON (*.json)", numbers_json),
)


class ExportButton(QPushButton):
    """Can be pressed once there are results; ``wanted`` carries an Export."""

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(translate("Evaluate", "Export ▾"))
        self.setToolTip(
            translate("Evaluate", "Save these results as a picture, table or numbers.")
        )
        menu = QMenu(self)
        self._of_writers = []
        for export in EXPORTS:
            action = menu.addAction(translate("Evaluate", export.text))
            action.triggered.connect(partial(self._want, export))
            if export.of_writers:
                self._of_writers.append(action)
        self.setMenu(menu)
        self.offer(None)

    def offer(self, results: EvaluationResults | None) -> None:
        """Offer what there is of results; nothing without any."""
        self.setEnabled(results is not None)
        for action in self._of_writers:
            action.setVisible(results is not None and bool(results.by_writer))

    def _want(self, export: Export) -> None:
        self.wanted.emit(export)
