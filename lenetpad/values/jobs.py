"""Questions to the engine's jobs, and what comes back: frozen messages between threads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Run the named ``job`` on the networks ``choices`` for ``asker``.

    ``argument`` is whatever that job takes besides networks: a frozen value. ``serial`` grows with
    each question of an asker. ``place`` is where it is shown if the job fails. Two questions are
    never equal: each is answered, replaced or cancelled by itself.
    """

    asker: str
    job: str
    choices: tuple[Choice, ...]
    argument: object
    serial: int
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """What every message about a question says: which question it was."""

    question: Question

    @property
    def asker(self) -> str:
        """Who asked."""
        return self.question.asker

    @property
    def serial(self) -> int:
        """The serial number of the question."""
        return self.question.serial


@dataclass(frozen=True, slots=True, eq=False)
class JobProgress(Reply):
    """A step of a job that goes on; ``progress`` is a frozen value of that job's own."""

    progress: Any


@dataclass(frozen=True, slots=True, eq=False)
class Answer(Reply):
    """A job's result, the last thing that it yields; ``result`` is a frozen value of its own."""

    result: Any


@dataclass(frozen=True, slots=True, eq=False)
class JobFailure(Reply):
    """A job that failed."""

    failure: Failure
