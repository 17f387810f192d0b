"""Hands learnt together, such as those of a class, and how much that helps each writer.

The comparison is honest: a part of each writer's drawings is learnt, the others are read before
and after, and as a control by networks that have learnt from other writers only. What is kept has
learnt all of them. NumPy alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final, TypeVar

import numpy as np

from lenetpad.data.hands import HandRecipe, hand_file, learning
from lenetpad.data.labelled import drawn, label_of
from lenetpad.data.replay import Replay, labelled_features, replay_of
from lenetpad.data.writers import writers_of
from lenetpad.evaluation.predictions import evaluation_of
from lenetpad.ink.files import Drawing
from lenetpad.lenet.fine_tuning import Features, FineTuning
from lenetpad.lenet.weights import Weights
from lenetpad.storage.mnist import DataError
from lenetpad.values.arrays import Parameters
from lenetpad.values.class_hands import ClassHand
from lenetpad.values.hands import LearntHand
from lenetpad.values.writers import WritersEvaluation, evaluation_by_writer

#: Of each writer at most so many drawings are learnt for the comparison, and at most half.
FIRST: Final = 10
#: Drawings that are learnt together, at most: the same number of each writer as far as it goes.
MOST_LEARNT: Final = 1000
#: Drawings that are tested with, at most.
MOST_TESTED: Final = 20_000
#: Varied copies of all drawings together.
COPIES: Final = 4000
#: Steps for a few drawings, and for as many as there can be.
STEPS: Final = 300
MOST_STEPS: Final = 1200
#: Drawings whose features are computed between two steps.
TOGETHER: Final = 100
#: So many drawings more are worth a step.
DRAWINGS_A_STEP: Final = 2

T = TypeVar("T")
#: Places in a sequence of drawings.
Places = tuple[int, ...]


def class_hand(
    weights: Weights,
    drawings: Sequence[Drawing],
    first: int = FIRST,
    *,
    control: bool = True,
    replay: Iterator[float | Replay] | None = None,
) -> Iterator[float | ClassHand]:
    """Learn the drawings of all writers, single digits or what is none: yields the part that is
    done, at last what was learnt.

    ``first`` is how many drawings of each writer are learnt for the comparison. ``replay`` gives
    the network's replay at last; without one it is computed. Raises DataError where no writer has
    two drawings.
    """
    parts = parts_of(drawings, first)
    if not parts.learnt:
        raise DataError(
            "no writer has two drawings, one to learn and one to test; collect more of each"
        )
    halves = parts.crossed if control else ()
    work = _Work(weights, drawings, shares=4 + len(halves))
    yield from work.prepare(parts.tested, replay_of(weights) if replay is None else replay)
    before = work.evaluated([(parts.tested, weights.parameters)])
    after = yield from work.learn(parts.learnt)
    others: list[tuple[Places, Parameters]] = []
    for learnt, tested in halves:
        other = yield from work.learn(learnt)
        others.append((tested, other.parameters))
    kept = _in_turn(_by_writer(drawings))[:MOST_LEARNT]
    hand = yield from work.learn(kept)
    yield ClassHand(
        before=before,
        after=work.evaluated([(parts.tested, after.parameters)]),
        control=work.evaluated(others) if others else None,
        compared=len(parts.learnt),
        learnt=hand,
        content=hand_file(weights, hand, recipe_for(len(kept))),
        notice=_notice(len(drawings), len(kept)),
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """The places of each writer's drawings that are learnt, and of those that are tested with; the
    writers are the same, in the same order."""

    learnt_of: tuple[Places, ...]
    tested_of: tuple[Places, ...]

    @property
    def learnt(self) -> Places:
        """Those to learn, the same number of each writer as far as it goes."""
        return _in_turn(self.learnt_of)[:MOST_LEARNT]

    @property
    def tested(self) -> Places:
        """Those to test with."""
        return _in_turn(self.tested_of)[:MOST_TESTED]

    @property
    def crossed(self) -> tuple[tuple[Places, Places], ...]:
        """Of every second writer those to learn, with those to test with of the others; and the
        other way round. Nothing where there is but one writer to learn from."""
        tested = set(self.tested)
        found = []
        for ours in (0, 1):
            learnt = _in_turn(self.learnt_of[ours::2])[:MOST_LEARNT]
            others = chain.from_iterable(self.tested_of[1 - ours :: 2])
            found.append((learnt, tuple(place for place in others if place in tested)))
        return tuple(found) if all(learnt for learnt, _ in found) else ()


def parts_of(drawings: Sequence[Drawing], first: int) -> Parts:
    """Part the drawings of each writer: ``first`` to learn, but no more than half; what is learnt
    shows one of each digit before a second."""
    theirs = [_each_digit_first(drawings, places) for places in _by_writer(drawings)]
    # Who has nothing to learn from comes last, so that every second writer has.
    theirs.sort(key=lambda places: len(places) < 2)
    cuts = [min(first, len(places) // 2) for places in theirs]
    return Parts(
        tuple(places[:cut] for places, cut in zip(theirs, cuts, strict=True)),
        tuple(places[cut:] for places, cut in zip(theirs, cuts, strict=True)),
    )


def recipe_for(count: int) -> HandRecipe:
    """How so many drawings are learnt: of many, more copies together than of a few, and in more
    steps."""
    steps = min(STEPS + count // DRAWINGS_A_STEP, MOST_STEPS)
    return HandRecipe(most_copies=COPIES, fine_tuning=FineTuning(steps=steps))


class _Work:
    """Learning and testing with one network, in so many equal ``shares`` of the work."""

    def __init__(self, weights: Weights, drawings: Sequence[Drawing], shares: int) -> None:
        self._weights, self._drawings = weights, drawings
        self._shares, self._done = shares, 0
        self._writers = writers_of(drawings)
        self._place: dict[int, int] = {}  # of a drawing among the features

    def prepare(
        self, tested: Places, replay: Iterator[float | Replay]
    ) -> Generator[float, None, None]:
        """Compute what is the same for every network that learns."""
        self._replay = yield from self._share(replay, Replay)
        self._features = yield from self._share(self._features_of(tested), Features)
        self._place = {place: number for number, place in enumerate(tested)}

    def learn(self, places: Places) -> Generator[float, None, LearntHand]:
        """Learn the drawings at these places."""
        drawings = [self._drawings[place] for place in places]
        steps = learning(self._weights, drawings, self._replay, recipe_for(len(drawings)))
        return (yield from self._share(steps, LearntHand))

    def evaluated(self, read: Sequence[tuple[Places, Parameters]]) -> WritersEvaluation:
        """How drawings are read, those at some places by the parameters that stand beside them."""
        writers: list[str] = []
        labels, answers, refused = [], [], []
        for places, parameters in read:
            some = self._features.chosen(np.array([self._place[place] for place in places], int))
            found = evaluation_of(self._weights, parameters, some)
            writers += [self._writers[place] for place in places]
            labels.append(some.labels)
            answers.append(found.answers)
            refused.append(found.refused)
        return evaluation_by_writer(
            writers, np.concatenate(labels), np.concatenate(answers), np.concatenate(refused)
        )

    def _features_of(self, places: Places) -> Iterator[float | Features]:
        parts: list[Features] = []
        for at in range(0, len(places), TOGETHER):
            some = drawn(self._drawings[place] for place in places[at : at + TOGETHER])
            parts.append(labelled_features(self._weights, some))
            yield at / len(places)
        yield parts[0].joined(*parts[1:])

    def _share(self, steps: Iterator[float | T], kind: type[T]) -> Generator[float, None, T]:
        """Yield which part of all is done while a share goes on; returns what it ends with."""
        result: T | None = None
        for step in steps:
            if isinstance(step, kind):
                result = step
            elif isinstance(step, float):
                yield (self._done + step) / self._shares
        self._done += 1
        assert result is not None
        return result


def _by_writer(drawings: Sequence[Drawing]) -> list[Places]:
    """The places of each writer's drawings, the writers by name."""
    found: dict[str, list[int]] = {}
    for place, writer in enumerate(writers_of(drawings)):
        found.setdefault(writer, []).append(place)
    return [tuple(found[writer]) for writer in sorted(found)]


def _each_digit_first(drawings: Sequence[Drawing], places: Places) -> Places:
    """One of each label, then a second of each, and so on."""
    found: dict[int, list[int]] = {}
    for place in places:
        found.setdefault(label_of(drawings[place]), []).append(place)
    return _in_turn([found[label] for label in sorted(found)])


def _in_turn(lists: Sequence[Sequence[int]]) -> Places:
    """The first of each, the second of each …"""
    return tuple(one for row in zip_longest(*lists) for one in row if one is not None)


def _notice(there: int, kept: int) -> str:
    return "" if there == kept else f"Of {there:,} drawings, {kept:,} were learnt."
