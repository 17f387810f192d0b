"""The actions of the menu *View*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import DRAW, VIEW, ActionSpec
from lenetpad.ui.widgets.words import marked

VIEW_ACTIONS: Final = (
    ActionSpec(
        "fullscreen",
        VIEW,
        marked("Window", "Full screen"),
        marked("Window", "Full screen"),
        ("F11",),
        "fullscreen",
        True,
        True,
    ),
    ActionSpec(
        "larger",
        VIEW,
        marked("Window", "Larger text"),
        marked("Window", "Larger text"),
        ("Ctrl++", "Ctrl+="),
        breaks=True,
    ),
    ActionSpec(
        "smaller",
        VIEW,
        marked("Window", "Smaller text"),
        marked("Window", "Smaller text"),
        ("Ctrl+-",),
    ),
    ActionSpec(
        "usual_size",
        VIEW,
        marked("Window", "Normal text size"),
        marked("Window", "Normal text size"),
        ("Ctrl+0",),
    ),
    ActionSpec(
        "theme",
        VIEW,
        marked("Window", "Switch light and dark"),
        marked("Window", "Light or dark"),
        ("Ctrl+T",),
        "theme",
        breaks=True,
    ),
    ActionSpec(
        "theme_system",
        VIEW,
        marked("Window", "Follow the system's theme"),
        marked("Window", "Light or dark as the system says"),
        ("Ctrl+Shift+T",),
        checkable=True,
    ),
    ActionSpec(
        "wide",
        VIEW,
        marked("Window", "Wide canvas"),
        marked("Window", "Room for a line of digits"),
        ("N",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "tray",
        VIEW,
        marked("Window", "Tray"),
        marked("Window", "The drawings of the ink file"),
        ("F4",),
        checkable=True,
        page=DRAW,
    ),
)
