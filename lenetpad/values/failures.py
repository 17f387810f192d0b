"""What failed, as a message."""

from __future__ import annotations

from dataclasses import dataclass


def first_line(error: BaseException) -> str:
    """What an error says, on one line; its kind where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed: where, what to tell the user, and the traceback for the log."""

    where: str
    message: str
    traceback: str = ""
