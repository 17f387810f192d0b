"""Drawings of numbers, cut into drawings of their digits where one digit is needed.

The network that ships says where, in the best way that fits the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from lenetpad.data.cancellation import IDLE, Watch
from lenetpad.ink.files import Drawing, number_in
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.alignment import align, ink_of
from lenetpad.lenet.number_reader import NumberReader, reader_of
from lenetpad.lenet.weights import load
from lenetpad.storage.mnist import DataError
from lenetpad.values.models import DEFAULT_MODEL
from lenetpad.values.words import marked

#: What is said while it goes on.
CUTTING: Final = marked("Train", "Cutting numbers into digits")


class Cutter:
    """Cuts the numbers among drawings into their digits, each in its number's place; iterating
    does so, one number at a time. Afterwards ``drawings`` are all and ``words`` say how many.

    A number that cannot be cut into as many digits as its label has is left out. Raises DataError
    where nothing else is there.
    """

    def __init__(self, drawings: Sequence[Drawing]) -> None:
        self._given = drawings
        self.total = count_numbers(drawings)
        self.drawings: list[Drawing] = []
        self.words = ""

    def __iter__(self) -> Iterator[int]:
        """How many numbers have been cut, or left out, after each of them."""
        reader, done, digits, left_out = shipped_reader(), 0, 0, 0
        for drawing in self._given:
            if number_in(drawing.label) is None:
                self.drawings.append(drawing)
                continue
            cut = list(digits_of(drawing, reader))
            self.drawings += cut
            digits += len(cut)
            left_out += not cut
            done += 1
            yield done
        self.words = words_of_cut(self.total - left_out, digits, left_out)
        if not self.drawings:
            raise DataError(f"{self.words}, so there is no digit; correct the labels")


def with_numbers_cut(drawings: Sequence[Drawing], watch: Watch = IDLE) -> list[Drawing]:
    """The drawings with those of numbers cut into their digits, as ``Cutter`` does it; ``watch``
    hears how far it is, and how many were cut."""
    cutter = Cutter(drawings)
    if not cutter.total:
        return list(drawings)
    watch.report(CUTTING, 0, cutter.total)
    for done in cutter:
        watch.report(CUTTING, done, cutter.total)
    watch.note(cutter.words)
    return cutter.drawings


def count_numbers(drawings: Sequence[Drawing]) -> int:
    """How many of the drawings are labelled with several digits."""
    return sum(number_in(drawing.label) is not None for drawing in drawings)


def digits_of(drawing: Drawing, reader: NumberReader) -> Iterator[Drawing]:
    """The digits of a drawing of a number, from left to right; none where its ink cannot be cut
    into as many."""
    label = number_in(drawing.label)
    assert label is not None
    read = reader.read(Sheet(drawing.ink))
    for digit, candidate in zip(label, (read and align(read, label)) or (), strict=False):
        assert read is not None
        pieces = read.pieces[candidate.first : candidate.end]
        yield replace(drawing, ink=ink_of(drawing.ink, pieces), label=int(digit))


def shipped_reader() -> NumberReader:
    """What reads numbers with the network that the program begins with."""
    weights = load(DEFAULT_MODEL)
    return reader_of(weights.config, weights.parameters)


def words_of_cut(numbers: int, digits: int, left_out: int) -> str:
    """What to say of numbers that were cut into digits, and of those that could not be."""
    ones = "1 number" if numbers == 1 else f"{numbers:,} numbers"
    rest = f", {left_out:,} left out" if left_out else ""
    return f"{ones} cut into {digits:,} digits{rest}"
