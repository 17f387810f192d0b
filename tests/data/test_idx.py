"""IDX files: the arrays that their headers tell of, and refusals before memory is taken."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data import idx
from lenetpad.data.idx import read_idx
from lenetpad.storage import decoding
from lenetpad.storage.decoding import filled
from lenetpad.storage.mnist import DataError
from tests.memory import at_most

KINDS = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def headed(kind: int, *sides: int, start: bytes = b"\0\0") -> bytes:
    return start + bytes([kind, len(sides)]) + struct.pack(f">{len(sides)}I", *sides)


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with at_most(megabytes=5), pytest.raises(DataError) as caught:
        read_idx(path)
    message = str(caught.value)
    assert message.startswith(f"{path} ")
    assert message.isprintable()
    return message


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3), (2, 3, 4), (1, 2, 3, 2), (2, 0, 5)])
@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_every_type_are_read(
    tmp_path: Path, kind: int, shape: tuple[int, ...], packed: bool
) -> None:
    written = np.arange(100, 100 + np.prod(shape)).reshape(shape).astype(KINDS[kind])
    content = headed(kind, *shape) + written.tobytes()
    (tmp_path / "a").write_bytes(gzip.compress(content, mtime=0) if packed else content)
    read = read_idx(tmp_path / "a")
    assert read.shape == shape
    assert read.dtype == np.dtype(KINDS[kind])
    assert np.array_equal(read, written)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        headed(8),  # a number without its value is cut off
        headed(8, 3)[:-1],
        headed(8, 3, start=b"\1\0") + b"abc",
        headed(8, 3, start=b"\0\1") + b"abc",
        headed(10, 3) + bytes(12),
        headed(7, 3) + b"abc",
        headed(15, 3) + b"abc",
        headed(8, 1, 1, 1, 1, 1) + b"a",
        b"hello, I am none",
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    said = refusal(tmp_path / "a", content)
    assert "is no IDX file, as MNIST's" in said or "needs 1 bytes of values, not 0" in said


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("found", [0, 1, 11, 13, 5000])
def test_more_or_fewer_values_than_the_shape_has_are_refused(
    tmp_path: Path, found: int, packed: bool
) -> None:
    content = headed(11, 2, 3) + bytes(found)
    said = refusal(tmp_path / "a", gzip.compress(content, mtime=0) if packed else content)
    more = "more" if packed and found > 12 else str(found)
    assert f"its shape (2, 3) needs 12 bytes of values, not {more}; copy" in said


def test_the_largest_array_is_read_and_a_larger_one_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idx, "LARGEST", 1 << 20)
    (tmp_path / "a").write_bytes(headed(11, 1 << 19, 1) + bytes(1 << 20))
    assert read_idx(tmp_path / "a").shape == (1 << 19, 1)
    large = headed(11, (1 << 19) + 1) + bytes((1 << 20) + 2)
    for content in (large, gzip.compress(large, mtime=0)):
        assert "holds more than 1 MB" in refusal(tmp_path / "a", content)


@pytest.mark.parametrize("sides", [(1 << 31, 1 << 31), (0, 1 << 31, 1 << 31)])
def test_sizes_are_not_believed(tmp_path: Path, sides: tuple[int, ...]) -> None:
    """Not of a packed file either, whose own size says nothing."""
    said = refusal(tmp_path / "a", gzip.compress(headed(14, *sides), mtime=0))
    assert "holds more than 256 MB" in said


def test_a_file_that_is_itself_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(idx.LARGEST + decoding.BLOCK + 1)  # a sparse file
    with pytest.raises(DataError, match=r"a holds more than 257 MB"):
        read_idx(tmp_path / "a")


def test_damaged_packing_is_said(tmp_path: Path) -> None:
    packed = gzip.compress(headed(8, 3000) + np.random.default_rng(1).bytes(3000), mtime=0)
    assert "is damaged" in refusal(tmp_path / "a", packed[:1000])


def test_an_array_of_many_blocks_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "BLOCK", 1000)
    values = np.random.default_rng(1).integers(0, 256, 4567).astype(np.uint8)
    (tmp_path / "a").write_bytes(gzip.compress(headed(8, 4567) + values.tobytes(), mtime=0))
    assert np.array_equal(read_idx(tmp_path / "a"), values)


class Slow:
    """A stream that gives a few bytes at a time, and takes note of how many are asked for."""

    def __init__(self, content: bytes) -> None:
        self.content, self.asked = content, []

    def readinto(self, into: memoryview) -> int:
        self.asked.append(len(into))
        given, self.content = self.content[: min(7, len(into))], self.content[7:]
        into[: len(given)] = given
        return len(given)


def test_bytes_are_filled_in_as_they_come() -> None:
    values, stream = np.zeros(20, np.uint8), Slow(bytes(range(1, 30)))
    assert filled(values, stream) == 20  # type: ignore[arg-type]
    assert values.tolist() == list(range(1, 21))
    assert stream.asked == [20, 13, 6]
    values = np.zeros(20, np.uint8)
    assert filled(values, Slow(b"abc")) == 3  # type: ignore[arg-type]
    assert values.tolist() == [*b"abc", *bytes(17)]
