"""The journal of a sheet: its whole history, undo and redo included, in one append-only file.

``MAGIC``, which holds the version, then records: one byte for its kind, the payload's length and
its CRC-32, four bytes each, little-endian, then the payload. Whatever changes adds records; what a
crash has cut off at the end is left out when the file is read. Points are rows of four float64, as
in a ``Stroke``.

    POINTS  more points of the stroke being made
    END     that stroke is finished: a step
    CANCEL  that stroke is forgotten
    STEP    a step to another sheet: which strokes of the sheet before it has, new ones, a picture:
            one of 28×28, or a line of writing after its number of rows and of columns
    BASE    the same from an empty sheet, and nothing can be undone before it
    UNDO    one step back
    REDO    one step forward
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.strokes import (
    DIGIT_SIDE,
    History,
    Ink,
    InkError,
    Points,
    Sheet,
    Stroke,
    fits_a_sheet,
)

MAGIC: Final = b"lenetpad journal 1\n"
HEAD: Final = struct.Struct("<BII")
#: What a step says of a picture: there is none, one of a digit, or one of a line of writing.
NO_PICTURE, DIGIT_PICTURE, LINE_PICTURE = range(3)
DIGIT_SHAPE: Final = (DIGIT_SIDE, DIGIT_SIDE)
SHAPE: Final = struct.Struct("<II")
PIXEL_BYTES: Final = 4
POINT_BYTES: Final = 32


class Kind(IntEnum):
    """What a record says."""

    POINTS = 1
    END = 2
    CANCEL = 3
    STEP = 4
    BASE = 5
    UNDO = 6
    REDO = 7


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal holds: the history, and why not all of it could be read, "" mostly.

    A stroke that was being made is finished in it. ``whole`` is the number of bytes that could be
    read. ``clean`` says that the journal ends with this history, so that more can be appended:
    nothing is cut off, and no stroke was being made.
    """

    history: History = field(default_factory=History)
    whole: int = 0
    fault: str = ""
    clean: bool = False


# Writing


def record(kind: Kind, payload: bytes = b"") -> bytes:
    """One record."""
    return HEAD.pack(kind, len(payload), zlib.crc32(payload)) + payload


def points_record(points: Points) -> bytes:
    """The record of more points (n, 4) of the stroke being made."""
    return record(Kind.POINTS, np.ascontiguousarray(points, dtype="<f8").tobytes())


def step_record(before: Sheet, after: Sheet, kind: Kind = Kind.STEP) -> bytes:
    """The record of a step from one sheet to another, which mostly have strokes in common."""
    strokes, count = after.ink.strokes, len(before.ink.strokes)
    if strokes[:count] == before.ink.strokes:  # as mostly
        runs = [(0, count)] if count else []
        added = strokes[count:]
    else:
        kept = _kept(before, after)
        runs, added = _runs(kept), strokes[len(kept) :]
    parts = [
        struct.pack("<BII", _kind_of_picture(after), len(runs), len(added)),
        np.array(runs, dtype="<u4").tobytes(),
        np.array([len(stroke.points) for stroke in added], dtype="<u4").tobytes(),
        *(np.ascontiguousarray(stroke.points, dtype="<f8").tobytes() for stroke in added),
    ]
    if after.line is not None:
        parts.append(SHAPE.pack(*after.line.shape))
    if after.picture is not None:
        parts.append(after.picture.astype("<f4").tobytes())
    return record(kind, b"".join(parts))


def _kind_of_picture(sheet: Sheet) -> int:
    if sheet.picture is None:
        return NO_PICTURE
    return DIGIT_PICTURE if sheet.line is None else LINE_PICTURE


def size_of(history: History) -> int:
    """About how many bytes ``written`` takes for a history."""
    sheets = (*history.past, history.present, *history.future)
    strokes = {id(one): len(one.points) for sheet in sheets for one in sheet.ink.strokes}
    pixels = sum(sheet.picture.size for sheet in sheets if sheet.picture is not None)
    return POINT_BYTES * sum(strokes.values()) + PIXEL_BYTES * pixels + 32 * len(sheets)


def written(history: History, live: Points | None = None) -> bytes:
    """A whole journal with this history and nothing else, and the stroke being made (n, 4)."""
    sheets = (*history.past, history.present, *history.future)
    parts = [MAGIC, step_record(Sheet(), sheets[0], Kind.BASE)]
    parts += [step_record(before, after) for before, after in pairwise(sheets)]
    parts += [record(Kind.UNDO)] * len(history.future)
    if live is not None and len(live):
        parts.append(points_record(live))
    return b"".join(parts)


def changes(before: History, after: History) -> bytes | None:
    """The records that lead from one history to another; None where they have nothing in common.

    Sheets are the same where they are one object, as they are in a history that goes on.
    """
    old = (*before.past, before.present, *before.future)
    new = (*after.past, after.present, *after.future)
    first = next((place for place, sheet in enumerate(old) if sheet is new[0]), None)
    if first is None:
        return None
    both = zip(old[first:], new, strict=False)
    common = next((n for n, (mine, other) in enumerate(both) if mine is not other), None)
    if common is None:  # one is the beginning of the other
        common = min(len(old) - first, len(new))
    if common == len(new) and first + common < len(old):  # nothing forgets steps without a new one
        return None
    if common == len(new):
        return _moves(len(before.past) - first - len(after.past))
    steps = b"".join(step_record(one, other) for one, other in pairwise(new[common - 1 :]))
    back = _moves(len(before.past) - first - (common - 1))
    return back + steps + record(Kind.UNDO) * len(after.future)


