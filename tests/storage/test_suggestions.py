"""Which known name a wrong one is taken for."""

from __future__ import annotations

import pytest

from lenetpad.storage.suggestions import did_you_mean

COMMANDS = ("draw", "train", "runs", "evaluate", "predict", "export", "selftest")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("trian", "train"),
        ("traín", "train"),
        ("exprot", "export"),
        ("eval", "evaluate"),
        ("test", "selftest"),
        ("run", "runs"),
    ],
)
def test_a_slip_is_recognised(word: str, meant: str) -> None:
    assert did_you_mean(word, COMMANDS) == f" (did you mean {meant!r}?)"


@pytest.mark.parametrize("word", ["", "paint", "help", "x", "trainings of the whole night"])
def test_what_is_like_no_name_gets_none(word: str) -> None:
    assert did_you_mean(word, COMMANDS) == ""


def test_a_megabyte_is_not_compared() -> None:
    assert did_you_mean("x" * 1_000_000, ["x" * 1_000_001]) == ""


def test_nothing_is_known() -> None:
    assert did_you_mean("train", []) == ""
