"""The job "hand": a network learns somebody's drawings, beside the pen and without torch."""

from __future__ import annotations

import io
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from lenetpad.data.hands import hand_file, learning
from lenetpad.data.labelled import label_of
from lenetpad.data.numbers import Cutter
from lenetpad.data.replay import Replay, features_of, replay_of
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
            yield Answer(question, _known(request, hand, known, weights, found))
            return
        replay = yield from self._replay(weights, digests[0])
        learnt = yield from _learn(weights, found.drawings, replay)
        kept = LearntNetwork(
            hands.file_for(request.choice.model),
            *digests,
            learnt.test_error_before,
            learnt.test_error,
            learnt.test_images,
            learnt.seconds,
        )
        yield LearningProgress(1.0)  # the last chance to cancel
        content = hand_file(weights, learnt)
        path = hands.keep_learnt(hand.folder, request.choice.model, kept, content, ink)
        yield Answer(
            question,
            HandLearning(
                hands.read(hand.folder),
                request.choice.model,
                path,
                _images(found.drawings),
                learnt.labels,
                learnt.before,
                learnt.after,
                learnt.test_error_before,
                learnt.test_error,
                learnt.test_images,
                learnt.seconds,
                True,
                found.unlabelled,
                found.older,
                found.cut,
            ),
        )

    def _replay(self, weights: Weights, digest: str) -> Generator[object, None, Replay]:
        replay = self._replays.get(digest)
        if replay is not None:
            return replay
        key, told = hand_replays.key_of(digest), 0.0
        replay = hand_replays.kept(self._root, key)
        if replay is None:
            for step in replay_of(weights):
                if isinstance(step, Replay):
                    replay = step
                elif step >= told:
                    told = step + STEP
                    yield LearningProgress(step, preparing=True)
            assert replay is not None
            hand_replays.keep(self._root, key, replay)
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
    if not ink.strip():
        return _Ink([])
    everything: list[Drawing]
    if len(ink) > SMALL_INK:
        everything = yield from in_a_process(read_ink, hand.ink)
    else:
        everything = read_ink(hand.ink)
    labelled = [drawing for drawing in everything if drawing.label is not None]
    unlabelled, cut = len(everything) - len(labelled), ""
    if any(number_in(drawing.label) is not None for drawing in labelled):
        cutter = Cutter(labelled)
        for _ in cutter:
            yield LearningProgress(0.0)
        labelled, cut = cutter.drawings, cutter.words
    older = max(0, len(labelled) - MOST_DRAWINGS)
    return _Ink(labelled[older:], unlabelled, older, cut)


def _known(
    request: LearningRequest, hand: Hand, known: LearntNetwork, weights: Weights, found: _Ink
) -> HandLearning:
    """What was learnt of the same drawings before, with the same network."""
    path = hand.weights(request.choice.model)
    assert path is not None
    learnt = load(str(path))
    images = _images(found.drawings)
    own = features_of(weights, images)
    return HandLearning(
        hand,
        request.choice.model,
        path,
        images,
        np.array([label_of(drawing) for drawing in found.drawings], np.int64),
        probabilities(weights.config, weights.parameters, own),
        probabilities(weights.config, learnt.parameters, own),
        known.error_before,
        known.error_after,
        known.test_images,
        known.seconds,
        False,
        found.unlabelled,
        found.older,
        found.cut,
    )


def _nothing(hand: Hand, model: str, unlabelled: int) -> HandLearning:
    none = np.zeros((0, 11), np.float32)
    images = np.zeros((0, SIDE, SIDE), np.float32)
    labels = np.zeros(0, np.int64)
    return HandLearning(
        hand, model, None, images, labels, none, none.copy(), unlabelled=unlabelled
    )


def _images(drawings: list[Drawing]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
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
