"""A window in use, for the tests that look at all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.contents import read_contents
from lenetpad.storage import resources, runs
from lenetpad.ui.evaluate.page import EvaluatePage
from lenetpad.ui.train.page import TrainPage
from lenetpad.ui.window import Window
from lenetpad.values.evaluation import EvaluationResults


@pytest.fixture
def full(
    qtbot: QtBot,
    program: Program,
    results: Callable[..., EvaluationResults],
    tmp_path: Path,
) -> Window:
    """A window whose pages are all there and have something to show."""
    window = program.window
    for name in ("draw", "train", "evaluate"):
        window.open_page(name)
        qtbot.waitUntil(lambda name=name: window.shown_page is window.page_widgets.get(name, 0))
    contents, _ = read_contents(resources.path("ink/samples.jsonl"))
    program.draw.page.tray.show_contents(contents)
    program.draw.page.show_tray(shown=True)
    train, evaluate = window.page_widgets["train"], window.page_widgets["evaluate"]
    assert isinstance(train, TrainPage)
    assert isinstance(evaluate, EvaluatePage)
    asked = []
    evaluate.evaluation_requested.connect(asked.append)
    evaluate.evaluate()
    found = results()
    evaluate.show_results(
        EvaluationResults(asked[0], found.images, found.labels, found.found, notice="")
    )
    train.runs.show_runs(
        [
            runs.Run(
                folder=tmp_path / name,
                name=name,
                note="⟦a note of some length on what was tried⟧",
                model="lenet5-modern",
                created="2026-11-24T20:24:00+00:00",
                config={"preset": "Paper 1998"},
                state=state,
                step=440,
                steps=1290,
                epoch=9,
                epochs=10,
                seconds=6000.0,
                best_error=0.01,
                last_error=0.02,
                test_error=0.015,
                message="",
            )
            for name, state in (
                ("2026-11-24 20.24.00 lenet5-modern", "failed"),
                ("2026-11-25 08.05.30 lenet5-1998", "finished"),
            )
        ]
    )
    return window
