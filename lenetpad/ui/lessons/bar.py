"""The bar below the pages: a step's words, large enough for a hall, and where one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lenetpad.ui.lessons.markup import as_html, plain
from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.theme import Theme, dress
from lenetpad.ui.widgets.words import translate

#: Of the window's height: the size of the words, and what the bar may take of it.
WORDS_SHARE: Final = 0.026
LARGEST_SHARE: Final = 0.36
ABOVE: Final = 380  # pixels at the usual size, that menus and a page need above the bar
LEAST_PIXELS: Final = 13
USUAL_PIXELS: Final = 17  # at the usual size, where the window is small
SMALL: Final = 0.86  # of the words, what stands over and below them
BUTTONS: Final = ("lesson_previous", "lesson_next", "lesson_end")


@dataclass(frozen=True, slots=True)
class Page:
    """What the bar says in one step: words with markup, and what the audience is to do."""

    words: str
    task: str = ""


class Track(QWidget):
    """A line of as many pieces as there are steps; those that have been shown are filled."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self._place, self._count = 0, 1
        self.setFixedHeight(4)

    def show_place(self, place: int, count: int) -> None:
        """Show the step with this place, from 0."""
        self._place, self._count = place, max(1, count)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        width = self.width() / self._count
        gap = min(2.0, width / 4)
        for piece in range(self._count):
            shown = piece <= self._place
            painter.setBrush(QColor(self.theme.accent if shown else self.theme.line))
            painter.drawRect(QRectF(piece * width, 0, width - gap, self.height()))


class LessonBar(QFrame):
    """As high as the longest of its pages needs, so that nothing jumps from step to step.

    ``actions`` are the window's, for its buttons; how high the window is decides how large the
    words are. ``fitted`` comes when its height was found.
    """

    fitted = Signal()

    def __init__(self, actions: Mapping[str, QAction], theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)
        self._theme = theme
        self._pages: Sequence[Page] = (Page(""),)
        self._place, self._done, self._title = 0, False, ""
        self.setObjectName("lesson")
        self.setAccessibleName(translate("Window", "Lesson"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.track = Track(theme, self)
        self.place = QLabel(self)
        self.words = QLabel(self)
        self.task = QLabel(self)
        for label in (self.words, self.task):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
        self.place.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        actions["lesson_end"].setIconText(translate("Window", "End"))  # on its button
        self._buttons = [tool_button(actions[name]) for name in BUTTONS]
        for button in self._buttons:
            button.setProperty("framed", True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._lay_out()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.place, 1)
        for button in self._buttons:
            above.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 8)
        layout.setSpacing(4)
        layout.addWidget(self.track)
        layout.addLayout(above)
        layout.addWidget(self.words, 1)
        layout.addWidget(self.task)

    # What it says

    def show_lesson(self, title: str, pages: Sequence[Page]) -> None:
        """Say what these steps are called together, and make room for the longest."""
        self._title, self._pages = title, pages
        self.task.setVisible(any(page.task for page in pages))
        self._fit()

    def show_step(self, place: int, *, done: bool = False) -> None:
        """Say the words of a step, from 0, and whether its task is done."""
        self._place, self._done = place, done
        page = self._pages[place]
        count = len(self._pages)
        self.track.show_place(place, count)
        where = translate("Window", "{place} of {count}").format(place=place + 1, count=count)
        self.place.setText(f"{self._title} · {where}")
        self.words.setText(_in_one(as_html(page.words)))
        self.words.setAccessibleName(plain(page.words))
        self.task.setText(self._task_words(page, done=done))
        self.setAccessibleDescription(f"{where}: {plain(page.words)} {page.task}".strip())

    @property
    def done(self) -> bool:
        """Whether the bar says that the task is done."""
        return self._done

    def _task_words(self, page: Page, *, done: bool) -> str:
        if not page.task:
            return ""
        mark, colour = ("☑", self._theme.accent) if done else ("☐", self._theme.text)
        words = _in_one(as_html(page.task))
        more = " — " + translate("Window", "done") if done else ""
        return f'<b><span style="color: {colour}">{mark}&nbsp; {words}{more}</span></b>'

    # How large it is

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and size."""
        self._theme = self.track.theme = theme
        dress(self, theme)
        self._fit()
        self.track.update()
        self.task.setText(self._task_words(self._pages[self._place], done=self._done))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        """Find the largest size of the words with which the longest step has room and, where that
        can be, a page above it."""
        height = self.window().height()
        least = self._theme.px(LEAST_PIXELS)
        room, left = LARGEST_SHARE * height, height - self._theme.px(ABOVE)
        if self._height_at(least) <= left:
            room = min(room, left)
        pixels = max(self._theme.px(USUAL_PIXELS), round(WORDS_SHARE * height))
        while pixels > least and self._height_at(pixels) > room:
            pixels -= 1
        self.setFixedHeight(self._height_at(pixels))
        now = self._pages[min(self._place, len(self._pages) - 1)]
        self.words.setText(_in_one(as_html(now.words)))
        self.fitted.emit()

    def _height_at(self, pixels: int) -> int:
        """The height that the longest step needs with words of this size."""
        small = max(self._theme.px(LEAST_PIXELS), round(SMALL * pixels))
        for label, size in ((self.words, pixels), (self.task, pixels), (self.place, small)):
            font = QFont(label.font())
            font.setPixelSize(size)
            label.setFont(font)
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        width = max(100, self.width() - margins.left() - margins.right())
        above = max(
            self.place.fontMetrics().height(),
            *(button.sizeHint().height() for button in self._buttons),
        )
        taken = self.track.height() + above + margins.bottom() + 3 * layout.spacing()
        return taken + self._longest(width)

    def _longest(self, width: int) -> int:
        """The height of the longest step's words and task."""
        heights = []
        tasks = any(page.task for page in self._pages)
        for page in self._pages:
            self.words.setText(_in_one(as_html(page.words)))
            self.task.setText(self._task_words(page, done=True) or "&nbsp;")
            task = self.task.heightForWidth(width) if tasks else 0
            heights.append((self.words.heightForWidth(width), task))
        shown = self._pages[min(self._place, len(self._pages) - 1)]
        self.task.setText(self._task_words(shown, done=self._done))
        return max(words for words, _ in heights) + max(task for _, task in heights)

    def sizeHint(self) -> QSize:
        return QSize(400, self.height())


def _in_one(text: str) -> str:
    """Paragraphs follow each other with a little space; the first has none above it."""
    inner = text.removeprefix("<p>").removesuffix("</p>")
    return inner.replace("</p><p>", "<br>")
