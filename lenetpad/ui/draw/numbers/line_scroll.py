"""A scrolled area for something long: the wheel moves along it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class LineScroll(QScrollArea):
    """Scrolls a widget that says itself how large it is; Tab goes to that, not to the area.
    ``resized`` comes when there is another ``room``."""

    resized = Signal()

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setWidget(content)
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(self._frame_anew)

    @property
    def room(self) -> QSize:
        """What can be seen when both bars are there: whoever fills it sees nothing move when one
        of them comes."""
        bars = QSize(
            self.verticalScrollBar().sizeHint().width(),
            self.horizontalScrollBar().sizeHint().height(),
        )
        return (self.maximumViewportSize() - bars).expandedTo(QSize(1, 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def _frame_anew(self) -> None:
        """The frame of what has the keyboard stays around what is seen, and does not scroll."""
        content = self.widget()
        if content is not None and content.hasFocus():
            content.update()

    def reveal(self, area: QRectF) -> None:
        """Have a part of the content in sight, with something of what lies beside it."""
        middle = area.center().toPoint()
        across, down = round(area.width()), round(area.height() / 2)
        self.ensureVisible(middle.x(), middle.y(), across, down)

    def reveal_across(self, left: float, right: float) -> None:
        """Have a part of the line in sight, without scrolling up or down."""
        bar, margin = self.horizontalScrollBar(), round(right - left)
        bar.setValue(min(bar.value(), round(left) - margin))
        bar.setValue(max(bar.value(), round(right) + margin - self.viewport().width()))

    def scroll_as(self, other: LineScroll) -> None:
        """Be scrolled as far as another one."""
        for here, there in (
            (self.horizontalScrollBar(), other.horizontalScrollBar()),
            (self.verticalScrollBar(), other.verticalScrollBar()),
        ):
            here.setValue(round(there.value() / max(1, there.maximum()) * here.maximum()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Along the line, where there is nothing to see above or below."""
        if self.verticalScrollBar().maximum() == 0 and event.angleDelta().x() == 0:
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y())
            event.accept()
        else:
            super().wheelEvent(event)
