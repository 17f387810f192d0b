from __future__ import annotations

import json
from pathlib import Path

import pytest

from lenetpad.data.mixture import part_of
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.tools.bench import lines
from lenetpad.values.space_displacement import STRIDES


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    """The sample ink, half of it by a writer who is held out."""
    names = [f"writer {number}" for number in range(50)]
    held_out = next(name for name in names if part_of(name) == "test")
    trained_on = next(name for name in names if part_of(name) == "train")
    drawings = [
        Drawing(drawing.ink, drawing.label, held_out if nth < 20 else trained_on)
        for nth, drawing in enumerate(read_ink(resources.path("ink/samples.jsonl")))
    ]
    path = tmp_path / "digits.jsonl"
    write_ink(path, drawings)
    return path


def test_numbers_are_composed_of_the_digits_of_held_out_writers_alone(ink: Path) -> None:
    sets = lines.sets_of([ink], 30)
    assert sets.keys() == {lines.COMPOSED}
    made = sets[lines.COMPOSED]
    assert len(made) == 30
    assert {len(label) for _, label in made} == {2, 3, 4, 5, 6}
    theirs = {len(one.ink.strokes[0].points) for one in read_ink(ink)[:20]}
    assert all(len(number.strokes[0].points) in theirs for number, _ in made)


def test_lines_with_labels_of_several_digits_are_read_as_they_are() -> None:
    path = resources.path("ink/numbers.jsonl")
    sets = lines.sets_of([path])
    assert [label for _, label in sets["numbers.jsonl"]] == [
        *("23345", "677788", "355114", "111441", "5540")
    ]
    assert not lines.written_lines(read_ink(resources.path("ink/samples.jsonl")))


def test_shares_are_of_lines_that_are_read_without_a_fault() -> None:
    samples = read_ink(resources.path("ink/samples.jsonl"))
    alone = [(drawing.ink, str(drawing.label)) for drawing in samples[:2]]
    wrong = [(ink, label + "7") for ink, label in alone]
    shares = lines.accuracies(load("lenet5-1998"), [*alone, *wrong])
    assert shares.keys() == set(STRIDES)
    assert all(share <= 50 for share in shares.values())


def test_the_command_prints_figures(
    ink: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["lines", "--ink", str(ink), "--models", "lenet5-1998", "--count", "4"]
    monkeypatch.setattr("sys.argv", [*options, "--json"])
    lines.main()
    found = json.loads(capsys.readouterr().out)
    assert found["lenet5-1998"][lines.COMPOSED].keys() == {"4", "2", "1"}
    monkeypatch.setattr("sys.argv", options)
    lines.main()
    assert "lenet5-1998, composed, clear gaps (4): stride 4: " in capsys.readouterr().out
