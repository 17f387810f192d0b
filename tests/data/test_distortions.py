from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from lenetpad.data.distortions import distorted, padded
from lenetpad.values.recipes import Distortions

NONE = Distortions(rotation=0, scaling=0, squeezing=0, shearing=0, translation=0)
ROTATION, SCALING, SQUEEZING, SHEARING, SHIFT_X, SHIFT_Y = range(6)
Draw = Callable[[dict[int, float]], None]


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Draw:
    """Fixes what each image draws, in ±1 of each distortion's limit; the rest draw 0."""

    def fix(drawn: dict[int, float]) -> None:
        def rand(rows: int, n: int, **_: object) -> Tensor:
            spread = torch.zeros(rows, n)
            for row, value in drawn.items():
                spread[row] = value
            return (spread + 1) / 2

        monkeypatch.setattr(torch, "rand", rand)

    return fix


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def noise(n: int = 4) -> Tensor:
    return torch.randint(0, 256, (n, 28, 28), generator=generator(1), dtype=torch.uint8)


def block(top: int, left: int, height: int, width: int, n: int = 1) -> Tensor:
    images = torch.zeros(n, 28, 28, dtype=torch.uint8)
    images[:, top : top + height, left : left + width] = 255
    return images


def centre(image: Tensor) -> tuple[float, float]:
    """Centre of mass (x, y) of (1, 32, 32), in pixels from its middle."""
    at = torch.arange(32) - 15.5
    total = image.sum()
    x, y = (image[0].sum(dim=0) * at).sum() / total, (image[0].sum(dim=1) * at).sum() / total
    return x.item(), y.item()


def extent(image: Tensor) -> tuple[float, float]:
    """Width and height of a block, from its spread in (1, 32, 32)."""
    at = torch.arange(32) - 15.5
    x, y = centre(image)
    columns, rows = image[0].sum(dim=0), image[0].sum(dim=1)
    variances = (
        (columns * (at - x) ** 2).sum() / columns.sum(),
        (rows * (at - y) ** 2).sum() / rows.sum(),
    )
    return math.sqrt(12 * variances[0].item()), math.sqrt(12 * variances[1].item())


def test_padding_puts_the_image_in_the_middle() -> None:
    images = noise()
    result = padded(images)
    assert result.shape == (4, 1, 32, 32)
    assert torch.equal(result[:, 0, 2:30, 2:30], images.float() / 255)
    assert result.sum().item() == pytest.approx((images.float() / 255).sum().item(), rel=1e-5)


def test_no_distortion_is_the_padded_image() -> None:
    result = distorted(noise(), NONE, generator())
    assert torch.allclose(result, padded(noise()), atol=1e-4)


@pytest.mark.parametrize(("right", "down"), [(1, 0), (-1, 0), (0, 1), (0, -1), (1, -1)])
def test_a_translation_of_whole_pixels_moves_the_image(draw: Draw, right: int, down: int) -> None:
    draw({SHIFT_X: -right, SHIFT_Y: -down})
    moved = distorted(noise(), Distortions(0, 0, 0, 0, translation=2), generator())
    expected = torch.roll(padded(noise()), (2 * down, 2 * right), dims=(2, 3))
    assert torch.allclose(moved, expected, atol=1e-4)


def test_each_image_is_distorted_by_itself() -> None:
    images = block(8, 10, 12, 6, n=5)
    result = distorted(images, Distortions(), generator())
    differences = (result[:, None] - result[None]).abs().amax(dim=(2, 3, 4))
    assert bool((differences + torch.eye(5) > 0.05).all())


def test_an_image_does_not_touch_its_neighbours() -> None:
    images = noise()
    changed = images.clone()
    changed[2] = 0
    first, second = (distorted(i, Distortions(), generator()) for i in (images, changed))
    assert not torch.equal(first[2], second[2])
    assert torch.equal(first[[0, 1, 3]], second[[0, 1, 3]])


@pytest.mark.parametrize("size", [1.0, 3.0])
def test_values_stay_between_paper_and_ink(size: float) -> None:
    how = Distortions(12 * size, 0.12 * size, 0.12 * size, 0.25 * size, 2 * size)
    images = torch.cat([noise(64), torch.full((8, 28, 28), 255, dtype=torch.uint8)])
    result = distorted(images, how, generator())
    assert result.shape == (72, 1, 32, 32)
    assert result.dtype == torch.float32
    assert 0 <= result.min().item() <= result.max().item() <= 1 + 1e-5


def test_a_seed_decides_the_distortions() -> None:
    first, same, other = (distorted(noise(), Distortions(), generator(s)) for s in (3, 3, 4))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_the_next_batch_is_distorted_otherwise() -> None:
    source = generator()
    first, second = (distorted(noise(), Distortions(), source) for _ in range(2))
    assert not torch.equal(first, second)


