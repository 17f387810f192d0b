"""The way in: which files are opened, what is unpacked, and messages of one line."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lenetpad.storage import decoding
from lenetpad.storage.decoding import (
    InputError,
    as_kind,
    contents,
    escaped,
    from_json,
    json_object,
    named,
    one_line,
    opened,
    too_large,
    unpacking,
)


class OwnError(InputError):
    """A decoder's own."""


class Facts(msgspec.Struct, frozen=True):
    """Something typed."""

    number: int


# Messages


@pytest.mark.parametrize("length", [0, 1, 299, 300])
def test_a_message_of_300_characters_stays_as_it_is(length: int) -> None:
    text = ("abcdefg " * 50)[:length].strip()
    assert str(InputError(text)) == text


@pytest.mark.parametrize("length", [301, 302, 1199, 1200, 1201, 1202, 10**6])
def test_a_longer_one_keeps_both_its_ends(length: int) -> None:
    text = "begin" + "x" * (length - 8) + "end"
    line = str(InputError(text))
    assert len(line) == 300
    begin, end = line.split(" … ")
    assert begin == "begin" + "x" * (len(begin) - 5)
    assert end == "x" * (len(end) - 3) + "end"
    assert abs(len(begin) - len(end)) <= 1


@pytest.mark.parametrize("most", [10, 11, 80])
def test_it_is_cut_to_any_length(most: int) -> None:
    assert one_line("x" * most, most) == "x" * most
    for text in ("x" * (most + 1), "x" * 10_000, "\x1b" * 10_000):
        assert len(one_line(text, most)) == most
        assert " … " in one_line(text, most)


def test_of_both_ends_of_a_very_long_text_enough_is_kept() -> None:
    """Also where escapes make more of each character."""
    text = "\x1b" * 10**6
    line = one_line(text)
    assert len(line) == 300
    begin, end = line.split(" … ")
    assert begin.startswith("\\x1b\\x1b")
    assert end.endswith("\\x1b\\x1b")
    digits = "".join(f"{number:04}" for number in range(10**4))
    begin, end = one_line(digits).split(" … ")
    assert digits.startswith(begin)
    assert digits.endswith(end)


def test_all_white_space_becomes_single_spaces() -> None:
    assert one_line(" a\n b\t\tc\r\nd ") == "a b c d"
    assert one_line(OSError(2, "No such\nfile")) == "[Errno 2] No such file"


def test_what_no_terminal_may_get_is_escaped() -> None:
    assert escaped("é 28×28 …") == "é 28×28 …"
    assert escaped("a\x1b[31m\u202eé") == "a\\x1b[31m\\u202eé"
    assert str(InputError("\udcff\x00")) == "\\udcff\\x00"


def test_a_name_that_a_file_decides_takes_80_characters() -> None:
    assert named("x" * 80) == "x" * 80
    assert named("x" * 81) == "x" * 39 + " … " + "x" * 38
    assert named("\n") == ""


@pytest.mark.parametrize(
    ("largest", "said"),
    [
        (1000, "1,000 bytes"),
        ((1 << 20) - 1, "1,048,575 bytes"),
        (1 << 20, "1 MB"),
        (96 << 20, "96 MB"),
    ],
)
def test_a_size_is_said_in_bytes_or_megabytes(largest: int, said: str) -> None:
    assert (
        too_large(Path("a.b"), largest)
        == f"a.b holds more than {said}; split it into smaller files"
    )


# Files


def test_a_file_of_the_largest_size_is_read_and_a_larger_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    assert contents(path, 5) == b"12345"
    with opened(path, 5) as file:
        assert file.read() == b"12345"
    for read in (contents, opened):
        with pytest.raises(OwnError, match=r"a holds more than 4 bytes"):
            read(path, 4, OwnError)
        with pytest.raises(InputError) as caught:
            read(path, 4)
        assert type(caught.value) is InputError


def test_a_file_that_has_grown_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, asked = tmp_path / "a", []
    path.write_bytes(b"12345")

    class Growing:
        def __init__(self, file: object) -> None:
            self.file = file

        def __enter__(self) -> Growing:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()  # type: ignore[attr-defined]

        def read(self, size: int) -> bytes:
            asked.append(size)
            return b"x" * min(size, 1000)

    monkeypatch.setattr(decoding, "opened", lambda *_: Growing(opened(path, 5)))
    with pytest.raises(OwnError, match="a holds more than 5 bytes"):
        contents(path, 5, OwnError)
    assert asked == [6]


