"""Pictures of several digits: they are counted, and strokes of one digit are not."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenetpad.ink.files import read_counted
from lenetpad.ink.pictures import counted
from lenetpad.storage import resources
from lenetpad.tools.bench.pictures import sample_digits
from lenetpad.tools.bench.scenes import make_pictures
from tests.ink.test_pictures import file_of, on_paper


def digits_in(grey: np.ndarray) -> int:
    return read_counted(file_of(Image.fromarray(grey))).digits


def page(
    lines: int, columns: int, height: int, rng: np.random.Generator, apart: float = 1.2
) -> np.ndarray:
    """Digits of the sample ink in lines, each of another height and a little up or down."""
    samples, across, down = sample_digits(), int(apart * height), int(1.5 * height)
    mask = Image.new("L", (across * columns + 2 * height, down * lines + 2 * height))
    pen = ImageDraw.Draw(mask)
    for line, column in np.ndindex(lines, columns):
        ink = samples[rng.integers(len(samples))][1]
        points = np.concatenate([stroke.xy for stroke in ink.strokes])
        low, (wide, high) = points.min(axis=0), np.ptp(points, axis=0)
        scale = min(height * rng.uniform(0.85, 1.1) / high, 0.9 * height / max(wide, 1e-6))
        at = (
            height + column * across + (across - wide * scale) / 2,
            height + line * down + height * rng.uniform(-0.08, 0.08),
        )
        for stroke in ink.strokes:
            path = [(float(x), float(y)) for x, y in (stroke.xy - low) * scale + at]
            pen.line(path, fill=255, width=max(height // 12, 2), joint="curve")
    return on_paper(mask, 235, 40)


@pytest.mark.parametrize("height", [20, 60, 200])
def test_digits_beside_and_below_each_other_are_counted(height: int) -> None:
    rng = np.random.default_rng(height)
    shapes = [(1, n) for n in range(2, 7)] + [(2, 1), (2, 2), (2, 3), (3, 1), (3, 4)]
    made = [(shape, page(*shape, height, rng)) for shape in shapes * 2]
    assert sum(digits_in(grey) > 1 for _, grey in made) >= 19
    right = sum(digits_in(grey) == lines * columns for (lines, columns), grey in made)
    assert right >= 14  # a digit may fall into two parts


def test_one_that_stands_far_away_counts() -> None:
    grey = page(1, 2, 60, np.random.default_rng(2), apart=4.0)
    assert digits_in(grey) == 2


@pytest.mark.parametrize("scale", [1, 8])
def test_a_strip_of_images_is_counted(scale: int) -> None:
    with np.load(resources.path("mnist.npz")) as arrays:
        images = arrays["x_test"]
    for at in range(0, 60, 3):
        strip = np.concatenate(list(images[at : at + 3]), axis=1)
        wide = Image.fromarray(strip).resize((84 * scale, 28 * scale), Image.Resampling.BICUBIC)
        assert digits_in(np.asarray(wide)) > 1


@pytest.mark.parametrize("scale", [1, 10])
def test_mnists_images_are_one_digit(scale: int) -> None:
    with np.load(resources.path("mnist.npz")) as arrays:
        images = arrays["x_test"]
    side = 28 * scale
    several = [
        at
        for at, image in enumerate(images[:100])
        if digits_in(np.asarray(Image.fromarray(image).resize((side, side)))) > 1
    ]
    assert several == []


def test_no_scene_makes_several_of_one() -> None:
    made = islice(make_pictures(sample_digits()), 0, None, 5)
    several = [scene.name for scene, _, grey in made if not scene.crowded and digits_in(grey) > 1]
    assert several == []


def strokes(*lines: list[int]) -> np.ndarray:
    mask = Image.new("L", (400, 400))
    pen = ImageDraw.Draw(mask)
    for line in lines:
        pen.line(line, fill=255, width=14, joint="curve")
    return on_paper(mask, 255, 0)


@pytest.mark.parametrize(
    "lines",
    [
        ([160, 90, 150, 190, 230, 190, 250, 250, 210, 310, 140, 310], [180, 60, 290, 60]),  # 5
        ([140, 90, 130, 200, 230, 200], [260, 80, 260, 320]),  # 4
        ([100, 150, 300, 150], [100, 230, 300, 230]),  # =
        ([140, 100, 260, 100, 180, 320], [130, 190, 250, 190]),  # 7
        ([200, 80, 200, 320],),  # 1
    ],
)
def test_strokes_of_one_are_not_several(lines: tuple[list[int], ...]) -> None:
    assert digits_in(strokes(*lines)) == 1


def test_an_eleven_is_two() -> None:
    assert digits_in(strokes([150, 80, 150, 320], [250, 80, 250, 320])) == 2


@pytest.mark.parametrize("ones", [3, 4, 6])
@pytest.mark.parametrize("width", [5, 10, 20])
@pytest.mark.parametrize("lying", [False, True])
def test_long_straight_strokes_are_no_ruled_paper(ones: int, width: int, lying: bool) -> None:
    paper = np.full((400, 600), 255, np.uint8)
    for at in range(ones):
        paper[50:350, 60 + 85 * at : 60 + 85 * at + width] = 0
    found = counted(paper.T if lying else paper)
    assert found.digits == (1 if lying else ones)
    tall, wide = (np.ptp(np.flatnonzero((found.image > 0.5).any(axis=a))) + 1 for a in (1, 0))
    assert (wide if lying else tall) == 20


@pytest.mark.parametrize("margin", [0, 12])
def test_the_lines_of_ruled_paper_still_go(margin: int) -> None:
    paper = np.full((400, 400), 250, np.uint8)
    for row in range(40, 400, 36):
        paper[row : row + 2] = 190
    paper[:, :margin] = paper[:, 400 - margin :] = 40  # a table beside the sheet
    paper[100:300, 190:206] = 30
    columns = np.flatnonzero((counted(paper).image > 0.5).any(axis=0))
    assert 2 <= np.ptp(columns) + 1 <= 4
