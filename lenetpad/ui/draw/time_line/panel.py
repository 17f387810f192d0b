"""The time line of the drawing on the canvas, with what replays it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ink.replay import SPEEDS, Replay
from lenetpad.ui.draw.time_line import words
from lenetpad.ui.draw.time_line.plot import TimeLinePlot
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.icons import themed
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.time_line import TimeLine

MARGIN: Final = 6
WIDE: Final = 620.0  # pixels at the usual size: from here on words stand beside the controls
TALL: Final = 140.0  # and so they do where the curves have no height to give
SPEED_NAMES: Final = ("¼×", "½×", "1×", "2×")


class TimeLinePanel(QFrame):
    """``moved`` carries the number of points of the moment that the user goes to, ``stepped`` how
    many points further; ``toggled`` comes with the wish to play or to pause, ``left`` with that
    to see the whole drawing again, ``closed`` where nobody needs the time line. ``changed`` comes
    where speed or pauses are others."""

    moved = Signal(int)
    stepped = Signal(int)
    toggled = Signal()
    left = Signal()
    closed = Signal()
    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("timeLine")
        self.theme = theme
        self.playing = False
        self.plot = TimeLinePlot(theme)
        self.plot.setAccessibleName(translate("Draw", "Time line"))
        self.plot.setToolTip(
            translate(
                "Draw",
                "How probable each class was while the pen moved. Drag along it, or go from point "
                "to point (←, →) and from change to change (↑, ↓); Enter plays.",
            )
        )
        self.play = _button(translate("Draw", "Play"))
        self.previous = _button(translate("Draw", "Previous point (,)"))
        self.next = _button(translate("Draw", "Next point (.)"))
        self.speeds = Choices(
            translate("Draw", "Speed"), translate("Draw", "How fast, compared with the pen")
        )
        for speed, name in zip(SPEEDS, SPEED_NAMES, strict=True):
            self.speeds.addItem(name, speed)
        self.speeds.select(1.0)
        self.short_pauses = QCheckBox(translate("Draw", "Short pauses"))
        self.short_pauses.setToolTip(translate("Draw", "Pass over long pauses of the hand"))
        self.short_pauses.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.short_pauses.setChecked(True)
        self.says = ElidedLabel()
        self.close_button = _button(translate("Draw", "Close the time line"))
        self.close_button.setText("✕")
        self._note = ""
        self._empty = QLabel()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._put_together()
        self._connect()
        self.show_none(picture=False)
        self.set_theme(theme)

    def _put_together(self) -> None:
        self._row = row = QHBoxLayout()
        row.setSpacing(4)
        for part in (self.play, self.previous, self.next, self.speeds, self.short_pauses):
            row.addWidget(part)
        row.addSpacing(MARGIN)
        row.addWidget(self.says, 1)
        row.addStretch(0)
        row.addWidget(self.close_button)
        self._body = QStackedWidget(self)  # with a parent: it shows what is put into it
        self._body.addWidget(self.plot)
        self._body.addWidget(self._empty)
        self._column = layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 3, MARGIN, 3)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self._body, 1)

    def _connect(self) -> None:
        self.plot.moved.connect(self.moved)
        self.plot.toggled.connect(self.toggled)
        self.plot.pointed.connect(self._say)
        self.play.clicked.connect(self.toggled)
        self.previous.clicked.connect(lambda: self.stepped.emit(-1))
        self.next.clicked.connect(lambda: self.stepped.emit(+1))
        self.close_button.clicked.connect(self.closed)
        self.speeds.currentIndexChanged.connect(self.changed)
        self.short_pauses.toggled.connect(self.changed)

    def choose(self, speed: float, *, short_pauses: bool) -> None:
        """Have this speed, where there is such a one, and these pauses."""
        self.speeds.select(speed)
        self.short_pauses.setChecked(short_pauses)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_words()

    def _place_words(self) -> None:
        """Beside the controls or, where there they would be cut, below them."""
        px = self.theme.px
        below = self.width() < px(WIDE) and self.height() >= px(TALL)
        if below == (self._column.indexOf(self.says) >= 0):
            return
        if below:
            self._row.removeWidget(self.says)
            self._column.insertWidget(1, self.says)
        else:
            self._column.removeWidget(self.says)
            self._row.insertWidget(self._row.count() - 2, self.says, 1)

    @property
    def speed(self) -> float:
        """How many times as fast as the pen."""
        return float(self.speeds.currentData())

    @property
    def replaying(self) -> bool:
        """Whether a moment is shown, and not all of the drawing."""
        replay = self.plot.replay
        return replay is not None and (self.playing or self.plot.count < replay.count)

    def show_replay(self, replay: Replay | None, count: int) -> None:
        """Show another drawing; None for one that is still being written."""
        self.plot.show_replay(replay, count)
        self._note = words.even_times() if replay is not None and replay.even else ""
        self._show(self.plot)

    def show_none(self, *, picture: bool) -> None:
        """Say that there is nothing to replay, or a picture."""
        self.plot.show_replay(None, 0)
        self._note = ""
        self._empty.setText(words.nothing_to_replay(picture=picture))
        self._show(self._empty)

    def _show(self, body: QWidget) -> None:
        self._body.setCurrentWidget(body)
        for part in (self.play, self.previous, self.next):
            part.setEnabled(self.plot.replay is not None)
        self._say("")

    def show_line(self, line: TimeLine) -> None:
        """Show what was read."""
        self.plot.show_line(line)

    def show_failure(self, message: str) -> None:
        """Say why nothing was read."""
        self._note = message
        self._say("")

    def show_moment(self, count: int, *, playing: bool) -> None:
        """Show the moment at which there were so many points."""
        self.plot.show_count(count)
        if playing != self.playing:
            self.playing = playing
            self._name_play()

    @Slot(str)
    def _say(self, pointed: str) -> None:
        self.says.setText(pointed or self._note)
        if self.says.text() == words.even_times():
            self.says.setToolTip(words.why_even())

    def _name_play(self) -> None:
        name = translate("Draw", "Pause") if self.playing else translate("Draw", "Play")
        self.play.setIcon(themed("pause" if self.playing else "play", self.theme))
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme and size."""
        self.theme = theme
        self.plot.set_theme(theme)
        self.previous.setIcon(themed("previous", theme))
        self.next.setIcon(themed("next", theme))
        self._name_play()
        self._place_words()

    def escape(self) -> bool:
        """Show all of the drawing again; False where that is shown."""
        if not self.replaying:
            return False
        self.left.emit()
        return True


def _button(tip: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
