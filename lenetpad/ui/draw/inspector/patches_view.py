"""The inspector's view of what a unit looks for: the images that excite it most and least."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.draw.inspector.inspected import name_of
from lenetpad.ui.draw.inspector.patches_picture import PatchesPicture
from lenetpad.ui.widgets.choices import Choices, FileChoices
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, marked, translate
from lenetpad.values.best_patches import BestPatches
from lenetpad.values.evaluation import MNIST_TEST, MNIST_TRAINING, DataChoice, EvaluationProgress
from lenetpad.values.explanation import Unit

#: The data sets that are always there; the user opens others.
DATA: Final = (
    (marked("Draw", "MNIST test set"), MNIST_TEST),
    (marked("Draw", "MNIST training set"), MNIST_TRAINING),
)
#: The layers whose maps are more than one unit.
OF_MAPS: Final = ("C1", "S2", "C3", "S4")


class BestPatchesView(QWidget):
    """``asked`` comes where the images are to be found for the unit that is shown, ``cancelled``
    where they are not any more; ``seen`` where the view comes into sight."""

    asked = Signal()
    cancelled = Signal()
    seen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.unit: Unit | None = None
        self.busy = False
        self.where = Choices(
            translate("Draw", "Where"),
            translate("Draw", "Search at the place of this unit alone, or anywhere in its map"),
        )
        self.where.addItem(translate("Draw", "This unit"), data_of(anywhere=False))
        self.where.addItem(translate("Draw", "Anywhere in its map"), data_of(anywhere=True))
        self.images = FileChoices(
            translate("Draw", "Images"),
            translate("Draw", "Which images are searched"),
            folders=True,
        )
        self.images.show_entries([(translate("Draw", title), key) for title, key in DATA])
        self.button = QPushButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setToolTip(translate("Draw", "Find the images that excite the unit most (B)"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(translate("Draw", "Progress"))
        self.title = QLabel()
        self.status = QLabel()
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.picture = PatchesPicture(theme)
        self.controls = (self.where, self.images, self.button, self.picture)  # as Tab goes
        self._lay_out()
        self.where.currentIndexChanged.connect(self._forget)
        self.images.currentIndexChanged.connect(self._note_images)
        self._data = self.data
        self.button.clicked.connect(self._act)
        self.picture.moved.connect(self._scroll_to)
        self.show_unit(None)

    @property
    def anywhere(self) -> bool:
        """Whether an image counts wherever in it the unit's map is excited."""
        return bool(self.where.currentData() == data_of(anywhere=True))

    @property
    def data(self) -> DataChoice:
        """The images that are searched."""
        if (path := self.images.file) is not None:
            return DataChoice.of_file(Path(path))
        return DataChoice(str(self.images.currentData() or MNIST_TEST))

    def show_unit(self, unit: Unit | None) -> None:
        """Be about another unit, of which nothing is known yet; None for none."""
        self.unit = unit
        self.where.setEnabled(unit is not None and unit.layer in OF_MAPS)
        self.title.setText("" if unit is None else name_of(unit))
        self._forget()

    def show_progress(self, progress: EvaluationProgress) -> None:
        """Show how many images have been searched, or how much of a data set has been fetched."""
        self._show_busy(busy=True)
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)

    def show_patches(self, found: BestPatches, weights: str) -> None:
        """Show what was found, and for which weights."""
        self._show_busy(busy=False)
        self.picture.show_patches(found)
        images = counted(
            found.images, translate("Draw", "1 image"), translate("Draw", "{n} images")
        )
        text = translate("Draw", "Of {images}, for {weights}").format(
            images=images, weights=weights
        )
        self.status.setText("\n".join(filter(None, (text, found.notice))))

    def show_failure(self, message: str) -> None:
        """Say why nothing was found."""
        self._show_busy(busy=False)
        self.status.setText(message)

    def note_other_weights(self, weights: str) -> None:
        """Say that what is shown was found for weights that do not read any more."""
        self._show_busy(busy=False)
        if self.picture.found is not None:
            text = translate(
                "Draw", "Found for {weights}, which do not read any more. Find them again (B)."
            )
            self.status.setText(text.format(weights=weights))

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme and size."""
        self.picture.set_theme(theme)

    def begin(self) -> None:
        """Show that the images are being searched."""
        self._show_busy(busy=True)
        self.bar.setRange(0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()

    @Slot()
    def _act(self) -> None:
        if self.busy:
            self._forget()
        else:
            self.asked.emit()

    @Slot(QRectF)
    def _scroll_to(self, area: QRectF) -> None:
        """Have an image in sight, with what stands below it."""
        middle = self.picture.pos() + area.center().toPoint()
        margin = round(area.height())
        self._scrolled.ensureVisible(middle.x(), middle.y(), 0, margin)

    @Slot()
    def _note_images(self) -> None:
        if self.data != self._data:  # the box passes by what opens files
            self._data = self.data
            self._forget()

    @Slot()
    def _forget(self) -> None:
        """Show nothing that was found, and have the search end."""
        self.cancelled.emit()
        self._show_busy(busy=False)
        self.picture.show_patches(None)
        if self.unit is None:
            self.status.setText(
                translate("Draw", "Click a unit in the maps, or press Enter there.")
            )
        else:
            self.status.setText(translate("Draw", "Press Find (B) to search the images."))

    def _show_busy(self, *, busy: bool) -> None:
        self.busy = busy
        self.button.setText(translate("Draw", "Cancel") if busy else translate("Draw", "Find"))
        self.button.setEnabled(self.unit is not None)
        self.bar.setVisible(busy)

    def _lay_out(self) -> None:
        kept = self.bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(kept)
        for box in (self.where, self.images):
            box.setMinimumWidth(40)
        scrolled = QScrollArea()
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setWidgetResizable(True)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(2, 4, 2, 4)
        inside.setSpacing(4)
        *boxes, picture = self.controls
        for widget in (self.title, *boxes, self.bar, self.status, picture):
            inside.addWidget(widget)
        inside.addStretch(1)
        scrolled.setWidget(content)
        self._scrolled = scrolled
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled)


def data_of(*, anywhere: bool) -> str:
    """What stands for a choice of where in the box."""
    return "anywhere" if anywhere else "unit"
