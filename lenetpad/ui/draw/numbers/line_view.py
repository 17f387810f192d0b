"""What the views in the place of the maps have in common: a frame, a title, and a way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Self

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.draw.covers import Cover
from lenetpad.ui.draw.numbers.facts_panel import FactsPanel
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.reading import Reading

MARGIN: Final = 8
SPACING: Final = 4
WIDE: Final = 560  # pixels at the usual size: from here on the head may stand beside the body
FLAT: Final = 2.6  # where the view is so many times wider than high
HEAD_WIDTH: Final = 310
QWIDGETSIZE_MAX: Final = (1 << 24) - 1  # as Qt has it
HIGHEST: Final = 1 << 20  # of a view that wants all the room


class LineView(QWidget):
    """``closed`` comes where the user wants the maps again; ``painted`` carries the serial of the
    reading that is on screen."""

    closed = Signal()
    painted = Signal(object)

    #: Pixels of height at the usual size: below, the facts take one line.
    low: ClassVar[int]
    has_facts: ClassVar[bool] = True

    def __init__(
        self, title: str, facts: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.facts = FactsPanel(theme, facts)
        self.setObjectName("lineView")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.reading: Reading | None = None
        self.title = ElidedLabel(title)
        self.title.setObjectName("title")
        self.back = QPushButton(translate("Draw", "Show maps"))
        self.back.setToolTip(translate("Draw", "Back to the maps (Esc)"))
        self.back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.back.clicked.connect(self.closed)
        self.head = QWidget()
        self.column = QVBoxLayout(self.head)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(SPACING)
        self.header = QHBoxLayout()
        self.header.addWidget(self.title, 1)
        self.header.addWidget(self.back)
        self.column.addLayout(self.header)
        self._body = QWidget()
        self._cover = Cover(theme, self)
        self._whole = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._whole.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self._whole.setSpacing(SPACING)

    def put_together(self, parts: Sequence[QWidget], body: QLayout) -> None:
        """Lay parts of the head and the facts below the title, and the body below the head."""
        for part in (*parts, self.facts):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.facts.setVisible(self.has_facts)
        body.setContentsMargins(0, 0, 0, 0)
        self._body.setLayout(body)
        self._whole.addWidget(self.head)
        for part in (self._body, self._cover):
            self._whole.addWidget(part, 1)

    @property
    def beside(self) -> bool:
        """Whether the head stands beside the body, for it is low and wide here."""
        width = self.width()
        return width >= self.theme.px(WIDE) and width >= FLAT * self.height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def _fit_head(self) -> None:
        directions = QBoxLayout.Direction
        beside = self.beside
        self.facts.set_low(low=self.height() < self.theme.px(self.low) and not beside)
        self._whole.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self.head.setMaximumWidth(self.theme.px(HEAD_WIDTH) if beside else QWIDGETSIZE_MAX)
        self.head.setMinimumWidth(self.theme.px(HEAD_WIDTH) if beside else 0)

    @property
    def focus_widget(self) -> QWidget:
        """Which part takes the keyboard when the view is opened."""
        return self.back

    def take_keyboard(self) -> None:
        """Give the keyboard to that part, or to the way back where it is covered."""
        (self.back if self.covered else self.focus_widget).setFocus()

    @property
    def covered(self) -> bool:
        """Whether all that says the answer is hidden."""
        return self._body.isHidden()

    def hide_answer(self, *, hidden: bool) -> None:
        """Cover all that says the answer, for who is to guess first, or show it again."""
        focused = QApplication.focusWidget()
        held = focused is not None and self._body.isAncestorOf(focused)
        self._body.setVisible(not hidden)
        self._cover.setVisible(hidden)
        self.facts.setVisible(self.has_facts and not hidden)
        if held:
            self.back.setFocus()

    def height_wanted(self) -> int:
        """How high it likes to be, in pixels; what is left below it goes to the maps."""
        return HIGHEST

    def say_room(self, *, maps_below: bool) -> None:
        """Whether the maps are seen below."""

    def show_reading(self, reading: Reading) -> None:
        """Show another reading."""
        self.reading = reading

    def forget_reading(self) -> None:
        """Show nothing: what there was is not of what lies on the canvas now."""
        self.reading = None

    def only_show(self) -> None:
        """Leave out what can be clicked: it shows what another view of its kind shows."""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.back.hide()

    def show_as(self, other: Self) -> None:
        """Show what another view of this kind shows now."""
        if other.covered != self.covered:
            self.hide_answer(hidden=other.covered)
        if self.title.text() != other.title.text():
            self.title.setText(other.title.text())
        self.facts.show_as(other.facts)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self.facts.set_theme(theme)
        self._cover.set_theme(theme)
        self._fit_head()

    def escape(self) -> bool:
        """Take back what was chosen last; False where nothing is."""
        return False
