"""Predictions in NumPy are those of torch, and count as one image after the other does."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.evaluation.predictions import evaluated, predictions_of
from lenetpad.lenet.weights import load
from lenetpad.training.network import network_of


@pytest.mark.parametrize("model", ["lenet5-1998", "lenet5-study", "lenet5-modern-paper"])
def test_the_cpu_reads_as_torch_does(model: str, mnist: tuple[Labelled, Labelled]) -> None:
    some = mnist[1].chosen(slice(0, 330))
    weights = load(model)
    ours, torchs = evaluated(weights, some), evaluate(network_of(weights), some)
    assert np.array_equal(ours.confusion, torchs.confusion)
    assert np.array_equal(ours.answers, torchs.answers)
    assert np.array_equal(ours.refused, torchs.refused)
    assert ours.calibration_error == pytest.approx(torchs.calibration_error, abs=1e-4)


def test_what_is_counted() -> None:
    posteriors = np.full((4, 11), 0.01, np.float32)
    for image, (answer, most) in enumerate([(3, 0.9), (4, 0.5), (NO_DIGIT, 0.8), (2, 0.7)]):
        posteriors[image, answer] = most
    posteriors[2, 6] = 0.1  # the most probable digit of what is rejected
    found = predictions_of(posteriors, np.array([3, 9, 6, NO_DIGIT]))
    evaluation = found.evaluation
    assert evaluation.answers.tolist() == [3, 4, 6, 2]
    assert evaluation.refused.tolist() == [False, False, True, False]
    assert np.argwhere(evaluation.confusion).tolist() == [[3, 3], [6, 6], [9, 4]]
    assert found.confidences.tolist() == pytest.approx([0.9, 0.5, 0.1, 0.7])
    assert found.no_digit is not None
    assert found.no_digit[2] == np.float32(0.8)


def test_a_network_without_no_digit() -> None:
    posteriors = np.eye(10, dtype=np.float32)[:3]
    found = predictions_of(posteriors, np.array([0, 1, 5]))
    assert found.no_digit is None
    assert not found.evaluation.refused.any()
    assert found.evaluation.error == pytest.approx(1 / 3)
