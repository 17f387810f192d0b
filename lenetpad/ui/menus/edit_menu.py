"""The actions of the menu *Edit*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import DRAW, EDIT, ActionSpec
from lenetpad.ui.widgets.words import marked

EDIT_ACTIONS: Final = (
    ActionSpec(
        "undo",
        EDIT,
        marked("Window", "Undo"),
        marked("Window", "Undo"),
        ("Ctrl+Z",),
        "undo",
        page=DRAW,
    ),
    ActionSpec(
        "redo",
        EDIT,
        marked("Window", "Redo"),
        marked("Window", "Redo"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        page=DRAW,
    ),
    ActionSpec(
        "clear",
        EDIT,
        marked("Window", "Clear"),
        marked("Window", "Clear the canvas"),
        ("Del", "Ctrl+N"),
        "clear",
        page=DRAW,
    ),
    ActionSpec(
        "copy",
        EDIT,
        marked("Window", "Copy"),
        marked("Window", "Copy the canvas"),
        ("Ctrl+C",),
        "copy",
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "paste",
        EDIT,
        marked("Window", "Paste"),
        marked("Window", "Paste ink or a picture"),
        ("Ctrl+V",),
        "paste",
        page=DRAW,
    ),
    ActionSpec(
        "pen",
        EDIT,
        marked("Window", "Pen"),
        marked("Window", "Write"),
        ("P",),
        "pen",
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "eraser",
        EDIT,
        marked("Window", "Eraser"),
        marked("Window", "Erase the strokes that are touched"),
        ("E",),
        "eraser",
        True,
        page=DRAW,
    ),
    ActionSpec(
        "thinner",
        EDIT,
        marked("Window", "Thinner pen"),
        marked("Window", "Thinner pen"),
        ("[",),
        page=DRAW,
    ),
    ActionSpec(
        "thicker",
        EDIT,
        marked("Window", "Thicker pen"),
        marked("Window", "Thicker pen"),
        ("]",),
        page=DRAW,
    ),
)
