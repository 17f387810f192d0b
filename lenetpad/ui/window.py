"""The window: menus, the header, the Draw page, files and settings."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QSettings, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad import __version__
from lenetpad.messages import Failure, ModelReady, Reading
from lenetpad.ui import actions as action_table
from lenetpad.ui import clipboard, documents, theme
from lenetpad.ui.banner import Banner
from lenetpad.ui.colour import Scale
from lenetpad.ui.draw_page import ICON, DrawPage
from lenetpad.ui.theme import ThemeChoice

#: The presets that can be chosen, with their titles; a weights file joins them when opened.
MODELS: Final = (
    ("lenet5-1998", "LeNet-5, 1998"),
    ("lenet5-study", "LeNet-5, study"),
    ("lenet5-modern", "LeNet-5, modern"),
)
SMALLEST: Final = QSize(1024, 700)
USUAL: Final = QSize(1280, 800)
HEADER_TOOLS: Final = ("open", "save", "copy", "paste")
ABOUT: Final = (
    "<h3>lenetpad {version}</h3><p>A drawing pad that shows LeNet-5 thinking.</p>"
    "<p>The network: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, <i>Gradient-Based Learning "
    "Applied to Document Recognition</i>, Proc. IEEE 86(11), 1998.</p>"
    "<p>MNIST: Y. LeCun, C. Cortes, C. Burges; CC BY-SA 3.0.</p>"
)

Kind = TypeVar("Kind", bound=StrEnum)


class Window(QMainWindow):
    """Shows readings and models, and tells what the user wants.

    ``sheet_changed`` carries a Sheet at every pointer event, ``model_chosen`` a preset or a path,
    ``device_chosen`` a device's name, ``closed`` comes when the window goes.
    """

    sheet_changed = Signal(object)
    model_chosen = Signal(str)
    device_chosen = Signal(str)
    closed = Signal()

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self._settings = settings
        self._theme_choice = _choice(ThemeChoice, settings.value("theme"), ThemeChoice.SYSTEM)
        self._theme = theme.resolve(self._theme_choice)
        theme.apply(self._theme)
        self.setWindowTitle("lenetpad")
        self.setMinimumSize(SMALLEST)
        self.setAcceptDrops(True)
        self.actions_by_name = action_table.build(self)
        action_table.colour(self.actions_by_name, self._theme)
        self.page = DrawPage(self._theme, self.actions_by_name)
        self.models, self.devices = self._model_box(), self._device_box()
        self.setCentralWidget(self._central())
        self.banner = Banner(self.page)
        self._build_menus()
        self._connect()
        self._restore()

    # What the engine says

    def show_model(self, model: ModelReady) -> None:
        """Show a network that is ready, and the devices that there are."""
        self.page.show_model(model)
        self.select_model(model.model)
        self._fill_devices(model)
        if model.notice:
            self.banner.say(model.notice)

    def show_reading(self, reading: Reading) -> None:
        """Show a reading of what is on the canvas."""
        self.page.show_reading(reading)

    def show_failure(self, failure: Failure) -> None:
        """Say what failed; what was there before stays."""
        self.banner.say(failure.message)

    # Building

    def _central(self) -> QWidget:
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header())
        layout.addWidget(self.page, 1)
        return central

    def _header(self) -> QWidget:
        header = QWidget()
        layout = QHBoxLayout(header)
        layout.setContentsMargins(10, 6, 10, 0)
        layout.setSpacing(4)
        for name in HEADER_TOOLS:
            layout.addWidget(self._tool_button(name))
        layout.addStretch(1)
        boxes = (
            ("Colours", self.page.scales),
            ("Network", self.models),
            ("Device", self.devices),
        )
        for title, box in boxes:
            layout.addWidget(QLabel(title))
            layout.addWidget(box)
            layout.addSpacing(8)
        layout.addWidget(self._tool_button("theme"))
        layout.addWidget(self._tool_button("fullscreen"))
        return header

    def _tool_button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self.actions_by_name[name])
        button.setIconSize(ICON)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _model_box(self) -> QComboBox:
        box = QComboBox()
        box.setToolTip("The network that reads")
        box.setAccessibleName("Network")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for name, title in MODELS:
            box.addItem(title, name)
        box.activated.connect(self._choose_model)
        return box

    def _device_box(self) -> QComboBox:
        box = QComboBox()
        box.setToolTip("Where the network runs")
        box.setAccessibleName("Device")
        box.setMinimumWidth(110)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.addItem("Auto", "auto")
        box.activated.connect(self._choose_device)
        return box

    def _build_menus(self) -> None:
        for title in action_table.MENUS:
            menu = self.menuBar().addMenu(title)
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
            "theme": self.switch_theme,
            "theme_system": self._use_system_theme,
            "about": self._show_about,
        }
        for name, slot in slots.items():
            self.actions_by_name[name].triggered.connect(slot)
        canvas.sheet_changed.connect(self.sheet_changed)
        canvas.history_changed.connect(self._enable_actions)
        page.reading_painted.connect(self._note_latency)
        page.scale_chosen.connect(self._keep_scale)
        page.pen_width_chosen.connect(self._keep_pen_width)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._use_pen()
        self._enable_actions()
        canvas.setFocus()

    # Choices and their settings

    @Slot(int)
    def _choose_model(self, index: int) -> None:
        self.model_chosen.emit(self.models.itemData(index))

    @Slot(int)
    def _choose_device(self, index: int) -> None:
        self.device_chosen.emit(self.devices.itemData(index))

    def select_model(self, name: str) -> None:
        """Show a network as chosen; a weights file joins the list."""
        index = self.models.findData(name)
        if index < 0:
            self.models.addItem(Path(name).name, name)
            index = self.models.count() - 1
        self.models.setCurrentIndex(index)

    def select_device(self, name: str) -> None:
        """Show a device as chosen; it joins the list where it is not in it yet."""
        if self.devices.findData(name) < 0:
            self.devices.addItem(name, name)
        self.devices.setCurrentIndex(self.devices.findData(name))

    def _fill_devices(self, model: ModelReady) -> None:
        chosen = self.devices.currentData()
        self.devices.clear()
        for name, label in model.devices:
            self.devices.addItem(label, name)
        self.devices.setCurrentIndex(max(0, self.devices.findData(chosen)))

    @Slot(str)
    def _keep_scale(self, scale: str) -> None:
        self._settings.setValue("scale", scale)

    @Slot(float)
    def _keep_pen_width(self, width: float) -> None:
        self._settings.setValue("pen_width", width)

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
        self._settings.setValue("theme", choice.value)
        self._use_theme()

    @Slot()
    def _follow_system(self) -> None:
        if self._theme_choice is ThemeChoice.SYSTEM:
            self._use_theme()

    def _use_theme(self) -> None:
        self._theme = theme.resolve(self._theme_choice)
        theme.apply(self._theme)
        action_table.colour(self.actions_by_name, self._theme)
        self.page.set_theme(self._theme)
        self._mark_theme()

    def _mark_theme(self) -> None:
        follows = self._theme_choice is ThemeChoice.SYSTEM
        self.actions_by_name["theme_system"].setChecked(follows)

    def _restore(self) -> None:
        """Take up the settings of the last time; what makes no sense is passed over."""
        self._mark_theme()
        self.page.set_scale(_choice(Scale, self._settings.value("scale"), Scale.FIXED))
        try:
            self.page.set_pen_width(float(self._settings.value("pen_width", 32.0)))
        except (TypeError, ValueError):
            self.page.set_pen_width(32.0)
        geometry = self._settings.value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(USUAL)

    # Files and the clipboard

    @Slot()
    def open_document(self) -> None:
        """Ask for an ink file or a picture and put it on the canvas."""
        name, _ = QFileDialog.getOpenFileName(self, "Open", "", documents.OPEN_FILTER)
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Put an ink file's first drawing or a picture on the canvas; say why where it fails."""
        self._put(lambda: documents.read(path))

    @Slot()
    def save_document(self) -> None:
        """Ask for a file and save the drawing as ink or as a picture."""
        name, chosen = QFileDialog.getSaveFileName(
            self, "Save", "drawing.jsonl", documents.SAVE_FILTER
        )
        if name:
            self.save_path(documents.with_suffix(Path(name), chosen))

    def save_path(self, path: Path) -> None:
        """Save the drawing as ink or as a picture, as the file's name says."""
        canvas = self.page.canvas
        try:
            documents.write(path, canvas.sheet, canvas.image())
        except (OSError, ValueError) as error:
            self.banner.say(str(error))

    @Slot()
    def open_weights(self) -> None:
        """Ask for a weights file and let its network read."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open weights", "", "Weights (*.safetensors *.pth *.pt)"
        )
        if name:
            self.model_chosen.emit(name)

    @Slot()
    def copy(self) -> None:
        """Copy the canvas, as ink and as a picture."""
        QGuiApplication.clipboard().setMimeData(
            clipboard.of(self.page.canvas.sheet, self.page.canvas.image())
        )

    @Slot()
    def paste(self) -> None:
        """Put the clipboard's ink or picture on the canvas; say why where it fails."""
        mime = QGuiApplication.clipboard().mimeData()
        self._put(lambda: clipboard.sheet_in(mime))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        mime = event.mimeData()
        self._put(lambda: clipboard.sheet_in(mime))

    def _put(self, read: documents.Reader) -> None:
        try:
            found = read()
        except (OSError, ValueError) as error:
            self.banner.say(str(error))
            return
        self.banner.hide()
        self.page.canvas.set_sheet(found.sheet)
        if found.note:
            self.banner.say(found.note)

    # Small slots

    @Slot()
    def _use_pen(self) -> None:
        self._use_tool(erasing=False)

    @Slot()
    def _use_eraser(self) -> None:
        self._use_tool(erasing=True)

    def _use_tool(self, *, erasing: bool) -> None:
        self.page.canvas.erasing = erasing
        self.actions_by_name["eraser"].setChecked(erasing)
        self.actions_by_name["pen"].setChecked(not erasing)

    @Slot()
    def _enable_actions(self) -> None:
        history = self.page.canvas.history
        self.actions_by_name["undo"].setEnabled(bool(history.past))
        self.actions_by_name["redo"].setEnabled(bool(history.future))
        for name in ("clear", "save", "copy"):
            self.actions_by_name[name].setEnabled(bool(history.present))

    @Slot()
    def _toggle_full_screen(self) -> None:
        full = not self.isFullScreen()
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        self.actions_by_name["fullscreen"].setChecked(full)

    @Slot(object)
    def _note_latency(self, reading: Reading) -> None:
        self.page.verdict.note_painted(reading)

    @Slot()
    def _show_about(self) -> None:
        QMessageBox.about(self, "About lenetpad", ABOUT.format(version=__version__))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.sync()
        event.accept()
        self.closed.emit()


def _choice(kind: type[Kind], value: object, usual: Kind) -> Kind:
    """A setting as one of the values there are, the usual one where it is none."""
    try:
        return kind(value)
    except ValueError:
        return usual
