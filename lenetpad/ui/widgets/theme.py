"""Two themes of our own, light and dark, on Qt's Fusion style."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from lenetpad.storage import resources


class ThemeChoice(StrEnum):
    """What the user wants; SYSTEM follows the desktop where it says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme.

    ``negative`` and ``positive`` are anchors of the map colours from a value near zero to the
    extreme; zero itself is ``zero``. Blue against orange is told apart by colour-blind people.
    """

    name: str
    window: str
    panel: str
    text: str
    dim: str
    line: str
    accent: str
    on_accent: str
    warning: str
    on_warning: str
    paper: str
    ink: str
    zero: str
    negative: tuple[str, ...]
    positive: tuple[str, ...]


LIGHT: Final = Theme(
    name="light",
    window="#eef0f3",
    panel="#ffffff",
    text="#14181f",
    dim="#59626e",
    line="#d3d8df",
    accent="#1a5fd0",
    on_accent="#ffffff",
    warning="#8a4b00",
    on_warning="#ffffff",
    paper="#ffffff",
    ink="#10141a",
    zero="#f1f2f4",
    negative=("#bcd5ee", "#5b9bd5", "#1d5fa8", "#0a2f63"),
    positive=("#fbd9b0", "#f39c3d", "#cc5a0b", "#6e2500"),
)
DARK: Final = Theme(
    name="dark",
    window="#101318",
    panel="#191d24",
    text="#edf0f4",
    dim="#9aa5b3",
    line="#2e3540",
    accent="#5b9dff",
    on_accent="#0a1220",
    warning="#f0a64a",
    on_warning="#1a1204",
    paper="#0c0f13",
    ink="#f4f6f9",
    zero="#252a33",
    negative=("#23456e", "#2f72b8", "#5aa6ee", "#a9d5ff"),
    positive=("#5e3a1a", "#b4621c", "#f3943a", "#ffcf94"),
)


def resolve(choice: ThemeChoice) -> Theme:
    """The theme for a choice; a desktop that says nothing gets the light one."""
    if choice is ThemeChoice.SYSTEM:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    else:
        dark = choice is ThemeChoice.DARK
    return DARK if dark else LIGHT


def apply(theme: Theme) -> None:
    """Give the running application the theme's palette."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setPalette(_palette(theme))


def dress(widget: QWidget, theme: Theme) -> None:
    """Give a widget, and every widget and dialog in it, the theme's style sheet.

    A style sheet of the whole application would be less to think of, but when that changes Qt
    styles each widget once for each of its ancestors, and all of them in one go.
    """
    sheet = _style_sheet(theme)
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def tabular(font: QFont) -> QFont:
    """The font with figures of one width, so that changing numbers stand still."""
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def _palette(theme: Theme) -> QPalette:
    roles = QPalette.ColorRole
    colours = {
        roles.Window: theme.window,
        roles.WindowText: theme.text,
        roles.Base: theme.panel,
        roles.AlternateBase: theme.window,
        roles.Text: theme.text,
        roles.Button: theme.panel,
        roles.ButtonText: theme.text,
        roles.BrightText: theme.text,
        roles.Highlight: theme.accent,
        roles.HighlightedText: theme.on_accent,
        roles.ToolTipBase: theme.panel,
        roles.ToolTipText: theme.text,
        roles.PlaceholderText: theme.dim,
        roles.Link: theme.accent,
        roles.Light: theme.panel,
        roles.Midlight: theme.line,
        roles.Mid: theme.line,
        roles.Dark: theme.line,
        roles.Shadow: theme.line,
    }
    palette = QPalette()
    for role, colour in colours.items():
        palette.setColor(role, QColor(colour))
    for role in (roles.Text, roles.ButtonText, roles.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.dim))
    return palette


