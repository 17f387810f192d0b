"""Long work that somebody watches and may cancel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class CancelledError(RuntimeError):
    """Work that was asked to end; nothing is wrong."""


def silent(title: str, done: int, total: int) -> None:
    """Tell nobody."""


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches: ``progress`` is told what is worked on, how much of it is done, and of how
    much, 0 where that is not known; ``cancelled`` is asked whether to go on."""

    progress: Callable[[str, int, int], None] = silent
    cancelled: Callable[[], bool] = never

    def tell(self, title: str, done: int, total: int) -> None:
        """Tell how far it is. Raises CancelledError where nobody wants it any more."""
        self.check()
        self.progress(title, done, total)

    def check(self) -> None:
        """Raise CancelledError where nobody wants it any more."""
        if self.cancelled():
            raise CancelledError("cancelled")
