"""Buttons of the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton

ICON: Final = QSize(20, 20)


def tool_button(action: QAction) -> QToolButton:
    """A button for an action: a click on it leaves the keyboard with the canvas."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setIconSize(ICON)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
