"""Slots between two threads in which the latest message wins."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Message = TypeVar("Message")


class Mailbox(Generic[Message]):
    """One slot: holds the latest message; an older one that was not taken is dropped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._message: Message | None = None

    def put(self, message: Message) -> bool:
        """Replace what is in the slot; True where it was empty and the reader must be woken."""
        with self._lock:
            was_empty = self._message is None
            self._message = message
            return was_empty

    def __bool__(self) -> bool:
        """Whether a message waits."""
        return self._message is not None

    def take(self) -> Message | None:
        """Empty the slot; None where nothing is in it."""
        with self._lock:
            message, self._message = self._message, None
            return message


class KeyedMailbox(Generic[Message]):
    """A slot for each key, emptied in the order in which the slots were filled.

    A message that replaces another takes over its turn: neither a key that is written to often
    nor its neighbours have to wait for ever.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: dict[str, Message] = {}

    def put(self, key: str, message: Message) -> bool:
        """Replace what is in the key's slot; True where all slots were empty and the reader must
        be woken."""
        with self._lock:
            was_empty = not self._messages
            self._messages[key] = message
            return was_empty

    def take(self) -> Message | None:
        """Empty the slot whose turn it is; None where nothing is in any."""
        with self._lock:
            if not self._messages:
                return None
            return self._messages.pop(next(iter(self._messages)))
