"""A page of the window, and what the header shows while it is open."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.banner import Banner
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.file_manager import show_file
from lenetpad.ui.widgets.theme import Theme, dress
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.widgets.writer import LONG_SECONDS


@dataclass(frozen=True, slots=True)
class HeaderTools:
    """What one page has in the header: ``actions`` by name, as buttons behind the tabs, and
    ``boxes`` with their titles, before those of network and device.

    The ``spare`` ones of the actions are left out where there is no room: a menu has them too.
    """

    actions: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    boxes: tuple[tuple[str, Choices], ...] = ()


class Page(QWidget):
    """Has its style sheet from the beginning, so that every part gets it when it is put in.

    ``banner`` shows what went wrong on this page; each page says where it lies.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress(self, theme)
        self.banner = Banner(self)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        dress(self, theme)

    def escape(self) -> bool:
        """Take back what Esc is to take back on this page; False where there is nothing."""
        return False

    def least_size(self, width: int) -> QSize:
        """The least size in which nothing lies over anything else, at a width in pixels that
        there is."""
        layout = self.layout()
        if layout is None:
            return self.minimumSizeHint()
        least = layout.minimumSize()
        if layout.hasHeightForWidth():
            least.setHeight(layout.minimumHeightForWidth(max(width, least.width())))
        return least

    def header_tools(self) -> HeaderTools:
        """What the header shows while this page is open; nothing, if the page does not say."""
        return HeaderTools()

    @Slot(object)
    def say_written(self, path: Path) -> None:
        """Say which file was written and where, with a button that shows it there."""
        whole = Path(os.path.abspath(path))
        folder = whole.parent
        show = partial(show_file, whole, self, partial(self._say_where, folder))
        words = translate("Window", "Wrote {name} to {folder}")
        shows = translate("Window", "Show in folder")
        self.banner.note(words.format(name=path.name, folder=folder), shows, show)

    def _say_where(self, folder: Path) -> None:
        words = translate("Window", "No file manager was found. The file is in {folder}")
        self.banner.warn(words.format(folder=folder))

    def close_files(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until what is being saved is on the disk, False where it is not in time; a page
        that saves nothing need not."""
        return True
