"""A page of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.theme import Theme, dress


class Page(QWidget):
    """Has its style sheet from the beginning, so that every part gets it when it is put in."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress(self, theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        dress(self, theme)
