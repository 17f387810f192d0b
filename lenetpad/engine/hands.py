"""The job "hand": a network learns somebody's drawings, beside the pen and without torch."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.data.hands import hand_file, learning
from lenetpad.data.labelled import label_of
from lenetpad.data.numbers import Cutter
from lenetpad.data.replay import Replay, features_of
from lenetpad.engine import hand_replays
from lenetpad.engine.side_process import in_a_process
from lenetpad.ink.editing import Exchange, Extend, edit_ink
from lenetpad.ink.files import Drawing, number_in, read_ink
from lenetpad.ink.raster import SIDE, draw
from lenetpad.ink.strokes import InkError
from lenetpad.lenet.fine_tuning import probabilities
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import Weights, load
from lenetpad.storage import hands
from lenetpad.storage.decoding import named
from lenetpad.storage.hands import Hand, LearntNetwork
from lenetpad.values.arrays import FloatArray
from lenetpad.values.failures import Place
from lenetpad.values.hand_learning import (
    MOST_DRAWINGS,
    HandLearning,
    LearningProgress,
    LearningRequest,
)
from lenetpad.values.hands import LearntHand
from lenetpad.values.jobs import Answer, Question

#: The name of the job, and of who asks for it: for a hand, and for a network to be made ready.
LEARNING: Final = "hand"
PREPARING: Final = "hand, made ready"
#: Ink of so many bytes is decoded in a few milliseconds, in which nobody else may compute.
SMALL_INK: Final = 1 << 20
#: Progress is told in such steps.
STEP: Final = 0.02
#: How many networks' replays are kept, of 24 MB each.
KEPT: Final = 2
UNKNOWN: Final = (
    "{name} does not say how it reads. Open it first (Ctrl+L), answer the question, and choose "
    "the hand then."
)


def learning_question(serial: int, request: LearningRequest) -> Question:
    """The question that has a hand learnt, or a network made ready for that; the answer is a
    HandLearning, or None. Neither gives the other up."""
    asker = PREPARING if request.folder is None else LEARNING
    return Question(asker, LEARNING, (request.choice,), request, serial, Place.DRAW)


@dataclass(frozen=True, slots=True, eq=False)
class _Ink:
    """The drawings of a hand that are learnt, and what is known of the others."""

    drawings: list[Drawing]
    unlabelled: int = 0
    older: int = 0
    cut: str = ""


class LearningJob:
    """Has networks learn the hands under ``root``. It keeps the replays of the networks that
    learnt last, here and on the disk: the next learning is quick. Not for several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._replays: dict[str, Replay] = {}

    def __call__(self, question: Question) -> Generator[object, None, None]:
        """Yields LearningProgress, and answers with a HandLearning.

        Raises WeightsError for a network that cannot be opened, HandError, InkError and DataError
        for files.
        """
        request = question.argument
        assert isinstance(request, LearningRequest)
        weights = load(request.choice.model, request.choice.conventions)
        if weights.guesses and not request.choice.conventions.complete:
            raise WeightsError(UNKNOWN.format(name=named(weights.name)))
        if request.folder is None:
            yield from self._replay(weights, network_digest(weights))
            yield Answer(question, None)
            return
        hand = hands.read(request.folder)
        ink = hands.ink_of(request.folder)
        found = yield from _read(hand, ink)
        if not found.drawings:
            yield Answer(question, _nothing(hand, request.choice.model, found.unlabelled))
            return
        known = hand.networks.get(request.choice.model)
        digests = network_digest(weights), hands.digest_of(ink)
        if known is not None and digests == (known.base, known.ink):
            before = _known(request, hand, known, weights, found)
            if before is not None:
                yield Answer(question, before)
                return
        replay = yield from self._replay(weights, digests[0])
        learnt = yield from _learn(weights, found.drawings, replay)
        yield LearningProgress(1.0)  # the last chance to cancel
        content = hand_file(weights, learnt)
        known = keep_learnt(hand.folder, request.choice.model, weights, learnt, content, ink)
        yield Answer(
            question,
            _told(
                hands.read(hand.folder),
                request.choice.model,
                known,
                found,
                _images(found.drawings),
                (learnt.before, learnt.after),
                anew=True,
            ),
        )

    def _replay(self, weights: Weights, digest: str) -> Generator[object, None, Replay]:
        replay = self._replays.get(digest)
        if replay is not None:
            return replay
        told = 0.0
        for step in hand_replays.replay_for(self._root, weights, digest):
            if isinstance(step, Replay):
                replay = step
            elif step >= told:
                told = step + STEP
                yield LearningProgress(step, preparing=True)
        assert replay is not None
        while len(self._replays) >= KEPT:
            del self._replays[next(iter(self._replays))]
        self._replays[digest] = replay
        return replay


def _learn(
    weights: Weights, drawings: list[Drawing], replay: Replay
) -> Generator[object, None, LearntHand]:
    learnt: LearntHand | None = None
    told = 0.0
    for step in learning(weights, drawings, replay):
        if isinstance(step, LearntHand):
            learnt = step
        elif step >= told:
            told = step + STEP
            yield LearningProgress(step)
    assert learnt is not None
    return learnt


