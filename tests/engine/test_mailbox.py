"""The slot in which the latest wins."""

from __future__ import annotations

import threading

from lenetpad.engine.mailbox import KeyedMailbox, Mailbox


def test_the_latest_letter_wins() -> None:
    box: Mailbox[int] = Mailbox()
    for letter in (1, 2, 3):
        box.put(letter)
    assert box.take() == 3
    assert box.take() is None


def test_only_the_first_letter_wakes_the_reader() -> None:
    box: Mailbox[int] = Mailbox()
    assert [box.put(letter) for letter in (1, 2, 3)] == [True, False, False]
    box.take()
    assert box.put(4)


def test_the_last_letter_arrives_whatever_the_threads_do() -> None:
    box: Mailbox[int] = Mailbox()
    taken: list[int] = []
    done = threading.Event()

    def read() -> None:
        while True:
            last = done.is_set()  # asked before the slot, which then holds nothing newer
            if (letter := box.take()) is not None:
                taken.append(letter)
            elif last:
                return

    reader = threading.Thread(target=read)
    reader.start()
    for letter in range(1, 20_001):
        box.put(letter)
    done.set()
    reader.join()
    assert taken[-1] == 20_000
    assert taken == sorted(set(taken))


def test_each_key_has_a_slot_and_keeps_its_turn() -> None:
    box: KeyedMailbox[int] = KeyedMailbox()
    assert [box.put(key, number) for number, key in enumerate("abab")] == [True, *[False] * 3]
    assert [box.take() for _ in range(3)] == [2, 3, None]
    assert box.put("b", 4)
