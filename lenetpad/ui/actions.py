"""Every action of the window but those of its pages, in one table: text, shortcut, menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget

from lenetpad.ui.widgets.icons import themed
from lenetpad.ui.widgets.theme import Theme


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. ``menu`` is the menu that shows it; a break before it where ``breaks``.

    ``page`` is the only page on which it can be done, "" where all are.
    """

    name: str
    menu: str
    text: str
    tip: str
    shortcuts: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    breaks: bool = False
    page: str = ""


DRAW: Final = "draw"

ACTIONS: Final = (
    ActionSpec(
        "open", "File", "Open…", "Open an ink file, a picture or weights", ("Ctrl+O",), "open"
    ),
    ActionSpec(
        "save",
        "File",
        "Save…",
        "Save the drawing as ink or picture",
        ("Ctrl+S",),
        "save",
        page=DRAW,
    ),
    ActionSpec(
        "add",
        "File",
        "Add to ink file…",
        "Add the drawing to a file of drawings",
        ("Ctrl+Shift+S",),
        page=DRAW,
    ),
    ActionSpec("open_weights", "File", "Open weights…", "Open a weights file", ("Ctrl+L",)),
    ActionSpec("quit", "File", "Quit", "Quit lenetpad", ("Ctrl+Q",), breaks=True),
    ActionSpec("undo", "Edit", "Undo", "Undo", ("Ctrl+Z",), "undo", page=DRAW),
    ActionSpec("redo", "Edit", "Redo", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", page=DRAW),
    ActionSpec(
        "clear", "Edit", "Clear", "Clear the canvas", ("Del", "Ctrl+N"), "clear", page=DRAW
    ),
    ActionSpec(
        "copy", "Edit", "Copy", "Copy the canvas", ("Ctrl+C",), "copy", breaks=True, page=DRAW
    ),
    ActionSpec(
        "paste", "Edit", "Paste", "Paste ink or a picture", ("Ctrl+V",), "paste", page=DRAW
    ),
    ActionSpec(
        "pen", "Edit", "Pen", "Write", ("P",), "pen", checkable=True, breaks=True, page=DRAW
    ),
    ActionSpec(
        "eraser",
        "Edit",
        "Eraser",
        "Erase the strokes that are touched",
        ("E",),
        "eraser",
        True,
        page=DRAW,
    ),
    ActionSpec("thinner", "Edit", "Thinner pen", "Thinner pen", ("[",), page=DRAW),
    ActionSpec("thicker", "Edit", "Thicker pen", "Thicker pen", ("]",), page=DRAW),
    ActionSpec(
        "fullscreen", "View", "Full screen", "Full screen", ("F11",), "fullscreen", True, True
    ),
    ActionSpec("larger", "View", "Larger text", "Larger text", ("Ctrl++", "Ctrl+="), breaks=True),
    ActionSpec("smaller", "View", "Smaller text", "Smaller text", ("Ctrl+-",)),
    ActionSpec("usual_size", "View", "Usual text size", "Usual text size", ("Ctrl+0",)),
    ActionSpec(
        "theme",
        "View",
        "Switch light and dark",
        "Light or dark",
        ("Ctrl+T",),
        "theme",
        breaks=True,
    ),
    ActionSpec(
        "theme_system",
        "View",
        "Follow the system's theme",
        "Light or dark as the system says",
        ("Ctrl+Shift+T",),
        checkable=True,
    ),
    ActionSpec(
        "tray",
        "View",
        "Tray",
        "The drawings of the ink file",
        ("F4",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec("help", "Help", "Help", "What each page does, the colours, the keys", ("F1",)),
    ActionSpec("about", "Help", "About lenetpad", "About lenetpad", ("Shift+F1",)),
)
MENUS: Final = ("File", "Edit", "View", "Help")


def build(parent: QWidget, specs: Iterable[ActionSpec]) -> dict[str, QAction]:
    """The actions by name, as children of ``parent``, each tooltip naming the shortcut."""
    actions = {}
    for spec in specs:
        action = QAction(spec.text, parent)
        action.setObjectName(spec.name)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in spec.shortcuts])
        action.setToolTip(_tip(spec))
        action.setCheckable(spec.checkable)
        parent.addAction(action)
        actions[spec.name] = action
    return actions


def fill(bar: QMenuBar, specs: Sequence[ActionSpec], actions: dict[str, QAction]) -> None:
    """Put the menus with their actions into a menu bar."""
    for title in MENUS:
        menu = bar.addMenu(f"&{title}")  # Alt and the first letter open it
        menu.setToolTipsVisible(True)
        for spec in specs:
            if spec.menu == title:
                if spec.breaks:
                    menu.addSeparator()
                menu.addAction(actions[spec.name])


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
    if not spec.shortcuts:
        return spec.tip
    native = QKeySequence(spec.shortcuts[0]).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{spec.tip} ({native})"
