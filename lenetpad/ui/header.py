"""The row above the page: files at the left, what reads and where at the right."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from lenetpad.messages import AUTO, PAPER, PRESET_NAMES, Choice, ModelReady
from lenetpad.ui.choices import Choices
from lenetpad.ui.draw_page import tool_button

FILE_TOOLS: Final = ("open", "save", "copy", "paste")
VIEW_TOOLS: Final = ("theme", "fullscreen")
#: What the networks are called, and the two sets of weights of each.
PRESET_TITLES: Final = dict(zip(PRESET_NAMES, ("1998", "study", "modern"), strict=True))
WEIGHTS_TITLES: Final = {"": "for your hand", PAPER: "as in the paper"}
TITLES: Final = {
    preset + ending: f"{title}, {kind}"
    for ending, kind in WEIGHTS_TITLES.items()
    for preset, title in PRESET_TITLES.items()
}


class Header(QWidget):
    """``model_chosen`` carries a preset's name or a weights file's path, ``device_chosen`` torch's
    name of a device or auto."""

    model_chosen = Signal(str)
    device_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction], colours: Choices) -> None:
        super().__init__()
        self.models = Choices("Network", "The network that reads")
        for name, title in TITLES.items():
            self.models.addItem(title, name)
        self.devices = Choices("Device", "Where the network runs")
        self.devices.addItem("Auto", AUTO)
        self.models.activated.connect(self._choose_model)
        self.devices.activated.connect(self._choose_device)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 0)
        layout.setSpacing(4)
        for name in FILE_TOOLS:
            layout.addWidget(tool_button(actions[name]))
        layout.addStretch(1)
        boxes = (("Colours", colours), ("Network", self.models), ("Device", self.devices))
        for title, box in boxes:
            layout.addWidget(QLabel(title))
            layout.addWidget(box)
            layout.addSpacing(8)
        for name in VIEW_TOOLS:
            layout.addWidget(tool_button(actions[name]))

    def show_choice(self, choice: Choice) -> None:
        """Show a network that works, and its device, as chosen; a weights file joins the list."""
        if not self.models.select(choice.model):
            self.models.addItem(Path(choice.model).name, choice.model)
            self.models.select(choice.model)
        self.devices.select(choice.device)

    def show_devices(self, model: ModelReady) -> None:
        """List the devices that there are."""
        chosen = self.devices.currentData()
        self.devices.clear()
        for name, label in model.devices:
            self.devices.addItem(label, name)
        self.devices.select(chosen)

    @Slot(int)
    def _choose_model(self, index: int) -> None:
        self.model_chosen.emit(self.models.itemData(index))

    @Slot(int)
    def _choose_device(self, index: int) -> None:
        self.device_chosen.emit(self.devices.itemData(index))