def _style_sheet(theme: Theme) -> str:
    # A style sheet's image cannot take a colour, so there is a file for each theme.
    path = resources.path(f"icons/chevron-{theme.name}.svg").as_posix()
    # In quotes: without, a name such as Zoë's in the path would undo the whole sheet.
    arrow = path.replace("\\", "\\\\").replace('"', '\\"')
    return f"""
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolTip {{ color: {theme.text}; background: {theme.panel}; border: 1px solid {theme.line};
        padding: 4px; }}
    QMenuBar {{ background: {theme.window}; }}
    QMenuBar::item {{ padding: 4px 10px; background: transparent; color: {theme.text}; }}
    QMenuBar::item:selected {{ background: {theme.line}; border-radius: 4px; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.line}; padding: 4px; }}
    QMenu::item {{ padding: 5px 24px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.accent}; color: {theme.on_accent}; }}
    QMenu::item:disabled {{ color: {theme.dim}; }}
    QMenu::separator {{ height: 1px; background: {theme.line}; margin: 4px 8px; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 5px; }}
    QToolButton:hover {{ background: {theme.panel}; border-color: {theme.line}; }}
    QToolButton:pressed {{ background: {theme.line}; }}
    QToolButton:checked {{ background: {theme.accent}; border-color: {theme.accent}; }}
    QToolButton[framed="true"] {{ background: {theme.panel}; border-color: {theme.line};
        padding: 4px 9px; }}
    QToolButton[framed="true"]:hover {{ border-color: {theme.dim}; }}
    QToolButton[framed="true"]:disabled {{ color: {theme.dim}; background: transparent; }}
    QToolButton[framed="true"]::menu-indicator {{ image: none; }}
    QScrollBar:vertical {{ width: 12px; background: transparent; margin: 0; }}
    QScrollBar:horizontal {{ height: 12px; background: transparent; margin: 0; }}
    QScrollBar::handle {{ background: {theme.line}; border-radius: 4px; margin: 2px; }}
    QScrollBar::handle:hover {{ background: {theme.dim}; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QHeaderView::section {{ background: {theme.window}; color: {theme.dim}; border: none;
        border-bottom: 1px solid {theme.line}; padding: 4px 6px; }}
    QTableView {{ border: 1px solid {theme.line}; border-radius: 6px; background: {theme.panel};
        alternate-background-color: {theme.window}; }}
    QTableView::item {{ padding: 0 6px; }}
    #search, QPlainTextEdit {{ background: {theme.panel}; border: 1px solid {theme.line};
        border-radius: 6px; padding: 4px 6px; }}
    #search:focus, QPlainTextEdit:focus {{ border-color: {theme.accent}; }}
    QPushButton {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 6px;
        padding: 4px 14px; min-height: 20px; }}
    QPushButton:hover {{ border-color: {theme.dim}; }}
    QPushButton:focus {{ border-color: {theme.accent}; }}
    QPushButton:pressed {{ background: {theme.line}; }}
    QPushButton:disabled {{ color: {theme.dim}; }}
    QPushButton::menu-indicator {{ image: none; width: 0; }}
    QPushButton#primary {{ background: {theme.accent}; border-color: {theme.accent};
        color: {theme.on_accent}; }}
    QPushButton#primary:disabled {{ background: {theme.line}; border-color: {theme.line};
        color: {theme.dim}; }}
    QPushButton#primary:hover, QPushButton#primary:focus {{ border-color: {theme.text}; }}
    QProgressBar {{ background: {theme.line}; border: none; border-radius: 4px; }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 4px; }}
    QTabWidget::pane {{ border: none; }}
    QTabBar::tab {{ padding: 5px 12px; color: {theme.dim}; background: transparent;
        border: none; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:hover {{ color: {theme.text}; }}
    QTabBar::tab:focus {{ background: {theme.line}; }}
    #pages::tab {{ padding: 7px 14px; margin-right: 2px; border-bottom-width: 3px; }}
    QComboBox {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 6px;
        padding: 4px 8px; min-height: 20px; }}
    QComboBox:hover {{ border-color: {theme.dim}; }}
    QComboBox:focus {{ border-color: {theme.accent}; }}
    QComboBox::drop-down {{ border: none; width: 24px; }}
    QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
    QComboBox {{ combobox-popup: 0; }} /* a list: a menu would not paint the chosen entry */
    QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0 8px; }}
    QComboBox QAbstractItemView {{ background: {theme.panel}; border: 1px solid {theme.line};
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
    #banner {{ background: {theme.warning}; border-radius: 6px; }}
    #banner QLabel {{ color: {theme.on_warning}; }}
    #banner QPushButton {{ color: {theme.text}; }}
    #banner QToolButton {{ color: {theme.on_warning}; font-weight: bold; }}
    #banner QToolButton:hover {{ background: transparent; border-color: {theme.on_warning}; }}
    #banner[kind="note"] {{ background: {theme.line}; }}
    #banner[kind="note"] QLabel, #banner[kind="note"] QToolButton {{ color: {theme.text}; }}
    """
