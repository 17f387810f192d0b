"""What ships must be what its file says: the numbers are measured anew."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
import torch
from safetensors import safe_open

from lenetpad.data import labelled as data
from lenetpad.data.labelled import Labelled
from lenetpad.data.mixture import SEEDS, noise, scribbles
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.evaluation.figures import MNIST_TEST, evaluated, figures
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink
from lenetpad.ink.styles import latest, written
from lenetpad.lenet.codes import codes
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.weights import FORMAT, load, shipped
from lenetpad.storage.mnist import SHA256
from lenetpad.training.network import build, network_of
from lenetpad.values.models import MODEL_NAMES, PAPER
from lenetpad.values.recipes import (
    DISTILLATION,
    RECIPES,
    STRANGERS,
    TEACHERS,
    recipe_of,
    usual_recipe,
)

HIGHEST_ERROR = {"lenet5-1998": 0.6, "lenet5-study": 1.1, "lenet5-modern": 0.55}
HIGHEST_CALIBRATION_ERROR = 1.0


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_mnists_figures_are_what_the_file_says(
    model: str, mnist: tuple[Labelled, Labelled]
) -> None:
    loaded = load(model)
    found = figures(evaluated(network_of(loaded), {MNIST_TEST: mnist[1]}))[MNIST_TEST]
    assert loaded.test_error == pytest.approx(found["error"], abs=0.011)
    assert found == pytest.approx(loaded.facts["figures"][MNIST_TEST], abs=0.021)
    assert found["error"] <= HIGHEST_ERROR[model.removesuffix(PAPER)]
    assert found["ece"] <= HIGHEST_CALIBRATION_ERROR


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_calibration_is_what_the_file_says(model: str) -> None:
    loaded = load(model)
    config, calibration = loaded.config, loaded.facts["calibration"]
    assert (config.temperature, config.rubbish) == (
        calibration["temperature"],
        calibration["rubbish"],
    )


@pytest.mark.parametrize("preset", PRESETS)
def test_scribbles_and_noise_are_no_digits(preset: str) -> None:
    network = network_of(load(preset))
    for made in (scribbles(300, SEEDS["test"]), noise(100, SEEDS["test"])):
        assert evaluate(network, made).refused.mean() > 0.95


@pytest.mark.parametrize("preset", PRESETS)
def test_digits_in_every_form_are_read(preset: str) -> None:
    """The table's forms, by a hand of their own: a flagged 1, a crossed 7, an open 4 …"""
    rng = np.random.default_rng(11)
    forms = [(digit, written(digit, rng, newer=True)) for digit in range(10) for _ in range(30)]
    assert error_on(forms, preset) < 0.03


@pytest.mark.parametrize("preset", STRANGERS)
def test_most_digits_in_strangers_forms_are_read(preset: str) -> None:
    rng = np.random.default_rng(12)
    assert error_on([latest(number, rng) for number in range(510)], preset) < 0.12


def error_on(forms: list[tuple[int, Ink]], preset: str) -> float:
    """The error of a preset's shipped weights on labelled ink."""
    images = np.stack([np.rint(255 * draw(ink)) for _, ink in forms])
    labelled = data.labelled(images, np.array([digit for digit, _ in forms]))
    return evaluate(network_of(load(preset)), labelled).error


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_file_says_how_it_was_made(model: str) -> None:
    loaded = load(model)
    assert loaded.name == model
    assert loaded.config.name == model.removesuffix(PAPER)
    facts = loaded.facts
    assert facts["recipe"].keys() >= {"epochs", "batch_size", "lr", "distortions", "seed"}
    assert facts["seed"] == facts["recipe"]["seed"]
    taught, strangers = model in DISTILLATION, model in STRANGERS
    recipe = usual_recipe(model, started=taught, distilled=taught, strangers=strangers)
    assert recipe_of(facts["recipe"]) == recipe  # which may have got fields since
    assert ("start" in facts) == taught
    teachers = [f"{name}.safetensors" for name in TEACHERS] if taught else None
    assert facts.get("teachers") == teachers
    sources = {source["sha256"]: source for source in facts["data"]}
    assert SHA256 in sources
    assert all(source.keys() >= {"file", "title", "licence"} for source in sources.values())
    assert len(sources) == (1 if model.endswith(PAPER) else 5)
    assert datetime.date.fromisoformat(facts["date"]) <= datetime.date.today()


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_file_is_of_this_format(model: str) -> None:
    with safe_open(shipped(model), framework="pt") as file:
        header = file.metadata()
    assert header["format"] == FORMAT
    assert header["preset"] == model.removesuffix(PAPER)


def test_the_codes_are_those_of_the_source() -> None:
    state = network_of(load("lenet5-1998")).state_dict()
    assert np.array_equal(state["output.codes"].numpy(), codes())


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_the_network_was_trained(model: str) -> None:
    loaded = network_of(load(model))
    initial = build(model.removesuffix(PAPER), RECIPES[model].seed)
    assert not loaded.training
    before = dict(initial.named_parameters())
    for name, parameter in loaded.named_parameters():
        assert not torch.equal(parameter, before[name]), name
