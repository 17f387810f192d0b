"""Maps and units that are held: as in a network whose weights were edited, and as in torch."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.single_image import SingleImagePass
from lenetpad.lenet.weights import Weights, load
from lenetpad.storage import resources
from lenetpad.training.recognizer import TorchRecognizer
from lenetpad.values.holding import Hold

Array = NDArray[np.float32]
IMAGE = draw(read_ink(resources.path("ink/samples.jsonl"))[4].ink)
LAYERS = ("C1", "S2", "C3", "S4", "C5", "F6", "output")
INVERSES: dict[str, Callable[[float], float]] = {
    "scaled tanh": lambda value: 1.5 * math.atanh(value / 1.7159),
    "sigmoid": lambda value: math.log(value / (1 - value)),
    "ReLU": lambda value: value,
}
SEVERAL = (
    Hold("C1", 5),
    Hold("S2", 2, value=0.25),
    Hold("C3", 15, value=-3.0),
    Hold("C3", 1, 9, 4, value=2.0),
    Hold("S4", 0, 2, 3, value=1.0),
    Hold("C5", 119, 0, 0, value=0.75),
    Hold("F6", 0),
    Hold("F6", 83, value=-1.0),
)


def assert_near(found: Array, expected: Array, name: str) -> None:
    """Apart by no more than 5e-5 of the layer's largest value: C5's sums can be in the hundreds,
    and a sigmoid after F6's makes as much of their last digits."""
    assert np.abs(found - expected).max() <= 5e-5 * max(1.0, np.abs(expected).max()), name


def edited(weights: Weights, hold: Hold) -> Weights:
    """The network of which what is to be held is a constant: its weights are 0 and its bias is
    what the activation makes the value of. A maximum of four has none: all four are held."""
    config, layer = weights.config, hold.layer
    if layer in ("S2", "S4") and config.subsampling == "max":
        layer = {"S2": "C1", "S4": "C3"}[layer]
    active = layer in config.activated
    parameters = {name: array.copy() for name, array in weights.parameters.items()}
    kernels = parameters[f"{layer.lower()}.weight"]
    if layer == "C3" and kernels.ndim == 3:
        first = sum(len(sources) for sources in config.table[: hold.map])
        kernels[first : first + len(config.table[hold.map])] = 0
    else:
        kernels[hold.map] = 0
    bias = INVERSES[config.activation](hold.value) if active else hold.value
    parameters[f"{layer.lower()}.bias"][hold.map] = bias
    return Weights("edited", config, parameters)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("layer", LAYERS[:-1])
def test_it_reads_as_a_network_whose_weights_were_edited(preset: str, layer: str) -> None:
    weights, hold = load(preset), Hold(layer, 3, value=0.625)
    plain = Recognizer(weights).read(IMAGE)
    found = Recognizer(weights).read(IMAGE, (hold,))
    expected = Recognizer(edited(weights, hold)).read(IMAGE)
    for name in LAYERS[LAYERS.index(layer) :]:
        assert_near(found.taps[name], expected.taps[name], name)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-5)
    assert np.abs(found.taps["output"] - plain.taps["output"]).max() > 1e-3
    assert set(found.taps[layer][3].ravel().tolist()) == {0.625}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_held_layers_sums_stay_what_they_would_have_been(preset: str) -> None:
    recognizer = Recognizer(load(preset))
    for layer in recognizer.weights.config.activated:
        sums = f"{layer}.a"
        held = recognizer.read(IMAGE, (Hold(layer, 1, value=0.5),))
        assert np.array_equal(held.taps[sums], recognizer.read(IMAGE).taps[sums])


@pytest.mark.parametrize("preset", PRESETS)
def test_torch_holds_the_same(preset: str) -> None:
    weights = load(preset)
    ours, torchs = (kind(weights).read(IMAGE, SEVERAL) for kind in (Recognizer, TorchRecognizer))
    assert list(ours.taps) == list(torchs.taps)
    for name, values in ours.taps.items():
        assert_near(values, torchs.taps[name], name)
    np.testing.assert_allclose(ours.probabilities, torchs.probabilities, atol=1e-5)
    assert (ours.digit, ours.holds, torchs.holds) == (torchs.digit, SEVERAL, SEVERAL)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("kind", [Recognizer, TorchRecognizer])
def test_it_reads_as_before_once_nothing_is_held(preset: str, kind: type[Recognizer]) -> None:
    recognizer = kind(load(preset))
    before = recognizer.read(IMAGE)
    recognizer.read(IMAGE, SEVERAL)
    after = recognizer.read(IMAGE)
    assert after.holds == ()
    assert all(np.array_equal(before.taps[name], after.taps[name]) for name in before.taps)


@pytest.mark.parametrize("preset", PRESETS)
def test_many_images_are_read_as_one(preset: str) -> None:
    weights = load(preset)
    config, images = weights.config, np.stack([IMAGE, 1 - IMAGE])
    taps: dict[str, Array] = {}
    output = forward(config, weights.parameters, pad(images), taps, SEVERAL)
    one_by_one = SingleImagePass(config, weights.parameters)
    for number, image in enumerate(images):
        expected, posteriors = one_by_one(image, SEVERAL)
        for name, values in expected.items():
            assert_near(taps[name][number], values, name)
        found = np.exp(log_posteriors(config, output))[number]
        np.testing.assert_allclose(found, posteriors, atol=1e-5)


def test_a_wider_image_has_its_units_held_at_every_place() -> None:
    weights = load("lenet5-modern")
    taps: dict[str, Array] = {}
    image = np.zeros((1, 32, 40), np.float32)
    forward(weights.config, weights.parameters, image, taps, (Hold("C5", 7, value=4.0),))
    assert taps["C5"].shape == (1, 120, 1, 3)
    assert taps["C5"][0, 7].tolist() == [[4.0, 4.0, 4.0]]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("output", 0), "units of 'output' cannot be held"),
        (("input", 0), "units of 'input' cannot be held"),
        (("C1", 0, 3), "has a row and a column"),
        (("C1", -1), "counted from 0"),
        (("C1", 0, 0, -1), "counted from 0"),
        (("C1", 0, None, None, math.nan), "held at nan"),
    ],
)
def test_what_cannot_be_held_is_refused(wrong: tuple[object, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Hold(*wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("hold", [Hold("C1", 6), Hold("F6", 84), Hold("S4", 0, 5, 0)])
@pytest.mark.parametrize("kind", [Recognizer, TorchRecognizer])
def test_a_unit_that_there_is_not_is_an_error(kind: type[Recognizer], hold: Hold) -> None:
    with pytest.raises(IndexError):
        kind(load("lenet5-1998")).read(IMAGE, (hold,))
