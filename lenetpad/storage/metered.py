"""A file that is read no more often, and no further, than a limit says.

Parsers of others' libraries loop over what a file tells them: a million empty chunks, a comment of
a million letters read one by one, a directory of gigabytes. Read through this they come to an end.
"""

from __future__ import annotations

import io
from typing import BinaryIO


class MeteredFile:
    """A binary file for reading; over the limit every read raises ``fault``."""

    def __init__(self, file: BinaryIO, fault: Exception) -> None:
        self._file = file
        self._fault = fault
        here = file.tell()
        self.size = file.seek(0, io.SEEK_END)
        file.seek(here)
        self.limit(0, 0)

    def limit(self, reads: int, size: int) -> None:
        """From now on allow so many calls of ``read``, and so many bytes in all of them."""
        self._reads, self._bytes = reads, size

    def read(self, size: int | None = -1) -> bytes:
        """As a file's, as far as the limit."""
        rest = max(self.size - self._file.tell(), 0)
        wanted = rest if size is None or size < 0 else min(size, rest)
        self._reads -= 1
        self._bytes -= wanted
        if self._reads < 0 or self._bytes < 0:
            raise self._fault
        return self._file.read(wanted)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As a file's."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def seekable(self) -> bool:
        """As a file's."""
        return True
