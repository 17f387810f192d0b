from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from lenetpad.data.labelled import NO_DIGIT, Labelled
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.evaluation.inference import outputs
from lenetpad.lenet.config import PRESETS
from lenetpad.training import fit as training_module
from lenetpad.training.fit import REPORT_EVERY, Training, TrainingError, bf16_is_faster
from lenetpad.training.network import LeNet5, build
from lenetpad.training.splits import random_split
from lenetpad.values.models import MODEL_NAMES, PAPER
from lenetpad.values.recipes import OPTIMISERS, RECIPES, SCHEDULES, Distortions, Recipe
from lenetpad.values.training import Progress

QUICK = Recipe(epochs=1, batch_size=32, lr=3e-3, validation=50, seed=1)


@pytest.fixture(scope="module")
def few(mnist: tuple[Labelled, Labelled]) -> Labelled:
    return first(mnist[0], 300)


def first(data: Labelled, n: int) -> Labelled:
    return data.chosen(slice(n))


def loss_on(network: LeNet5, data: Labelled) -> float:
    found = torch.cat(list(outputs(network, data.images)))
    return float(network.loss(found, torch.from_numpy(data.labels)))


def trained(data: Labelled, recipe: Recipe, preset: str = "lenet5-modern") -> LeNet5:
    network = build(preset, recipe.seed)
    list(Training(network, data, recipe).run())
    return network


def same_weights(one: LeNet5, other: LeNet5) -> bool:
    others = other.state_dict()
    return all(torch.equal(tensor, others[name]) for name, tensor in one.state_dict().items())


def test_one_epoch_on_2000_images_learns_to_read(mnist: tuple[Labelled, Labelled]) -> None:
    train, test = first(mnist[0], 2000), first(mnist[1], 1000)
    network = build("lenet5-modern", 1)
    before = loss_on(network, test)
    list(Training(network, train, replace(QUICK, distortions=None)).run())
    assert loss_on(network, test) < 0.6 * before
    assert evaluate(network, test).error < 0.4


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_gets_better(preset: str, few: Labelled) -> None:
    """Each on the same small set without distortions, at its own recipe's learning rate."""
    recipe = replace(QUICK, epochs=4, lr=RECIPES[preset].lr, distortions=None)
    network = build(preset, 1)
    before = loss_on(network, few)
    list(Training(network, few, recipe).run())
    assert loss_on(network, few) < 0.97 * before


@pytest.mark.parametrize("preset", PRESETS)
def test_a_seed_decides_every_bit(preset: str, few: Labelled) -> None:
    one, same = (trained(few, QUICK, preset) for _ in range(2))
    assert same_weights(one, same)


@pytest.mark.parametrize("preset", PRESETS)
def test_bf16_learns_nearly_the_same(preset: str, few: Labelled) -> None:
    network = build(preset, 1)
    list(Training(network, few, replace(QUICK, distortions=None), bf16=True).run())
    whole = trained(few, replace(QUICK, distortions=None), preset)
    assert same_weights(network, whole) != bf16_is_faster("cpu")
    assert loss_on(network, few) == pytest.approx(loss_on(whole, few), rel=0.05)


@pytest.mark.parametrize("can", ["avx512_bf16", "amx_bf16", "avx512_f"])
def test_bf16_is_for_processors_that_have_it(can: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {can: True, "amx_tile": False})
    assert bf16_is_faster("cpu") == (can != "avx512_f")


def test_other_seeds_give_other_weights(few: Labelled) -> None:
    initial = build("lenet5-modern", 1).state_dict()
    trained_networks = []
    for seed in (1, 2):
        network = build("lenet5-modern", 1)  # alike: only the training may differ
        list(Training(network, few, replace(QUICK, seed=seed)).run())
        trained_networks.append(network)
    assert not same_weights(*trained_networks)
    for network in trained_networks:
        assert not torch.equal(network.state_dict()["c1.weight"], initial["c1.weight"])


def test_the_callers_random_numbers_do_not_matter(few: Labelled) -> None:
    torch.manual_seed(1)
    one = trained(few, QUICK)
    torch.manual_seed(2)
    assert same_weights(one, trained(few, QUICK))


def test_distortions_matter(few: Labelled) -> None:
    plain, distorted = (trained(few, replace(QUICK, distortions=d)) for d in (None, Distortions()))
    assert not same_weights(plain, distorted)


def test_fixed_codes_stay_fixed(few: Labelled) -> None:
    network = build("lenet5-1998", 1)
    before = network.state_dict()["output.codes"].clone()
    list(Training(network, few, QUICK).run())
    assert torch.equal(network.state_dict()["output.codes"], before)


