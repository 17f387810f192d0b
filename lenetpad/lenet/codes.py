"""The ten target codes of the output layer: stylised 7×12 digits, drawn as text.

Section II-B of the 1998 paper takes +1 and -1 components laid out as a small bitmap of the
character, so that similar characters have similar codes, and keeps them fixed. The paper prints
its bitmaps only as a figure; these were drawn by hand in the same style.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

ROWS: Final = 12
COLUMNS: Final = 7
INK: Final = "#"

GLYPHS: Final[tuple[str, ...]] = (
    """
    ..###..
    .#...#.
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    .#...#.
    ..###..
    """,
    """
    ...#...
    ..##...
    .#.#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    ...#...
    .#####.
    """,
    """
    .#####.
    #.....#
    ......#
    ......#
    .....#.
    ....#..
    ...#...
    ..#....
    .#.....
    #......
    #......
    #######
    """,
    """
    .#####.
    #.....#
    ......#
    ......#
    ......#
    ..####.
    ......#
    ......#
    ......#
    ......#
    #.....#
    .#####.
    """,
    """
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    .######
    ......#
    ......#
    ......#
    ......#
    ......#
    """,
    """
    #######
    #......
    #......
    #......
    #......
    ######.
    ......#
    ......#
    ......#
    ......#
    #.....#
    .#####.
    """,
    """
    ..####.
    .#.....
    #......
    #......
    #......
    #.####.
    ##....#
    #.....#
    #.....#
    #.....#
    #.....#
    .#####.
    """,
    """
    #######
    ......#
    ......#
    .....#.
    .....#.
    ....#..
    ....#..
    ...#...
    ...#...
    ..#....
    ..#....
    ..#....
    """,
    """
    .#####.
    #.....#
    #.....#
    #.....#
    #.....#
    .#####.
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    .#####.
    """,
    """
    .#####.
    #.....#
    #.....#
    #.....#
    #.....#
    #....##
    .####.#
    ......#
    ......#
    ......#
    .....#.
    .####..
    """,
)


def codes() -> NDArray[np.float32]:
    """The ten codes, shape (10, 84): +1 for ink and -1 for paper, row after row."""
    rows = [[line.strip() for line in glyph.split()] for glyph in GLYPHS]
    return np.array(
        [[1.0 if cell == INK else -1.0 for line in glyph for cell in line] for glyph in rows],
        dtype=np.float32,
    )
