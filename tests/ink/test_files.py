"""Ink files: round trips, and one clear line for each way in which a file can be bad."""

from __future__ import annotations

import gzip
import json
import os
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from lenetpad.ink import files
from lenetpad.ink.files import (
    Drawing,
    ink_from_text,
    ink_text,
    is_ink,
    iterate_ink,
    read_ink,
    write_ink,
)
from lenetpad.ink.strokes import Ink, InkError, Stroke

TIMED = Ink(
    (
        Stroke.of([[0.5, 1], [2, 3]], t=[0.0, 0.016], pressure=[0.25, 0.75]),
        Stroke.of([[9, 9]], t=[0.5], pressure=[1.0]),
    )
)
GOOD = '{"label": 7, "strokes": [[[0, 0], [1, 1]]]}'


@pytest.mark.parametrize("name", ["digits.jsonl", "digits.jsonl.gz"])
def test_what_is_written_is_read_again(tmp_path: Path, name: str) -> None:
    drawings = [Drawing(TIMED, 7, "me"), Drawing(Ink.of([[[1, 2]]]), "Å"), Drawing(TIMED)]
    write_ink(tmp_path / name, drawings)
    assert read_ink(tmp_path / name) == drawings
    raw = (tmp_path / name).read_bytes()
    assert raw.startswith(b"\x1f\x8b") == name.endswith(".gz")


def test_compression_is_told_from_the_content(tmp_path: Path) -> None:
    (tmp_path / "packed.jsonl").write_bytes(gzip.compress(GOOD.encode(), mtime=0))
    assert read_ink(tmp_path / "packed.jsonl")[0].label == 7


def test_other_keys_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    entry = {"label": 3, "strokes": [[[0, 0]], []], "source": "x", "rep": 1, "writer": 12}
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(entry).encode() + b"\r\n\n")
    (drawing,) = read_ink(path)
    assert (drawing.label, drawing.writer, len(drawing.ink.strokes)) == (3, "12", 1)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "7",
        "[]",
        '{"label": 7}',
        '{"strokes": 7}',
        '{"strokes": []}',
        '{"strokes": [[]]}',
        '{"strokes": [[1, 2]]}',
        '{"strokes": [[[1]]]}',
        '{"strokes": [[[1, 2, 3]]]}',
        '{"strokes": [[["1", "2"]]]}',
        '{"strokes": [[[NaN, 2]]]}',
        '{"strokes": [[[Infinity, 2]]]}',
        '{"strokes": [[[1e30, 2]]]}',
        '{"strokes": [[[true, 2]]]}',
        '{"strokes": [[[0, 0]]], "t": [[0, 1]]}',
        '{"strokes": [[[0, 0]]], "t": [0]}',
        '{"strokes": [[[0, 0]]], "pressure": [[0.5], [0.5]]}',
        '{"strokes": [[[0, 0]]], "label": 1.5}',
        '{"strokes": [[[0, 0]]], "writer": []}',
        "[" * 5000,
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ink.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InkError) as caught:
        read_ink(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line 3: ")
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no drawing"),
        (b"\n\n", "no drawing"),
        (b'{"strokes": "\xff"}', "UTF-8"),
        (gzip.compress(GOOD.encode() * 50, mtime=0)[:-12], "damaged"),
        (b"\x1f\x8bnonsense", "damaged"),
    ],
)
def test_a_bad_file_is_explained(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "ink.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(InkError, match=said) as caught:
        read_ink(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InkError, match="does not exist"):
        read_ink(tmp_path / "none.jsonl")
    with pytest.raises(InkError, match="folder"):
        read_ink(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InkError, match="not a regular file"):
        read_ink(tmp_path / "pipe")


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_or_unpacks_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 1000)
    content = (GOOD + "\n").encode() * 100
    (tmp_path / "ink.jsonl").write_bytes(gzip.compress(content, mtime=0) if packed else content)
    with pytest.raises(InkError, match="holds more than"):
        read_ink(tmp_path / "ink.jsonl")


def test_drawings_are_read_no_further_than_asked(tmp_path: Path) -> None:
    (tmp_path / "ink.jsonl").write_text(f"{GOOD}\nnonsense\n", encoding="utf-8")
    assert next(islice(iterate_ink(tmp_path / "ink.jsonl"), 1)).label == 7


def test_a_failed_write_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ink.jsonl"
    write_ink(path, [Drawing(TIMED)])
    before = path.read_bytes()

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(InkError, match="No space left"):
        write_ink(path, [Drawing(TIMED, 1)] * 5)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    for drawings in ([], [Drawing(Ink())]):
        with pytest.raises(InkError):
            write_ink(tmp_path / "ink.jsonl", drawings)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InkError, match="none"):
        write_ink(tmp_path / "none" / "ink.jsonl", [Drawing(TIMED)])


def test_ink_survives_as_text() -> None:
    assert ink_from_text(ink_text(TIMED)) == TIMED
    assert "\n" not in ink_text(TIMED)
    with pytest.raises(InkError):
        ink_from_text("hello")


def test_names_tell_ink_from_pictures() -> None:
    assert all(is_ink(Path(name)) for name in ("a.jsonl", "A.JSONL", "b.jsonl.gz", "c.json"))
    assert not any(is_ink(Path(name)) for name in ("a.png", "jsonl", "a.gz"))


def test_the_sample_ink_has_four_styles_of_each_digit(samples: list[Drawing]) -> None:
    assert sorted(int(s.label or 0) for s in samples) == sorted(list(range(10)) * 4)
    assert len({s.writer for s in samples}) == 4
    for sample in samples:
        points = np.concatenate([stroke.points for stroke in sample.ink.strokes])
        assert (np.diff(points[:, 2]) > 0).all()
        assert 0.3 < points[-1, 2] < 2
        assert 0 < points[:, 3].min() < points[:, 3].max() < 1
        assert points[:, :2].min() >= 0
        assert points[:, :2].max() <= 1000
