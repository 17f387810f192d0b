"""What goes on step by step: the bar with the words, and the keys that lead through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence

from lenetpad.ui import actions
from lenetpad.ui.lessons.bar import LessonBar, Page
from lenetpad.ui.window import Window

#: The actions that lead through it.
STEPS: Final = ("lesson_next", "lesson_previous")
#: A key that does something else where nothing is shown.
SPACE: Final = ("lesson_next", "Space")


def _nothing() -> bool:
    return False


class Presentation(QObject):
    """Shows one thing at a time: a lesson, or the layers one after the other.

    ``moved`` carries the place of the step that is to be shown, from 0, ``ended`` comes when it is
    over, however that came. Its keys are no other action's as long as it lasts: a clicker
    has few of them.
    """

    moved = Signal(int)
    ended = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._actions = window, window.actions_by_name
        self.bar: LessonBar | None = None  # made when it is first wanted
        self.count = self.place = 0
        #: Takes back what was done beside the steps, False where nothing was.
        self.take_back: Callable[[], bool] = _nothing
        self._keys = {name: self._actions[name].shortcuts() for name in STEPS}
        self._taken: list[tuple[QAction, list[QKeySequence]]] = []  # others' keys of before
        slots = {"lesson_next": self.go_on, "lesson_previous": self.go_back}
        actions.connect(self._actions, {**slots, "lesson_end": self.end})
        window.escapes.append(self.escape)
        window.theme_changed.connect(self._dress)
        self._allow()

    @property
    def active(self) -> bool:
        """Whether something is shown."""
        return self.count > 0

    def begin(self, title: str, pages: Sequence[Page], keys: Sequence[tuple[str, str]]) -> None:
        """Begin with the first step; ``keys`` are further ones, by the action that they do."""
        self.end()
        if self.bar is None:
            self.bar = LessonBar(self._actions, self._window.theme, self._window)
            self._window.lay_below(self.bar)
            self.bar.fitted.connect(self._make_room)
        self.count, self.place = len(pages), 0
        self._take_keys((SPACE, *keys))
        self.bar.show_lesson(title, pages)
        self.bar.show()
        self._make_room()
        self._show(0)

    def go_to(self, place: int) -> None:
        """Show another step."""
        if self.active and 0 <= place < self.count and place != self.place:
            self._show(place)

    def show_again(self, place: int) -> None:
        """Show a step as if it came anew."""
        if self.active:
            self._show(place)

    @Slot()
    def go_on(self) -> None:
        """Show the next step; after the last there is none."""
        self.go_to(self.place + 1)

    @Slot()
    def go_back(self) -> None:
        """Show the step before."""
        self.go_to(self.place - 1)

    def mark_done(self) -> None:
        """Say that the audience has done what it was to do."""
        if self.bar is not None:
            self.bar.show_step(self.place, done=True)

    @Slot()
    def end(self) -> None:
        """End what is shown, if anything is."""
        if not self.active:
            return
        self.count = 0
        for action, keys in self._taken:
            action.setShortcuts(keys)
        self._taken.clear()
        self._allow()
        if self.bar is not None:
            self.bar.hide()
        self._make_room()
        self.ended.emit()

    def escape(self) -> bool:
        """End for Esc, or take back first what was done beside it; False where nothing is
        shown."""
        active = self.active
        if active and not self.take_back():
            self.end()
        return active

    def _show(self, place: int) -> None:
        assert self.bar is not None
        self.place = place
        self.bar.show_step(place)
        self._allow()
        self.moved.emit(place)

    @Slot()
    def _make_room(self) -> None:
        """Have the pages as much room as they need above the bar."""
        if self.bar is not None:
            self._window.make_room(self.bar.height() if self.active else 0)

    def _allow(self) -> None:
        """Turn off what leads nowhere."""
        self._actions["lesson_next"].setEnabled(self.place + 1 < self.count)
        self._actions["lesson_previous"].setEnabled(self.active and self.place > 0)
        self._actions["lesson_end"].setEnabled(self.active)

    def _take_keys(self, more: Sequence[tuple[str, str]]) -> None:
        own = {name: list(keys) for name, keys in self._keys.items()}
        for name, key in more:
            own[name].append(QKeySequence(key))
        wanted = [key for keys in own.values() for key in keys]
        for name, action in self._actions.items():
            before = action.shortcuts()
            after = own.get(name, [key for key in before if key not in wanted])
            if after != before:
                self._taken.append((action, before))
                action.setShortcuts(after)

    @Slot()
    def _dress(self) -> None:
        if self.bar is not None:
            self.bar.set_theme(self._window.theme)
