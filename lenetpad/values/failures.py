"""What failed, as a message."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lenetpad.storage.decoding import InputError, one_line


class Place(StrEnum):
    """Where something can fail; it decides who shows the failure. The value is for the log."""

    MODEL = "model"  # a network is opened
    RECOGNITION = "recognition"  # a sheet is read
    DRAW = "drawing"
    TRAIN = "training"
    EVALUATE = "evaluation"
    PAGE = "page"  # a background job of a page that has no place of its own here


def first_line(error: BaseException) -> str:
    """What an error says, on one line that can be shown; its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return one_line(lines[0]) if lines else type(error).__name__


def is_mistake(error: BaseException) -> bool:
    """Whether an error says that what the user asked for cannot be done, such as a bad file: it is
    said, and is no fault of the program's."""
    return isinstance(error, InputError) or getattr(error, "mistake", False)


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed: where, what to tell the user, and the traceback for the log.

    ``job`` is the name of the background job or question that failed, where there is one. A user's
    ``mistake`` is not logged.
    """

    place: Place
    message: str
    traceback: str = ""
    job: str = ""
    mistake: bool = False

    @property
    def what(self) -> str:
        """What the log calls it: the job or, where it has no name, the place."""
        return self.job or self.place
