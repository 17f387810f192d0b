"""The figures of each writer, against counting one image after the other."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np

from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.writers import Confusion, evaluation_by_writer, writers_json


def test_each_writers_figures_are_those_of_counting() -> None:
    random = np.random.default_rng(5)
    n = 400
    names = ["ann", "bo", "zoë", "七", ""]
    writers = [names[i] for i in random.integers(0, len(names), n)]
    labels = random.integers(0, 11, n)
    answers = np.where(random.random(n) < 0.6, labels % 10, random.integers(0, 10, n))
    refused = random.random(n) < 0.2
    found = evaluation_by_writer(writers, labels, answers, refused)
    assert sorted(one.writer for one in found.writers) == sorted(names)
    for one in found.writers:
        theirs = [i for i in range(n) if writers[i] == one.writer]
        digits = [i for i in theirs if labels[i] != NO_DIGIT]
        wrong = [i for i in digits if answers[i] != labels[i]]
        confused = Counter((labels[i], answers[i]) for i in wrong)
        assert one.drawings == len(theirs)
        assert one.digits == len(digits)
        assert one.errors == len(wrong)
        assert one.rejected == sum(bool(refused[i]) for i in digits)
        others = [i for i in theirs if labels[i] == NO_DIGIT]
        assert one.accepted == sum(not refused[i] for i in others)
        assert {(c.truth, c.answer): c.count for c in one.confusions} == confused
        counts = [c.count for c in one.confusions]
        assert counts == sorted(counts, reverse=True)
    assert (found.drawings, found.digits) == (n, int((labels != NO_DIGIT).sum()))
    assert found.errors == sum(one.errors for one in found.writers)
    assert found.error == found.errors / found.digits
    assert math.isclose(
        found.macro_accuracy, float(np.mean([one.accuracy for one in found.writers]))
    )
    errors = [one.error for one in found.writers]
    assert errors == sorted(errors, reverse=True)


def test_what_most_writers_write_so_that_it_is_misread_comes_first() -> None:
    writers = ["a"] * 5 + ["b"] * 2 + ["c"]
    labels = np.array([1, 1, 1, 1, 4, 4, 2, 4])
    answers = np.array([7, 7, 7, 7, 9, 9, 2, 4])
    found = evaluation_by_writer(writers, labels, answers, np.zeros(8, bool))
    assert found.confusions == (Confusion(4, 9, 2, 2), Confusion(1, 7, 4, 1))
    assert [one.writer for one in found.writers] == ["a", "b", "c"]


def test_who_wrote_no_digit_comes_last_and_has_no_accuracy() -> None:
    labels, answers = np.array([NO_DIGIT, 3]), np.array([3, 3])
    found = evaluation_by_writer(["a", "b"], labels, answers, np.array([False, False]))
    assert [one.writer for one in found.writers] == ["b", "a"]
    assert math.isnan(found.writers[1].accuracy)
    assert found.writers[1].accepted == 1
    assert found.macro_accuracy == 1
    content = json.loads(json.dumps(writers_json(found), allow_nan=False))
    assert [one["accuracy"] for one in content["writers"]] == [1.0, None]


def test_nobody_wrote_a_digit() -> None:
    found = evaluation_by_writer(["a"], np.array([NO_DIGIT]), np.array([3]), np.array([True]))
    assert math.isnan(found.error)
    assert math.isnan(found.macro_accuracy)
    assert writers_json(found)["macro_accuracy_of_writers"] is None


def test_who_is_misread_less_often_and_who_more_often() -> None:
    labels = np.array([1, 2, 3, 4])
    writers = ["a", "a", "b", "c"]
    none = np.zeros(4, bool)
    before = evaluation_by_writer(writers, labels, np.array([1, 0, 0, 4]), none)
    after = evaluation_by_writer(writers, labels, np.array([1, 2, 3, 0]), none)
    assert before.compared(after) == (2, 1)
    assert before.compared(before) == (0, 0)
