from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.mixture import is_odd
from lenetpad.ink.files import Drawing, read_ink, write_ink
from lenetpad.storage import resources
from lenetpad.tools.bench import strangers

NAMES = [f"writer {number}" for number in range(50)]
EVEN = next(name for name in NAMES if not is_odd(name))
ODD = next(name for name in NAMES if is_odd(name))


@pytest.fixture
def ink(tmp_path: Path) -> Path:
    """Twelve digits of an even writer, four of an odd one: three of these have wrong labels."""
    samples = read_ink(resources.path("ink/samples.jsonl"))[:16]
    drawings = []
    for nth, one in enumerate(samples):
        assert isinstance(one.label, int)
        wrong = nth > 12
        drawings.append(Drawing(one.ink, (one.label + wrong) % 10, ODD if nth >= 12 else EVEN))
    path = tmp_path / "digits.jsonl"
    write_ink(path, drawings)
    return path


def test_every_digit_is_in_the_half_of_its_writer(ink: Path) -> None:
    halves = strangers.halves_of([ink])
    labels = [one.label for one in read_ink(ink)]
    assert halves["even writers"].labels.tolist() == labels[:12]
    assert halves["odd writers"].labels.tolist() == labels[12:]
    assert len(np.unique(halves["even writers"].images, axis=0)) > 1


def test_a_half_without_digits_is_left_out(tmp_path: Path) -> None:
    samples = read_ink(resources.path("ink/samples.jsonl"))[:3]
    path = tmp_path / "odd.jsonl"
    write_ink(path, [Drawing(one.ink, one.label, ODD) for one in samples])
    assert strangers.halves_of([path]).keys() == {"odd writers"}


def test_the_command_prints_the_errors_of_either_half(
    ink: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["strangers", "--ink", str(ink), "--models", "lenet5-1998"]
    monkeypatch.setattr("sys.argv", [*options, "--json"])
    strangers.main()
    found = json.loads(capsys.readouterr().out)["lenet5-1998"]
    assert found["even writers"]["error"] == 0
    assert found["odd writers"]["error"] == 75
    monkeypatch.setattr("sys.argv", options)
    strangers.main()
    assert "lenet5-1998, odd writers (4): error 75.00 %, " in capsys.readouterr().out
