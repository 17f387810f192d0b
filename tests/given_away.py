"""A home, a user and a machine with names of their own, and what a file tells of them."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import lenetpad

#: The names of a home, of a folder in it, of its user and of the machine.
SECRETS = ("home-of-ann-7f3a", "letters-to-bob-91c", "ann-user-55d", "anns-machine-e20")


def parts(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file's name and bytes, and those of what is packed in it."""
    yield path.name, path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                yield entry.filename, archive.read(entry)


def told(path: Path) -> list[str]:
    """What a file tells of the machine that made it."""
    here = (*SECRETS, str(Path(lenetpad.__file__).parent), os.path.expanduser("~"))
    return [
        secret
        for secret in here
        for name, content in parts(path)
        if secret in name or secret.encode() in content or secret.encode("utf-16-le") in content
    ]
