"""The question what a drawing shows, which is answered beside everything else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from lenetpad.ink.files import Label
from lenetpad.ui.draw.label_dialog import LabelDialog
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.ui.window import Window

#: What is done with the label that is the answer.
Then = Callable[[Label], None]


class LabelQuestion(QObject):
    """Asks for one label at a time; a new question takes the place of one without an answer."""

    def __init__(self, window: Window, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self.dialog: LabelDialog | None = None

    def of_added(self, path: Path, proposal: Label, then: Then) -> None:
        """Ask what a drawing shows that is to be added to an ink file."""
        text = translate("Draw", "What does this drawing show? It will be added to {name}.")
        self._ask(text.format(name=path.name), translate("Draw", "Add"), proposal, then)

    def of_saved(self, path: Path, proposal: Label, then: Then) -> None:
        """Ask what a drawing shows that is to be saved."""
        text = translate("Draw", "What does this drawing show? It will be saved as {name}.")
        self._ask(text.format(name=path.name), translate("Draw", "Save"), proposal, then)

    def of_rows(self, rows: Sequence[int], proposal: Label, then: Then) -> None:
        """Ask what drawings of the tray show."""
        one = translate("Draw", "What does drawing {number} show?")
        question = counted(
            len(rows),
            one.format(number=f"{rows[0] + 1:,}"),
            translate("Draw", "What do these {n} drawings show?"),
        )
        self._ask(question, translate("Draw", "Label"), proposal, then)

    def _ask(self, question: str, button: str, proposal: Label, then: Then) -> None:
        self.close()
        title = translate("Draw", "Label")
        dialog = LabelDialog(title, question, button, proposal, self._window.dialog_parent)
        dialog.accepted.connect(lambda: then(dialog.label))
        dialog.finished.connect(self._forget)
        self.dialog = dialog
        dialog.open()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None

    def close(self) -> None:
        """Close a question that nobody is to answer any more."""
        if self.dialog is not None:
            self.dialog.reject()
