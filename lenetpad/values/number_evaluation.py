"""Numbers of several digits that were read, against their labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lenetpad.ink.strokes import Ink


@dataclass(frozen=True, slots=True)
class NumberEvaluation:
    """How a network read numbers: their ``labels``, the ``texts`` that were read, of the same
    order, and which of them it took for no numbers (``refused``)."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    refused: tuple[bool, ...]

    @property
    def n(self) -> int:
        """How many numbers there are."""
        return len(self.labels)

    @property
    def wrong(self) -> tuple[int, ...]:
        """The places of those that were read wrong."""
        pairs = zip(self.labels, self.texts, strict=True)
        return tuple(place for place, (label, text) in enumerate(pairs) if label != text)

    @property
    def accuracy(self) -> float:
        """The share of numbers of which every digit is right; NaN without any."""
        return (self.n - len(self.wrong)) / self.n if self.n else math.nan

    @property
    def length_accuracy(self) -> float:
        """The share that is read with as many digits as there are; NaN without any."""
        pairs = zip(self.labels, self.texts, strict=True)
        same = sum(len(label) == len(text) for label, text in pairs)
        return same / self.n if self.n else math.nan

    @property
    def digit_error(self) -> float:
        """Digits to insert, delete and replace, over those that there are; NaN without any."""
        pairs = zip(self.labels, self.texts, strict=True)
        edits = sum(edit_distance(label, text) for label, text in pairs)
        digits = sum(map(len, self.labels))
        return edits / digits if digits else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class NumberResults:
    """The numbers of an evaluation: their ink, and how each of the networks read them."""

    inks: tuple[Ink, ...]
    found: tuple[NumberEvaluation, ...]

    def wrong(self) -> tuple[int, ...]:
        """The places of the numbers that any of the networks read wrong."""
        return tuple(sorted({place for one in self.found for place in one.wrong}))

    def misreader(self, place: int) -> int:
        """The first network that read a number wrong; 0 where none did."""
        return next((which for which, one in enumerate(self.found) if place in one.wrong), 0)


def edit_distance(one: str, other: str) -> int:
    """How many characters have to be inserted, deleted or replaced (Levenshtein 1966)."""
    before = list(range(len(other) + 1))
    for row, mine in enumerate(one, 1):
        now = [row]
        for column, theirs in enumerate(other, 1):
            replaced = before[column - 1] + (mine != theirs)
            now.append(min(before[column] + 1, now[-1] + 1, replaced))
        before = now
    return before[-1]


def numbers_json(found: NumberEvaluation) -> dict[str, Any]:
    """The figures as ``lenetpad evaluate --json`` prints them and the window saves them."""
    return {
        "strings": found.n,
        "string_accuracy": found.accuracy,
        "length_accuracy": found.length_accuracy,
        "digit_error": found.digit_error,
        "strings_refused": sum(found.refused) / max(found.n, 1),
        "texts": [
            {"label": label, "read": text, "refused": refused}
            for label, text, refused in zip(found.labels, found.texts, found.refused, strict=True)
        ],
    }
