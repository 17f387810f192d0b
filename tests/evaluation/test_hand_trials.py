"""Trying hands on writers that were never seen: who is tried, on what, and how it is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenetpad.data.composed_numbers import by_writer
from lenetpad.data.hands import HAND_RECIPE
from lenetpad.data.mixture import part_of
from lenetpad.data.replay import Replay, features_of
from lenetpad.evaluation import hand_trials as trying
from lenetpad.evaluation.hand_trials import (
    HandFigures,
    HandTrial,
    hand_trials,
    some_of_each,
    unseen,
)
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import draw
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.styles import written
from lenetpad.lenet.fine_tuning import Features, FineTuning, probabilities
from lenetpad.lenet.weights import load

QUICK = replace(HAND_RECIPE, copies=2, fine_tuning=FineTuning(steps=5))


def writing(writer: str, n: int, seed: int = 0) -> list[Drawing]:
    rng = np.random.default_rng(seed)
    return [Drawing(written(k % 10, rng), k % 10, writer) for k in range(n)]


def small_replay(model: str = "lenet5-1998") -> Replay:
    rng = np.random.default_rng(1)
    weights = load(model)
    images = np.stack([draw(written(k % 10, rng)) for k in range(40)])
    features = Features(features_of(weights, images), np.arange(40) % 10)
    return Replay(features, features, features)


def test_writers_that_were_trained_on_are_left_out() -> None:
    drawings = [Drawing(written(3, np.random.default_rng(0)), 3, f"w{k}") for k in range(60)]
    kept = {one.writer for one in unseen(drawings)}
    assert kept == {one.writer for one in drawings if part_of(str(one.writer)) != "train"}
    assert kept


def test_writers_with_few_digits_and_letters_are_left_out() -> None:
    letters = [replace(one, label="A") for one in writing("c", 5)]
    drawings = [*writing("b", 4), *writing("c", 3), *letters, *writing("a", 4)]
    found = by_writer(drawings, least=4)
    assert list(found) == ["a", "b"]
    assert [len(own) for own in found.values()] == [4, 4]


def test_one_of_each_digit_is_learnt_where_there_is() -> None:
    rng = np.random.default_rng(2)
    drawings = [*writing("a", 20), *[one for one in writing("a", 30) if one.label == 1]]
    for _ in range(5):
        chosen = some_of_each(drawings, 10, rng)
        assert sorted(drawings[k].label for k in chosen) == list(range(10))
    chosen = some_of_each([one for one in drawings if one.label in (1, 2)], 4, rng)
    assert len(set(chosen)) == 4


def test_a_trial_is_on_the_other_drawings_and_the_control_on_anothers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weights, replay = load("lenet5-1998"), small_replay()
    writers = {"a": writing("a", 12, 1), "b": writing("b", 13, 2)}
    others = [Drawing(scribble(np.random.default_rng(k)), "x", "c") for k in range(6)]
    learnt: list[list[Drawing]] = []
    learn = trying.learn

    def watched(base: object, drawings: list[Drawing], *rest: object) -> object:
        learnt.append(drawings)
        return learn(base, drawings, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(trying, "learn", watched)
    first, second = hand_trials(weights, writers, others, replay, QUICK, learnt=3)
    assert [one.writer for one in (first, second)] == ["a", "b"]
    assert [{d.writer for d in drawings} for drawings in learnt] == [{"a"}, {"b"}, {"b"}, {"a"}]
    assert [len(drawings) for drawings in learnt] == [3] * 4
    assert learnt[0] == learnt[3]  # the same drawings are the control of another
    assert (first.tested, second.tested) == (9, 10)
    rest = [one for one in writers["a"] if one not in learnt[0]]
    images = np.stack([draw(one.ink) for one in rest])
    found = probabilities(weights.config, weights.parameters, features_of(weights, images))
    labels = np.array([one.label for one in rest])
    assert first.wrong_before == (found[:, :10].argmax(axis=1) != labels).sum()
    assert first.misread_before == (found.argmax(axis=1) != labels).sum()
    refused = probabilities(
        weights.config,
        weights.parameters,
        features_of(weights, np.stack([draw(one.ink) for one in others])),
    ).argmax(axis=1)
    assert first.refused_before == (refused == 10).sum()
    assert first.others == 6
    assert first.seconds > 0


def trial(**known: float) -> HandTrial:
    usual = HandTrial(
        writer="a",
        chosen_on=True,
        tested=40,
        wrong_before=4,
        wrong=1,
        wrong_control=4,
        misread_before=6,
        misread=2,
        others=200,
        refused_before=190,
        refused=188,
        test_error_before=0.5,
        test_error=0.6,
        seconds=0.5,
    )
    return replace(usual, **known)  # type: ignore[arg-type]


def test_figures_are_sums_and_means_of_the_trials() -> None:
    worse = trial(wrong=5, refused=192, test_error=0.7, seconds=0.9)
    found = HandFigures.of([trial(), worse, trial(writer="b", seconds=0.4)])
    assert (found.writers, found.trials, found.tested) == (2, 3, 120)
    assert (found.wrong_before, found.wrong, found.wrong_control) == (12, 7, 12)
    assert (found.better, found.worse) == (2, 1)
    assert (found.misread_before, found.misread) == (18, 6)
    assert found.refused_before == pytest.approx(95)
    assert found.refused == pytest.approx(100 * (188 + 192 + 188) / 600)
    assert found.test_error == pytest.approx(1.9 / 3)
    assert found.largest_test_error == 0.7
    assert (found.seconds, found.most_seconds) == (0.5, 0.9)
    assert found.as_json["test_error"] == 0.6333


def test_without_letters_nothing_is_said_of_them() -> None:
    found = HandFigures.of([trial(others=0, refused=0, refused_before=0)])
    assert found.refused is found.refused_before is None
