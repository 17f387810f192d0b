"""The button that saves what was found: a picture of the view, tables and numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from lenetpad.ui.evaluate.files import confusion_csv, numbers_json, patterns_csv
from lenetpad.ui.widgets.images import png
from lenetpad.ui.widgets.writer import LONG_SECONDS, Writer
from lenetpad.values.evaluation import EvaluationResults


@dataclass(frozen=True, slots=True)
class Export:
    """A file that can be made of what was found."""

    kind: str
    text: str
    name: str
    filter: str


EXPORTS: Final = (
    Export("view", "Picture of this view…", "evaluation.png", "Picture (*.png)"),
    Export("patterns", "All patterns…", "patterns.csv", "Table (*.csv)"),
    Export("confusion", "Confusion matrix…", "confusion.csv", "Table (*.csv)"),
    Export("numbers", "Numbers…", "evaluation.json", "JSON (*.json)"),
)
TABLES: Final[dict[str, Callable[[EvaluationResults, Sequence[str]], bytes]]] = {
    "patterns": patterns_csv,
    "confusion": confusion_csv,
    "numbers": numbers_json,
}


class ExportButton(QPushButton):
    """Can be pressed once there are results; ``take_picture`` gives what is seen of them.

    ``written`` carries the Path of a file, ``failed`` why one could not be written.
    """

    written = Signal(object)
    failed = Signal(str)

    def __init__(self, take_picture: Callable[[], QImage]) -> None:
        super().__init__("Export ▾")
        self.folder = ""  # where the page's dialogs begin, this one and those that open files
        self._take_picture = take_picture
        self._results: EvaluationResults | None = None
        self._names: Sequence[str] = ()
        self._writer = Writer(self)
        self._writer.written.connect(self.written)
        self._writer.failed.connect(self.failed)
        self.setToolTip("Save what was found")
        menu = QMenu(self)
        for export in EXPORTS:
            menu.addAction(export.text).triggered.connect(partial(self._ask_and_save, export))
        self.setMenu(menu)
        self.setEnabled(False)

    def show_results(self, results: EvaluationResults, names: Sequence[str]) -> None:
        """Save these results from now on, and call the networks so."""
        self._results, self._names = results, names
        self.setEnabled(True)

    def save(self, kind: str, path: Path) -> None:
        """Save what was found as a file of a kind of ``EXPORTS``."""
        if self._results is None:
            return
        if kind == "view":
            self._writer.write(path, partial(png, self._take_picture()))
        else:
            self._writer.write(path, partial(TABLES[kind], self._results, self._names))

    def close_files(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until what is being saved is on the disk; False where it is not in time."""
        return self._writer.close(seconds)

    def _ask_and_save(self, export: Export) -> None:
        proposal = str(Path(self.folder) / export.name)
        name, _ = QFileDialog.getSaveFileName(
            self.parentWidget(), "Export", proposal, export.filter
        )
        if name:
            path = Path(name)
            path = path if path.suffix else path.with_suffix(Path(export.name).suffix)
            self.folder = str(path.parent)
            self.save(export.kind, path)
