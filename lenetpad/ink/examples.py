"""Ink that ships to be opened: the numbers that the 1998 paper reads in figures 25 and 26."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lenetpad.ink.strokes import InkError
from lenetpad.storage import atomic as disk
from lenetpad.storage import resources
from lenetpad.storage.decoding import contents

NUMBERS: Final = "ink/numbers.jsonl"
#: Where the user's own copies are, in the data directory.
EXAMPLES: Final = "examples"
LARGEST_EXAMPLE: Final = 1 << 20


def own_numbers(data: Path | None) -> Path:
    """The user's copy of the numbers, under the user's data directory; made where there is none.
    Where nothing is kept it is what ships.

    What is done in the tray changes the file that is open, and what ships must stay as it is.
    Raises OSError and InkError.
    """
    shipped = resources.path(NUMBERS)
    if data is None:
        return shipped
    own = data / EXAMPLES / shipped.name
    if not own.exists():
        own.parent.mkdir(parents=True, exist_ok=True)
        disk.replace(own, contents(shipped, LARGEST_EXAMPLE, InkError))
    return own
