"""What a unit looks for, as a plain loop finds it image by image; its field, by brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet import forward as passing
from lenetpad.lenet.best_patches import best_patches, field_on_input
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.forward import forward
from lenetpad.lenet.layers import layer_specs
from lenetpad.lenet.single_image import SingleImagePass
from lenetpad.lenet.weights import load
from lenetpad.storage import mnist, resources
from lenetpad.training.network import build, parameters_of
from lenetpad.values.best_patches import BestPatches, Patch
from lenetpad.values.explanation import Unit
from lenetpad.values.reading import ReadingError

UNITS = (
    Unit("input", 0, 12, 14),
    Unit("C1", 2, 11, 13),
    Unit("S2", 3, 6, 7),
    Unit("C3", 9, 4, 5),
    Unit("S4", 15, 2, 1),
    Unit("C5", 60, 0, 0),
    Unit("F6", 40, 0, 0),
    Unit("output", 3, 0, 0),
)


@pytest.fixture(scope="module")
def images() -> NDArray[np.uint8]:
    """200 digits of MNIST's test set."""
    return mnist.read().test_images[:200]


LABELS = np.arange(200, dtype=np.int64) % 10


def found_in(model: str, images: NDArray[np.uint8], unit: Unit, anywhere: bool) -> BestPatches:
    weights = load(model)
    *steps, found = best_patches(
        weights.config, weights.parameters, images, LABELS, unit, anywhere
    )
    assert steps == [50, 100, 150, 200]
    assert isinstance(found, BestPatches)
    return found


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.layer)
@pytest.mark.parametrize("anywhere", [False, True])
def test_it_is_what_a_plain_loop_finds(
    preset: str, unit: Unit, anywhere: bool, images: NDArray[np.uint8]
) -> None:
    weights = load(preset)
    reads = SingleImagePass(weights.config, weights.parameters)
    excitements, places = [], []
    for image in images:
        taps, _ = reads((image / 255).astype(np.float32))
        sums = taps.get(f"{unit.layer}.a", taps[unit.layer])
        plane = np.atleast_2d(sums[unit.map]).copy()
        if preset == "lenet5-1998" and unit.layer == "output":
            plane = -plane  # a small distance excites
        place = np.unravel_index(plane.argmax(), plane.shape)
        place = place if anywhere else (unit.row, unit.column)
        excitements.append(float(plane[place]))
        places.append(place)
    found = found_in(preset, images, unit, anywhere)
    assert (found.unit, found.anywhere, found.images) == (unit, anywhere, 200)
    slack = 1e-5 * max(1.0, np.abs(excitements).max())
    ordered = sorted(excitements)
    for patches, expected in ((found.most, ordered[::-1][:9]), (found.least, ordered[:9])):
        assert len({patch.index for patch in patches}) == 9
        for patch, excitement in zip(patches, expected, strict=True):
            assert abs(excitements[patch.index] - excitement) <= slack
            assert_is_of_the_image(patch, preset, images, unit, slack)
            if excitement > ordered[0] + slack and unit.layer not in ("input", "C1", "S2"):
                assert (patch.row, patch.column) == places[patch.index]


def assert_is_of_the_image(
    patch: Patch, preset: str, images: NDArray[np.uint8], unit: Unit, slack: float
) -> None:
    """The facts of a patch are those of its image, read again."""
    weights = load(preset)
    taps, _ = SingleImagePass(weights.config, weights.parameters)(
        (images[patch.index] / 255).astype(np.float32)
    )
    values = np.atleast_2d(taps[unit.layer][unit.map])
    sums = np.atleast_2d(taps.get(f"{unit.layer}.a", taps[unit.layer])[unit.map])
    assert patch.label == LABELS[patch.index]
    assert patch.value == pytest.approx(values[patch.row, patch.column], abs=slack)
    assert patch.weighted_sum == pytest.approx(sums[patch.row, patch.column], abs=slack)
    assert np.allclose(patch.input, taps["input"][0], atol=1e-6)
    assert not patch.input.flags.writeable


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.layer)
def test_the_field_is_all_that_changes_the_unit(unit: Unit) -> None:
    config, parameters = PRESETS["lenet5-1998"], parameters_of(build("lenet5-1998", 2))
    one = np.zeros((1024, 32, 32), np.float32)
    one.reshape(1024, 1024)[np.arange(1024), np.arange(1024)] = 8.0
    units = []
    for images in (one, np.zeros((1, 32, 32), np.float32)):
        taps: dict[str, NDArray[np.float32]] = {}
        forward(config, parameters, images, taps)
        values = taps[unit.layer][:, unit.map]
        units.append(values if values.ndim == 1 else values[:, unit.row, unit.column])
    changed = (units[0] != units[1]).reshape(32, 32)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    field = field_on_input(layer_specs(config), unit)
    top, left, height, width = field.top, field.left, field.height, field.width
    assert (top, left) == (rows[0], columns[0])
    assert (top + height, left + width) == (rows[-1] + 1, columns[-1] + 1)


