"""What a table of actions says of each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DRAW: Final = "draw"
FILE: Final = "File"
EDIT: Final = "Edit"
VIEW: Final = "View"
EXPLAIN: Final = "Explain"
STAGE: Final = "Stage"
HAND: Final = "Hand"
LESSONS: Final = "Lessons"
HELP: Final = "Help"


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action. ``menu`` is the menu that shows it, one of ``MENUS``; a break before it where
    ``breaks``. ``text`` and ``tip`` are marked for translators.

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
