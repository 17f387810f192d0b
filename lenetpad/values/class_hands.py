"""What a network has learnt of the hands of several writers together: frozen messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lenetpad.values.evaluation import DataChoice
from lenetpad.values.hands import LearntHand
from lenetpad.values.models import Choice
from lenetpad.values.writers import WritersEvaluation, writers_json


@dataclass(frozen=True, slots=True)
class ClassHandRequest:
    """Learn the drawings of all writers of ink together, with a network to begin with."""

    serial: int
    choice: Choice
    data: DataChoice


@dataclass(frozen=True, slots=True)
class ClassHandProgress:
    """Which part of the work is done, from 0 to 1."""

    serial: int
    part: float


@dataclass(frozen=True, slots=True, eq=False)
class ClassHand:
    """A network that has learnt several hands together, and what that is worth.

    The three evaluations are of the same drawings (``tested`` of them), which none of their
    networks has learnt: ``before`` learning, ``after`` it from the ``compared`` others, and as a
    ``control`` after learning from other writers only, None where there is but one writer.
    ``learnt`` is what is kept: the network after it has learnt all drawings, tested ones too, and
    ``content`` its weights file. ``notice`` is a sentence for the user, mostly nothing.
    """

    before: WritersEvaluation
    after: WritersEvaluation
    control: WritersEvaluation | None
    compared: int
    learnt: LearntHand = field(repr=False)
    content: bytes = field(repr=False)
    notice: str = ""

    @property
    def tested(self) -> int:
        """How many drawings are read before and after."""
        return self.before.drawings

    @property
    def kept(self) -> int:
        """How many drawings the kept network has learnt."""
        return len(self.learnt.labels)


def class_hand_json(found: ClassHand) -> dict[str, Any]:
    """What was learnt, as ``lenetpad learn-hand --json`` prints it."""
    evaluations = {"before": found.before, "after": found.after, "control": found.control}
    return {
        "learnt": found.kept,
        "compared": found.compared,
        "tested": found.tested,
        **{
            key: None if one is None else {"errors": one.errors, **writers_json(one)}
            for key, one in evaluations.items()
        },
        "mnist_error_before": found.learnt.test_error_before,
        "mnist_error": found.learnt.test_error,
        "mnist_images": found.learnt.test_images,
        "seconds": round(found.learnt.seconds, 2),
    }
