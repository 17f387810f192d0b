"""The pages of the window, one row each: a further page is a folder of its own and a row here."""

from __future__ import annotations

from typing import Final

from lenetpad.controllers.page_controller import PageRow
from lenetpad.ui.pages import PageSpec
from lenetpad.values.failures import Place
from lenetpad.values.words import marked

#: In the order of the tabs; the first is open at the start.
PAGES: Final = (
    PageRow(
        PageSpec("draw", marked("Window", "Draw"), marked("Window", "Write digits"), ("Ctrl+1",)),
        page="lenetpad.ui.draw.page",
        controller="lenetpad.controllers.draw.controller:DrawController",
        place=Place.DRAW,
    ),
    PageRow(
        PageSpec(
            "train", marked("Window", "Train"), marked("Window", "Train a network"), ("Ctrl+2",)
        ),
        page="lenetpad.ui.train.page",
        controller="lenetpad.controllers.training.controller:TrainingController",
        place=Place.TRAIN,
    ),
    PageRow(
        PageSpec(
            "evaluate",
            marked("Window", "Evaluate"),
            marked("Window", "Test a network on labelled images"),
            ("Ctrl+3",),
        ),
        page="lenetpad.ui.evaluate.page",
        controller="lenetpad.controllers.evaluation:EvaluationController",
        place=Place.EVALUATE,
    ),
)
