"""A program with its Train page open, and what is trained there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.storage import runs
from lenetpad.storage.runs import Run
from lenetpad.ui.train.page import TrainPage
from lenetpad.values.recipes import Plan, Recipe
from lenetpad.values.training import Ended

PATIENCE = 180_000  # ms
RECIPE = Recipe(
    epochs=2,
    batch_size=10,
    optimiser="sgd",
    lr=0.01,
    schedule="constant",
    distortions=None,
    fraction=0.02,
    validation=200,
)
PLAN = Plan("lenet5-1998", RECIPE, preset="Quick")
ENDLESS = replace(PLAN, recipe=replace(RECIPE, epochs=1000))


class Desk:
    """A program with its Train page open."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self.qtbot, self.program, self.training = qtbot, program, program.training
        self.messages: list[Any] = []
        program.training.trainer.message_received.connect(self.messages.append)
        program.window.open_page("train")
        self.wait(lambda: program.training.page is not None)

    @property
    def page(self) -> TrainPage:
        page = self.training.page
        assert page is not None
        return page

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def of(self, kind: type) -> list[Any]:
        return [message for message in self.messages if isinstance(message, kind)]

    def train(self, plan: Plan = PLAN) -> Run:
        """Train to the end, and wait until the run is listed so."""
        before = len(self.of(Ended))
        self.page.training_requested.emit(plan)
        self.wait(lambda: len(self.of(Ended)) > before)
        folder = self.of(Ended)[-1].folder
        return self.listed(lambda run: run.folder == folder and run.state != runs.RUNNING)

    def listed(self, condition: Callable[[Run], bool]) -> Run:
        """The first run in the list for which a condition holds, once there is one."""
        self.wait(lambda: any(map(condition, self.page.runs.model.runs)))
        return next(filter(condition, self.page.runs.model.runs))

    def do(self, action: str, run: Run) -> None:
        self.page.runs.select({run.folder})
        self.page.runs.actions_by_name[action].trigger()
