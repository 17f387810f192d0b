"""A small panel over the page that says what a layer is for, or what a term means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from lenetpad.ui.draw.layer_texts import LINK, layer_text, term_text
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.layers import LayerSpec

WIDTH: Final = 420  # at most, at the usual size
GAP: Final = 8  # between it and what it stands beside, and the edges of its parent


class LayerHelp(QFrame):
    """Lies hidden over its parent until ``show_layer`` or ``show_term`` is called, and takes the
    keyboard while it is shown: Tab walks its links, Return follows one, Alt+Left goes back, Esc
    closes it and gives the keyboard back.

    ``parent`` has the theme's style sheet. A page that has an ``escape`` calls that of the panel
    first: Esc closes it also where the keyboard is elsewhere.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("layerHelp")
        self.setAccessibleName(translate("Draw", "Layer help"))
        self._theme, self._over = theme, parent
        self._shown: list[tuple[str, str]] = []  # titles and texts, what is on screen last
        self._layer = ""  # whose text is the first of them
        self._beside = QRect()
        self._keyboard: QWidget | None = None  # who had it
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.RichText)
        self.back = _button(translate("Draw", "Back"), self.go_back)
        self.closing = _button(translate("Draw", "Close"), self.hide)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.anchorClicked.connect(self._follow)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        head.addWidget(self.closing)
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        # The keyboard begins in the text: the buttons come behind its links.
        self.setTabOrder(self.text, self.back)
        self.setTabOrder(self.back, self.closing)
        self.set_theme(theme)
        self.hide()
        self.text.installEventFilter(self)
        parent.installEventFilter(self)

    def show_layer(
        self,
        specs: Sequence[LayerSpec],
        name: str,
        beside: QRect,
        shown: Shown = Shown.VALUES,
    ) -> None:
        """Say what a layer is for, and what is ``shown`` of it, beside a rectangle of the
        parent's. ``specs`` are all layers of the network, the input first."""
        self._begin(_about_layer(specs, name, shown), beside)
        self._layer = name

    def show_network(self, specs: Sequence[LayerSpec], shown: Shown = Shown.VALUES) -> None:
        """Say of the layer that is explained what it is in another network, which has the same
        layers, or where something else is ``shown`` of them; nothing where its layers are not
        known."""
        if not specs:
            self.hide()
        elif self._layer:
            self._shown[0] = _about_layer(specs, self._layer, shown)
            self._show_last()

    def show_term(self, name: str, beside: QRect) -> None:
        """Say what a term means, beside a rectangle of the parent's."""
        self._begin(term_text(name), beside)

    @Slot()
    def go_back(self) -> None:
        """Show again what was shown before a link was followed."""
        if len(self._shown) > 1:
            self._shown.pop()
            self._show_last()

    def escape(self) -> bool:
        """Close the panel; False where it is not shown."""
        shown = self.isVisible()
        self.hide()
        return shown

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours and size."""
        self._theme = theme
        self.setStyleSheet(
            f"#layerHelp {{ background: {theme.panel}; border: 1px solid {theme.edge};"
            " border-radius: 8px; }"
            f"#layerHelp QTextBrowser {{ background: {theme.panel}; padding: 0;"
            f" border: 1px solid {theme.panel}; }}"
            f"#layerHelp QTextBrowser:focus {{ border-color: {theme.accent}; }}"
        )
        if self._shown:
            self._show_last()

    # What is shown, and where

    def _begin(self, shown: tuple[str, str], beside: QRect) -> None:
        if not self.isVisible():
            self._keyboard = QApplication.focusWidget()
        self._shown, self._beside, self._layer = [shown], beside, ""
        self._show_last()
        self.show()
        self.raise_()
        self.text.setFocus()

    @Slot(QUrl)
    def _follow(self, link: QUrl) -> None:
        self._shown.append(term_text(link.toString().removeprefix(LINK)))
        self._show_last()

    def _show_last(self) -> None:
        title, text = self._shown[-1]
        self.title.setText(f"<b>{title}</b>")
        self.text.setHtml(text)
        self.text.setAccessibleName(title)
        self.back.setEnabled(len(self._shown) > 1)
        self._place()

    def _place(self) -> None:
        """Lie right of the rectangle, left of it, below or above, where there is room in the
        parent, as high as the text; over it where there is none."""
        room = self._over.rect().adjusted(GAP, GAP, -GAP, -GAP)
        width = min(self._theme.px(WIDTH), room.width())
        size = self._fitting(width, room.height())
        beside = self._beside.adjusted(-GAP, -GAP, GAP, GAP)
        corners = (
            QPoint(beside.right(), self._beside.top()),
            QPoint(beside.left() - size.width(), self._beside.top()),
            QPoint(self._beside.left(), beside.bottom()),
            QPoint(self._beside.left(), beside.top() - size.height()),
        )
        places = [_within(QRect(corner, size), room) for corner in corners]
        free = [place for place in places if not place.intersects(self._beside)]
        self.setGeometry((free or places)[0])

    def _fitting(self, width: int, largest: int) -> QSize:
        """Its size at a width: no higher than needed, nor than the largest height."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        document = self.text.document().clone()
        document.setTextWidth(width - margins.left() - margins.right() - 4)
        around = margins.top() + margins.bottom() + layout.spacing() + 4
        height = round(document.size().height()) + self.back.sizeHint().height() + around
        document.deleteLater()
        return QSize(width, min(height, largest))

    # The keyboard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside what is explained, and take Alt+Left from the text, which cannot use it."""
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        pressed = watched is self.text and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and _is_ours(event):
            self.keyPressEvent(event)
            return True
        return False

    def event(self, event: QEvent) -> bool:
        """The window's own Esc waits."""
        waits = event.type() == QEvent.Type.ShortcutOverride
        if waits and isinstance(event, QKeyEvent) and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.matches(QKeySequence.StandardKey.Back):
            self.go_back()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the keyboard back."""
        before = self._keyboard
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus()
        self._keyboard = None


def _about_layer(specs: Sequence[LayerSpec], name: str, shown: Shown) -> tuple[str, str]:
    """A layer's title and text."""
    title = translate("Draw", "Output") if name == "output" else name
    title = translate("Draw", "Input") if name == "input" else title
    return title, layer_text(specs, name, shown)


def _within(place: QRect, room: QRect) -> QRect:
    """The place, moved by as little as it takes to lie within the room."""
    x = max(room.left(), min(place.left(), room.right() + 1 - place.width()))
    y = max(room.top(), min(place.top(), room.bottom() + 1 - place.height()))
    return QRect(QPoint(x, y), place.size())


def _is_ours(event: QKeyEvent) -> bool:
    """Whether it is a key that the panel has a use for."""
    return event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Back)


def _button(words: str, slot: Callable[[], object]) -> QToolButton:
    button = QToolButton()
    button.setProperty("framed", True)
    button.setText(words)
    button.clicked.connect(slot)
    return button
