"""Guesses which conventions a network from elsewhere has, by how well it reads MNIST with each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.raster import pad
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.conventions import ACTIVATION, NORMALISATION, configuration, possible
from lenetpad.lenet.forward import in_batches, scores
from lenetpad.storage import mnist
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.conventions import FITS, READS, UNKNOWN_CONVENTIONS, Conventions

#: MNIST's training digits that all conventions, and that the most promising ones, are scored on.
ROUGHLY, FINELY, PROMISING = 100, 500, 20
#: And those of which only the best accuracy is wanted.
AHEAD: Final = 4
#: The border makes so small a difference that it takes more digits to tell.
FOR_THE_BORDER: Final = 2_000
#: Conventions whose accuracies differ by less are told apart by their loss, which is finer.
NEAR: Final = 0.01
#: Other conventions than a network's own must read clearly more digits, or lose no more than a
#: part on them.
CLEARLY, FAR_LESS = 0.1, 0.7

#: Accuracy and mean loss.
Score = tuple[float, float]


def guess(
    state: Parameters, known: Conventions = UNKNOWN_CONVENTIONS
) -> tuple[tuple[Conventions, float], ...]:
    """All conventions that agree with ``known``, the likeliest first, with their accuracy.

    The accuracy is that on some of MNIST's training digits, the first few of them for conventions
    that come nowhere near. Empty where the weights allow none. Takes about a second, and two
    more where no usual activation fits: then those that differ between layers are tried too.

    Raises DataError where MNIST is not there.
    """
    allowed = [one for one in possible(state) if known.allows(one)]
    usual = [one for one in allowed if one.activation in ACTIVATION]
    guesses = _ranked(state, usual, _scores(state, usual, ROUGHLY))
    if len(usual) == len(allowed) or (guesses and guesses[0][1] >= FITS):
        return tuple(guesses)
    odd = [one for one in allowed if one.activation not in ACTIVATION]
    others = _ranked(state, odd, _roughly(state, odd))
    if not guesses or others[0][1] > guesses[0][1] + NEAR:
        return (*others, *guesses)
    return (*guesses, *others)


def _roughly(state: Parameters, wanted: list[Conventions]) -> dict[Conventions, Score]:
    """Scores on a few digits, each with one border for all, which makes little difference."""
    found: dict[Conventions, Score] = {}
    for one in wanted:
        like = replace(one, padding="")
        if like not in found:
            found[like] = _score(configuration(one, state), state, ROUGHLY)
    return {one: found[replace(one, padding="")] for one in wanted}


def _ranked(
    state: Parameters, allowed: list[Conventions], rough: dict[Conventions, Score]
) -> list[tuple[Conventions, float]]:
    """Conventions, the likeliest first, with their accuracy: the most promising looked at well."""
    ahead = sorted(allowed, key=lambda one: _rank(rough[one], 1.0))[:PROMISING]
    found = rough | _scores(state, ahead, FINELY)
    best = max((found[one][0] for one in ahead), default=0.0)
    behind = [one for one in allowed if one not in ahead]
    ranked = [
        *sorted(ahead, key=lambda one: _rank(found[one], best)),
        *sorted(behind, key=lambda one: -found[one][0]),
    ]
    return [(one, found[one][0]) for one in ranked]


def best_accuracy(state: Parameters) -> float:
    """About how many of MNIST's digits a network reads with its best conventions.

    Quicker than a guess, because the border does not decide on that.
    """
    return max(accuracy for accuracy, _ in _scores(state, _usual(state), ROUGHLY).values())


def _usual(state: Parameters) -> list[Conventions]:
    """The possible conventions with one activation for all layers, of each border one."""
    return [
        one
        for one in possible(state)
        if one.padding == "background" and one.activation in ACTIVATION
    ]


def reads(state: Parameters, known: Conventions) -> float:
    """About how many of MNIST's digits a network reads, with what is known of how it does.

    Quicker than a guess, because only what is usual is tried.
    """
    if known in possible(state):
        return accuracy_of(configuration(known, state), state)
    usual = [one for one in _usual(state) if replace(known, padding="").allows(one)]
    rough = _scores(state, usual, ROUGHLY)
    ahead = sorted(usual, key=lambda one: _rank(rough[one], 1.0))[:AHEAD]
    return max((score for score, _ in _scores(state, ahead, FINELY).values()), default=0.0)


def accuracy_of(config: LeNet5Config, state: Parameters) -> float:
    """About how many of MNIST's digits a network reads as it is."""
    return _score(config, state, FINELY)[0]


def better_normalised(config: LeNet5Config, state: Parameters) -> bool:
    """Whether a network of one of our configurations was made for other values of paper and ink.

    A network that was trained has by far the least loss with those that it was trained with.
    """
    losses = {
        (paper, ink): _score(replace(config, background=paper, ink=ink), state, FINELY)[1]
        for paper, ink in NORMALISATION.values()
    }
    return min(losses.values()) < FAR_LESS * losses[config.background, config.ink]


def better_padding(
    config: LeNet5Config, state: Parameters
) -> tuple[Literal["background", "zero"], float]:
    """The border with which a network reads MNIST's digits better, and its accuracy then.

    A tie, and a network that does not read them, go to the background.
    """
    found: dict[Literal["background", "zero"], Score] = {
        padding: _score(replace(config, padding=padding), state, FOR_THE_BORDER)
        for padding in ("background", "zero")
    }
    accuracy, loss = found["zero"]
    if accuracy >= READS and loss < found["background"][1]:
        return "zero", accuracy
    return "background", found["background"][0]


def _scores(
    state: Parameters, wanted: Iterable[Conventions], count: int
) -> dict[Conventions, Score]:
    return {one: _score(configuration(one, state), state, count) for one in wanted}


def _score(config: LeNet5Config, state: Parameters, count: int) -> Score:
    """Accuracy and mean loss (cross entropy) on the first ``count`` training digits."""
    images, labels = digits()
    right = labels[:count]
    with np.errstate(all="ignore"):  # weights may overflow with conventions that are not theirs
        outputs = in_batches(config, state, images[:count])
        found = np.concatenate([scores(config, output) for output in outputs])
        highest = found.max(axis=1)
        logarithms = np.log(np.exp(found - highest[:, None]).sum(axis=1)) + highest
        loss = float((logarithms - found[np.arange(count), right]).mean())
    accuracy = float((found.argmax(axis=1) == right).mean())
    return accuracy, float("inf") if np.isnan(loss) else loss


def _rank(score: Score, best: float) -> tuple[float, float]:
    """Sorts accuracies downwards; all that are near the best count as equal, up to their loss."""
    accuracy, loss = score
    return (-min(accuracy, best - NEAR), loss)


@cache
def digits() -> tuple[FloatArray, NDArray[Any]]:
    """The first of MNIST's training images, (n, 32, 32) in [0, 1], and their labels."""
    arrays = mnist.read()
    images = arrays.train_images[:FOR_THE_BORDER].astype(np.float32) / np.float32(255)
    return pad(images), arrays.train_labels[:FOR_THE_BORDER].astype(np.intp)
