"""The inspector's controls that hold what is selected at a value, and let go of it again."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from lenetpad.ui.draw.numerals import MINUS
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.spins import NumberSpin, quiet_wheel
from lenetpad.ui.widgets.words import translate
from lenetpad.values.holding import Hold

FURTHEST: Final = 20.0  # more than any value of a layer with a bounded activation


class HoldRow(QWidget):
    """``switch_wanted`` comes where what is selected is to be switched off, or on again;
    ``hold_wanted`` carries the value at which it is to be held; ``back_wanted`` comes where
    nothing is to be held any more."""

    switch_wanted = Signal()
    hold_wanted = Signal(float)
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._off, self._on = translate("Draw", "Switch off"), translate("Draw", "Release")
        self.switch = _button(self._on)
        width = self.switch.sizeHint().width()
        self.switch.setText(self._off)
        self.switch.setMinimumWidth(max(width, self.switch.sizeHint().width()))
        self.switch.setToolTip(
            translate(
                "Draw",
                "Hold the selected map, or the unit of C5 or F6, at 0, so that later layers do "
                "without it; or release it (X)",
            )
        )
        self.hold = _button(translate("Draw", "Hold at"))
        self.hold.setToolTip(
            translate("Draw", "Hold the selected map, or the unit of C5 or F6, at this value")
        )
        self.value = quiet_wheel(_ValueSpin())
        self.value.setMinimumWidth(50)  # where there is little room
        self.value.setRange(-FURTHEST, FURTHEST)
        self.value.setSingleStep(0.1)
        self.value.setValue(1.0)
        self.value.setAccessibleName(translate("Draw", "Held value"))
        self.value.setToolTip(translate("Draw", "The value at which it is held"))
        self.back = _button(translate("Draw", "Release all"))
        self.back.setToolTip(translate("Draw", "Hold no map and no unit any more (Shift+X)"))
        self.controls = (self.switch, self.back, self.hold, self.value)  # as Tab goes
        self._held: Hold | None = None  # how what is selected is held
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.hold)
        row.addWidget(self.value)
        flow = FlowLayout(self, 4)
        for widget in (self.switch, self.back, pair):
            flow.addWidget(widget)
        self.switch.clicked.connect(self.switch_wanted)
        self.hold.clicked.connect(self._hold)
        self.value.valueChanged.connect(self._change)
        self.back.clicked.connect(self.back_wanted)
        self.show_held(None, possible=False, some=False)

    def show_held(self, held: Hold | None, *, possible: bool, some: bool) -> None:
        """Show whether what is selected can be held, how it is, and whether something is."""
        self._held = held
        self.switch.setText(self._off if held is None else self._on)
        self.switch.setEnabled(possible)
        self.hold.setEnabled(possible)
        self.value.setEnabled(possible)
        self.back.setEnabled(some)
        if held is not None and held.value != self.value.value() and held.value != 0:
            with QSignalBlocker(self.value):
                self.value.setValue(held.value)

    @Slot()
    def _hold(self) -> None:
        self.hold_wanted.emit(self.value.value())

    @Slot(float)
    def _change(self, value: float) -> None:
        """What is held follows the box."""
        if self._held is not None:
            self.hold_wanted.emit(value)


def hold_button(parent: QWidget) -> QToolButton:
    """What shows the row, or puts it away, where there is little room."""
    button = _button(translate("Draw", "Hold"))
    button.setParent(parent)
    button.setCheckable(True)
    button.setToolTip(
        translate("Draw", "Show the buttons that switch off the selected map, or hold it")
    )
    return button


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setProperty("framed", True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class _ValueSpin(NumberSpin):
    """A value with a true minus; a hyphen is understood too."""

    def textFromValue(self, value: float) -> str:
        return super().textFromValue(value).replace("-", MINUS)
