"""A program with a drawing that is read, and hands that select units in its maps."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.selectable_maps import SelectableMaps
from lenetpad.values.explanation import Unit
from lenetpad.values.reading import Reading

PATIENCE = 60_000
#: One of each layer.
UNITS = (
    Unit("input", 0, 14, 16),
    Unit("C1", 2, 12, 14),
    Unit("S2", 1, 5, 6),
    Unit("C3", 7, 4, 5),
    Unit("S4", 3, 2, 2),
    Unit("C5", 17),
    Unit("F6", 30),
    Unit("output", 3),
)


class Looker:
    """A program with a drawing that is read, and hands that select units."""

    def __init__(self, qtbot: QtBot, program: Program) -> None:
        self.qtbot, self.program, self.page = qtbot, program, program.draw.page
        self.maps: SelectableMaps = self.page.maps
        self.settle()

    def settle(self) -> Reading:
        """Wait until what lies on the canvas is read and shown."""
        self.qtbot.waitUntil(
            lambda: (
                self.maps.reading is not None
                and self.maps.reading.serial == self.program.draw.serial
            ),
            timeout=PATIENCE,
        )
        assert self.maps.reading is not None
        return self.maps.reading

    @property
    def inspector(self) -> InspectorPanel:
        return self.page.inspector.arithmetic

    def key(self, *keys: Qt.Key | str, ctrl: bool = False) -> None:
        """Type into the maps."""
        modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        for key in keys:
            text = key if isinstance(key, str) else ""
            code = Qt.Key(ord(key.upper())) if isinstance(key, str) else key
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(self.maps, QKeyEvent(kind, code, modifier, text))

    def centre(self, unit: Unit) -> QPointF:
        pointed = self.maps.pointed_of(unit)
        assert pointed is not None
        return self.maps.unit_area(pointed).center()

    def mouse(
        self, kind: QEvent.Type, at: QPointF, widget: QWidget, *, ctrl: bool = False
    ) -> None:
        button = Qt.MouseButton.LeftButton
        none = Qt.MouseButton.NoButton
        held = none if kind is QEvent.Type.MouseButtonRelease else button
        modifier = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
        if kind is QEvent.Type.MouseMove:
            button = none
        event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, modifier)
        QApplication.sendEvent(widget, event)

    def click(self, unit: Unit, *, ctrl: bool = False) -> None:
        at = self.centre(unit)
        self.mouse(QEvent.Type.MouseButtonPress, at, self.maps, ctrl=ctrl)
        self.mouse(QEvent.Type.MouseButtonRelease, at, self.maps, ctrl=ctrl)

    def hover(self, unit: Unit | None) -> None:
        at = QPointF(1, 1) if unit is None else self.centre(unit)
        self.mouse(QEvent.Type.MouseMove, at, self.maps)

    def shown(self) -> list[Unit]:
        return [one.unit for one in self.inspector.inspected]

    def choose(self, model: str) -> Reading:
        """Read with another network: a preset or a file."""
        self.program.window.model_chosen.emit(model)
        networks = self.program.draw.networks
        self.qtbot.waitUntil(
            lambda: networks.ready is not None and networks.ready.choice.model == model,
            timeout=PATIENCE,
        )
        return self.settle()