def _read(hand: Hand, ink: bytes) -> Generator[object, None, _Ink]:
    """The drawings of a hand's ink file that have a label, numbers cut into digits."""
    if not ink or ink.isspace():
        return _Ink([])
    if len(ink) > SMALL_INK:
        found = yield from _waiting(in_a_process(_latest, hand.ink, MOST_DRAWINGS))
    else:
        found = _latest(hand.ink, MOST_DRAWINGS)
    labelled, cut = found.drawings, ""
    if any(number_in(drawing.label) is not None for drawing in labelled):
        cutter = Cutter(labelled)
        for _ in cutter:
            yield LearningProgress(0.0)
        labelled, cut = cutter.drawings, cutter.words
    over = max(0, len(labelled) - MOST_DRAWINGS)
    return _Ink(labelled[over:], found.unlabelled, found.older + over, cut)


def _waiting(steps: Generator[None, None, _Ink]) -> Generator[object, None, _Ink]:
    """What steps return, told as progress."""
    with closing(steps):
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: _Ink = end.value
                return found
            yield LearningProgress(0.0)


def _latest(path: Path, most: int) -> _Ink:
    """The latest drawings of an ink file that have a label, numbers whole."""
    everything = read_ink(path)
    labelled = [drawing for drawing in everything if drawing.label is not None]
    older = max(0, len(labelled) - most)
    return _Ink(labelled[older:], len(everything) - len(labelled), older)


def _known(
    request: LearningRequest, hand: Hand, known: LearntNetwork, weights: Weights, found: _Ink
) -> HandLearning | None:
    """What was learnt of the same drawings before, with the same network; None where its weights
    are damaged, or others."""
    path = hand.weights(request.choice.model)
    assert path is not None
    try:
        learnt = load(str(path))
    except WeightsError:
        return None
    if _shapes(learnt) != _shapes(weights):
        return None
    images = _images(found.drawings)
    own = features_of(weights, images)
    before, after = (
        probabilities(weights.config, one.parameters, own) for one in (weights, learnt)
    )
    answers = before, after
    return _told(hand, request.choice.model, known, found, images, answers, anew=False)


def _told(
    hand: Hand,
    model: str,
    known: LearntNetwork,
    found: _Ink,
    images: FloatArray,
    answers: tuple[FloatArray, FloatArray],
    *,
    anew: bool,
) -> HandLearning:
    """What is told of a network that has learnt a hand: the drawings with the answers before and
    after, and what is kept of it."""
    return HandLearning(
        hand,
        model,
        hands.weights_path(hand.folder, known),
        images,
        np.array([label_of(drawing) for drawing in found.drawings], np.int64),
        *answers,
        known.error_before,
        known.error_after,
        known.test_images,
        known.seconds,
        anew,
        found.unlabelled,
        found.older,
        found.cut,
    )


def _shapes(weights: Weights) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in weights.parameters.items()}


def _nothing(hand: Hand, model: str, unlabelled: int) -> HandLearning:
    none = np.zeros((0, 11), np.float32)
    images = np.zeros((0, SIDE, SIDE), np.float32)
    labels = np.zeros(0, np.int64)
    return HandLearning(
        hand, model, None, images, labels, none, none.copy(), unlabelled=unlabelled
    )


def _images(drawings: list[Drawing]) -> FloatArray:
    return np.stack([draw(drawing.ink) for drawing in drawings])


def network_digest(weights: Weights) -> str:
    """What tells a network's parameters, and how it reads, from others."""
    content = io.BytesIO(repr(weights.config).encode())
    content.seek(0, io.SEEK_END)
    for name in sorted(weights.parameters):
        content.write(name.encode())
        content.write(np.ascontiguousarray(weights.parameters[name]).tobytes())
    return hands.digest_of(content.getvalue())


# What is done to a hand's files, in a thread that holds nothing up


def keep_learnt(
    folder: Path, model: str, weights: Weights, learnt: LearntHand, content: bytes, ink: bytes
) -> LearntNetwork:
    """Keep what a network has learnt of a hand's ink, its weights file being ``content``, and
    return what is known of it. Raises HandError where it cannot be written."""
    kept = LearntNetwork(
        hands.file_for(model),
        network_digest(weights),
        hands.digest_of(ink),
        learnt.test_error_before,
        learnt.test_error,
        learnt.test_images,
        learnt.seconds,
    )
    hands.keep_learnt(folder, model, kept, content, ink)
    return kept


@dataclass(frozen=True, slots=True)
class Imported:
    """So many drawings came into a hand from a file, and so many in it had no label."""

    added: int
    unlabelled: int


def import_ink(hand: Hand, path: Path) -> Imported:
    """Add the drawings of an ink file that have a label to a hand. Raises InkError where it cannot
    be read or has none, or the hand's ink cannot be written."""
    everything = read_ink(path)
    labelled = tuple(drawing for drawing in everything if drawing.label is not None)
    if not labelled:
        raise InkError(f"{path} has no drawing with a label; label them first, in the tray")
    edit_ink(hands.own_ink(hand.folder), Extend(labelled))
    return Imported(len(labelled), len(everything) - len(labelled))


def take_back_learning(folder: Path) -> Hand:
    """Have a hand as it was before its last learning, ink and weights; once more brings that one
    back. Raises HandError or InkError where it cannot be written."""
    ink = hands.ink_of(folder)
    then = hands.swap_learnt(folder, ink)
    try:
        edit_ink(hands.own_ink(folder), Exchange(then, ink))
    except InkError:
        hands.swap_learnt(folder, then)
        raise
    return hands.read(folder)
