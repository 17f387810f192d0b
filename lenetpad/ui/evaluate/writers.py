"""How each writer's drawings are read: a table, and what is misread of the writer chosen there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from lenetpad.ui.evaluate.gallery import Gallery
from lenetpad.ui.evaluate.table import Column, RowsTable
from lenetpad.ui.widgets.chart import LETTERS
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.evaluation import EvaluationResults
from lenetpad.values.writers import Confusion, WriterFigures, WritersEvaluation

#: A writer's figures, by each of the networks.
Row = tuple[WriterFigures, ...]
#: Rows of the table that have room at least.
LEAST_ROWS: Final = 4
#: What is misread most, so many of it.
MOST: Final = 2
NONE: Final = "–"


class WritersView(QWidget):
    """``learning_wanted`` comes when the hands of all writers are to be learnt together."""

    learning_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: EvaluationResults | None = None
        self.figures = QLabel()
        self.figures.setWordWrap(True)
        self.figures.setTextFormat(Qt.TextFormat.PlainText)
        self.learn = QPushButton(translate("Evaluate", "Learn together…"))
        self.learn.setToolTip(
            translate(
                "Evaluate",
                "Let the first network learn these writers' hands, and see what that helps each.",
            )
        )
        self.table: RowsTable[Row] = RowsTable(theme, translate("Evaluate", "Writers"))
        self.count = ElidedLabel()
        self.gallery = Gallery(theme)
        self.gallery.setAccessibleName(translate("Evaluate", "What is misread of this writer"))
        self._build()
        self.set_theme(theme)
        self.learn.clicked.connect(self.learning_wanted)
        self.table.row_chosen.connect(self._show_writer)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.count.setStyleSheet(f"color: {theme.dim};")
        self.table.set_theme(theme)
        head = self.table.horizontalHeader().sizeHint().height()
        row = self.table.verticalHeader().defaultSectionSize()
        self.table.setMinimumHeight(head + LEAST_ROWS * row)
        self.gallery.set_theme(theme)

    def show_results(self, results: EvaluationResults) -> None:
        """Show the writers of results, and the first one's misread drawings; nothing where the
        writers are not known."""
        self._results = results
        found = results.by_writer
        self.figures.setText("\n".join(lines_of(found)))
        named = [one.by_name for one in found]
        rows = (
            [tuple(each[one.writer] for each in named) for one in found[0].writers]
            if found
            else []
        )
        self.table.show_rows(columns(len(found)), rows)
        if rows:
            self.table.selectRow(0)

    @Slot(object)
    def _show_writer(self, row: Row) -> None:
        """Show what is misread of a writer, by either network."""
        results = self._results
        assert results is not None
        writer = row[0].writer
        misread = [results.misread_of(writer, which) for which in range(len(results.found))]
        indices = misread[0]
        if results.compares:
            more = misread[1][~np.isin(misread[1], indices)]
            indices = np.concatenate([indices, more])
        self.gallery.show_patterns(results, indices, both=results.compares)
        self.count.setText(_count_words(len(indices)).format(writer=writer, n=f"{len(indices):,}"))

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.figures, 1)
        head.addWidget(self.learn, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.table, 4)
        layout.addWidget(self.count)
        layout.addWidget(self.gallery, 5)


def _count_words(count: int) -> str:
    """How much is misread of a writer, with their name and the number still in braces."""
    if count == 0:
        return translate("Evaluate", "{writer}: nothing is misread")
    if count == 1:
        return translate("Evaluate", "{writer}: 1 drawing misread or rejected")
    return translate("Evaluate", "{writer}: {n} drawings misread or rejected")


def lines_of(found: Sequence[WritersEvaluation]) -> list[str]:
    """All writers together: of one network also what most of them write so that it is misread."""
    if len(found) == 1:
        return [f"{accuracy_of(found[0])} {most_misread(found[0])}".rstrip()]
    return [f"{LETTERS[which]}: {accuracy_of(one)}" for which, one in enumerate(found)]


def accuracy_of(found: WritersEvaluation) -> str:
    """How many writers there are, and how they are read on average."""
    writers = _count_writers(len(found.writers))
    if not found.digits:
        return translate("Evaluate", "{writers}.").format(writers=writers)
    return translate("Evaluate", "{writers}, mean accuracy {accuracy} %.").format(
        writers=writers, accuracy=f"{100 * found.macro_accuracy:.2f}"
    )


def most_misread(found: WritersEvaluation) -> str:
    """What most writers write so that it is misread; "" where nothing is."""
    if not found.confusions:
        return ""
    often = [
        translate("Evaluate", "{digits} ({writers})").format(
            digits=confusion_words(one), writers=_count_writers(one.writers)
        )
        for one in found.confusions[:MOST]
    ]
    return translate("Evaluate", "Misread most: {digits}.").format(digits=", ".join(often))


def _count_writers(count: int) -> str:
    return counted(count, translate("Evaluate", "1 writer"), translate("Evaluate", "{n} writers"))


def confusion_words(found: Confusion) -> str:
    """A digit and what it is misread as, and how often."""
    words = translate("Evaluate", "{truth} as {answer}")
    times = f" ×{found.count:,}" if found.count > 1 else ""
    return words.format(truth=found.truth, answer=found.answer) + times


def columns(networks: int) -> list[Column[Row]]:
    """What the table says of a writer."""
    texts = [
        Column[Row](
            translate("Evaluate", "Writer"),
            lambda row: row[0].writer,
            lambda row: row[0].writer.casefold(),
            translate("Evaluate", "Who the ink file names, or else the file's name."),
            numbers=False,
        ),
        Column[Row](
            translate("Evaluate", "Drawings"),
            lambda row: f"{row[0].drawings:,}",
            lambda row: row[0].drawings,
            translate("Evaluate", "How many drawings there are of this writer."),
        ),
    ]
    numbers: tuple[tuple[str, str, Callable[[WriterFigures], int]], ...] = (
        (
            translate("Evaluate", "Errors"),
            translate("Evaluate", "How many of the digits are read as another digit."),
            lambda one: one.errors,
        ),
        (
            translate("Evaluate", "Rejected"),
            translate("Evaluate", "For how many digits “not a digit” is more probable."),
            lambda one: one.rejected,
        ),
    )
    for title, tip, value in numbers:
        texts += [
            _number(_titled(title, which, networks), tip, which, value)
            for which in range(networks)
        ]
    tip = translate("Evaluate", "Which digits are misread as what, the most frequent first.")
    texts += [
        _misread(_titled(translate("Evaluate", "Misread"), which, networks), tip, which)
        for which in range(networks)
    ]
    return texts


def _titled(title: str, which: int, networks: int) -> str:
    return title if networks == 1 else f"{title}\n{LETTERS[which]}"


def _number(
    title: str, tip: str, which: int, value: Callable[[WriterFigures], int]
) -> Column[Row]:
    return Column(title, lambda row: f"{value(row[which]):,}", lambda row: value(row[which]), tip)


def _misread(title: str, tip: str, which: int) -> Column[Row]:
    def text(row: Row) -> str:
        return ", ".join(map(confusion_words, row[which].confusions)) or NONE

    def key(row: Row) -> list[tuple[int, int, int]]:
        return [(-one.count, one.truth, one.answer) for one in row[which].confusions]

    return Column(title, text, key, tip, numbers=False)
