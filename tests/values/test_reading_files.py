"""A reading as arrays and as JSON, read back by other means than those that wrote it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lenetpad.values.models import Choice, ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.reading_files import activations_npz, reading_json
from lenetpad.values.segmentation import Candidate, Kind, Path, Piece, Segmentation


def a_number() -> Segmentation:
    """A graph of two pieces that reads 47."""
    candidates = []
    for place, digit in enumerate((4, 7)):
        probabilities = np.full(10, 0.02, np.float32)
        probabilities[digit] = 0.8
        box = (100.0 * place, 0.0, 100.0 * place + 80, 200.0)
        image = np.zeros((28, 28), np.float32)
        one = Candidate(place, place + 1, box, image, probabilities, 0.02, 1.0, 0.5)
        candidates.append(one)
    pieces = tuple(Piece(n, 0, 5, one.box) for n, one in enumerate(candidates))
    return Segmentation(pieces, tuple(candidates), (Path((0, 1), 3.0),), Kind.NUMBER)


def test_the_arrays_are_the_taps(reading: Callable[..., Reading]) -> None:
    made = reading(seed=4)
    with np.load(io.BytesIO(activations_npz(made))) as archive:
        assert set(archive.files) == set(made.taps)
        for name, values in made.taps.items():
            assert archive[name].dtype == np.float32
            np.testing.assert_array_equal(archive[name], values)


def test_a_digit_as_json(
    reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> None:
    said = json.loads(reading_json(reading(digit=7), model(), "1.2.3"))
    assert (said["format"], said["version"], said["program"]) == ("lenetpad reading", 1, "1.2.3")
    assert said["kind"] == "digit"
    shown = said["shown"]
    assert shown["digit"] == 7
    assert not shown["rejected"]
    assert shown["probabilities"][7] == shown["probability"] == 0.9
    assert len(shown["probabilities"]) == len(shown["distances"]) == 10
    assert abs(sum(shown["probabilities"]) + shown["no_digit"] - 1) < 1e-5
    assert said["network"]["name"] == "lenet5-1998"
    assert said["network"]["test_error_percent"] == 0.65


def test_a_number_as_json(
    reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> None:
    said = json.loads(reading_json(reading(4, segmentation=a_number()), model(), "1"))
    assert (said["kind"], said["number"]) == ("number", "47")
    assert [one["digit"] for one in said["digits"]] == [4, 7]
    assert [one["box"] for one in said["digits"]] == [[0, 0, 80, 200], [100, 0, 180, 200]]


def test_a_blank_sheet_as_json(
    reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> None:
    blank = replace(reading(), digit=None, probabilities=np.zeros(10, np.float32), no_digit=0.0)
    said = json.loads(reading_json(blank, model(), "1"))
    assert said["kind"] == "blank"
    assert said["shown"] is None


def test_weights_of_the_users_own_are_called_nothing_else(
    reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> None:
    ready = model(Choice(1, "/home/ann/secret/mine.pth"), model="mine.pth")
    written = reading_json(reading(), ready, "1").decode()
    assert "own file (.pth)" in written
    assert "ann" not in written
    assert "mine" not in written
