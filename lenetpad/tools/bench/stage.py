"""From the pen event until stage and second screen have painted its ink and its reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Slot

from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.pen import LatencyProbe, pen_to_paint
from lenetpad.tools.driver import Driver

if TYPE_CHECKING:  # it is made where it is opened
    from lenetpad.ui.stage.second_window import SecondWindow

SIZE: Final = (1920, 1080)


def stage(driver: Driver, drawings: Sequence[Ink], events: int) -> dict[str, Any]:
    """Write on the stage, with the second window open."""
    second = driver.open_stage(*SIZE)
    probe = StageProbe(driver, second)
    figures = {"pen_to_paint_stage_ms": pen_to_paint(driver, probe, drawings, events)}
    driver.close_stage()
    return figures


class StageProbe(LatencyProbe):
    """An event's latency is that of the slower window."""

    def __init__(self, driver: Driver, second: SecondWindow) -> None:
        super().__init__(driver)
        self._driver = driver
        self._maps = self._verdict = self._ink = 0  # the latest serials that the second shows
        second.maps.painted.connect(self._note_maps)
        second.verdict.painted.connect(self._note_verdict)
        second.canvas.painted.connect(self._note_second_ink)

    @property
    def done(self) -> int:
        return min(super().done, self._maps, self._verdict, self._ink)

    @Slot(object)
    def _note_maps(self, serial: int) -> None:
        self._maps = serial
        self.take()

    @Slot(object)
    def _note_verdict(self, serial: int) -> None:
        self._verdict = serial
        self.take()

    @Slot()
    def _note_second_ink(self) -> None:
        self._ink = self._driver.serial
        self.take()
