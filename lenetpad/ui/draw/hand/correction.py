"""Where the page asks what the drawing shows: a button beside the verdict, and the row that it
opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from lenetpad.ui.draw.hand.correction_row import CorrectionRow
    from lenetpad.ui.draw.page import DrawPage


class Correction(QObject):
    """``answered`` carries the label that the user gives. The row is made when it is first
    wanted."""

    answered = Signal(object)

    def __init__(self, theme: Theme, page: DrawPage, action: QAction) -> None:
        super().__init__(page)
        self._theme, self._page = theme, page
        self._area = QRect()
        self._row: CorrectionRow | None = None
        action.setIconText(action.text())  # of which Qt would leave the dots out
        self.button = tool_button(action)
        self.button.setParent(page.verdict)
        self.button.setProperty("framed", True)

    @property
    def row(self) -> CorrectionRow:
        """What asks."""
        if self._row is None:
            from lenetpad.ui.draw.hand.correction_row import CorrectionRow

            self._row = row = CorrectionRow(self._theme, self._page)
            row.hide()
            row.answered.connect(self.answered)
            row.closed.connect(self.close)
            self._page.setTabOrder(self.button, row.digits[0])
        return self._row

    @property
    def shown(self) -> bool:
        """Whether the row is open."""
        return self._row is not None and not self._row.isHidden()

    def ask(self, which: str) -> None:
        """Open the row, which has the keyboard then; ``which`` says what is asked about where that
        is not all of the drawing."""
        row = self.row
        row.ask(which)
        row.lie_over(self._area)
        row.show()
        row.raise_()
        row.digits[0].setFocus(Qt.FocusReason.TabFocusReason)

    def close(self) -> None:
        """Close the row; the canvas has the keyboard again."""
        if self._row is not None and self.shown:
            focused = QApplication.focusWidget()
            inside = focused is not None and self._row.isAncestorOf(focused)
            self._row.hide()
            if inside:
                self._page.canvas.setFocus()

    def escape(self) -> bool:
        """Close the row for Esc; False where it is not open."""
        shown = self.shown
        self.close()
        return shown

    def set_staged(self, *, staged: bool) -> None:
        """A hall sees no buttons."""
        self.close()
        self.button.setVisible(not staged)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's size."""
        self._theme = theme
        if self._row is not None:
            self._row.set_theme(theme)
            self._row.lie_over(self._area)

    def lie_over(self, area: QRect) -> None:
        """Where the row has its place."""
        self._area = area
        if self._row is not None:
            self._row.lie_over(area)