def test_images_come_with_what_the_unit_sees_of_them(images: NDArray[np.uint8]) -> None:
    found = found_in("lenet5-modern", images, Unit("C3", 2, 3, 4), anywhere=False)
    for patch in found.most + found.least:
        assert (patch.top, patch.left, patch.height, patch.width) == (6, 8, 14, 14)


def test_units_that_saturate_are_ordered_by_their_sums(images: NDArray[np.uint8]) -> None:
    """A ReLU that is 0 for most images: those that do least are those with the lowest sums."""
    found = found_in("lenet5-modern", images, Unit("F6", 5, 0, 0), anywhere=False)
    assert {patch.value for patch in found.least} == {0.0}
    sums = [patch.weighted_sum for patch in found.least]
    assert sums == sorted(sums)
    assert len(set(sums)) == 9


def test_of_equal_images_the_first_comes_first() -> None:
    image = (255 * draw(read_ink(resources.path("ink/samples.jsonl"))[0].ink)).astype(np.uint8)
    found = found_in("lenet5-1998", np.repeat(image[None], 200, axis=0), UNITS[2], anywhere=True)
    assert [patch.index for patch in found.most] == list(range(9))
    assert [patch.index for patch in found.least] == list(range(9))


@pytest.mark.parametrize("n", [0, 4])
def test_of_few_images_there_are_few(n: int, images: NDArray[np.uint8]) -> None:
    weights = load("lenet5-study")
    *_, found = best_patches(weights.config, weights.parameters, images[:n], LABELS, UNITS[3])
    assert isinstance(found, BestPatches)
    assert len(found.most) == len(found.least) == found.images == n


def test_no_layer_after_the_units_is_computed(
    images: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the output was computed")

    monkeypatch.setattr(passing, "_output", fail)
    monkeypatch.setattr(passing, "_connected", fail)
    found_in("lenet5-1998", images, Unit("C5", 1, 0, 0), anywhere=False)
    with pytest.raises(AssertionError):
        found_in("lenet5-1998", images, Unit("F6", 1, 0, 0), anywhere=False)


@pytest.mark.parametrize(
    "unit", [Unit("C2", 0, 0, 0), Unit("C1", 6, 0, 0), Unit("C1", 0, 28, 0), Unit("F6", 0, 0, 1)]
)
def test_a_unit_that_there_is_not_is_refused(unit: Unit, images: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="there is no Unit"):
        found_in("lenet5-1998", images, unit, anywhere=False)


def test_weights_that_give_no_numbers_are_an_error(images: NDArray[np.uint8]) -> None:
    weights = load("lenet5-modern")
    broken = dict(weights.parameters)
    broken["c1.weight"] = broken["c1.weight"] * np.float32(1e38)
    with pytest.raises(ReadingError, match="no numbers"):
        list(best_patches(weights.config, broken, images, LABELS, UNITS[3]))


def test_the_input_is_shown_as_the_network_has_it(images: NDArray[np.uint8]) -> None:
    weights = load("lenet5-modern")
    config = replace(weights.config, padding="zero")
    *_, found = best_patches(config, weights.parameters, images, LABELS, UNITS[1])
    assert isinstance(found, BestPatches)
    assert not found.most[0].input[:2].any()  # a frame of zeros around paper at -1
    shown = pad(images[found.most[0].index].astype(np.float32) / 255)[2:-2, 2:-2]
    np.testing.assert_allclose(found.most[0].input[2:-2, 2:-2], 2 * shown - 1, atol=1e-6)
