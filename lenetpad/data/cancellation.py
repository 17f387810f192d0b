"""Long work that reports progress and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


class CancelledError(RuntimeError):
    """Work that was cancelled; nothing is wrong."""


def silent(title: str, done: int, total: int) -> None:
    """Report to nobody."""


def never() -> bool:
    """Nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """A progress callback and a cancellation token: ``progress`` is called with what is worked
    on, how much of it is done, and of how much, 0 where that is not known; ``cancelled`` says
    whether to end."""

    progress: Callable[[str, int, int], None] = silent
    cancelled: Callable[[], bool] = never

    def report(self, title: str, done: int, total: int) -> None:
        """Report how far it is. Raises CancelledError once cancelled."""
        self.check()
        self.progress(title, done, total)

    def check(self) -> None:
        """Raise CancelledError once cancelled."""
        if self.cancelled():
            raise CancelledError("cancelled")
