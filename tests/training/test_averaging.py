from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from lenetpad.data.labelled import Labelled
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.network import LeNet5, build
from lenetpad.values.recipes import Recipe, recipe_of

RECIPE = Recipe(epochs=2, batch_size=50, lr=3e-3, validation=50, seed=1, distortions=None)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return mnist[0].chosen(slice(300))  # 250 of which are trained on: 10 steps in two epochs


def weights(network: LeNet5) -> dict[str, np.ndarray]:
    return {name: one.detach().numpy().copy() for name, one in network.named_parameters()}


def followed(
    few: Labelled, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> list[dict[str, np.ndarray]]:
    """The weights after each step, and at last those that the training ends with."""
    seen: list[dict[str, np.ndarray]] = []
    stepped = Training._stepped

    def noted(self: Training, images: Tensor, labels: Tensor) -> Tensor:
        loss = stepped(self, images, labels)
        seen.append(weights(self.network))
        return loss

    monkeypatch.setattr(Training, "_stepped", noted)
    network = build("lenet5-modern", 1)
    list(Training(network, few, recipe).run())
    return [*seen, weights(network)]


def test_the_end_is_the_mean_of_the_last_steps(
    few: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    *steps, end = followed(few, replace(RECIPE, averaged=0.4), monkeypatch)
    assert len(steps) == 10
    for name, found in end.items():
        wanted = np.mean([step[name].astype(np.float64) for step in steps[-4:]], axis=0)
        assert np.allclose(found, wanted, atol=1e-6)
        assert not np.allclose(found, steps[-1][name], atol=1e-6)


def test_the_start_has_its_share_in_the_end(
    few: Labelled, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = weights(build("lenet5-modern", 1))
    *steps, end = followed(few, replace(RECIPE, start_share=0.25), monkeypatch)
    for name, found in end.items():
        wanted = 0.25 * began[name].astype(np.float64) + 0.75 * steps[-1][name]
        assert np.allclose(found, wanted, atol=1e-6)


def test_the_last_error_is_that_of_the_averages(few: Labelled) -> None:
    """The validation images are those that the seed holds out, so another's are the same."""
    recipe = replace(RECIPE, averaged=0.5, start_share=0.2)
    training = Training(build("lenet5-modern", 1), few, recipe)
    last = list(training.run())[-1]
    again = Training(training.network, few, replace(recipe, averaged=0.0, start_share=0.0))
    assert again._validated() == (last.validation_loss, last.validation_error)


def test_a_resumed_training_ends_with_the_same_averages(few: Labelled) -> None:
    recipe = replace(RECIPE, epochs=3, averaged=0.8, start_share=0.1)
    whole = build("lenet5-modern", 1)
    list(Training(whole, few, recipe).run())
    begun = Training(build("lenet5-modern", 1), few, recipe)
    next(report for report in begun.run() if report.step == 10)  # after some that count
    file = io.BytesIO()
    torch.save(begun.state(), file)
    resumed = Training(build("lenet5-modern", 1), few, recipe)
    resumed.restore(torch.load(io.BytesIO(file.getvalue()), weights_only=True))
    list(resumed.run())
    found, wanted = weights(resumed.network), weights(whole)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize(
    "spoilt",
    [None, {}, {"count": 3, "mean": {}}, {"count": 2.5}, {"count": -1, "mean": {"c1.weight": 0}}],
)
def test_an_average_that_is_none_is_refused(spoilt: object, few: Labelled) -> None:
    recipe = replace(RECIPE, averaged=1.0)
    training = Training(build("lenet5-modern", 1), few, recipe)
    next(iter(training.run()))
    before = weights(training.network)
    with pytest.raises(TrainingError, match="does not fit the training: "):
        training.restore(training.state() | {"average": spoilt})
    after = weights(training.network)
    assert all(np.array_equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("wrong", [{"averaged": -0.1}, {"averaged": 1.1}, {"start_share": 1.0}])
def test_a_share_is_a_fraction(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="fraction"):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_a_recipe_of_before_averages_nothing() -> None:
    kept = {
        name: value
        for name, value in RECIPE.as_json.items()
        if name not in ("averaged", "start_share")
    }
    assert recipe_of(kept) == RECIPE
