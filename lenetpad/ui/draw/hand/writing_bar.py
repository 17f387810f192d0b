"""The bar of *Write each digit once*: which digit is to be written, and how far one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.theme import Theme, dress
from lenetpad.ui.widgets.words import translate

#: In pixels at the usual size.
TASK_PIXELS: Final = 24
TRACK_HEIGHT: Final = 8
TRACK_WIDTH: Final = 120
BUTTONS: Final = ("previous_to_write", "skip_to_write", "next_to_write", "stop_writing")


class WritingBar(QFrame):
    """``actions`` are the window's, for its buttons; ``more`` is the button that asks for ten more
    drawings, where all ten are written."""

    def __init__(self, actions: Mapping[str, QAction], theme: Theme) -> None:
        super().__init__()
        self.setObjectName("writing")
        self.setAccessibleName(translate("Draw", "Write each digit once"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.task, self.place = QLabel(), QLabel()
        self.track = QProgressBar()
        self.track.setTextVisible(False)
        self.track.setAccessibleName(translate("Draw", "Digits that are written"))
        self.more = QToolButton()  # as high as the others: nothing moves when it comes
        self.more.setText(translate("Draw", "Ten more"))
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.setToolTip(translate("Draw", "Twenty drawings are learnt better than ten"))
        actions["stop_writing"].setIconText(translate("Draw", "Stop"))
        actions["next_to_write"].setIconText(translate("Draw", "Next"))
        actions["previous_to_write"].setIconText(translate("Draw", "Back"))
        actions["skip_to_write"].setIconText(translate("Draw", "Skip"))
        self.buttons = {name: tool_button(actions[name]) for name in BUTTONS}
        row = FlowRow()
        row.flow.addWidget(self.task)
        row.flow.addWidget(self.place)
        row.flow.addWidget(self.track)
        row.flow.add_stretch()
        for button in (self.more, *self.buttons.values()):
            button.setProperty("framed", True)
        for name, button in self.buttons.items():
            if name == "next_to_write":
                row.flow.addWidget(self.more)
            row.flow.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 8)
        layout.addWidget(row)
        self.set_theme(theme)
        self.show_place("", 0, 10)

    def show_place(self, digit: str, done: int, count: int) -> None:
        """Ask for a digit, ``done`` of ``count`` being written; "" where all of them are."""
        if digit:
            self.task.setText(translate("Draw", "Write a {digit}").format(digit=digit))
        else:
            self.task.setText(translate("Draw", "All are written"))
        where = translate("Draw", "{done} of {count}")
        self.place.setText(where.format(done=done, count=count))
        self.track.setRange(0, count)
        self.track.setValue(done)
        self.more.setVisible(not digit)
        for name in ("skip_to_write", "stop_writing"):
            self.buttons[name].setVisible(bool(digit))
        self.setAccessibleDescription(f"{self.task.text()}. {self.place.text()}")

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and size."""
        dress(self, theme)
        font = QFont(self.font())
        font.setPixelSize(theme.px(TASK_PIXELS))
        font.setBold(True)
        self.task.setFont(font)
        self.track.setFixedSize(theme.px(TRACK_WIDTH), theme.px(TRACK_HEIGHT))
