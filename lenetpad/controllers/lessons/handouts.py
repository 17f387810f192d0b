"""Makes a handout of the lesson that runs: each step is set up in the window, and photographed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QImage

from lenetpad.ui import actions
from lenetpad.ui.widgets.files import as_file_name
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.turns import Steps, Turns
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.ui.window import Window
from lenetpad.values.lesson_files import ink_of

if TYPE_CHECKING:
    from lenetpad.controllers.lessons.lessons import Lessons
    from lenetpad.ui.widgets.exporter import Exporter

KINDS: Final = marked("Window", "PDF (*.pdf);;HTML (*.html)")
TURN_MS: Final = 20
#: So long a step that has to load something, or to compute it, is waited for.
PATIENCE: Final = 5.0
#: And so long after it has been read, for what explains it.
SETTLING: Final = 0.25
LARGEST_PICTURE: Final = QSize(1600, 1200)


class Handouts(QObject):
    """Asks for a file and writes the handout there, with the step on screen in the end that was
    there in the beginning."""

    def __init__(self, window: Window, lessons: Lessons) -> None:
        super().__init__(window)
        self._window, self._lessons = window, lessons
        self._exporter: Exporter | None = None
        self._turns = Turns(self, TURN_MS)
        actions.connect(window.actions_by_name, {"handout": self.ask_for_file})
        lessons.presentation.ended.connect(self._turns.stop)

    @Slot()
    def ask_for_file(self) -> None:
        """Ask where the handout is to lie, as PDF or HTML."""
        lesson = self._lessons.lesson
        if lesson is None:
            return
        name = f"{as_file_name(lesson.title)}.pdf"
        title = translate("Window", "Save handout")
        path = self.exporter.ask_for_path(title, name, translate("Window", KINDS))
        if path is not None:
            self.write(path)

    @property
    def exporter(self) -> Exporter:
        """What asks and writes."""
        from lenetpad.ui.widgets.exporter import Exporter  # the window's start is no time for it

        if self._exporter is None:
            self._exporter = Exporter(self._window.dialog_parent)
            self._exporter.memory = self._window.preferences
            self._exporter.written.connect(self._say_written)
            self._exporter.failed.connect(self._window.warn)
        return self._exporter

    def write(self, path: Path) -> None:
        """Write the handout of the lesson that runs, step by step."""
        if self._lessons.lesson is not None:
            self._turns.start(self._steps(path))

    @property
    def active(self) -> bool:
        """Whether a handout is being made."""
        return self._turns.active

    def _steps(self, path: Path) -> Steps[None]:
        from lenetpad.ui.lessons.handout import PDF, Handout, Shown

        lesson, presentation = self._lessons.lesson, self._lessons.presentation
        assert lesson is not None
        here = presentation.place
        shown = []
        try:
            for place, step in enumerate(lesson.step):
                presentation.show_again(place)
                self._lessons.put_ink(place)
                if step.example is not None:
                    self._lessons.scene.put(ink_of(step.example))
                yield from self._settled()
                picture = self._photograph()
                shown.append(Shown(step.words, step.task, picture))
        finally:
            if presentation.active:
                presentation.show_again(here)
                self._lessons.put_ink(here)
        handout = Handout(lesson.title, lesson.about, shown)
        content = handout.as_pdf() if path.suffix.lower() == PDF else handout.as_html()
        self.exporter.write(path, lambda: content)

    def _settled(self) -> Steps[None]:
        """Wait until a step's page is there and shows the reading of what lies on the canvas."""
        end = time.monotonic() + PATIENCE
        while not self._read and time.monotonic() < end:
            yield
        end = time.monotonic() + SETTLING
        while time.monotonic() < end:
            yield

    @property
    def _read(self) -> bool:
        draw, page = self._lessons.scene.draw, self._window.shown_page
        reading = draw.page.verdict.reading
        read = reading is not None and reading.serial == draw.serial
        return page is not None and not self._window.restyling and read

    def _photograph(self) -> QImage:
        page: Page | None = self._window.shown_page
        if page is None:
            return QImage()
        picture = page.grab().toImage()
        if picture.width() <= LARGEST_PICTURE.width():
            return picture
        smooth = Qt.TransformationMode.SmoothTransformation
        return picture.scaled(LARGEST_PICTURE, Qt.AspectRatioMode.KeepAspectRatio, smooth)

    @Slot(object)
    def _say_written(self, path: Path) -> None:
        page = self._window.shown_page
        if page is not None:
            page.say_written(path)

    def close(self) -> None:
        """Finish what is being written."""
        self._turns.stop()
        if self._exporter is not None:
            self._exporter.close()
