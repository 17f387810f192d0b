"""Makes a round of the drill: what a network reads of patterns that networks misread.

It is NumPy, on the CPU, for every network and device: no torch is imported.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Annotated, Final

import msgspec
import numpy as np

from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.storage import mnist, resources
from lenetpad.storage.decoding import json_object
from lenetpad.values.drill import ROUND, DrillRequest, Exercise, Patterns, Round
from lenetpad.values.evaluation import NO_DIGIT

#: Made by packaging/make_hard_patterns.py.
HARD: Final = "drill/hard.json"


class _Hard(msgspec.Struct):
    """The places of the hardest images in MNIST's test set."""

    mnist_test: Annotated[
        list[Annotated[int, msgspec.Meta(ge=0, lt=10_000)]], msgspec.Meta(min_length=ROUND)
    ]


def make_round(request: DrillRequest) -> Round:
    """A round as it is asked for.

    Raises InputError where what ships is damaged, WeightsError, or ReadingError for a network that
    gives no numbers.
    """
    patterns = request.patterns if request.patterns is not None else hardest()
    random = np.random.default_rng(request.seed)
    count = min(ROUND, len(patterns.labels))
    chosen = random.choice(len(patterns.labels), size=count, replace=False)
    weights = load(request.choice.model, request.choice.conventions)
    if request.parameters is not None:
        weights = replace(weights, parameters=request.parameters)
    recognizer = Recognizer(weights)
    return Round(tuple(_exercise(recognizer, patterns, int(place)) for place in chosen))


@lru_cache(maxsize=1)
def hardest() -> Patterns:
    """MNIST's hardest test images: those that most shipped networks misread. Kept, 160 KB."""
    places = json_object(resources.path(HARD), _Hard).mnist_test
    arrays = mnist.read()
    images, labels = arrays.test_images[places], arrays.test_labels[places].astype(np.int64)
    for array in (images, labels):
        array.flags.writeable = False
    return Patterns(images, labels)


def _exercise(recognizer: Recognizer, patterns: Patterns, place: int) -> Exercise:
    image = patterns.images[place]
    reading = recognizer.read(image.astype(np.float32) / np.float32(255))
    rejected = reading.refused or reading.digit is None
    answer = NO_DIGIT if rejected or reading.digit is None else reading.digit
    probability = reading.no_digit if rejected else reading.probability
    return Exercise(image, int(patterns.labels[place]), answer, float(probability or 0.0))