@pytest.fixture(scope="module")
def progress(mnist: tuple[Labelled, Labelled]) -> list[Progress]:
    """Two epochs of 540 images in batches of 10, 54 steps each."""
    torch.set_num_threads(1)
    recipe = replace(QUICK, epochs=2, batch_size=10, validation=60)
    network = build("lenet5-modern", 1)
    return list(Training(network, first(mnist[0], 600), recipe).run())


class TestProgress:
    def test_steps_are_counted_through(self, progress: list[Progress]) -> None:
        assert REPORT_EVERY == 20
        assert [p.step for p in progress] == [20, 40, 54, 60, 80, 100, 108]
        assert {p.steps for p in progress} == {108}

    def test_epochs_are_counted_from_one(self, progress: list[Progress]) -> None:
        assert [p.epoch for p in progress] == [1, 1, 1, 2, 2, 2, 2]
        assert {p.epochs for p in progress} == {2}

    def test_only_an_epochs_last_step_is_validated(self, progress: list[Progress]) -> None:
        validated = [p.step for p in progress if p.validation_error is not None]
        assert (
            validated == [p.step for p in progress if p.validation_loss is not None] == [54, 108]
        )

    def test_validation_is_on_the_images_held_out(self, progress: list[Progress]) -> None:
        for p in progress:
            if p.validation_error is not None:
                assert 0 <= p.validation_error <= 1
                assert (60 * p.validation_error) == pytest.approx(round(60 * p.validation_error))
                assert p.validation_loss is not None
                assert p.validation_loss > 0

    def test_speed_and_loss_are_positive_numbers(self, progress: list[Progress]) -> None:
        assert all(
            p.images_per_second > 0 and math.isfinite(p.images_per_second) for p in progress
        )
        assert all(p.loss > 0 and math.isfinite(p.loss) for p in progress)

    def test_the_loss_falls(self, progress: list[Progress]) -> None:
        assert progress[-1].loss < 0.8 * progress[0].loss

    def test_the_learning_rate_rises_to_its_peak_and_falls(self, progress: list[Progress]) -> None:
        rates = [p.learning_rate for p in progress]
        assert max(rates) <= QUICK.lr
        assert max(rates) == max(rates[:2])
        assert rates[2:] == sorted(rates[2:], reverse=True)
        assert rates[-1] < 0.01 * QUICK.lr


def test_a_reported_loss_is_the_mean_since_the_last_report(few: Labelled) -> None:
    """With a rate that changes nothing, all reports of an epoch average to the data's loss."""
    network = build("lenet5-modern", 1)
    expected = loss_on(network, few)
    recipe = replace(QUICK, lr=1e-12, distortions=None, validation=0)
    [only] = Training(network, few, recipe).run()
    assert only.loss == pytest.approx(expected, rel=1e-4)
    assert only.validation_loss is None
    assert only.validation_error is None


def test_validation_reads_the_network_as_it_then_is(few: Labelled) -> None:
    network = build("lenet5-1998", 1)
    [only] = Training(network, few, replace(QUICK, validation=30)).run()
    _, held_out = random_split(few, 30, torch.Generator().manual_seed(QUICK.seed))
    assert only.validation_loss == pytest.approx(loss_on(network, held_out), rel=1e-5)
    assert only.validation_error == pytest.approx(evaluate(network, held_out).error)


def test_held_out_images_are_not_trained_on(few: Labelled) -> None:
    recipe = replace(QUICK, validation=30)
    rest, held_out = random_split(few, 30, torch.Generator().manual_seed(recipe.seed))
    assert sorted(held_out.joined(rest).labels.tolist()) == sorted(few.labels.tolist())
    spoilt = Labelled(few.images.copy(), few.labels)
    held_images = torch.randperm(300, generator=torch.Generator().manual_seed(recipe.seed))[:30]
    spoilt.images[held_images.numpy()] ^= 255
    assert same_weights(trained(few, recipe), trained(spoilt, recipe))


def test_no_more_than_a_fifth_is_held_out(few: Labelled) -> None:
    [only] = Training(build("lenet5-modern", 1), few, replace(QUICK, validation=5000)).run()
    assert only.steps == math.ceil(240 / 32)


def test_the_network_ends_in_evaluation_mode(few: Labelled) -> None:
    network = build("lenet5-modern", 1)
    modes = [network.training for _ in Training(network, few, replace(QUICK, epochs=2)).run()]
    assert modes == [True, True]
    assert not network.training


