"""Long work that reports progress, says what it leaves out, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lenetpad.storage.decoding import one_line


class CancelledError(RuntimeError):
    """Work that was cancelled; nothing is wrong."""


def silent(title: str, done: int, total: int) -> None:
    """Report to nobody."""


def never() -> bool:
    """Nobody cancels."""
    return False


def unheard(note: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A progress callback, a cancellation token and an ear: ``progress`` is called with what is
    worked on, how much of it is done, and of how much, 0 where that is not known; ``cancelled``
    says whether to end; ``noted`` gets what the user should know of files that were read."""

    progress: Callable[[str, int, int], None] = silent
    cancelled: Callable[[], bool] = never
    noted: Callable[[str], None] = unheard

    def report(self, title: str, done: int, total: int) -> None:
        """Report how far it is. Raises CancelledError once cancelled."""
        self.check()
        self.progress(title, done, total)

    def check(self) -> None:
        """Raise CancelledError once cancelled."""
        if self.cancelled():
            raise CancelledError("cancelled")

    def note(self, sentence: str) -> None:
        """Tell what was passed over or changed: one line, without a full stop."""
        self.noted(one_line(sentence))


#: Nobody watches.
IDLE: Final = Watch()


class PassedOver:
    """What cannot be read among much that can: counted, and the first of it kept to be named."""

    def __init__(self) -> None:
        self.count = 0
        self._first = ""

    def add(self, fault: object) -> None:
        """One more, and what is wrong with it, which names it."""
        self.count += 1
        self._first = self._first or str(fault)

    def tell(self, watch: Watch, what: str) -> None:
        """Note how many of ``what`` were passed over, if any were."""
        if self.count:
            others = f"; the first: {self._first}" if self.count > 1 else f": {self._first}"
            watch.note(f"{self.count:,} {what} passed over{others}")

    def or_raise(self, error: type[Exception]) -> None:
        """Where nothing else is there: the first of it, as an error."""
        if self.count:
            rest = f" (and {self.count - 1:,} more like it)" if self.count > 1 else ""
            raise error(f"{self._first}{rest}")
