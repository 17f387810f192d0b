"""A sheet's journal: what is written comes back, whatever was cut off or damaged."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lenetpad.ink import journal
from lenetpad.ink.journal import HEAD, MAGIC, Kind, changes, recovered, written
from lenetpad.ink.strokes import UNDO_DEPTH, History, Ink, Sheet, Stroke


def stroke(seed: int, points: int = 3) -> Stroke:
    return Stroke(np.random.default_rng(seed).random((points, 4)))


def picture(seed: int) -> Sheet:
    return Sheet(picture=np.random.default_rng(seed).random((28, 28)).astype(np.float32))


def line(seed: int) -> Sheet:
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(28, 65)), int(rng.integers(29, 200))
    return Sheet(picture=rng.random(shape).astype(np.float32))


def walk(history: History, rng: random.Random, steps: int) -> History:
    """Draw, erase, open, undo and redo at random."""
    for _ in range(steps):
        sheet = history.present
        match rng.randrange(8):
            case 0 | 1 | 2:
                added = stroke(rng.randrange(10**9), rng.randrange(1, 5))
                history = history.doing(Sheet(sheet.ink.adding(added)))
            case 3 if sheet.ink:
                kept = [one for one in sheet.ink.strokes if rng.random() < 0.5]
                history = history.doing(Sheet(Ink(tuple(kept))))
            case 4:
                shown = rng.choice((picture, line))
                history = history.doing(shown(rng.randrange(10**9)))
            case 5:
                history = history.doing(Sheet())
            case 6:
                history = history.undone()
            case _:
                history = history.redone()
    return history


def test_an_empty_journal_is_a_blank_sheet() -> None:
    for content in (b"", MAGIC, MAGIC[:5]):
        assert recovered(content).history == History()
        assert not recovered(content).fault


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**9))
def test_a_whole_history_comes_back(seed: int) -> None:
    history = walk(History(), random.Random(seed), 25)
    found = recovered(written(history))
    assert found.history == history
    assert (found.fault, found.whole) == ("", len(written(history)))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_what_is_appended_leads_from_one_history_to_the_next(seed: int) -> None:
    rng = random.Random(seed)
    history = walk(History(), rng, 10)
    content = written(history)
    for _ in range(10):
        after = walk(history, rng, rng.randrange(4))
        records = changes(history, after)
        assert records is not None
        content += records
        history = after
        assert recovered(content).history == history


def test_what_is_appended_is_small() -> None:
    history = History(Sheet(Ink(tuple(stroke(n) for n in range(1000)))))
    after = history.doing(Sheet(history.present.ink.adding(stroke(5000))))
    records = changes(history, after)
    assert records is not None
    assert len(records) < 200
    erased = after.doing(
        Sheet(Ink(after.present.ink.strokes[:500] + after.present.ink.strokes[501:]))
    )
    assert len(changes(after, erased) or b"") < 100


def test_the_depth_of_undo_is_the_histories() -> None:
    history = History()
    content = written(history)
    for number in range(UNDO_DEPTH + 20):
        after = history.doing(Sheet(Ink((stroke(number),))))
        content += changes(history, after) or b""
        history = after
    assert len(history.past) == UNDO_DEPTH
    assert recovered(content).history == history
    back = history
    for _ in range(5):
        back = back.undone()
    assert recovered(content + (changes(history, back) or b"")).history == back


def test_histories_without_a_sheet_in_common_have_no_way_between_them() -> None:
    one = History().doing(picture(1))
    assert changes(one, History(picture(2))) is None
    assert changes(one, one) == b""


def test_a_stroke_that_was_being_made_is_finished() -> None:
    live = stroke(1, 50).points
    content = written(History(Sheet(Ink((stroke(2),)))), live[:20])
    content += journal.points_record(live[20:30]) + journal.points_record(live[30:])
    first, second = recovered(content).history.present.ink.strokes
    assert first == stroke(2)
    assert np.array_equal(second.points, live)
    assert recovered(content + journal.record(Kind.END)).history.present.ink.strokes[1] == second
    cancelled = recovered(content + journal.record(Kind.CANCEL)).history
    assert cancelled.present.ink.strokes == (first,)


def test_strokes_are_made_one_after_the_other_and_undone() -> None:
    a, b, c = (stroke(number) for number in range(3))
    end = journal.record(Kind.END)
    content = written(History())
    for one in (a, b):
        content += journal.points_record(one.points) + end
    content += journal.points_record(c.points) + journal.record(Kind.CANCEL)
    assert recovered(content).history.present == Sheet(Ink((a, b)))
    content += journal.record(Kind.UNDO) * 2
    assert recovered(content).history.present == Sheet()
    content += journal.record(Kind.REDO)
    assert recovered(content).history.present == Sheet(Ink((a,)))
    content += journal.points_record(c.points) + end
    assert recovered(content).history == (
        History().doing(Sheet(Ink((a,)))).doing(Sheet(Ink((a, c))))
    )
    assert recovered(content).clean


@pytest.mark.parametrize("shape", [(27, 50), (65, 50), (28, 2049), (2**31, 2**31), (40, 51)])
def test_a_line_of_another_size_is_a_fault(shape: tuple[int, int]) -> None:
    step = struct.pack("<BII", 2, 0, 0) + struct.pack("<II", *shape) + bytes(4 * 40 * 50)
    found = recovered(MAGIC + journal.record(Kind.BASE, step))
    assert found.fault == f"a step of another length (at byte {len(MAGIC)})"
    assert found.history == History()


def test_a_line_without_its_size_is_a_fault() -> None:
    for kind in (2, 3, 255):
        step = struct.pack("<BII", kind, 0, 0)
        assert recovered(MAGIC + journal.record(Kind.BASE, step)).fault


def test_ink_replaces_a_picture() -> None:
    content = written(History(picture(1)), stroke(1).points)
    history = recovered(content).history
    assert history.present == Sheet(Ink((stroke(1),)))
    assert history.past == (picture(1),)


@pytest.mark.parametrize("cut", range(1, 30))
def test_what_a_crash_cut_off_is_left_out(cut: int) -> None:
    before = written(History(Sheet(Ink((stroke(1),)))))
    content = before + journal.points_record(stroke(2).points)
    found = recovered(content[:-cut])
    assert found.history.present.ink.strokes == (stroke(1),)
    assert (found.whole, found.fault) == (len(before), "")


@pytest.mark.parametrize("seed", range(200))
def test_damage_is_noticed_and_what_lies_before_it_comes_back(seed: int) -> None:
    rng = random.Random(seed)
    history = walk(History(), rng, 8)
    content = bytearray(written(history))
    at = rng.randrange(len(content))
    content[at] ^= 1 << rng.randrange(8)
    found = recovered(bytes(content))
    assert found.history == history or found.fault or found.whole < len(content)
    assert found.whole <= at or found.history == history


def made(kind: int, payload: bytes) -> bytes:
    return MAGIC + HEAD.pack(kind, len(payload), zlib.crc32(payload)) + payload


def a_step(runs: bytes, added: bytes, *, picture: int = 0, more: bytes = b"") -> bytes:
    """A step's payload: runs and lengths as numbers of four bytes, then what follows them."""
    return struct.pack("<BII", picture, len(runs) // 8, len(added) // 4) + runs + added + more


def four(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


ROW = np.arange(4, dtype="<f8").tobytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no journal at all", "it is no journal"),
        (made(99, b""), "99 is not a valid Kind"),
        (made(Kind.POINTS, b"12345"), "half a point"),
        (made(Kind.POINTS, b""), "a stroke needs points"),
        (made(Kind.POINTS, np.full((1, 4), np.nan).tobytes()), "a stroke holds a coordinate"),
        (made(Kind.POINTS, ROW)[:-1] + b"?", "a checksum is wrong"),
        (made(Kind.STEP, b""), "half a step"),
        (made(Kind.STEP, bytes(8)), "half a step"),
        (made(Kind.STEP, b"\0" + b"\xff" * 8), "half a step"),
        (made(Kind.STEP, b"\0" + b"\xff" * 4 + bytes(12)), "half a step"),
        (made(Kind.STEP, b"\0" + bytes(4) + b"\xff" * 4), "half a step"),
        (made(Kind.BASE, a_step(four(0, 1), b"")), "a step from another sheet"),
        (made(Kind.BASE, a_step(four(0, 0), four(5))), "a step of another length"),
        (made(Kind.BASE, a_step(b"", four(1), more=ROW[1:])), "a step of another length"),
        (made(Kind.BASE, a_step(b"", four(1), more=ROW * 2)), "a step of another length"),
        (made(Kind.BASE, a_step(b"", b"", picture=1)), "a step of another length"),
        (
            made(Kind.BASE, a_step(b"", b"", picture=1, more=bytes(3135))),
            "a step of another length",
        ),
        (made(Kind.BASE, a_step(b"", four(0))), "a stroke needs points"),
        (
            made(Kind.BASE, a_step(b"", four(1), picture=1, more=ROW + bytes(3136))),
            "a sheet holds ink or",
        ),
    ],
)
def test_what_makes_no_sense_is_a_fault_and_no_exception(content: bytes, said: str) -> None:
    found = recovered(content)
    assert found.fault.startswith(said)
    assert found.fault.endswith(f" (at byte {len(MAGIC)})") == content.startswith(MAGIC)
    assert not found.history.present
    assert found.whole == len(MAGIC) * content.startswith(MAGIC)