def test_a_loss_that_is_no_number_ends_the_training_and_names_the_step(few: Labelled) -> None:
    network = build("lenet5-modern", 1)
    torch.nn.init.constant_(network.c1.weight, math.nan)
    with pytest.raises(TrainingError, match=r"no longer a number at step 1 .*try a smaller one"):
        list(Training(network, few, QUICK).run())


def test_a_rate_far_too_large_ends_the_training(few: Labelled) -> None:
    with pytest.raises(TrainingError, match=r"step \d+ with learning rate \S+e\+\d\d;"):
        list(Training(build("lenet5-modern", 1), few, replace(QUICK, lr=1e30)).run())


def test_no_images_end_the_training_with_a_reason(few: Labelled) -> None:
    with pytest.raises(TrainingError, match="no images"):
        list(Training(build("lenet5-modern", 1), first(few, 0), QUICK).run())


@pytest.mark.parametrize("n", [1, 2, 9, 10])
def test_a_handful_of_images_is_enough(n: int, few: Labelled) -> None:
    progress = list(Training(build("lenet5-modern", 1), first(few, n), QUICK).run())
    assert [(p.step, p.steps) for p in progress] == [(1, 1)]


@pytest.mark.parametrize("epochs", range(1, 12))
def test_any_number_of_steps_is_possible(epochs: int, few: Labelled) -> None:
    """A warm-up of exactly one step once divided by zero."""
    recipe = replace(QUICK, epochs=epochs)
    progress = list(Training(build("lenet5-modern", 1), first(few, 5), recipe).run())
    assert [p.step for p in progress] == list(range(1, epochs + 1))
    assert all(0 < p.learning_rate <= recipe.lr for p in progress)


@pytest.mark.parametrize(
    "bad",
    [
        {"epochs": 0},
        {"epochs": -1},
        {"batch_size": 0},
        {"lr": 0.0},
        {"lr": -1e-3},
        {"lr": math.nan},
        {"lr": math.inf},
        {"validation": -1},
        {"warm_up": -0.1},
        {"warm_up": 1.0},
        {"weight_decay": -1.0},
        {"weight_decay": math.nan},
        {"momentum": 1.0},
        {"momentum": -0.1},
        {"step_epochs": 0},
        {"step_factor": 0.0},
        {"step_factor": 1.5},
        {"fraction": 0.0},
        {"fraction": 1.1},
        {"label_noise": -0.1},
        {"label_noise": 1.1},
    ],
)
def test_a_recipe_refuses_bad_values(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        Recipe(**bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["optimiser", "schedule"])
def test_a_recipe_refuses_what_it_does_not_know(name: str) -> None:
    with pytest.raises(ValueError, match=rf"'magic' is no {name}: "):
        Recipe(**{name: "magic"})  # type: ignore[arg-type]


def test_there_is_a_recipe_for_everything_that_ships() -> None:
    assert set(RECIPES) == set(MODEL_NAMES)
    assert all((RECIPES[name].mixture is None) == name.endswith(PAPER) for name in RECIPES)
    assert all(recipe.distortions is not None for recipe in RECIPES.values())


def test_images_to_validate_on_can_be_given(
    few: Labelled, mnist: tuple[Labelled, Labelled]
) -> None:
    held_out = first(mnist[1], 40)
    network = build("lenet5-modern", 1)
    last = list(Training(network, few, QUICK, held_out=held_out).run())[-1]
    assert last.steps == math.ceil(len(few) / QUICK.batch_size)  # nothing is split off
    assert last.validation_error == pytest.approx(evaluate(network, held_out).error)


def test_arrays_that_are_read_only_give_the_same_network(few: Labelled) -> None:
    """torch warns of a tensor in such memory, and a warning fails a test."""
    frozen = few.chosen(slice(None))
    frozen.images.flags.writeable = frozen.labels.flags.writeable = False
    network = trained(frozen, QUICK)
    assert same_weights(network, trained(few, QUICK))
    assert evaluate(network, frozen).error == evaluate(network, few).error
    list(Training(network, frozen, QUICK, held_out=frozen).run())


def test_what_is_no_digit_can_be_learnt(few: Labelled) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (300, 28, 28), np.uint8)
    rubbish = Labelled(noise, np.full(300, NO_DIGIT))
    network = build("lenet5-modern", 1)
    network.calibrate(1.0, rubbish=0.0)
    list(Training(network, few.joined(rubbish), replace(QUICK, epochs=4)).run())
    assert evaluate(network, rubbish).refused.mean() > 0.9
    assert evaluate(network, few).refused.mean() < 0.5


