"""Hands on the disk: names in any script, what was learnt, and nothing left of what is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from lenetpad.storage import hands
from lenetpad.storage.hands import HandError, LearntNetwork

INK = b'{"label": 7, "strokes": [[[0, 0], [1, 1]]]}\n'
OTHER_INK = INK + INK


def learnt(ink: bytes, file: str = "lenet5-1998.safetensors") -> LearntNetwork:
    return LearntNetwork(file, "base", hands.digest_of(ink), 0.57, 0.56, 10_000, 0.6)


@pytest.mark.parametrize(
    "name",
    [
        "My hand",
        "Ώρα 手書き",
        "../../etc",
        "a/b\\c:d",
        "CON",
        "…",
        "." * 30,
        "ب" * 80,
        " Zoë  B. ",
    ],
)
def test_a_name_of_any_script_has_a_folder_of_its_own_under_the_root(
    tmp_path: Path, name: str
) -> None:
    made = hands.create(tmp_path / "hands", name)
    assert made.name == " ".join(name.split())
    assert made.folder.parent == tmp_path / "hands"
    assert not made.folder.name.startswith(".")
    assert len(made.folder.name.encode()) <= 200
    assert hands.listed(tmp_path / "hands") == (made,)


@pytest.mark.parametrize("name", ["", "  ", "\x00", "a\nb\x07", "x" * 81])
def test_what_is_no_name_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(HandError, match=r"enter one|shorten it"):
        hands.create(tmp_path, name)
    assert hands.listed(tmp_path) == ()


def test_two_hands_do_not_share_a_name_but_names_may_share_a_folders_letters(
    tmp_path: Path,
) -> None:
    first = hands.create(tmp_path, "A:B")
    second = hands.create(tmp_path, "A?B")
    assert first.folder != second.folder
    for taken in ("a:b", " A:B "):
        with pytest.raises(HandError, match="already"):
            hands.create(tmp_path, taken)
    with pytest.raises(HandError, match="already"):
        hands.rename(second, "A:b")
    assert hands.rename(second, "Zoë").name == "Zoë"
    assert hands.rename(hands.read(second.folder), "ZOË").name == "ZOË"  # its own name is free
    assert [hand.name for hand in hands.listed(tmp_path)] == ["A:B", "ZOË"]
    assert hands.find(tmp_path, "zoë").folder == second.folder
    with pytest.raises(HandError, match=r"there are: 'A:B', 'ZOË'"):
        hands.find(tmp_path, "nobody")


def test_what_networks_learn_of_the_same_drawings_stays_together(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    hand.ink.write_bytes(INK)
    first = hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    other = "lenet5-study.safetensors"
    hands.keep_learnt(hand.folder, "lenet5-study", learnt(INK, other), b"two", INK)
    hand = hands.read(hand.folder)
    assert hand.drawings == 1
    assert hand.weights("lenet5-1998") == first
    assert hand.weights("lenet5-study") == first.with_name(other)
    assert hand.weights("lenet5-modern") is None
    assert first.read_bytes() == b"one"


def test_a_learning_can_be_taken_back_and_come_again(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(OTHER_INK), b"two", OTHER_INK)
    path = hands.read(hand.folder).weights("lenet5-1998")
    assert path is not None
    assert path.read_bytes() == b"two"
    assert hands.swap_learnt(hand.folder, OTHER_INK) == INK
    assert path.read_bytes() == b"one"
    assert hands.read(hand.folder).networks["lenet5-1998"].ink == hands.digest_of(INK)
    assert hands.swap_learnt(hand.folder, INK) == OTHER_INK
    assert path.read_bytes() == b"two"


def test_the_first_learning_taken_back_leaves_nothing_learnt(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    with pytest.raises(HandError, match="learnt nothing"):
        hands.swap_learnt(hand.folder, b"")
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    assert hands.swap_learnt(hand.folder, INK) == b""
    gone = hands.read(hand.folder)
    assert not gone.networks
    assert gone.can_undo  # it can come again
    assert hands.swap_learnt(hand.folder, b"") == INK
    assert hands.read(hand.folder).networks


def test_deleting_leaves_neither_ink_nor_weights(tmp_path: Path) -> None:
    root = tmp_path / "hands"
    hand, other = hands.create(root, "Ann"), hands.create(root, "Bob")
    hand.ink.write_bytes(INK)
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(OTHER_INK), b"two", OTHER_INK)
    hands.delete(hand)
    assert [path.name for path in root.iterdir()] == [other.folder.name]
    hands.delete(hand)  # by another window: it is gone already


def test_what_a_killed_process_left_of_a_deleted_hand_goes(tmp_path: Path) -> None:
    left = tmp_path / f"{hands.GOING}0"
    left.mkdir()
    (left / hands.INK).write_bytes(INK)
    assert hands.listed(tmp_path) == ()
    hands.clear_leftovers(tmp_path)
    assert not left.exists()


def test_nothing_is_read_through_a_link(tmp_path: Path) -> None:
    secret = tmp_path / "secret.jsonl"
    secret.write_bytes(INK)
    root = tmp_path / "hands"
    hand = hands.create(root, "Ann")
    hand.ink.symlink_to(secret)
    assert hands.read(hand.folder).drawings == 0
    with pytest.raises(HandError, match="link"):
        hands.ink_of(hand.folder)
    (root / "other").symlink_to(hand.folder)
    assert len(hands.listed(root)) == 1
    with pytest.raises(HandError, match="link"):
        hands.delete(hands.Hand(root / "other", "other"))
    assert hand.folder.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"networks": {"m": {"file": "../../x.safetensors", "base": "", "ink": ""}}}',
        b'{"networks": {"m": {"file": "x.safetensors", "base": "", "ink": "", "seconds": -1}}}',
    ],
)
def test_damaged_files_are_a_hand_that_has_learnt_nothing(tmp_path: Path, content: bytes) -> None:
    hand = hands.create(tmp_path, "Ann")
    hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    (hand.folder / hands.LEARNT / hands.NETWORKS).write_bytes(content)
    (hand.folder / hands.NAME).write_bytes(content)
    found = hands.read(hand.folder)
    assert (found.name, found.networks) == (hand.folder.name, {})


def test_the_file_of_weights_tells_no_path(tmp_path: Path) -> None:
    assert hands.file_for("lenet5-1998") == "lenet5-1998.safetensors"
    path = str(tmp_path / "ann" / "net.pth")
    assert "ann" not in hands.file_for(path)
    assert hands.file_for(path) != hands.file_for(path + "2")


def test_a_hand_that_has_gone_is_written_no_more(tmp_path: Path) -> None:
    hand = hands.create(tmp_path, "Ann")
    hands.delete(hand)
    with pytest.raises(HandError, match="there no more"):
        hands.keep_learnt(hand.folder, "lenet5-1998", learnt(INK), b"one", INK)
    assert not hand.folder.exists()
