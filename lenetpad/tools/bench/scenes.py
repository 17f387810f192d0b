"""Scenes for pictures: a digit of the sample ink on a sheet, with its surroundings and light.

Every scene is a row of parameters, and every picture is the same each time it is made.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFilter
from numpy.typing import NDArray

from lenetpad.ink.strokes import Ink

Grey = NDArray[np.uint8]
Levels = NDArray[np.float32]

FINE: Final = 2  # strokes are drawn so many times larger, for smooth edges


@dataclass(frozen=True, slots=True)
class Scene:
    """How a picture of a digit comes about. Lengths are shares of the picture's side."""

    name: str
    side: int = 400
    paper: float = 230.0
    ink: float = 50.0
    pen: float = 0.022
    digit: float = 0.4
    #: The sheet's edges: left, top, right, bottom; and whether it is a disc.
    sheet: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    disc: bool = False
    surround: float = 60.0
    grain: float = 0.0  # how strong the surround's wooden grain is
    turn: float = 0.0  # degrees by which the sheet is turned
    tilt: float = 0.0  # how much farther the sheet's upper edge is away
    slope: float = 0.0  # share of the light that is lost along the diagonal
    shadow: float = 0.0  # share of the light that a shadow takes
    soft: float = 0.004  # the width of the shadow's edge
    blur: float = 0.0  # pixels
    noise: float = 0.0  # grey levels
    things: tuple[str, ...] = ()  # what lies around the digit: keys of ``THINGS``

    @property
    def crowded(self) -> bool:
        """Whether things lie around the digit, so that the picture may be refused."""
        return bool(set(self.things) - {"title bar"})


def _rows(base: Scene, variants: Sequence[dict[str, Any]]) -> list[Scene]:
    return [
        replace(base, name=f"{base.name} {place}", **variant)
        for place, variant in enumerate(variants, 1)
    ]


def _scenes() -> tuple[Scene, ...]:
    plain = Scene("plain")
    photo = Scene("photograph", slope=0.35, blur=0.8, noise=4.0, pen=0.018)
    table = Scene("table", sheet=(0.15, 0.12, 0.88, 0.9), surround=70.0, digit=0.36)
    real = replace(table, name="sheet on a table", slope=0.25, blur=0.7, noise=4.0, turn=4.0)
    board: dict[str, Any] = {"paper": 40.0, "ink": 225.0, "surround": 215.0}
    return (
        *_rows(plain, [{}, {"paper": 25.0, "ink": 240.0}, {"ink": 180.0, "digit": 0.25}]),
        *_rows(
            replace(plain, name="frame", surround=0.0),
            [
                {"sheet": (0.0025, 0.0025, 0.9975, 0.9975)},
                {"sheet": (0.01, 0.01, 0.99, 0.99), "digit": 0.6},
                {"sheet": (0.03, 0.03, 0.97, 0.97), "ink": 0.0},
                {"sheet": (0.08, 0.08, 0.92, 0.92), "ink": 0.0, "paper": 255.0},
                {"sheet": (0.2, 0.2, 0.8, 0.8), "ink": 0.0},
                {**board, "sheet": (0.01, 0.01, 0.99, 0.99)},
                {"side": 28, "sheet": (0.036, 0.036, 0.964, 0.964), "pen": 0.06, "digit": 0.6},
                {**board, "side": 40, "sheet": (0.05, 0.05, 0.95, 0.95), "pen": 0.06},
            ],
        ),
        *_rows(
            table,
            [
                {"sheet": (0.2, 0.0, 1.0, 1.0)},
                {"sheet": (0.2, 0.2, 1.0, 1.0)},
                {"sheet": (0.2, 0.0, 0.8, 1.0)},
                {"sheet": (0.15, 0.15, 0.85, 1.0)},
                {},
                {"grain": 25.0, "surround": 110.0},
                {"surround": 150.0, "grain": 8.0},
                {"surround": 20.0, "sheet": (0.25, 0.25, 0.75, 0.75), "digit": 0.3},
            ],
        ),
        *_rows(
            real,
            [
                {},
                {"grain": 25.0, "surround": 110.0},
                {"turn": -9.0, "tilt": 0.12},
                {"turn": 14.0, "surround": 30.0, "noise": 8.0},
                {"sheet": (0.2, 0.0, 1.0, 0.8), "turn": 0.0, "grain": 20.0, "surround": 90.0},
                {"sheet": (0.1, -0.2, 1.2, 1.2), "tilt": 0.05},
                {"tilt": 0.2, "ink": 100.0, "blur": 1.2},
                {"surround": 140.0, "grain": 12.0, "shadow": 0.3, "soft": 0.05},
            ],
        ),
        *_rows(
            replace(plain, name="scan", surround=5.0),
            [
                {"sheet": (0.0, 0.0, 0.85, 0.8)},
                {"sheet": (0.1, 0.05, 1.0, 1.0), "noise": 3.0, "turn": 1.0},
                {"sheet": (0.0, 0.0, 0.6, 0.7), "digit": 0.3},
            ],
        ),
        *_rows(
            replace(plain, **board, name="dark canvas"),
            [
                {"sheet": (0.1, 0.2, 0.9, 0.95)},
                {"sheet": (0.1, 0.2, 0.9, 0.95), "things": ("title bar",)},
                {"sheet": (0.0, 0.15, 1.0, 1.0), "paper": 30.0},
                {"sheet": (0.3, 0.3, 0.95, 0.95), "digit": 0.35, "surround": 240.0},
            ],
        ),
        *_rows(
            replace(plain, **board, name="board", noise=4.0, slope=0.2),
            [
                {"sheet": (0.1, 0.15, 0.9, 0.85), "blur": 0.7},
                {"sheet": (0.15, 0.1, 1.1, 0.9), "turn": 5.0, "tilt": 0.08, "paper": 60.0},
                {"sheet": (0.12, 0.12, 0.88, 0.88), "surround": 160.0, "grain": 10.0},
            ],
        ),
        *_rows(
            replace(plain, name="round", disc=True, sheet=(0.05, 0.05, 0.95, 0.95)),
            [
                {"surround": 0.0},
                {"surround": 90.0, "noise": 3.0},
                {**board, "surround": 255.0},
            ],
        ),
        *_rows(
            replace(plain, name="shadow"),
            [
                {"shadow": 0.5},
                {"shadow": 0.7},
                {"shadow": 0.8},
                {"shadow": 0.7, "noise": 4.0, "blur": 0.8},
                {"shadow": 0.7, "soft": 0.05, "slope": 0.2, "noise": 3.0},
                {"shadow": 0.6, "sheet": (0.12, 0.12, 0.9, 0.9)},
            ],
        ),
        *_rows(
            photo,
            [
                {},
                {"ink": 120.0},
                {"pen": 0.01},
                {"noise": 10.0},
                {"paper": 60.0, "ink": 210.0},
            ],
        ),
        *_rows(
            replace(plain, name="things"),
            [
                {"things": ("ruled",)},
                {"things": ("squared",)},
                {"things": ("squared",), "noise": 4.0, "slope": 0.3, "blur": 0.6},
                {"things": ("box",)},
                {"things": ("underline",)},
                {"things": ("ring",)},
                {"things": ("print",)},
                {"things": ("ruled",), "noise": 4.0, "slope": 0.2},
                {"things": ("inset",)},
            ],
        ),
    )


