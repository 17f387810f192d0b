"""The job "class hand": the drawings of several writers are learnt together, and may be kept as a
hand. No torch is imported.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Final

from lenetpad.data.labelled import no_label
from lenetpad.data.numbers import Cutter
from lenetpad.data.writers import InkReader, read_all
from lenetpad.engine.hand_replays import replay_for
from lenetpad.engine.hands import keep_learnt, network_digest
from lenetpad.evaluation.class_hands import class_hand
from lenetpad.ink.editing import Extend, edit_ink
from lenetpad.ink.files import Drawing
from lenetpad.lenet.weights import load
from lenetpad.storage import hands
from lenetpad.storage.decoding import InputError
from lenetpad.storage.hands import Hand
from lenetpad.values.class_hands import ClassHand, ClassHandProgress, ClassHandRequest
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question

#: The name of the job, and of who asks for it: the Evaluate page's dialog.
CLASS_HAND: Final = "class hand"


def class_hand_question(request: ClassHandRequest) -> Question:
    """The question that has this request answered with a ClassHand."""
    return Question(
        CLASS_HAND, CLASS_HAND, (request.choice,), request, request.serial, Place.EVALUATE
    )


def class_hand_job(root: Path, question: Question) -> Generator[object, None, None]:
    """Answer a ClassHandRequest with a ClassHand; ClassHandProgress until then. The network's
    replay is the one that is kept under ``root`` beside the hands.

    Raises WeightsError, DataError or InkError.
    """
    request = question.argument
    assert isinstance(request, ClassHandRequest)
    yield ClassHandProgress(request.serial, 0.0)
    weights = load(request.choice.model, request.choice.conventions)
    drawings: list[Drawing] = []
    for read in _drawings(Path(request.data.path)):
        drawings = read
        yield ClassHandProgress(request.serial, 0.0)
    replay = replay_for(root, weights, network_digest(weights))
    for step in class_hand(weights, drawings, replay=replay):
        if isinstance(step, ClassHand):
            yield Answer(question, step)
        else:
            yield ClassHandProgress(request.serial, step)


def _drawings(path: Path) -> Generator[list[Drawing], None, None]:
    """The labelled drawings of an ink file, or of all in a folder, numbers cut into their digits:
    the last of the lists that come has all of them."""
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


def keep_as_hand(root: Path, name: str, request: ClassHandRequest, found: ClassHand) -> Hand:
    """Make a hand under ``root`` of all labelled drawings that a request is about, and keep with
    it what was learnt of them.

    Raises HandError for a name that is taken or none, InkError, DataError or WeightsError for
    files that are no longer there; then there is no hand.
    """
    choice, path = request.choice, Path(request.data.path)
    weights = load(choice.model, choice.conventions)
    everything = read_all([path])
    drawings = tuple(drawing for drawing in everything if drawing.label is not None)
    if not drawings:
        raise no_label([path], everything)
    hand = hands.create(root, name)
    try:
        edit_ink(hand.ink, Extend(drawings))
        ink = hands.ink_of(hand.folder)
        keep_learnt(hand.folder, choice.model, weights, found.learnt, found.content, ink)
    except (InputError, OSError):
        hands.delete(hand)
        raise
    return hands.read(hand.folder)
