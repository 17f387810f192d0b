"""Fetching a data set's files: checked, cancellable, and whole or not there."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import tempfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from lenetpad.data.cancellation import Watch
from lenetpad.storage import atomic as disk
from lenetpad.storage.decoding import named
from lenetpad.storage.mnist import DataError

#: So long may a server be silent.
TIMEOUT_SECONDS: Final = 20.0
BLOCK: Final = 1 << 16
#: Nothing that is unpacked here is larger: EMNIST's digits take 188 MB.
LARGEST_FILE: Final = 1 << 30


class _UnreachableError(Exception):
    """An address that does not give what it should; the message says why."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A file on the network: the addresses to try, its name and MD5, and what it holds.

    ``members`` are the files that come of it, each with its name in the archive, "" where the
    archive is that one file. What is compressed by gzip, inside too, is unpacked.
    """

    addresses: tuple[str, ...]
    name: str
    md5: str
    members: Mapping[str, str]


def fetch(archive: Archive, folder: Path, title: str, watch: Watch) -> None:
    """See that the archive's files are in ``folder``: there, unpacked from it, or fetched.

    ``title`` is what the user calls the data set. Raises DataError where they cannot be had,
    CancelledError where nobody wants them any more; no file is then there in part.
    """
    if all((folder / name).is_file() for name in archive.members):
        return
    by_hand = folder / archive.name
    try:
        if by_hand.is_file():
            with by_hand.open("rb") as file:
                if _md5(file, watch) != archive.md5:
                    raise DataError(f"{by_hand} is not the file it should be; delete it")
                _unpack(archive, file, folder, watch)
            return
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:  # which no kill leaves behind
            _from_anywhere(archive, file, folder, title, watch)
            _unpack(archive, file, folder, watch)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, KeyError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DataError(f"{title} cannot be put into {folder}: {reason}") from None


def _from_anywhere(
    archive: Archive, file: IO[bytes], folder: Path, title: str, watch: Watch
) -> None:
    """Fill ``file`` from the first address that gives what it should."""
    faults = []
    for address in archive.addresses:
        file.seek(0)
        file.truncate()
        try:
            _download(address, file, title, watch)
            if _md5(file, watch) != archive.md5:
                raise _UnreachableError("what came is damaged")
        except _UnreachableError as error:
            faults.append(f"{address.removesuffix(archive.name)} ({error})")
        else:
            return
    raise DataError(
        f"{title} cannot be fetched from {', nor '.join(faults)}. Connect to the network, or put "
        f"the file {archive.name} into {folder}."
    )


def _download(address: str, file: IO[bytes], title: str, watch: Watch) -> None:
    watch.check()
    done = 0
    for block, total in _blocks(address):
        file.write(block)
        done += len(block)
        watch.report(title, done, total)


def _blocks(address: str) -> Iterator[tuple[bytes, int]]:
    """What an address gives, block by block, each with the bytes of the whole, 0 if unknown."""
    request = urllib.request.Request(address, headers={"User-Agent": "lenetpad"})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            total = int(answer.headers.get("Content-Length") or 0)
            while block := answer.read(BLOCK):
                yield block, total
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _UnreachableError(_reason(error)) from None


def _reason(error: Exception) -> str:
    """Why an address gave nothing, in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"{error.code} {error.reason}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    return named(getattr(cause, "strerror", None) or cause) or type(error).__name__


def _md5(file: IO[bytes], watch: Watch) -> str:
    file.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    while block := file.read(BLOCK):
        watch.check()
        digest.update(block)
    return digest.hexdigest()


def _unpack(archive: Archive, file: IO[bytes], folder: Path, watch: Watch) -> None:
    """Put the members into the folder, each whole."""
    for name, member in archive.members.items():
        with ExitStack() as opened:
            source = _member(file, member, opened)
            target = opened.enter_context(disk.atomic_write(folder / name))
            while block := source.read(BLOCK):
                watch.check()
                target.write(block)
                if target.tell() > LARGEST_FILE:
                    raise OSError(f"{name} is far larger than it should be")


def _member(file: IO[bytes], member: str, opened: ExitStack) -> IO[bytes] | gzip.GzipFile:
    """A member's bytes, unpacked where they are compressed."""
    file.seek(0)
    source = file
    if member:
        source = opened.enter_context(zipfile.ZipFile(file)).open(member)
        opened.enter_context(source)
    magic = source.read(2)
    source.seek(0)
    if magic != b"\x1f\x8b":
        return source
    return opened.enter_context(gzip.GzipFile(fileobj=source))
