"""Numbers as people write them."""

from __future__ import annotations

import pytest

from lenetpad.values.numbers import decimal, may_be_thousands, may_become_decimal, whole

ARABIC = "\u0660\u066b\u0660\u0665"  # 0.05


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("0.0005", 5e-4), ("0,0005", 5e-4), (",5", 0.5), (".5", 0.5), ("5,", 5), ("12", 12)),
        *(("5e-4", 5e-4), ("5E+2", 500), ("1,5e1", 15), (" 7,5 ", 7.5), ("+1", 1)),
        *(
            (ARABIC, 0.05),
            ("\u061c-\u0661", -1),
            ("\u200e\u22121,5", -1.5),
            ("\u0967.\u096b", 1.5),
        ),
    ],
)
def test_a_decimal(text: str, value: float) -> None:
    assert decimal(text) == value
    assert may_become_decimal(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "1.000,5", "1,2,3", "1_0", "1 2", "nan", "inf", "0x1", "5e", "e5", "--1", "١٫٢٫٣"],
)
def test_no_decimal(text: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        decimal(text)


def test_what_may_become_a_decimal() -> None:
    assert all(may_become_decimal(text) for text in ("", "-", "5e", "5e-", ",", "\u066b"))
    assert not any(may_become_decimal(text) for text in ("x", "1.2,", "1 2", "5ee", "--"))


def test_a_whole_number() -> None:
    assert [whole(text) for text in ("12", " -3", "\u22123", "+4", "\u0661\u0662")] == [
        *(12, -3, -3, 4, 12)
    ]
    for text in ("", "1.5", "1,5", "1.000", "1_0", "1e3", "½", "²"):
        with pytest.raises(ValueError, match="is no whole number"):
            whole(text)


def test_thousands() -> None:
    assert all(may_be_thousands(text) for text in ("1,000", "-12,345", "123,456"))
    assert not any(
        may_be_thousands(text) for text in ("0,005", "1,00", "1.000", "1234,567", "1000")
    )
