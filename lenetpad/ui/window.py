"""The window: menus, the header, the Draw page, files and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QMimeData, QSettings, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui import actions as action_table
from lenetpad.ui import taskbar
from lenetpad.ui.dialogs.conventions import ConventionsDialog
from lenetpad.ui.draw import clipboard, documents
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.header import PAGES, Header
from lenetpad.ui.preferences import Preferences
from lenetpad.ui.widgets import theme
from lenetpad.ui.widgets.files import WEIGHTS_FILTER
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.values.failures import Failure, Place
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady
from lenetpad.values.reading import Reading

if TYPE_CHECKING:
    from lenetpad.ui.dialogs.about import AboutDialog

SMALLEST: Final = QSize(860, 560)
USUAL: Final = QSize(1280, 800)
#: Before the next of several things that each take long, to let a pen through.
TURN_MS: Final = 10
HIDDEN_TURNS: Final = 4  # that a page waits which nobody sees
DONE: Final = object()


def _always() -> bool:
    return True


class Window(QMainWindow):
    """Shows readings and models, and tells what the user wants.

    ``sheet_changed`` carries a Sheet at every pointer event and ``sheet_finished`` one after each
    step, ``model_chosen`` a preset or a path, ``weights_opened`` a path from the file dialog,
    ``device_chosen`` a device's name. ``manner_chosen`` answers a question with its Choice, and
    ``question_dropped`` comes where there is no answer; ``page_wanted`` carries the name of a page
    that ``put_page`` has not been given yet, ``page_opened`` that of a page that is shown now;
    ``closed`` comes when the window goes.
    """

    sheet_changed = Signal(object)
    sheet_finished = Signal(object)
    model_chosen = Signal(str)
    weights_opened = Signal(str)
    device_chosen = Signal(str)
    conventions_chosen = Signal(object)
    question_dropped = Signal()
    page_wanted = Signal(str)
    page_opened = Signal(str)
    closed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.preferences = Preferences(settings)
        self._theme_choice = self.preferences.theme
        self._theme = theme.resolve(self._theme_choice)
        theme.apply(self._theme)
        self.setWindowTitle("lenetpad")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.actions_by_name = action_table.build(self)
        action_table.colour(self.actions_by_name, self._theme)
        self.page = DrawPage(self._theme, self.actions_by_name)
        self.header = Header(self.actions_by_name, self.page.scales)
        self.banner = self.page.banner
        self.question: ConventionsDialog | None = None
        self.about: AboutDialog | None = None
        self._model: ModelReady | None = None
        self.pages = QStackedWidget()
        self._pages: dict[str, Page] = {}
        self._following: Iterator[None] = iter(())
        self._turns = QTimer(self)
        self._turns.setInterval(TURN_MS)
        self._turns.timeout.connect(self._take_turn)
        #: Asked before the window closes; False keeps it open.
        self.may_close: Callable[[], bool] = _always
        self.setCentralWidget(self._central())
        self._build_menus()
        self._dress()
        self._connect()
        self._restore()

    # What the engine says

    def show_model(self, model: ModelReady) -> None:
        """Show a network that is ready, and the devices that there are."""
        self._model = model
        self.page.show_model(model)
        self.header.show_devices(model)
        if model.notice:
            self.banner.warn(model.notice)

    def show_choice(self, choice: Choice) -> None:
        """Show a network and a device as chosen."""
        self.header.show_choice(choice)

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

    def show_reading(self, reading: Reading) -> None:
        """Show a reading of what is on the canvas."""
        self.page.show_reading(reading)

    def show_failure(self, failure: Failure) -> None:
        """Say what failed; a reading that failed leaves none on screen that is not of this ink."""
        self.banner.warn(failure.message)
        if failure.place is Place.RECOGNITION:
            self.page.forget_reading()
        self.page.verdict.show_no_network()

    # Building

    def _central(self) -> QWidget:
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self.pages.addWidget(self.page)
        self._waiting = QLabel("Loading …")
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages.addWidget(self._waiting)
        layout.addWidget(self.pages, 1)
        return central

    # Pages

    @property
    def dialog_parent(self) -> QWidget:
        """For dialogs that belong to no page: in it they have the theme's style sheet."""
        return self.header

    @property
    def theme(self) -> theme.Theme:
        """The theme of now."""
        return self._theme

    @property
    def restyling(self) -> bool:
        """Whether a page has yet to follow the theme."""
        return self._turns.isActive()

    @property
    def open_page_name(self) -> str:
        """The page that is open, or will be once it is there."""
        return list(PAGES)[self.header.pages.currentIndex()]

    @Slot(str)
    def open_page(self, name: str) -> None:
        """Open a page; one that is not there yet is asked for."""
        self.header.show_page(name)
        if name == "draw":
            self.pages.setCurrentWidget(self.page)
            self.page.canvas.setFocus()
        elif name in self._pages:
            self.pages.setCurrentWidget(self._pages[name])
        else:
            self._waiting.setText("Loading …")
            self.pages.setCurrentWidget(self._waiting)
            self.page_wanted.emit(name)
            return
        self.page_opened.emit(name)

    def put_page(self, name: str, page: Page) -> None:
        """Take in a page that was asked for, and open it if it still is the chosen one."""
        page.set_theme(self._theme)
        self._pages[name] = page
        # Painted a turn later: to lay it out and to paint it in one takes longer than a pen waits.
        page.setUpdatesEnabled(False)
        QTimer.singleShot(TURN_MS, page, partial(page.setUpdatesEnabled, True))
        self.pages.addWidget(page)
        if self.open_page_name == name:
            self.open_page(name)

    def explain_missing_page(self, message: str) -> None:
        """Say why a page that was asked for does not come."""
        self._waiting.setText(message)

    def show_work(self, done: float | None, words: str) -> None:
        """Show in title and taskbar how far something long is; no words, and it is over."""
        percent = "" if done is None else f"{100 * done:.0f} % · "
        self.setWindowTitle(f"{percent}{words} — lenetpad" if words else "lenetpad")
        taskbar.show(done if words else None)

    def _build_menus(self) -> None:
        for title in action_table.MENUS:
            menu = self.menuBar().addMenu(f"&{title}")  # Alt and the first letter open it
            menu.setToolTipsVisible(True)
            for spec in action_table.ACTIONS:
                if spec.menu == title:
                    if spec.breaks:
                        menu.addSeparator()
                    menu.addAction(self.actions_by_name[spec.name])

    def _connect(self) -> None:
        canvas, page = self.page.canvas, self.page
        slots = {
            "open": self.open_document,
            "save": self.save_document,
            "open_weights": self.open_weights,
            "quit": self.close,
            "undo": canvas.undo,
            "redo": canvas.redo,
            "clear": canvas.clear,
            "copy": self.copy,
            "paste": self.paste,
            "pen": self._use_pen,
            "eraser": self._use_eraser,
            "thinner": lambda: page.step_pen_width(-1),
            "thicker": lambda: page.step_pen_width(+1),
            "fullscreen": self._toggle_full_screen,
            **{name: partial(self.open_page, name) for name in PAGES},
            "theme": self.switch_theme,
            "theme_system": self._use_system_theme,
            "about": self._show_about,
        }
        for name, slot in slots.items():
            self.actions_by_name[name].triggered.connect(slot)
        QShortcut(QKeySequence("Esc"), self).activated.connect(self._leave_full_screen)
        canvas.sheet_changed.connect(self.sheet_changed)
        canvas.history_changed.connect(self._follow_history)
        page.reading_painted.connect(self._note_latency)
        page.scale_chosen.connect(self._keep_scale)
        page.pen_width_chosen.connect(self._keep_pen_width)
        self.header.page_chosen.connect(self.open_page)
        self.header.model_chosen.connect(self.model_chosen)
        self.header.device_chosen.connect(self.device_chosen)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._use_pen()
        self._follow_history()
        canvas.setFocus()

    # Choices and their settings

    @Slot(str)
    def _keep_scale(self, scale: str) -> None:
        self.preferences.keep(scale=scale)

    @Slot(float)
    def _keep_pen_width(self, width: float) -> None:
        self.preferences.keep(pen_width=width)

    @Slot()
    def switch_theme(self) -> None:
        """Change from light to dark or back, and keep it."""
        dark = self._theme.name == "dark"
        self.set_theme(ThemeChoice.LIGHT if dark else ThemeChoice.DARK)

    @Slot()
    def _use_system_theme(self) -> None:
        self.set_theme(ThemeChoice.SYSTEM)

    def set_theme(self, choice: ThemeChoice) -> None:
        """Use a theme and keep the choice."""
        self._theme_choice = choice
        self.preferences.keep(theme=choice.value)
        self._use_theme()

    @Slot()
    def _follow_system(self) -> None:
        if self._theme_choice is ThemeChoice.SYSTEM:
            self._use_theme()

    def _use_theme(self) -> None:
        self._theme = theme.resolve(self._theme_choice)
        self._following = self._follow_theme()
        self._turns.start()
        self.setUpdatesEnabled(False)  # until the open page has followed: both change at once
        theme.apply(self._theme)
        action_table.colour(self.actions_by_name, self._theme)
        self._dress()
        self._mark_theme()

    def _dress(self) -> None:
        """Give what lies around the pages the theme's style sheet, and with it its dialogs."""
        for part in (self.menuBar(), self.header):
            theme.dress(part, self._theme)

    def _follow_theme(self) -> Iterator[None]:
        """Let one page after the other follow the theme: a pen cannot wait for all of them."""
        shown = self.pages.currentWidget()
        hidden = [page for page in (self.page, *self._pages.values()) if page is not shown]
        try:
            if isinstance(shown, Page):
                shown.set_theme(self._theme)
                yield
        finally:
            self.setUpdatesEnabled(True)
        for page in hidden:
            for _ in range(HIDDEN_TURNS):  # not in the turn in which the window is painted
                yield
            page.set_theme(self._theme)

    @Slot()
    def _take_turn(self) -> None:
        if next(self._following, DONE) is DONE:
            self._turns.stop()

    def _mark_theme(self) -> None:
        follows = self._theme_choice is ThemeChoice.SYSTEM
        self.actions_by_name["theme_system"].setChecked(follows)

    def _restore(self) -> None:
        """Take up the settings of the last time."""
        self._mark_theme()
        self.page.set_scale(self.preferences.scale)
        self.page.set_pen_width(self.preferences.pen_width)
        geometry = self.preferences.geometry
        if geometry is None or not self.restoreGeometry(geometry):
            room = self.screen().availableSize().expandedTo(self.minimumSize())
            self.resize(USUAL.boundedTo(room))

    # Files and the clipboard

    @Slot()
    def open_document(self) -> None:
        """Ask for an ink file or a picture and put it on the canvas."""
        if path := self._ask_for_file("Open", documents.OPEN_FILTER):
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Put an ink file's first drawing or a picture on the canvas; say why where it fails."""
        self._put(lambda: documents.read(path))

    @Slot()
    def save_document(self) -> None:
        """Ask for a file and save the drawing as ink or as a picture."""
        proposal = str(Path(self.preferences.folder) / f"drawing{documents.INK_SUFFIX}")
        name, kind = QFileDialog.getSaveFileName(
            self.dialog_parent, "Save", proposal, documents.SAVE_FILTER
        )
        if not name:
            return
        path = documents.with_suffix(Path(name), kind)
        self.preferences.keep(folder=str(path.parent))
        # The dialog has asked about the name as it was typed, without the suffix.
        if path == Path(name) or not path.exists() or self._may_replace(path):
            self.save_path(path)

    def save_path(self, path: Path) -> None:
        """Save the drawing as ink or as a picture, as the file's name says."""
        canvas = self.page.canvas
        try:
            documents.write(path, canvas.sheet, canvas.image())
        except (OSError, ValueError) as error:
            self.banner.warn(str(error))

    def _may_replace(self, path: Path) -> bool:
        question = f"{path.name} already exists.\nDo you want to replace it?"
        answer = QMessageBox.question(self.dialog_parent, "Save", question)
        return answer == QMessageBox.StandardButton.Yes

    @Slot()
    def open_weights(self) -> None:
        """Ask for a weights file and let its network read."""
        if path := self._ask_for_file("Open weights", WEIGHTS_FILTER):
            self.weights_opened.emit(str(path))

    def _ask_for_file(self, title: str, kinds: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(
            self.dialog_parent, title, self.preferences.folder, kinds
        )
        if not name:
            return None
        self.preferences.keep(folder=str(Path(name).parent))
        return Path(name)

    @Slot()
    def copy(self) -> None:
        """Copy the canvas, as ink and as a picture."""
        canvas = self.page.canvas
        QGuiApplication.clipboard().setMimeData(clipboard.of(canvas.sheet, canvas.image()))

    @Slot()
    def paste(self) -> None:
        """Put the clipboard's ink or picture on the canvas; say why where it fails."""
        self._put_from(QGuiApplication.clipboard().mimeData())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._put_from(event.mimeData())

    def _put_from(self, mime: QMimeData) -> None:
        self._put(lambda: clipboard.sheet_in(mime))

    def _put(self, read: documents.Reader) -> None:
        try:
            found = read()
        except (OSError, ValueError) as error:
            self.banner.warn(str(error))
            return
        self.banner.hide()
        self.page.canvas.set_sheet(found.sheet)
        if found.note:
            self.banner.note(found.note)

    # Small slots

    @Slot()
    def _use_pen(self) -> None:
        self._use_tool(erasing=False)

    @Slot()
    def _use_eraser(self) -> None:
        self._use_tool(erasing=True)

    def _use_tool(self, *, erasing: bool) -> None:
        self.page.canvas.set_erasing(erasing)
        self.actions_by_name["eraser"].setChecked(erasing)
        self.actions_by_name["pen"].setChecked(not erasing)

    @Slot()
    def _follow_history(self) -> None:
        """Turn off the actions that can do nothing, and tell of a finished step."""
        canvas = self.page.canvas
        sheet, history = canvas.sheet, canvas.history
        self.actions_by_name["undo"].setEnabled(bool(history.past) or sheet != history.present)
        self.actions_by_name["redo"].setEnabled(bool(history.future))
        for name in ("clear", "save", "copy"):
            self.actions_by_name[name].setEnabled(bool(sheet))
        self.sheet_finished.emit(sheet)

    @Slot()
    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def _leave_full_screen(self) -> None:
        if self.isFullScreen():
            self._toggle_full_screen()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_name["fullscreen"].setChecked(self.isFullScreen())
        super().changeEvent(event)

    @Slot(object)
    def _note_latency(self, reading: Reading) -> None:
        self.page.verdict.note_painted(reading)

    @Slot()
    def _show_about(self) -> None:
        from lenetpad.ui.dialogs.about import AboutDialog  # the window's start is no time for it

        if self.about is not None:  # the shortcut was pressed again
            return
        theme_words = f"{self._theme.name}, {self._theme_choice.value}"
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
        self._end_question()
        if self.about is not None:
            self.about.close()
        self.preferences.keep(geometry=self.saveGeometry())
        self.preferences.write()
        event.accept()
        self.closed.emit()
