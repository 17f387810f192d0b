"""`lenetpad bench-hand`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lenetpad.data import hands
from lenetpad.data import replay as replaying
from lenetpad.data.mixture import part_of
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.letters import letter
from lenetpad.ink.styles import written
from tests.cli.conftest import Failing, Run, parsed

FEW = {
    "MNIST_IMAGES": 30,
    "CANDIDATES": 30,
    "UNSURE": 10,
    "WRITTEN": 10,
    "LETTERS": 10,
    "SCRIBBLES": 5,
    "NOISE": 5,
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in FEW.items():
        monkeypatch.setattr(replaying, name, count)
    whole = replaying.mnist
    monkeypatch.setattr(replaying, "mnist", lambda: (whole()[0], whole()[1].chosen(slice(50))))
    recipe = hands.HandRecipe(copies=2, fine_tuning=hands.FineTuning(steps=4))
    monkeypatch.setattr(hands, "HAND_RECIPE", recipe)


def ink(path: Path, writers: list[str], letters: int = 0) -> Path:
    rng = np.random.default_rng(0)
    drawings = [Drawing(written(k % 10, rng), k % 10, name) for name in writers for k in range(20)]
    drawings += [Drawing(letter(rng), "A", writers[0]) for _ in range(letters)]
    write_ink(path, drawings)
    return path


def named(part: str, n: int) -> list[str]:
    """Names of writers of this part."""
    return [name for name in map(str, range(200)) if part_of(name) == part][:n]


def test_it_prints_a_table_of_each_network(run: Run, tmp_path: Path) -> None:
    file = ink(tmp_path / "a.jsonl", [*named("test", 2), *named("train", 3)], letters=4)
    result = run("bench-hand", "--ink", file, "--model", "lenet5-1998", "lenet5-modern")
    assert result.status == 0
    lines = result.out.splitlines()
    assert "a.jsonl" in lines[0]
    assert str(tmp_path) not in result.out
    for model in ("lenet5-1998", "lenet5-modern"):
        at = lines.index(model)
        assert lines[at + 1].split()[0] == "all"
        assert lines[at + 2].split()[:5] == ["writers,", "drawings", "tested", "2,", "20"]
        assert "→" in lines[at + 3]


def test_json_has_the_figures_and_every_writer(run: Run, tmp_path: Path) -> None:
    names = [*named("choice", 1), *named("test", 2)]
    file = ink(tmp_path / "a.jsonl", [*names, *named("train", 1)])
    result = run("bench-hand", "--ink", file, "--model", "lenet5-study", "--json")
    found = parsed(result.out)["lenet5-study"]
    assert [one["writer"] for one in found["writers"]] == sorted(names)
    every = found["figures"]["all"]
    assert (every["writers"], every["tested"], every["refused"]) == (3, 30, None)


def test_every_writer_is_tried_with_several_choices_of_drawings(run: Run, tmp_path: Path) -> None:
    file = ink(tmp_path / "a.jsonl", [*named("test", 2)])
    options = ("bench-hand", "--ink", file, "--model", "lenet5-study", "--choices", 3)
    found = parsed(run(*options, "--json").out)["lenet5-study"]
    assert [one["writer"] for one in found["writers"]] == sorted(named("test", 2)) * 3
    every = found["figures"]["all"]
    assert (every["writers"], every["trials"], every["tested"]) == (2, 6, 60)
    assert every["better"] + every["worse"] <= every["trials"]
    table = run(*options).out
    assert "3 times each, with other drawings learnt" in table
    assert "2, 60" in table


def test_every_writer_of_unseen_ink_is_tried(run: Run, tmp_path: Path) -> None:
    file = ink(tmp_path / "a.jsonl", named("train", 3))
    result = run(
        *("bench-hand", "--unseen", file, "--model", "lenet5-1998", "--drawings", 3, "--json")
    )
    every = parsed(result.out)["lenet5-1998"]["figures"]["all"]
    assert (every["writers"], every["tested"]) == (3, 51)


def test_too_few_writers_are_refused_with_what_to_do(failing: Failing, tmp_path: Path) -> None:
    file = ink(tmp_path / "a.jsonl", [*named("test", 1), *named("train", 2)])
    assert "--unseen" in failing("bench-hand", "--ink", file, "--model", "lenet5-1998")
    assert "--unseen" in failing("bench-hand")
