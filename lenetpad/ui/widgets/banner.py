"""A message that moves nothing: what failed and what to do, or a note that goes by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import translate

NOTE_MS: Final = 8000  # how long a note stays
BUTTON_MS: Final = 20_000  # where it has a button, for a hand to reach it
BREAK: Final = "\u200b"  # lets a long path continue on the next line


class Banner(QFrame):
    """Lies over a part of its parent until it is closed or replaced, or its time is over.

    It is as high as that part or, where a message needs more, as the whole message. ``changed``
    says that another message is shown, or none.
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area, self._upwards = QRect(), False
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip(translate("Window", "Close this message"))
        self._close.setAccessibleName(self._close.toolTip())
        self._close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._close.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 4, 4)
        self._button = QPushButton()
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._act)
        self._action: Callable[[], object] | None = None
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.put_away)
        self._standing = ""
        self._message = ""
        self.hide()

    @property
    def text(self) -> str:
        """What the banner says."""
        return self._message

    def shows(self, message: str) -> bool:
        """Whether this message is on screen."""
        return not self.isHidden() and self._message == message

    @Slot(str)
    def warn(self, message: str) -> None:
        """Show what went wrong until the user closes it."""
        self._timer.stop()
        self._show(message, kind="warning")

    @Slot(str)
    def stand(self, message: str) -> None:
        """Warn of what stays wrong: it comes back after other messages, until the user closes it
        or "" says that it is over."""
        over = not message and self.text == self._standing
        self._standing = message
        if message:
            self.warn(message)
        elif over:
            self.hide()

    @Slot()
    def put_away(self) -> None:
        """Take away a message that is over; what stands comes back."""
        if self._standing:
            self.warn(self._standing)
        else:
            self.hide()

    def take_back(self, message: str) -> None:
        """Take away this message, where it is still what the banner says, and nothing else."""
        if message and self._message == message:
            self.put_away()

    def withdraw(self) -> None:
        """Take away what is offered, or good to know: it is being done. Warnings stay."""
        if self.property("kind") == "note":
            self.put_away()

    @Slot()
    def _dismiss(self) -> None:
        self._standing = ""
        self.hide()

    @Slot(str)
    def note(
        self, message: str, label: str = "", action: Callable[[], object] | None = None
    ) -> None:
        """Show what is good to know for a while, with a button where there is an action."""
        self._timer.start(NOTE_MS if action is None else BUTTON_MS)
        self._show(message, kind="note", label=label, action=action)

    def offer(self, message: str, label: str, action: Callable[[], object]) -> None:
        """Show something that can be acted on by a button, until it is closed or replaced."""
        self._timer.stop()
        self._show(message, kind="note", label=label, action=action)

    @Slot()
    def _act(self) -> None:
        action = self._action
        self.put_away()
        if action is not None:
            action()

    def lie_over(self, area: QRect, *, upwards: bool = False) -> None:
        """Cover this part of the parent, and more below it, or above it if ``upwards``, where a
        message needs more."""
        self._area, self._upwards = area, upwards
        self._place()

    def _place(self) -> None:
        """Be as high as the message needs, at least as high as the area, within the parent."""
        area = QRect(self._area)
        area.setHeight(max(area.height(), self.needed_height(area.width())))
        if self._upwards:
            area.moveBottom(self._area.bottom())
        if (parent := self.parentWidget()) is None:
            return
        area.moveTop(max(0, min(area.top(), parent.height() - area.height())))
        self.setGeometry(area.intersected(parent.rect()))

    def needed_height(self, width: int) -> int:
        """The height of the whole message in a banner of a width."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        hints = [one.sizeHint() for one in (self._button, self._close) if not one.isHidden()]
        taken = sum(hint.width() + layout.spacing() for hint in hints)
        high = max(hint.height() for hint in hints)
        room = width - taken - margins.left() - margins.right()
        text = self._height_of(_breakable(self._message), max(room, 1))
        return max(text, high) + margins.top() + margins.bottom()

    def _show(
        self,
        message: str,
        kind: str,
        label: str = "",
        action: Callable[[], object] | None = None,
    ) -> None:
        self._button.setText(label)
        self._button.setVisible(bool(label))
        self._action = action
        self._message = message
        self._label.setToolTip(tip_of(_breakable(message)))
        self.setProperty("kind", kind)
        for part in (self, *self.findChildren(QWidget)):
            self.style().unpolish(part)  # the style sheet asks for the kind only when polishing
            self.style().polish(part)
        self._place()
        self.show()
        self.raise_()
        self._fit()
        self.changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()  # a page that was not seen may have had another size

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.changed.emit()

    def _fit(self) -> None:
        """Show as much of the message as there is room for, its beginning and its end; the tip
        has all of it."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        fewest, most = 0, len(self._message)  # characters that fit, and that may fit
        while fewest < most:
            half = (fewest + most + 1) // 2
            if self._has_room_for(self._cut_to(half)):
                fewest = half
            else:
                most = half - 1
        self._label.setText(_breakable(self._cut_to(fewest)))

    def _cut_to(self, length: int) -> str:
        message = self._message
        if length >= len(message):
            return message
        end = length // 2
        return f"{message[: length - end]}…{message[len(message) - end :]}"

    def _height_of(self, text: str, width: int) -> int:
        """How high a text is in lines of a width."""
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        room = QRect(0, 0, width, 1 << 15)
        return self._label.fontMetrics().boundingRect(room, flags, text).height()

    def _has_room_for(self, text: str) -> bool:
        room = self._label.contentsRect()
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        size = self._label.fontMetrics().boundingRect(
            QRect(0, 0, room.width(), 1 << 15), flags, _breakable(text)
        )
        return size.height() <= room.height() and size.width() <= room.width()


def _breakable(message: str) -> str:
    """The message, whose paths may go on in the next line."""
    for separator in ("/", "\\"):
        message = message.replace(separator, separator + BREAK)
    return message
