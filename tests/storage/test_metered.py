"""A metered file reads as any other, and no more than it may."""

from __future__ import annotations

import io

import pytest

from lenetpad.storage.decoding import InputError
from lenetpad.storage.metered import MeteredFile


def metered(content: bytes, reads: int, size: int) -> MeteredFile:
    file = MeteredFile(io.BytesIO(content), InputError("too much"))
    file.limit(reads, size)
    return file


def test_within_the_limit_it_reads_as_the_file_does() -> None:
    file = metered(b"0123456789", 5, 20)
    assert file.read(4) == b"0123"
    assert file.tell() == 4
    assert file.read() == b"456789"
    assert file.read() == b""
    assert file.seek(-3, io.SEEK_END) == 7
    assert file.read(None) == b"789"
    assert file.seekable()
    assert file.size == 10


def test_each_read_counts_however_little_it_gives() -> None:
    file = metered(b"0123456789", 3, 1000)
    for _ in range(3):
        file.read(1)
    with pytest.raises(InputError, match="too much"):
        file.read(0)


def test_each_byte_counts_each_time() -> None:
    file = metered(b"0123456789", 1000, 15)
    assert len(file.read()) == 10
    file.seek(0)
    with pytest.raises(InputError, match="too much"):
        file.read(6)


def test_what_is_not_there_does_not_count() -> None:
    file = metered(b"0123456789", 1000, 15)
    file.seek(8)
    assert file.read(1 << 40) == b"89"
    file.seek(100)
    assert file.read(1 << 40) == b""


def test_the_limit_can_be_set_anew() -> None:
    file = metered(b"0123456789", 1, 4)
    file.read(4)
    file.limit(1, 6)
    assert file.read() == b"456789"


def test_before_a_limit_is_set_nothing_may_be_read() -> None:
    for reads, size in ((0, 100), (1, 0)):
        file = MeteredFile(io.BytesIO(b"0123"), InputError("too much"))
        with pytest.raises(InputError, match="too much"):
            file.read(0)
        file.limit(reads, size)
        with pytest.raises(InputError, match="too much"):
            file.read(1)


def test_a_read_of_nothing_costs_no_bytes_and_one_at_the_end_neither() -> None:
    file = metered(b"0123", 10, 4)
    assert file.read(0) == b""
    assert file.tell() == 0
    assert file.read() == b"0123"
    for size in (0, 1, -1, None):
        assert file.read(size) == b""
    file.seek(100)
    assert file.read(1) == b""


def test_it_begins_where_the_file_is() -> None:
    inner = io.BytesIO(b"0123")
    inner.seek(2)
    file = MeteredFile(inner, InputError("too much"))
    file.limit(1, 2)
    assert (file.size, file.tell()) == (4, 2)
    assert file.read() == b"23"
