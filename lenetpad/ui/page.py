"""A page of the window that is built when it is first opened."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lenetpad.ui.theme import Theme


class Page(QWidget):
    """What the window needs of such a page."""

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        raise NotImplementedError
