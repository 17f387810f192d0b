"""Soft targets and the loss they give, against NumPy; and what a network learns by them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from lenetpad.data.distortions import padded
from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.evaluation.inference import outputs
from lenetpad.lenet.weights import load
from lenetpad.training.distillation import Teachers
from lenetpad.training.fit import Training, TrainingError
from lenetpad.training.network import LeNet5, build, network_of
from lenetpad.values.recipes import Recipe

ALONE = Recipe(epochs=1, batch_size=32, lr=3e-3, distortions=None, validation=50, seed=1)
DISTILLATION = replace(ALONE, epochs=6, distillation_weight=1.0)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return mnist[0].chosen(slice(300))


def softened(posteriors: list[Tensor], distillation_temperature: float) -> np.ndarray:
    """The mean of posteriors, its logarithms divided, as NumPy computes it."""
    mean = np.mean([p.double().numpy() for p in posteriors], axis=0)
    soft = mean ** (1 / distillation_temperature)
    return soft / soft.sum(axis=1, keepdims=True)


def shown(data: Labelled, n: int) -> Tensor:
    return padded(torch.from_numpy(data.images[:n]))


def posteriors(network: LeNet5, images: Tensor) -> Tensor:
    with torch.inference_mode():
        return network.log_posteriors(network(images)).exp()


@pytest.mark.parametrize("distillation_temperature", [1.0, 2.0, 5.0])
def test_the_soft_targets_are_the_softened_mean(
    distillation_temperature: float, few: Labelled
) -> None:
    networks = [network_of(load(name)) for name in ("lenet5-1998", "lenet5-modern")]
    images = shown(few, 40)
    soft_targets = Teachers(networks, distillation_temperature, "cpu").soft_targets(images, 11)
    expected = softened(
        [posteriors(network, images) for network in networks], distillation_temperature
    )
    np.testing.assert_allclose(soft_targets.numpy(), expected, atol=1e-6)
    assert not soft_targets.requires_grad


def test_who_knows_no_rubbish_gives_it_nothing(few: Labelled) -> None:
    network = network_of(load("lenet5-modern"))
    network.calibrate(temperature=1.0, rubbish=None)
    soft_targets = Teachers([network], 1.0, "cpu").soft_targets(shown(few, 5), 11)
    assert bool((soft_targets[:, NO_DIGIT] == 0).all())
    torch.testing.assert_close(soft_targets.sum(dim=1), torch.ones(5))


def test_what_rubbish_gets_falls_to_the_digits_of_a_pupil_without_it(few: Labelled) -> None:
    network = network_of(load("lenet5-modern"))
    images = shown(few, 20)
    soft_targets = Teachers([network], 1.0, "cpu").soft_targets(images, 10)
    digits = posteriors(network, images)[:, :10]
    torch.testing.assert_close(soft_targets, digits / digits.sum(dim=1, keepdim=True))


def test_teachers_who_are_certain_of_no_digit_say_nothing_of_the_digits(few: Labelled) -> None:
    network = network_of(load("lenet5-modern"))
    network.calibrate(temperature=0.01, rubbish=-1e6)
    teachers = Teachers([network], 2.0, "cpu")
    images = shown(few, 5)
    assert bool((teachers.soft_targets(images, 10) == 0).all())
    assert float(teachers.loss(images, torch.full((5, 10), -2.3))) == 0


@pytest.mark.parametrize("distillation_temperature", [1.0, 2.0])
def test_the_loss_is_the_divergence(distillation_temperature: float, few: Labelled) -> None:
    teacher = network_of(load("lenet5-1998"))
    own = network_of(load("lenet5-study"))
    images = shown(few, 40)
    p = softened([posteriors(teacher, images)], distillation_temperature)
    q = softened([posteriors(own, images)], distillation_temperature)
    expected = float((p * np.log(p / q)).sum(axis=1).mean()) * distillation_temperature**2
    loss = Teachers([teacher], distillation_temperature, "cpu").loss(
        images, posteriors(own, images).log()
    )
    assert float(loss) == pytest.approx(expected, rel=1e-3)
    agreed = Teachers([own], distillation_temperature, "cpu").loss(
        images, posteriors(own, images).log()
    )
    assert float(agreed) == pytest.approx(0, abs=1e-5)


def test_a_pupil_learns_what_the_teacher_thinks_whatever_the_labels_say(few: Labelled) -> None:
    teacher = network_of(load("lenet5-modern"))
    before = {name: tensor.clone() for name, tensor in teacher.state_dict().items()}
    wrong = Labelled(few.images, (few.labels + 1) % 10)
    network = build("lenet5-modern", 1)
    list(Training(network, wrong, DISTILLATION, teachers=[teacher]).run())
    answers = torch.cat(list(outputs(network, few.images))).argmax(dim=1).numpy()
    assert (answers == few.labels).mean() > 0.6
    assert all(torch.equal(tensor, before[name]) for name, tensor in teacher.state_dict().items())


def test_a_seed_decides_every_bit(few: Labelled) -> None:
    found = []
    for _ in range(2):
        network = build("lenet5-study", 1)
        teachers = [network_of(load(name)) for name in ("lenet5-1998", "lenet5-modern")]
        list(
            Training(
                network, few, replace(ALONE, distillation_weight=0.7), teachers=teachers
            ).run()
        )
        found.append(network.state_dict())
    assert all(torch.equal(tensor, found[1][name]) for name, tensor in found[0].items())


def test_the_part_decides_between_labels_and_teachers(few: Labelled) -> None:
    """Gradients are linear in the loss: a half of each is the mean of both."""
    batch = few.chosen(slice(32))
    gradients = {}
    for part in (0.0, 0.5, 1.0):
        network = build("lenet5-1998", 1)
        teacher = network_of(load("lenet5-modern"))
        one_step = replace(ALONE, validation=0, distillation_weight=part)
        list(Training(network, batch, one_step, teachers=[teacher]).run())
        assert network.f6.weight.grad is not None
        gradients[part] = network.f6.weight.grad
    torch.testing.assert_close(gradients[0.5], (gradients[0.0] + gradients[1.0]) / 2)


def test_a_recipe_with_distillation_needs_teachers(few: Labelled) -> None:
    with pytest.raises(TrainingError, match="name them as teachers"):
        Training(build("lenet5-1998", 1), few, DISTILLATION)


def test_where_teachers_are_wrong_the_label_is_learnt_if_that_is_asked(few: Labelled) -> None:
    teacher = network_of(load("lenet5-modern"))
    images = shown(few, 30)
    labels = torch.from_numpy(few.labels[:30]).clone()
    answers = posteriors(teacher, images).argmax(dim=1)
    labels[:10] = (answers[:10] + 1) % 10  # on these the teacher errs
    labels[10:] = answers[10:]
    teachers = Teachers([teacher], 2.0, "cpu")
    own = torch.log_softmax(torch.randn(30, 11, generator=torch.Generator().manual_seed(1)), 1)
    targets = softened([posteriors(teacher, images)], 2.0)
    targets[:10] = np.eye(11)[labels[:10].numpy()]
    log_own = torch.log_softmax(own.double() / 2, 1).numpy()
    logs = np.log(np.where(targets > 0, targets, 1.0))
    expected = 4 * (targets * (logs - log_own)).sum(axis=1).mean()
    assert float(teachers.loss(images, own, labels)) == pytest.approx(expected, rel=1e-4)
    assert float(teachers.loss(images, own)) != pytest.approx(expected, rel=1e-3)


def test_a_label_for_which_there_is_no_class_corrects_nothing(few: Labelled) -> None:
    teachers = Teachers([network_of(load("lenet5-modern"))], 2.0, "cpu")
    images = shown(few, 5)
    own = torch.log_softmax(torch.zeros(5, 10), 1)
    labels = torch.full((5,), NO_DIGIT)
    assert float(teachers.loss(images, own, labels)) == float(teachers.loss(images, own))


def test_a_training_corrects_its_teachers_where_the_recipe_says_so(few: Labelled) -> None:
    """All labels are other digits than the teacher's: the two recipes end far apart."""
    wrong = Labelled(few.images, (few.labels + 1) % 10)
    found = {}
    for corrected in (False, True):
        recipe = replace(DISTILLATION, teachers_corrected=corrected, validation=0)
        network = build("lenet5-modern", 1)
        teacher = network_of(load("lenet5-modern"))
        list(Training(network, wrong, recipe, teachers=[teacher]).run())
        answers = posteriors(network, shown(few, 300))[:, :10].argmax(dim=1).numpy()
        found[corrected] = float((answers == wrong.labels).mean())
    assert found[True] > 0.5 > found[False]
