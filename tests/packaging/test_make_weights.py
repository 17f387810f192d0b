"""The script that trains the shipped weights: which trainings, in which order."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from lenetpad.data.sources import SOURCES
from lenetpad.values.models import PAPER
from lenetpad.values.recipes import (
    DISTILLATION,
    FINE_TUNING,
    LINES,
    RECIPES,
    STRANGERS,
    TEACHERS,
)


def test_make_weights_goes_through_all_recipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each training starts from what the last one of its network made, and ends where it ships."""
    script = runpy.run_path(str(Path(__file__).parents[2] / "packaging" / "make_weights.py"))
    asked: dict[tuple[str, int], list[str]] = {}

    def noted(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        model = command[command.index("--model") + 1]
        asked[model, sum(name == model for name, _ in asked)] = command
        return subprocess.CompletedProcess(command, 0, "done", "")

    def value(command: list[str], option: str) -> str:
        return command[command.index(option) + 1] if option in command else ""

    monkeypatch.setattr(subprocess, "run", noted)
    monkeypatch.setattr(sys, "argv", ["make_weights", "--ink", "a.jsonl", "--out", str(tmp_path)])
    assert script["main"]() == 0
    ends = {}
    for model in RECIPES:
        commands = [asked[key] for key in sorted(asked) if key[0] == model]
        assert len(commands) == sum(
            model in table for table in (RECIPES, FINE_TUNING, DISTILLATION, STRANGERS)
        )
        outs = [value(command, "--out") for command in commands]
        assert [value(command, "--start") for command in commands] == ["", *outs[:-1]]
        assert outs[-1] == str(tmp_path / f"{model}.safetensors")
        assert len({*outs}) == len(outs)
        assert all("--ink" in command for command in commands) == (not model.endswith(PAPER))
        ends[model] = outs
    (for_lines,) = [command for (model, _), command in asked.items() if model in LINES]
    assert value(for_lines, "--start") == ends["lenet5-1998"][-1]
    assert value(for_lines, "--out") == str(tmp_path / "lenet5-1998-lines.safetensors")
    assert "--ink" in for_lines
    for model in DISTILLATION:
        commands = [asked[key] for key in sorted(asked) if key[0] == model]
        taught = [command for command in commands if "--teachers" in command]
        assert ["--strangers" in command for command in taught] == (
            [False, True] if model in STRANGERS else [False]
        )
        # Strangers' forms come last of all, and the first network learns them before the others.
        first = model == "lenet5-1998"
        before, distilled = ({name: ends[name][n] for name in TEACHERS} for n in (-3, -2))
        last = distilled if first else {**distilled, "lenet5-1998": ends["lenet5-1998"][-1]}
        for command, teachers in zip(taught, (before, last), strict=False):
            at = command.index("--teachers")
            assert command[at + 1 : at + 3] == [teachers[name] for name in TEACHERS]


@pytest.mark.parametrize(
    ("failing_model", "trained"),
    [("lenet5-modern-paper", 13), ("lenet5-study", 12), ("lenet5-modern", 7)],
)
def test_make_weights_leaves_out_only_what_a_failure_prevents(
    failing_model: str, trained: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = runpy.run_path(str(Path(__file__).parents[2] / "packaging" / "make_weights.py"))
    asked = []

    def failing(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, int(failing_model in command), "", "no")

    monkeypatch.setattr(subprocess, "run", failing)
    monkeypatch.setattr(sys, "argv", ["make_weights", "--ink", "a.jsonl", "--out", str(tmp_path)])
    assert script["main"]() == 1
    assert len(asked) == trained


def test_without_ink_make_weights_says_where_to_get_it(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "packaging" / "make_weights.py"
    done = subprocess.run(
        [sys.executable, str(script), "--out", str(tmp_path / "weights")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    for source in SOURCES.values():
        assert source.title in done.stderr
        assert source.licence in done.stderr
        assert source.origin in done.stderr
    assert not (tmp_path / "weights").exists()
