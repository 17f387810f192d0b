"""The list of runs, and what can be done with one."""

from __future__ import annotations

import datetime
import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.storage.decoding import escaped, named
from lenetpad.storage.runs import RUNNING, Run
from lenetpad.ui.widgets.flow import FlowRow

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it says of a run, and a long example, for which there is room."""

    title: str
    text: Callable[[Run], str]
    example: str = ""
    right: bool = False


def _when(run: Run) -> str:
    try:
        moment = datetime.datetime.fromisoformat(run.created).astimezone()
    except (ValueError, OverflowError):
        return run.created
    old = moment.year != datetime.datetime.now().astimezone().year
    return f"{moment:%d %b %Y}" if old else f"{moment:%d %b %H:%M}"


def _preset(run: Run) -> str:
    return named(run.config.get("preset") or "")


def _best(run: Run) -> str:
    return "" if run.best_error is None else f"{100 * (1 - run.best_error):.2f} %"


def _test(run: Run) -> str:
    return "" if run.test_error is None else f"{100 * (1 - run.test_error):.2f} %"


def state_words(run: Run) -> str:
    """How far a run is, and how it ended where it did."""
    if run.steps and run.step >= run.steps:
        return run.state
    at = f"epoch {run.epoch}/{run.epochs}"
    return at if run.state == RUNNING else f"{run.state}, {at}"


PADDING: Final = 20  # pixels of a cell around its text
ROW_PADDING: Final = 8  # above and below it
LONGEST: Final = 40  # characters of a cell; all of it is in the tooltip
SHORTEST: Final = 10  # and of a name
NAME: Final = 0
STATE: Final = 1
NOTE: Final = 7
#: The columns that are left out where there is no room, the first of these first.
RARE: Final = (6, 5, 7, 4, 3)
#: When it began is in the name that a run has from the beginning: what says more comes first.
COLUMNS: Final = (
    Column("Name", lambda run: run.name, "2026-11-24 20.24.00 lenet5-modern"),
    Column("State", state_words, "interrupted, epoch 9/10"),
    Column("Best", _best, "99.99 %", right=True),
    Column("Test", _test, "99.99 %", right=True),
    Column("Time", lambda run: duration(run.seconds), "0:00:00", right=True),
    Column("Preset", _preset, "Paper 1998, changed"),
    Column("Begun", _when, "24 Nov 20:24"),
    Column("Note", lambda run: run.note),
)


@dataclass(frozen=True, slots=True)
class RunAction:
    """Something that can be done with the chosen runs; ``several`` at once, or with one only."""

    name: str
    title: str
    tip: str
    possible: Callable[[Run], bool]
    several: bool = False
    button: bool = True
    anytime: bool = False  # also where none is chosen


def _always(run: Run) -> bool:
    return True


RUN_ACTIONS: Final = (
    RunAction("continue", "Continue", "Go on with a training that was left",
         lambda r: r.can_go_on),
    RunAction("use", "Use on pad", "Read the canvas with the weights of this run",
         lambda run: run.step > 0),
    RunAction("repeat", "Repeat", "Fill the form with what this run was asked for", _always),
    RunAction("export", "Export weights…", "Copy the weights to a file", lambda r: r.step > 0,
         button=False),
    RunAction("rename", "Rename", "Give the run another name", _always, button=False),
    RunAction("annotate", "Write a note", "Write something about the run", _always, button=False),
    RunAction("tensorboard", "Open in TensorBoard", "Start TensorBoard on the folder of runs",
         _always, button=False),
    RunAction("folder", "Open the folder", "Show the run's files", _always, button=False),
    RunAction("show", "Show the curves", "Show the curves of the chosen runs again", _always,
         several=True, button=False),
    RunAction("delete", "Delete", "Move the chosen runs to the bin",
         lambda run: run.state != RUNNING, several=True),
    RunAction("bin", "Bin …", "Look at deleted runs, restore them, or empty the bin", _always,
         button=False, anytime=True),
)  # fmt: skip


class RunsTable(QWidget):
    """``wanted`` carries a run action's name and the chosen runs; ``renamed`` and ``annotated`` a
    run and a text. ``chosen_changed`` carries the chosen runs once they are others, by hand or by
    the program; a new list in which the same ones are chosen does not count."""

    wanted = Signal(str, object)
    chosen_changed = Signal(object)
    renamed = Signal(object, str)
    annotated = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.model = _RunsModel(self)
        self.view = QTableView()
        self.view.setModel(self.model)
        self.view.setAccessibleName("Runs")
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.view.setTabKeyNavigation(False)  # Tab leads on to the buttons
        self.view.setShowGrid(False)
        self.view.setAlternatingRowColors(True)
        self.view.setWordWrap(False)
        self.view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.view.verticalHeader().hide()
        header = self.view.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(1)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.view.viewport().installEventFilter(self)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._open_menu)
        self.view.selectionModel().selectionChanged.connect(self._follow_selection)
        self.model.edited.connect(self._pass_on_edit)
        self.actions_by_name = {action.name: self._action(action) for action in RUN_ACTIONS}
        delete = self.actions_by_name["delete"]
        delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.addAction(delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._buttons())
        self._waiting: Sequence[Run] | None = None
        self._to_choose: Path | None = None  # once it is listed
        self._told: set[Path] = set()  # the chosen ones, as chosen_changed has told
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(0)  # once, however many rows a drag or a new list passes over
        self._telling.timeout.connect(self._tell_chosen)
        self.view.itemDelegate().closeEditor.connect(self._show_waiting)
        self._follow_selection()

    @Slot()
    def _show_waiting(self) -> None:
        """Show the list that came while something was being written."""
        if self._waiting is not None:
            # Not from within the delegate, which still has the editor.
            QTimer.singleShot(0, self, partial(self.show_runs, self._waiting))
            self._waiting = None

    @property
    def chosen(self) -> tuple[Run, ...]:
        """The runs that are selected, from the top."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return tuple(self.model.runs[row] for row in rows)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """List runs; those that were selected stay so."""
        if self.view.state() == QAbstractItemView.State.EditingState:
            self._waiting = runs  # for when the name or note is written
            return
        if list(runs) == self.model.runs:
            return
        chosen = {run.folder for run in self.chosen}
        self.model.show_runs(runs)
        self._fit_columns()
        self.select(chosen)
        self._choose_listed()
        self._follow_selection()

    def choose_when_listed(self, folder: Path) -> None:
        """Choose the run in a folder and no other, now or as soon as it is listed."""
        self._to_choose = folder
        self._choose_listed()

    def _choose_listed(self) -> None:
        wanted = self._to_choose
        if wanted is not None and any(run.folder == wanted for run in self.model.runs):
            self._to_choose = None
            self.select({wanted})

    def show_progress(self, folder: Path | None, words: str = "") -> None:
        """Say of the run that trains now how far it is, in place of what the disk says; None where
        none does."""
        self.model.show_progress(folder, words)

    @Slot()
    def _tell_chosen(self) -> None:
        folders = {run.folder for run in self.chosen}
        if folders != self._told:
            self._told = folders
            self.chosen_changed.emit(self.chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange):
            self._fit_columns()
        return super().eventFilter(watched, event)

    def _fit_columns(self) -> None:
        """Give each column what it needs. Those that are rarely looked at give way where there is
        no room, for the tooltip of a row says all of it; what is left over goes to the last."""
        metrics, header = self.view.fontMetrics(), self.view.horizontalHeader()
        rows = self.view.verticalHeader()
        rows.setDefaultSectionSize(metrics.height() + ROW_PADDING)
        widths = {}
        for number, column in enumerate(COLUMNS):
            texts = {column.title, column.example, *map(column.text, self.model.runs)}
            widest = max(map(metrics.horizontalAdvance, map(escaped, texts)))
            widths[number] = min(widest + PADDING, LONGEST * metrics.averageCharWidth())
        room = self.view.viewport().width()
        for number in RARE:
            if sum(widths.values()) > room:
                del widths[number]
        for number in range(len(COLUMNS)):
            header.setSectionHidden(number, number not in widths)
        over = room - sum(widths.values())
        widths[NOTE if NOTE in widths else NAME] += over  # a name is cut at last
        widths[NAME] = max(widths[NAME], SHORTEST * metrics.averageCharWidth())
        for number, width in widths.items():
            header.resizeSection(number, width)

    def select(self, folders: set[Path]) -> None:
        """Select the runs in these folders."""
        selection = self.view.selectionModel()
        flags = QItemSelectionModel.SelectionFlag
        selection.clearSelection()
        for row, run in enumerate(self.model.runs):
            if run.folder in folders:
                selection.select(self.model.index(row, 0), flags.Select | flags.Rows)

    def _action(self, row: RunAction) -> QAction:
        action = QAction(row.title, self)
        action.setToolTip(row.tip)
        action.setData(row.name)
        action.triggered.connect(self._do)
        return action

    def _buttons(self) -> QWidget:
        row = FlowRow(spacing=4)
        layout = row.flow
        for action in RUN_ACTIONS:
            if action.button:
                button = QToolButton()
                button.setDefaultAction(self.actions_by_name[action.name])
                button.setProperty("framed", True)
                layout.addWidget(button)
        more = QToolButton()
        more.setText("More")
        more.setProperty("framed", True)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(more)
        menu.setToolTipsVisible(True)
        for action in RUN_ACTIONS:
            if not action.button:
                menu.addAction(self.actions_by_name[action.name])
        more.setMenu(menu)
        layout.addWidget(more)
        return row

    @Slot()
    def _do(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        name = str(action.data())
        if name in ("rename", "annotate"):
            row = self.view.selectionModel().selectedRows()[0].row()
            column = NAME if name == "rename" else NOTE
            self.view.setColumnHidden(column, False)
            self.view.scrollTo(self.model.index(row, column))
            self.view.edit(self.model.index(row, column))
        else:
            self.wanted.emit(name, self.chosen)

    @Slot()
    def _follow_selection(self) -> None:
        chosen = self.chosen
        self._telling.start()
        for action in RUN_ACTIONS:
            fits = bool(chosen) and (action.several or len(chosen) == 1)
            self.actions_by_name[action.name].setEnabled(
                action.anytime or (fits and all(map(action.possible, chosen)))
            )

    @Slot(QPoint)
    def _open_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(list(self.actions_by_name.values()))
        menu.popup(self.view.viewport().mapToGlobal(position))

    @Slot(int, int, str)
    def _pass_on_edit(self, row: int, column: int, text: str) -> None:
        run = self.model.runs[row]
        (self.renamed if column == NAME else self.annotated).emit(run, text)


class _RunsModel(QAbstractTableModel):
    edited = Signal(int, int, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.runs: list[Run] = []
        self._live: tuple[Path | None, str] = (None, "")

    def show_progress(self, folder: Path | None, words: str) -> None:
        self._live = folder, words
        for row, run in enumerate(self.runs):
            if run.folder == folder:
                cell = self.index(row, STATE)
                self.dataChanged.emit(cell, cell)

    def show_runs(self, runs: Sequence[Run]) -> None:
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
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[section].right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return COLUMNS[section].title if role == Qt.ItemDataRole.DisplayRole else None

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
    known = {column.title: column.text(run) for column in COLUMNS} | {"Message": run.message}
    lines = [
        f"<b>{title}</b>: {html.escape(escaped(text))}" for title, text in known.items() if text
    ]
    return "<p>" + "<br>".join(lines) + "</p>"


def duration(seconds: float) -> str:
    """Hours, minutes and seconds, as short as they go."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
