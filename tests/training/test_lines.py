from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lenetpad.data.labelled import Labelled
from lenetpad.training.fit import Training
from lenetpad.training.lines import LineTraining, line_loss
from lenetpad.training.network import build
from lenetpad.values.recipes import Neighbours, Recipe

RECIPE = Recipe(epochs=2, batch_size=32, lr=1e-3, validation=0, neighbours=Neighbours())


def collapsed(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a transducer makes of columns: no repetitions, no blanks."""
    return tuple(label for label, _ in itertools.groupby(path) if label != 10)


@pytest.mark.parametrize("digits", [(3,), (3, 7), (7, 7)])
def test_the_loss_is_the_sum_over_all_ways_to_read_a_line(digits: tuple[int, ...]) -> None:
    """Against all 11^4 labellings of four columns."""
    network = build("lenet5-1998", 5)
    network.calibrate(1.0, 8.0)
    image = torch.rand(1, 1, 32, 32 + 3 * 4, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        columns = [
            network.log_posteriors(network(image[..., left : left + 32])).exp()[0].numpy()
            for left in (0, 4, 8, 12)
        ]
        found = float(line_loss(network, image, torch.tensor([digits])))
    table = np.array(columns, dtype=np.float64)
    total = sum(
        float(np.prod(table[range(4), path]))
        for path in itertools.product(range(11), repeat=4)
        if collapsed(path) == digits
    )
    assert found == pytest.approx(-math.log(total) / len(digits), rel=1e-4)


def test_a_line_that_no_columns_can_give_teaches_nothing() -> None:
    network = build("lenet5-1998", 5)
    network.calibrate(1.0, 8.0)
    loss = line_loss(network, torch.zeros(1, 1, 32, 36), torch.tensor([[1, 1, 1, 1]]))
    loss.backward()
    assert float(loss.detach()) == 0.0
    assert all(
        parameter.grad is None or not parameter.grad.isnan().any()
        for parameter in network.parameters()
    )


def test_a_training_by_lines_is_resumed_as_if_it_had_not_ended(
    mnist: tuple[Labelled, ...],
) -> None:
    few = mnist[0].chosen(slice(96))
    whole, begun, resumed = (
        LineTraining(_blank_aware(), few, RECIPE, held_out=few) for _ in range(3)
    )
    list(whole.run())
    progress = begun.run()
    next(progress)
    resumed.restore(begun.state())
    list(resumed.run())
    for one, other in zip(whole.network.parameters(), resumed.network.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_training_by_lines_learns_to_read_lines(mnist: tuple[Labelled, ...]) -> None:
    few = mnist[0].chosen(slice(200))
    recipe = replace(RECIPE, epochs=6, lr=3e-3, distortions=None)
    training = LineTraining(_blank_aware(), few, recipe, held_out=few)
    losses = [loss for progress in training.run() for loss in progress.losses]
    assert np.mean(losses[-6:]) < 0.6 * np.mean(losses[:6])


def _blank_aware() -> torch.nn.Module:
    network = build("lenet5-1998", 2)
    network.calibrate(1.0, 10.0)
    return network


def test_other_trainings_know_nothing_of_lines(mnist: tuple[Labelled, ...]) -> None:
    """A recipe without neighbours trains as it did: on single digits."""
    few = mnist[0].chosen(slice(64))
    recipe = replace(RECIPE, neighbours=None, distortions=None)
    training = Training(_blank_aware(), few, recipe, held_out=few)
    shown, labels = training._batch()
    assert shown.shape == (32, 1, 32, 32)
    assert set(labels.tolist()) <= set(range(10))
