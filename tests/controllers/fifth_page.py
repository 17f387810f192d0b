"""A page of a test's own, with its controller, as a further wing of the window would be."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from lenetpad.controllers.page_controller import Context, PageController, PageRow
from lenetpad.ui.pages import PageSpec
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.page import HeaderTools, Page
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps

ROW = PageRow(
    PageSpec("notes", "Notes", "Write notes", ("Ctrl+9",)),
    page="tests.controllers.fifth_page",
    controller="tests.controllers.fifth_page:NotesController",
)
#: Is found wanting when its page is imported.
BROKEN = PageRow(
    PageSpec("broken", "Broken", "Break", ("Ctrl+8",)),
    page="tests.controllers.no_such_page",
    controller="tests.controllers.fifth_page:NotesController",
)


def build_page(theme: Theme, actions: dict[str, QAction], parent: QWidget) -> Steps[NotesPage]:
    """Build the page in three turns."""
    yield
    page = NotesPage(theme, parent)
    yield
    return page


class NotesPage(Page):
    """Notes what becomes of it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.themes: list[str] = []
        self.closed = 0
        self.box = Choices("Paper", "What one writes on")
        QHBoxLayout(self).addWidget(QLabel("Notes"))

    def header_tools(self) -> HeaderTools:
        return HeaderTools(actions=("about",), boxes=(("Paper", self.box),))

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.themes.append(theme.name)

    def close_files(self, seconds: float = 0.0) -> bool:
        self.closed += 1
        return True


class NotesController(PageController):
    """Notes what it is asked."""

    page: NotesPage | None

    def __init__(self, row: PageRow, context: Context) -> None:
        super().__init__(row, context)
        self.connected = self.opened = self.kept = self.asked = 0
        self.vote = False

    def connect_page(self) -> None:
        self.connected += 1

    def page_opened(self) -> None:
        assert self.page is not None
        self.opened += 1

    def may_close(self) -> bool:
        self.asked += 1
        return self.vote

    def keep(self) -> None:
        self.kept += 1

    def fail(self, words: str) -> None:
        """Have a job of this page's own fail."""

        def work() -> Any:
            raise ValueError(words)

        self.jobs.run("a note", work)
