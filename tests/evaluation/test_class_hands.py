"""Hands learnt together: what is learnt and what is tested with, and what comes of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.hands import HandRecipe
from lenetpad.data.labelled import DataError, drawn
from lenetpad.data.writers import writers_of
from lenetpad.evaluation import class_hands
from lenetpad.evaluation.class_hands import class_hand, parts_of, recipe_for
from lenetpad.evaluation.predictions import evaluated
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Stroke
from lenetpad.ink.styles import written
from lenetpad.lenet.fine_tuning import FineTuning
from lenetpad.lenet.weights import Weights, load
from lenetpad.values.class_hands import ClassHand
from lenetpad.values.writers import evaluation_by_writer

FEW = HandRecipe(copies=2, fine_tuning=FineTuning(steps=4))


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch, small_replay: None) -> None:
    """Little is learnt."""
    monkeypatch.setattr(class_hands, "recipe_for", lambda count: FEW)


@pytest.fixture(scope="module")
def weights() -> Weights:
    return load("lenet5-1998")


def drawings(**counts: int) -> list[Drawing]:
    """So many drawings of each writer, of all digits in turn."""
    rng = np.random.default_rng(3)
    return [
        Drawing(written(number % 10, rng), number % 10, writer)
        for writer, count in counts.items()
        for number in range(count)
    ]


class TestParts:
    def test_nothing_is_learnt_and_tested_and_no_writer_learns_more_than_half(self) -> None:
        given = drawings(ann=25, bo=7, cy=1, di=2)
        parts = parts_of(given, 10)
        assert not set(parts.learnt) & set(parts.tested)
        assert sorted((*parts.learnt, *parts.tested)) == list(range(len(given)))
        writers = writers_of(given)
        assert Counter(writers[place] for place in parts.learnt) == {"ann": 10, "bo": 3, "di": 1}
        assert Counter(writers[place] for place in parts.tested) == {
            "ann": 15,
            "bo": 4,
            "cy": 1,
            "di": 1,
        }

    def test_one_of_each_digit_is_learnt_before_a_second(self) -> None:
        given = sorted(drawings(ann=40), key=lambda one: int(one.label or 0))
        learnt = parts_of(given, 10).learnt
        assert sorted(int(given[place].label or 0) for place in learnt) == list(range(10))

    def test_the_control_learns_from_other_writers_only(self) -> None:
        given = drawings(ann=8, bo=8, cy=1, di=8, ed=6)
        writers = writers_of(given)
        parts = parts_of(given, 4)
        tested: list[int] = []
        for learnt, others in parts.crossed:
            assert learnt
            assert not {writers[p] for p in learnt} & {writers[p] for p in others}
            assert set(learnt) <= set(parts.learnt)
            tested += others
        assert sorted(tested) == sorted(parts.tested)

    def test_one_writer_alone_has_no_control(self) -> None:
        assert parts_of(drawings(ann=8), 4).crossed == ()
        assert parts_of(drawings(ann=8, bo=1), 4).crossed == ()

    def test_of_many_drawings_each_writer_gets_as_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(class_hands, "MOST_LEARNT", 6)
        given = drawings(ann=40, bo=40, cy=2)
        learnt = parts_of(given, 10).learnt
        counts = Counter(writers_of([given[place] for place in learnt]))
        assert counts == {"ann": 3, "bo": 2, "cy": 1}


def test_many_drawings_are_learnt_in_more_steps_and_with_fewer_copies() -> None:
    few, many = recipe_for(10), recipe_for(class_hands.MOST_LEARNT)
    assert few.copies_of_each(10) == few.copies
    assert 1 <= many.copies_of_each(class_hands.MOST_LEARNT) < few.copies
    assert few.fine_tuning.steps < many.fine_tuning.steps
    assert recipe_for(10**6).fine_tuning.steps == class_hands.MOST_STEPS


@pytest.mark.usefixtures("fast")
class TestClassHand:
    def test_what_was_not_learnt_is_read_before_and_after(self, weights: Weights) -> None:
        given = drawings(ann=8, bo=6)
        *steps, found = class_hand(weights, given, 3)
        assert isinstance(found, ClassHand)
        parts = [step for step in steps if isinstance(step, float)]
        assert parts == sorted(parts)
        assert parts[-1] <= 1
        assert (found.compared, found.tested, found.kept) == (6, 8, 14)
        tested = [given[place] for place in parts_of(given, 3).tested]
        expected = evaluated(weights, drawn(tested))
        before = evaluation_by_writer(
            writers_of(tested), drawn(tested).labels, expected.answers, expected.refused
        )
        assert found.before == before
        assert found.control is not None
        for one in (found.after, found.control):
            assert {w.writer: w.drawings for w in one.writers} == {"ann": 5, "bo": 3}

    def test_what_is_kept_is_a_weights_file_that_has_learnt(
        self, weights: Weights, tmp_path: Path
    ) -> None:
        *_, found = class_hand(weights, drawings(ann=4), control=False)
        assert isinstance(found, ClassHand)
        assert found.control is None
        (path := tmp_path / "class.safetensors").write_bytes(found.content)
        opened = load(str(path))
        assert opened.facts["drawings"] == 4
        for name, array in found.learnt.parameters.items():
            assert np.array_equal(opened.parameters[name], array)
        assert not np.array_equal(opened.parameters["f6.weight"], weights.parameters["f6.weight"])
        assert np.array_equal(opened.parameters["c3.weight"], weights.parameters["c3.weight"])

    def test_the_same_drawings_are_learnt_in_the_same_way(self, weights: Weights) -> None:
        given = drawings(ann=4)
        first, second = (list(class_hand(weights, given))[-1] for _ in range(2))
        assert isinstance(first, ClassHand)
        assert isinstance(second, ClassHand)
        name = "c5.weight"
        assert np.array_equal(first.learnt.parameters[name], second.learnt.parameters[name])

    def test_more_than_can_be_learnt_is_said(
        self, weights: Weights, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(class_hands, "MOST_LEARNT", 3)
        *_, found = class_hand(weights, drawings(ann=4), control=False)
        assert isinstance(found, ClassHand)
        assert found.notice == "Of 4 drawings, 3 were learnt."

    def test_a_drawing_of_each_is_too_little(self, weights: Weights) -> None:
        with pytest.raises(DataError, match="no writer has two drawings"):
            list(class_hand(weights, drawings(ann=1, bo=1)))


def test_closing_cancels(weights: Weights, fast: None) -> None:
    steps = class_hand(weights, drawings(ann=4))
    assert isinstance(next(iter(steps)), float)
    steps.close()  # type: ignore[attr-defined]
    assert list(steps) == []


def upside_down(ink: Ink) -> Ink:
    return Ink(tuple(Stroke.of(stroke.xy * (1, -1)) for stroke in ink.strokes))


@pytest.mark.usefixtures("fast")
def test_learning_fits_what_is_learnt(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who writes 7s upside down is read after learning."""
    how = HandRecipe(copies=4, fine_tuning=FineTuning(steps=60, rate=3e-3))
    monkeypatch.setattr(class_hands, "recipe_for", lambda count: how)
    rng = np.random.default_rng(1)
    given = [Drawing(upside_down(written(7, rng)), 7, "ann") for _ in range(12)]
    *_, found = class_hand(weights, given)
    assert isinstance(found, ClassHand)
    assert found.before.errors > found.tested / 2
    assert found.after.errors == 0
