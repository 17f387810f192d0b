"""Covers over the panels that say the answer, for who is to guess first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from PySide6.QtCore import QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.panel import CORNER, ReadingPanel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate

VERDICT: Final = "verdict"
PROBABILITIES: Final = "probabilities"


def hidden_words() -> str:
    """That the answer is hidden, and how it is shown."""
    return translate("Draw", "Hidden: guess first. Q shows it.")


class Cover(QWidget):
    """Lies where a panel is hidden, with a question mark."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(translate("Draw", "Hidden"))
        self.setToolTip(hidden_words())
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._theme.line))
        painter.setBrush(QColor(self._theme.panel))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CORNER, CORNER)
        font = QFont(self.font())
        font.setPixelSize(max(1, round(0.7 * min(self.height(), self.width()))))
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.dim))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, "?")


class Covers(QObject):
    """Hides panels by their names, and lays covers in their places; nothing else moves.

    A panel that is not painted is waited for by nobody, so that readings go on behind it.
    """

    def __init__(self, page: QWidget, theme: Theme, panels: Mapping[str, ReadingPanel]) -> None:
        super().__init__(page)
        self._panels = panels
        self._covers = {name: Cover(theme, page) for name in panels}
        self.covered: frozenset[str] = frozenset()

    def cover(self, names: Collection[str], without: Collection[str] = ()) -> None:
        """Cover these panels and no other; those ``without`` a place of their own stay hidden."""
        self.covered = frozenset(names)
        for name, panel in self._panels.items():
            panel.setVisible(name not in self.covered and name not in without)
        self.place()

    @Slot()
    def place(self) -> None:
        """Lay the covers where their panels are."""
        for name, panel in self._panels.items():
            cover = self._covers[name]
            cover.setGeometry(panel.geometry())
            cover.setVisible(name in self.covered)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        for cover in self._covers.values():
            cover.set_theme(theme)
