"""What speaks for a class: the gradient as torch's autograd has it, occlusion as a plain loop."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.conventions import ACTIVATION, NORMALISATION, PADDING, POOLING, configuration
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.saliency import gradient_times_input, occlusion
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.training.network import LeNet5, network_of, parameters_of
from lenetpad.values.conventions import Conventions
from lenetpad.values.holding import Hold, Holds
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.saliency import Classes

Array = NDArray[np.float32]
IMAGE = draw(read_ink(resources.path("ink/samples.jsonl"))[4].ink)
HELD = (
    Hold("C1", 1, value=0.4),
    Hold("S2", 2),
    Hold("C3", 3, 2, 2, value=0.3),
    Hold("S4", 5),
    Hold("C5", 7, value=0.2),
    Hold("F6", 9),
)


def log_odds(network: LeNet5, output: torch.Tensor, classes: Classes) -> torch.Tensor:
    logs = network.log_posteriors(output)[0]
    if len(classes) == 2:
        return logs[classes[0]] - logs[classes[1]]
    others = [number for number in range(len(logs)) if number != classes[0]]
    return logs[classes[0]] - torch.logsumexp(logs[others], dim=0)


def by_autograd(
    network: LeNet5, image: Array, classes: Classes, holds: Holds = ()
) -> tuple[Array, float]:
    """Gradient × (input - blank input), (32, 32), and the score, in double precision."""
    network = network.double()
    taps: dict[str, torch.Tensor] = {}
    pixels = torch.from_numpy(pad(image)[None, None]).double().requires_grad_()
    score = log_odds(network, network(pixels, taps, holds), classes)
    (gradient,) = torch.autograd.grad(score, taps["input"])
    blank: dict[str, torch.Tensor] = {}
    network(torch.zeros_like(pixels), blank, holds)
    found = (gradient * (taps["input"] - blank["input"]))[0, 0]
    return found.detach().numpy(), float(score.detach())


def assert_is_the_gradient(
    config: LeNet5Config, network: LeNet5, classes: Classes, holds: Holds = ()
) -> None:
    found = gradient_times_input(config, parameters_of(network), IMAGE, classes, holds)
    expected, score = by_autograd(network, IMAGE, found.classes, holds)
    assert np.abs(expected).max() > 0
    assert np.abs(found.picture - expected).max() <= 1e-4 * np.abs(expected).max()
    assert found.score == pytest.approx(score, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("model", MODEL_NAMES)
@pytest.mark.parametrize("classes", [(), (3,), (8, 1)], ids=str)
@pytest.mark.parametrize("holds", [(), HELD], ids=["free", "held"])
def test_the_gradient_is_torchs(model: str, classes: Classes, holds: Holds) -> None:
    weights = load(model)
    assert_is_the_gradient(weights.config, network_of(weights), classes, holds)


@pytest.mark.parametrize("classes", [(10,), (10, 4), (4, 10)], ids=str)
def test_no_digit_is_a_class(classes: Classes) -> None:
    weights = load("lenet5-1998")
    assert_is_the_gradient(weights.config, network_of(weights), classes)
    assert occlusion(weights.config, weights.parameters, IMAGE, classes=classes).picture.any()


@pytest.mark.parametrize(
    "conventions",
    [
        Conventions(*answers)
        for answers in itertools.product(ACTIVATION, POOLING, NORMALISATION, PADDING)
    ],
    ids=lambda one: one.text,
)
def test_the_gradient_is_torchs_in_every_network_from_elsewhere(conventions: Conventions) -> None:
    config = configuration(conventions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        assert_is_the_gradient(config, LeNet5(config).eval(), (6,))


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(("size", "step"), [(4, 2), (5, 3), (1, 7), (28, 1)])
def test_occlusion_is_what_a_plain_loop_finds(preset: str, size: int, step: int) -> None:
    weights = load(preset)
    network = network_of(weights)

    def score(image: Array) -> float:
        with torch.inference_mode():
            output = network(torch.from_numpy(pad(image)[None, None]))
            return float(log_odds(network, output, (2,)))

    falls: list[list[list[float]]] = [[[] for _ in range(28)] for _ in range(28)]
    starts = [start for start in range(28) if start + size <= 28]
    places = [start for start in starts if start % step == 0 or start == starts[-1]]
    for top, left in itertools.product(places, places):
        hidden = IMAGE.copy()
        hidden[top : top + size, left : left + size] = 0
        fall = score(IMAGE) - score(hidden)
        for row, column in itertools.product(range(size), range(size)):
            falls[top + row][left + column].append(fall)
    expected = [[np.mean(some) if some else 0.0 for some in row] for row in falls]
    found = occlusion(weights.config, weights.parameters, IMAGE, size, step, (2,))
    assert found.picture.shape == (32, 32)
    slack = 1e-4 * max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(found.picture[2:-2, 2:-2], expected, atol=slack)
    assert not found.picture[:2].any()
    assert found.score == pytest.approx(score(IMAGE), abs=1e-3)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("explained", [occlusion, gradient_times_input])
def test_the_winning_digit_is_explained_with_what_is_held(
    preset: str, explained: Callable[..., object]
) -> None:
    weights = load(preset)
    holds = tuple(Hold("F6", number) for number in range(0, 84, 2))
    winner = Recognizer(weights).read(IMAGE, holds).digit
    found, named, free = (
        explained(weights.config, weights.parameters, IMAGE, **options)
        for options in ({"holds": holds}, {"holds": holds, "classes": (winner,)}, {})
    )
    assert found.classes == named.classes == (winner,)  # type: ignore[attr-defined]
    assert np.array_equal(found.picture, named.picture)  # type: ignore[attr-defined]
    assert not np.array_equal(found.picture, free.picture)  # type: ignore[attr-defined]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_blank_sheet_has_nothing_that_speaks_for_anything(preset: str) -> None:
    weights = load(preset)
    blank = np.zeros((28, 28), np.float32)
    assert not gradient_times_input(weights.config, weights.parameters, blank).picture.any()
    found = occlusion(weights.config, weights.parameters, blank).picture
    assert np.abs(found).max() < 1e-4  # the last digits of equal images in a batch


def test_an_enlarged_image_has_an_enlarged_picture() -> None:
    config = configuration(Conventions("tanh", "max", "unit", "resized"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        parameters = parameters_of(LeNet5(config))
    picture = occlusion(config, parameters, IMAGE, 28, 1, (2,)).picture
    assert np.ptp(picture) <= 1e-6  # one patch over all
    corner = np.zeros((28, 28), np.float32)
    corner[:4, :4] = 1.0
    picture = occlusion(config, parameters, corner, 4, 4, (2,)).picture
    assert np.abs(picture[:5, :5]).min() > 0
    assert np.abs(picture[6:, 6:]).max() <= 1e-5
    assert np.abs(picture).max() == pytest.approx(abs(picture[0, 0]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": 0},
        {"size": 29},
        {"step": 0},
        {"classes": (11,)},
        {"classes": (-1,)},
        {"classes": (1, 1)},
        {"classes": (1, 2, 3)},
    ],
    ids=str,
)
def test_what_there_is_not_is_refused(wrong: dict[str, object]) -> None:
    weights = load("lenet5-modern")
    with pytest.raises(ValueError, match=r"none of|not one class or two"):
        occlusion(weights.config, weights.parameters, IMAGE, **wrong)  # type: ignore[arg-type]
