"""What a network gains by learning a hand, tried on writers that it has never seen.

Of each writer it learns a few drawings and is tested on the others. So that no gain is taken for
the writer's that any more drawings would give, it also learns another writer's (the control).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median
from typing import Any, Final

import numpy as np

from lenetpad.data.hands import HAND_RECIPE, HandRecipe, learn
from lenetpad.data.labelled import drawn
from lenetpad.data.mixture import split
from lenetpad.data.replay import Replay, labelled_features
from lenetpad.evaluation.predictions import evaluation_of
from lenetpad.ink.files import Drawing
from lenetpad.lenet.fine_tuning import Features
from lenetpad.lenet.weights import Weights
from lenetpad.values.arrays import Parameters

#: A writer with fewer drawings is left out.
LEAST_DRAWINGS: Final = 20
#: So many of them are learnt.
LEARNT: Final = 10
SEED: Final = 7


@dataclass(frozen=True, slots=True)
class HandTrial:
    """One writer: how many of ``tested`` drawings get a wrong digit (``wrong``), and how many that
    or "not a digit" (``misread``), before and after learning; ``wrong_control`` after another
    writer's drawings were learnt instead. Of ``others``, which are no digits, so many are refused.
    MNIST's test error is in per cent, ``seconds`` are of one core."""

    writer: str
    chosen_on: bool
    tested: int
    wrong_before: int
    wrong: int
    wrong_control: int
    misread_before: int
    misread: int
    others: int
    refused_before: int
    refused: int
    test_error_before: float
    test_error: float
    seconds: float


@dataclass(frozen=True, slots=True)
class HandFigures:
    """Several writers together: sums of their trials, of refused and MNIST's error the means.
    ``better`` and ``worse`` are trials, of which a writer has several where he was tried again."""

    writers: int
    trials: int
    tested: int
    wrong_before: int
    wrong: int
    wrong_control: int
    better: int
    worse: int
    misread_before: int
    misread: int
    refused_before: float | None
    refused: float | None
    test_error_before: float
    test_error: float
    largest_test_error: float
    seconds: float
    most_seconds: float

    @classmethod
    def of(cls, trials: Sequence[HandTrial]) -> HandFigures:
        """Those of at least one trial. ``refused`` is in per cent, ``seconds`` the median."""
        counted = ("tested", "wrong_before", "wrong", "wrong_control", "misread_before", "misread")
        sums = {name: sum(getattr(one, name) for one in trials) for name in counted}
        others = trials[0].others
        parts = [
            100 * mean(counts) / others if others else None
            for counts in ([t.refused_before for t in trials], [t.refused for t in trials])
        ]
        errors = [one.test_error for one in trials]
        return cls(
            writers=len({one.writer for one in trials}),
            trials=len(trials),
            **sums,
            better=sum(one.wrong < one.wrong_before for one in trials),
            worse=sum(one.wrong > one.wrong_before for one in trials),
            refused_before=parts[0],
            refused=parts[1],
            test_error_before=trials[0].test_error_before,
            test_error=mean(errors),
            largest_test_error=max(errors),
            seconds=median(one.seconds for one in trials),
            most_seconds=max(one.seconds for one in trials),
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """All of it, rounded to four places."""
        return {
            name: round(value, 4) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


def unseen(drawings: Sequence[Drawing]) -> list[Drawing]:
    """Those by writers that no shipped weights were trained on: of the parts for choices and for
    tests."""
    parts = split(drawings)
    return [*parts.choice, *parts.test]


def chosen_on(writer: str) -> bool:
    """Whether the writer is of the half on which ``HandRecipe`` was chosen."""
    return hashlib.sha256(writer.encode()).digest()[-1] % 2 == 0


def some_of_each(drawings: Sequence[Drawing], count: int, rng: np.random.Generator) -> list[int]:
    """The numbers of so many drawings by chance: one of each label first, then any."""
    order = rng.permutation(len(drawings)).tolist()
    firsts: dict[object, int] = {}
    for number in order:
        firsts.setdefault(drawings[number].label, number)
    others = [number for number in order if number not in firsts.values()]
    return [*firsts.values(), *others][:count]


def hand_trials(
    weights: Weights,
    writers: Mapping[str, Sequence[Drawing]],
    others: Sequence[Drawing],
    replay: Replay,
    how: HandRecipe = HAND_RECIPE,
    learnt: int = LEARNT,
    seed: int = SEED,
) -> Iterator[HandTrial]:
    """A trial of each writer, in turn; the control learns the next writer's drawings.

    ``others`` are drawings of what is no digit. Nothing is learnt of a drawing that is tested on.
    """
    rng = np.random.default_rng(seed)
    names = list(writers)
    chosen = {name: some_of_each(writers[name], learnt, rng) for name in names}
    letters = labelled_features(weights, drawn(others)) if others else None
    for number, name in enumerate(names):
        own = writers[name]
        tested = [one for place, one in enumerate(own) if place not in chosen[name]]
        test = labelled_features(weights, drawn(tested))
        began = time.thread_time()
        found = learn(weights, [own[i] for i in chosen[name]], replay, how)
        seconds = time.thread_time() - began
        another = names[(number + 1) % len(names)]
        control = learn(weights, [writers[another][i] for i in chosen[another]], replay, how)
        before = _wrong(weights, weights.parameters, test)
        after = _wrong(weights, found.parameters, test)
        yield HandTrial(
            writer=name,
            chosen_on=chosen_on(name),
            tested=len(test),
            wrong_before=before[0],
            wrong=after[0],
            wrong_control=_wrong(weights, control.parameters, test)[0],
            misread_before=before[1],
            misread=after[1],
            others=len(others),
            refused_before=_refused(weights, weights.parameters, letters),
            refused=_refused(weights, found.parameters, letters),
            test_error_before=found.test_error_before,
            test_error=found.test_error,
            seconds=seconds,
        )


def _wrong(weights: Weights, parameters: Parameters, test: Features) -> tuple[int, int]:
    """How many digits get a wrong digit, and how many that or "not a digit"."""
    found = evaluation_of(weights, parameters, test)
    wrong = found.answers != test.labels
    return int(wrong.sum()), int((wrong | found.refused).sum())


def _refused(weights: Weights, parameters: Parameters, others: Features | None) -> int:
    if others is None:
        return 0
    return int(evaluation_of(weights, parameters, others).refused.sum())
