"""The theme changes, and the window goes on painting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.strokes import Ink, Sheet


def test_a_theme_that_changes_just_after_the_network_lets_the_window_be_painted(
    qtbot: QtBot, make_program: Callable[..., Program], fake_reader: type[Any]
) -> None:
    """Qt forgets a painting that it was asked for when updates are turned off before it comes,
    and with it all that are asked for later."""
    program = make_program(lambda choice: fake_reader())
    page, networks = program.draw.page, program.draw.networks
    with qtbot.waitSignal(page.reading_painted):
        pass
    for _ in range(3):
        with qtbot.waitSignal(networks.model_ready):
            program.window.model_chosen.emit("lenet5-study")
        program.window.switch_theme()
        with qtbot.waitSignal(page.reading_painted):
            program.draw.submit(Sheet(Ink.of([[[0, 0], [10, 10]]])))
        qtbot.waitUntil(lambda: not program.window.restyling)
