"""Ink files that are changed: what is not meant stays, byte for byte, and nobody's change is
lost."""

from __future__ import annotations

import errno
import gzip
import os
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from lenetpad.ink import editing, files
from lenetpad.ink.editing import (
    Append,
    Delete,
    Edited,
    Exchange,
    Extend,
    Place,
    Relabel,
    Restore,
    digest_of,
    edit_ink,
    line_at,
)
from lenetpad.ink.files import Drawing, label_from, read_ink, write_ink
from lenetpad.ink.strokes import Ink, InkError

INK = Ink.of([[[1, 2], [3, 4]]])
#: Four drawings as others write them: spaces, other keys, numbers in other forms, a blank line.
LINES = (
    b'{ "label": 7,  "strokes": [[[0.50, 1e1], [2, 3.0]]], "source": {"pen": [1, 2.0]} }',
    b'{"strokes":[[[5,5]]],"writer":"Zo\xc3\xab","id":12345678901234567890}',
    b'{"strokes":[[[6,6]]],"label":"A","t":[[0.125]]}\r',
    b'{"label":3,"strokes":[[[7,7]]]}',
)
CONTENT = LINES[0] + b"\n" + LINES[1] + b"\n\n" + LINES[2] + b"\n" + LINES[3] + b"\n"


def a_file(folder: Path, content: bytes = CONTENT, name: str = "ink.jsonl") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def content_of(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def place(number: int) -> Place:
    return Place(number, digest_of(LINES[number]))


def done(edited: Edited | None) -> Edited:
    assert edited is not None
    return edited


@pytest.mark.parametrize("name", ["ink.jsonl", "ink.jsonl.gz"])
class TestAFile:
    def test_a_drawing_is_added_behind_the_others(self, tmp_path: Path, name: str) -> None:
        path = a_file(tmp_path, name=name)
        edited = done(edit_ink(path, Append(Drawing(INK, 4))))
        assert content_of(path) == CONTENT + b'{"label":4,"strokes":[[[1,2],[3,4]]]}\n'
        assert edited.count == 5
        assert edited.places == (Place(4, digest_of(content_of(path).splitlines()[-1])),)
        assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")
        assert [entry.name for entry in tmp_path.iterdir()] == [name]  # neither lock nor other

    def test_a_file_that_is_not_there_is_begun(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        for label in (1, "no digit"):
            edit_ink(path, Append(Drawing(INK, label)))
        assert [drawing.label for drawing in read_ink(path)] == [1, "no digit"]
        assert path.read_bytes().startswith(b"\x1f\x8b") is name.endswith(".gz")

    def test_a_label_changes_nothing_else(self, tmp_path: Path, name: str) -> None:
        path = a_file(tmp_path, name=name)
        labels = ((place(0), 1), (place(1), "é"), (place(2), None))
        edited = done(edit_ink(path, Relabel(labels)))
        found = content_of(path).split(b"\n")
        assert found[0] == (
            b'{"label":1,"strokes":[[[0.50, 1e1], [2, 3.0]]],"source":{"pen": [1, 2.0]}}'
        )
        assert found[1] == '{"label":"é",'.encode() + LINES[1][1:]
        assert found[3] == b'{"strokes":[[[6,6]]],"t":[[0.125]]}\r'
        assert found[4] == LINES[3]
        assert edited.places == tuple(
            Place(n, digest_of(found[at])) for n, at in enumerate((0, 1, 3))
        )

    def test_what_was_deleted_can_be_put_back(self, tmp_path: Path, name: str) -> None:
        path = a_file(tmp_path, name=name)
        edited = done(edit_ink(path, Delete((place(3), place(1), place(0)))))
        assert content_of(path) == b"\n" + LINES[2] + b"\n"
        assert edited.removed == ((0, LINES[0]), (1, LINES[1]), (3, LINES[3]))
        assert edited.count == 1
        edited = done(edit_ink(path, Restore(edited.removed)))
        assert edited.places == (place(0), place(1), place(3))
        assert [line for line in content_of(path).split(b"\n") if line] == list(LINES)

    def test_the_last_drawing_can_go_and_another_come(self, tmp_path: Path, name: str) -> None:
        path = a_file(tmp_path, LINES[0], name)
        removed = done(edit_ink(path, Delete((place(0),)))).removed
        assert content_of(path) == b""
        edit_ink(path, Append(Drawing(INK, 5)))
        assert [drawing.label for drawing in read_ink(path)] == [5]
        edit_ink(path, Restore(removed))
        assert content_of(path).split(b"\n")[0] == LINES[0]


def test_a_last_line_without_its_end_gets_one(tmp_path: Path) -> None:
    path = a_file(tmp_path, LINES[0])
    edit_ink(path, Append(Drawing(INK)))
    assert path.read_bytes() == LINES[0] + b'\n{"strokes":[[[1,2],[3,4]]]}\n'
    path = a_file(tmp_path, LINES[0] + b"\n" + LINES[1])
    edit_ink(path, Restore(((2, LINES[3]),)))
    assert path.read_bytes() == b"\n".join((LINES[0], LINES[1], LINES[3])) + b"\n"


def test_a_byte_order_mark_stays_where_it_is(tmp_path: Path) -> None:
    line = b"\xef\xbb\xbf" + LINES[3]
    path = a_file(tmp_path, line + b"\n")
    edit_ink(path, Relabel(((Place(0, digest_of(line)), 4),)))
    assert path.read_bytes() == b'\xef\xbb\xbf{"label":4,"strokes":[[[7,7]]]}\n'


def test_a_drawing_is_found_again_where_others_have_gone_or_come(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    edit_ink(path, Delete((place(0), place(1))))
    edit_ink(path, Relabel(((place(3), 8),)))
    assert [drawing.label for drawing in read_ink(path)] == ["A", 8]
    assert line_at(path, place(2)) == LINES[2].strip()
    before = path.read_bytes()
    for edit in (Delete((place(2), place(3))), Relabel(((place(0), 1),))):
        with pytest.raises(InkError, match=r"ink\.jsonl has changed: drawing \d is in it no more"):
            edit_ink(path, edit)
    with pytest.raises(InkError, match="drawing 4 is in it no more; open it again"):
        line_at(path, place(3))
    assert path.read_bytes() == before


def test_of_drawings_that_are_the_same_the_one_that_is_meant_goes(tmp_path: Path) -> None:
    same = LINES[3]
    path = a_file(tmp_path, b"\n".join((same, LINES[1], same, same)) + b"\n")
    edit_ink(path, Delete((Place(2, digest_of(same)),)))
    assert path.read_bytes() == b"\n".join((same, LINES[1], same)) + b"\n"
    edit_ink(path, Delete((Place(3, digest_of(same)),)))  # the nearest
    assert path.read_bytes() == b"\n".join((same, LINES[1])) + b"\n"


@pytest.mark.parametrize(
    "content", [b"no ink\n", CONTENT + b'{"strokes": 5}\n', b"\x1f\x8bnot really", b"\xff\n"]
)
def test_a_file_that_cannot_be_read_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = a_file(tmp_path, content)
    status = path.stat()
    with pytest.raises(InkError, match=r"ink\.jsonl"):
        edit_ink(path, Append(Drawing(INK)))
    assert path.read_bytes() == content
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert [entry.name for entry in tmp_path.iterdir()] == ["ink.jsonl"]


def test_a_file_that_was_read_before_is_not_looked_through_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path)
    assert edit_ink(path, Append(Drawing(INK)), thorough=False) is None
    assert path.read_bytes() == CONTENT
    stamp = done(edit_ink(path, Append(Drawing(INK)))).stamp

    def refuse(*_: object) -> None:
        raise AssertionError("it was looked through")

    monkeypatch.setattr(editing, "check_lines", refuse)
    edited = done(edit_ink(path, Relabel(((place(0), 1),)), stamp, thorough=False))
    assert edited.before == stamp
    path.write_bytes(path.read_bytes() + LINES[3] + b"\n")  # somebody else
    assert edit_ink(path, Delete((place(1),)), edited.stamp, thorough=False) is None


def test_a_file_does_not_become_one_that_is_too_large_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (editing, files):
        monkeypatch.setattr(module, "MOST_LINES", 6)
    path = a_file(tmp_path)
    stamp = done(edit_ink(path, Append(Drawing(INK)))).stamp  # five, and a blank line
    before = path.read_bytes()
    with pytest.raises(InkError, match="holds over 6 lines"):
        edit_ink(path, Append(Drawing(INK)), stamp)
    assert path.read_bytes() == before


def test_a_file_does_not_get_more_strokes_than_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path, b'{"strokes": [ [ [1,1], [2,2] ], [[3, 3]] ]}\n')
    stamp = done(edit_ink(path, Append(Drawing(INK)))).stamp
    before = path.read_bytes()
    for module in (editing, files):
        monkeypatch.setattr(module, "MOST_STROKES", 3)
    with pytest.raises(InkError, match="holds over 3 strokes"):
        edit_ink(path, Append(Drawing(INK)), stamp)
    assert path.read_bytes() == before
    for module in (editing, files):
        monkeypatch.setattr(module, "MOST_STROKES", 4)
    assert edit_ink(path, Append(Drawing(INK)), stamp, thorough=False) is not None


def test_all_who_add_at_once_are_there_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    start = threading.Barrier(4)

    def add(who: int) -> None:
        start.wait(20)
        for number in range(5):
            edit_ink(path, Append(Drawing(INK, f"{who} {number}")))

    threads = [threading.Thread(target=add, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    labels = {drawing.label for drawing in read_ink(path)}
    assert labels == {f"{who} {number}" for who in range(4) for number in range(5)}
    assert [entry.name for entry in tmp_path.iterdir()] == ["ink.jsonl"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = a_file(tmp_path), tmp_path / "link.jsonl"
    path.chmod(0o640)
    link.symlink_to(path)
    edit_ink(link, Append(Drawing(INK)))
    assert path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert len(read_ink(path)) == 5


def test_what_may_not_be_written_to_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path)
    with pytest.raises(InkError, match="cannot be written: there is no such folder"):
        edit_ink(tmp_path / "none" / "ink.jsonl", Append(Drawing(INK)))
    with pytest.raises(InkError, match="is a folder"):
        edit_ink(tmp_path, Append(Drawing(INK)))
    with pytest.raises(InkError, match="does not exist"):
        edit_ink(tmp_path / "gone.jsonl", Delete((place(0),)))
    with monkeypatch.context() as patch:

        def full(_: Path) -> NoReturn:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr("lenetpad.storage.atomic.atomic_write", full)
        with pytest.raises(InkError, match="No space left on device; make room there, or choose"):
            edit_ink(path, Append(Drawing(INK)))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InkError, match="may not be written to; save a copy"):
        edit_ink(path, Append(Drawing(INK)))
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("text", "label"),
    [("7", 7), (" 0 ", 0), ("12", "12"), ("no  digit", "no digit"), ("٣", "٣"), ("  ", None)],
)
def test_what_is_typed_as_a_label(text: str, label: int | str | None) -> None:
    assert label_from(text) == label


def test_a_digit_as_a_text_is_the_digit(tmp_path: Path) -> None:
    path = a_file(tmp_path, b'{"label": "7", "strokes": [[[0, 0]]]}\n')
    assert read_ink(path)[0].label == 7


def test_several_drawings_are_added_at_once_with_their_writers(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    drawings = tuple(
        Drawing(Ink.of([[[0, 0], [10, n]]]), label, writer)
        for n, (label, writer) in enumerate([(1, "ann"), ("no digit", None)])
    )
    edited = edit_ink(path, Extend(drawings))
    assert edited is not None
    assert edited.count == 2
    edited = edit_ink(path, Extend(drawings))
    assert edited is not None
    assert read_ink(path) == [*drawings, *drawings]
    edit_ink(path, Delete(edited.places))
    assert read_ink(path) == list(drawings)


def test_a_files_content_of_another_time_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_ink(path, [Drawing(Ink.of([[[0, 0], [10, 10]]]), 1)])
    before = path.read_bytes()
    edit_ink(path, Extend((Drawing(Ink.of([[[0, 0], [5, 5]]]), 2),)))
    after = path.read_bytes()
    with pytest.raises(InkError, match="has changed meanwhile; try again"):
        edit_ink(path, Exchange(before, before))
    assert path.read_bytes() == after
    edit_ink(path, Exchange(before, after))
    assert path.read_bytes() == before
    edit_ink(path, Exchange(b"", before))
    assert path.read_bytes() == b""
    with pytest.raises(InkError):
        edit_ink(path, Exchange(b"no ink", b""))
    assert path.read_bytes() == b""
