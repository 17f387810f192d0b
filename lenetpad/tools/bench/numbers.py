"""How many numbers are read rightly, and what else is taken for one: `make bench-numbers`.

Numbers are composed of the digits of writers whose ink nothing was learnt from
(``data/composed_numbers.py``); those of other files were written as they are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lenetpad.data.composed_numbers import (
    LAYOUTS,
    MIXED,
    by_writer,
    composed,
    with_scribbles,
)
from lenetpad.data.mixture import part_of
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.number_reader import NumberReader, reader_of
from lenetpad.lenet.weights import load
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.segmentation import Segmentation

COMPOSED: Final = 1000
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Shown:
    """Ink, and the digits that it shows; "" for what is no number."""

    ink: Ink
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one set, in per cent: read rightly (or refused, where there is nothing to
    read), with as many digits as there are, and, for what one network reads alone, the same with
    it alone. ``read`` and ``read_length`` say the same of the best path, whether it is taken for
    a number or not."""

    name: str
    n: int
    right: float
    length: float
    read: float
    read_length: float
    alone: float


def row(name: str, shown: Iterable[Shown], reader: NumberReader) -> Row:
    """Read a set and count."""
    n = right = length = read = read_length = alone = 0
    for one in shown:
        found = reader.read(Sheet(one.ink))
        if found is None:
            continue
        n += 1
        said = found.answer
        right += said == one.text
        length += len(said) == len(one.text)
        read += found.text == one.text
        read_length += len(found.text) == len(one.text)
        alone += answer_alone(found) == one.text
    counts = (right, length, read, read_length, alone)
    return Row(name, n, *(100 * count / max(n, 1) for count in counts))


def answer_alone(found: Segmentation) -> str:
    """What a network says that takes all of it for one digit."""
    whole = next(one for one in found.candidates if one.end - one.first == len(found.pieces))
    return "" if whole.refused else str(whole.digit)


def sets(
    ink: Sequence[Path], numbers: Sequence[Path], count: int = COMPOSED
) -> Iterator[tuple[str, Iterator[Shown]]]:
    """Each set's name and what is in it; ``count`` are composed of each kind."""
    drawings = [one for path in ink for one in read_ink(path)]
    held_out = [one for one in drawings if one.writer and part_of(one.writer) == "test"]
    digits, others = by_writer(held_out), by_writer(held_out, digits=False)
    for name, layout in LAYOUTS.items():
        if digits:
            made = composed(digits, count, layout, SEED)
            yield f"composed, {name}", (Shown(one.ink, one.label) for one in made)
    for path in numbers:
        yield path.name, _as_labelled(read_ink(path))
    for path in ink:
        theirs = [one for one in read_ink(path) if one.writer and part_of(one.writer) == "test"]
        yield f"{path.name}, held-out writers", _as_labelled(theirs or read_ink(path))
    if others:
        words = composed(others, count, MIXED, SEED)
        yield "words", (Shown(one.ink, "") for one in words)
    if digits:
        beside = with_scribbles(digits, count, SEED)
        yield "digits and a scribble", (Shown(one.ink, "") for one in beside)


def _as_labelled(drawings: Iterable[Drawing]) -> Iterator[Shown]:
    for drawing in drawings:
        text = str(drawing.label)
        yield Shown(drawing.ink, text if text.isdecimal() else "")


def main() -> None:
    """Read every set, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ink", type=Path, nargs="*", default=[], help="single digits, letters")
    parser.add_argument("--numbers", type=Path, nargs="*", default=[], help="written numbers")
    parser.add_argument("--model", default=MODEL_NAMES[0])
    parser.add_argument("--count", type=int, default=COMPOSED, help="numbers that are composed")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    weights = load(arguments.model)
    reader = reader_of(weights.config, weights.parameters)
    if not arguments.json:
        print(f"{'%':44}{'n':>7}{'right':>8}{'length':>8}{'path':>8}{'p.len.':>8}{'alone':>8}")
    for name, shown in sets(arguments.ink, arguments.numbers, arguments.count):
        found = row(name, shown, reader)
        figures = (found.right, found.length, found.read, found.read_length, found.alone)
        if arguments.json:
            print(json.dumps({"set": name, "n": found.n, **_named(figures)}), flush=True)
        else:
            print(f"{name:44}{found.n:>7}" + "".join(f"{v:>8.2f}" for v in figures), flush=True)


def _named(figures: Sequence[float]) -> dict[str, float]:
    names = ("right", "length", "path", "path_length", "alone")
    return {name: round(value, 2) for name, value in zip(names, figures, strict=True)}


if __name__ == "__main__":
    main()
