"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Write ``content`` beside ``path``, to the disk, and put it in its place.

    Whatever goes wrong, OSError of a full disk too, leaves the file of before and nothing beside.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
