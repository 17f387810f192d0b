"""What `lenetpad evaluate --by-writer` and `lenetpad learn-hand` print, answer and write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lenetpad.data.hands import HandRecipe
from lenetpad.evaluation import class_hands
from lenetpad.ink.files import read_ink, write_ink
from lenetpad.lenet.fine_tuning import FineTuning
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from tests.cli.conftest import Failing, Run, parsed

FEW = HandRecipe(copies=1, fine_tuning=FineTuning(steps=2))


@pytest.fixture
def pupils(tmp_path: Path) -> Path:
    """A folder with a file of each of two pupils, and one that is no ink."""
    samples = [replace(one, writer=None) for one in read_ink(resources.path("ink/samples.jsonl"))]
    (folder := tmp_path / "class").mkdir()
    write_ink(folder / "ann.jsonl", samples[::2])
    write_ink(folder / "bo.ink.jsonl", samples[1::2])
    (folder / "bad.jsonl").write_text("nonsense")
    return folder


class TestEvaluate:
    def test_a_row_for_each_writer(self, run: Run, pupils: Path) -> None:
        result = run("evaluate", "--ink", pupils, "--by-writer")
        assert result.status == 0
        assert "1 of 3 ink files passed over" in result.err
        first, _, head, *rows = result.out.splitlines()
        assert first.startswith("lenet5-1998: 2 writers, ")
        assert head.split() == ["writer", "drawings", "errors", "rejected", "accuracy", "misread"]
        assert {row.split()[0] for row in rows if row and "misread" not in row} == {"ann", "bo"}

    def test_json(self, run: Run, pupils: Path) -> None:
        samples = read_ink(resources.path("ink/samples.jsonl"))
        result = run("evaluate", "--ink", pupils, "--by-writer", "--json")
        found = parsed(result.out)
        assert found["n"] == len(samples) == sum(one["drawings"] for one in found["writers"])
        assert found["model"] == "lenet5-1998"
        errors = sum(one["errors"] for one in found["writers"])
        assert errors == found["digits"] - sum(found["confusion"][n][n] for n in range(10))
        assert "compared" not in found

    def test_the_same_as_without_writers(self, run: Run, pupils: Path) -> None:
        (pupils / "bad.jsonl").unlink()
        plain = parsed(run("evaluate", "--ink", pupils, "--json").out)
        found = parsed(run("evaluate", "--ink", pupils, "--by-writer", "--json").out)
        assert found["confusion"] == plain["confusion"]
        assert found["refused"] == plain["refused"]
        assert "writers" not in plain

    def test_two_networks(self, run: Run, pupils: Path) -> None:
        arguments = ("evaluate", "--ink", pupils, "--by-writer", "--compare", "lenet5-modern")
        result = run(*arguments)
        lines = result.out.splitlines()
        assert lines[0].startswith("A: lenet5-1998: 2 writers")
        assert lines[1].startswith("B: lenet5-modern: 2 writers")
        assert "errors A    errors B" in lines[3]
        compared = parsed(run(*arguments, "--json").out)["compared"]
        assert compared["model"] == "lenet5-modern"
        assert len(compared["writers"]) == 2

    def test_torch_on_the_cpu_says_the_same(self, run: Run, pupils: Path) -> None:
        said = [
            parsed(
                run("evaluate", "--ink", pupils, "--by-writer", "--json", "--device", device).out
            )
            for device in ("cpu", "torch-cpu")
        ]
        assert said[0]["writers"] == said[1]["writers"]

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--by-writer",), "--by-writer needs --ink"),
            (("--ink", "x.jsonl", "--compare", "lenet5-modern"), "--compare needs --by-writer"),
            (("--ink", "gone.jsonl", "--by-writer"), "gone.jsonl does not exist"),
        ],
    )
    def test_what_does_not_go_together(
        self, failing: Failing, options: tuple[str, ...], words: str
    ) -> None:
        assert words in failing("evaluate", *options)


@pytest.mark.usefixtures("small_replay")
class TestLearnHand:
    @pytest.fixture(autouse=True)
    def _fast(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(class_hands, "recipe_for", lambda count: FEW)

    def test_what_is_printed_and_written(self, run: Run, pupils: Path, tmp_path: Path) -> None:
        out = tmp_path / "new" / "class.safetensors"
        result = run("learn-hand", pupils, "--out", out)
        assert result.status == 0
        assert f"the folder {out.parent} was made" in result.err
        rows = [line.split() for line in result.out.splitlines()]
        assert rows[1] == ["writer", "tested", *["before", "after", "control"] * 2]
        assert {row[0] for row in rows[2:4]} == {"ann", "bo"}
        assert rows[4][0] == "all"
        learnt = load(str(out))
        samples = read_ink(resources.path("ink/samples.jsonl"))
        labelled = [drawing for drawing in samples if drawing.label is not None]
        assert learnt.facts["drawings"] == len(labelled)
        assert str(tmp_path) not in out.read_bytes().decode(errors="replace")

    def test_json(self, run: Run, pupils: Path, tmp_path: Path) -> None:
        out = tmp_path / "class.safetensors"
        result = run("learn-hand", pupils, "--out", out, "--json", "--first", 2, "--no-control")
        found = parsed(result.out)
        assert found["out"] == str(out)
        assert found["compared"] == 4
        assert found["control"] is None
        assert found["tested"] + found["compared"] == found["learnt"]
        tested = sum(one["drawings"] for one in found["before"]["writers"])
        assert tested == found["tested"]
        assert found["after"]["errors"] >= 0

    def test_a_file_that_cannot_be_written_is_refused_at_once(
        self, failing: Failing, pupils: Path, tmp_path: Path
    ) -> None:
        words = failing("learn-hand", pupils, "--out", tmp_path / "class.pth")
        assert "must end in .safetensors" in words
        assert "it is a folder" in failing(
            "learn-hand", pupils, "--out", _folder(tmp_path / "x.safetensors")
        )

    def test_ink_that_cannot_be_learnt(self, failing: Failing, tmp_path: Path) -> None:
        (tmp_path / "class").mkdir()
        out = tmp_path / "class.safetensors"
        words = failing("learn-hand", tmp_path / "class", "--out", out)
        assert "holds no ink file" in words
        assert not out.exists()


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
