"""The drill's dialog: a pattern, ten answers and one that it is none, and the scores."""

from __future__ import annotations

import html
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.text import percent
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.drill import Exercise, Round
from lenetpad.values.evaluation import NO_DIGIT

LEAST: Final = QSize(760, 520)
#: Of the window, and what is left around the dialog in a small one.
SHARE: Final = 0.8
MARGIN: Final = 24
#: Of the dialog's height: the size of its words.
WORDS_SHARE: Final = 0.032
LEAST_PIXELS: Final = 13
#: Besides Space, what goes on to the next pattern.
GOES_ON: Final = (Qt.Key.Key_Space, Qt.Key.Key_PageDown, Qt.Key.Key_Right)
NONE: Final = (Qt.Key.Key_N, Qt.Key.Key_Minus)


class Picture(QWidget):
    """A pattern as large as there is room, black on white, pixel by pixel."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._image = QImage()
        self.setMinimumSize(140, 140)
        self.setAccessibleName(translate("Window", "Pattern"))

    def show_image(self, image: np.ndarray) -> None:
        """Show an image (28, 28) uint8, ink 255."""
        pixels = np.ascontiguousarray(255 - image)
        rows, columns = pixels.shape
        kind = QImage.Format.Format_Grayscale8
        self._image = QImage(pixels.data, columns, rows, columns, kind).copy()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        painter.drawImage(area, self._image)
        painter.setPen(QColor(self._theme.edge))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))


class DrillDialog(QDialog):
    """Shows a round, one pattern after the other. ``round_wanted`` carries what patterns the next
    round is to have, "" for MNIST's hardest.

    Keys 0 to 9 answer, N says that it is no digit; then Space goes on.
    """

    round_wanted = Signal(str)

    def __init__(
        self, theme: Theme, sources: tuple[tuple[str, str], ...], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "Drill"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.round: Round | None = None
        self._network = ""
        self._place = 0  # of the exercise that is shown
        self.picture = Picture(theme)
        self.sources = Choices(
            translate("Window", "Patterns"), translate("Window", "Which patterns are shown")
        )
        for title, source in sources:
            self.sources.addItem(title, source)
        self.score, self.said = QLabel(), QLabel()
        self.answers = {digit: self._answer_button(digit) for digit in range(NO_DIGIT + 1)}
        self.further = QPushButton()
        self.further.setObjectName("primary")
        self.further.clicked.connect(self.go_on)
        self._lay_out()
        self.sources.activated.connect(self._ask)
        window = parent.window().size()
        room = window - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((window * SHARE).expandedTo(LEAST * theme.scale).boundedTo(room))
        self._show()

    def _answer_button(self, answer: int) -> QPushButton:
        words = str(answer) if answer != NO_DIGIT else translate("Window", "Not a digit (N)")
        button = QPushButton(words)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.answer(answer))
        return button

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.addWidget(self.score, 1)
        above.addWidget(self.sources)
        self.sources.setVisible(self.sources.count() > 1)
        row = FlowRow()
        row.flow.centred = True  # below the pattern, which is in the middle
        for button in self.answers.values():
            row.flow.addWidget(button)
        below = QHBoxLayout()
        below.addWidget(self.said, 1)
        below.addWidget(self.further)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addWidget(self.picture, 1)
        layout.addWidget(row)
        layout.addLayout(below)

    # The round

    def show_round(self, drill: Round, network: str) -> None:
        """Begin a round; ``network`` is what the network that reads is called."""
        self.round, self._network, self._place = drill, network, 0
        self._show()

    def answer(self, answer: int) -> None:
        """Answer the pattern that is shown, if it has not been."""
        drill = self.round
        if drill is not None and self._place == len(drill.answers) and not drill.ended:
            self.round = drill.answered(answer)
            self._show()

    def go_on(self) -> None:
        """Show the next pattern once this one is answered; after the last, ask for a round."""
        drill = self.round
        if drill is None or self._place == len(drill.answers):
            return
        if drill.ended and self._place == len(drill.exercises) - 1:
            self._ask()
        else:
            self._place += 1
            self._show()

    def _ask(self) -> None:
        self.round = None
        self._show()
        self.round_wanted.emit(self.sources.currentData() or "")

    def _show(self) -> None:
        """Show the pattern and, once it is answered, answer, label and scores."""
        drill = self.round
        waits = drill is not None and self._place == len(drill.answers)
        for button in self.answers.values():
            button.setEnabled(waits)
        self.further.setEnabled(drill is not None and not waits)
        self.further.setText(translate("Window", "Next (Space)"))
        if drill is None:
            self.score.setText(translate("Window", "Loading …"))
            self.said.setText("&nbsp;<br>&nbsp;")
            return
        self.picture.show_image(drill.exercises[self._place].image)
        self.score.setText(self._scores(drill))
        if waits:
            question = translate("Window", "Which digit is it? Answer with the keys 0 to 9.")
            self.said.setText(f"{question}<br>&nbsp;")
            return
        if drill.ended and self._place == len(drill.exercises) - 1:
            self.further.setText(translate("Window", "Another round (Space)"))
        self.said.setText(self._verdict(drill.exercises[self._place], drill.answers[self._place]))

    def _scores(self, drill: Round) -> str:
        words = translate(
            "Window", "Pattern {place} of {count} · you {people} right · network {network} right"
        )
        return words.format(
            place=self._place + 1,
            count=len(drill.exercises),
            people=drill.people,
            network=drill.network,
        )

    def _verdict(self, exercise: Exercise, answer: int) -> str:
        """What people, the network and the label say."""
        yours = translate("Window", "You: {answer}")
        its = translate("Window", "{network}: {answer} ({probability})")
        label = translate("Window", "The label is {label}.")
        parts = (
            _marked(yours.format(answer=_name(answer)), right=exercise.is_right(answer)),
            _marked(
                its.format(
                    network=html.escape(self._network),
                    answer=_name(exercise.answer),
                    probability=percent(exercise.probability),
                ),
                right=exercise.is_right(exercise.answer),
            ),
        )
        return f"<b>{label.format(label=_name(exercise.label))}</b><br>{' &nbsp; '.join(parts)}"

    # Keys and size

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
            self.answer(key - Qt.Key.Key_0)
        elif key in NONE:
            self.answer(NO_DIGIT)
        elif key in GOES_ON:
            self.go_on()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        pixels = max(LEAST_PIXELS, round(WORDS_SHARE * self.height()))
        for widget in (self.score, self.said, self.further, *self.answers.values()):
            font = QFont(widget.font())
            font.setPixelSize(pixels)
            widget.setFont(font)


def _name(answer: int) -> str:
    return translate("Window", "not a digit") if answer == NO_DIGIT else str(answer)


def _marked(words: str, *, right: bool) -> str:
    """Words with a sign whether they are right: colour alone would not say it to everybody."""
    return f"{'✓' if right else '✗'} {words}"
