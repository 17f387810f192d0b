"""Ink of several writers, from files and from folders with a file of each."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lenetpad.data import writers as of_writers
from lenetpad.data.cancellation import CancelledError, Watch
from lenetpad.data.folders import holds_ink
from lenetpad.data.labelled import DataError
from lenetpad.data.writers import (
    InkReader,
    ink_files_in,
    labelled_of_writers,
    read_all,
    writer_of,
    writers_of,
)
from lenetpad.ink.files import Drawing, Label, write_ink
from lenetpad.ink.strokes import Ink, InkError

LINE = Ink.of([[[0, 0], [0, 10]]])


def save(path: Path, *labels: Label, writer: str | None = None) -> Path:
    write_ink(path, [Drawing(LINE, label, writer) for label in labels])
    return path


@pytest.mark.parametrize(
    ("name", "writer"),
    [
        ("anna.jsonl", "anna"),
        ("anna.ink.jsonl", "anna"),
        ("Anna K..JSONL.GZ", "Anna K."),
        ("小明.json", "小明"),
        (".ink.jsonl", ".ink"),
        ("a\x1b[2Jb.jsonl", "a\\x1b[2Jb"),
    ],
)
def test_the_name_of_a_file_is_its_writers(name: str, writer: str) -> None:
    assert writer_of(Path("class") / name) == writer


def test_a_drawing_belongs_to_whom_its_file_names_or_else_to_the_file(tmp_path: Path) -> None:
    save(tmp_path / "bo.jsonl", 1, 2)
    save(tmp_path / "set.ink.jsonl", 3, writer="ann")
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress((tmp_path / "bo.jsonl").read_bytes()))
    (tmp_path / "notes.txt").write_text("no ink")
    (tmp_path / "deeper.jsonl").mkdir()
    drawings = read_all([tmp_path])
    assert writers_of(drawings) == ("bo", "bo", "packed", "packed", "ann")
    plain = read_all([tmp_path], attributed=False)
    assert writers_of(plain) == ("", "", "", "", "ann")


def test_files_and_folders_beside_each_other(tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    save(tmp_path / "class" / "ann.jsonl", 1)
    alone = save(tmp_path / "bo.jsonl", 2)
    reader = InkReader([alone, tmp_path / "class"])
    assert list(reader) == [1, 2]
    assert writers_of(reader.drawings) == ("bo", "ann")


def test_a_bad_file_among_good_ones_is_passed_over_and_named(tmp_path: Path) -> None:
    save(tmp_path / "ann.jsonl", 1)
    (tmp_path / "bad.jsonl").write_text('{"label"')
    (tmp_path / "large.jsonl").write_text('{"label": 12, "strokes": [[[0, 0], [1, 1]]]}')
    notes: list[str] = []
    assert len(read_all([tmp_path], Watch(noted=notes.append))) == 1
    [note] = notes
    assert note.startswith(f"2 of 3 ink files passed over; the first: {tmp_path}/bad.jsonl, line")


def test_a_folder_in_which_every_file_is_bad(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text("nonsense")
    with pytest.raises(DataError, match=r"a.jsonl, line 1.*and 1 more like it"):
        read_all([tmp_path])


def test_a_bad_file_that_is_named_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("nonsense")
    with pytest.raises(InkError, match="line 1: not JSON"):
        read_all([tmp_path / "bad.jsonl"])
    with pytest.raises(InkError, match="does not exist"):
        read_all([tmp_path / "gone.jsonl"])


def test_a_folder_without_ink_says_what_to_choose(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no ink file .* a file of each writer"):
        read_all([tmp_path])


@pytest.mark.parametrize("limit", ["MOST_LINES", "MOST_POINTS_IN_A_FILE"])
def test_a_folder_of_too_much(limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "a.jsonl", 1, 2)
    save(tmp_path / "b.jsonl", 1, 2)
    monkeypatch.setattr(of_writers, limit, {"MOST_LINES": 4, "MOST_POINTS_IN_A_FILE": 8}[limit])
    assert len(read_all([tmp_path])) == 4
    save(tmp_path / "c.jsonl", 1)
    with pytest.raises(DataError, match=r"holds over .* choose a folder of fewer"):
        read_all([tmp_path])


def test_reading_can_be_cancelled_between_two_files(tmp_path: Path) -> None:
    for name in "abc":
        save(tmp_path / f"{name}.jsonl", 1)
    answers = iter([False] * 4 + [True] * 9)
    with pytest.raises(CancelledError):
        read_all([tmp_path], Watch(cancelled=lambda: next(answers)))


def test_the_labelled_ones_and_what_is_left_out(tmp_path: Path) -> None:
    save(tmp_path / "ann.jsonl", 1, None, "A")
    notes: list[str] = []
    found = labelled_of_writers([tmp_path], Watch(noted=notes.append))
    assert [drawing.label for drawing in found] == [1, "A"]
    assert notes == ["1 of 3 drawings have no label: left out"]
    save(tmp_path / "ann.jsonl", None)
    with pytest.raises(DataError, match="its drawing has no label"):
        labelled_of_writers([tmp_path])


def test_a_writers_name_is_one_line(tmp_path: Path) -> None:
    (path := tmp_path / "a.jsonl").write_text(
        '{"label": 1, "writer": "an\\nn\\u001b[2J\\u202e", "strokes": [[[0, 0], [1, 1]]]}\n'
        '{"label": 1, "writer": 7, "strokes": [[[0, 0], [1, 1]]]}\n'
    )
    assert writers_of(read_all([path])) == ("an n\\x1b[2J\\u202e", "7")


def test_which_folders_hold_ink_and_nothing_else(tmp_path: Path) -> None:
    assert not holds_ink("folder", str(tmp_path))
    save(tmp_path / "a.jsonl", 1)
    assert holds_ink("folder", str(tmp_path))
    assert not holds_ink("mnist", str(tmp_path))
    assert not holds_ink("folder", "")
    assert not holds_ink("folder", str(tmp_path / "a.jsonl"))
    assert ink_files_in(tmp_path) == [tmp_path / "a.jsonl"]
    (tmp_path / "x.csv").write_text("label,pixel0\n")
    assert not holds_ink("folder", str(tmp_path))
    (tmp_path / "x.csv").unlink()
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
    assert not holds_ink("folder", str(tmp_path))
