"""The actions of the menu *Help*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import HELP, ActionSpec
from lenetpad.ui.widgets.words import marked

HELP_ACTIONS: Final = (
    ActionSpec(
        "help",
        HELP,
        marked("Window", "Help"),
        marked("Window", "What each page does, the colours, the keys"),
        ("F1",),
    ),
    ActionSpec(
        "about",
        HELP,
        marked("Window", "About lenetpad"),
        marked("Window", "About lenetpad"),
        ("Shift+F1",),
    ),
)
