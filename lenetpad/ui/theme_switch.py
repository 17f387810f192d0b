"""The theme of now: chosen, kept, and followed by everything in a window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from lenetpad.ui.preferences import Preferences
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import Theme, ThemeChoice
from lenetpad.ui.widgets.turns import Steps, Turns

#: Before the next of several things that each take long, to let a pen through.
TURN_MS: Final = 10
HIDDEN_TURNS: Final = 4  # that a page waits which nobody sees


class ThemeSwitch(QObject):
    """Lets the pages in ``stack`` follow the theme; ``changed`` comes first, for what lies around
    them."""

    changed = Signal()

    def __init__(self, window: QWidget, preferences: Preferences, stack: QStackedWidget) -> None:
        super().__init__(window)
        self._window, self._preferences, self._stack = window, preferences, stack
        self.choice = preferences.theme
        self.theme: Theme = theme.resolve(self.choice)
        theme.apply(self.theme)
        self._turns = Turns(self, TURN_MS)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def active(self) -> bool:
        """Whether a page has yet to follow the theme."""
        return self._turns.active

    def choose(self, choice: ThemeChoice) -> None:
        """Use a theme and keep the choice."""
        self.choice = choice
        self._preferences.keep(theme=choice.value)
        self._use_theme()

    @Slot()
    def _follow_system(self) -> None:
        if self.choice is ThemeChoice.SYSTEM:
            self._use_theme()

    def _use_theme(self) -> None:
        self.theme = theme.resolve(self.choice)
        self._turns.start(self._follow_theme())
        # Until the open page has followed: both change at once.
        self._window.setUpdatesEnabled(False)
        theme.apply(self.theme)
        self.changed.emit()

    def _follow_theme(self) -> Steps[None]:
        """Let one page after the other follow the theme: a pen cannot wait for all of them."""
        shown = self._stack.currentWidget()
        try:
            if isinstance(shown, Page):
                shown.set_theme(self.theme)
                yield
        finally:
            self._window.setUpdatesEnabled(True)
            # A request to paint that came meanwhile was dropped, and Qt, which believes it to be
            # on its way, sends no other: the window would stand still for good.
            QCoreApplication.postEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        for page in [self._stack.widget(place) for place in range(self._stack.count())]:
            if isinstance(page, Page) and page is not shown:
                for _ in range(HIDDEN_TURNS):  # not in the turn in which the window is painted
                    yield
                page.set_theme(self.theme)
