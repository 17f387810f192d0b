"""The actions of the menu *File*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import DRAW, FILE, ActionSpec
from lenetpad.ui.widgets.words import marked

FILE_ACTIONS: Final = (
    ActionSpec(
        "open",
        FILE,
        marked("Window", "Open…"),
        marked("Window", "Open an ink file, a picture or weights"),
        ("Ctrl+O",),
        "open",
    ),
    ActionSpec(
        "open_weights",
        FILE,
        marked("Window", "Open weights…"),
        marked("Window", "Open a weights file"),
        ("Ctrl+L",),
    ),
    ActionSpec(
        "examples",
        FILE,
        marked("Window", "Example numbers"),
        marked("Window", "Open the numbers that the 1998 paper's network reads, written anew"),
        ("Ctrl+Shift+O",),
        page=DRAW,
    ),
    ActionSpec(
        "save",
        FILE,
        marked("Window", "Save…"),
        marked("Window", "Save the drawing as ink or picture"),
        ("Ctrl+S",),
        "save",
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "add",
        FILE,
        marked("Window", "Add to ink file…"),
        marked("Window", "Add the drawing to a file of drawings"),
        ("Ctrl+Shift+S",),
        page=DRAW,
    ),
    ActionSpec(
        "export",
        FILE,
        marked("Window", "Export…"),
        marked("Window", "Take a picture or the numbers of what is shown away"),
        ("Ctrl+E",),
        page=DRAW,
    ),
    ActionSpec(
        "quit",
        FILE,
        marked("Window", "Quit"),
        marked("Window", "Quit lenetpad"),
        ("Ctrl+Q",),
        breaks=True,
    ),
)
