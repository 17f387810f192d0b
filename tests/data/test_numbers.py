"""Drawings of numbers where one digit is needed: they are cut, and it is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lenetpad.data import labelled as data
from lenetpad.data.cancellation import CancelledError, Watch
from lenetpad.data.folders import read as read_folder
from lenetpad.data.labelled import DataError
from lenetpad.data.numbers import with_numbers_cut, words_of_cut
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from tests.ink.written_numbers import written_number

DOT = Drawing(Ink.of([[[0, 0]]]), "12")
ONE = Drawing(Ink.of([[[0, 0], [0, 100]]]), 1)
OTHER = Drawing(Ink.of([[[0, 0], [50, 100]]]), "x")


def numbers() -> list[Drawing]:
    rng = np.random.default_rng(3)
    return [written_number(text, rng) for text in ("147", "20")]


def test_numbers_become_their_digits_in_their_places() -> None:
    notes: list[str] = []
    first, second = numbers()
    found = with_numbers_cut([ONE, first, OTHER, DOT, second], Watch(noted=notes.append))
    assert [one.label for one in found] == [1, 1, 4, 7, "x", 2, 0]
    assert [one.writer for one in found[1:4]] == ["somebody"] * 3
    assert sum(one.ink.point_count for one in found[1:4]) == first.ink.point_count
    assert notes == ["2 numbers cut into 5 digits, 1 left out"]


def test_without_numbers_nothing_is_changed_or_said() -> None:
    notes: list[str] = []
    assert with_numbers_cut([ONE, OTHER], Watch(noted=notes.append)) == [ONE, OTHER]
    assert notes == []


def test_where_nothing_is_left_it_is_an_error() -> None:
    with pytest.raises(DataError, match="0 numbers cut into 0 digits, 1 left out, so there is no"):
        with_numbers_cut([DOT])


def test_it_reports_how_far_it_is_and_can_be_cancelled() -> None:
    steps: list[tuple[int, int]] = []
    watch = Watch(lambda _, done, total: steps.append((done, total)), lambda: len(steps) > 1)
    with pytest.raises(CancelledError):
        with_numbers_cut(numbers(), watch)
    assert steps == [(0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((12, 40, 1), "12 numbers cut into 40 digits, 1 left out"),
        ((1, 2, 0), "1 number cut into 2 digits"),
        ((1200, 4000, 0), "1,200 numbers cut into 4,000 digits"),
    ],
)
def test_the_words(counts: tuple[int, int, int], words: str) -> None:
    assert words_of_cut(*counts) == words


def test_ink_files_with_numbers_give_images_of_digits(tmp_path: Path) -> None:
    path = tmp_path / "numbers.jsonl"
    write_ink(path, [*numbers(), ONE])
    notes: list[str] = []
    drawings = data.ink_drawings([path], Watch(noted=notes.append))
    assert data.drawn(drawings).labels.tolist() == [1, 4, 7, 2, 0, 1]
    assert notes == ["2 numbers cut into 5 digits"]
    whole, _ = data.to_evaluate(data.all_drawings([path]))
    assert [drawing.label for drawing in whole] == ["147", "20", 1]


def test_folders_with_numbers_give_images_of_digits(tmp_path: Path) -> None:
    write_ink(tmp_path / "numbers.jsonl", [*numbers(), *[ONE] * 20])
    notes: list[str] = []
    train, test = read_folder(tmp_path, Watch(noted=notes.append))
    labels = np.concatenate([train.labels, test.labels])
    assert np.bincount(labels, minlength=10)[[0, 2, 4, 7]].tolist() == [1, 1, 1, 1]
    assert "2 numbers cut into 5 digits" in notes