def test_a_read_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    for fault, said in ((OSError(5, "Input/output error"), "Input"), (OSError("odd"), "odd")):

        class Failing:
            def __enter__(self) -> Failing:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def read(self, _: int, fault: OSError = fault) -> bytes:
                raise fault

        monkeypatch.setattr(decoding, "opened", lambda *_, failing=Failing: failing())
        with pytest.raises(OwnError, match=f"a cannot be read: {said}"):
            contents(tmp_path / "a", 5, OwnError)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none", "does not exist; check the name"),
        ("folder", "is a folder; name a file in it"),
        ("pipe", "is not a regular file; copy what it gives"),
        ("a\0b", "cannot be read: embedded null byte"),
        ("file/a", "cannot be read: Not a directory"),
        ("x" * 256, "cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_opened_is_said_with_its_name(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    os.mkfifo(tmp_path / "pipe")
    for read in (opened, contents):
        with pytest.raises(OwnError) as caught:
            read(tmp_path / name, 100, OwnError)
        message = str(caught.value)
        assert message.startswith(str(tmp_path))
        assert said in message
        with pytest.raises(InputError) as plain:
            read(tmp_path / name, 100)
        assert type(plain.value) is InputError


def test_a_folder_that_the_system_refuses_to_open_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows does, without saying why."""

    def refused(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OwnError, match="is a folder; name a file in it"):
        opened(tmp_path, 5, OwnError)
    with pytest.raises(OwnError, match="file cannot be read: Permission denied"):
        opened(tmp_path / "file", 5, OwnError)


def test_what_is_refused_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    made = []

    def noted(*arguments: object) -> object:
        made.append(fdopen(*arguments))  # type: ignore[call-overload]
        return made[-1]

    fdopen = os.fdopen
    monkeypatch.setattr(os, "fdopen", noted)
    with pytest.raises(InputError):
        opened(tmp_path / "a", 4)
    assert [file.closed for file in made] == [True]


# Packing


@pytest.mark.parametrize("content", [b"", b"\x1f", b"plain text", b"\x1f\x8c no gzip"])
def test_plain_bytes_come_as_they_are(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with opened(tmp_path / "a", 100) as file, unpacking(file, tmp_path / "a") as stream:
        assert stream.read() == content


def test_packed_bytes_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(gzip.compress(b"plain text", mtime=0))
    with opened(tmp_path / "a", 100) as file, unpacking(file, tmp_path / "a") as stream:
        assert stream.read() == b"plain text"


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b",
        b"\x1f\x8bnonsense",
        gzip.compress(b"plain text", mtime=0)[:-1],
        gzip.compress(b"plain text", mtime=0)[:-8] + bytes(8),
        gzip.compress(b"plain text", mtime=0)[:10] + b"\xff" * 20,
    ],
)
def test_damaged_packing_is_an_error_of_the_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with (
        pytest.raises(OwnError, match=r"a is damaged \((?!None).+\); copy it again"),
        opened(path, 100) as file,
        unpacking(file, path, OwnError) as stream,
    ):
        stream.read()
    with pytest.raises(InputError) as caught, opened(path, 100) as file:  # noqa: SIM117
        with unpacking(file, path) as stream:
            stream.read()
    assert type(caught.value) is InputError


# JSON


def test_json_comes_typed(tmp_path: Path) -> None:
    assert from_json(b'{"number": 7, "more": 1}', Facts, "x") == Facts(7)
    assert from_json('{"number": 7}', Facts, "x") == Facts(7)
    assert as_kind({"number": 7}, Facts, "x") == Facts(7)
    (tmp_path / "a.json").write_text('{"number": 7}')
    assert json_object(tmp_path / "a.json", Facts) == Facts(7)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"number": "7"}', "{}", "[" * 100_000, '{"number": 1e999}']
)
def test_other_json_is_damaged(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    for error in (OwnError, InputError):
        with pytest.raises(error, match=r"^a thing is damaged: (?!None)."):
            from_json(text, Facts, "a thing", error)
        with pytest.raises(error) as caught:
            json_object(path, Facts, error)
        assert str(caught.value).startswith(f"{path} is damaged: ")
    for read in (lambda: from_json(text, Facts, "x"), lambda: json_object(path, Facts)):
        with pytest.raises(InputError) as plain:
            read()
        assert type(plain.value) is InputError


@pytest.mark.parametrize("value", [None, {}, {"number": "7"}, [7], {"number": 2.5}])
def test_other_values_are_refused_under_their_name(value: object) -> None:
    with pytest.raises(OwnError, match=r"^a thing: (?!None)."):
        as_kind(value, Facts, "a thing", OwnError)
    with pytest.raises(InputError) as caught:
        as_kind(value, Facts, "a thing")
    assert type(caught.value) is InputError


def test_a_large_file_of_json_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    most = decoding.LARGEST_JSON
    path.write_bytes(b'{"number": 7}'.ljust(most))
    assert json_object(path, Facts) == Facts(7)
    path.write_bytes(b'{"number": 7}'.ljust(most + 1))
    with pytest.raises(OwnError, match=r"a\.json holds more than 1 MB"):
        json_object(path, Facts, OwnError)


class TestNamesThatAreNoText:
    def test_they_are_read_as_they_were_written(self) -> None:
        kept = {"ink": ["b\udcff.jsonl", "ä"], "n": 1}
        for content in (json.dumps(kept), json.dumps(kept).encode()):
            assert from_json(content, dict[str, Any], "the file") == kept

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('["\\udcff", NaN]', "NaN is no JSON"),
            ('["\\udcff", ', "Expecting value"),
            ('{"\\udcff": 1}', "Expected `array`, got `object`"),
            ('["\\udcff"' + ", [" * 100_000, "the file is damaged"),
        ],
    )
    def test_nothing_else_is_let_in_by_them(self, content: str, reason: str) -> None:
        with pytest.raises(InputError, match="the file is damaged") as caught:
            from_json(content, list[Any], "the file")
        assert reason in str(caught.value)
