"""What is in an ink file: every drawing's label, its line's digest, and a small outline of it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from lenetpad.ink.contents import BREAK, GRID, MOST_POINTS, outline_of, read_contents
from lenetpad.ink.editing import digest_of
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink, InkError


def strokes_of(outline: np.ndarray) -> list[list[list[int]]]:
    strokes: list[list[list[int]]] = [[]]
    for point in outline.tolist():
        if point == [BREAK, BREAK]:
            strokes.append([])
        else:
            strokes[-1].append(point)
    assert strokes.pop() == []
    return strokes


def test_all_drawings_of_a_file_are_there(tmp_path: Path, samples: list[Drawing]) -> None:
    write_ink(tmp_path / "ink.jsonl", samples)
    contents, first = read_contents(tmp_path / "ink.jsonl")
    lines = (tmp_path / "ink.jsonl").read_bytes().splitlines()
    assert len(contents) == 40
    assert contents.labels == tuple(drawing.label for drawing in samples)
    assert [contents.digest(n) for n in range(40)] == [digest_of(line) for line in lines]
    assert len(first.strokes) == len(samples[0].ink.strokes)
    assert contents.fault == ""
    sent = pickle.loads(pickle.dumps(contents))
    for number, drawing in enumerate(samples):
        assert np.array_equal(sent.outline(number), outline_of(drawing.ink))
        assert len(strokes_of(sent.outline(number))) == len(drawing.ink.strokes)


def test_an_outline_fills_its_square_and_keeps_its_shape() -> None:
    outline = outline_of(Ink.of([[[-5, 10], [5, 10]], [[0, 10], [0, 30]]]))
    middle = GRID // 2
    assert strokes_of(outline) == [
        [[middle // 2, 0], [3 * middle // 2, 0]],
        [[middle, 0], [middle, GRID]],
    ]
    assert strokes_of(outline_of(Ink.of([[[1e8, -1e8]]]))) == [[[middle, middle]]]


def test_an_outline_of_many_points_has_few_and_its_ends() -> None:
    angles = np.linspace(0, 6, 100_000)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    (stroke,) = strokes_of(outline_of(Ink.of([circle])))
    assert len(stroke) <= MOST_POINTS
    assert stroke[-1] == outline_of(Ink.of([circle]))[-2].tolist()
    (end,) = strokes_of(outline_of(Ink.of([circle, circle[-1:]])))[1:]
    assert stroke[-1] == end[0]
    assert max(map(max, stroke)) == GRID


def test_drawings_before_a_fault_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    path.write_text('{"strokes": [[[0, 0]]]}\n' * 2 + "damaged\n" + '{"strokes": [[[0, 0]]]}\n')
    contents, _ = read_contents(path)
    assert contents.labels == (None, None)
    assert "ink.jsonl, line 3: not JSON" in contents.fault
    path.write_text("damaged\n")
    with pytest.raises(InkError, match="line 1: not JSON"):
        read_contents(path)
