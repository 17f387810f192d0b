"""The window: header, pages, menus, theme, and the dialogs that belong to no page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRect, QSettings, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui import actions as action_table
from lenetpad.ui import taskbar
from lenetpad.ui.dialogs.conventions import ConventionsDialog
from lenetpad.ui.header import Header
from lenetpad.ui.page_area import PageArea
from lenetpad.ui.pages import PageSpec
from lenetpad.ui.preferences import Preferences
from lenetpad.ui.stage import actions as stage_actions
from lenetpad.ui.stage.stage import Stage
from lenetpad.ui.theme_switch import TURN_MS, ThemeSwitch
from lenetpad.ui.widgets.files import OPEN_WEIGHTS_FILTER
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import Theme, ThemeChoice, dress
from lenetpad.ui.widgets.words import translate
from lenetpad.values.devices import Devices
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady

if TYPE_CHECKING:
    from lenetpad.ui.dialogs.about import AboutDialog
    from lenetpad.ui.dialogs.help import HelpDialog
    from lenetpad.ui.dialogs.layers import LayersDialog

SMALLEST: Final = QSize(800, 500)
USUAL: Final = QSize(1280, 800)
#: Pixels at the usual size, that a page needs: the Draw page with its inspector.
PAGE: Final = 356
#: So much of the window's upper edge must lie on a screen, for a hand to take it, in pixels.
EDGE: Final = 48
#: States in which the system says where the window is.
FILLING: Final = Qt.WindowState.WindowFullScreen | Qt.WindowState.WindowMaximized


def _always() -> bool:
    return True


class Window(QMainWindow):
    """Holds the pages, and emits what the user wants of all of them together.

    ``page_wanted`` carries the name of a page that ``put_page`` has not been given yet,
    ``page_opened`` that of a page that is shown now; ``model_chosen`` an entry of the list of
    networks: a network preset, a weights file or the folder of a run; ``hand_chosen`` one of the
    list of hands; ``weights_opened`` a path from the file dialog, ``device_chosen`` a device's
    name. ``conventions_chosen`` answers a question with its Choice, and ``question_dropped``
    comes where there is no answer.
    ``data_dropped`` carries QMimeData that was let fall on the window, which is gone when the
    receiver returns; ``theme_changed`` says that colours or sizes are others; ``activated`` comes
    when the user turns to the window, and ``closed`` when it goes.
    """

    page_wanted = Signal(str)
    page_opened = Signal(str)
    # Texts which Qt could not hold where a file's name is none.
    model_chosen = Signal(object)
    hand_chosen = Signal(object)
    weights_opened = Signal(object)
    device_chosen = Signal(str)
    conventions_chosen = Signal(object)
    question_dropped = Signal()
    data_dropped = Signal(object)
    theme_changed = Signal()
    activated = Signal()
    closed = Signal()

    def __init__(self, settings: QSettings, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self.preferences = Preferences(settings, self)
        self.preferences.failed.connect(self.warn)
        self.page_stack = QStackedWidget()
        self.page_widgets: dict[str, Page] = {}  # those that have been built
        self._areas: dict[str, PageArea] = {}
        self._themes = ThemeSwitch(self, self.preferences, self)
        self.setWindowTitle("lenetpad")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self._page_specs = tuple(pages)
        #: Every action in the order of the menus: the pages' come first in theirs.
        self.action_specs = (
            *(page.action for page in pages),
            *action_table.ACTIONS,
            *stage_actions.ACTIONS,
        )
        self.actions_by_name = action_table.build(self, self.action_specs)
        self._page_actions = action_table.groups(self, self.action_specs, self.actions_by_name)
        self.actions_by_name["stage_header"].setEnabled(False)
        self.header = Header(self.actions_by_name, pages)
        self.stage = Stage(self, self.header)
        self.question: ConventionsDialog | None = None
        self.about: AboutDialog | None = None
        self.help: HelpDialog | None = None
        self.layers: LayersDialog | None = None
        self._model: ModelReady | None = None
        self._taken = 0  # pixels below the pages
        #: Asked before the window closes; False keeps it open.
        self.may_close: Callable[[], bool] = _always
        #: Asked before the page when Esc is pressed; the first that takes something back ends it.
        self.escapes: list[Callable[[], bool]] = []
        self.setCentralWidget(self._central())
        #: The menus by their titles in English.
        self.menus = action_table.fill(self.menuBar(), self.action_specs, self.actions_by_name)
        self._restore_geometry()
        self._themes.fit()
        self._dress()
        self._connect()

    # What the engine says

    def show_model(self, model: ModelReady) -> None:
        """Keep the network that reads, for the dialogs that tell of it."""
        self._model = model
        if self.layers is not None:
            self.layers.show_model(model)

    def show_devices(self, devices: Devices) -> None:
        """List the devices that a network can run on."""
        self.header.show_devices(devices)

    def show_networks(self, networks: Sequence[tuple[str, str]]) -> None:
        """List the networks that there are, each what ``model_chosen`` carries and its title."""
        self.header.models.offer(networks)

    def show_hands(self, hands: Sequence[tuple[str, str]], chosen: str) -> None:
        """List the hands that there are, each what ``hand_chosen`` carries and its title."""
        self.header.show_hands(hands, chosen)

    def show_choice(self, choice: Choice, entry: str = "", by_hand: str = "") -> None:
        """Show a network and a device as chosen; ``entry`` stands for the network in the list,
        where it is not the model, and ``by_hand`` is what it is called where it reads by one."""
        self.header.show_choice(choice, entry or choice.model, by_hand)

    def ask(self, question: ConventionsQuestion) -> None:
        """Ask how a network reads, beside everything else; a question still open is dropped."""
        self._end_question()
        choice = question.choice
        dialog = ConventionsDialog(question, Path(choice.model).name, self.dialog_parent)
        dialog.finished.connect(self._forget_question)
        dialog.accepted.connect(
            lambda: self.conventions_chosen.emit(replace(choice, conventions=dialog.conventions))
        )
        dialog.rejected.connect(self.question_dropped)
        self.question = dialog
        dialog.open()

    @Slot()
    def _forget_question(self) -> None:
        self.question = None

    def _end_question(self) -> None:
        """Close a question that nobody is to answer any more."""
        if self.question is not None:
            self.question.blockSignals(True)
            self.question.close()
            self.question = None

    def close_dialogs(self) -> None:
        """Close what stands before the window and belongs to no page: the window goes."""
        self._end_question()
        for dialog in (self.about, self.help, self.layers):
            if dialog is not None:
                dialog.close()

    def show_work(self, done: float | None, words: str) -> None:
        """Show in title and taskbar how far something long is; no words, and it is over."""
        percent = "" if done is None else f"{100 * done:.0f} % · "
        self.setWindowTitle(f"{percent}{words} — lenetpad" if words else "lenetpad")
        taskbar.show(done if words else None)

    # Building

    def _central(self) -> QWidget:
        central = QWidget()
        self._parts = layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self._waiting = QLabel(translate("Window", "Loading …"))
        self._waiting.setTextFormat(Qt.TextFormat.PlainText)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.page_stack.addWidget(self._waiting)
        layout.addWidget(self.page_stack, 1)
        return central

    def _connect(self) -> None:
        slots: dict[str, Callable[[], object]] = {
            "open_weights": self.open_weights,
            "quit": self.close,
            "fullscreen": self._toggle_full_screen,
            "stage": self._toggle_stage,
            "stage_header": self._toggle_stage_header,
            **{page.name: partial(self.open_page, page.name) for page in self._page_specs},
            "larger": partial(self._themes.step_zoom, 1),
            "smaller": partial(self._themes.step_zoom, -1),
            "usual_size": partial(self._themes.step_zoom, 0),
            "theme": self.switch_theme,
            "theme_system": self._use_system_theme,
            "layers": self._show_layers,
            "help": self._show_help,
            "about": self._show_about,
        }
        action_table.connect(self.actions_by_name, slots)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self.escape)
        self.header.page_chosen.connect(self.open_page)
        self.header.model_chosen.connect(self.model_chosen)
        self.header.hand_chosen.connect(self.hand_chosen)
        self.header.device_chosen.connect(self.device_chosen)
        self._themes.changed.connect(self._dress)
        self._themes.changed.connect(self.theme_changed)
        self.stage.changed.connect(self._note_stage)
        self.stage.header_shown.connect(self.actions_by_name["stage_header"].setChecked)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._stay_soon)

    def _restore_geometry(self) -> None:
        """Take the place of the last time."""
        geometry = self.preferences.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            room = self.screen().availableSize().expandedTo(self.minimumSize())
            self.resize(USUAL.boundedTo(room))
        self._stay_on_screen()

    @Slot()
    def _stay_on_screen(self) -> None:
        """Come back where no screen shows the upper edge any more, by which a window is moved:
        the screen of the last time has gone, or the one of now is unplugged."""
        screen, frame = QGuiApplication.primaryScreen(), self.frameGeometry()
        if screen is None or self.windowState() & FILLING:
            return
        edge = QRect(frame.left(), frame.top(), frame.width(), EDGE)
        rooms = [one.availableGeometry() for one in QGuiApplication.screens()]
        if any(room.intersected(edge).width() >= EDGE for room in rooms):
            return
        room = screen.availableGeometry()
        self.resize(self.size().boundedTo(room.size()).expandedTo(self.minimumSize()))
        place = self.frameGeometry()
        place.moveCenter(room.center())
        self.move(max(room.left(), place.left()), max(room.top(), place.top()))

    @Slot()
    def _stay_soon(self) -> None:
        """The same, once Qt has moved the windows of a screen that has gone."""
        QTimer.singleShot(0, self, self._stay_on_screen)

    def lay_below(self, bar: QWidget) -> None:
        """Put something below the pages, which have less room then."""
        self._parts.addWidget(bar)

    def make_room(self, taken: int) -> None:
        """Have so many pixels taken below the pages, 0 for none: where the pages have too little
        room then, the header gives way."""
        self._taken = taken
        self._fit_header()

    def _fit_header(self) -> None:
        if self.stage.active:
            return  # which has the header lie over the page
        left = self.height() - self.menuBar().height() - self._taken
        crowded = left - self.header.height_in(self.width()) < self.theme.px(PAGE)
        self.header.setHidden(crowded and self._taken > 0)

    # Pages

    @property
    def dialog_parent(self) -> QWidget:
        """For dialogs that belong to no page: in it they have the theme's style sheet."""
        return self.header

    @property
    def shown_page(self) -> Page | None:
        """The page that is on screen; None while the open one is being built."""
        area = self.page_stack.currentWidget()
        return area.page if isinstance(area, PageArea) else None

    def place_for(self, name: str) -> QWidget:
        """The widget in which a page is to be built."""
        if name not in self._areas:
            self._areas[name] = PageArea(self.page_stack)
            self._areas[name].dress_bars(self.theme)
        return self._areas[name].place

    @property
    def open_page_name(self) -> str:
        """The page that is open, or will be once it is there."""
        return self.header.page

    @Slot(str)
    def open_page(self, name: str) -> None:
        """Open a page; one that is not there yet is asked for."""
        self.header.show_page(name)
        for page, group in self._page_actions.items():
            group.setEnabled(page == name)
        if name in self.page_widgets:
            self.page_stack.setCurrentWidget(self._areas[name])
            self.page_opened.emit(name)
        else:
            self._waiting.setText(translate("Window", "Loading …"))
            self.page_stack.setCurrentWidget(self._waiting)
            self.page_wanted.emit(name)

    def put_page(self, name: str, page: Page) -> None:
        """Take in a page that was asked for, and open it if it still is the chosen one."""
        page.set_theme(self.theme)
        self.page_widgets[name] = page
        self.header.add_tools(name, page.header_tools())
        if self.isVisible():
            # Painted a turn later: to lay it out and to paint it in one takes longer than a pen
            # waits.
            page.setUpdatesEnabled(False)
            QTimer.singleShot(TURN_MS, page, partial(page.setUpdatesEnabled, True))
        self.place_for(name)
        self._areas[name].put(page)
        self.page_stack.addWidget(self._areas[name])
        if self.open_page_name == name:
            self.open_page(name)

    def explain_missing_page(self, name: str, message: str) -> None:
        """Say why a page that was asked for does not come, where somebody waits for it."""
        if self.open_page_name == name:
            self._waiting.setText(message)

    def warn(self, message: str) -> None:
        """Say on the page that is open what went wrong, where no page can be told."""
        page = self.page_widgets.get(self.open_page_name)
        if page is None:
            self._waiting.setText(message)
        else:
            page.banner.warn(message)

    # The theme

    @property
    def theme(self) -> Theme:
        """The theme of now."""
        return self._themes.theme

    @property
    def zoom(self) -> float:
        """How much larger than usual texts and controls are wanted."""
        return self._themes.zoom

    @property
    def restyling(self) -> bool:
        """Whether a page has yet to follow the theme."""
        return self._themes.active

    def set_theme(self, choice: ThemeChoice) -> None:
        """Use a theme and keep the choice."""
        self._themes.choose(choice)

    @Slot()
    def switch_theme(self) -> None:
        """Change from light to dark or back, and keep it."""
        self.set_theme(ThemeChoice.LIGHT if self.theme.name == "dark" else ThemeChoice.DARK)

    @Slot()
    def _use_system_theme(self) -> None:
        self.set_theme(ThemeChoice.SYSTEM)

    @Slot()
    def _dress(self) -> None:
        """Give what lies around the pages the theme, and with it the dialogs."""
        action_table.colour(self.actions_by_name, self.action_specs, self.theme)
        dress(self.menuBar(), self.theme)
        self.header.set_theme(self.theme)
        for area in self._areas.values():
            area.dress_bars(self.theme)
        if self.layers is not None:
            self.layers.set_theme(self.theme)
        follows = self._themes.choice is ThemeChoice.SYSTEM
        self.actions_by_name["theme_system"].setChecked(follows)

    # Files

    @Slot()
    def open_weights(self) -> None:
        """Ask for a weights file and let its network read."""
        if path := self.ask_for_file(
            translate("Window", "Open weights"), translate("Window", OPEN_WEIGHTS_FILTER)
        ):
            self.weights_opened.emit(str(path))

    def ask_for_file(self, title: str, kinds: str) -> Path | None:
        """Ask for a file that is there, beginning in the folder of the last one; None for none."""
        name, _ = QFileDialog.getOpenFileName(
            self.dialog_parent, title, self.preferences.folder, kinds
        )
        if not name:
            return None
        self.preferences.keep(folder=str(Path(name).parent))
        return Path(name)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.data_dropped.emit(event.mimeData())

    # Full screen, About, the end

    @Slot()
    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def escape(self) -> None:
        """Take back the last thing that Esc takes back: on the page, the stage, full screen."""
        if any(escape() for escape in self.escapes):
            return
        page = self.shown_page
        if page is not None and page.escape():
            return
        if self.stage.active:
            self.stage.show(on=False)
        elif self.isFullScreen():
            self._toggle_full_screen()

    @Slot()
    def _toggle_stage(self) -> None:
        self.stage.show(on=self.actions_by_name["stage"].isChecked())

    @Slot()
    def _toggle_stage_header(self) -> None:
        self.stage.show_header(on=self.actions_by_name["stage_header"].isChecked())

    @Slot(bool)
    def _note_stage(self, on: bool) -> None:
        """The stage has texts for a hall, in the size that it is about to get."""
        self.actions_by_name["stage"].setChecked(on)
        self.actions_by_name["stage_header"].setEnabled(on)
        self._fit_header()
        self._themes.fill_hall(self.screen().size().height() if on else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._themes.fit_soon()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_name["fullscreen"].setChecked(self.isFullScreen())
        elif event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()
        super().changeEvent(event)

    @Slot()
    def _show_help(self) -> None:
        from lenetpad.ui.dialogs.help import HelpDialog

        if self.help is None:
            self.help = HelpDialog(self.action_specs, self.theme, self.dialog_parent)
            self.help.finished.connect(self._forget_help)
        self.help.show()
        self.help.activateWindow()

    @Slot()
    def _forget_help(self) -> None:
        self.help = None

    @Slot()
    def _show_layers(self) -> None:
        from lenetpad.ui.dialogs.layers import LayersDialog

        if self.layers is None:
            self.layers = LayersDialog(self._model, self.theme, self.dialog_parent)
            self.layers.finished.connect(self._forget_layers)
        self.layers.show()
        self.layers.activateWindow()

    @Slot()
    def _forget_layers(self) -> None:
        self.layers = None

    @Slot()
    def _show_about(self) -> None:
        from lenetpad.ui.dialogs.about import AboutDialog  # the window's start is no time for it

        if self.about is not None:  # the shortcut was pressed again
            return
        theme_words = f"{self.theme.name}, {self._themes.choice.value}"
        self.about = AboutDialog(self._model, theme_words, self.dialog_parent)
        self.about.finished.connect(self._forget_about)
        self.about.open()

    @Slot()
    def _forget_about(self) -> None:
        self.about = None

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.may_close():
            event.ignore()
            return
        self.close_dialogs()
        self.stage.show(on=False)  # the next start has the window as it was before
        self.preferences.keep(geometry=self.saveGeometry())
        event.accept()
        self.closed.emit()
