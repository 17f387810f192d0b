"""The weights of numbers: the file that ships, and files that are damaged."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lenetpad.ink.candidates import GEOMETRY
from lenetpad.lenet.number_reader import number_weights_of
from lenetpad.lenet.number_weights import (
    ACCEPTANCE,
    RECOGNITION,
    SHIPPED,
    Digits,
    NumberWeights,
    NumberWeightsFile,
    acceptance_of,
    entry_of,
    read_weights,
    recognition_of,
    shipped,
)
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError
from lenetpad.values.models import PRESET_NAMES


def test_what_is_of_a_preset_is_for_its_networks_that_refuse(tmp_path: Path) -> None:
    import msgspec

    def weights(value: float) -> NumberWeights:
        return NumberWeights(
            *(np.full(len(names), value) for names in (GEOMETRY, RECOGNITION, ACCEPTANCE))
        )

    path, (any_one, without, own) = (
        tmp_path / "numbers.json",
        map(entry_of, map(weights, (1, 2, 3))),
    )
    file = NumberWeightsFile(any_one, without, {"lenet5-study": own})
    path.write_bytes(msgspec.json.encode(file))
    for preset, refusing, wanted in (
        ("lenet5-study", True, 3),
        ("lenet5-study", False, 2),
        ("lenet5-modern", True, 1),
        ("", True, 1),
    ):
        assert read_weights(path, refusing=refusing, preset=preset).acceptance[0] == wanted


@pytest.mark.parametrize("name", PRESET_NAMES)
def test_each_preset_that_ships_has_weights_of_its_own(name: str) -> None:
    found, of_any = load(name).config, shipped(refusing=True)
    assert not np.array_equal(number_weights_of(found).acceptance, of_any.acceptance)
    without = number_weights_of(replace(found, rubbish=None))
    assert np.array_equal(without.acceptance, shipped(refusing=False).acceptance)


@pytest.mark.parametrize("refusing", [True, False])
def test_what_ships_has_a_weight_for_each_feature(refusing: bool) -> None:
    weights = shipped(refusing=refusing)
    assert len(weights.geometry) == len(GEOMETRY)
    assert len(weights.recognition) == len(RECOGNITION)
    assert len(weights.acceptance) == len(ACCEPTANCE)


def test_what_ships_says_what_it_was_learnt_from() -> None:
    made = json.loads(resources.path(SHIPPED).read_text(encoding="utf-8"))["made"]
    assert made["seed"] == 1
    assert all(len(one["sha256"]) == 64 and one["licence"] for one in made["data"])


def test_weights_that_are_written_are_read_again(tmp_path: Path) -> None:
    import msgspec

    rng = np.random.default_rng(1)
    one, other = (
        NumberWeights(
            *(
                rng.normal(size=len(names)).round(3)
                for names in (GEOMETRY, RECOGNITION, ACCEPTANCE)
            )
        )
        for _ in range(2)
    )
    path = tmp_path / "numbers.json"
    path.write_bytes(msgspec.json.encode(NumberWeightsFile(entry_of(one), entry_of(other))))
    for weights, refusing in ((one, True), (other, False)):
        found = read_weights(path, refusing=refusing)
        for name in ("geometry", "recognition", "acceptance"):
            np.testing.assert_allclose(getattr(found, name), getattr(weights, name))


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file["without"]["geometry"].pop("low"),
        lambda file: file["without"]["geometry"].update(other=1.0),
        lambda file: file["without"]["geometry"].update(low="much"),
        lambda file: file.pop("without"),
    ],
)
def test_a_damaged_file_is_refused_in_one_line(damage: object, tmp_path: Path) -> None:
    file = json.loads(resources.path(SHIPPED).read_text(encoding="utf-8"))
    damage(file)  # type: ignore[operator]
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_weights(path, refusing=False)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) <= 300


def test_what_the_network_says_is_measured() -> None:
    """Three candidates: a sure 1 that is slim, what is no digit, and a low 0."""
    posteriors = np.zeros((3, 11), np.float32)
    posteriors[0, [1, 10]] = 0.99, 0.01
    posteriors[1, [4, 10]] = 0.1, 0.9
    posteriors[2, [0, 10]] = 0.5, 0.5
    geometry = np.zeros((3, len(GEOMETRY)))
    geometry[:, GEOMETRY.index("width")] = 0.2
    geometry[2, GEOMETRY.index("low")] = 0.4
    found = dict(zip(RECOGNITION, recognition_of(posteriors, geometry).T.tolist(), strict=True))
    assert found["surprise"] == pytest.approx(
        [-np.log(0.99), -np.log(0.1), -np.log(0.5)], rel=1e-4
    )
    assert found["confidence"] == pytest.approx(
        [-np.log(0.01), -np.log(0.9), -np.log(0.5)], rel=1e-3
    )
    assert found["no digit"] == pytest.approx([0.01, 0.9, 0.5], rel=1e-4)
    assert found["refused"] == [0.0, 1.0, 0.0]
    assert found["1"] == [1.0, 0.0, 0.0]
    assert found["width of a 1"] == pytest.approx([0.2, 0.0, 0.0])
    assert found["small 0"] == [0.0, 0.0, 1.0]
    assert found["small 1"] == [0.0, 0.0, 0.0]


def ones(**geometry: list[float]) -> dict[str, float]:
    """What ACCEPTANCE names of two 1s, of which a network takes the first one for no digit, and
    of all of it together; with this geometry of the three."""
    posteriors = np.zeros((3, 11), np.float32)
    posteriors[:, 1], posteriors[:, 10] = (0.1, 0.9, 0.2), (0.9, 0.1, 0.8)
    values = np.zeros((3, len(GEOMETRY)))
    for name, column in geometry.items():
        values[:, GEOMETRY.index(name.replace("_", " "))] = column
    boxes = np.array([[0.0, 0.0, 0.5, 1.0], [0.6, 0.0, 0.7, 1.0], [0.0, 0.0, 0.7, 1.0]])
    found = acceptance_of(Digits(boxes, np.zeros(3), posteriors, values)).tolist()
    return dict(zip(ACCEPTANCE, found, strict=True))


def test_that_a_one_with_a_long_flag_is_no_digit_counts_for_little() -> None:
    plain, flagged = ones(), ones(flagged=[1.0, 0.0, 0.0])
    assert plain["worst no digit"] == pytest.approx(0.9)
    assert flagged["worst no digit"] == pytest.approx(0.1)
    assert plain["worst odds"] == pytest.approx(np.log(9), rel=1e-3)
    assert flagged["worst odds"] == 0.0
    assert flagged["mean no digit"] == pytest.approx(0.05)
    assert flagged["whole no digit"] == plain["whole no digit"] == pytest.approx(0.8)


def test_ones_that_meet_and_lean_differently_lean_apart() -> None:
    """As the strokes of a W and an N do."""
    near = [0.5, 0.0, 0.0]
    assert ones(backward=[0.3, 0.0, 0.0], near_after=near)["leaning apart"] == pytest.approx(0.15)
    assert ones(backward=[0.3, 0.3, 0.0], near_after=near)["leaning apart"] == 0.0
    assert ones(backward=[0.3, 0.0, 0.0])["leaning apart"] == 0.0
