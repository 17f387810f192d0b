"""Hands on a disk that fails, or that others have written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.storage import atomic as disk
from lenetpad.storage import hands
from lenetpad.storage.hands import HandError, LearntNetwork

INK = b'{"label": 7, "strokes": [[[0, 0], [1, 1]]]}\n'
KNOWN = LearntNetwork("lenet5-1998.safetensors", "base", "ink")


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_hand_that_cannot_be_written_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(disk, "replace", full)
        with pytest.raises(HandError, match="No space left.*make room"):
            hands.create(tmp_path, "Ann")
    assert hands.listed(tmp_path) == ()
    assert hands.create(tmp_path, "Ann").folder.name == "Ann"


def test_what_cannot_be_kept_leaves_what_was_learnt_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = hands.create(tmp_path, "Ann")
    hands.keep_learnt(hand.folder, "lenet5-1998", KNOWN, b"one", INK)
    for ink in (INK, INK + INK):
        with monkeypatch.context() as patch:
            patch.setattr(disk, "replace", full)
            with pytest.raises(HandError, match="No space left"):
                hands.keep_learnt(hand.folder, "lenet5-1998", KNOWN, b"two", ink)
        weights = hands.read(hand.folder).weights("lenet5-1998")
        assert weights is not None
        assert weights.read_bytes() == b"one"
    assert {path.name for path in hand.folder.iterdir()} == {"hand.json", "learnt", "lock"}


def test_a_lock_that_cannot_be_taken_is_a_sentence(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    (hand.folder / hands.LOCK).mkdir()
    with pytest.raises(HandError, match="cannot be written"):
        hands.keep_learnt(hand.folder, "lenet5-1998", KNOWN, b"one", INK)


@pytest.mark.parametrize("name", ["", "  ", "\\u0000\\u0007", "\\u200b", "a\\nb"])
def test_a_hand_whose_name_is_none_is_called_by_its_folder(tmp_path: Path, name: str) -> None:
    hand = hands.create(tmp_path, "Ann")
    (hand.folder / hands.NAME).write_text(f'{{"name": "{name}"}}')
    found = hands.read(hand.folder).name
    assert found.strip()
    assert found.isprintable()


def test_a_folder_that_is_a_file_and_one_that_is_ours_are_no_hands(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(INK)
    (tmp_path / ".replays").mkdir()
    assert hands.listed(tmp_path) == ()


def test_a_learning_before_whose_ink_is_lost_is_not_brought_back(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    hands.keep_learnt(hand.folder, "lenet5-1998", KNOWN, b"one", INK)
    hands.keep_learnt(hand.folder, "lenet5-1998", KNOWN, b"two", INK + INK)
    (hand.folder / hands.BEFORE / hands.INK).unlink()
    with pytest.raises(HandError):
        hands.swap_learnt(hand.folder, INK + INK)
    weights = hands.read(hand.folder).weights("lenet5-1998")
    assert weights is not None
    assert weights.read_bytes() == b"two"
