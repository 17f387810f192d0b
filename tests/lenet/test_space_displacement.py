from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.space_displacement import line_of, slide
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.values.arrays import Parameters
from lenetpad.values.models import MODEL_NAMES
from lenetpad.values.space_displacement import BLANK, STRIDES

Array = NDArray[np.float32]


def line(width: int = 150) -> Array:
    """Digits beside each other, and in the end nothing for more than a window."""
    drawings = read_ink(resources.path("ink/samples.jsonl"))
    image = np.zeros((32, width), np.float32)
    for nth, left in enumerate(range(3, width - 28 - 40, 17)):
        place = image[2:30, left : left + 28]
        np.maximum(place, draw(drawings[3 * nth].ink), out=place)
    return image


def alone(
    config: LeNet5Config, parameters: Parameters, image: Array, stride: int
) -> tuple[Array, Array]:
    """F6 and posteriors, each window of 32×32 cut out and read by itself."""
    f6, posteriors = [], []
    for left in range(0, image.shape[1] - 31, stride):
        taps: dict[str, Array] = {}
        output = forward(config, parameters, image[None, :, left : left + 32].copy(), taps)
        f6.append(taps["F6"][0])
        posteriors.append(np.exp(log_posteriors(config, output))[0])
    return np.array(f6), np.array(posteriors)


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("model", MODEL_NAMES)
def test_columns_are_what_single_windows_give(model: str, stride: int) -> None:
    weights, image = load(model), line()
    reading = slide(weights.config, weights.parameters, image, stride)
    f6, posteriors = alone(weights.config, weights.parameters, image, stride)
    assert reading.starts == tuple(range(0, 150 - 31, stride))
    inked = [image[:, left : left + 32].any() for left in reading.starts]
    assert not all(inked)
    assert np.abs(reading.f6 - f6).max() < 1e-4
    found = reading.posteriors[inked, : posteriors.shape[1]]
    assert np.abs(found - posteriors[inked]).max() < 1e-4
    assert reading.posteriors.shape == (len(f6), 11)


@pytest.mark.parametrize("padding", ["zero", "resized"])
def test_windows_of_networks_with_another_frame_have_it(padding: str) -> None:
    weights, image = load("lenet5-modern"), line(100)
    config = replace(weights.config, padding=padding)
    reading = slide(config, weights.parameters, image, 2)
    assert np.abs(reading.f6 - alone(config, weights.parameters, image, 2)[0]).max() < 1e-4


@pytest.mark.parametrize("width", range(32, 41))
def test_a_line_of_any_width_has_all_of_its_windows(width: int) -> None:
    weights, image = load("lenet5-1998"), line()[:, 20 : 20 + width]
    for stride in STRIDES:
        reading = slide(weights.config, weights.parameters, image, stride)
        f6, _ = alone(weights.config, weights.parameters, image, stride)
        assert np.abs(reading.f6 - f6).max() < 1e-4


@pytest.mark.parametrize("model", ["lenet5-1998", "lenet5-modern-paper"])
def test_a_window_without_ink_is_blank(model: str) -> None:
    """Also for a network that has no such class, as a blank sheet has no digit."""
    weights = load(model)
    reading = slide(weights.config, weights.parameters, np.zeros((32, 80), np.float32), 4)
    assert (reading.posteriors[:, BLANK] == 1).all()
    assert reading.posteriors.sum() == len(reading.starts)
    assert set(reading.raw) == {None}
    assert reading.answer == ""


def test_what_cannot_be_slid_over_is_refused() -> None:
    weights = load("lenet5-1998")
    with pytest.raises(ValueError, match="not 3"):
        slide(weights.config, weights.parameters, line(), 3)
    for shape in ((28, 40), (32, 31)):
        with pytest.raises(ValueError, match="wider"):
            slide(weights.config, weights.parameters, np.zeros(shape, np.float32), 4)


def test_the_arrays_of_a_reading_are_read_only() -> None:
    weights, image = load("lenet5-1998"), line()
    reading = slide(weights.config, weights.parameters, image)
    assert image.flags.writeable
    for array in (reading.line, reading.f6, reading.posteriors):
        assert not array.flags.writeable


def test_a_picture_on_the_sheet_is_a_line_with_paper_beside_it() -> None:
    """The digit of a single picture is as it would be alone, in one of the windows."""
    drawing = read_ink(resources.path("ink/samples.jsonl"))[5]
    picture = draw(drawing.ink)
    found = line_of(Sheet(picture=picture))
    assert found.shape[0] == 32
    middle = (found.shape[1] - 32) // 2
    assert np.array_equal(found[2:30, middle + 2 : middle + 30], picture)
    assert found.sum() == picture.sum()
    assert found.shape[1] % 4 == 0
