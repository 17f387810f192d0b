"""Two themes of our own, light and dark, on Qt's Fusion style, in every size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from lenetpad.ui.widgets.style_sheet import style_sheet


class ThemeChoice(StrEnum):
    """What the user wants; SYSTEM follows the desktop where it says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme, and how large texts and controls are.

    ``line`` parts what belongs together; ``edge`` is the outline of a control, told apart from
    what lies beside it at 3:1. ``negative`` and ``positive`` are anchors of the map colours from a
    value near zero to the extreme; zero itself is ``zero``. Blue against orange is told apart by
    colour-blind people. ``scale`` is 1 for the usual size. No text is lower than ``smallest``
    pixels: in front of a hall one that has no room is left out.
    """

    name: str
    window: str
    panel: str
    text: str
    dim: str
    line: str
    edge: str
    accent: str
    on_accent: str
    warning: str
    on_warning: str
    paper: str
    ink: str
    zero: str
    negative: tuple[str, ...]
    positive: tuple[str, ...]
    scale: float = 1.0
    smallest: float = 0.0

    def px(self, usual: float) -> int:
        """A length in logical pixels, which is ``usual`` at the usual size."""
        return max(1, round(usual * self.scale))


LIGHT: Final = Theme(
    name="light",
    window="#eef0f3",
    panel="#ffffff",
    text="#14181f",
    dim="#535c68",
    line="#d3d8df",
    edge="#7c8592",
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
    edge="#727d8c",
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


def resolve(choice: ThemeChoice, scale: float = 1.0) -> Theme:
    """The theme for a choice; a desktop that says nothing gets the light one."""
    if choice is ThemeChoice.SYSTEM:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    else:
        dark = choice is ThemeChoice.DARK
    return replace(DARK if dark else LIGHT, scale=scale)


def apply(theme: Theme) -> None:
    """Give the running application the theme's palette and size of text."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setPalette(_palette(theme))
    font = control_font(theme)
    if font != application.font():
        application.setFont(font)
        # Before the event loop runs Qt tells no widget of it, and what is made later takes after
        # the window.
        for window in application.topLevelWidgets():
            if window.font().pointSizeF() != font.pointSizeF():
                QCoreApplication.sendEvent(window, QEvent(QEvent.Type.ApplicationFontChange))


def control_font(theme: Theme) -> QFont:
    """The font of controls in a theme's size."""
    font = QFont(_usual_font())
    font.setPointSizeF(font.pointSizeF() * theme.scale)
    return font


@cache
def _usual_font() -> QFont:
    """The system's font for controls."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


def dress(widget: QWidget, theme: Theme) -> None:
    """Give a widget, and every widget and dialog in it, the theme's style sheet.

    A style sheet of the whole application would be less to think of, but when that changes Qt
    styles each widget once for each of its ancestors, and all of them in one go.
    """
    sheet = style_sheet(theme)
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
