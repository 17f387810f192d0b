"""The theme of now, and its size: chosen, kept, and followed by everything in a window.

Texts and controls grow with the window, so that a hall can read them, and by as much again as the
user wants.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Protocol

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from lenetpad.ui.preferences import Preferences
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import Theme, ThemeChoice
from lenetpad.ui.widgets.turns import Steps, Turns

USUAL: Final = QSize(1280, 800)  # the window's size in which texts have their usual size
#: Of the growth with the window: no smaller step, for each has all widgets styled.
GROWTH_STEP: Final = 0.125
LARGEST_GROWTH: Final = 2.5
ZOOMS: Final = (0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5)
#: A window that is being resized is restyled when it has stood still for so long.
STILL_MS: Final = 150
#: On the stage: for so many pixels of its height texts have their usual size, in which the
#: smallest are 11 high. They are 2.2 % of the height then, and readable from the back row.
HALL_SHARE: Final = 0.022
HALL_HEIGHT: Final = 11 / HALL_SHARE
#: Before the next of several things that each take long, to let a pen through.
TURN_MS: Final = 10
HIDDEN_TURNS: Final = 4  # that a page waits which nobody sees


class HasPages(Protocol):
    """Where pages are shown."""

    page_widgets: dict[str, Page]  # those that have been built

    @property
    def shown_page(self) -> Page | None:
        """The one that is on screen."""


class ThemeSwitch(QObject):
    """Lets the window's pages follow the theme; ``changed`` comes first, for what lies around
    them."""

    changed = Signal()

    def __init__(self, window: QWidget, preferences: Preferences, pages: HasPages) -> None:
        super().__init__(window)
        self._window, self._preferences, self._pages = window, preferences, pages
        self.choice = preferences.theme
        self.zoom = preferences.zoom
        self._growth = 1.0
        self._hall = 0  # the height of the stage, 0 where there is none
        self.theme: Theme = theme.resolve(self.choice, self.zoom)
        theme.apply(self.theme)
        self._turns = Turns(self, TURN_MS)
        self._still = QTimer(self, singleShot=True, interval=STILL_MS)
        self._still.timeout.connect(self.fit)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    @property
    def active(self) -> bool:
        """Whether a page has yet to follow the theme, or its size."""
        return self._turns.active or self._still.isActive()

    def choose(self, choice: ThemeChoice) -> None:
        """Use a theme and keep the choice."""
        self.choice = choice
        self._preferences.keep(theme=choice.value)
        self._use_theme()

    def step_zoom(self, step: int) -> None:
        """Use the next larger (+1) or smaller (-1) size of texts and controls, and keep it; 0 is
        for the usual one."""
        larger = [zoom for zoom in ZOOMS if zoom > self.zoom + 0.001]
        smaller = [zoom for zoom in reversed(ZOOMS) if zoom < self.zoom - 0.001]
        found = {1: larger, -1: smaller, 0: [1.0]}[step]
        if found and found[0] != self.zoom:
            self.zoom = found[0]
            self._preferences.keep(zoom=self.zoom)
            self._use_theme()

    def fill_hall(self, height: int) -> None:
        """Have texts readable in a hall, on a stage of this height; 0 gives them back the size
        that the user wants."""
        if height != self._hall:
            self._hall = height
            self._use_theme()

    def fit_soon(self) -> None:
        """Follow the window's size, once it stands still."""
        self._still.start()

    @Slot()
    def fit(self) -> None:
        """Follow the window's size now."""
        size = self._window.size()
        if self._hall:
            self.fill_hall(size.height())
            return
        room = min(size.width() / USUAL.width(), size.height() / USUAL.height())
        growth = math.floor(min(room, LARGEST_GROWTH) / GROWTH_STEP) * GROWTH_STEP
        growth = max(growth, 1.0)
        if growth != self._growth:
            self._growth = growth
            self._use_theme()

    @Slot()
    def _follow_system(self) -> None:
        if self.choice is ThemeChoice.SYSTEM:
            self._use_theme()

    def _use_theme(self) -> None:
        self.theme = theme.resolve(self.choice, self.zoom * self._growth)
        if self._hall:
            self.theme = hall_theme(self.theme, self._hall)
        self._turns.start(self._follow_theme())
        # Until the open page has followed: both change at once.
        self._window.setUpdatesEnabled(False)
        theme.apply(self.theme)
        self.changed.emit()

    def _follow_theme(self) -> Steps[None]:
        """Let one page after the other follow the theme: a pen cannot wait for all of them."""
        shown = self._pages.shown_page
        try:
            if shown is not None:
                shown.set_theme(self.theme)
                yield
        finally:
            if isValid(self._window):  # it may have gone in the midst of it
                self._window.setUpdatesEnabled(True)
                # A request to paint that came meanwhile was dropped, and Qt, which believes it to
                # be on its way, sends no other: the window would stand still for good.
                QCoreApplication.postEvent(self._window, QEvent(QEvent.Type.UpdateRequest))
        for page in list(self._pages.page_widgets.values()):
            if page is not shown:
                for _ in range(HIDDEN_TURNS):  # not in the turn in which the window is painted
                    yield
                page.set_theme(self.theme)


def hall_theme(usual: Theme, height: int) -> Theme:
    """A theme with texts as large as a stage of this height needs."""
    return replace(usual, scale=height / HALL_HEIGHT, smallest=HALL_SHARE * height)
