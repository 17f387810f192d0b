"""The actions of the menu *Lessons*, in their order."""

from __future__ import annotations

from typing import Final

from lenetpad.ui.menus.spec import DRAW, LESSONS, ActionSpec
from lenetpad.ui.widgets.words import marked

LESSONS_ACTIONS: Final = (
    ActionSpec(
        "open_lesson",
        LESSONS,
        marked("Window", "Open lesson…"),
        marked("Window", "Open a lesson from a file"),
        ("Ctrl+Shift+L",),
    ),
    ActionSpec(
        "lesson_next",
        LESSONS,
        marked("Window", "Next step"),
        marked("Window", "Go on to the next step of the lesson"),
        ("PgDown",),
        breaks=True,
    ),
    ActionSpec(
        "lesson_previous",
        LESSONS,
        marked("Window", "Previous step"),
        marked("Window", "Go back to the step before"),
        ("PgUp",),
    ),
    ActionSpec(
        "lesson_end",
        LESSONS,
        marked("Window", "End lesson"),
        marked("Window", "End the lesson; all is as it was before"),
        ("Ctrl+Shift+E",),
    ),
    ActionSpec(
        "handout",
        LESSONS,
        marked("Window", "Save handout…"),
        marked("Window", "Save the lesson's words and pictures as PDF or HTML"),
        ("Ctrl+Shift+P",),
    ),
    ActionSpec(
        "step_by_step",
        LESSONS,
        marked("Window", "Step by step"),
        marked("Window", "Show the layers one after the other, with the arrow keys ← and →"),
        ("S",),
        checkable=True,
        breaks=True,
        page=DRAW,
    ),
    ActionSpec(
        "hide_verdict",
        LESSONS,
        marked("Window", "Hide the verdict"),
        marked("Window", "Hide verdict and probabilities, to guess first, or show them"),
        ("Q",),
        checkable=True,
        page=DRAW,
    ),
    ActionSpec(
        "drill",
        LESSONS,
        marked("Window", "Drill…"),
        marked("Window", "Read patterns that networks misread, and compare the scores"),
        ("Ctrl+D",),
    ),
)
