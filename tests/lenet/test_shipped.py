"""What ships must be what its file says: the numbers are measured anew."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
import torch
from safetensors import safe_open

from lenetpad.lenet import data, weights
from lenetpad.lenet.architecture import PRESETS
from lenetpad.lenet.data import Labelled
from lenetpad.lenet.evaluation import evaluate
from lenetpad.lenet.glyphs import codes
from lenetpad.lenet.training import RECIPES

HIGHEST_ERROR = {"lenet5-1998": 1.0, "lenet5-study": 1.6, "lenet5-modern": 1.0}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_test_error_is_what_the_file_says(
    preset: str, mnist: tuple[Labelled, Labelled]
) -> None:
    loaded = weights.load(preset)
    error = 100 * evaluate(loaded.network, mnist[1]).error
    assert loaded.test_error is not None
    assert error == pytest.approx(loaded.test_error, abs=0.011)
    assert error <= HIGHEST_ERROR[preset]


@pytest.mark.parametrize("preset", PRESETS)
def test_the_file_says_how_it_was_made(preset: str) -> None:
    loaded = weights.load(preset)
    assert loaded.name == loaded.network.config.name == preset
    facts = loaded.facts
    assert facts["recipe"].keys() >= {"epochs", "batch_size", "lr", "distortions", "seed"}
    assert facts["seed"] == facts["recipe"]["seed"]
    assert facts["recipe"]["epochs"] == RECIPES[preset].epochs
    assert data.MNIST_SHA256 in facts["data"].values()
    assert datetime.date.fromisoformat(facts["date"]) <= datetime.date.today()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_file_is_of_this_format(preset: str) -> None:
    with safe_open(weights.shipped(preset), framework="pt") as file:
        header = file.metadata()
    assert header["format"] == weights.FORMAT
    assert header["preset"] == preset


def test_the_codes_are_those_of_the_source() -> None:
    state = weights.load("lenet5-1998").network.state_dict()
    assert np.array_equal(state["output.codes"].numpy(), codes())


@pytest.mark.parametrize("preset", PRESETS)
def test_the_network_was_trained(preset: str) -> None:
    loaded, initial = weights.load(preset).network, weights.build(preset, RECIPES[preset].seed)
    assert not loaded.training
    before = dict(initial.named_parameters())
    for name, parameter in loaded.named_parameters():
        assert not torch.equal(parameter, before[name]), name
