"""Lessons: listed in their menu, run step by step, and watched for what the audience does."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final, cast

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction

from lenetpad.controllers.lessons.drilling import Drilling
from lenetpad.controllers.lessons.handouts import Handouts
from lenetpad.controllers.lessons.presentation import Presentation
from lenetpad.controllers.lessons.scene import Controllers, Scene
from lenetpad.controllers.lessons.stepping import StepByStep
from lenetpad.ink.strokes import Ink
from lenetpad.storage import resources
from lenetpad.storage.decoding import InputError
from lenetpad.ui import actions
from lenetpad.ui.lessons.bar import Page
from lenetpad.ui.widgets.banner import Banner
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.ui.window import Window
from lenetpad.values.lesson_files import SUFFIX, ink_of, read_lesson
from lenetpad.values.lessons import Lesson, Seen, Training
from lenetpad.values.segmentation import Kind
from lenetpad.values.training import Begun, Ended

#: The lessons that ship, in the order of a first lecture, and where the user's own are, in the
#: data directory.
SHIPPED: Final = ("what-the-network-sees", "one-unit-by-hand", "why-it-misreads", "watch-it-learn")
FOLDER: Final = "lessons"
MOST_LISTED: Final = 50
LESSON_FILTER: Final = marked("Window", "Lessons (*.toml)")
MENU: Final = "Lessons"


class Lessons(QObject):
    """Runs one lesson at a time. ``folder`` is the user's data directory, None for none."""

    def __init__(self, window: Window, controllers: Controllers, folder: Path | None) -> None:
        super().__init__(window)
        self._window, self._folder = window, folder
        self.scene = Scene(window, controllers)
        self.presentation = Presentation(window)
        self.presentation.take_back = self.scene.take_back
        self.stepping = StepByStep(window, self.scene.draw, self.presentation)
        self.lesson: Lesson | None = None  # the one that runs
        self.handouts = Handouts(window, self)
        self.drilling = Drilling(window, self.scene)
        self._training: Training | str = ""
        self._hears_training = self._done = False
        self._shown = 0  # the place of the step that is shown
        self._offered: tuple[Banner, str] | None = None  # where it is said that one may go on
        self._listed: list[QAction] = []
        slots = {"open_lesson": self.ask_for_lesson}
        actions.connect(window.actions_by_name, slots)
        window.menus[MENU].aboutToShow.connect(self.list_lessons)
        window.page_opened.connect(self._note_page)
        self.presentation.moved.connect(self._show_step)
        self.presentation.ended.connect(self._end)
        self._connect_draw()
        self._allow()

    def _connect_draw(self) -> None:
        draw = self.scene.draw
        draw.recognition.reading_ready.connect(self._look)
        draw.page.canvas.history_changed.connect(self._look)
        draw.networks.model_ready.connect(self._look)

    # Which lesson

    @Slot()
    def list_lessons(self) -> None:
        """List the shipped lessons, and the user's own, in the menu."""
        menu = self._window.menus[MENU]
        for action in self._listed:
            menu.removeAction(action)
            action.deleteLater()
        self._listed.clear()
        before = self._window.actions_by_name["open_lesson"]
        for path in self.paths():
            action = QAction(self._title_of(path), menu)
            action.triggered.connect(partial(self.open, path))
            menu.insertAction(before, action)
            self._listed.append(action)
        self._listed.append(menu.insertSeparator(before))

    def paths(self) -> list[Path]:
        """The files of the lessons that there are: those that ship first."""
        shipped = [resources.path(f"{FOLDER}/{name}{SUFFIX}") for name in SHIPPED]
        if self._folder is None:
            return shipped
        try:
            own = sorted((self._folder / FOLDER).glob(f"*{SUFFIX}"))
        except OSError:
            own = []
        return [*shipped, *own[:MOST_LISTED]]

    def _title_of(self, path: Path) -> str:
        """A lesson's title and how long it takes; the file's name where it cannot be used."""
        try:
            lesson = read_lesson(path, self._window.actions_by_name)
        except InputError:
            return path.name.replace("&", "&&")
        title = lesson.title.replace("&", "&&")
        if lesson.minutes is None:
            return title
        words = translate("Window", "{title} · {minutes} min")
        return words.format(title=title, minutes=lesson.minutes)

    @Slot()
    def ask_for_lesson(self) -> None:
        """Ask for a lesson's file and run it."""
        title = translate("Window", "Open lesson")
        path = self._window.ask_for_file(title, translate("Window", LESSON_FILTER))
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Run the lesson in a file; where it is none, the banner says why."""
        try:
            lesson = read_lesson(path, self._window.actions_by_name)
        except InputError as error:
            self._window.warn(str(error))
            return
        self.begin(lesson)

    # Running

    def begin(self, lesson: Lesson, place: int = 0) -> None:
        """Run a lesson, from its first step or a later one."""
        self.presentation.end()
        self._withdraw()
        self.lesson, self._training = lesson, ""
        self.scene.begin(lesson)
        pages = [Page(step.words, step.task) for step in lesson.step]
        self.presentation.begin(lesson.title, pages, ())
        self._allow()
        if place:
            self.presentation.go_to(place)

    def ink_at(self, place: int) -> Ink | None:
        """What lies on the canvas in a step: that of the latest step with ink, None for none."""
        assert self.lesson is not None
        for step in reversed(self.lesson.step[: place + 1]):
            if step.ink is not None:
                return ink_of(step.ink)
        return None

    def put_ink(self, place: int) -> None:
        """Put on the canvas what lies there in a step."""
        if (ink := self.ink_at(place)) is not None:
            self.scene.put(ink)

    @Slot(int)
    def _show_step(self, place: int) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        step = lesson.step[place]
        forward = place >= self._shown
        self._shown, self._done = place, False
        ink = self.ink_at(place) if step.ink is not None or not forward else None
        if step.page == "train":
            self._hear_training()
        self.scene.show(step, ink)
        self._look()

    @Slot()
    def _end(self) -> None:
        lesson, self.lesson, place = self.lesson, None, self._shown
        self._shown = 0
        if lesson is None:
            return
        self.scene.restore()
        self._allow()
        page = self._window.shown_page
        if 0 < place < len(lesson.step) - 1 and page is not None:
            words = translate("Window", "“{title}” ended at step {place} of {count}.")
            told = words.format(title=lesson.title, place=place + 1, count=len(lesson.step))
            go_on = partial(self.begin, lesson, place)
            page.banner.offer(told, translate("Window", "Go on"), go_on)
            self._offered = page.banner, told

    def _withdraw(self) -> None:
        """Take back the offer to go on with the lesson before: another one has begun."""
        if self._offered is not None:
            banner, told = self._offered
            self._offered = None
            banner.take_back(told)

    def _allow(self) -> None:
        self._window.actions_by_name["handout"].setEnabled(self.lesson is not None)

    def close(self) -> None:
        """End what runs, so that nothing of it is kept for the next start."""
        self.handouts.close()
        self.drilling.close()
        self.presentation.end()

    # What the audience does

    @Slot(str)
    def _note_page(self, name: str) -> None:
        if self.lesson is not None:
            self.scene.page_opened()

    def _hear_training(self) -> None:
        if not self._hears_training:
            self._hears_training = True
            self.scene.training.trainer.message_received.connect(self._note)

    @Slot(object)
    def _note(self, message: object) -> None:
        """Note how a training stands that runs during the lesson."""
        if isinstance(message, Begun):
            self._training = "running"
        elif isinstance(message, Ended):
            self._training = "ended"
        self._look()

    @Slot()
    def _look(self) -> None:
        """Look whether the audience has done what it was to do; once done it stays so."""
        if self.lesson is None or not self.presentation.active:
            return
        self.scene.go_on()
        goal = self.lesson.step[self.presentation.place].goal
        if goal is None or self._done or self.scene.draw.page.canvas.gesturing:
            return
        if goal.reached(self.seen()):
            self._done = True
            self.presentation.mark_done()

    def seen(self) -> Seen:
        """What is read of the canvas now, and how a training stands."""
        draw = self.scene.draw
        strokes = len(draw.page.canvas.sheet.ink.strokes)
        training = cast("Training", self._training)
        reading = draw.page.verdict.reading
        if reading is None or reading.serial != draw.serial or reading.digit is None:
            return Seen(strokes=strokes, training=training)
        found = reading.segmentation
        several = found is not None and found.kind is not Kind.DIGIT
        if found is not None and several:
            rejected, text = found.kind is Kind.NO_NUMBER, found.text
        else:
            rejected, text = reading.refused, str(reading.digit)
        return Seen(
            text="" if rejected else text,
            rejected=rejected,
            strokes=strokes,
            probability=reading.probability,
            training=training,
        )
