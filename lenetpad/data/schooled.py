"""People who do not exist, who write as they may have learnt it at school.

Ink of many people has been collected in few countries. Here digits are written in all forms of
``ink/styles.py``, and letters with straight strokes, several of which look like digits side by
side: an N like 111, an H like 41.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lenetpad.data.composed_numbers import BAR_POINTS
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Points, Stroke
from lenetpad.ink.styles import written
from lenetpad.ink.variation import Variation, varied

Rng = np.random.Generator

#: How their writing leans, as a standard deviation, how often they write each digit, how their
#: hand varies, and the share of 1s with a long flag.
SLANTS: Final = 0.15
EACH_FORM: Final = 3
BY_HAND: Final = Variation(rotation=3.0, slant=0.04, aspect=0.1, joined=0.0)
LONG_FLAGS: Final = 0.5
#: Letters of straight strokes, each from one point to another, x right and y down, 100 high.
LETTERS: Final[dict[str, tuple[tuple[tuple[float, float], ...], ...]]] = {
    "A": (((30, 0), (0, 100)), ((30, 0), (60, 100)), ((12, 62), (48, 62))),
    "E": (((0, 0), (0, 100)), ((0, 0), (48, 0)), ((0, 50), (40, 50)), ((0, 100), (48, 100))),
    "F": (((0, 0), (0, 100)), ((0, 0), (48, 0)), ((0, 48), (40, 48))),
    "H": (((0, 0), (0, 100)), ((55, 0), (55, 100)), ((0, 50), (55, 50))),
    "K": (((0, 0), (0, 100)), ((50, 0), (0, 55)), ((15, 45), (52, 100))),
    "M": (((0, 0), (0, 100)), ((0, 0), (35, 70)), ((70, 0), (35, 70)), ((70, 0), (70, 100))),
    "N": (((0, 0), (0, 100)), ((0, 0), (55, 100)), ((55, 0), (55, 100))),
    "V": (((0, 0), (30, 100)), ((60, 0), (30, 100))),
    "W": (((0, 0), (20, 100)), ((40, 20), (20, 100)), ((40, 20), (60, 100)), ((80, 0), (60, 100))),
    "X": (((0, 0), (60, 100)), ((60, 0), (0, 100))),
    "Y": (((0, 0), (30, 45)), ((60, 0), (30, 45)), ((30, 45), (30, 100))),
}
#: How far each end of a letter's stroke lies from its place, as a standard deviation.
UNSTEADINESS: Final = 4.0


def schooled_writers(count: int, seed: int) -> dict[str, list[Drawing]]:
    """The digits of ``count`` people who do not exist: each writes a digit in one form of
    ``ink/styles.py`` always, with a slant of his own."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Drawing]] = {}
    for number in range(count):
        slant = _slant(rng)
        forms = rng.integers(1000, size=10).tolist()
        found[f"schooled {number}"] = [
            Drawing(_slanted(_by_hand(digit, forms[digit], rng), slant), digit)
            for digit in range(10)
            for _ in range(EACH_FORM)
        ]
    return found


def _by_hand(digit: int, form: int, rng: Rng) -> Ink:
    """A digit in a form, in one in two as long a flag as a 1 may have."""
    ink, _ = varied(written(digit, rng, newer=True, with_latest=True, form=form), BY_HAND, rng)
    return _with_long_flag(ink, rng) if digit == 1 and rng.random() < LONG_FLAGS else ink


def _with_long_flag(ink: Ink, rng: Rng) -> Ink:
    """A 1 of one stroke from top to bottom with a flag from some way down to its top."""
    xy = ink.strokes[0].xy
    stem = xy[xy[:, 1].argmin() :]
    height = max(float(np.ptp(stem[:, 1])), 1e-6)
    if len(ink.strokes) > 1 or len(stem) < 3:
        return ink
    way = np.array([-rng.uniform(0.25, 0.9), rng.uniform(0.45, 1.1)]) * height
    bent = rng.normal(0, 0.06) * height
    up = np.linspace(1.0, 0.0, BAR_POINTS)[:-1, None]
    flag = stem[0] + up * way + (up * (1 - up)) * 4 * np.array([bent, bent])
    return Ink((Stroke.of(np.concatenate([flag, stem])),))


def _slanted(ink: Ink, slant: Points) -> Ink:
    return Ink(tuple(Stroke.of(stroke.xy @ slant) for stroke in ink.strokes))


def schooled_letters(count: int, seed: int) -> dict[str, list[Drawing]]:
    """The letters of ``count`` people who do not exist, each with a slant of his own."""
    rng = np.random.default_rng(seed)
    found: dict[str, list[Drawing]] = {}
    for number in range(count):
        slant = _slant(rng)
        found[f"schooled {number}"] = [
            Drawing(_slanted(_lettered(letter, rng), slant), letter) for letter in LETTERS
        ]
    return found


def _lettered(letter: str, rng: Rng) -> Ink:
    """A letter, each end of its strokes a little out of place."""
    strokes = []
    for corners in LETTERS[letter]:
        ends = np.array(corners) + rng.normal(0, UNSTEADINESS, (len(corners), 2))
        along = np.linspace(0.0, 1.0, BAR_POINTS)[:, None]
        strokes.append(Stroke.of(ends[0] + along * (ends[-1] - ends[0])))
    return Ink(tuple(strokes))


def _slant(rng: Rng) -> Points:
    """A shear to the right, as a matrix for rows of points."""
    return np.array([[1.0, 0.0], [-abs(rng.normal(0, SLANTS)), 1.0]])