def _moves(back: int) -> bytes:
    return record(Kind.UNDO) * back if back >= 0 else record(Kind.REDO) * -back


def _kept(before: Sheet, after: Sheet) -> list[int]:
    """Which strokes of one sheet another begins with, in the same order."""
    places = {id(stroke): place for place, stroke in enumerate(before.ink.strokes)}
    kept: list[int] = []
    for stroke in after.ink.strokes:
        place = places.get(id(stroke), -1)
        if place <= (kept[-1] if kept else -1):
            break
        kept.append(place)
    return kept


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as runs: each its first number and the one after its last."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


# Reading


def recovered(content: bytes) -> Recovered:
    """The history in a journal's bytes, as far as they can be read; nothing is ever raised."""
    if not content.startswith(MAGIC):
        fault = "" if not content or MAGIC.startswith(content) else "it is no journal"
        return Recovered(fault=fault)
    replay, at, fault = _Replay(), len(MAGIC), ""
    view = memoryview(content)
    while at + HEAD.size <= len(content):
        kind, length, checksum = HEAD.unpack_from(content, at)
        end = at + HEAD.size + length
        if end > len(content):
            break
        payload = view[at + HEAD.size : end]
        try:
            if zlib.crc32(payload) != checksum:
                raise InkError("a checksum is wrong")
            replay.apply(Kind(kind), payload)
        except ValueError as error:  # InkError too
            fault = f"{error} (at byte {at})"
            break
        at = end
    clean = at == len(content) and not replay.live
    return Recovered(replay.finished(), at, fault, clean)


class _Replay:
    """Applies records one after the other; ValueError for one that makes no sense."""

    def __init__(self) -> None:
        self.history = History()
        self.live: list[Points] = []

    def apply(self, kind: Kind, payload: memoryview) -> None:
        match kind:
            case Kind.POINTS:
                self.live.append(Stroke(_points(payload)).points)
            case Kind.END:
                self.history = self.finished()
                self.live = []
            case Kind.CANCEL:
                self.live = []
            case Kind.STEP:
                self.history = self.history.doing(_sheet(self.history.present, payload))
            case Kind.BASE:
                self.history = History(_sheet(Sheet(), payload))
            case Kind.UNDO:
                self.history = self.history.undone()
            case Kind.REDO:
                self.history = self.history.redone()

    def finished(self) -> History:
        """The history with the stroke being made as its last step."""
        if not self.live:
            return self.history
        points = np.concatenate(self.live)
        return self.history.doing(Sheet(self.history.present.ink.adding(Stroke(points))))


def _points(payload: memoryview) -> Points:
    if len(payload) % POINT_BYTES:
        raise InkError("half a point")
    return np.frombuffer(payload, dtype="<f8").reshape(-1, 4)


def _sheet(before: Sheet, payload: memoryview) -> Sheet:
    """The sheet of a step."""
    if len(payload) < 9:
        raise InkError("half a step")
    picture_kind, run_count, added_count = struct.unpack_from("<BII", payload)
    at = 9 + 8 * run_count
    ends = at + 4 * added_count
    if ends > len(payload):
        raise InkError("half a step")
    runs = np.frombuffer(payload[9:at], dtype="<u4").reshape(-1, 2).tolist()
    lengths = np.frombuffer(payload[at:ends], dtype="<u4").astype(np.int64)
    picture_at = ends + POINT_BYTES * int(lengths.sum())
    if picture_at > len(payload):
        raise InkError("a step of another length")
    picture = _picture(picture_kind, payload[picture_at:])
    strokes: list[Stroke] = []
    end = 0
    for first, last in runs:
        if not end <= first <= last <= len(before.ink.strokes):
            raise InkError("a step from another sheet")
        strokes += before.ink.strokes[first:last]
        end = last
    if added_count:
        points = _points(payload[ends:picture_at])
        cuts = np.cumsum(lengths)[:-1].tolist()
        strokes += [Stroke(part) for part in np.split(points, cuts)]
    return Sheet(Ink(tuple(strokes)), picture)


def _picture(kind: int, payload: memoryview) -> NDArray[np.float32] | None:
    """A step's picture, which is the rest of it."""
    if kind == NO_PICTURE and not payload:
        return None
    shape = DIGIT_SHAPE
    if kind == LINE_PICTURE and len(payload) >= SHAPE.size:
        rows, columns = SHAPE.unpack_from(payload)
        shape, payload = (rows, columns), payload[SHAPE.size :]
    known = kind in (DIGIT_PICTURE, LINE_PICTURE) and fits_a_sheet(shape)
    if not known or shape[0] * shape[1] * PIXEL_BYTES != len(payload):
        raise InkError("a step of another length")
    return np.frombuffer(payload, dtype="<f4").reshape(shape)
