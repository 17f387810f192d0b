"""What differs between two readings, against NumPy's plain arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import load
from lenetpad.values.comparison import (
    Side,
    UnitChange,
    common_layers,
    differences,
    most_changed,
)
from lenetpad.values.explanation import Unit
from lenetpad.values.models import Choice
from lenetpad.values.reading import Reading

MODEL = "lenet5-1998"


def side(reading: Reading, recognizer: Recognizer) -> Side:
    return Side("", recognizer.describe(Choice(1, MODEL)), reading)


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer(load(MODEL))


@pytest.fixture
def first(recognizer: Recognizer) -> Side:
    image = np.zeros((28, 28), np.float32)
    image[5:24, 13:16] = 1
    return side(recognizer.read(image), recognizer)


@pytest.fixture
def second(recognizer: Recognizer) -> Side:
    image = np.zeros((28, 28), np.float32)
    image[5:24, 13:16] = 1
    image[5:8, 6:16] = 1
    return side(recognizer.read(image), recognizer)


def changed(first: Side, **units: dict[tuple[int, ...], float]) -> Side:
    """The same reading with some units' values moved by so much."""
    taps = {name: np.array(values) for name, values in first.reading.taps.items()}
    for layer, moves in units.items():
        for place, by in moves.items():
            taps[layer][place] += by
    return replace(first, reading=replace(first.reading, taps=taps))


def test_differences_are_the_second_less_the_first(first: Side, second: Side) -> None:
    found = differences(first, second)
    assert list(found) == ["input", "C1", "S2", "C3", "S4", "C5", "F6"]
    for name, values in found.items():
        wanted = np.subtract(second.reading.taps[name], first.reading.taps[name])
        np.testing.assert_array_equal(values, wanted)
    assert np.abs(found["F6"]).max() > 0.1


def test_units_are_ordered_by_their_layers_range(first: Side) -> None:
    low = first.model.layer("C3").high
    second = changed(
        first,
        C1={(2, 3, 4): 0.5 * low, (2, 3, 5): 0.4 * low},
        C3={(7, 1, 2): -0.9 * low},
        C5={(100,): 0.7 * low},
        input={(0, 0, 0): 9.0},
    )
    found = most_changed(first, second, 10)
    assert [change.unit for change in found] == [
        Unit("C3", 7, 1, 2),
        Unit("C5", 100),
        Unit("C1", 2, 3, 4),  # and not its neighbour
    ]
    strongest = found[0]
    assert strongest.first == first.reading.taps["C3"][7, 1, 2]
    assert strongest.second == pytest.approx(strongest.first - 0.9 * low, abs=1e-6)
    assert strongest.difference == pytest.approx(-0.9 * low, abs=1e-6)


def test_the_strongest_of_two_drawings_is_the_largest_of_all(first: Side, second: Side) -> None:
    found = most_changed(first, second, 1)[0]
    largest = max(
        (float(np.abs(values).max()) / first.model.layer(name).high, name)
        for name, values in differences(first, second).items()
        if name != "input"
    )
    assert found.unit.layer == largest[1]
    assert abs(found.difference) / first.model.layer(largest[1]).high == pytest.approx(largest[0])


def test_the_same_reading_has_no_changes(first: Side) -> None:
    assert most_changed(first, first, 10) == ()


def test_a_layer_of_another_size_is_not_compared(first: Side) -> None:
    layers = tuple(
        replace(layer, maps=8) if layer.name == "C1" else layer for layer in first.model.layers
    )
    other = replace(first.model, layers=layers)
    assert common_layers(first.model, other) == ("input", "S2", "C3", "S4", "C5", "F6")


def test_a_change_keeps_both_numbers() -> None:
    assert UnitChange(Unit("F6", 3), -0.5, 1.0).difference == 1.5
