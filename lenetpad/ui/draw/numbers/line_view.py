"""What the views in the place of the maps have in common: a frame, a title, and a way back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.reading import Reading

MARGIN: Final = 8
HIGHEST: Final = 1 << 20  # of a view that wants all the room


class LineView(QWidget):
    """``closed`` comes where the user wants the maps again; ``painted`` carries the serial of the
    reading that is on screen."""

    closed = Signal()
    painted = Signal(object)

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
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
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        self.column.setSpacing(4)
        header = QHBoxLayout()
        header.addWidget(self.title, 1)
        header.addWidget(self.back)
        self.column.addLayout(header)

    @property
    def focus_widget(self) -> QWidget:
        """Which part takes the keyboard when the view is opened."""
        return self.back

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

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme

    def escape(self) -> bool:
        """Take back what was chosen last; False where nothing is."""
        return False
