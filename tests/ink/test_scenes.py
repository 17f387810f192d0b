"""Pictures of digits in scenes: frames, tables, shadows, and things around the digit."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenetpad.ink.pictures import normalised
from lenetpad.tools.bench.pictures import (
    RIGHT,
    UNREAD,
    WRONG,
    Outcome,
    figures,
    outcomes,
    sample_digits,
)
from lenetpad.tools.bench.scenes import SCENES, make_picture, make_pictures
from tests.ink.test_pictures import REFERENCE, digit, likeness, on_paper


def test_there_are_sixty_scenes_and_each_picture_is_made_the_same_again() -> None:
    assert len(SCENES) == len({scene.name for scene in SCENES}) == 60
    label, ink = sample_digits()[0]
    for scene in SCENES[::7]:
        grey = make_picture(scene, ink, label)
        assert grey.shape == (scene.side, scene.side)
        assert np.array_equal(grey, make_picture(scene, ink, label))


def test_of_a_hundred_pictures_the_digit_is_read() -> None:
    """Every scene with one or two digits; `make bench-pictures` reads all with each."""
    results = outcomes(islice(make_pictures(sample_digits()), 3, None, 6))
    assert len(results) == 100
    assert figures(results)["right_percent"] >= 98
    assert figures(results)["another_digit_percent"] == 0


def test_figures_leave_crowded_scenes_out_of_what_must_be_read() -> None:
    plain, crowded = SCENES[0], next(scene for scene in SCENES if scene.crowded)
    results = [
        *(Outcome(plain, 3, read, 0.01) for read in (RIGHT, RIGHT, UNREAD, WRONG)),
        Outcome(crowded, 3, UNREAD, 0.03),
    ]
    assert figures(results) == {
        "pictures": 5,
        "right_percent": 50,
        "another_digit_percent": 20,
        "median_ms": pytest.approx(10),
    }


def surrounded(grey: np.ndarray, level: int, width: int, sides: str = "ltrb") -> np.ndarray:
    """The picture with so many pixels of a level along its sides."""
    left, top, right, bottom = (width if side in sides else 0 for side in "ltrb")
    return np.pad(grey, ((top, bottom), (left, right)), constant_values=level)


@pytest.mark.parametrize("sides", ["ltrb", "lt", "rb", "lrb"])
@pytest.mark.parametrize("width", [1, 12, 90])
@pytest.mark.parametrize(
    ("paper", "ink", "around"), [(235, 30, 0), (235, 30, 110), (30, 230, 250)]
)
def test_what_surrounds_the_sheet_is_no_ink(
    paper: int, ink: int, around: int, width: int, sides: str
) -> None:
    grey = surrounded(on_paper(digit(300), paper, ink), around, width, sides)
    assert likeness(REFERENCE, normalised(grey)) > 0.85


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255)])
@pytest.mark.parametrize("width", [1, 2, 4])
def test_a_bitmaps_frame_is_no_ink(paper: int, ink: int, width: int) -> None:
    small = np.asarray(Image.fromarray(on_paper(digit(), paper, ink)).resize((24, 24)))
    image = normalised(surrounded(small, ink, width))
    assert likeness(normalised(small), image) > 0.99


@pytest.mark.parametrize("share", [0.5, 0.7, 0.8])
@pytest.mark.parametrize("noise", [0.0, 4.0])
def test_the_edge_of_a_sharp_shadow_through_the_digit_is_no_ink(
    share: float, noise: float
) -> None:
    grey = on_paper(digit(400, 0.04), 230, 40).astype(np.float64)
    rows, columns = np.mgrid[0:400, 0:400]
    grey[rows + columns > 400] *= 1 - share
    grey += np.random.default_rng(1).normal(0, noise, grey.shape)
    assert likeness(REFERENCE, normalised(np.clip(grey, 0, 255).astype(np.uint8))) > 0.85


@pytest.mark.parametrize("thing", ["box", "ring", "underline", "ruled", "squared", "letters"])
@pytest.mark.parametrize("dark", [True, False])
def test_what_lies_around_the_digit_is_left_out(thing: str, dark: bool) -> None:
    mask = digit(400, 0.04)
    pen = ImageDraw.Draw(mask)
    if thing == "box":
        pen.rectangle([60, 40, 340, 350], outline=255, width=8)
    elif thing == "ring":
        pen.ellipse([20, 20, 380, 380], outline=255, width=14)
    elif thing == "underline":
        pen.line([100, 350, 300, 350], fill=255, width=12)
    elif thing == "letters":
        pen.text((20, 20), "Name: A. Sample", 255)
    else:
        for at in range(17, 400, 40):
            pen.line([0, at, 400, at], fill=120)
            if thing == "squared":
                pen.line([at, 0, at, 400], fill=120)
        mask.paste(255, mask=digit(400, 0.04))
    grey = on_paper(mask, 235, 30) if dark else on_paper(mask, 30, 235)
    assert likeness(REFERENCE, normalised(grey)) > 0.85


def test_a_stroke_along_a_line_of_the_paper_stays() -> None:
    mask = digit(400, 0.04)
    pen = ImageDraw.Draw(mask)
    for at in range(20, 400, 40):  # one of them along the 4's bar
        pen.line([0, at, 400, at], fill=110, width=2)
    mask.paste(255, mask=digit(400, 0.04))
    assert likeness(REFERENCE, normalised(on_paper(mask, 235, 30))) > 0.85


def test_parts_of_one_digit_stay_together() -> None:
    """A 5 whose bar is a stroke of its own, that touches nothing."""
    mask = Image.new("L", (400, 400))
    pen = ImageDraw.Draw(mask)
    pen.line([160, 90, 150, 190, 230, 190, 250, 250, 210, 310, 140, 310], fill=255, width=14)
    alone = normalised(on_paper(mask, 255, 0))
    pen.line([180, 70, 270, 70], fill=255, width=14)
    image = normalised(on_paper(mask, 255, 0))
    assert likeness(alone, image) < 0.85
    assert image[4:8, 14:20].max() > 0.5
