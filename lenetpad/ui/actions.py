"""Every action of the window but those of its pages and of the stage: the table, by the tables of
``ui/menus``, and what makes actions and menus of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from lenetpad.ui.menus.edit_menu import EDIT_ACTIONS
from lenetpad.ui.menus.explain_menu import EXPLAIN_ACTIONS
from lenetpad.ui.menus.file_menu import FILE_ACTIONS
from lenetpad.ui.menus.hand_menu import HAND_ACTIONS
from lenetpad.ui.menus.help_menu import HELP_ACTIONS
from lenetpad.ui.menus.lessons_menu import LESSONS_ACTIONS
from lenetpad.ui.menus.spec import DRAW, STAGE, VIEW, ActionSpec
from lenetpad.ui.menus.view_menu import VIEW_ACTIONS
from lenetpad.ui.widgets.icons import themed
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import marked, translate

__all__ = [
    "ACTIONS",
    "DRAW",
    "MENUS",
    "STAGE",
    "VIEW",
    "ActionSpec",
    "build",
    "colour",
    "connect",
    "fill",
    "groups",
]

ACTIONS: Final = (
    *FILE_ACTIONS,
    *EDIT_ACTIONS,
    *VIEW_ACTIONS,
    *EXPLAIN_ACTIONS,
    *HAND_ACTIONS,
    *LESSONS_ACTIONS,
    *HELP_ACTIONS,
)
MENUS: Final = (
    marked("Window", "File"),
    marked("Window", "Edit"),
    marked("Window", "View"),
    marked("Window", "Explain"),
    marked("Window", "Hand"),
    marked("Window", "Stage"),
    marked("Window", "Lessons"),
    marked("Window", "Help"),
)


def build(parent: QWidget, specs: Iterable[ActionSpec]) -> dict[str, QAction]:
    """The actions by name, as children of ``parent``, each tooltip naming the shortcut."""
    actions = {}
    for spec in specs:
        action = QAction(translate("Window", spec.text), parent)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        action.setToolTip(_tip(spec))
        action.setCheckable(spec.checkable)
        parent.addAction(action)
        actions[spec.name] = action
    return actions


def fill(
    bar: QMenuBar, specs: Sequence[ActionSpec], actions: dict[str, QAction]
) -> dict[str, QMenu]:
    """Put the menus with their actions into a menu bar; gives them by their titles in English."""
    menus: dict[str, QMenu] = {}
    taken: set[str] = set()
    for title in MENUS:
        menu = menus[title] = bar.addMenu(_with_key(translate("Window", title), taken))
        menu.setToolTipsVisible(True)
        for spec in specs:
            if spec.menu == title:
                if spec.breaks:
                    menu.addSeparator()
                menu.addAction(actions[spec.name])
    return menus


def _with_key(title: str, taken: set[str]) -> str:
    """A menu's title with the letter marked that opens it with Alt: the first that opens no other
    menu, or else its first."""
    free = (
        at for at, letter in enumerate(title) if letter.isalpha() and letter.lower() not in taken
    )
    at = next(free, 0)
    taken.add(title[at].lower())
    return f"{title[:at]}&{title[at:]}"


def groups(
    parent: QWidget, specs: Iterable[ActionSpec], actions: Mapping[str, QAction]
) -> dict[str, QActionGroup]:
    """The actions of each page that has some of its own: a group turns all of them off, and on
    again those that can do something."""
    found: dict[str, QActionGroup] = {}
    for spec in specs:
        if spec.page:
            if spec.page not in found:
                found[spec.page] = QActionGroup(parent)
                found[spec.page].setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
            found[spec.page].addAction(actions[spec.name])
    return found


def connect(actions: Mapping[str, QAction], slots: Mapping[str, Callable[[], object]]) -> None:
    """Have actions, by name, call these slots."""
    for name, slot in slots.items():
        actions[name].triggered.connect(slot)


def colour(actions: dict[str, QAction], specs: Iterable[ActionSpec], theme: Theme) -> None:
    """Draw the actions' icons in the theme's colours."""
    for spec in specs:
        if spec.icon:
            actions[spec.name].setIcon(themed(spec.icon, theme))


def _tip(spec: ActionSpec) -> str:
    tip = translate("Window", spec.tip)
    if not spec.shortcuts:
        return tip
    native = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{tip} ({native})"
