"""A lesson: what a lecturer's window shows step by step, and what the audience does meanwhile.

These are the keys of a lesson's file too: see ``lesson_files``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from lenetpad.values.explanation import Unit

#: What a step can hide of the Draw page.
Hidden = Literal["verdict", "probabilities", "maps"]
#: The layers as they are enlarged and revealed; the output's place is that of the target codes.
LayerName = Literal["input", "C1", "S2", "C3", "S4", "C5", "F6", "output"]
LAYERS: Final[tuple[LayerName, ...]] = ("input", "C1", "S2", "C3", "S4", "C5", "F6", "output")
Title = Annotated[str, Meta(min_length=1, max_length=100)]
Words = Annotated[str, Meta(min_length=1, max_length=800)]
Number = Annotated[int, Meta(ge=0, le=200)]
Coordinate = Annotated[float, Meta(ge=-10_000, le=10_000)]
Share = Annotated[float, Meta(gt=0, lt=1)]
#: Where the lessons of a training stand: it runs, or it has come to its end.
Training = Literal["running", "ended"]


class InkChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ink for the canvas: a shipped drawing of a digit, by its label and perhaps its writer, a
    shipped number by its digits, or strokes, each a list of [x, y] from 0 to 1000. None of them:
    an empty canvas."""

    digit: Annotated[int, Meta(ge=0, le=9)] | None = None
    writer: str = ""
    number: str = ""
    strokes: Annotated[
        tuple[
            Annotated[tuple[tuple[Coordinate, Coordinate], ...], Meta(min_length=1)],
            ...,
        ],
        Meta(max_length=100),
    ] = ()


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A unit that is explained: of a map the one at a row and a column, each from 0. In C5, F6
    and the output ``map`` is the unit itself."""

    layer: LayerName
    map: Number = 0
    row: Number = 0
    column: Number = 0

    @property
    def unit(self) -> Unit:
        """The unit as the maps name it."""
        return Unit(self.layer, self.map, self.row, self.column)


class Off(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A map, or in C5 and F6 a unit, that is held at 0."""

    layer: Literal["C1", "S2", "C3", "S4", "C5", "F6"]
    map: Number


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a goal is compared with: what is read of the canvas, and how a training stands.

    ``text`` is the digit or the number that is read, "" where there is none, ``rejected`` says
    that what lies there is no digit, ``probability`` is that of the digit.
    """

    text: str = ""
    rejected: bool = False
    strokes: int = 0
    probability: float = 0.0
    training: Training | Literal[""] = ""


class Goal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the audience is to do: all that is given here has to be so at once.

    ``read`` is the digit or the number that is to be read, ``rejected`` that it is to be no digit;
    ``strokes`` at least so many strokes, ``above`` and ``below`` bounds of the probability.
    """

    read: Annotated[str, Meta(pattern="^[0-9]{1,20}$")] = ""
    rejected: bool | None = None
    strokes: Annotated[int, Meta(ge=0, le=100)] = 0
    above: Share | None = None
    below: Share | None = None
    training: Training | Literal[""] = ""

    def reached(self, seen: Seen) -> bool:
        """Whether what is seen is what the audience was to do."""
        something = bool(seen.text) or seen.rejected
        about_reading = self.above is not None or self.below is not None
        return (
            (not self.read or (seen.text == self.read and not seen.rejected))
            and (self.rejected is None or (something and seen.rejected == self.rejected))
            and seen.strokes >= self.strokes
            and not (about_reading and not something)
            and (self.above is None or seen.probability > self.above)
            and (self.below is None or seen.probability < self.below)
            and (not self.training or seen.training == self.training)
        )


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step. What it does not say is as the program usually has it; only ink stays as it lies.

    ``on`` are actions that are switched on, ``press`` those that are done once, by their names.
    ``layers`` are the only ones that are shown, () shows all; ``alone`` has the maps for itself;
    of what is pinned a second unit stands beside the first. ``preset`` is a training preset, and
    where ``watch`` the pad reads with what a training has learnt so far. ``ink`` is put on the
    canvas, or is written there as it was drawn where ``replay``. ``task`` is what the audience is
    to do in words, ``goal`` how the program sees that it is done, and ``example`` what a handout
    shows of it.
    """

    words: Words
    page: Literal["draw", "train", "evaluate"] = "draw"
    on: tuple[str, ...] = ()
    press: tuple[str, ...] = ()
    hide: tuple[Hidden, ...] = ()
    layers: tuple[LayerName, ...] = ()
    alone: LayerName | Literal[""] = ""
    pin: Annotated[tuple[Pin, ...], Meta(max_length=2)] = ()
    switch_off: Annotated[tuple[Off, ...], Meta(max_length=200)] = ()
    preset: str = ""
    watch: bool = False
    ink: InkChoice | None = None
    replay: bool = False
    task: Annotated[str, Meta(max_length=200)] = ""
    goal: Goal | None = None
    example: InkChoice | None = None


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A lesson. ``network`` is the shipped one that it is about, "" for whatever reads."""

    title: Title
    about: Annotated[str, Meta(max_length=400)] = ""
    minutes: Annotated[int, Meta(ge=1, le=600)] | None = None
    network: str = ""
    step: Annotated[tuple[Step, ...], Meta(min_length=1, max_length=200)]
