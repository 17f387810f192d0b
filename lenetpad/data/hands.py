"""Learning a hand: a network fine-tuned on a few drawings of one person, in about a second."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad import __version__
from lenetpad.data.labelled import label_of
from lenetpad.data.replay import Replay, features_of
from lenetpad.ink.files import Drawing, number_in
from lenetpad.ink.raster import draw
from lenetpad.ink.variation import Variation, varied
from lenetpad.lenet import fine_tuning
from lenetpad.lenet.fine_tuning import Features, FineTuning, probabilities
from lenetpad.lenet.weights import Weights, serialised
from lenetpad.storage.mnist import DataError
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.hands import LearntHand

#: The parts of what was learnt that are tried, until not too much is forgotten; with the last one
#: nothing is learnt.
PARTS: Final = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1, 0.0)
#: What the metadata call the recipe of a hand.
HAND: Final = "hand"


@dataclass(frozen=True, slots=True)
class HandRecipe:
    """How a hand is learnt: each drawing as it is and in so many varied ``copies``, fewer where
    all drawings together would have more than ``most_copies``, but at least one. ``forgotten`` is
    by how much the error on the guard's images may grow, in per cent of them: of all changes the
    largest part is made with which it does not grow more."""

    copies: int = 30
    most_copies: int = 900
    forgotten: float = 0.1
    variation: Variation = field(default_factory=Variation)
    fine_tuning: FineTuning = field(default_factory=FineTuning)

    def copies_of_each(self, drawings: int) -> int:
        """How many of each of so many drawings."""
        return max(1, min(self.copies, self.most_copies // drawings))


HAND_RECIPE: Final = HandRecipe()


def learning(
    weights: Weights,
    drawings: Sequence[Drawing],
    replay: Replay,
    how: HandRecipe = HAND_RECIPE,
) -> Iterator[float | LearntHand]:
    """Learn drawings of single digits, or of what is no digit: yields the part that is done, at
    last what was learnt. Whoever closes it before that has nothing of it.

    ``replay`` is that of the same network. The same arguments give the same result. Raises
    DataError where there is no drawing, one without a label or with a number's, or where the
    network gives no numbers any more.
    """
    began = time.perf_counter()
    _check(drawings)
    labels = np.array([label_of(drawing) for drawing in drawings], np.int64)
    own = features_of(weights, np.stack([draw(drawing.ink) for drawing in drawings]))
    rng = np.random.default_rng(how.fine_tuning.seed)
    varieties, copies = [own], how.copies_of_each(len(drawings))
    for number, drawing in enumerate(drawings):
        images = [draw(*varied(drawing.ink, how.variation, rng)) for _ in range(copies)]
        varieties.append(features_of(weights, np.stack(images)))
        yield 0.5 * (number + 1) / len(drawings)
    ours = Features(np.concatenate(varieties), np.concatenate([labels, np.repeat(labels, copies)]))
    learnt = weights.parameters
    steps = fine_tuning.fine_tuning(
        weights.config, weights.parameters, ours, replay.again, how.fine_tuning
    )
    for step, learnt in enumerate(steps):  # noqa: B007 - the last is the result
        yield 0.5 + 0.45 * step / how.fine_tuning.steps
    if not all(np.isfinite(array).all() for array in learnt.values()):
        raise DataError(f"{weights.name} cannot learn: its values overflow; choose other weights")
    parameters = MappingProxyType(_held_back(weights, learnt, replay, how.forgotten))
    yield LearntHand(
        parameters=parameters,
        labels=labels,
        before=probabilities(weights.config, weights.parameters, own),
        after=probabilities(weights.config, parameters, own),
        test_error_before=_error(weights, weights.parameters, replay.test),
        test_error=_error(weights, parameters, replay.test),
        test_images=len(replay.test),
        seconds=time.perf_counter() - began,
    )


def learn(
    weights: Weights,
    drawings: Sequence[Drawing],
    replay: Replay,
    how: HandRecipe = HAND_RECIPE,
) -> LearntHand:
    """All of ``learning`` at once."""
    *_, learnt = learning(weights, drawings, replay, how)
    assert isinstance(learnt, LearntHand)
    return learnt


def hand_file(weights: Weights, learnt: LearntHand, how: HandRecipe = HAND_RECIPE) -> bytes:
    """What was learnt with ``weights`` as a weights file (safetensors with metadata)."""
    return serialised(weights.config, learnt.parameters, hand_facts(weights, learnt, how))


def hand_facts(
    weights: Weights, learnt: LearntHand, how: HandRecipe = HAND_RECIPE
) -> dict[str, Any]:
    """The metadata of that file."""
    config = weights.config
    return {
        "recipe": {"kind": HAND, **asdict(how)},
        "seed": how.fine_tuning.seed,
        "start": weights.name,
        "drawings": len(learnt.labels),
        "test_set": "MNIST test",
        "test_error": round(learnt.test_error, 2),
        "calibration": {"temperature": config.temperature, "rubbish": config.rubbish},
        "training_seconds": round(learnt.seconds, 2),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "lenetpad": __version__,
    }


def _held_back(
    weights: Weights, learnt: Parameters, replay: Replay, forgotten: float
) -> dict[str, FloatArray]:
    """The largest part of what was learnt with which not too much is forgotten."""
    most = _error(weights, weights.parameters, replay.guard) + forgotten
    for part in PARTS:
        parameters = {
            name: before + np.float32(part) * (learnt[name] - before)
            for name, before in weights.parameters.items()
        }
        if _error(weights, parameters, replay.guard) <= most:
            break
    return parameters


def _check(drawings: Sequence[Drawing]) -> None:
    """Raise DataError where the drawings cannot be learnt."""
    if not drawings:
        raise DataError("there is no drawing to learn; write some digits first")
    for place, drawing in enumerate(drawings, start=1):
        if drawing.label is None:
            raise DataError(f"drawing {place} has no label; say what it shows, or leave it out")
        if number := number_in(drawing.label):
            raise DataError(
                f"drawing {place} is the number {number}; cut it into its digits, or leave it out"
            )


def _error(weights: Weights, parameters: Parameters, test: Features) -> float:
    """The error in per cent: another digit more probable than the right one."""
    found = fine_tuning.outputs(weights.config, parameters, test.s4)
    answers: NDArray[np.intp] = (
        found.argmin(axis=1) if weights.config.output == "RBF" else found.argmax(axis=1)
    )
    return 100 * float((answers != test.labels).mean())
