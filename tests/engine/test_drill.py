"""Rounds of the drill: which patterns, and what the network reads of them."""

from __future__ import annotations

import numpy as np

from lenetpad.data.labelled import Labelled
from lenetpad.engine.drill import hardest, make_round
from lenetpad.ink.files import Drawing
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.weights import load
from lenetpad.values.drill import ROUND, DrillRequest, Patterns
from lenetpad.values.evaluation import NO_DIGIT
from lenetpad.values.models import MODEL_NAMES, Choice

MODEL = Choice(1, "lenet5-modern")


def logarithms(name: str, images: np.ndarray) -> np.ndarray:
    """What a network says of images, all at once."""
    weights = load(name)
    inputs = pad(images.astype(np.float32) / np.float32(255))
    return log_posteriors(weights.config, forward(weights.config, weights.parameters, inputs))


def test_what_ships_is_misread(mnist: tuple[Labelled, Labelled]) -> None:
    hard = hardest()
    places = [int(np.flatnonzero((mnist[1].images == one).all((1, 2)))[0]) for one in hard.images]
    assert len(set(places)) == len(places) >= 10 * ROUND
    assert (mnist[1].labels[places] == hard.labels).all()
    wrong = np.zeros(len(places), int)
    for name in MODEL_NAMES:
        wrong += logarithms(name, hard.images)[:, :10].argmax(1) != hard.labels
    assert (wrong > 0).all()
    assert wrong[:20].min() >= wrong[-20:].max(), "the hardest do not come first"


def test_a_round_says_what_the_network_reads(samples: list[Drawing]) -> None:
    chosen = [drawing for drawing in samples if isinstance(drawing.label, int)][:12]
    images = np.stack([np.round(255 * draw(one.ink)).astype(np.uint8) for one in chosen])
    images[3] = 255 * (np.indices((28, 28)).sum(0) % 2)  # no digit
    labels = np.array([one.label for one in chosen], np.int64)
    labels[3] = NO_DIGIT
    drill = make_round(DrillRequest(5, MODEL, patterns=Patterns(images, labels)))
    assert len(drill.exercises) == ROUND
    shown = [int(np.flatnonzero((images == one.image).all((1, 2)))[0]) for one in drill.exercises]
    assert len(set(shown)) == ROUND
    expected = logarithms(MODEL.model, images)
    for place, one in zip(shown, drill.exercises, strict=True):
        assert one.label == labels[place]
        best = int(expected[place].argmax())
        assert one.answer == best
        assert np.isclose(one.probability, np.exp(expected[place, best]), atol=1e-4)


def test_rounds_differ_by_their_seeds() -> None:
    first, again, other = (make_round(DrillRequest(seed, MODEL)) for seed in (1, 1, 2))
    labels = [[one.image.tobytes() for one in drill.exercises] for drill in (first, again, other)]
    assert labels[0] == labels[1] != labels[2]


def test_parameters_stand_in_place_of_the_file_s(samples: list[Drawing]) -> None:
    parameters = {name: np.array(value) for name, value in load(MODEL.model).parameters.items()}
    parameters["output.bias"] = np.where(np.arange(10) == 6, 1e4, 0).astype(np.float32)
    drill = make_round(DrillRequest(1, MODEL, parameters))
    assert {one.answer for one in drill.exercises} == {6}
