"""What the list of runs says of each: its columns, and all that is known of a run as a tooltip."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget

from lenetpad.storage.decoding import escaped, named
from lenetpad.storage.runs import FAILED, FINISHED, INTERRUPTED, RUNNING, STOPPED, Run
from lenetpad.ui.train.plan_fields import kept_preset_text
from lenetpad.ui.widgets.words import marked, translate

Index = QModelIndex | QPersistentModelIndex

#: What the states of a run are called.
STATES: Final = {
    RUNNING: marked("Train", "Running"),
    FINISHED: marked("Train", "Finished"),
    STOPPED: marked("Train", "Stopped"),
    FAILED: marked("Train", "Failed"),
    INTERRUPTED: marked("Train", "Interrupted"),
}


def state_words(run: Run) -> str:
    """How a run ended, or how far it is."""
    state = translate("Train", STATES[run.state])
    if run.steps and run.step >= run.steps:
        return state
    if run.state == RUNNING:
        words = translate("Train", "Epoch {epoch}/{epochs}")
    else:
        words = translate("Train", "{state}, epoch {epoch}/{epochs}")
    return words.format(state=state, epoch=run.epoch, epochs=run.epochs)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as short as they go."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _when(run: Run) -> str:
    try:
        moment = datetime.datetime.fromisoformat(run.created).astimezone()
    except (ValueError, OverflowError):
        return run.created
    return f"{moment:%Y-%m-%d %H:%M}"


def _preset(run: Run) -> str:
    return kept_preset_text(named(run.config.get("preset") or ""))


def _accuracy(error: float | None) -> str:
    return "" if error is None else f"{100 * (1 - error):.2f} %"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, a tip, what it says of a run, and a long example, for which there is
    room."""

    title: str
    tip: str
    text: Callable[[Run], str]
    example: Callable[[], str] = str
    right: bool = False


def _longest_state() -> str:
    return max((translate("Train", state) for state in STATES.values()), key=len)


NAME: Final = 0
STATE: Final = 1
NOTE: Final = 7
#: When it began is in the name that a run has from the beginning: what says more comes first.
COLUMNS: Final = (
    Column(
        marked("Train", "Name"),
        marked("Train", "Double-click a name to change it"),
        lambda run: run.name,
        lambda: "2026-11-24 20.24.00 lenet5-modern",
    ),
    Column(
        marked("Train", "State"),
        marked("Train", "How the training ended, or how far it is"),
        state_words,
        _longest_state,
    ),
    Column(
        marked("Train", "Best"),
        marked("Train", "The best accuracy on the validation images during training"),
        lambda run: _accuracy(run.best_error),
        lambda: "99.99 %",
        right=True,
    ),
    Column(
        marked("Train", "Test"),
        marked("Train", "The accuracy on the test set after training"),
        lambda run: _accuracy(run.test_error),
        lambda: "99.99 %",
        right=True,
    ),
    Column(
        marked("Train", "Time"),
        marked("Train", "How long it trained"),
        lambda run: duration(run.seconds),
        lambda: "0:00:00",
        right=True,
    ),
    Column(
        marked("Train", "Preset"),
        marked("Train", "The ready-made settings it started from"),
        _preset,
        lambda: kept_preset_text("Paper 1998, changed"),
    ),
    Column(
        marked("Train", "Started"),
        marked("Train", "When the training started"),
        _when,
        lambda: "2026-11-24 20:24",
    ),
    Column(
        marked("Train", "Note"),
        marked("Train", "Double-click to write a note"),
        lambda run: run.note,
    ),
)


class RunsModel(QAbstractTableModel):
    """The runs as rows. ``edited`` carries row, column and the text that the user wrote there."""

    edited = Signal(int, int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs: list[Run] = []
        self._live: tuple[Path | None, str] = (None, "")

    def show_progress(self, folder: Path | None, words: str) -> None:
        """Say ``words`` as the state of the run in ``folder``."""
        self._live = folder, words
        for row, run in enumerate(self.runs):
            if run.folder == folder:
                cell = self.index(row, STATE)
                self.dataChanged.emit(cell, cell)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Have these runs as rows."""
        self.beginResetModel()
        self.runs = list(runs)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.TextAlignmentRole if column.right:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.DisplayRole:
                return translate("Train", column.title)
            case Qt.ItemDataRole.ToolTipRole:
                return translate("Train", column.tip)
            case _:
                return None

    def data(self, index: Index, role: int = 0) -> Any:
        run, column = self.runs[index.row()], COLUMNS[index.column()]
        live, words = self._live
        match role:
            case Qt.ItemDataRole.DisplayRole if index.column() == STATE and run.folder == live:
                return words
            case Qt.ItemDataRole.DisplayRole:
                return escaped(column.text(run))
            case Qt.ItemDataRole.EditRole:
                return column.text(run)
            case Qt.ItemDataRole.TextAlignmentRole if column.right:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return _details(run)
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = index.column() in (NAME, NOTE)
        more = Qt.ItemFlag.ItemIsEditable if editable else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | more

    def setData(self, index: Index, value: Any, role: int = 0) -> bool:
        text = str(value)
        if role != Qt.ItemDataRole.EditRole or text == COLUMNS[index.column()].text(
            self.runs[index.row()]
        ):
            return False
        self.edited.emit(index.row(), index.column(), text)  # shown once it is on the disk
        return True


def _details(run: Run) -> str:
    """All that is known of a run, as a tooltip in lines."""
    known = [(translate("Train", column.title), column.text(run)) for column in COLUMNS]
    known.append((translate("Train", "Message"), run.message))
    lines = [f"<b>{title}</b>: {html.escape(escaped(text))}" for title, text in known if text]
    return "<p>" + "<br>".join(lines) + "</p>"
