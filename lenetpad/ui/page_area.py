"""Where a page lies: it is scrolled where the window is smaller than the page can be."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QWidget

from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import Theme, dress


class PageArea(QScrollArea):
    """Shows a page as large as the area, or as the page must be.

    A page is best built in ``place``: one that is moved there is styled once more.
    """

    # Place and scrollbars are made here, for to ask Qt for those that it makes itself would have
    # all of its types made at the start (``qt_types``).

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.page: Page | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.place = QWidget()
        self.setViewport(self.place)
        self._bars = QScrollBar(Qt.Orientation.Vertical), QScrollBar(Qt.Orientation.Horizontal)
        self.setVerticalScrollBar(self._bars[0])
        self.setHorizontalScrollBar(self._bars[1])
        self.place.setAutoFillBackground(False)

    def put(self, page: Page) -> None:
        """Take in the page."""
        self.page = page
        self.setWidget(page)
        page.setAutoFillBackground(False)
        page.installEventFilter(self)
        self._fit()

    def dress_bars(self, theme: Theme) -> None:
        """Give the scrollbars the theme; the page has its own style sheet."""
        for bar in self._bars:
            dress(bar, theme)

    def minimumSizeHint(self) -> QSize:
        """The header needs its room more: a page can be scrolled."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.page and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Give the page its size. A scrollbar takes room, which may call for the other one."""
        if self.page is None:
            return
        full = room = self.maximumViewportSize()
        upright, level = self._bars
        bars = QSize(upright.sizeHint().width(), level.sizeHint().height())
        for _ in range(2):
            least = self.page.least_size(room.width())
            room = QSize(
                full.width() - (bars.width() if least.height() > room.height() else 0),
                full.height() - (bars.height() if least.width() > room.width() else 0),
            )
        self.page.resize(room.expandedTo(self.page.least_size(room.width())))
