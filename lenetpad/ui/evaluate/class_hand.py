"""The dialog in which the hands of several writers are learnt together: progress, then what that
helps each of them, and what can be kept of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.evaluate.table import Column, RowsTable
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import counted, translate
from lenetpad.values.class_hands import ClassHand, ClassHandProgress
from lenetpad.values.writers import WriterFigures, WritersEvaluation

#: A writer's figures before learning, after it, and of the control where there is one.
Row = tuple[WriterFigures, ...]
SIZE: Final = QSize(720, 480)
MARGIN: Final = 24
STEPS: Final = 1000


class ClassHandDialog(QDialog):
    """``save_wanted`` and ``hand_wanted`` carry the ClassHand that is to be kept, as a weights
    file or as a hand. Whoever closes it earlier wants no more of it."""

    save_wanted = Signal(object)
    hand_wanted = Signal(object)

    def __init__(self, theme: Theme, network: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Evaluate", "Learn together"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.found: ClassHand | None = None
        self.words = QLabel(
            translate(
                "Evaluate",
                "{network} learns the drawings of all writers. For the comparison it first learns "
                "some of each writer's drawings, and reads the others.",
            ).format(network=network)
        )
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(translate("Evaluate", "Progress"))
        self.table: RowsTable[Row] = RowsTable(
            theme, translate("Evaluate", "Writers before and after learning")
        )
        self.save = self._button(translate("Evaluate", "Save weights…"))
        self.keep = self._button(translate("Evaluate", "Keep as hand…"))
        self.end = self._button(translate("Evaluate", "Cancel"))
        self._build()
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((SIZE * theme.scale).boundedTo(room))

    @Slot(object)
    def show_progress(self, progress: ClassHandProgress) -> None:
        """Show how far it is."""
        self.bar.setValue(round(STEPS * progress.part))

    @Slot(object)
    def show_found(self, found: ClassHand) -> None:
        """Show what was learnt, and offer to keep it."""
        self.found = found
        self.bar.hide()
        self.words.setText("\n".join(sentences(found)))
        evaluations = evaluations_of(found)
        named = [one.by_name for one in evaluations]
        rows = [tuple(each[one.writer] for each in named) for one in found.before.writers]
        self.table.show_rows(columns(len(evaluations)), rows)
        self.table.setEnabled(True)
        self.save.setEnabled(True)
        self.keep.setEnabled(True)
        self.end.setText(translate("Evaluate", "Close"))
        self.table.setFocus()
        if rows:
            self.table.selectRow(0)

    @Slot(str)
    def show_failure(self, message: str) -> None:
        """Say why nothing was learnt."""
        self.bar.hide()
        self.words.setText(message)
        self.end.setText(translate("Evaluate", "Close"))

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        return button

    def _build(self) -> None:
        row = FlowRow()
        for button in (self.save, self.keep):
            button.setEnabled(False)
            row.flow.addWidget(button)
        row.flow.add_stretch()
        row.flow.addWidget(self.end)
        self.table.setEnabled(False)
        layout = QVBoxLayout(self)
        layout.addWidget(self.words)
        layout.addWidget(self.bar)
        layout.addWidget(self.table, 1)
        layout.addWidget(row)
        self.end.clicked.connect(self.reject)
        self.save.clicked.connect(lambda: self.save_wanted.emit(self.found))
        self.keep.clicked.connect(lambda: self.hand_wanted.emit(self.found))


def sentences(found: ClassHand) -> list[str]:
    """What was learnt and what that is worth."""
    better, worse = found.before.compared(found.after)
    lines = [
        translate(
            "Evaluate",
            "{tested} drawings that were not learnt: {before} errors before, {after} after "
            "learning {compared} others of the same writers.",
        ).format(
            tested=f"{found.tested:,}",
            before=f"{found.before.errors:,}",
            after=f"{found.after.errors:,}",
            compared=f"{found.compared:,}",
        ),
        translate(
            "Evaluate", "Writers with fewer errors: {better}, with more errors: {worse}."
        ).format(better=f"{better:,}", worse=f"{worse:,}"),
    ]
    if found.control is not None:
        words = translate("Evaluate", "Control, learnt from other writers only: {errors} errors.")
        lines.append(words.format(errors=f"{found.control.errors:,}"))
    learnt = found.learnt
    drawings = counted(
        found.kept, translate("Evaluate", "1 drawing"), translate("Evaluate", "{n} drawings")
    )
    words = translate(
        "Evaluate",
        "What can be kept has learnt {drawings}; MNIST: {before} % errors before, {after} % after "
        "({images} images).",
    )
    lines.append(
        words.format(
            drawings=drawings,
            before=f"{learnt.test_error_before:.2f}",
            after=f"{learnt.test_error:.2f}",
            images=f"{learnt.test_images:,}",
        )
    )
    return lines


def columns(evaluations: int) -> list[Column[Row]]:
    """What the table says of a writer; the control where there are three evaluations."""
    when = (
        translate("Evaluate", "before"),
        translate("Evaluate", "after"),
        translate("Evaluate", "control"),
    )[:evaluations]
    found = [
        Column[Row](
            translate("Evaluate", "Writer"),
            lambda row: row[0].writer,
            lambda row: row[0].writer.casefold(),
            numbers=False,
        ),
        Column[Row](
            translate("Evaluate", "Tested"),
            lambda row: f"{row[0].drawings:,}",
            lambda row: row[0].drawings,
            translate("Evaluate", "How many drawings of this writer were read and not learnt."),
        ),
    ]
    for title, value in (
        (translate("Evaluate", "Errors\n{when}"), _errors),
        (translate("Evaluate", "Rejected\n{when}"), _rejected),
    ):
        found += [_number(title.format(when=words), n, value) for n, words in enumerate(when)]
    return found


def _errors(one: WriterFigures) -> int:
    return one.errors


def _rejected(one: WriterFigures) -> int:
    return one.rejected


def _number(title: str, which: int, value: Callable[[WriterFigures], int]) -> Column[Row]:
    return Column(title, lambda row: f"{value(row[which]):,}", lambda row: value(row[which]))


def evaluations_of(found: ClassHand) -> tuple[WritersEvaluation, ...]:
    """The evaluations in the order of the columns."""
    return (found.before, found.after, *([found.control] if found.control else []))
