"""Ink files: round trips, and one clear line for each way in which a file can be bad."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from lenetpad.ink import files
from lenetpad.ink.files import (
    Drawing,
    Label,
    ink_from_text,
    ink_text,
    is_ink,
    iterate_ink,
    number_in,
    read_ink,
    write_ink,
)
from lenetpad.ink.strokes import Ink, InkError, Stroke
from tests.memory import at_most

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


def test_lines_are_as_short_as_they_can_be(tmp_path: Path) -> None:
    write_ink(tmp_path / "a.jsonl", [Drawing(TIMED, 7, "Å"), Drawing(Ink.of([[[-1.5, 2e9 / 4]]]))])
    assert (tmp_path / "a.jsonl").read_bytes() == (
        b'{"label":7,"strokes":[[[0.5,1],[2,3]],[[9,9]]],"writer":"\\u00c5",'
        b'"t":[[0,0.016],[0.5]],"pressure":[[0.25,0.75],[1]]}\n'
        b'{"strokes":[[[-1.5,500000000]]]}\n'
    )


def test_times_are_rounded_to_milliseconds_and_pressures_are_not() -> None:
    ink = Ink((Stroke.of([[0, 0]], t=[0.12345], pressure=[0.12345]),))
    read = ink_from_text(ink_text(ink))
    assert read.strokes[0].points.tolist() == [[0, 0, 0.123, 0.12345]]


def test_what_only_some_strokes_have_is_written_for_all() -> None:
    one, other = Stroke.of([[1, 2]]), Stroke.of([[3, 4]], t=[0.5], pressure=[1])
    for ink in (Ink((one, other)), Ink((other, one))):
        assert ink_from_text(ink_text(ink)) == ink


def test_the_same_drawings_give_the_same_packed_file(tmp_path: Path) -> None:
    write_ink(tmp_path / "A.JSONL.GZ", [Drawing(TIMED)])
    raw = (tmp_path / "A.JSONL.GZ").read_bytes()
    assert raw[4:8] == bytes(4)  # where gzip has the time
    assert len(read_ink(tmp_path / "A.JSONL.GZ")) == 1


def test_strokes_without_points_are_dropped_wherever_they_stand() -> None:
    line = '{"strokes":[[],[[1,2]],[],[[3,4]],[]],"t":[[],[1],[],[2],[]]}'
    assert [stroke.points.tolist() for stroke in ink_from_text(line).strokes] == [
        [[1, 2, 1, 0.5]],
        [[3, 4, 2, 0.5]],
    ]


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


def one_by_one(path: Path) -> list[Drawing]:
    return list(iterate_ink(path))


READ = pytest.mark.parametrize("read", [read_ink, one_by_one])


@READ
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"holds no drawing; expected \{.*\} on each line$"),
        (b"\n\n", "holds no drawing; expected"),
        (b'{"strokes": "\xff"}', "line 1: not UTF-8 text; save the file as UTF-8$"),
        (b'\n\n{"strokes": []}', 'line 3: "strokes" holds no point; delete the line, or expected'),
        (gzip.compress(GOOD.encode() * 50, mtime=0)[:-12], "is damaged"),
        (b"\x1f\x8bnonsense", "is damaged"),
    ],
)
def test_a_bad_file_is_explained(
    tmp_path: Path, content: bytes, said: str, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "ink.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(InkError, match=said) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@READ
def test_what_is_no_file_is_explained(tmp_path: Path, read: Callable[[Path], object]) -> None:
    with pytest.raises(InkError, match="does not exist"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(InkError, match="folder"):
        read(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InkError, match="not a regular file"):
        read(tmp_path / "pipe")
    with pytest.raises(InkError, match="cannot be read"):
        read(tmp_path / "a\0b")


def packed(tmp_path: Path, *parts: tuple[bytes, int]) -> Path:
    """A compressed file of parts that are each repeated so often."""
    path = tmp_path / "ink.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for part, times in parts:
            for _ in range(times // 1000):
                file.write(part * 1000)
    return path


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([(b"\n", 2_000_000)], "lines"),
        ([(b'{"strokes":[[[1,2]]]}\n', 2_000_000)], "lines"),
        ([(b'{"strokes":[' + b"[]," * 1000 + b"[[1,2]]]}\n", 4_000)], "points"),
        ([(b'{"strokes":[', 1000), (b"[],", 2_000_000)], r"line 1: more than [\d,]+ points"),
        ([(b'{"strokes":[[', 1000), (b"[1,2],", 2_000_000)], r"line 1: more than [\d,]+ points"),
        ([(b'{"t":[[', 1000), (b"0,", 7_000_000)], r"line 1: more than [\d,]+ points"),
        ([(b"[", 1_000_000)], "line 1: no list of"),
        ([(b'{"strokes":[[[1,2]]],"x":"', 1000), (b" ", 60_000_000)], "line 1: not JSON"),
    ],
    ids=["lines", "drawings", "strokes", "lists", "points", "times", "deep", "text"],
)
def test_what_unpacks_to_far_more_is_refused_before_it_takes_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: list[tuple[bytes, int]], said: str
) -> None:
    monkeypatch.setattr(files, "MOST_LINES", 20_000)  # counting allocations makes each one slow
    path = packed(tmp_path, *parts)
    with at_most(megabytes=200), pytest.raises(InkError, match=said) as caught:
        read_ink(path)
    assert str(caught.value).startswith(str(path))


def test_of_ever_so_many_drawings_the_first_are_read(tmp_path: Path) -> None:
    path = packed(tmp_path, (b'{"strokes":[[[1,2]]]}\n', 2_000_000))
    with at_most(megabytes=20):
        assert len(list(islice(iterate_ink(path), 2))) == 2


def test_strokes_are_counted_over_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ink.jsonl").write_text(f"{GOOD}\n" * 10, encoding="utf-8")
    monkeypatch.setattr(files, "MOST_STROKES", 10)
    assert len(read_ink(tmp_path / "ink.jsonl")) == 10
    monkeypatch.setattr(files, "MOST_STROKES", 9)
    with pytest.raises(InkError, match=r"ink\.jsonl holds over 9 strokes; split"):
        read_ink(tmp_path / "ink.jsonl")


def test_a_stroke_of_a_million_points_is_read(tmp_path: Path) -> None:
    text = '{"strokes":[[' + "[0.5,1.5]," * 999_999 + "[7,8]]]}"
    (tmp_path / "ink.jsonl").write_text(text, encoding="utf-8")
    (drawing,) = read_ink(tmp_path / "ink.jsonl")
    assert drawing.ink.point_count == 1_000_000
    assert drawing.ink.strokes[0].xy[-2:].tolist() == [[0.5, 1.5], [7, 8]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"strokes": [[[0, 0]], [[1, true]]]}', 'stroke 2 of "strokes" is no list of'),
        ('{"strokes": [[[0, 1e400]]]}', 'stroke 1 of "strokes" .*out of range'),
        (f'{{"strokes": [[[0, {"9" * 400}]]]}}', 'stroke 1 of "strokes" .*out of range'),
        ('{"strokes": [[[0, 0]], [[1, 2e9]]]}', "stroke 2: .*beyond"),
        ('{"strokes": [[[0, -Infinity]]]}', "not JSON"),
        ('{"strokes": [[[0, 0]]], "t": [["0"]]}', 'list 1 of "t" is no list of numbers'),
        ('{"strokes": [[[0, 0]]], "t": 7}', '"t" must hold one list for each'),
        (
            '{"strokes": [[[0, 0]]], "pressure": [[1], ["0"]]}',
            r'list 2 of "pressure" is no list of numbers \(.*\); .* or leave pressure out$',
        ),
        (
            '{"strokes": [[[0, 0]]], "pressure": 7}',
            '"pressure" must hold one list for each of the strokes, or be left out$',
        ),
        ('{"strokes": [[[0, 0]]], "pressure": []}', '"pressure" must hold one list for each of'),
        (
            '{"strokes": [[], [[0, 0], [1, 1]]], "t": [[], [0]]}',
            'stroke 2 has 2 points, so its "t" must be a list of 2 numbers; .* or leave t out$',
        ),
        ('{"strokes": [[[0, 0]]], "t": []}', '"t" must hold one list for each of the 1 strokes'),
        ('{"strokes": [[[0, 0]]], "pressure": [[]]}', 'so its "pressure" must be a list of 1'),
        (f'{{"strokes": [[[0, 0]]], "label": {"9" * 400}}}', '"label" must be a whole number'),
        (f'{{"strokes": [[[0, 0]]], "label": {"9" * 5000}}}', '"label" must be a whole number'),
        (f'{{"strokes": [[[0, 0]]], "label": "{"x" * 5000}"}}', '"label" must be a whole number'),
        ('{"strokes": [[[0, 0]]], "label": true}', '"label" must be a whole number'),
        ('{"strokes": [[[0, 0]]], "writer": 1.5}', '"writer" must be a text'),
        ('{"strokes": [[[0, 0]]], "writer": "\\ud800"}', "not JSON"),
        ('{"strokes": [[[0, 0]]], "x": ' + "[" * 5000 + "]" * 5000 + "}", "not JSON"),
        ('{"strokes": [[[0, 0]]]} {}', "not JSON"),
        ("null", 'no list of "strokes"'),
    ],
)
def test_what_is_wrong_with_a_line_is_said(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "ink.jsonl").write_text(f"{GOOD}\n{line}\n", encoding="utf-8")
    with pytest.raises(InkError, match=rf"ink\.jsonl, line 2: .*{said}") as caught:
        read_ink(tmp_path / "ink.jsonl")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 300


def test_of_a_key_that_comes_twice_the_last_counts(tmp_path: Path) -> None:
    line = '{"strokes": [[[0, 0]]], "label": 1, "strokes": [[[5, 6]]], "label": 2}'
    (tmp_path / "ink.jsonl").write_text(line, encoding="utf-8")
    (drawing,) = read_ink(tmp_path / "ink.jsonl")
    assert drawing.label == 2
    assert drawing.ink.strokes[0].xy.tolist() == [[5, 6]]


@READ
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_is_or_unpacks_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool, read: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 1000)
    content = (GOOD + "\n").encode() * 100
    (tmp_path / "ink.jsonl").write_bytes(gzip.compress(content, mtime=0) if packed else content)
    with pytest.raises(InkError, match=r"ink\.jsonl holds more than 1,000 bytes; split it"):
        read(tmp_path / "ink.jsonl")


@READ
def test_a_line_that_unpacks_to_far_more_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object]
) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 1 << 20)
    path = packed(tmp_path, (b" " * 1000, 30_000))
    with at_most(megabytes=5), pytest.raises(InkError, match=r"gz holds more than 1 MB; split"):
        read(path)


def test_a_file_of_the_largest_size_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (GOOD + "\n").encode() * 100
    monkeypatch.setattr(files, "LARGEST_FILE", len(content))
    monkeypatch.setattr(files, "MOST_LINES", 100)
    for raw in (content, gzip.compress(content, mtime=0)):
        (tmp_path / "ink.jsonl").write_bytes(raw)
        assert len(read_ink(tmp_path / "ink.jsonl")) == 100
    monkeypatch.setattr(files, "MOST_LINES", 99)
    with pytest.raises(
        InkError, match=r"ink\.jsonl holds over 99 lines or 3,000,000 points; split it in"
    ):
        read_ink(tmp_path / "ink.jsonl")


def test_as_many_points_as_allowed_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three brackets are allowed a stroke, and five commas a point."""
    monkeypatch.setattr(files, "MOST_STROKES", 2)
    monkeypatch.setattr(files, "MOST_POINTS", 4)
    monkeypatch.setattr(files, "MOST_POINTS_IN_A_FILE", 12)
    most = '{"strokes":[[[1,2],[1,2],[1,2],[1,2]]],"y":[[[]]],"x":[' + "1," * 11 + "1]}"
    assert (most.count("["), most.count(",")) == (4 + 3 * 2, 5 * 4)
    path = tmp_path / "ink.jsonl"
    path.write_text(most)
    assert read_ink(path)[0].ink.point_count == 4
    for larger in (most.replace("[[[]]]", "[[[[]]]]"), most.replace("1]}", "1,1]}")):
        path.write_text(larger)
        with pytest.raises(InkError, match="line 1: more than 4 points; draw it in parts"):
            read_ink(path)
    path.write_text(f"{most}\n" + '{"strokes":[[[1,2]]],"y":[[[[]]]],"x":[]}\n')
    assert path.read_text().count("[") == 12 + 3 * 2
    assert len(read_ink(path)) == 2
    path.write_text(path.read_text().replace('"x":[]', '"x":[[]]'))
    with pytest.raises(InkError, match="holds over 100,000 lines or 12 points"):
        read_ink(path)


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


