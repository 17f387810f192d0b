"""A row of controls that goes on below where the window is too narrow for it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QSpacerItem,
    QWidget,
)

SPACING: Final = 6


class FlowLayout(QLayout):
    """Puts items side by side, each as wide as it likes to be, in as many lines as that takes.

    What comes after a stretch lies at the right end of its line; where the layout is ``centred``,
    each line lies in the middle.
    """

    centred = False

    def __init__(self, parent: QWidget | None = None, spacing: int = SPACING) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def add_stretch(self) -> None:
        """Move what comes to the right end of the line."""
        self.addItem(QSpacerItem(0, 0, QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum))

    def insert(self, place: int, widget: QWidget) -> None:
        """Put in a widget before the item that has this place."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())

    def add_titled(self, title: str, widget: QWidget, place: int = -1) -> QLabel:
        """Put in a control with its title before it, which stay together; returns the title."""
        label = QLabel(title)
        label.setBuddy(widget)
        pair = QWidget()
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING - 2)
        row.addWidget(label)
        row.addWidget(widget)
        self.insert(self.count() if place < 0 else place, pair)
        return label

    @property
    def line_width(self) -> int:
        """How wide it is with all items in one line."""
        shown = [item.sizeHint().width() for item in self._items if _is_shown(item)]
        return sum(shown) + self.spacing() * max(0, len(shown) - 1) + _width(self)

    # What Qt asks of a layout

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._lay(area, move=True)

    def sizeHint(self) -> QSize:
        return QSize(self.line_width, self.heightForWidth(self.line_width))

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._items if _is_shown(item)]
        least = QSize(
            max((size.width() for size in shown), default=0),
            max((size.height() for size in shown), default=0),
        )
        return least.grownBy(self.contentsMargins())

    def _lay(self, area: QRect, *, move: bool) -> int:
        """Place the items, if ``move``; returns the height that they take."""
        inside = area.marginsRemoved(self.contentsMargins())
        y = inside.top()
        for line in self._lines(inside.width()):
            sizes = [_size(item, inside.width()) for item in line]
            height = max((size.height() for size in sizes), default=0)
            taken = sum(size.width() for size in sizes)
            taken += self.spacing() * max(0, sum(map(_is_shown, line)) - 1)
            x = inside.left()
            if self.centred:
                x += max(0, inside.width() - taken) // 2
            for item, size in zip(line, sizes, strict=True):
                if not _is_shown(item):
                    x += max(0, inside.width() - taken) if _is_stretch(item) else 0
                    continue
                if move:
                    place = QPoint(x, y + (height - size.height()) // 2)
                    item.setGeometry(QRect(place, size))
                x += size.width() + self.spacing()
            y += height + self.spacing()
        return y - self.spacing() - area.top() + self.contentsMargins().bottom()

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """Which items lie in one line."""
        lines: list[list[QLayoutItem]] = [[]]
        taken = 0
        for item in self._items:
            if _is_shown(item):
                wanted = _size(item, width).width()
                if taken and taken + self.spacing() + wanted > width:
                    lines.append([])
                    taken = 0
                taken += wanted + (self.spacing() if taken else 0)
            lines[-1].append(item)
        return lines


class FlowRow(QWidget):
    """A widget that is as high as its ``flow`` needs, also in a splitter, which asks nobody how
    high a width makes him."""

    def __init__(self, spacing: int = SPACING) -> None:
        super().__init__()
        self.flow = FlowLayout(self, spacing)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """A button got another text, or the style sheet changed."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        self.setFixedHeight(self.flow.heightForWidth(self.width()))


def _is_stretch(item: QLayoutItem) -> bool:
    return item.spacerItem() is not None


def _is_shown(item: QLayoutItem) -> bool:
    return not item.isEmpty() and not _is_stretch(item)


def _size(item: QLayoutItem, room: int) -> QSize:
    """How large an item is: as it likes, but no wider than there is room."""
    if not _is_shown(item):
        return QSize(0, 0)
    size = item.sizeHint().expandedTo(item.minimumSize()).boundedTo(item.maximumSize())
    if size.width() > room:
        size.setWidth(max(room, item.minimumSize().width()))
    return size


def _width(layout: QLayout) -> int:
    margins: QMargins = layout.contentsMargins()
    return margins.left() + margins.right()
