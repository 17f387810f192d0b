"""The way in: what the decoders of files from outside have in common.

A decoder looks at a file's kind and size before it takes memory for it, turns its bytes into typed
and bounded values, and says what is wrong in one line, as an ``InputError``. Whatever uses the
values checks nothing again.
"""

from __future__ import annotations

import gzip
import json
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value")

#: What somebody reads in one go: a message from outside is cut to it.
LONGEST_MESSAGE: Final = 300
#: A part of a message that a file decides, such as a name in it, is cut to this.
LONGEST_NAME: Final = 80
GZIP_MAGIC: Final = b"\x1f\x8b"
#: What msgspec says of half of a pair of surrogates.
SURROGATE: Final = "surrogate"
#: Our own files of JSON are a few kilobytes.
LARGEST_JSON: Final = 1 << 20
#: Bytes that are read in one go.
BLOCK: Final = 1 << 20


class InputError(ValueError):
    """Something from outside that cannot be used.

    The message is one line that says which and what to do. Control characters in it are escaped,
    and it is cut in its middle to ``LONGEST_MESSAGE`` characters: at its ends stand the file's
    name and the advice.
    """

    def __init__(self, message: object) -> None:
        super().__init__(one_line(message))


def one_line(text: object, most: int = LONGEST_MESSAGE) -> str:
    """A text on one line, without control characters, cut in its middle to ``most`` characters."""
    raw = str(text)
    if len(raw) > 4 * most:  # what is cut is not worth escaping
        raw = f"{raw[: 2 * most]} … {raw[-2 * most :]}"
    line = escaped(" ".join(raw.split()))
    if len(line) <= most:
        return line
    half = (most - 3) // 2
    return f"{line[: most - 3 - half]} … {line[len(line) - half :]}"


def escaped(text: str) -> str:
    """A text with its control characters, and others that no terminal may get, as escapes."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def named(text: object) -> str:
    """A name that a file decides, as a message has it."""
    return one_line(text, LONGEST_NAME)


def opened(path: Path, largest: int, error: type[InputError] = InputError) -> BinaryIO:
    """Open a regular file of at most ``largest`` bytes for reading; anything else is an error.

    A pipe, which would be waited for, is never waited for.
    """
    try:
        # O_NONBLOCK: to open a pipe that nobody writes to waits for ever.
        file = os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY), "rb")
    except FileNotFoundError:
        raise error(f"{path} does not exist; check the name") from None
    except IsADirectoryError:
        raise error(f"{path} is a folder; name a file in it") from None
    except (OSError, ValueError) as fault:  # ValueError: a name that no file can have
        if os.path.isdir(path):  # as Windows says it
            raise error(f"{path} is a folder; name a file in it") from None
        reason = getattr(fault, "strerror", None) or fault
        raise error(f"{path} cannot be read: {reason}") from None
    try:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{path} is not a regular file; copy what it gives into a file first")
        if status.st_size > largest:
            raise error(too_large(path, largest))
    except BaseException:
        file.close()
        raise
    return file


def contents(path: Path, largest: int, error: type[InputError] = InputError) -> bytes:
    """All bytes of a regular file of at most ``largest``."""
    with opened(path, largest, error) as file:
        try:
            content = file.read(largest + 1)  # it may have grown since
        except OSError as fault:
            raise error(f"{path} cannot be read: {fault.strerror or fault}") from None
    if len(content) > largest:
        raise error(too_large(path, largest))
    return content


@contextmanager
def unpacking(
    file: BinaryIO, path: Path, error: type[InputError] = InputError
) -> Iterator[BinaryIO]:
    """A file's bytes, unpacked where its magic number says that gzip has packed it.

    Faults of the packing, inside the block, become errors that name the file. Who reads from it
    says how much at once: a few bytes may unpack to gigabytes.
    """
    packed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    file.seek(0)
    try:
        yield gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[misc]
    except (OSError, EOFError, zlib.error) as fault:
        raise error(f"{path} is damaged ({fault}); copy it again") from None


def json_object(path: Path, kind: type[Value], error: type[InputError] = InputError) -> Value:
    """A file of ours of at most ``LARGEST_JSON`` bytes as a typed value."""
    return from_json(contents(path, LARGEST_JSON, error), kind, str(path), error)


def from_json(
    content: bytes | str, kind: type[Value], name: str, error: type[InputError] = InputError
) -> Value:
    """JSON as a typed value; the error names what it came from."""
    try:
        return values_of(content, kind)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as fault:
        raise error(f"{name} is damaged: {fault}") from None


def values_of(content: bytes | str, kind: type[Value]) -> Value:
    """JSON as a typed value, as msgspec reads it and with its errors, which are ValueErrors.

    Texts may be names of files that cannot be decoded: Python writes half of a pair of surrogates
    for such a byte, which msgspec does not read.
    """
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as fault:
        if SURROGATE not in str(fault):
            raise
        return msgspec.convert(json.loads(content, parse_constant=_refuse), type=kind)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def as_kind(
    value: Any, kind: type[Value], name: str, error: type[InputError] = InputError
) -> Value:
    """A value that came as dictionaries and lists as a typed one."""
    try:
        return msgspec.convert(value, type=kind)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError) as fault:
        raise error(f"{name}: {fault}") from None


def filled(values: NDArray[np.uint8], stream: BinaryIO) -> int:
    """Fill bytes from a stream, block by block; how many it had."""
    done, view = 0, values.data
    while done < len(values):
        read: int = stream.readinto(view[done : done + BLOCK])  # type: ignore[attr-defined]
        if read == 0:
            break
        done += read
    return done


def too_large(path: Path, largest: int) -> str:
    """What to say of a file that is over its limit, or unpacks to more."""
    size = f"{largest >> 20} MB" if largest >= 1 << 20 else f"{largest:,} bytes"
    return f"{path} holds more than {size}; split it into smaller files"


_BINARY: Final = getattr(os, "O_BINARY", 0)
