"""The actions of the menu *Hand*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import DRAW, HAND, ActionSpec
from lenetpad.ui.widgets.words import marked

HAND_ACTIONS: Final = (
    ActionSpec(
        "correct",
        HAND,
        marked("Window", "It is a …"),
        marked("Window", "Say what the drawing shows, for your hand to be learnt"),
        ("C",),
        page=DRAW,
    ),
    ActionSpec(
        "write_each",
        HAND,
        marked("Window", "Write each digit once"),
        marked("Window", "Write 0 to 9, one after the other, for your hand to be learnt"),
        ("Ctrl+Shift+W",),
        page=DRAW,
    ),
    ActionSpec(
        "next_to_write",
        HAND,
        marked("Window", "Next digit"),
        marked("Window", "Take the digit that was written, and go on to the next"),
        ("Return", "Enter"),
        page=DRAW,
    ),
    ActionSpec(
        "previous_to_write",
        HAND,
        marked("Window", "Digit before"),
        marked("Window", "Go back to the digit before, and write it again"),
        ("Backspace",),
        page=DRAW,
    ),
    ActionSpec(
        "skip_to_write",
        HAND,
        marked("Window", "Skip the digit"),
        marked("Window", "Go on without this digit"),
        ("J",),
        page=DRAW,
    ),
    ActionSpec(
        "stop_writing",
        HAND,
        marked("Window", "Stop writing digits"),
        marked("Window", "Learn from what was written so far; the drawing of before comes back"),
        ("Ctrl+Shift+J",),
        page=DRAW,
    ),
    ActionSpec(
        "hand_on",
        HAND,
        marked("Window", "Read by the hand"),
        marked("Window", "Read as the hand was learnt, or as the network was before"),
        ("Y",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "what_changed",
        HAND,
        marked("Window", "What changed…"),
        marked("Window", "How the hand's drawings were read before, and how they are read now"),
        ("Ctrl+Shift+Y",),
    ),
    ActionSpec(
        "hand_drawings",
        HAND,
        marked("Window", "The hand's drawings"),
        marked("Window", "Label or delete what the hand has learnt, in the tray"),
        ("Shift+F4",),
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "hands",
        HAND,
        marked("Window", "Hands…"),
        marked("Window", "All hands: make, rename, export, import and delete them"),
        ("Ctrl+H",),
    ),
)
