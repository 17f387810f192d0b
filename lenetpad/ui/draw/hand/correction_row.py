"""The row "It is a …": what the drawing shows, by one key or one click."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from lenetpad.ink.files import DIGITS, NO_DIGIT
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate

#: Keys that say it is no digit.
NONE: Final = (Qt.Key.Key_N, Qt.Key.Key_Minus)
#: In pixels at the usual size: of a digit's button, for a finger too.
BUTTON: Final = QSize(30, 30)
SPACING: Final = 4
MARGIN: Final = 6
SIDE: Final = 12


class CorrectionRow(QFrame):
    """``answered`` carries the label that the user gives: a digit, or ``NO_DIGIT``; ``closed``
    comes where there is no answer. While it is open the keys 0 to 9 and N are its own."""

    answered = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("correction")
        self.setAccessibleName(translate("Draw", "What the drawing shows"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._theme = theme
        self.title = QLabel()
        self.digits = [self._button(digit, int(digit)) for digit in DIGITS]
        self.none = self._button(not_a_digit(), NO_DIGIT)
        self.none.setToolTip(translate("Draw", "Not a digit (N)"))
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setToolTip(translate("Draw", "Close without an answer (Esc)"))
        self.close_button.setAccessibleName(translate("Draw", "Close without an answer"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.closed)
        self._flow = FlowLayout(self, SPACING)
        self._flow.setContentsMargins(SIDE, MARGIN, SIDE, MARGIN)
        for part in (self.title, *self.digits, self.none):
            self._flow.addWidget(part)
        self._flow.add_stretch()
        self._flow.addWidget(self.close_button)
        self.set_theme(theme)
        self.ask("")

    def _button(self, text: str, label: int | str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("framed", True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if isinstance(label, int):
            words = translate("Draw", "It is a {digit} (key {digit})")
            button.setToolTip(words.format(digit=text))
        button.clicked.connect(lambda: self.answered.emit(label))
        return button

    def ask(self, which: str) -> None:
        """Ask anew; ``which`` says what is asked about where that is not all of the drawing."""
        title = translate("Draw", "{which} is a …").format(which=which)
        self.title.setText(title if which else translate("Draw", "It is a …"))
        self.setAccessibleDescription(self.title.text())

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's size."""
        self._theme = theme
        for button in self.digits:
            button.setMinimumSize(theme.px(BUTTON.width()), theme.px(BUTTON.height()))
        self.none.setMinimumHeight(theme.px(BUTTON.height()))

    def lie_over(self, area: QRect) -> None:
        """Lie over an area, in as many lines as its width takes, and over what is above it where
        that is not high enough."""
        margin = MARGIN
        self._flow.setContentsMargins(SIDE, margin, SIDE, margin)
        needed = self._flow.heightForWidth(area.width())
        height = max(area.height(), needed)
        self._flow.setContentsMargins(SIDE, margin + (height - needed) // 2, SIDE, margin)
        top = max(0, area.bottom() + 1 - height)
        self.setGeometry(area.left(), top, area.width(), height)

    # Keys

    def event(self, event: QEvent) -> bool:
        """The row's keys are no shortcuts of the window's while it has the keyboard."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _label_of(event) is not None
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (label := _label_of(event)) is not None:
            self._answer(label)
        else:
            super().keyPressEvent(event)

    @Slot(object)
    def _answer(self, label: int | str) -> None:
        self.answered.emit(label)


def _label_of(event: QKeyEvent) -> int | str | None:
    """What a key says, in whatever layout; None where it says nothing here."""
    others = ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    if event.modifiers() & others:
        return None
    if event.text() in DIGITS:
        return int(event.text())
    return NO_DIGIT if event.key() in NONE else None
