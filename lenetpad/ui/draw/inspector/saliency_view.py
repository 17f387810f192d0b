"""The inspector's view of what changes the network's mind: which answer is explained, and how."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.draw.numerals import signed
from lenetpad.ui.draw.probed_maps import about_nats, name_of_class
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.spins import WholeSpin, quiet_wheel
from lenetpad.ui.widgets.words import translate
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.saliency import Classes, Saliency

OCCLUSION: Final = "occlusion"
GRADIENT: Final = "gradient"
#: In place of a class: whichever is read, and all others together.
WINNER: Final = -1
OTHERS: Final = -2
SIZES: Final = (2, 8, 4)  # of a patch: least, largest, usual
STEPS: Final = (1, 4, 2)


class SaliencyView(QScrollArea):
    """``changed`` comes when something else is to be shown, or nothing any more."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(translate("Draw", "Saliency"))
        self.shown = QCheckBox(translate("Draw", "Over the input"))
        self.shown.setToolTip(
            translate(
                "Draw", "Show over the input what speaks for an answer and what against it (M)"
            )
        )
        self.method = Choices(
            translate("Draw", "Method"),
            translate(
                "Draw",
                "Occlusion hides a patch of the drawing and measures how far the score falls; "
                "gradient × input shows which pixels the score depends on.",
            ),
        )
        self.method.addItem(translate("Draw", "Occlusion"), OCCLUSION)
        self.method.addItem(translate("Draw", "Gradient × input"), GRADIENT)
        self.first = Choices(
            translate("Draw", "Answer"), translate("Draw", "Which answer is explained")
        )
        self.second = Choices(
            translate("Draw", "Against"),
            translate("Draw", "With which other answer it is compared"),
        )
        self.patch = self._spin(translate("Draw", "Patch size"), SIZES)
        self.patch.setToolTip(
            translate("Draw", "How many pixels wide and high the hidden patch is")
        )
        self.step = self._spin(translate("Draw", "Step"), STEPS)
        self.step.setToolTip(translate("Draw", "How many pixels the patch moves on each time"))
        self.controls: tuple[QWidget, ...] = (self.shown, self.method, self.first, self.second)
        self.score = QLabel()
        self.score.setTextFormat(Qt.TextFormat.PlainText)
        self.score.setWordWrap(True)
        # So that Tab brings it in sight where it is scrolled out of it.
        self.score.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.score.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.controls += (self.patch, self.step, self.score)  # as Tab goes
        self.score.setToolTip(about_nats())
        self.setWidget(self._content())
        self.offer_classes(no_digit=True)
        self.shown.toggled.connect(self.changed)
        for box in (self.method, self.first, self.second):
            box.activated.connect(self._change)
        for spin in (self.patch, self.step):
            spin.valueChanged.connect(self._change)

    def offer_classes(self, *, no_digit: bool) -> None:
        """Offer the ten digits and, where the network has it, no digit."""
        classes = (*range(NO_DIGIT), NO_DIGIT) if no_digit else tuple(range(NO_DIGIT))
        for box, title, value, text in (
            (
                self.first,
                translate("Draw", "For the winner"),
                WINNER,
                translate("Draw", "For {one}"),
            ),
            (
                self.second,
                translate("Draw", "Against all others"),
                OTHERS,
                translate("Draw", "Against {one}"),
            ),
        ):
            chosen = value if box.currentData() is None else box.currentData()
            box.clear()
            box.addItem(title, value)
            for one in classes:
                box.addItem(text.format(one=name_of_class(one)), one)
            box.select(chosen)

    @property
    def occludes(self) -> bool:
        """Whether a patch is hidden, and not the gradient taken."""
        return bool(self.method.currentData() == OCCLUSION)

    def classes(self, winner: int) -> Classes:
        """Which class is explained, or which two, where ``winner`` is what is read."""
        first, second = self.first.currentData(), self.second.currentData()
        first = winner if first == WINNER else int(first)
        return (first,) if second in (OTHERS, first) else (first, int(second))

    def show_score(self, saliency: Saliency | None) -> None:
        """Say how far ahead the answer is that is explained."""
        if saliency is None:
            self.score.setText("")
            return
        first, *second = map(name_of_class, saliency.classes)
        if second:
            text = translate("Draw", "{first} is ahead of {second} by {score} nats")
        elif self.second.currentData() in saliency.classes:
            text = translate(
                "Draw",
                "Log-odds of {first} against all others, as it cannot be compared with itself: "
                "{score} nats",
            )
        else:
            text = translate("Draw", "Log-odds of {first}: {score} nats")
        other = second[0] if second else ""
        self.score.setText(text.format(first=first, second=other, score=signed(saliency.score)))

    def show_failure(self, message: str) -> None:
        """Say why there is nothing to show."""
        self.score.setText(message)

    @Slot()
    def _change(self) -> None:
        self.patch.setEnabled(self.occludes)
        self.step.setEnabled(self.occludes)
        self.changed.emit()

    def _spin(self, name: str, limits: tuple[int, int, int]) -> WholeSpin:
        least, largest, usual = limits
        spin = quiet_wheel(WholeSpin())
        spin.setRange(least, largest)
        spin.setValue(usual)
        spin.setAccessibleName(name)
        return spin

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(2, 4, 2, 4)
        column.addWidget(self.shown)
        for box in (self.method, self.first, self.second):
            box.setMinimumWidth(40)
            column.addWidget(box)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for row, spin in enumerate((self.patch, self.step)):
            title = QLabel(spin.accessibleName())
            title.setBuddy(spin)
            spin.setMinimumWidth(40)
            grid.addWidget(title, row, 0)
            grid.addWidget(spin, row, 1)
        column.addLayout(grid)
        column.addWidget(self.score)
        column.addStretch(1)
        return content