def make_pictures(digits: Sequence[tuple[int, Ink]]) -> Iterator[tuple[Scene, int, Grey]]:
    """Every scene with a digit of each label, of the labelled drawings in turn."""
    by_label = [[ink for label, ink in digits if label == digit] for digit in range(10)]
    for place, scene in enumerate(SCENES):
        for label, inks in enumerate(by_label):
            yield scene, label, make_picture(scene, inks[place % len(inks)], label)


def make_picture(scene: Scene, ink: Ink, label: int) -> Grey:
    """The picture (side, side) of a drawing in a scene."""
    random = np.random.default_rng(zlib.crc32(f"{scene.name} {label}".encode()))
    side = scene.side
    on_sheet, where = _sheet(scene, ink, random), _where(scene)
    around = np.full((side, side), scene.surround, np.float32)
    if scene.grain:
        around += _grain(side, random) * np.float32(scene.grain)
    if scene.turn or scene.tilt:
        on_sheet, where = _seen(on_sheet, scene), _seen(where, scene)
    levels: Levels = around + (on_sheet - around) * where
    if "title bar" in scene.things:
        levels[: side // 14] = 120
        levels[side // 40 : side // 24, side // 20 : side // 3] = 250
    levels *= _light(scene, random)
    if scene.blur:
        levels = _filtered(levels, scene.blur)
    if scene.noise:
        levels += random.normal(0, scene.noise, levels.shape).astype(np.float32)
    grey: Grey = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    return grey


def _sheet(scene: Scene, ink: Ink, random: np.random.Generator) -> Levels:
    """The sheet's levels, as large as the picture."""
    side = scene.side * FINE
    mask = PIL.Image.new("L", (side, side))
    pen = PIL.ImageDraw.Draw(mask)
    left, top, right, bottom = (min(max(edge, 0.0), 1.0) for edge in scene.sheet)
    middle = np.array([left + right, top + bottom]) / 2 + random.uniform(-0.02, 0.02, 2)
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = scene.digit / max(float((high - low).max()), 1e-6)
    width = max(scene.pen * side, FINE)
    for stroke in ink.strokes:
        at = ((stroke.xy - (low + high) / 2) * scale + middle) * side
        _line(pen, at, width)
    box = np.concatenate([(low - high) / 2, (high - low) / 2]).reshape(2, 2) * scale + middle
    _things(pen, scene, box * side, width)
    share = np.asarray(mask.reduce(FINE), np.float32) / 255
    return (scene.paper + (scene.ink - scene.paper) * share).astype(np.float32)


def _line(pen: PIL.ImageDraw.ImageDraw, at: NDArray[Any], width: float) -> None:
    pen.line([(float(x), float(y)) for x, y in at], fill=255, width=round(width), joint="curve")
    for x, y in at:
        pen.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=255)


def _things(pen: PIL.ImageDraw.ImageDraw, scene: Scene, box: NDArray[Any], width: float) -> None:
    """Draw what lies around the digit, whose box is [[left, top], [right, bottom]]."""
    side = scene.side * FINE
    (left, top), (right, bottom) = box
    gap = 0.05 * side
    thin = round(0.004 * side)
    around = [left - gap, top - gap, right + gap, bottom + gap]
    for thing in scene.things:
        if thing in ("ruled", "squared"):
            for at in range(round(0.04 * side), side, round(0.1 * side)):
                pen.line([0, at, side, at], fill=110, width=thin)
                if thing == "squared":
                    pen.line([at, 0, at, side], fill=110, width=thin)
        elif thing == "box":
            pen.rectangle(around, outline=255, width=round(width))
        elif thing == "inset":
            pen.rectangle([0.06 * side] * 2 + [0.94 * side] * 2, outline=255, width=thin)
        elif thing == "underline":
            pen.line([left, bottom + gap, right, bottom + gap], fill=255, width=round(width))
        elif thing == "ring":
            reach = float(np.hypot(right - left, bottom - top)) / 2 + gap
            x, y = (left + right) / 2, (top + bottom) / 2
            pen.ellipse(
                [x - reach, y - reach, x + reach, y + reach], outline=255, width=round(width)
            )
        elif thing == "print":
            for row in range(2):
                pen.text((0.1 * side, (0.05 + 0.05 * row) * side), "Name: A. Sample, form 27", 255)


def _where(scene: Scene) -> Levels:
    """Where the sheet lies: 1, and 0 around it."""
    side = scene.side
    left, top, right, bottom = (edge * side for edge in scene.sheet)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32) + 0.5
    if scene.disc:
        away = np.hypot(columns - (left + right) / 2, rows - (top + bottom) / 2)
        disc: Levels = np.clip((right - left) / 2 - away + 0.5, 0, 1).astype(np.float32)
        return disc
    across = np.clip(np.minimum(columns - left, right - columns) + 0.5, 0, 1)
    down = np.clip(np.minimum(rows - top, bottom - rows) + 0.5, 0, 1)
    where: Levels = (across * down > 0.5).astype(np.float32)
    return where


