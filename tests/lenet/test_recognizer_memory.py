"""A recognizer that nobody holds any more leaves no memory behind."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.values.models import MODEL_NAMES, Choice

CHANGES = 30
#: What so many changes may leave behind, in bytes: a network's parameters alone take 240,000.
LITTLE = 30_000
IMAGE = np.random.default_rng(1).random((28, 28), dtype=np.float32)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is freed without the garbage collector is freed at once."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def use(model: str) -> Recognizer:
    recognizer = Recognizer(load(model))
    recognizer.describe(Choice(1, model))
    recognizer.read(IMAGE)
    return recognizer


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("model", MODEL_NAMES)
def test_it_is_freed_with_its_last_reference(model: str) -> None:
    recognizer = use(model)
    parts = [
        weakref.ref(recognizer),
        weakref.ref(recognizer._pass),
        *(weakref.ref(array) for array in recognizer.weights.parameters.values()),
        weakref.ref(recognizer._pass._input),
    ]
    assert all(part() is not None for part in parts)
    reading = recognizer.read(IMAGE)
    del recognizer
    parameters = parts[2:-1]
    assert all(part() is not None for part in parameters)  # the reading says what it was read with
    del reading
    assert [part() for part in parts] == [None] * len(parts)


def test_changes_of_network_take_no_memory() -> None:
    def change(times: int) -> int:
        for number in range(times):
            use(MODEL_NAMES[number % len(MODEL_NAMES)])
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = change(len(MODEL_NAMES))  # with what is made once and kept
        after = change(CHANGES)
    finally:
        tracemalloc.stop()
    assert after - before < LITTLE
