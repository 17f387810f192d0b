"""The time line's place on the Draw page, and the panel in it, which is made when first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget

from lenetpad.ui.widgets.theme import Theme

if TYPE_CHECKING:
    from lenetpad.ui.draw.time_line.panel import TimeLinePanel


class TimeLinePlace(QObject):
    """``toggled`` says whether the time line takes its place now. Without it the keyboard is the
    ``canvas``'s."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, page: QWidget, canvas: QWidget) -> None:
        super().__init__(page)
        self._theme, self._page, self._canvas = theme, page, canvas
        self._panel: TimeLinePanel | None = None
        self._hidden = False  # whether nothing is to say which digit is read

    @property
    def panel(self) -> TimeLinePanel:
        """What was read while the drawing was written."""
        if self._panel is None:
            from lenetpad.ui.draw.time_line.panel import TimeLinePanel

            self._panel = TimeLinePanel(self._theme, self._page)
            self._panel.hide()
            self._panel.plot.hide_answer(hidden=self._hidden)
            self._panel.closed.connect(self.close)
        return self._panel

    @property
    def shown(self) -> bool:
        """Whether it takes its place."""
        return self._panel is not None and not self._panel.isHidden()

    def show(self, *, shown: bool) -> None:
        """Give it its place, or take it away."""
        if shown != self.shown:
            focused = QApplication.focusWidget()
            held = focused is not None and self.panel.isAncestorOf(focused)
            self.panel.setVisible(shown)
            if held:
                self._canvas.setFocus()
            self.toggled.emit(shown)

    @Slot()
    def close(self) -> None:
        """Take it away."""
        self.show(shown=False)

    def lie_in(self, area: QRect | None) -> None:
        """Lie there, where it is shown."""
        if area is not None:
            self.panel.setGeometry(area)

    def escape(self) -> bool:
        """Show all of a drawing that is replayed; False where that is shown."""
        return self.shown and self.panel.escape()

    def hide_answer(self, *, hidden: bool) -> None:
        """Show the pen's time alone, for who is to guess first, or all again."""
        self._hidden = hidden
        if self._panel is not None:
            self._panel.plot.hide_answer(hidden=hidden)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self._theme = theme
        if self._panel is not None:
            self._panel.set_theme(theme)
