"""What the tray has done to an ink file: changes that wait, and steps that can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lenetpad.ink.editing import Edit, Edited
from lenetpad.ink.files import Label


@dataclass(eq=False)
class Change:
    """A change that waits for those before it. ``make`` says what it is once they are done, and
    ``then`` takes in what it has done."""

    path: Path
    make: Callable[[], Edit]
    then: Callable[[Edited], None]


@dataclass(eq=False)
class Deletion:
    """Drawings that were deleted: rows with keys and, once they are gone, the file's lines.
    ``shown`` counts how often contents had been shown: later ones have other keys."""

    rows: tuple[tuple[int, int], ...]
    shown: int
    lines: tuple[tuple[int, bytes], ...] = ()


@dataclass(eq=False)
class Labelling:
    """Drawings that were labelled: their keys with the labels of before."""

    labels: dict[int, Label] = field(default_factory=dict)
