"""Hands under attack: two things at once, files that others have changed, and what comes between
while each digit is written once."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event

import pytest

from lenetpad.app import Program
from lenetpad.engine import hands as engine_hands
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet import safetensors_file
from lenetpad.lenet.weights import shipped
from lenetpad.storage import hands
from lenetpad.storage.decoding import InputError
from lenetpad.tools.event_loop import wait_until
from lenetpad.values.lesson_files import lesson_of
from tests.controllers.hands.test_hands_in_the_window import (
    LONG,
    a_hand,
    make,
    reads_by,
    real,
    title,
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


def test_closing_while_the_first_hand_is_made_makes_no_second_one(
    real: Program, samples: list[Drawing], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, second, create = Event(), Event(), hands.create

    def made(root: Path, name: str) -> hands.Hand:
        if begun.is_set():
            second.set()
        begun.set()
        second.wait(0.3)  # for nobody, where one waits for the other
        return create(root, name)

    monkeypatch.setattr(hands, "create", made)
    real.draw.hands.teach((samples[0],), lambda *_: None)
    assert begun.wait(LONG)
    real.close()
    assert not second.is_set()
    (made_one,) = hands.listed(tmp_path / "hands")
    assert labels(made_one.ink) == [samples[0].label]


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
    assert real.draw.changes.dialog is None  # what was opened is in front


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


def test_a_long_name_leaves_the_switch_where_it_is(real: Program, samples: list[Drawing]) -> None:
    header = real.window.header
    real.window.resize(1280, 800)
    ann = a_hand(real, "Ann", samples[:2])
    long = a_hand(real, "W" * 80, samples[2:4])
    heights = set()
    for hand in (ann, long):
        real.draw.hands.switch_on(hand.folder)
        wait_until(lambda: reads_by(real, hand.name), LONG)  # noqa: B023 - at once
        wait_until(lambda: header.hands.isVisible())
        for width in (1280, 800):
            real.window.resize(width, 800)
            wait_until(lambda: not real.window.restyling)
            assert header.hands.isVisible()
            heights.add((width, header.height()))
    assert len(heights) == 2, heights


def test_a_hand_whose_folder_has_gone_reads_no_more(real: Program, samples: list[Drawing]) -> None:
    ann = a_hand(real, "Ann", samples[:2])
    real.draw.hands.switch_on(ann.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    shutil.rmtree(ann.folder)
    real.draw.hands.list_hands()
    wait_until(lambda: real.draw.networks.hands.on is None, LONG)
    wait_until(lambda: "Ann" not in title(real) and "·" in title(real), LONG)
    assert real.draw.networks.choice.model == real.draw.hands.base


@pytest.mark.parametrize("other", ["damaged", "lenet5-modern"])
def test_weights_of_a_hand_that_are_damaged_or_others_are_learnt_anew(
    real: Program, samples: list[Drawing], other: str
) -> None:
    ann = a_hand(real, "Ann", samples[:2])
    real.draw.hands.switch_on(ann.folder)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    path = Path(real.draw.networks.choice.model)
    whole = safetensors_file.read(path.read_bytes(), "whole", InputError)[0]
    real.draw.hands.switch_off()
    wait_until(lambda: not reads_by(real, "Ann"), LONG)
    content = b"damaged" if other == "damaged" else shipped(other).read_bytes()
    path.write_bytes(content)
    before = real.draw.hands.latest
    real.draw.hands.switch_on(ann.folder)
    wait_until(lambda: real.draw.hands.latest is not before, LONG)
    wait_until(lambda: reads_by(real, "Ann"), LONG)
    again = safetensors_file.read(path.read_bytes(), "again", InputError)[0]
    assert {name: array.shape for name, array in again.items()} == {
        name: array.shape for name, array in whole.items()
    }
    assert real.draw.networks.hands.on == ann.folder


def test_what_is_written_while_a_training_is_watched_is_learnt_after_it(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    networks, canvas = real.draw.networks, real.draw.page.canvas
    networks._live = True
    real.window.actions_by_name["write_each"].trigger()
    canvas.set_sheet(Sheet(samples[0].ink))
    real.window.actions_by_name["stop_writing"].trigger()
    banner = real.draw.page.banner
    wait_until(lambda: banner.isVisible(), LONG)
    assert banner.text.startswith("1 drawing came into My hand. They are learnt when no training")
    wait_until(lambda: networks.hands.hands and networks.hands.hands[0].drawings == 1, LONG)
    assert networks.hands.on is None
    networks.end_live()
    wait_until(lambda: reads_by(real, "My hand"), LONG)


def test_a_digit_that_was_cleared_again_is_taught_nobody(
    real: Program, samples: list[Drawing], tmp_path: Path
) -> None:
    canvas, actions = real.draw.page.canvas, real.window.actions_by_name
    actions["write_each"].trigger()
    for sample in samples[:2]:
        canvas.set_sheet(Sheet(sample.ink))
        actions["next_to_write"].trigger()
    actions["previous_to_write"].trigger()
    assert canvas.sheet == Sheet(samples[1].ink)
    canvas.clear()
    actions["stop_writing"].trigger()
    wait_until(lambda: real.draw.hands.latest is not None, LONG)
    (made,) = hands.listed(tmp_path / "hands")
    assert labels(made.ink) == [0]
