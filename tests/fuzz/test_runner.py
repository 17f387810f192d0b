"""`python -m tests.fuzz`: what it finds is told apart, kept, and makes it fail."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from lenetpad.storage.decoding import InputError, json_object
from tests.fuzz.fuzzing import Target

runner = import_module("tests.fuzz.__main__")


def refuse(path: Path) -> object:
    """Decodes nothing, and fails in two ways."""
    if b"9" in path.read_bytes():
        raise KeyError("9")
    return json_object(path, dict)


def seeds() -> list[bytes]:
    return [b'{"a": [1, 9]}', b'{"a": [1, 2]}']


GOOD = Target("good", ".json", seeds, lambda path: json_object(path, dict), (InputError,))
BAD = Target("bad", ".json", seeds, refuse, ())


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """Runs it over the two targets, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "all_targets", lambda: [GOOD, BAD])

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["fuzz", "--executions", "300", *arguments])
        return int(runner.main())

    return run


def test_a_good_decoder_passes(run: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("good") == 0  # type: ignore[operator]
    assert "good: 300 executions" in capsys.readouterr().out


def test_each_kind_of_finding_is_kept_once(
    run: object, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run() == 1  # type: ignore[operator]
    said = capsys.readouterr().out
    assert "bad: 300 executions" in said
    assert said.count("finding: bad: KeyError at outside") == 1
    assert "lenetpad.storage.decoding.InputError at lenetpad/storage/decoding.py" in said
    kept = sorted(path.name for path in (tmp_path / "build" / "fuzz").iterdir())
    assert [name for name in kept if name.endswith(".json")] == ["bad-1.json", "bad-2.json"]
    assert len(kept) == 4


def test_an_unknown_target_is_refused(run: object) -> None:
    with pytest.raises(SystemExit, match="there are good, bad"):
        run("other")  # type: ignore[operator]


def test_what_is_no_traceback_is_its_own_kind() -> None:
    assert runner.place_of("slow") == "slow"
    assert runner.place_of("no line of 300 characters: InkError('a')").endswith("InkError")


def test_what_an_execution_makes_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As atheris calls it."""
    monkeypatch.setattr(runner, "OUT", tmp_path)
    decode = runner.once(BAD, tmp_path)
    for content in (b"9", b"99", json.dumps({}).encode()):
        decode(content)
    assert (tmp_path / "bad-atheris-1.json").read_bytes() == b"9"
    assert not (tmp_path / "bad-atheris-2.json").exists()