def test_a_failure_without_a_reason_is_said_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: int) -> None:
        raise OSError("odd")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(InkError, match=r"ink\.jsonl cannot be written: odd; save it elsewhere$"):
        write_ink(tmp_path / "ink.jsonl", [Drawing(TIMED)])


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    for drawings, said in (
        ([], "there is no drawing to"),
        ([Drawing(Ink())], "a drawing without"),
    ):
        with pytest.raises(InkError, match=f"^{said}"):
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
    with pytest.raises(InkError):
        ink_from_text("\ud800")


def test_a_text_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 3 << 20)
    assert ink_from_text(GOOD.ljust(3 << 20))
    with pytest.raises(InkError, match=r"^the text is longer than 3 MB; draw it in parts$"):
        ink_from_text(GOOD.ljust((3 << 20) + 1))


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


def test_a_long_stroke_is_written_in_parts_and_comes_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ink = Ink((Stroke(rng.random((10_000, 4))), Stroke(rng.random((3, 4)))))
    write_ink(tmp_path / "long.jsonl", [Drawing(ink, 7, "somebody")])
    (drawing,) = read_ink(tmp_path / "long.jsonl")
    assert (drawing.label, drawing.writer) == (7, "somebody")
    for found, written in zip(drawing.ink.strokes, ink.strokes, strict=True):
        assert np.array_equal(found.points[:, [0, 1, 3]], written.points[:, [0, 1, 3]])
        assert np.allclose(found.points[:, 2], written.points[:, 2], atol=0.0005)


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("147", "147"),
        (" 147 ", "147"),
        ("00", "00"),
        ("7", None),
        (7, None),
        ("12a", None),
        ("1 2", None),
        ("\u0661\u0662", None),
        ("-12", None),
        ("", None),
        (None, None),
    ],
)
def test_labels_of_several_digits(label: Label, number: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ink.jsonl"
    path.write_text(json.dumps({"label": label, "strokes": [[[0, 0], [1, 1]]]}) + "\n")
    [drawing] = read_ink(path)
    assert number_in(drawing.label) == number
    if number:
        assert drawing.label == number
        write_ink(path, [drawing])
        assert read_ink(path) == [drawing]
