"""Signatures by which this installation knows again what it wrote itself.

The key is a random secret in the user's data directory. It guards nothing but one question:
whether a run names files because this user named them, or because a stranger wrote their names
there.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

import platformdirs

from lenetpad.storage.decoding import InputError, contents

KEY_BYTES: Final = 32


def key_path() -> Path:
    """Where the key is kept."""
    return platformdirs.PlatformDirs("lenetpad", appauthor=False).user_data_path / "key"


def signature(content: bytes) -> str:
    """The signature of a content, as hexadecimal digits; "" where no key can be kept."""
    try:
        key = _key() or _new_key()
    except OSError:
        return ""
    return hmac.new(key, content, "sha256").hexdigest()


def is_own(content: bytes, signed: str) -> bool:
    """Whether this installation made that signature of the content."""
    key = _key()
    if key is None or not signed:
        return False
    expected = hmac.new(key, content, "sha256").hexdigest()
    return hmac.compare_digest(expected.encode(), signed.encode(errors="replace"))


def _key() -> bytes | None:
    """The key, None where there is no whole one."""
    try:
        key = contents(key_path(), KEY_BYTES)
    except InputError:
        return None
    return key if len(key) == KEY_BYTES else None


def _new_key() -> bytes:
    path, key = key_path(), secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # one that was not written to its end
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
    return key