@pytest.mark.parametrize(
    ("runs", "kept"),
    [
        (four(), ""),
        (four(0, 3), "abc"),
        (four(0, 1, 2, 3), "ac"),
        (four(1, 1, 2, 2), ""),
        (four(0, 1, 1, 2), "ab"),
        (four(1, 4), None),
        (four(2, 1), None),
        (four(1, 2, 0, 1), None),
        (four(0, 2, 1, 3), None),
    ],
)
def test_a_step_keeps_runs_of_strokes_in_their_order(runs: bytes, kept: str | None) -> None:
    strokes = {name: stroke(number) for number, name in enumerate("abc")}
    content = written(History(Sheet(Ink(tuple(strokes.values())))))
    payload = a_step(runs, four(1, 2), more=ROW * 3)
    found = recovered(content + made(Kind.STEP, payload)[len(MAGIC) :])
    if kept is None:
        assert found.fault.startswith("a step from another sheet")
        return
    *old, one, two = found.history.present.ink.strokes
    assert old == [strokes[name] for name in kept]
    assert (one.points.tobytes(), two.points.tobytes()) == (ROW, ROW * 2)


def test_strokes_in_another_order_are_written_anew() -> None:
    a, b, c, d = (stroke(number) for number in range(4))
    history = History(Sheet(Ink((a, b, c))))
    for strokes in ((c, a), (b, a, c), (d, a), (a, d, b), (b, c, d), (a, c), (b, d, c), (c,), ()):
        after = history.doing(Sheet(Ink(strokes)))
        content = written(history) + (changes(history, after) or b"")
        assert recovered(content).history == after
        assert not recovered(content).fault


