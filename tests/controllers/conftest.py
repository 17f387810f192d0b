"""Programs with their Train page open, a run, and a program that has read a drawing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.engine.trainer import Target
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Sheet
from tests import trainees
from tests.controllers.looker import Looker
from tests.controllers.training_desk import PLAN, Desk


@pytest.fixture
def desk(
    qtbot: QtBot, make_program: Callable[..., Program], tmp_path: Path, fake_reader: type
) -> Callable[..., Desk]:
    def make(target: Target = trainees.light, *, reads: bool = False) -> Desk:
        options: dict[str, Any] = {"folder": tmp_path, "target": target}
        program = make_program(None if reads else lambda choice: fake_reader(), **options)
        return Desk(qtbot, program)

    return make


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has come to its end."""
    from lenetpad.training.job import TrainingJob

    root = tmp_path_factory.mktemp("runs")
    job = TrainingJob(PLAN, lambda *_: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lenetpad.evaluation.figures.SCRIBBLES", 10)
        patch.setattr("lenetpad.evaluation.figures.NOISE", 10)
        folder = job.begin(root)
        list(job.run(folder))
    return folder


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of that run under the program's own runs."""
    place = tmp_path / "runs" / finished.name
    shutil.copytree(finished, place)
    return place


@pytest.fixture
def looker(qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]) -> Looker:
    """Hands that select units of a drawing that was read."""
    program = make_program()
    program.draw.page.canvas.set_sheet(Sheet(samples[3].ink))
    return Looker(qtbot, program)
