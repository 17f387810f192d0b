"""Facts as text."""

from __future__ import annotations

import pytest

from lenetpad.ui.widgets.text import parted

FACTS = "2.4 ms from pen to screen · CPU · LeNet-5 1998 · test error 0.57 %"


def lines(facts: str, width: int) -> list[str]:
    """Facts in lines of so many letters, broken at spaces that may be broken at."""
    found = [""]
    for word in parted(facts, lambda part: len(part) + 2 <= width).split(" "):
        whole = f"{found[-1]} {word}".strip(" ")
        found[-1:] = [whole] if len(whole) <= width or not found[-1] else [found[-1], word]
    return [line.replace("\u00a0", " ") for line in found]


@pytest.mark.parametrize("width", range(28, 80))
def test_facts_go_on_in_the_next_line_behind_a_dot(width: int) -> None:
    broken = lines(FACTS, width)
    assert " ".join(broken) == FACTS
    assert all(line.endswith(" ·") for line in broken[:-1])
    assert all(len(line) <= width for line in broken)


def test_a_fact_that_fits_into_no_line_is_broken_and_keeps_its_unit() -> None:
    assert lines("a run of mine · test error 0.57 %", 10) == [
        "a run of",
        "mine ·",
        "test error",
        "0.57 %",
    ]
