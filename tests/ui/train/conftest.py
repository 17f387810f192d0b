"""What the tests of the Train page share: the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from lenetpad.ui.train.page import TrainPage
from lenetpad.ui.widgets.theme import LIGHT


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[TrainPage]:
    made = TrainPage(LIGHT)
    qtbot.addWidget(made)
    made.resize(1024, 640)
    made.show()
    yield made
    made.close()
