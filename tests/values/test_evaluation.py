"""What follows from every answer, against independent code that counts one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from lenetpad.values.evaluation import (
    BINS,
    NO_DIGIT,
    DataChoice,
    Evaluation,
    EvaluationResults,
    RejectCurve,
    calibration_bins,
    evaluation_json,
    reject_curve,
)


def falls(values: list[float]) -> bool:
    return all(one >= other for one, other in pairwise(values))


@pytest.mark.parametrize("which", [0, 1])
def test_the_chosen_patterns_are_those_that_a_loop_finds(
    which: int, results: Callable[..., EvaluationResults]
) -> None:
    found = results(n=3000)
    judged = found.found[which]
    sets: dict[str, set[int]] = {"wrong": set(), "cell": set(), "refused": set(), "taken": set()}
    for index, label in enumerate(found.labels.tolist()):
        probabilities = judged.probabilities[index].tolist()
        answer = probabilities.index(max(probabilities))
        assert judged.no_digit is not None
        refused = judged.no_digit[index] > max(probabilities)
        if label != NO_DIGIT and answer != label:
            sets["wrong"].add(index)
        if (label, answer) == (4, 9):
            sets["cell"].add(index)
        if refused:
            sets["refused"].add(index)
        if label == NO_DIGIT and not refused:
            sets["taken"].add(index)
    chosen = {
        "wrong": found.wrong(which),
        "cell": found.cell(which, 4, 9),
        "refused": found.refused(which),
        "taken": found.taken_for_digits(which),
    }
    assert {name: set(indices.tolist()) for name, indices in chosen.items()} == sets
    assert all(sets.values())
    for name, indices in chosen.items():
        confidences = judged.confidences[indices].tolist()
        assert falls(confidences[::-1] if name == "refused" else confidences)


def test_where_two_networks_differ_and_who_is_right(
    results: Callable[..., EvaluationResults],
) -> None:
    found = results()
    differ, counts = [], {"first": 0, "second": 0, "neither": 0}
    for index, label in enumerate(found.labels.tolist()):
        first, second = (int(judged.probabilities[index].argmax()) for judged in found.found)
        if first != second:
            differ.append(index)
        if label != NO_DIGIT:
            right = (first == label, second == label)
            name = {(True, False): "first", (False, True): "second", (False, False): "neither"}
            if right in name:
                counts[name[right]] += 1
    assert sorted(found.differing().tolist()) == differ
    order = [max(j.confidences[i] for j in found.found) for i in found.differing()]
    assert falls(order)
    comparison = found.comparison()
    assert comparison.differ == len(differ)
    assert comparison.only_first_right == counts["first"] > 0
    assert comparison.only_second_right == counts["second"] > 0
    assert comparison.both_wrong == counts["neither"] > 0


def test_one_network_differs_from_none(results: Callable[..., EvaluationResults]) -> None:
    found = results(models=1)
    assert not found.compares
    assert len(found.differing()) == 0


def test_the_reject_curve_counts_what_each_threshold_lets_through() -> None:
    random = np.random.default_rng(5)
    confidences = np.round(random.random(200), 2)  # many are equal
    right = random.random(200) < confidences
    curve = reject_curve(confidences, right)
    expected = []
    for threshold in sorted(set(confidences.tolist())):
        accepted = [bool(r) for c, r in zip(confidences, right, strict=True) if c >= threshold]
        expected.append((1 - len(accepted) / 200, accepted.count(False) / len(accepted)))
    assert np.allclose(np.stack([curve.refused, curve.error], axis=1), expected)
    assert (curve.refused[0], curve.error[0]) == (0, pytest.approx(1 - right.mean()))


def test_how_much_to_refuse_for_an_error() -> None:
    curve = reject_curve(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, False]))
    assert curve.refused.tolist() == [0.0, 0.25, 0.5, 0.75]
    assert curve.refused_for(0.5) == 0.0
    assert curve.refused_for(0.4) == 0.25
    assert curve.refused_for(0.0) == 0.5
    never = reject_curve(np.array([0.9]), np.array([False]))
    assert never.refused_for(0.5) is None
    assert len(reject_curve(np.empty(0), np.empty(0, dtype=bool)).refused) == 0


def test_a_long_curve_keeps_its_ends_and_its_order() -> None:
    long = RejectCurve(np.linspace(0, 1, 60_000), np.linspace(1, 0, 60_000))
    short = long.decimated(500)
    assert len(short.refused) == 500
    assert (short.refused[0], short.refused[-1]) == (0.0, 1.0)
    assert (np.diff(short.refused) > 0).all()
    assert set(short.error.tolist()) <= set(long.error.tolist())
    assert short.decimated(500) is short


def test_calibration_by_counting() -> None:
    random = np.random.default_rng(7)
    confidences = np.append(random.random(500), [0.0, 1.0, 1.0])
    right = np.append(random.random(500) < 0.5, [True, True, False])
    bins = calibration_bins(confidences, right)
    gap = 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        last = number == BINS - 1
        inside = [
            (c, r)
            for c, r in zip(confidences.tolist(), right.tolist(), strict=True)
            if low <= c and (c < high or last)
        ]
        assert bins.counts[number] == len(inside)
        confidence = sum(c for c, _ in inside) / len(inside)
        accuracy = sum(r for _, r in inside) / len(inside)
        assert bins.confidence[number] == pytest.approx(confidence)
        assert bins.accuracy[number] == pytest.approx(accuracy)
        gap += len(inside) / 503 * abs(confidence - accuracy)
    assert bins.error == pytest.approx(gap)


def test_a_bin_without_answers_has_no_mean() -> None:
    bins = calibration_bins(np.array([0.99]), np.array([True]))
    assert np.isnan(bins.accuracy[:-1]).all()
    assert bins.accuracy[-1] == 1
    empty = calibration_bins(np.empty(0), np.empty(0, dtype=bool))
    assert math.isnan(empty.error)


def test_curve_and_calibration_are_of_the_digits_alone(
    results: Callable[..., EvaluationResults],
) -> None:
    found = results()
    digits = found.labels != NO_DIGIT
    wrong = int((found.answers(0)[digits] != found.labels[digits]).sum())
    assert found.curves[0].error[0] == pytest.approx(wrong / digits.sum())
    assert found.calibration(0).counts.sum() == digits.sum()


def test_results_cannot_be_written_to(results: Callable[..., EvaluationResults]) -> None:
    found = results(n=5)
    with pytest.raises(ValueError, match="read-only"):
        found.images[0] = 0


@pytest.mark.parametrize(
    ("path", "key"), [("a.npz", "images"), ("b.jsonl", "ink"), ("c.jsonl.gz", "ink")]
)
def test_a_files_name_says_what_it_holds(tmp_path: Any, path: str, key: str) -> None:
    chosen = DataChoice.of_file(tmp_path / path)
    assert chosen.key == key
    assert DataChoice.of_file(tmp_path / ("x" * 300)).key == "ink"  # which no file is called


def test_what_could_not_be_computed_is_null_in_json() -> None:
    nothing = np.zeros((10, 10), dtype=np.int64)
    result = Evaluation(nothing, np.array([3]), np.array([True]), math.nan)
    found = evaluation_json(result)
    assert (found["error"], found["ece"], found["per_class"]) == (None, None, [None] * 10)
    assert (found["n"], found["digits"], found["refused"]) == (1, 0, 1.0)


def test_a_pattern_is_read_again_by_the_network_that_misread_it(
    results: Callable[..., EvaluationResults],
) -> None:
    found = results(n=400)
    right = [found.right(which) & ~found.found[which].evaluation.refused for which in (0, 1)]
    digits = found.digits
    for index in np.flatnonzero(digits & ~right[0] & right[1])[:5]:
        assert [found.misreader(int(index), which) for which in (0, 1)] == [0, 0]
    for index in np.flatnonzero(digits & right[0] & ~right[1])[:5]:
        assert [found.misreader(int(index), which) for which in (0, 1)] == [1, 1]
    for index in np.flatnonzero(digits & (right[0] == right[1]))[:5]:
        assert [found.misreader(int(index), which) for which in (0, 1)] == [0, 1]
    taken = [~one.evaluation.refused & ~digits for one in found.found]
    for index in np.flatnonzero(~taken[0] & taken[1])[:5]:
        assert found.misreader(int(index), 0) == 1
    alone = results(models=1)
    assert {alone.misreader(index, 0) for index in range(50)} == {0}