def test_a_journal_is_clean_where_more_can_be_appended() -> None:
    whole = written(History(Sheet(Ink((stroke(1),)))))
    assert recovered(whole).clean
    assert not recovered(whole[:-1]).clean
    assert not recovered(whole + b"half").clean
    assert not recovered(whole + journal.points_record(stroke(2).points)).clean
    assert not recovered(b"").clean
    assert not recovered(MAGIC[:4]).clean


def test_points_are_written_least_byte_first_in_double_precision() -> None:
    points = np.arange(8, dtype=np.float64).reshape(2, 4)
    expected = HEAD.pack(Kind.POINTS, 64, zlib.crc32(points.astype("<f8").tobytes()))
    for kind in (points, points.astype(">f8"), points.astype(np.float32), points.T.copy().T):
        assert journal.points_record(kind) == expected + points.astype("<f8").tobytes()


def test_what_is_forgotten_leaves_nothing_to_append() -> None:
    before = History()
    for number in range(6):
        before = before.doing(Sheet(Ink((stroke(number),))))
    for after in (
        History(before.present, before.past[2:]),
        History(before.past[-1], before.past[2:-1], (before.present,)),
    ):
        back = len(before.past) - 2 - len(after.past)
        assert changes(before, after) == journal.record(Kind.UNDO) * back


@pytest.mark.parametrize("pictures", [0, 5])
def test_the_size_of_a_journal_is_about_its_bytes(pictures: int) -> None:
    history = History()
    for number in range(100):
        history = history.doing(Sheet(history.present.ink.adding(stroke(number, 1))))
    for number in range(pictures):
        history = history.doing(picture(number))
    for _ in range(3):
        history = history.undone()
    assert journal.size_of(history) == pytest.approx(len(written(history)), rel=0.05)


def test_the_size_of_a_journal_is_known_without_writing_it() -> None:
    history = walk(History(), random.Random(3), 60)
    assert 0.5 < journal.size_of(history) / len(written(history)) < 2
