"""Segmentation graphs made by hand: each digit is one stroke."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink
from lenetpad.values.segmentation import Candidate, Kind, Path, Piece, Segmentation


def line_of(count: int, left: float = 100, width: float = 60, gap: float = 40) -> Ink:
    """A stroke for each of so many digits, from left to right, each a bent line of its own."""
    strokes = []
    for place in range(count):
        x = left + place * (width + gap)
        strokes.append([[x, 300], [x + width, 340 + 10 * place], [x + width / 2, 500]])
    return Ink.of(strokes)


def segmented(
    ink: Ink,
    text: str,
    *,
    kind: Kind = Kind.NUMBER,
    probabilities: Sequence[float] = (),
    second: tuple[str, float] | None = None,
) -> Segmentation:
    """The strokes of ``ink`` read as ``text``, a character for each; "?" is no digit. ``second``
    is another text and how much smaller its score is."""
    pieces, candidates, paths = [], [], []
    for number, stroke in enumerate(ink.strokes):
        (left, top), (right, bottom) = stroke.xy.min(axis=0), stroke.xy.max(axis=0)
        box = (float(left), float(top), float(right), float(bottom))
        pieces.append(Piece(number, 0, len(stroke.points), box))
    texts = [(text, 0.0)] if second is None else [(text, 0.0), second]
    for read, less in texts:
        first = len(candidates)
        for place, character in enumerate(read):
            share = probabilities[place] if probabilities else 0.97
            candidates.append(_candidate(ink, pieces, place, character, share))
        paths.append(Path(tuple(range(first, len(candidates))), -less))
    return Segmentation(tuple(pieces), tuple(candidates), tuple(paths), kind)


def _candidate(
    ink: Ink, pieces: Sequence[Piece], place: int, character: str, probability: float
) -> Candidate:
    values = np.zeros(10, dtype=np.float32)
    no_digit = 1 - probability
    if character == "?":
        values[:], no_digit = 0.01, 0.9
    else:
        values[int(character)] = probability
    image = draw(Ink((ink.strokes[place],)))
    return Candidate(place, place + 1, pieces[place].box, image, values, no_digit, 0.0, 0.0)
