"""Recipes and plans as files keep them: read again, or refused in one line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lenetpad.ink.variation import Variation
from lenetpad.storage.decoding import InputError
from lenetpad.values.recipes import (
    DISTILLATION,
    FINE_TUNING,
    LINES,
    RECIPES,
    STRANGERS,
    Distortions,
    Mixture,
    Plan,
    Recipe,
    plan_of,
    recipe_of,
)

PLAN = Plan(
    "lenet5-modern",
    Recipe(mixture=Mixture(variation=Variation(softness=0.3)), distillation_weight=0.5),
    start="/a.pth",
    data="folder",
    folder="/digits",
    ink=("/b", "/c"),
    images=("/d",),
    out="/e",
    bf16=True,
    teachers=("lenet5-1998", "/f"),
)


@pytest.mark.parametrize("recipes", [RECIPES, FINE_TUNING, DISTILLATION, STRANGERS, LINES])
def test_every_recipe_comes_back(recipes: dict[str, Recipe]) -> None:
    for recipe in recipes.values():
        assert recipe_of(json.loads(json.dumps(recipe.as_json))) == recipe


def test_a_recipe_of_before_the_latest_forms_and_averages_has_none_of_them() -> None:
    kept = DISTILLATION["lenet5-1998"].as_json
    del kept["mixture"]["latest"], kept["averaged"], kept["start_share"]
    assert recipe_of(kept) == DISTILLATION["lenet5-1998"]


def test_a_plan_comes_back() -> None:
    kept = json.loads(json.dumps(PLAN.config))
    assert kept["half"] is True
    assert kept["recipe"]["taught"] == 0.5
    assert plan_of("lenet5-modern", kept) == PLAN
    assert plan_of("lenet5-modern", {"recipe": {}, "ink": [], "images": []}).recipe == Recipe()


def test_a_plan_knows_the_files_that_it_reads() -> None:
    assert PLAN.files == ("/a.pth", "/f", "/digits", "/b", "/c", "/d")
    assert Plan("lenet5-1998", Recipe(), start="lenet5-study-paper", out="/x").files == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 10**9}, "epochs must be at most 100,000"),
        ({"epochs": 1e308}, "Expected `int`"),
        ({"epochs": True}, "Expected `int`"),
        ({"batch_size": 10**7}, "batch size must be at most"),
        ({"seed": 2**63}, "seed"),
        ({"seed": -(2**64)}, "seed must be at most|out of range|Expected `int`"),
        ({"lr": "fast"}, "Expected `float`"),
        ({"softness": 1e9}, "distillation temperature must be at most"),
        ({"distortions": {"rotation": 1e308}}, "rotation must be from -360 to 360"),
        ({"distortions": {"elastic": float("nan")}}, "elastic must be from"),
        ({"distortions": [1]}, "Expected `object"),
        ({"mixture": {"written": 10**9}}, "written must be at most"),
        ({"mixture": {"noise": -1}}, "less than nothing"),
        ({"mixture": {"latest": -1}}, "less than nothing"),
        ({"mixture": {"latest": 10**9}}, "latest must be at most"),
        ({"mixture": {"variation": {"sway": -1}}}, "sway must be from 0 to 360"),
        ({"mixture": {"variation": {"taught": 1}}}, "it has no taught"),
        ({"x" * 5000: 1}, "it has no xxx"),
        ({"\x1b[2J": 1}, "it has no \\\\x1b"),
    ],
)
def test_what_is_beyond_any_training_is_refused(change: dict[str, Any], words: str) -> None:
    kept = {**Recipe().as_json, **change}
    with pytest.raises(InputError, match=words) as refused:
        plan_of("lenet5-1998", {"recipe": kept, "ink": [], "images": []})
    assert len(str(refused.value)) <= 300
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("model", "change"),
    [
        ("x", {}),
        ("", {}),
        ("lenet5-1998", {"data": "x"}),
        ("lenet5-1998", {"ink": "abc"}),
        ("lenet5-1998", {"ink": [1]}),
        ("lenet5-1998", {"ink": ["a\0b"]}),
        ("lenet5-1998", {"device": "x" * 5000}),
        ("lenet5-1998", {"out": None}),
        ("lenet5-1998", {"half": 1}),
        ("lenet5-1998", {"recipe": None}),
        ("lenet5-1998", {"teachers": {"a": 1}}),
    ],
)
def test_what_is_no_plan_is_refused(model: str, change: dict[str, Any]) -> None:
    kept = {**PLAN.config, "ink": [], "images": [], "teachers": [], **change}
    kept = {"recipe": Recipe().as_json, **{k: v for k, v in kept.items() if k != "recipe"}} | {
        key: value for key, value in change.items() if key == "recipe"
    }
    with pytest.raises(InputError, match="no training of this version"):
        plan_of(model, kept)


def test_the_form_cannot_make_what_is_refused() -> None:
    for value in (-360.0, 360.0):
        assert Distortions(rotation=value).rotation == value
    with pytest.raises(ValueError, match="rotation"):
        Distortions(rotation=361)
