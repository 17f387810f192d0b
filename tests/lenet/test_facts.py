"""A weights file's metadata: bounded, typed, and without what is private to a machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lenetpad.lenet.facts import DEEPEST, LARGEST_FACTS, NO_PATH, Calibration, Facts, decoded
from lenetpad.lenet.identification import WeightsError
from lenetpad.storage.decoding import InputError


def nested(levels: int, inside: Any = 1) -> dict[str, Any]:
    """Dictionaries and lists in each other, so many of them."""
    value: Any = inside
    for level in range(levels - 1):
        value = [value] if level % 2 else {"a": value}
    return {"a": value}


def test_all_values_of_json_come_as_they_are() -> None:
    written = {
        "text": "LeCun é",
        "none": None,
        "yes": True,
        "numbers": [0, -1.5, 2**63 - 1, -(2**63), 1e300],
        "inside": {"a": {"b": []}},
    }
    assert decoded(json.dumps(written), "x") == written


@pytest.mark.parametrize("path", ["/home/ann/a.npz", "C:\\Users\\ann", "\\\\server\\share\\a"])
def test_paths_are_taken_out_wherever_they_stand(path: str) -> None:
    written = {"file": path, "in": {"a": [path, "kept"], "b": {"c": path}}, path: "a key"}
    assert decoded(json.dumps(written), "x") == {
        "file": NO_PATH,
        "in": {"a": [NO_PATH, "kept"], "b": {"c": NO_PATH}},
        path: "a key",
    }


@pytest.mark.parametrize("text", ["a/b", "a\\b", "C:a", "", "1/2", "~/a"])
def test_what_is_no_path_of_a_machine_stays(text: str) -> None:
    assert decoded(json.dumps({"a": text}), "x") == {"a": text}


def test_the_length_has_a_limit() -> None:
    padding = LARGEST_FACTS - len('{"a": ""}')
    assert decoded(f'{{"a": "{"x" * padding}"}}', "b.pth") == {"a": "x" * padding}
    with pytest.raises(WeightsError, match=r"^b\.pth: 524,289 characters are far too many$"):
        decoded(f'{{"a": "{"x" * (padding + 1)}"}}', "b.pth", WeightsError)


def test_the_depth_has_a_limit() -> None:
    assert decoded(json.dumps(nested(DEEPEST)), "x") == nested(DEEPEST)
    for begin, end in (("[", "]"), ('{"a":', "}")):
        text = f'{{"a": {begin * 15}1{end * 15}}}'
        assert decoded(text, "x") == json.loads(text)
    for inside in (1, "text", {}, None):
        with pytest.raises(InputError, match=r"^b\.pth: nested more than 16 levels deep$"):
            decoded(json.dumps(nested(DEEPEST + 1, inside)), "b.pth")


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**64 - 1])
def test_whole_numbers_of_more_than_64_bits_are_refused(number: int) -> None:
    for written in ({"a": number}, {"a": [{"b": number}]}):
        with pytest.raises(InputError, match="x: a number is far too large"):
            decoded(json.dumps(written), "x")


@pytest.mark.parametrize("text", ["", "[]", "1", "{", "[" * 100_000, '{"a": NaN}', '{"a": 1} 2'])
def test_what_is_no_object_is_refused_under_its_name(text: str) -> None:
    with pytest.raises(WeightsError, match=r"^b\.pth: (?!None)."):
        decoded(text, "b.pth", WeightsError)
    with pytest.raises(InputError) as caught:
        decoded(text, "b.pth")
    assert type(caught.value) is InputError


def test_the_typed_part_is_taken_and_the_rest_passed_over() -> None:
    found = Facts.of(
        {
            "test_error": 0.5,
            "test_set": "MNIST",
            "figures": {"MNIST": {"error": 0.5}},
            "calibration": {"temperature": 2, "rubbish": -3.5},
            "recipe": {"lr": 1e-3},
            "step": 7,
            "date": "2024-01-01",
            "anything": [1],
        }
    )
    assert found == Facts(
        0.5,
        "MNIST",
        {"MNIST": {"error": 0.5}},
        Calibration(2, -3.5),
        {"lr": 1e-3},
        7,
        "2024-01-01",
    )
    assert Facts.of({}) == Facts()


@pytest.mark.parametrize(
    ("key", "good", "bad"),
    [
        ("test_error", [0, 100], [-0.1, 100.1, "1", True]),
        ("test_set", ["", "x" * 300], ["x" * 301, 1]),
        ("date", ["x" * 300], ["x" * 301, "\x1b[31m", "a\nb"]),
        ("figures", [{"a": {"b": -1e9}}], [{"a": {"b": -1.1e9}}, {"a": {"b": 1.1e9}}, {"\n": {}}]),
        ("step", [0, 1 << 48], [-1, (1 << 48) + 1, 0.5]),
        ("calibration", [{"temperature": 1e-3}], [{"temperature": 9e-4}, {"temperature": 1001}]),
        ("recipe", [None, {}], [[], 1]),
    ],
)
def test_values_have_their_bounds(key: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        Facts.of({key: value})
    for value in bad:
        with pytest.raises(WeightsError, match=r"^b\.pth: (?!None)."):
            Facts.of({key: value}, "b.pth", WeightsError)
        with pytest.raises(InputError, match=r"^metadata: ") as caught:
            Facts.of({key: value})
        assert type(caught.value) is InputError


def test_the_set_that_the_error_is_of_has_a_printable_name() -> None:
    with pytest.raises(InputError, match="control characters"):
        Facts.of({"test_set": "\x1b[31m"})
