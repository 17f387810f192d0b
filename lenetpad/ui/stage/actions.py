"""The actions of the stage, in the table's own form: text, shortcut, menu."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.actions import DRAW, STAGE, ActionSpec
from lenetpad.ui.widgets.words import marked

#: The action that enlarges each layer, by the layer's name.
ENLARGE: Final = {
    "input": "enlarge_input",
    "C1": "enlarge_c1",
    "S2": "enlarge_s2",
    "C3": "enlarge_c3",
    "S4": "enlarge_s4",
    "C5": "enlarge_c5",
    "F6": "enlarge_f6",
    "output": "enlarge_output",
}
_TEXTS: Final = (
    marked("Window", "Enlarge the input"),
    marked("Window", "Enlarge C1"),
    marked("Window", "Enlarge S2"),
    marked("Window", "Enlarge C3"),
    marked("Window", "Enlarge S4"),
    marked("Window", "Enlarge C5"),
    marked("Window", "Enlarge F6"),
    marked("Window", "Enlarge the output"),
)
_ENLARGE_TIP: Final = marked(
    "Window", "In the place of all maps; again, and it fills the stage; then back"
)

ACTIONS: Final = (
    ActionSpec(
        "stage",
        STAGE,
        marked("Window", "Stage"),
        marked("Window", "Canvas, maps and verdict alone, large enough for a hall"),
        ("F5",),
        checkable=True,
    ),
    ActionSpec(
        "second_screen",
        STAGE,
        marked("Window", "Stage on another screen"),
        marked("Window", "A second window with the stage; what you do here is seen there"),
        ("Shift+F5",),
        checkable=True,
    ),
    ActionSpec(
        "stage_header",
        STAGE,
        marked("Window", "Header on the stage"),
        marked("Window", "Tabs, tools and network, over the upper edge of the stage"),
        ("F6",),
        checkable=True,
    ),
    ActionSpec(
        "laser",
        STAGE,
        marked("Window", "Laser pointer"),
        marked("Window", "A dot with a trail that fades, in place of the pointer"),
        ("L",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "spotlight",
        STAGE,
        marked("Window", "Spotlight"),
        marked("Window", "All but what lies around the pointer is dimmed"),
        ("Shift+L",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "lens",
        STAGE,
        marked("Window", "Lens"),
        marked("Window", "The maps around the pointer, three times as large"),
        ("Z",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "maps_alone",
        STAGE,
        marked("Window", "Maps alone"),
        marked("Window", "The maps fill the stage, without canvas and verdict"),
        ("Alt+M",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    *(
        ActionSpec(name, STAGE, text, _ENLARGE_TIP, (f"Alt+{place}",), page=DRAW)
        for place, (name, text) in enumerate(zip(ENLARGE.values(), _TEXTS, strict=True))
    ),
)
