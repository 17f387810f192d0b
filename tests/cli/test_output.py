"""What reaches the terminal: no control character of a file, nothing that cannot be encoded."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
import torch

from lenetpad.cli import output
from lenetpad.cli import parser as cli
from lenetpad.cli.progress import ProgressReporter
from lenetpad.storage import runs
from lenetpad.training import weights
from lenetpad.training.network import build
from tests import hostile_runs
from tests.cli.conftest import ONE, QUICK, Result, Run
from tests.hostile_runs import ESCAPES

#: A name that a file can have, and that a terminal should not get.
NAME = "\x1b]0;owned\x07\nfake: 7\x9b\u202e\u2028.jsonl"


def assert_plain(result: Result) -> None:
    """Only printable characters and line ends, and no line that a name began."""
    text = result.out + result.err
    lines = text.split("\n")
    assert all(line.isprintable() for line in lines), text
    assert not any(line.startswith("fake") for line in lines)
    assert len(result.err.splitlines()[-1]) <= 300 if result.err else True


@pytest.fixture
def hostile_ink(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    drawing = {"label": 1, "strokes": ONE, "writer": ESCAPES}
    path.write_text(f"{json.dumps(drawing)}\n{json.dumps({'strokes': ONE, 'writer': ESCAPES})}\n")
    return path


@pytest.fixture
def hostile_weights(tmp_path: Path) -> Path:
    path = tmp_path / "\x1b]0;owned\x07\x9b\u202e\u2028.safetensors"
    facts = {"test_error": 0.5, "date": "2026-01-01", "somebody says": ESCAPES}
    weights.save(path, build("lenet5-modern", 1), facts)
    return path


@pytest.fixture
def hostile_state(tmp_path: Path) -> Path:
    path = tmp_path / "\x1b]0;owned\x07\x9b\u202e\u2028.pth"
    torch.save({ESCAPES: torch.zeros(3)}, path)
    return path


class TestEveryCommand:
    def test_runs(self, run: Run) -> None:
        root = runs.home()
        root.mkdir(parents=True)
        folder = hostile_runs.good(root)
        changes = {"name": ESCAPES, "note": ESCAPES, "model": ESCAPES, "created": ESCAPES}
        runs.update(folder, runs.CONFIG, changes)
        broken = hostile_runs.good(root, NAME)
        (broken / runs.STATE).write_text("[" * 5000)
        result = run("runs")
        assert_plain(result)
        assert result.out.count("\n") == 1
        assert result.err.count("\n") == 1
        assert "fake" in result.out
        [kept] = json.loads(run("runs", "--json").out)
        assert kept["note"] == ESCAPES
        for options in (
            ("--note", ESCAPES, ESCAPES),
            ("--rename", ESCAPES, ESCAPES + "x"),
            ("--delete", "no" + ESCAPES),
            ("--delete", ESCAPES),
            ("--runs", root / ESCAPES),
        ):
            assert_plain(run("runs", *options))

    @pytest.mark.usefixtures("tiny_mnist")
    def test_train(self, run: Run, hostile_state: Path, tmp_path: Path) -> None:
        root = runs.home()
        root.mkdir(parents=True)
        folder = hostile_runs.good(root)
        runs.update(folder, runs.CONFIG, {"name": ESCAPES})
        assert_plain(run("train", "--continue", ESCAPES))
        assert_plain(run("train", "--continue", "x" + ESCAPES))
        runs.update(folder, runs.CONFIG, {"model": ESCAPES})
        assert_plain(run("train", "--continue", ESCAPES))
        assert_plain(run("train", "--model", ESCAPES))
        assert_plain(run("train", "--out", tmp_path / ESCAPES))
        assert_plain(run("train", "--ink", tmp_path / ESCAPES, *QUICK))
        assert_plain(run("train", "--start", hostile_state, *QUICK))

    @pytest.mark.usefixtures("tiny_mnist")
    def test_a_training_from_beginning_to_end(
        self, run: Run, hostile_ink: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / f"{NAME}.safetensors"
        options = ("--model", "lenet5-modern-paper", "--ink", hostile_ink, "--out", out)
        result = run("train", *options, *QUICK)
        assert result.status in (0, 1)  # ink without a label may be refused
        assert_plain(result)

    def test_predict(self, run: Run, hostile_ink: Path, hostile_weights: Path) -> None:
        missing = hostile_ink.with_name(f"{ESCAPES}.png")
        result = run("predict", hostile_ink, missing, "--model", hostile_weights)
        assert_plain(result)
        assert result.out.count("\n") == 2
        assert result.status == 1

    def test_evaluate(
        self, run: Run, hostile_ink: Path, hostile_weights: Path, hostile_state: Path
    ) -> None:
        assert_plain(run("evaluate", "--ink", hostile_ink, "--model", hostile_weights))
        assert_plain(run("evaluate", "--ink", hostile_ink, "--model", hostile_state))
        missing = hostile_ink.with_name(ESCAPES)
        assert_plain(run("evaluate", "--data", "folder", "--folder", missing))
        assert_plain(run("evaluate", "--images", missing))

    @pytest.mark.usefixtures("tiny_mnist")
    def test_info_export_and_report(
        self, run: Run, hostile_weights: Path, hostile_state: Path
    ) -> None:
        for file in (hostile_weights, hostile_state):
            assert_plain(run("info", "--model", file))
            assert_plain(run("export", "--model", file, "--out", file.with_stem("a" + file.stem)))
        assert_plain(run("info", "--model", ESCAPES))
        assert_plain(run("report", ESCAPES))

    @pytest.mark.parametrize("command", ["draw", "demo", "bench", "train", "evaluate"])
    def test_bad_arguments(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        for value in (ESCAPES, "x" * 1_000_000, "\udcff" * 1000):
            with pytest.raises(SystemExit) as ended:
                cli.run([command, f"--{value}", value, value])
            assert ended.value.code == 2
            error = capsys.readouterr().err
            assert_plain(Result(2, "", error))
            assert len(error.splitlines()[-1]) <= 300

    def test_a_megabyte_as_a_value(self, capsys: pytest.CaptureFixture[str]) -> None:
        for option in ("--epochs", "--data", "--device"):
            with pytest.raises(SystemExit):
                cli.run(["train", option, "9x" * 500_000])
            assert len(capsys.readouterr().err.splitlines()[-1]) <= 300


def test_progress_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    say = ProgressReporter()
    with output.guarded():
        say(f"reading {ESCAPES}", 0, 0)
        say(f"fetching {ESCAPES}", 1, 2)
    captured = capsys.readouterr()
    assert_plain(Result(0, captured.out, captured.err))
    assert captured.err.startswith("lenetpad: reading \\x1b[2J")


def test_whatever_is_printed_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with output.guarded():
        print(f"a{ESCAPES}b", file=sys.stderr)
        print("ä × 28\tb")
        sys.stdout.writelines(["\x00\n"])
        sys.stdout.flush()
    captured = capsys.readouterr()
    assert captured.err == ("a\\x1b[2J\\x1b]0;owned\\x07\nfake: finished\\u2028\\u202e\\x9b31mb\n")
    assert captured.out == "ä × 28\\tb\n\\x00\n"
    print("\x1b")  # and not any more
    assert capsys.readouterr().out == "\x1b\n"


def test_a_terminal_of_ascii_gets_simpler_signs_and_escapes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    below = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", below)
    with output.guarded():
        print("28×28 – \udcff 7 %")
        assert sys.stdout.encoding == "ascii"
        print("\x1b–", end="", file=output.unguarded(sys.stdout))
    assert below.buffer.getvalue() == b"28x28 - \\udcff 7 %\n\x1b-"


def test_what_is_said_is_one_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("x" * 5000 + "\nthe end")
    error = capsys.readouterr().err
    assert len(error) == 301
    assert error.startswith("lenetpad: xxx")
    assert error.endswith("the end\n")


def test_a_command_without_a_terminal_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.run(["info"]) == 0
