"""The row above the page: tabs and the page's tools at the left, what reads and where at the
right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget

from lenetpad.ui.pages import PageSpec
from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.model_titles import TITLES, title_of, titles
from lenetpad.ui.widgets.page import HeaderTools
from lenetpad.ui.widgets.theme import LIGHT, Theme, dress
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import translate
from lenetpad.values.devices import AUTO, Devices
from lenetpad.values.models import Choice

VIEW_TOOLS: Final = ("theme", "fullscreen")
#: In pixels. A run's name has room; a longer one, or any in a narrow window, is in the tooltip.
WIDEST_MODEL: Final = 270
NARROWEST_MODEL: Final = 110
#: A hand's name has room; a longer one is cut, and whole in the list.
WIDEST_HAND: Final = 150
#: A device's name has room only where the window is so wide at the usual size.
NARROW_DEVICE: Final = 104
NARROW: Final = 1100
#: How many entries the box of hands has where there is no hand: none, and the dialog of all.
NO_HANDS: Final = 2
QWIDGETSIZE_MAX: Final = (1 << 24) - 1  # as Qt has it
SPACING: Final = 6


class Header(QWidget):
    """``page_chosen`` carries a page's name, ``model_chosen`` what stands for a network in the
    list, ``hand_chosen`` what stands for a hand, ``device_chosen`` the name of a device."""

    page_chosen = Signal(str)
    model_chosen = Signal(object)  # a str, which Qt could not hold where it is no text
    hand_chosen = Signal(object)
    device_chosen = Signal(str)

    def __init__(self, actions: dict[str, QAction], pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self._actions = actions
        self._names = [page.name for page in pages]
        network, device = translate("Window", "Network"), translate("Window", "Device")
        self.models = Choices(network, translate("Window", "The network that reads"))
        for name, title in titles().items():
            self.models.addItem(title, name)
        hand = translate("Window", "Hand")
        self.hands = Choices(hand, translate("Window", "Whose hand the network has learnt"))
        self.hands.addItem(translate("Window", "No hand"), "")
        self.devices = Choices(device, translate("Window", "Where the network runs"))
        self.devices.addItem(translate("Window", "Auto"), AUTO)
        self.models.activated.connect(self._choose_model)
        self.hands.activated.connect(self._choose_hand)
        self.devices.activated.connect(self._choose_device)
        self.page_tabs = self._tabs(pages)
        # What is left out where there is no room, the last of these first.
        self._views = [tool_button(actions[name]) for name in VIEW_TOOLS]
        self._spare: list[QWidget] = []
        self._titles: list[QWidget] = []
        self._fitting = False
        self._theme: Theme = LIGHT
        self._page_of: dict[QWidget, str] = {}  # what one page alone has a use for
        self._row = FlowLayout(self, SPACING)
        self._row.setContentsMargins(10, 6, 10, 0)
        self._row.addWidget(self.page_tabs)
        self._tools_end = self._row.count()  # where the next page's buttons go
        self._row.add_stretch()
        self._boxes_end = self._row.count()  # and its boxes
        for title, box in ((network, self.models), (device, self.devices)):
            self._titles.append(self._row.add_titled(title, box))
            if box is self.models:
                self._row.addWidget(self.hands)
        for button in self._views:
            self._row.addWidget(button)

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme and size."""
        self._theme = theme
        self.models.setMaximumWidth(theme.px(WIDEST_MODEL))
        self.hands.setMaximumWidth(theme.px(WIDEST_HAND))
        self._fit_device()
        dress(self, theme)

    def add_tools(self, page: str, tools: HeaderTools) -> None:
        """Take in what the header shows while a page is open."""
        for name in tools.actions:
            button = tool_button(self._actions[name])
            self._page_of[button] = page
            if name in tools.spare:
                self._spare.append(button)
            self._row.insert(self._tools_end, button)
            self._tools_end += 1
            self._boxes_end += 1
        before: QWidget = self.page_tabs
        for title, box in tools.boxes:
            label = self._row.add_titled(title, box, self._boxes_end)
            self._titles.append(label)
            self._page_of[label] = page
            if (pair := label.parentWidget()) is not None:
                self._page_of[pair] = page
            self._boxes_end += 1
            QWidget.setTabOrder(before, box)  # as it is seen, not as it came
            before = box
        self._show_tools()

    @property
    def page(self) -> str:
        """The name of the page whose tab is chosen."""
        return self._names[self.page_tabs.currentIndex()]

    def show_page(self, name: str) -> None:
        """Show a page as the one that is open."""
        index = self._names.index(name)
        if self.page_tabs.currentIndex() != index:
            self.page_tabs.blockSignals(True)
            self.page_tabs.setCurrentIndex(index)
            self.page_tabs.blockSignals(False)
        self._show_tools()

    def _show_tools(self) -> None:
        self._fitting = True
        for widget in self._page_of:
            widget.setVisible(self._is_of_use(widget))
        self._fitting = False
        self._fit()

    def _is_of_use(self, widget: QWidget) -> bool:
        """Whether a widget belongs to the page that is open, or to all of them."""
        return self._page_of.get(widget, self.page) == self.page

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_device()
        self._fit()

    def height_in(self, width: int) -> int:
        """How high it is in a window of this width, also while it is hidden."""
        if self.isHidden():
            self.resize(width, self.height())
        for title in self._titles:
            if (pair := title.parentWidget()) is not None:
                pair.updateGeometry()  # at once: the row measures it
        self._fit_device()
        self._fit()
        return self.heightForWidth(width)

    def _fit_device(self) -> None:
        """Cut the device's name in a narrow window, for all to stay in one row."""
        narrow = self.width() < self._theme.px(NARROW)
        most = self._theme.px(NARROW_DEVICE) if narrow else QWIDGETSIZE_MAX
        if most != self.devices.maximumWidth():
            self.devices.setMaximumWidth(most)
            if (pair := self.devices.parentWidget()) is not None:
                pair.updateGeometry()  # at once: the row measures it

    def event(self, event: QEvent) -> bool:
        # A box got a longer entry, or the style sheet changed.
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        """Leave out what there is no room for in one line: the boxes' titles first."""
        if self._fitting:
            return
        # A widget that is hidden while it is being shown would be left half of each.
        self._fitting = True
        groups: list[list[QWidget]] = [[self.hands], [*self._views], self._spare, self._titles]
        if self.hands.count() > NO_HANDS:  # whose hand reads is always to be seen
            self.hands.show()
            del groups[0]
        extra = [widget for group in groups for widget in group]
        shown = [widget for widget in extra if not widget.isHidden()]
        # A network's long name gives way last.
        widest = self._theme.px(WIDEST_MODEL)
        hint = self.models.sizeHint().width()
        whole = min(hint, widest)
        line = self._row.line_width + whole - min(hint, self.models.maximumWidth())
        room = self.width() - line + _width(shown)
        wraps = room < 0 and whole + room < self._theme.px(NARROWEST_MODEL)
        for group in groups:
            wanted = [widget for widget in group if self._is_of_use(widget)]
            fits = _width(wanted) <= room
            room -= _width(wanted) if fits else 0
            fits |= wraps and self.hands in group  # a second line has room for whose hand reads
            for widget in group:
                widget.setVisible(fits and widget in wanted)
        # Where not even that helps, the row goes on below, with room for the whole name.
        helps = room < 0 and whole + room >= self._theme.px(NARROWEST_MODEL)
        most = whole + room if helps else widest
        if most != self.models.maximumWidth():
            self.models.setMaximumWidth(most)
            # At once: the row measures the pair that it is in, which would tell it later. Until
            # then too much or too little would be taken away, and so on for ever.
            if (pair := self.models.parentWidget()) is not None:
                pair.updateGeometry()
        self._fitting = False
        self.updateGeometry()  # another width of the row may make another height

    def _tabs(self, pages: Sequence[PageSpec]) -> QTabBar:
        tabs = QTabBar()
        tabs.setObjectName("pages")
        tabs.setDrawBase(False)
        tabs.setExpanding(False)
        tabs.setUsesScrollButtons(False)
        tabs.setElideMode(Qt.TextElideMode.ElideNone)
        tabs.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tabs.setAccessibleName(translate("Window", "Pages"))
        for page in pages:
            index = tabs.addTab(translate("Window", page.title))
            tabs.setTabToolTip(index, translate("Window", page.tip))
        tabs.currentChanged.connect(self._choose_page)
        return tabs

    @Slot(int)
    def _choose_page(self, index: int) -> None:
        self.page_chosen.emit(self._names[index])

    def show_choice(self, choice: Choice, entry: str, by_hand: str = "") -> None:
        """Show a network that works, by its entry in the list, and its device as chosen; one that
        is not listed yet joins the list. ``by_hand`` says whose hand it has learnt."""
        if not self.models.select(entry):
            self.models.addItem(title_of(choice.model), entry)
            self.models.select(entry)
        known = choice.model in TITLES
        file = "" if known else f"{self.models.currentText()}\n{choice.model}"
        tip = by_hand or file or translate("Window", "The network that reads")
        self.models.setToolTip(tip_of(tip))
        self.devices.select(choice.device)

    def show_hands(self, hands: Sequence[tuple[str, str]], chosen: str) -> None:
        """List what can be chosen of hands, each what stands for it and its title, and show one as
        chosen."""
        self.hands.offer(hands)
        self.hands.select(chosen)
        self._fit()  # a box that is left out tells nobody that it is wanted now

    def show_devices(self, devices: Devices) -> None:
        """List the devices that there are."""
        self.devices.offer(devices)

    @Slot(int)
    def _choose_model(self, index: int) -> None:
        self.model_chosen.emit(self.models.itemData(index))

    @Slot(int)
    def _choose_hand(self, index: int) -> None:
        self.hand_chosen.emit(self.hands.itemData(index))

    @Slot(int)
    def _choose_device(self, index: int) -> None:
        self.device_chosen.emit(self.devices.itemData(index))


def _width(widgets: list[QWidget]) -> int:
    """What the widgets take in the row."""
    return sum(
        min(widget.sizeHint().width(), widget.maximumWidth()) + SPACING for widget in widgets
    )
