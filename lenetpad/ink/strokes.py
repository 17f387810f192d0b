"""Strokes, ink and sheets as frozen values, with undo and redo as values too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage.decoding import InputError

Points = NDArray[np.float64]

#: Coordinates larger than this are no drawing; refusing them keeps all sums finite.
LARGEST_COORDINATE = 1e9
#: Steps of undo that a history keeps.
UNDO_DEPTH = 500
#: Pixels of a sheet's picture along each side: of one digit, and of a line of several.
DIGIT_SIDE = 28
MOST_ROWS = 64
MOST_COLUMNS = 2048


class InkError(InputError):
    """Ink that cannot be drawn; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """One pen-down to pen-up movement.

    ``points`` is a read-only array of shape (n, 4), n >= 1, with the columns x (right), y (down),
    t (seconds since the drawing began) and pressure (0 to 1). The unit of x and y is free.
    Raises InkError for no points, a wrong shape, or coordinates that are not finite.
    """

    points: Points

    def __post_init__(self) -> None:
        points = np.array(self.points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 4 or len(points) == 0:
            raise InkError(
                f"a stroke needs points of shape (n, 4) with n >= 1, not {points.shape}"
            )
        if not np.isfinite(points).all():
            raise InkError("a stroke holds a coordinate, time or pressure that is NaN or infinite")
        if np.abs(points[:, :2]).max() > LARGEST_COORDINATE:
            raise InkError(f"a stroke holds a coordinate beyond ±{LARGEST_COORDINATE:g}")
        points += 0.0  # makes -0.0 a 0.0, so that equal strokes have equal hashes
        points.flags.writeable = False
        object.__setattr__(self, "points", points)

    @classmethod
    def of(
        cls,
        xy: Sequence[Sequence[float]] | Points,
        t: Sequence[float] | None = None,
        pressure: Sequence[float] | None = None,
    ) -> Stroke:
        """Build a stroke from (n, 2) positions; times default to 0, pressure to 0.5."""
        try:
            positions = np.asarray(xy, dtype=np.float64)
            if positions.ndim != 2 or positions.shape[1] != 2 or len(positions) == 0:
                raise InkError("a stroke needs at least one point, each as [x, y]")
            points = np.empty((len(positions), 4))
            points[:, :2] = positions
            for column, values, usual in ((2, t, 0.0), (3, pressure, 0.5)):
                if values is not None and len(values) != len(positions):
                    found = f"{len(values)} times or pressures"
                    raise InkError(f"{len(positions)} points have {found}")
                points[:, column] = usual if values is None else values
        except (TypeError, OverflowError, ValueError) as error:
            if isinstance(error, InkError):
                raise
            raise InkError(f"a stroke's points, times and pressures do not fit: {error}") from None
        return cls(points)

    @classmethod
    def over(cls, points: Points) -> Stroke:
        """A stroke over good points (n, 4), which are neither checked nor copied.

        Nobody may write to them any more.
        """
        stroke = cls.__new__(cls)
        shown = points[:]
        shown.flags.writeable = False
        object.__setattr__(stroke, "points", shown)
        return stroke

    @property
    def xy(self) -> Points:
        """Positions, shape (n, 2)."""
        return self.points[:, :2]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stroke) and np.array_equal(self.points, other.points)

    def __hash__(self) -> int:
        return hash(self.points.tobytes())


@dataclass(frozen=True, slots=True)
class Ink:
    """The strokes of one drawing, in the order in which they were made."""

    strokes: tuple[Stroke, ...] = ()

    @classmethod
    def of(cls, strokes: Iterable[Sequence[Sequence[float]]]) -> Ink:
        """Build ink from lists of [x, y] positions, one list a stroke."""
        return cls(tuple(Stroke.of(points) for points in strokes))

    def __bool__(self) -> bool:
        return bool(self.strokes)

    @property
    def point_count(self) -> int:
        """Points of all strokes together."""
        return sum(len(stroke.points) for stroke in self.strokes)

    def adding(self, stroke: Stroke) -> Ink:
        """The same ink with one more stroke on top."""
        return Ink((*self.strokes, stroke))


def fits_a_sheet(shape: tuple[int, ...]) -> bool:
    """Whether a sheet's picture may have so many rows and columns."""
    if len(shape) != 2:
        return False
    rows, columns = shape
    return DIGIT_SIDE <= rows <= MOST_ROWS and DIGIT_SIDE <= columns <= MOST_COLUMNS


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What lies on the canvas: ink, or a picture that was opened, or nothing.

    ``picture`` is a read-only float32 array in [0, 1], ink 1: (28, 28) of one digit, normalised as
    MNIST's digits are, or the ink of a line of writing, ``MOST_ROWS`` by ``MOST_COLUMNS`` at most.
    A sheet with a picture has no ink.
    """

    ink: Ink = field(default_factory=Ink)
    picture: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if self.picture is None:
            return
        picture = np.array(self.picture, dtype=np.float32)
        if not fits_a_sheet(picture.shape) or not np.isfinite(picture).all():
            raise InkError(
                f"a sheet's picture must be finite values, 28×28 or a line of up to {MOST_ROWS}×"
                f"{MOST_COLUMNS:,}, not {picture.shape}"
            )
        if self.ink:
            raise InkError("a sheet holds ink or a picture, not both")
        picture.flags.writeable = False
        object.__setattr__(self, "picture", picture)

    @property
    def line(self) -> NDArray[np.float32] | None:
        """The picture where it is a line of writing, which may hold several digits."""
        picture = self.picture
        return None if picture is None or picture.shape == (DIGIT_SIDE, DIGIT_SIDE) else picture

    def __bool__(self) -> bool:
        return bool(self.ink) or self.picture is not None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sheet) or self.ink != other.ink:
            return False
        if self.picture is None or other.picture is None:
            return self.picture is other.picture
        return np.array_equal(self.picture, other.picture)

    def __hash__(self) -> int:
        return hash((self.ink, None if self.picture is None else self.picture.tobytes()))


@dataclass(frozen=True, slots=True)
class History:
    """A sheet with the sheets before it (undo) and after it (redo)."""

    present: Sheet = field(default_factory=Sheet)
    past: tuple[Sheet, ...] = ()
    future: tuple[Sheet, ...] = ()

    def doing(self, sheet: Sheet) -> History:
        """Make ``sheet`` the present; what was undone before is forgotten."""
        if sheet == self.present:
            return self
        return History(sheet, (*self.past, self.present)[-UNDO_DEPTH:])

    def undone(self) -> History:
        """One step back; the same history where there is none."""
        if not self.past:
            return self
        return replace(
            self, present=self.past[-1], past=self.past[:-1], future=(self.present, *self.future)
        )

    def redone(self) -> History:
        """One step forward again; the same history where there is none."""
        if not self.future:
            return self
        return replace(
            self,
            present=self.future[0],
            past=(*self.past, self.present),
            future=self.future[1:],
        )