def _seen(levels: Levels, scene: Scene) -> Levels:
    """The levels turned and tilted about the middle; what lies beyond the edges as the edges."""
    side = scene.side
    angle, far = np.deg2rad(scene.turn), scene.tilt / side
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    # Homographies that take a place of the result to one of the levels.
    matrix = np.array([[cos, sin, 0], [-sin, cos, 0], [0, -far, 1]])
    whole = _moving(1.5 * side) @ matrix @ _moving(-side / 2)
    whole = whole / whole[2, 2]
    edged = PIL.Image.fromarray(np.pad(levels, side, mode="edge"))
    seen = edged.transform(
        (side, side),
        PIL.Image.Transform.PERSPECTIVE,
        whole.ravel()[:8].tolist(),
        PIL.Image.Resampling.BILINEAR,
    )
    return np.asarray(seen, np.float32)


def _moving(by: float) -> NDArray[np.float64]:
    """The homography that moves by as much to the right as down."""
    return np.array([[1, 0, by], [0, 1, by], [0, 0, 1]], np.float64)


def _light(scene: Scene, random: np.random.Generator) -> Levels:
    """How much of the light falls on each pixel."""
    side = scene.side
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32) / side
    light: Levels = 1 - scene.slope * (rows + columns) / 2
    if scene.shadow:
        angle = random.uniform(0, 2 * np.pi)
        across = (columns - 0.5) * np.cos(angle) + (rows - 0.5) * np.sin(angle)
        light *= 1 - scene.shadow / (1 + np.exp(np.clip(-across / scene.soft, -50, 50)))
    return np.asarray(light, np.float32)


def _grain(side: int, random: np.random.Generator) -> Levels:
    """Wooden grain along the rows, with a standard deviation of one."""
    coarse = random.normal(0, 1, (side // 4, 6)).astype(np.float32)
    picture = PIL.Image.fromarray(coarse).resize((side, side), PIL.Image.Resampling.BICUBIC)
    grain = np.asarray(picture, np.float32)
    return np.asarray((grain - grain.mean()) / max(float(grain.std()), 1e-6), np.float32)


def _filtered(levels: Levels, blur: float) -> Levels:
    clipped = PIL.Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))
    return np.asarray(clipped.filter(PIL.ImageFilter.GaussianBlur(blur)), np.float32)


SCENES: Final = _scenes()
