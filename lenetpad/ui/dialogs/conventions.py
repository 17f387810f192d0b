"""Asks how a network from elsewhere reads: its weights do not say."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.conventions import CONVENTIONS, Conventions, fit_of
from lenetpad.values.models import ConventionsQuestion

#: What each question is called; Alt and the letter go there.
TITLES: Final = {
    "activation": marked("Window", "&Activation"),
    "pooling": marked("Window", "&Pooling"),
    "normalisation": marked("Window", "&Input values"),
    "padding": marked("Window", "&Border"),
}
#: So many ways of reading are listed where none fits well.
MOST_WAYS: Final = 5
QUESTION: Final = marked(
    "Window",
    "{name} holds the weights of a LeNet-5, but does not say how it was trained. These answers "
    "fit the digits of MNIST best; whoever trained it knows for certain.",
)


class ConventionsDialog(QDialog):
    """Begins with the best guess, and shows how well each combination of answers reads.

    When it is accepted, ``conventions`` is the answer.
    """

    def __init__(self, question: ConventionsQuestion, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "How was this network trained?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._scores = dict(question.scores)
        self._best = question.scores[0][0]
        self.boxes = {title: self._box(title) for title in TITLES}
        self.score = QLabel()
        self.buttons = self._buttons()
        accuracy = question.scores[0][1]
        warning = fit_of(accuracy)
        sentences = [
            translate("Window", QUESTION).format(name=name),
            translate("Window", warning).format(percent=f"{100 * accuracy:.1f}")
            if warning
            else "",
        ]
        self.words = QLabel("\n\n".join(filter(None, sentences)))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        form.setHorizontalSpacing(16)
        for row, (title, box) in enumerate(self.boxes.items()):
            label = QLabel(translate("Window", TITLES[title]))
            label.setBuddy(box)
            form.addWidget(label, row, 0)
            form.addWidget(box, row, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(14)
        layout.addWidget(self.words)
        self.best_ways = QLabel(_best_ways(question) if warning else "")
        self.best_ways.setTextFormat(Qt.TextFormat.PlainText)
        self.best_ways.setWordWrap(True)
        self.best_ways.setVisible(bool(warning))
        layout.addWidget(self.best_ways)
        layout.addLayout(form)
        layout.addWidget(self.score)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(460)
        self.show_best()
        for box in self.boxes.values():
            box.currentIndexChanged.connect(self._show_score)

    @property
    def conventions(self) -> Conventions:
        """The answers as they are chosen now."""
        return Conventions(**{title: box.currentData() for title, box in self.boxes.items()})

    @Slot()
    def show_best(self) -> None:
        """Choose the best guess."""
        for title, box in self.boxes.items():
            box.select(self._best.answers[title])
        self._show_score()

    def _box(self, title: str) -> Choices:
        """A box with the answers to one question that are possible."""
        box = Choices(translate("Window", TITLES[title]).replace("&", ""), "")
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        possible = {conventions.answers[title] for conventions in self._scores}
        for answer, words in CONVENTIONS[title].items():
            if answer in possible:
                box.addItem(translate("Window", words), answer)
        return box

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Reset)
        buttons.button(kinds.Ok).setText(translate("Window", "&Use"))
        buttons.button(kinds.Reset).setText(translate("Window", "Best &guess"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(kinds.Reset).clicked.connect(self.show_best)
        return buttons

    @Slot()
    def _show_score(self) -> None:
        conventions = self.conventions
        if conventions == self._best:
            words = translate("Window", "Reads {percent} % of MNIST's digits: the best guess.")
        else:
            words = translate(
                "Window", "Reads {percent} % of MNIST's digits; the best guess reads {best} %."
            )
        percent, best_percent = (
            f"{100 * self._scores[which]:.1f}" for which in (conventions, self._best)
        )
        self.score.setText(words.format(percent=percent, best=best_percent))
        best = self.buttons.button(QDialogButtonBox.StandardButton.Reset)
        best.setEnabled(conventions != self._best)


def _best_ways(question: ConventionsQuestion) -> str:
    """The ways of reading that fit best, a line for each, with their error on MNIST's digits."""
    lines = [translate("Window", "The best ways of reading, and their error:")]
    for conventions, accuracy in question.scores[:MOST_WAYS]:
        answers = conventions.answers.items()
        words = [translate("Window", CONVENTIONS[title][answer]) for title, answer in answers]
        lines.append(f"{100 * (1 - accuracy):.1f} %  {' · '.join(words)}")
    return "\n".join(lines)
