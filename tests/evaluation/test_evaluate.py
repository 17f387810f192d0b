from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.evaluation.evaluate import evaluate, predict
from lenetpad.evaluation.inference import BATCH
from lenetpad.lenet.weights import load
from lenetpad.training.network import build, network_of
from lenetpad.values.evaluation import (
    DataChoice,
    Evaluation,
    EvaluationRequest,
    EvaluationResults,
    Predictions,
)
from lenetpad.values.models import Choice

NAN = float("nan")


class Oracle(nn.Module):
    """Answers what an image's first pixel says; refuses the pixel's digit if there is rubbish."""

    def __init__(self, rubbish: float | None = None) -> None:
        super().__init__()
        self.rubbish = rubbish
        self.batches: list[int] = []

    def forward(self, images: Tensor) -> Tensor:
        self.batches.append(len(images))
        answers = (images[:, 0, 2, 2] * 255).round().long()
        return nn.functional.one_hot(answers, 10).float()

    def log_posteriors(self, output: Tensor) -> Tensor:
        if self.rubbish is not None:
            output = torch.cat([output, torch.full((len(output), 1), self.rubbish)], dim=1)
        return torch.log_softmax(output, dim=1)


def answering(answers: list[int], truth: list[int]) -> Labelled:
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    return Labelled(images, np.array(truth))


def of(answers: list[int], truth: list[int], rubbish: float | None = None) -> Evaluation:
    network: nn.Module = Oracle(rubbish)
    return evaluate(network, answering(answers, truth))  # type: ignore[arg-type]


def test_rows_are_truth_and_columns_answers() -> None:
    result = of(answers=[1, 7, 7, 3], truth=[1, 1, 1, 3])
    expected = np.zeros((10, 10), dtype=np.int64)
    expected[1, 1], expected[1, 7], expected[3, 3] = 1, 2, 1
    assert np.array_equal(result.confusion, expected)
    assert result.answers.tolist() == [1, 7, 7, 3]
    assert result.n == 4


def test_numbers_computed_by_hand() -> None:
    """0: two of three right; 1: none of one; 2: four of four; no other class has images."""
    result = of(answers=[0, 0, 5, 9, 2, 2, 2, 2], truth=[0, 0, 0, 1, 2, 2, 2, 2])
    assert result.error == pytest.approx(2 / 8)
    assert result.per_class == pytest.approx([2 / 3, 0.0, 1.0, *[NAN] * 7], nan_ok=True)
    assert result.macro_accuracy == pytest.approx((2 / 3 + 0 + 1) / 3)


def test_all_right_and_all_wrong() -> None:
    digits = list(range(10))
    right, wrong = of(digits, digits), of([(d + 1) % 10 for d in digits], digits)
    assert (right.error, right.macro_accuracy) == (0.0, 1.0)
    assert (wrong.error, wrong.macro_accuracy) == (1.0, 0.0)
    assert right.per_class.tolist() == [1.0] * 10


def test_rubbish_is_no_answer_but_a_refusal() -> None:
    result = of([4, 5], [4, 4], rubbish=5.0)
    assert result.answers.tolist() == [4, 5]
    assert result.refused.tolist() == [True, True]
    assert of([4, 5], [4, 4], rubbish=-5.0).refused.tolist() == [False, False]
    assert of([4, 5], [4, 4]).refused.tolist() == [False, False]


def test_what_is_no_digit_is_counted_apart() -> None:
    result = of([4, 5, 6], [4, NO_DIGIT, 7], rubbish=5.0)
    assert (result.n, result.digits) == (3, 2)
    assert result.error == pytest.approx(1 / 2)
    assert result.confusion.sum() == 2
    assert result.refused.tolist() == [True] * 3


def test_without_a_digit_there_is_no_error() -> None:
    result = of([4, 5], [NO_DIGIT, NO_DIGIT], rubbish=5.0)
    assert result.n == 2
    numbers = (result.error, result.macro_accuracy, result.calibration_error)
    assert all(math.isnan(number) for number in numbers)


def test_the_calibration_error_by_hand() -> None:
    """Every answer has the probability e / (e + 9); three of four are right."""
    confidence = math.e / (math.e + 9)
    result = of([1, 2, 3, 4], [1, 2, 3, 5])
    assert result.calibration_error == pytest.approx(0.75 - confidence, abs=1e-6)


def test_more_images_than_a_batch_are_all_read_in_order() -> None:
    n = 2 * BATCH + 7
    truth = [i % 10 for i in range(n)]
    network = Oracle()
    result = evaluate(network, answering(truth, truth))  # type: ignore[arg-type]
    assert network.batches == [BATCH, BATCH, 7]
    assert result.n == n
    assert result.answers.tolist() == truth


def test_an_evaluation_is_in_evaluation_mode() -> None:
    network = build("lenet5-modern", 0).train()
    evaluate(network, answering([0], [0]))
    assert not network.training


def test_an_untrained_network_guesses(mnist: tuple[Labelled, Labelled]) -> None:
    some = mnist[1].chosen(slice(500))
    assert evaluate(build("lenet5-1998", 0), some).error > 0.6


def test_prediction_yields_how_many_are_read_and_then_every_probability() -> None:
    network: nn.Module = Oracle(rubbish=0.5)
    data = answering([1, 2, 3, 4, 5], [1, 2, 3, 4, NO_DIGIT])
    *steps, predictions = predict(network, data, batch=2)  # type: ignore[arg-type]
    assert steps == [2, 4, 5]
    assert isinstance(predictions, Predictions)
    assert predictions.probabilities.shape == (5, 10)
    assert predictions.no_digit is not None
    total = predictions.probabilities.sum(axis=1) + predictions.no_digit
    assert total == pytest.approx(np.ones(5), abs=1e-6)
    assert predictions.evaluation.answers.tolist() == [1, 2, 3, 4, 5]
    assert predictions.confidences == pytest.approx(
        predictions.probabilities[range(5), range(1, 6)]
    )


def test_prediction_stops_where_the_generator_is_closed() -> None:
    network = Oracle()
    steps = predict(network, answering([0] * 10, [0] * 10), batch=2)  # type: ignore[arg-type]
    assert (next(steps), next(steps)) == (2, 4)
    del steps
    assert network.batches == [2, 2]


def test_small_batches_change_no_answer(mnist: tuple[Labelled, Labelled]) -> None:
    some = mnist[1].chosen(slice(600))
    network = network_of(load("lenet5-1998"))
    (*_, small), (*_, large) = predict(network, some, batch=70), predict(network, some)
    assert isinstance(small, Predictions)
    assert isinstance(large, Predictions)
    assert np.array_equal(small.evaluation.answers, large.evaluation.answers)
    assert small.probabilities == pytest.approx(large.probabilities, abs=1e-5)


def test_the_plots_calibration_error_is_that_of_the_evaluation(
    mnist: tuple[Labelled, Labelled],
) -> None:
    some = mnist[1].chosen(slice(600))
    *_, predictions = predict(network_of(load("lenet5-study")), some)
    assert isinstance(predictions, Predictions)
    asked = EvaluationRequest(1, (Choice(1, "lenet5-study"),), DataChoice("mnist"))
    found = EvaluationResults(asked, some.images, some.labels, (predictions,))
    assert found.calibration(0).error == pytest.approx(predictions.evaluation.calibration_error)
    assert found.curves[0].error[0] == pytest.approx(predictions.evaluation.error)
