"""The job "class hand": the drawings of several writers are learnt together. No torch is imported.

`data`, `evaluation` and `lenet` are imported inside functions only, for the window's process
imports this module.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.values.class_hands import ClassHand, ClassHandProgress, ClassHandRequest
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question

if TYPE_CHECKING:
    from lenetpad.ink.files import Drawing

#: The name of the job, and of who asks for it: the Evaluate page's dialog.
CLASS_HAND: Final = "class hand"


def class_hand_question(request: ClassHandRequest) -> Question:
    """The question that has this request answered with a ClassHand."""
    return Question(
        CLASS_HAND, CLASS_HAND, (request.choice,), request, request.serial, Place.EVALUATE
    )


def class_hand_job(question: Question) -> Generator[object, None, None]:
    """Answer a ClassHandRequest with a ClassHand; ClassHandProgress until then.

    Raises WeightsError, DataError or InkError.
    """
    from lenetpad.evaluation.class_hands import class_hand
    from lenetpad.lenet.weights import load

    request = question.argument
    assert isinstance(request, ClassHandRequest)
    yield ClassHandProgress(request.serial, 0.0)
    weights = load(request.choice.model, request.choice.conventions)
    drawings: list[Drawing] = []
    for read in _drawings(Path(request.data.path)):
        drawings = read
        yield ClassHandProgress(request.serial, 0.0)
    for step in class_hand(weights, drawings):
        if isinstance(step, ClassHand):
            yield Answer(question, step)
        else:
            yield ClassHandProgress(request.serial, step)


def _drawings(path: Path) -> Generator[list[Drawing], None, None]:
    """The labelled drawings of an ink file, or of all in a folder, numbers cut into their digits:
    the last of the lists that come has all of them."""
    from lenetpad.data.labelled import no_label
    from lenetpad.data.numbers import Cutter
    from lenetpad.data.writers import InkReader

    reader = InkReader([path])
    for _ in reader:
        yield []
    drawings = [drawing for drawing in reader.drawings if drawing.label is not None]
    if not drawings:
        raise no_label([path], reader.drawings)
    cutter = Cutter(drawings)
    for _ in cutter:
        yield []
    yield cutter.drawings
