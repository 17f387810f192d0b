"""A slot for one letter, in which the latest wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Letter = TypeVar("Letter")


class Mailbox(Generic[Letter]):
    """Holds the latest letter between two threads; an older one that was not taken is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._letter: Letter | None = None

    def put(self, letter: Letter) -> bool:
        """Replace what is in the slot; True where it was empty and the reader must be woken."""
        with self._lock:
            was_empty = self._letter is None
            self._letter = letter
            return was_empty

    def take(self) -> Letter | None:
        """Empty the slot; None where nothing is in it."""
        with self._lock:
            letter, self._letter = self._letter, None
            return letter
