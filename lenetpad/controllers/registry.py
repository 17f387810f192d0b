"""The pages of the window, one row each: a further page is a folder of its own and a row here."""

from __future__ import annotations

from typing import Final

from lenetpad.controllers.page_controller import PageRow
from lenetpad.ui.pages import PageSpec
from lenetpad.values.failures import Place

#: In the order of the tabs; the first is open at the start.
PAGES: Final = (
    PageRow(
        PageSpec("draw", "Draw", "Write digits", ("Ctrl+1",)),
        page="lenetpad.ui.draw.page",
        controller="lenetpad.controllers.draw.controller:DrawController",
        place=Place.DRAW,
    ),
    PageRow(
        PageSpec("train", "Train", "Train a network", ("Ctrl+2",)),
        page="lenetpad.ui.train.page",
        controller="lenetpad.controllers.training.controller:TrainingController",
        place=Place.TRAIN,
    ),
    PageRow(
        PageSpec("evaluate", "Evaluate", "Judge a network", ("Ctrl+3",)),
        page="lenetpad.ui.evaluate.page",
        controller="lenetpad.controllers.evaluation:EvaluationController",
        place=Place.EVALUATE,
    ),
)
