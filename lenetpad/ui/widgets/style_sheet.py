"""The style sheet of the window's controls, in a theme's colours and size."""

from __future__ import annotations

import re
from dataclasses import asdict
from string import Template
from typing import TYPE_CHECKING, Final

from lenetpad.storage import resources

if TYPE_CHECKING:
    from lenetpad.ui.widgets.theme import Theme

#: The names of the theme's colours stand for them, and lengths are those of the usual size.
SHEET: Final = Template("""
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFileDialog { backward-icon: url("$back"); forward-icon: url("$forward");
    filedialog-parent-directory-icon: url("$parent");
    filedialog-new-directory-icon: url("$new_folder");
    filedialog-listview-icon: url("$list"); filedialog-detailedview-icon: url("$details"); }
QToolTip { color: $text; background: $panel; border: 1px solid $line;
    padding: 4px; }
QMenuBar { background: $window; }
QMenuBar::item { padding: 4px 10px; background: transparent; color: $text; }
QMenuBar::item:selected { background: $line; border-radius: 4px; }
QMenu { background: $panel; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: 5px 24px; border-radius: 4px; }
QMenu::item:selected { background: $accent; color: $on_accent; }
QMenu::item:disabled { color: $dim; }
QMenu::icon:checked { background: $accent; border-radius: 4px; }
QMenu::indicator { width: 14px; height: 14px; left: 5px; }
QMenu::indicator:checked { background: $accent; border-radius: 3px; image: url("$tick"); }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QToolButton { qproperty-iconSize: 20px 20px; border: 1px solid transparent;
    border-radius: 6px; padding: 5px; }
QToolButton:hover { background: $panel; border-color: $line; }
QToolButton:focus { border-color: $accent; }
QToolButton:checked:focus { border-color: $text; }
QToolButton:pressed { background: $line; }
QToolButton:checked { background: $accent; border-color: $accent; }
QToolButton[framed="true"] { background: $panel; border-color: $edge;
    padding: 4px 9px; }
QToolButton[framed="true"]:hover { border-color: $text; }
QToolButton[framed="true"]:focus { border-color: $accent; }
QToolButton[framed="true"]:disabled { color: $dim; background: transparent;
    border-color: $line; }
QToolButton[framed="true"]::menu-indicator { image: none; }
QScrollBar:vertical { width: 12px; background: transparent; margin: 0; }
QScrollBar:horizontal { height: 12px; background: transparent; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QHeaderView::section { background: $window; color: $dim; border: none;
    border-bottom: 1px solid $line; padding: 4px 6px; }
QTableView { border: 1px solid $edge; border-radius: 6px; background: $panel;
    alternate-background-color: $window; }
QTableView:focus, QListView:focus { border-color: $accent; }
QTableView::item { padding: 0 6px; }
QLineEdit, QPlainTextEdit, QTextBrowser { background: $panel; border: 1px solid $edge;
    border-radius: 6px; padding: 4px 6px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextBrowser:focus { border-color: $accent; }
QPushButton { background: $panel; border: 1px solid $edge; border-radius: 6px;
    padding: 4px 14px; min-height: 20px; }
QPushButton:hover { border-color: $text; }
QPushButton:focus { border-color: $accent; }
QPushButton:pressed { background: $line; }
QPushButton:disabled { color: $dim; background: $window;
    border-color: $line; }
QPushButton::menu-indicator { image: none; width: 0; }
QPushButton#primary { background: $accent; border-color: $accent;
    color: $on_accent; }
QPushButton#primary:disabled { background: $window; border-color: $line;
    color: $dim; }
QPushButton#primary:hover, QPushButton#primary:focus { border-color: $text; }
QProgressBar { background: $panel; border: 1px solid $edge;
    border-radius: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
#calculator { border: 1px solid transparent; }
#calculator:focus { border-color: $accent; }
QTabWidget::pane { border: none; }
QTabBar::tab { padding: 5px 9px; color: $dim; background: transparent;
    border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { background: $line; }
#pages::tab { padding: 7px 14px; margin-right: 2px; border-bottom-width: 3px; }
QComboBox, QAbstractSpinBox { background: $panel; border: 1px solid $edge;
    border-radius: 6px; padding: 4px 8px; min-height: 20px; }
QComboBox:hover, QAbstractSpinBox:hover { border-color: $text; }
QComboBox:focus, QAbstractSpinBox:focus { border-color: $accent; }
QComboBox:disabled, QAbstractSpinBox:disabled { color: $dim;
    background: $window; border-color: $line; }
QAbstractSpinBox { padding: 3px 0; }
QAbstractSpinBox QLineEdit { border: none; padding: 0; background: transparent; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 20px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {
    background: $line; }
QAbstractSpinBox::up-arrow { image: url("$up"); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url("$down"); width: 9px; height: 9px; }
QCheckBox { spacing: 6px; }
QCheckBox:disabled { color: $dim; }
QCheckBox::indicator, QTreeView::indicator, QListView::indicator { width: 14px; height: 14px;
    background: $panel; border: 1px solid $edge; border-radius: 3px; }
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent;
    image: url("$tick"); }
QCheckBox::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled { background: $window; border-color: $line; }
QCheckBox::indicator:checked:disabled { background: $dim; }
QSlider:horizontal { min-height: 14px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $edge; }
QSlider::sub-page:horizontal { border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 6px;
    border: 1px solid $edge; background: $panel; }
QSlider::handle:horizontal:hover { border-color: $text; }
QSlider::handle:horizontal:focus { border-color: $accent;
    background: $accent; }
QSlider::groove:horizontal:disabled, QSlider::sub-page:horizontal:disabled {
    background: $line; }
QSlider::handle:horizontal:disabled { border-color: $line;
    background: $window; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url("$down"); width: 12px; height: 12px; }
QComboBox { combobox-popup: 0; } /* a list: a menu would not paint the chosen entry */
QComboBox QAbstractItemView::item { min-height: 26px; padding: 0 8px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $edge;
    selection-background-color: $accent; selection-color: $on_accent; }
#tray, #lineView, #timeLine, #correction { background: $panel; border: 1px solid $line;
    border-radius: 8px; }
#tray QListView { background: transparent; }
#changes, #hands { background: $panel; border: 1px solid $edge; border-radius: 6px;
    outline: none; }
#changes:focus, #hands:focus { border-color: $accent; }
#hands::item { padding: 6px 8px; }
#hands::item:selected { background: $accent; color: $on_accent; }
#changes::item { border: 1px solid $panel; border-radius: 6px; padding: 4px; }
#changes::item:selected, #changes::item:focus { background: $window; border-color: $accent;
    color: $text; }
#lineView QScrollArea { background: transparent; }
#lineView #title { font-weight: bold; }
#banner { background: $warning; border-radius: 6px; }
#banner QLabel { color: $on_warning; }
#banner QPushButton { color: $text; }
#banner QToolButton { color: $on_warning; font-weight: bold; }
#banner QToolButton:hover { background: transparent; border-color: $on_warning; }
#banner[kind="note"] { background: $line; }
#banner[kind="note"] QLabel, #banner[kind="note"] QToolButton { color: $text; }
""")
#: What the sheet calls an image, and its file's name before that of the theme: a style sheet's
#: image cannot take a colour.
IMAGES: Final = {
    "down": "chevron",
    "up": "chevron-up",
    "tick": "tick",
    "back": "back",
    "forward": "forward",
    "parent": "parent",
    "new_folder": "new-folder",
    "list": "list",
    "details": "details",
}
LENGTH: Final = re.compile(r"\b(\d+)px")


def style_sheet(theme: Theme) -> str:
    """The style sheet of a theme."""

    def scaled(length: re.Match[str]) -> str:
        pixels = int(length[1])
        return f"{pixels if pixels < 2 else theme.px(pixels)}px"  # lines stay thin

    sheet = LENGTH.sub(scaled, SHEET.template)
    images = {name: _image(stem, theme) for name, stem in IMAGES.items()}
    return Template(sheet).substitute(asdict(theme) | images)


def _image(stem: str, theme: Theme) -> str:
    """An image's path, as it can stand in quotes: without those, a name such as Zoë's in it would
    undo the whole sheet."""
    path = resources.path(f"icons/{stem}-{theme.name}.svg").as_posix()
    return path.replace("\\", "\\\\").replace('"', '\\"')
