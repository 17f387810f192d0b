"""The handwriting of the shipped ink samples: four writers with ten digits each, as data.

A stroke is a string of control points "x,y", x right and y down, on a grid where the digit is
about 100 high. A smooth curve runs through the points; it makes a corner at a point marked "!".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Writer:
    """One hand: its habits and its ten digits, each a tuple of strokes.

    ``slant`` is how far the top leans right of the foot and ``aspect`` what multiplies the width,
    both per unit of height. ``height`` is the range of the digits' heights on the canvas of 1000,
    ``pace`` multiplies the time a digit takes, ``wobble`` and ``tremor`` are parts of the height,
    ``grip`` is the pressure that the pen settles at.
    """

    name: str
    slant: float
    aspect: float
    height: tuple[float, float]
    pace: float
    wobble: float
    tremor: float
    grip: float
    digits: tuple[tuple[str, ...], ...]


# Upright and round, as taught at school.
WRITER_A: Final = Writer(
    name="lenetpad-a",
    slant=0.03,
    aspect=1.0,
    height=(520.0, 680.0),
    pace=1.1,
    wobble=0.008,
    tremor=0.0012,
    grip=0.55,
    digits=(
        ("52,2 30,5 11,25 4,53 12,82 35,99 60,94 76,68 75,34 63,11 44,2",),
        ("50,0 49,33 49,67 48,100",),
        ("6,24 18,7 40,0 61,10 65,32 52,60 34,83 16,96 3,92 5,80 22,80 44,92 62,98 80,90",),
        ("8,14 28,1 52,5 60,23 50,39 27,46! 51,49 67,67 62,89 40,100 17,97 3,85",),
        ("16,2 13,28 8,57! 38,57 74,54", "57,3 55,50 52,100"),
        ("20,3 17,22 13,44! 33,37 56,44 66,64 58,88 34,100 6,91", "19,3 42,3 68,0"),
        ("56,0 35,16 17,42 9,70 18,93 40,100 60,87 60,66 42,56 22,63 11,80",),
        ("4,5 36,6 70,3! 54,34 40,66 31,100",),
        ("60,14 42,0 20,6 17,25 38,44 60,63 62,88 38,100 14,88 15,65 38,45 59,27 59,10",),
        ("60,14 40,0 17,10 9,32 22,49 44,43 58,25 61,10! 60,54 57,100",),
    ),
)

# Quick, narrow and leaning right.
WRITER_B: Final = Writer(
    name="lenetpad-b",
    slant=0.24,
    aspect=0.9,
    height=(560.0, 740.0),
    pace=0.85,
    wobble=0.010,
    tremor=0.0010,
    grip=0.45,
    digits=(
        ("40,0 20,8 7,34 4,62 12,92 28,100 44,84 52,52 50,20 38,1 27,4",),
        ("17,23 27,13 35,0! 34,33 34,67 33,100",),
        ("6,17 20,2 43,2 55,19 46,44 25,74 4,98! 32,96 64,95",),
        ("8,4 34,3 60,1! 45,21 30,39! 52,43 63,63 56,87 33,100 6,91",),
        ("53,0 30,31 4,65! 38,65 76,62", "54,1 53,50 52,100"),
        ("66,1 44,3 22,4! 18,24 13,44! 34,38 56,47 61,70 48,93 25,100 4,91",),
        ("40,0 25,24 13,52 9,78 18,98 38,99 52,82 48,64 31,60 15,74",),
        ("2,6 32,5 66,2! 54,30 44,64 38,100", "22,53 44,51 68,49"),
        (
            "40,1 22,4 15,20 24,38 42,42 55,28 52,9 37,1",
            "38,43 18,52 10,74 21,95 42,99 60,82 58,58 36,43",
        ),
        ("56,14 40,0 19,9 11,32 22,47 42,41 55,18! 56,50 50,82 34,99 14,94",),
    ),
)

# Wide and angular, with serifs and hooks.
WRITER_C: Final = Writer(
    name="lenetpad-c",
    slant=0.08,
    aspect=1.08,
    height=(370.0, 540.0),
    pace=1.15,
    wobble=0.012,
    tremor=0.0018,
    grip=0.65,
    digits=(
        ("36,15 16,29 6,54 14,85 36,99 62,91 78,64 76,32 62,8 45,0 30,3",),
        ("14,24 30,13 44,0! 44,33 44,67 44,98", "14,100 44,98 74,99"),
        ("4,20 20,3 46,0 66,14 62,38 42,62 20,84 5,98! 22,89 42,94 60,99 82,92",),
        ("6,10 32,0 58,8 60,28 42,43 28,48 30,40 46,44 66,60 66,84 44,99 18,98 2,86",),
        ("14,4 9,30 9,55! 34,57 58,50 68,28 68,4! 62,50 58,100",),
        ("72,0 46,2 18,5! 15,26 12,46! 40,42 66,54 68,78 46,97 20,100 2,92",),
        ("62,2 38,14 16,40 6,70 20,95 46,99 68,84 64,64 42,57 20,66 9,82",),
        ("3,20 4,4! 36,5 72,3! 56,30 44,62 40,100",),
        ("39,40 21,28 20,9 38,0 56,9 55,27 39,40 11,59 5,84 30,100 60,99 75,80 63,55 40,40",),
        ("62,8 36,1 12,14 10,38 30,50 52,40 62,10! 54,56 42,100",),
    ),
)

# Loose and curved, hardly leaning, with open ends.
WRITER_D: Final = Writer(
    name="lenetpad-d",
    slant=-0.03,
    aspect=0.95,
    height=(440.0, 640.0),
    pace=0.95,
    wobble=0.014,
    tremor=0.0014,
    grip=0.5,
    digits=(
        ("22,10 44,0 66,12 78,40 74,72 54,97 28,96 8,72 5,40 16,14 30,4",),
        ("66,0 54,32 43,66 34,100",),
        ("10,26 16,8 38,0 58,10 60,32 44,58 22,82 12,94! 38,92 62,94 86,92",),
        ("14,8 36,0 54,10 50,28 32,41! 56,43 74,60 70,86 44,100 16,97 4,88",),
        ("34,0 19,29 5,57 28,62 74,54", "60,22 56,48 51,75 48,100"),
        ("24,6 22,24 22,42 42,46 60,60 58,84 38,99 10,97", "24,6 46,5 74,2"),
        ("62,10 48,0 26,14 10,44 7,76 26,99 54,95 68,75 56,56 33,57 13,73",),
        ("2,10 20,3 46,6 70,2 62,24 44,58 34,100",),
        ("64,10 44,0 22,8 20,26 42,44 62,64 58,90 34,100 12,86 20,64 46,42 66,22",),
        ("56,16 38,2 16,12 12,36 30,48 50,36 57,14 58,40 48,76 34,100",),
    ),
)

WRITERS: Final = (WRITER_A, WRITER_B, WRITER_C, WRITER_D)
