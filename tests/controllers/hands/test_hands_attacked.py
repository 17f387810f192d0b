"""Hands under attack: two things at once, files that others have changed, and what comes between
while each digit is written once."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.app import Program
from lenetpad.engine import hands as engine_hands
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.storage import hands
from lenetpad.tools.event_loop import wait_until
from lenetpad.values.lesson_files import lesson_of
from tests.controllers.hands.test_hands_in_the_window import (
    LONG,
    a_hand,
    make,
    reads_by,
    real,
    write,
)

LESSON = """
title = "A line"
[[step]]
words = "A line."
ink = { digit = 1 }
"""

__all__ = ["make", "real"]


def labels(path: Path) -> list[object]:
    return [drawing.label for drawing in read_ink(path)]


def test_two_corrections_at_once_are_two_drawings(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    hand = real.draw.hands
    for sample in samples[:3]:
        hand.teach((sample,), lambda *_: None)
    wait_until(lambda: hand.latest is not None and not real.draw.documents.tray.busy, LONG)
    (made,) = hands.listed(tmp_path / "hands")
    assert labels(made.ink) == [sample.label for sample in samples[:3]]


def test_closing_at_once_keeps_a_correction(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    write(real, samples[0].ink)
    real.window.actions_by_name["correct"].trigger()
    real.draw.correcting.answer(5)
    real.close()
    (made,) = hands.listed(tmp_path / "hands")
    assert labels(made.ink) == [5]


def test_before_the_hands_are_listed_a_correction_goes_into_the_one_of_the_last_time(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    root = tmp_path / "hands"
    hands.create(root, "Ann")
    zoe = hands.create(root, "Zoe")
    real.window.preferences.keep(hand=zoe.folder.name)
    assert real.draw.hands.current is None
    real.draw.hands.teach((samples[0],), lambda *_: None)
    wait_until(lambda: real.draw.hands.latest is not None, LONG)
    assert [hand.name for hand in hands.listed(root)] == ["Ann", "Zoe"]
    assert labels(zoe.ink) == [samples[0].label]


def test_what_could_not_be_written_goes_into_no_other_hand(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    ann, bob = a_hand(real, "Ann", samples[:1]), a_hand(real, "Bob", samples[1:2])
    real.draw.hands.switch_on(ann.folder)
    ann.ink.write_bytes(b"damaged\n")
    real.draw.hands.teach((samples[2],), lambda *_: None)
    wait_until(lambda: not real.draw.documents.tray.busy, LONG)
    real.draw.hands.switch_on(bob.folder)
    real.draw.hands.teach((samples[3],), lambda *_: None)
    wait_until(lambda: not real.draw.documents.tray.busy, LONG)
    assert labels(bob.ink) == [samples[1].label, samples[3].label]


def test_nothing_is_written_through_a_link(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    ann = a_hand(real, "Ann", [])
    secret = tmp_path / "secret.jsonl"
    write_ink(secret, samples[:1])
    content = secret.read_bytes()
    ann.ink.symlink_to(secret)
    real.draw.hands.teach((samples[2],), lambda *_: None)
    wait_until(lambda: real.draw.page.banner.isVisible(), LONG)
    wait_until(lambda: not real.draw.documents.tray.busy, LONG)
    assert "link" in real.draw.page.banner.text
    assert secret.read_bytes() == content


def test_a_file_that_is_opened_ends_the_writing_and_is_taught_nobody(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    path = tmp_path / "opened.ink.jsonl"
    write_ink(path, [Drawing(samples[7].ink, 7)])
    canvas, before = real.draw.page.canvas, Sheet(samples[5].ink)
    canvas.set_sheet(before)
    real.window.actions_by_name["write_each"].trigger()
    canvas.set_sheet(Sheet(samples[0].ink))
    real.window.actions_by_name["next_to_write"].trigger()
    real.draw.documents.open_path(path)
    wait_until(lambda: bool(canvas.sheet) and canvas.sheet != before, LONG)
    assert not real.draw.writing.active
    assert len(canvas.sheet.ink.strokes) == len(samples[7].ink.strokes)
    canvas.undo()
    assert canvas.sheet == before
    wait_until(lambda: reads_by(real, "My hand"), LONG)
    (made,) = hands.listed(tmp_path / "hands")
    assert labels(made.ink) == [0]
    assert real.draw.managing.changes is None  # what was opened is in front


def test_a_lesson_ends_the_writing_and_gives_back_the_drawing_of_before(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    canvas, before = real.draw.page.canvas, Sheet(samples[5].ink)
    canvas.set_sheet(before)
    real.window.actions_by_name["write_each"].trigger()
    canvas.set_sheet(Sheet(samples[0].ink))
    real.lessons.begin(lesson_of(LESSON, "own", real.window.actions_by_name))
    assert not real.draw.writing.active
    assert canvas.sheet not in (before, Sheet(samples[0].ink))
    real.lessons.presentation.end()
    assert canvas.sheet == before
    wait_until(lambda: reads_by(real, "My hand"), LONG)
    (made,) = hands.listed(tmp_path / "hands")
    assert labels(made.ink) == [0]


def test_undo_while_a_digit_is_written_does_not_bring_the_drawing_of_before(
    real: Program, samples: list[Drawing]
) -> None:
    canvas, before = real.draw.page.canvas, Sheet(samples[5].ink)
    canvas.set_sheet(before)
    history = canvas.history
    actions = real.window.actions_by_name
    actions["write_each"].trigger()
    canvas.set_sheet(Sheet(samples[0].ink))
    for _ in range(4):
        actions["undo"].trigger()
        assert canvas.sheet != before
    assert not canvas.sheet
    actions["redo"].trigger()
    assert canvas.sheet == Sheet(samples[0].ink)
    actions["next_to_write"].trigger()
    actions["undo"].trigger()
    assert not canvas.sheet  # not the digit before
    actions["skip_to_write"].trigger()
    actions["previous_to_write"].trigger()
    actions["previous_to_write"].trigger()
    assert canvas.sheet == Sheet(samples[0].ink)
    actions["undo"].trigger()
    assert canvas.sheet == Sheet(samples[0].ink)
    actions["stop_writing"].trigger()
    assert canvas.history == history


def test_a_hand_that_is_deleted_while_it_is_learnt_is_gone(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    ann = a_hand(real, "Ann", samples[:10])
    real.draw.hands.switch_on(ann.folder)
    real.draw.managing._delete(ann)
    known = real.draw.networks.hands
    wait_until(lambda: known.hand(ann.folder) is None, LONG)
    wait_until(lambda: "Deleted" in real.draw.page.banner.text, LONG)
    write(real, samples[3].ink)
    assert not ann.folder.exists()
    assert known.on is None
    assert "Ann" not in real.draw.networks.title


def test_a_drawing_that_comes_while_a_learning_is_taken_back_stays(
    samples: list[Drawing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = hands.create(tmp_path, "Ann")
    write_ink(hand.ink, samples[:2])
    known = hands.LearntNetwork("x.safetensors", "base", "ink")
    hands.keep_learnt(hand.folder, "m", known, b"w", hands.ink_of(hand.folder))
    swap = hands.swap_learnt

    def slow(folder: Path, ink: bytes) -> bytes:
        then = swap(folder, ink)
        write_ink(hand.ink, samples[:3])  # another window's
        return then

    monkeypatch.setattr(hands, "swap_learnt", slow)
    with pytest.raises(Exception, match="again"):
        engine_hands.take_back_learning(hand.folder)
    assert len(read_ink(hand.ink)) == 3
