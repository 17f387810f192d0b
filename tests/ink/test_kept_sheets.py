"""Kept sheets: each window has its own; what cannot be read is set aside."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lenetpad.ink import journal, kept_sheets
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.kept_sheets import KeptSheet, claim
from lenetpad.ink.strokes import History, Ink, Sheet

SEVEN = Sheet(Ink.of([[[100, 100], [900, 100], [400, 900]]]))


def keep(sheet: KeptSheet, *sheets: Sheet) -> History:
    """Write a history of these sheets."""
    history = History()
    for one in sheets:
        history = history.doing(one)
    sheet.path.write_bytes(journal.written(history))
    return history


def test_a_sheet_comes_back_with_its_history(tmp_path: Path) -> None:
    sheet = claim(tmp_path)
    assert sheet.read().history == History()
    history = keep(sheet, SEVEN, Sheet())
    sheet.give_back()
    again = claim(tmp_path)
    assert again.folder == sheet.folder
    assert again.read().history == history
    again.give_back()


def test_each_window_has_its_own_and_the_latest_is_taken_first(tmp_path: Path) -> None:
    one, two = claim(tmp_path), claim(tmp_path)
    assert one.folder != two.folder
    keep(one, SEVEN)
    keep(two, SEVEN, Sheet())
    os.utime(two.path, (0, 0))
    two.give_back()
    one.give_back()
    first, second, third = (claim(tmp_path) for _ in range(3))
    assert (first.folder, second.folder) == (one.folder, two.folder)
    assert third.read().history == History()
    for sheet in (first, second, third):
        sheet.give_back()


def test_a_blank_sheet_leaves_nothing(tmp_path: Path) -> None:
    sheet = claim(tmp_path)
    sheet.give_back(remove=True)
    assert list((tmp_path / "sheets").iterdir()) == []


@pytest.mark.parametrize("content", [b"garbage", b"lenetpad journal 9\n"])
def test_what_is_no_journal_is_set_aside_whole(tmp_path: Path, content: bytes) -> None:
    sheet = claim(tmp_path)
    sheet.path.write_bytes(content)
    restored = sheet.read()
    assert restored.history == History()
    (note,) = restored.notes
    aside = sheet.folder / "damaged 1 journal"
    assert str(aside) in note
    assert aside.read_bytes() == content
    assert sheet.read().notes == ()
    sheet.give_back(remove=True)
    assert aside.exists()  # whoever looks for it finds it


def test_of_a_damaged_journal_the_whole_part_comes_back_and_all_is_kept(tmp_path: Path) -> None:
    sheet = claim(tmp_path)
    keep(sheet, SEVEN)
    good = sheet.path.read_bytes()
    bad = good + journal.record(journal.Kind.POINTS, b"123") + journal.record(journal.Kind.UNDO)
    sheet.path.write_bytes(bad)
    restored = sheet.read()
    assert restored.history.present == SEVEN
    assert restored.notes
    assert (sheet.folder / "damaged 1 journal").read_bytes() == bad
    assert not restored.clean  # it is to be written anew
    sheet.path.write_bytes(bad)
    sheet.read()
    assert (sheet.folder / "damaged 2 journal").read_bytes() == bad
    sheet.give_back()


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [make_pipe, make_folder, make_loop])
def test_what_is_no_file_is_set_aside(make: Callable[[Path], None], tmp_path: Path) -> None:
    sheet = claim(tmp_path)
    make(sheet.path)
    assert sheet.read().notes
    assert os.path.lexists(sheet.folder / "damaged 1 journal")
    assert not os.path.lexists(sheet.path)
    sheet.give_back()


def test_temporary_files_of_a_killed_process_go(tmp_path: Path) -> None:
    sheet = claim(tmp_path)
    sheet.give_back()
    (sheet.folder / ".0123.tmp").write_bytes(b"half a journal")
    again = claim(tmp_path)
    assert [path.name for path in again.folder.iterdir()] == ["lock"]
    again.give_back()


def test_the_sheet_of_an_earlier_version_moves_into_the_journal(tmp_path: Path) -> None:
    picture = Sheet(picture=np.random.default_rng(1).random((28, 28)).astype(np.float32))
    for number, sheet in enumerate((SEVEN, picture)):
        data = tmp_path / str(number)
        data.mkdir()
        if sheet.picture is None:
            write_ink(data / "last.jsonl", [Drawing(sheet.ink)])
        else:
            np.save(data / "last.npy", sheet.picture)
        place = claim(data)
        assert place.read().history == History(sheet)
        assert os.listdir(data) == ["sheets"]
        place.give_back()
        again = claim(data)
        assert again.read().history == History(sheet)
        again.give_back()


HEADER = b"\x93NUMPY\x01\x00\x10\x00"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("last.jsonl", b"{"),
        ("last.jsonl", b""),
        ("last.npy", b""),
        ("last.npy", b"{"),
        ("last.npy", HEADER),
        ("last.npy", HEADER + b"{'descr': '<f4',\n"),
        ("last.npy", HEADER + b"((((((((((((((((\n"),
        (
            "last.npy",
            HEADER + b"{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,)}\n",
        ),
        ("last.npy", b"\x93NUMPY\x01\x00\xff\xff" + b"9" * 70000),
        ("last.npy", b"x" * 100_000),
    ],
)
def test_a_damaged_one_of_an_earlier_version_is_set_aside(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    sheet = claim(tmp_path)
    restored = sheet.read()
    assert restored.history == History()
    (note,) = restored.notes
    assert (sheet.folder / f"damaged 1 {name}").read_bytes() == content
    assert len(note) <= 300
    sheet.give_back()


def test_where_nothing_can_be_written_the_last_sheet_is_still_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = claim(tmp_path)
    history = keep(sheet, SEVEN)
    sheet.give_back()
    assert kept_sheets.peek(tmp_path).history == history
    assert kept_sheets.peek(tmp_path / "nowhere").history == History()


def test_an_earlier_sheet_that_could_not_be_moved_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ink(tmp_path / "last.jsonl", [Drawing(SEVEN.ink)])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("lenetpad.storage.atomic.replace", full)
        sheet = claim(tmp_path)
        assert sheet.read().history.present == SEVEN  # shown all the same
        sheet.give_back()
    again = claim(tmp_path)
    assert again.read().history.present == SEVEN
    again.give_back()


def test_a_journal_for_which_there_is_not_the_memory_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = claim(tmp_path)
    keep(sheet, SEVEN)
    content = sheet.path.read_bytes()

    def too_much(_: bytes) -> journal.Recovered:
        raise MemoryError

    monkeypatch.setattr(journal, "recovered", too_much)
    restored = sheet.read()
    assert "MemoryError" in restored.notes[0]
    assert (sheet.folder / "damaged 1 journal").read_bytes() == content
    sheet.give_back()


def test_a_journal_that_cannot_be_set_aside_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = claim(tmp_path)
    sheet.path.write_bytes(b"garbage")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr("shutil.copyfile", refuse)
    with pytest.raises(OSError, match="No space left"):
        sheet.read()
    assert sheet.path.read_bytes() == b"garbage"
    sheet.give_back()


def test_a_folder_that_cannot_be_locked_leaves_the_others_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = claim(tmp_path)
    keep(sheet, SEVEN)
    sheet.give_back()
    (sheet.folder / "lock").unlink()
    (sheet.folder / "lock").mkdir()  # nobody can lock it
    other = claim(tmp_path)
    assert other.folder != sheet.folder
    other.give_back()


def test_without_locks_a_sheet_is_kept_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lockless(*_: object, **__: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("filelock.FileLock.acquire", lockless)
    sheet = claim(tmp_path)
    history = keep(sheet, SEVEN)
    sheet.give_back()
    assert claim(tmp_path).read().history == history
