"""Teachers' opinions and the loss they give, against NumPy; and what a network learns by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from lenetpad.lenet import weights
from lenetpad.lenet.augment import padded
from lenetpad.lenet.data import NO_DIGIT, Labelled
from lenetpad.lenet.network import LeNet5
from lenetpad.lenet.teaching import Teachers
from lenetpad.lenet.training import Training, TrainingError, evaluate_outputs, fit
from lenetpad.recipes import Recipe

ALONE = Recipe(epochs=1, batch_size=32, lr=3e-3, distortions=None, validation=50, seed=1)
TAUGHT = replace(ALONE, epochs=6, taught=1.0)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return Labelled(mnist[0].images[:300], mnist[0].labels[:300])


def softened(posteriors: list[Tensor], softness: float) -> np.ndarray:
    """The mean of posteriors, its logarithms divided, as NumPy computes it."""
    mean = np.mean([p.double().numpy() for p in posteriors], axis=0)
    soft = mean ** (1 / softness)
    return soft / soft.sum(axis=1, keepdims=True)


def posteriors(network: LeNet5, images: Tensor) -> Tensor:
    with torch.inference_mode():
        return network.log_posteriors(network(images)).exp()


@pytest.mark.parametrize("softness", [1.0, 2.0, 5.0])
def test_the_opinion_is_the_softened_mean(softness: float, few: Labelled) -> None:
    networks = [weights.load(name).network for name in ("lenet5-1998", "lenet5-modern")]
    images = padded(few.images[:40])
    opinion = Teachers(networks, softness, "cpu").opinion(images, 11)
    expected = softened([posteriors(network, images) for network in networks], softness)
    np.testing.assert_allclose(opinion.numpy(), expected, atol=1e-6)
    assert not opinion.requires_grad


def test_who_knows_no_rubbish_gives_it_nothing(few: Labelled) -> None:
    network = weights.load("lenet5-modern").network
    network.calibrate(temperature=1.0, rubbish=None)
    opinion = Teachers([network], 1.0, "cpu").opinion(padded(few.images[:5]), 11)
    assert bool((opinion[:, NO_DIGIT] == 0).all())
    torch.testing.assert_close(opinion.sum(dim=1), torch.ones(5))


def test_what_rubbish_gets_falls_to_the_digits_of_a_pupil_without_it(few: Labelled) -> None:
    network = weights.load("lenet5-modern").network
    images = padded(few.images[:20])
    opinion = Teachers([network], 1.0, "cpu").opinion(images, 10)
    digits = posteriors(network, images)[:, :10]
    torch.testing.assert_close(opinion, digits / digits.sum(dim=1, keepdim=True))


def test_teachers_who_are_certain_of_no_digit_say_nothing_of_the_digits(few: Labelled) -> None:
    network = weights.load("lenet5-modern").network
    network.calibrate(temperature=0.01, rubbish=-1e6)
    teachers = Teachers([network], 2.0, "cpu")
    images = padded(few.images[:5])
    assert bool((teachers.opinion(images, 10) == 0).all())
    assert float(teachers.loss(images, torch.full((5, 10), -2.3))) == 0


@pytest.mark.parametrize("softness", [1.0, 2.0])
def test_the_loss_is_the_divergence(softness: float, few: Labelled) -> None:
    teacher = weights.load("lenet5-1998").network
    own = weights.load("lenet5-study").network
    images = padded(few.images[:40])
    p = softened([posteriors(teacher, images)], softness)
    q = softened([posteriors(own, images)], softness)
    expected = float((p * np.log(p / q)).sum(axis=1).mean()) * softness**2
    loss = Teachers([teacher], softness, "cpu").loss(images, posteriors(own, images).log())
    assert float(loss) == pytest.approx(expected, rel=1e-3)
    agreed = Teachers([own], softness, "cpu").loss(images, posteriors(own, images).log())
    assert float(agreed) == pytest.approx(0, abs=1e-5)


def test_a_pupil_learns_what_the_teacher_thinks_whatever_the_labels_say(few: Labelled) -> None:
    teacher = weights.load("lenet5-modern").network
    before = {name: tensor.clone() for name, tensor in teacher.state_dict().items()}
    wrong = Labelled(few.images, (few.labels + 1) % 10)
    network = weights.build("lenet5-modern", 1)
    list(fit(network, wrong, TAUGHT, teachers=[teacher]))
    answers = evaluate_outputs(network, few.images, "cpu").argmax(dim=1)
    assert float((answers == few.labels).float().mean()) > 0.6
    assert all(torch.equal(tensor, before[name]) for name, tensor in teacher.state_dict().items())


def test_a_seed_decides_every_bit(few: Labelled) -> None:
    found = []
    for _ in range(2):
        network = weights.build("lenet5-study", 1)
        teachers = [weights.load(name).network for name in ("lenet5-1998", "lenet5-modern")]
        list(fit(network, few, replace(ALONE, taught=0.7), teachers=teachers))
        found.append(network.state_dict())
    assert all(torch.equal(tensor, found[1][name]) for name, tensor in found[0].items())


def test_the_part_decides_between_labels_and_teachers(few: Labelled) -> None:
    """Gradients are linear in the loss: a half of each is the mean of both."""
    gradients = {}
    for part in (0.0, 0.5, 1.0):
        network = weights.build("lenet5-1998", 1)
        teacher = weights.load("lenet5-modern").network
        training = Training(network, few, replace(ALONE, taught=part), teachers=[teacher])
        loss = training._loss(padded(few.images[:32]), few.labels[:32])
        loss.backward()
        assert network.f6.weight.grad is not None
        gradients[part] = network.f6.weight.grad
    torch.testing.assert_close(gradients[0.5], (gradients[0.0] + gradients[1.0]) / 2)


def test_a_taught_recipe_needs_teachers(few: Labelled) -> None:
    with pytest.raises(TrainingError, match="name them as teachers"):
        Training(weights.build("lenet5-1998", 1), few, TAUGHT)