def test_every_steps_loss_is_reported(few: Labelled) -> None:
    progress = list(Training(build("lenet5-modern", 1), few, replace(QUICK, batch_size=7)).run())
    losses = [loss for report in progress for loss in report.losses]
    assert len(losses) == progress[-1].steps == math.ceil(250 / 7)
    first_losses = progress[0].losses
    assert len(first_losses) == REPORT_EVERY
    assert progress[0].loss == pytest.approx(sum(first_losses) / REPORT_EVERY)


def rates(recipe: Recipe, few: Labelled) -> list[float]:
    """The rate of the first step of each epoch; one step is one epoch."""
    return [p.learning_rate for p in Training(build("lenet5-modern", 1), few, recipe).run()]


def test_the_schedules_are_what_they_are_called(few: Labelled) -> None:
    one_step = Recipe(epochs=20, batch_size=500, lr=1e-3, validation=0)
    constant = rates(replace(one_step, schedule="constant"), few)
    assert constant == [1e-3] * 20
    step = rates(replace(one_step, schedule="step", step_epochs=3, step_factor=0.1), few)
    assert step == pytest.approx([1e-3 * 0.1 ** (epoch // 3) for epoch in range(20)])
    cosine = rates(replace(one_step, schedule="cosine"), few)
    assert cosine == pytest.approx([5e-4 * (1 + math.cos(math.pi * i / 20)) for i in range(20)])
    paper = rates(replace(one_step, schedule="1998"), few)
    # Section III-B: two passes, three, three, four, and the rest.
    passes = [5e-4] * 2 + [2e-4] * 3 + [1e-4] * 3 + [5e-5] * 4 + [1e-5] * 8
    assert paper == pytest.approx([2 * rate for rate in passes])


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_learns(optimiser: str, few: Labelled) -> None:
    lr = 0.05 if optimiser == "sgd" else 3e-3
    recipe = replace(QUICK, epochs=4, optimiser=optimiser, lr=lr, schedule="constant")
    network = build("lenet5-modern", 1)
    before = loss_on(network, few)
    list(Training(network, few, recipe).run())
    assert loss_on(network, few) < 0.85 * before


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_training_goes_on_from_its_state(optimiser: str, schedule: str, few: Labelled) -> None:
    """In the middle of an epoch, from a file, and as if it had never ended."""
    recipe = replace(QUICK, epochs=2, batch_size=9, optimiser=optimiser, schedule=schedule)
    whole = Training(build("lenet5-modern", 1), few, recipe)
    reports = list(whole.run())
    begun = Training(build("lenet5-modern", 1), few, recipe)
    first_report = next(begun.run())
    file = io.BytesIO()
    torch.save(begun.state(), file)
    file.seek(0)
    continued = Training(build("lenet5-modern", 2), few, recipe)
    continued.restore(torch.load(file, weights_only=True))
    rest = list(continued.run())
    assert first_report.step < first_report.steps / 2
    assert [p.losses for p in (first_report, *rest)] == [p.losses for p in reports]
    assert [p.learning_rate for p in rest] == [p.learning_rate for p in reports[1:]]
    assert same_weights(continued.network, whole.network)


@pytest.mark.parametrize("spoil", [{"network": {}}, {"step": "x"}, {"generator": None}])
def test_a_state_that_does_not_fit_is_refused(spoil: dict[str, object], few: Labelled) -> None:
    training = Training(build("lenet5-modern", 1), few, QUICK)
    with pytest.raises(TrainingError, match="this checkpoint does not fit"):
        training.restore(training.state() | spoil)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_rate_can_be_changed_on_the_way(schedule: str, few: Labelled) -> None:
    recipe = replace(QUICK, epochs=6, batch_size=500, schedule=schedule, validation=0)
    expected = rates(recipe, few)
    training = Training(build("lenet5-modern", 1), few, recipe)
    found = []
    for report in training.run():
        found.append(report.learning_rate)
        if report.step == 2:
            training.scale_rate(0.5)
    assert found == pytest.approx(expected[:2] + [rate / 2 for rate in expected[2:]], rel=1e-6)
    for factor in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="positive"):
            training.scale_rate(factor)


def test_a_report_is_not_put_off_for_long(few: Labelled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_module, "REPORT_SECONDS", 0.0)
    progress = Training(build("lenet5-modern", 1), few, replace(QUICK, batch_size=7)).run()
    assert [len(report.losses) for report in progress] == [1] * math.ceil(250 / 7)