@pytest.mark.parametrize("drawn", [1.0, -1.0])
def test_squeezing_keeps_the_area(draw: Draw, drawn: float) -> None:
    draw({SQUEEZING: drawn})
    images = block(8, 8, 12, 12)
    result = distorted(
        images, Distortions(0, 0, squeezing=0.2, shearing=0, translation=0), generator()
    )
    assert result.sum().item() == pytest.approx(144, rel=0.04)
    width, height = extent(result[0])
    assert width / height == pytest.approx(math.exp(-0.4 * drawn), rel=0.03)
    assert width * height == pytest.approx(144, rel=0.04)


@pytest.mark.parametrize("drawn", [1.0, -1.0])
def test_scaling_keeps_the_proportions(draw: Draw, drawn: float) -> None:
    draw({SCALING: drawn})
    result = distorted(block(8, 8, 12, 12), Distortions(0, 0.2, 0, 0, 0), generator())
    width, height = extent(result[0])
    assert width == pytest.approx(12 * math.exp(-0.2 * drawn), rel=0.03)
    assert height == pytest.approx(width, rel=0.01)


@pytest.mark.parametrize("drawn", [1.0, -1.0])
def test_shearing_slants_upright_lines_only(draw: Draw, drawn: float) -> None:
    draw({SHEARING: drawn})
    upright, level = block(4, 13, 20, 2), block(13, 4, 2, 20)
    how = Distortions(0, 0, 0, shearing=0.25, translation=0)
    result = distorted(torch.cat([upright, level]), how, generator())
    top, bottom = (result[0].clone() for _ in range(2))
    top[:, 9:] = 0
    bottom[:, :23] = 0
    slant = (centre(bottom)[0] - centre(top)[0]) / (centre(bottom)[1] - centre(top)[1])
    assert slant == pytest.approx(-0.25 * drawn, abs=0.02)
    assert extent(result[1])[1] < 3


@pytest.mark.parametrize("drawn", [1.0, -1.0])
def test_rotation_turns_about_the_middle(draw: Draw, drawn: float) -> None:
    draw({ROTATION: drawn})
    dots = torch.cat([block(13, 22, 2, 2), block(22, 13, 2, 2)])  # right and below
    result = distorted(dots, Distortions(90, 0, 0, 0, 0), generator())
    (right_x, right_y), (below_x, below_y) = centre(result[0]), centre(result[1])
    assert (right_x, right_y) == pytest.approx((0, -9 * drawn), abs=0.05)
    assert (below_x, below_y) == pytest.approx((9 * drawn, 0), abs=0.05)


def test_distortions_go_both_ways_as_far_as_they_may_and_no_further() -> None:
    images = block(13, 13, 2, 2, n=400)
    result = distorted(images, Distortions(0, 0, 0, 0, translation=3), generator())
    shifts = torch.tensor([centre(image) for image in result])
    assert shifts.abs().max().item() <= 3.01
    assert bool((shifts.amax(dim=0) > 2.5).all())
    assert bool((shifts.amin(dim=0) < -2.5).all())
    assert shifts.mean(dim=0).abs().max().item() < 0.3


def line_places(size: float, n: int) -> Tensor:
    """Where an upright line lies in each row, (n, rows), after an elastic deformation."""
    images = block(0, 13, 28, 2, n=n)
    rows = distorted(images, replace(NONE, elastic=size), generator())[:, 0, 6:26]
    return (rows * torch.arange(32)).sum(dim=2) / rows.sum(dim=2) - 15.5


@pytest.mark.parametrize("size", [0.5, 1.0])
def test_elastic_moves_by_its_size(size: float) -> None:
    """At the node in the middle; in between, interpolation makes it less."""
    places = line_places(size, 600)[:, 9:11].mean(dim=1)
    assert places.std().item() == pytest.approx(size, rel=0.15)
    assert places.mean().item() == pytest.approx(0, abs=0.15)


def test_elastic_is_smooth() -> None:
    assert line_places(1.0, 100).diff(dim=1).abs().max().item() < 1.0


def test_thickness_goes_both_ways_and_within_its_bounds() -> None:
    images = block(6, 12, 16, 4, n=200)
    result = distorted(images, replace(NONE, thickness=0.8), generator())
    original = padded(images)
    widths = result[:, 0, 16].sum(dim=1)
    assert widths.min().item() == pytest.approx(4 - 2 * 0.8, abs=0.1)
    assert widths.max().item() == pytest.approx(4 + 2 * 0.8, abs=0.1)
    thicker = result.flatten(1).sum(dim=1) > original.flatten(1).sum(dim=1)
    assert (result[thicker] >= original[thicker] - 1e-4).all()
    assert (result[~thicker] <= original[~thicker] + 1e-4).all()
    assert 60 < int(thicker.sum()) < 140
