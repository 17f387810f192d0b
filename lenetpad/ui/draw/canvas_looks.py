"""What a canvas shows, for whatever shows the same elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from lenetpad.ink.strokes import Points, Sheet
from lenetpad.ui.draw.digit_marks import DigitMarks
from lenetpad.ui.draw.paper import Needed


@dataclass(frozen=True, slots=True, eq=False)
class CanvasLooks:
    """The ``sheet`` below the stroke being made, whose points (n, 4) so far are ``live``; what of
    the paper is to be seen; the marks of several digits, and those whose colours the ink has; and
    what an empty canvas says."""

    sheet: Sheet
    live: Points
    needed: Needed
    pen_width: float
    marks: DigitMarks
    coloured: DigitMarks
    hint: str

    def lies_as(self, other: CanvasLooks) -> bool:
        """Whether all but sheet and stroke looks the same."""
        return (
            self.needed == other.needed
            and self.pen_width == other.pen_width
            and self.coloured is other.coloured
            and self.hint == other.hint
        )

    def goes_on_from(self, other: CanvasLooks) -> bool:
        """Whether no more than points of the stroke being made have come."""
        same = self.sheet is other.sheet or (
            self.sheet.ink is other.sheet.ink and self.sheet.picture is other.sheet.picture
        )
        grown = len(self.live) >= len(other.live)
        began = not len(other.live) or (grown and (self.live[0] == other.live[0]).all())
        return same and grown and bool(began)

    def ends(self, other: CanvasLooks) -> bool:
        """Whether the stroke that was being made is the last of the sheet now."""
        before, now = other.sheet.ink.strokes, self.sheet.ink.strokes
        return (
            len(other.live) > 0
            and not len(self.live)
            and len(now) == len(before) + 1
            and all(a is b for a, b in zip(before, now, strict=False))
            and len(now[-1].points) >= len(other.live)
            and bool((now[-1].points[: len(other.live)] == other.live).all())
        )
