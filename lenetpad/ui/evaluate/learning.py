"""Learning several writers' hands from the Evaluate page: the dialog, while it is open."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from lenetpad.ui.evaluate.class_hand import ClassHandDialog
from lenetpad.ui.widgets.exporter import Exporter
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.class_hands import ClassHand, ClassHandProgress, ClassHandRequest
from lenetpad.values.evaluation import EvaluationRequest
from lenetpad.values.failures import Failure

NAME: Final = "class.safetensors"
KINDS: Final = "safetensors (*.safetensors)"


class ClassLearning(QObject):
    """``wanted`` carries a ClassHandRequest, ``cancelled`` nothing: the user wants no more of it.
    ``hand_wanted`` carries the ClassHand that is to be kept as a hand, and its request."""

    wanted = Signal(object)
    cancelled = Signal()
    hand_wanted = Signal(object, object)

    def __init__(self, exporter: Exporter, parent: QWidget) -> None:
        super().__init__(parent)
        self.dialog: ClassHandDialog | None = None
        self._exporter, self._parent = exporter, parent
        self._serial = 0

    def begin(self, request: EvaluationRequest, network: str, theme: Theme) -> None:
        """Have the first network of an evaluation, which is called so, learn from its ink."""
        self.close()
        self._serial += 1
        self.dialog = ClassHandDialog(theme, network, self._parent)
        self.dialog.save_wanted.connect(self._save)
        asked = ClassHandRequest(self._serial, request.models[0], request.data)
        self.dialog.hand_wanted.connect(lambda found: self.hand_wanted.emit(found, asked))
        self.dialog.finished.connect(self._forget)
        self.wanted.emit(asked)
        self.dialog.show()

    @Slot(object)
    def show_progress(self, progress: ClassHandProgress) -> None:
        """Show how far the latest learning is."""
        if self.dialog is not None:
            self.dialog.show_progress(progress)

    @Slot(object)
    def show_learnt(self, found: ClassHand) -> None:
        """Show what was learnt."""
        if self.dialog is not None:
            self.dialog.show_found(found)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Say why nothing was learnt."""
        if self.dialog is not None:
            self.dialog.show_failure(failure.message)

    def close(self) -> None:
        """Close the dialog, and want no more of what it waits for."""
        if self.dialog is not None:
            self.dialog.close()

    @Slot()
    def _forget(self) -> None:
        self.dialog = None
        self.cancelled.emit()

    @Slot(object)
    def _save(self, found: ClassHand) -> None:
        content = found.content
        title = translate("Evaluate", "Save weights")
        self._exporter.ask_and_write(title, NAME, KINDS, lambda: content)
