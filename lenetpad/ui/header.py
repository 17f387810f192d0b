"""The row above the page: files at the left, what reads and where at the right."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QTabBar, QWidget

from lenetpad.storage.runs import SNAPSHOTS
from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.model_titles import TITLES, title_of
from lenetpad.values.devices import AUTO
from lenetpad.values.models import Choice, ModelReady

#: The pages, by the names of their actions.
PAGES: Final = {"draw": "Draw", "train": "Train", "evaluate": "Evaluate"}
FILE_TOOLS: Final = ("open", "save", "copy", "paste")
SPARE_TOOLS: Final = ("copy", "paste")  # left out where there is no room: a menu has them too
VIEW_TOOLS: Final = ("theme", "fullscreen")
WIDEST_MODEL: Final = 230  # pixels; a longer name is in the tooltip
SPACING: Final = 4


class Header(QWidget):
    """``page_chosen`` carries a key of ``PAGES``, ``model_chosen`` a preset's name or a weights
    file's path, ``device_chosen`` torch's name of a device or auto."""

    page_chosen = Signal(str)
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
        self.models.setMaximumWidth(WIDEST_MODEL)
        self.pages = self._tabs()
        self._titles: list[QWidget] = []
        self._spare: list[QWidget] = []
        self._for_drawing: list[QWidget] = []  # what the other pages have no use for
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 10, 0)
        layout.setSpacing(SPACING)
        layout.addWidget(self.pages)
        layout.addSpacing(8)
        for name in FILE_TOOLS:
            button = tool_button(actions[name])
            self._for_drawing.append(button)
            if name in SPARE_TOOLS:
                self._spare.append(button)
            layout.addWidget(button)
        layout.addStretch(1)
        boxes = (("Colours", colours), ("Network", self.models), ("Device", self.devices))
        for title, box in boxes:
            label = QLabel(title)
            self._titles.append(label)
            layout.addWidget(label)
            layout.addWidget(box)
            layout.addSpacing(8)
        self._for_drawing += [self._titles[0], colours]
        for name in VIEW_TOOLS:
            layout.addWidget(tool_button(actions[name]))

    def show_page(self, name: str) -> None:
        """Show a page as the one that is open."""
        index = list(PAGES).index(name)
        if self.pages.currentIndex() != index:
            self.pages.blockSignals(True)
            self.pages.setCurrentIndex(index)
            self.pages.blockSignals(False)
        for widget in self._for_drawing:
            widget.setVisible(name == "draw")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def event(self, event: QEvent) -> bool:
        # A box got a longer entry, or the style sheet changed.
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Leave out what there is no room for: the boxes' titles first."""
        layout = self.layout()
        assert layout is not None
        extra = [*self._spare, *self._titles]
        shown = [widget for widget in extra if not widget.isHidden()]
        room = self.width() - layout.minimumSize().width() + _width(shown)
        for group in (self._spare, self._titles):
            wanted = [w for w in group if self._shows_drawing or w not in self._for_drawing]
            fits = _width(wanted) <= room
            room -= _width(wanted) if fits else 0
            for widget in group:
                widget.setVisible(fits and widget in wanted)

    @property
    def _shows_drawing(self) -> bool:
        return self.pages.currentIndex() == 0

    def _tabs(self) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName("pages")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setUsesScrollButtons(False)
        tabs.setElideMode(Qt.TextElideMode.ElideNone)
        tabs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tabs.setAccessibleName("Pages")
        for title in PAGES.values():
            tabs.addTab(title)
        tabs.currentChanged.connect(self._choose_page)
        return tabs

    @Slot(int)
    def _choose_page(self, index: int) -> None:
        self.page_chosen.emit(list(PAGES)[index])

    def show_choice(self, choice: Choice) -> None:
        """Show a network that works, and its device, as chosen; a weights file joins the list."""
        title = title_of(choice.model)
        if not self.models.select(choice.model):
            place = self.models.findText(title)
            if place < 0 or Path(choice.model).parent.name != SNAPSHOTS:
                self.models.addItem(title, choice.model)
            else:  # another moment of the same run
                self.models.setItemData(place, choice.model)
            self.models.select(choice.model)
        known = choice.model in TITLES
        self.models.setToolTip("The network that reads" if known else choice.model)
        self.devices.select(choice.device)

    def show_devices(self, model: ModelReady) -> None:
        """List the devices that there are."""
        self.devices.offer(model.devices)

    @Slot(int)
    def _choose_model(self, index: int) -> None:
        self.model_chosen.emit(self.models.itemData(index))

    @Slot(int)
    def _choose_device(self, index: int) -> None:
        self.device_chosen.emit(self.devices.itemData(index))


def _width(widgets: list[QWidget]) -> int:
    """What the widgets take in the row."""
    return sum(widget.sizeHint().width() + SPACING for widget in widgets)
