"""The list of runs, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QObject,
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

from lenetpad.storage.decoding import escaped
from lenetpad.storage.runs import RUNNING, Run
from lenetpad.ui.train.runs_model import COLUMNS, NAME, NOTE, STATE, RunsModel
from lenetpad.ui.widgets.flow import FlowRow
from lenetpad.ui.widgets.words import marked, translate

PADDING: Final = 4  # characters of a cell around its text
ROW_PADDING: Final = 8  # above and below it
LONGEST: Final = 40  # characters of a cell; all of it is in the tooltip
SHORTEST: Final = 14  # and of a name or a state, where there is no room
#: The columns that are left out where there is no room, the first of these first.
RARE: Final = (6, 5, 7, 4, 3, 2)


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
    RunAction(
        "continue",
        marked("Train", "Continue"),
        marked("Train", "Resume this training where it ended"),
        lambda run: run.can_go_on,
    ),
    RunAction(
        "use",
        marked("Train", "Use on Draw"),
        marked("Train", "Read your drawings with the weights of this run"),
        lambda run: run.step > 0,
    ),
    RunAction(
        "repeat",
        marked("Train", "Copy settings"),
        marked("Train", "Copy the settings of this run to the form"),
        _always,
    ),
    RunAction(
        "export",
        marked("Train", "Export weights…"),
        marked("Train", "Save the weights as a file"),
        lambda run: run.step > 0,
        button=False,
    ),
    RunAction(
        "rename",
        marked("Train", "Rename"),
        marked("Train", "Give the run another name"),
        _always,
        button=False,
    ),
    RunAction(
        "annotate",
        marked("Train", "Write note"),
        marked("Train", "Write a note on the run"),
        _always,
        button=False,
    ),
    RunAction(
        "tensorboard",
        marked("Train", "Open in TensorBoard"),
        marked("Train", "Show the curves of all runs in TensorBoard, in the browser"),
        _always,
        button=False,
    ),
    RunAction(
        "folder",
        marked("Train", "Open folder"),
        marked("Train", "Show the files of this run"),
        _always,
        button=False,
    ),
    RunAction(
        "show",
        marked("Train", "Show curves"),
        marked("Train", "Show the curves of the selected runs"),
        _always,
        several=True,
        button=False,
    ),
    RunAction(
        "delete",
        marked("Train", "Delete"),
        marked("Train", "Move the selected runs to the bin"),
        lambda run: run.state != RUNNING,
        several=True,
    ),
    RunAction(
        "bin",
        marked("Train", "Open bin…"),
        marked("Train", "Restore deleted runs, or delete them permanently"),
        _always,
        button=False,
        anytime=True,
    ),
)


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
        self.model = RunsModel(self)
        self.view = QTableView()
        self.view.setModel(self.model)
        self.view.setAccessibleName(translate("Train", "Runs"))
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
        character, widths = metrics.averageCharWidth(), {}
        for number, column in enumerate(COLUMNS):
            title = translate("Train", column.title)
            texts = {title, column.example(), *map(column.text, self.model.runs)}
            widest = max(map(metrics.horizontalAdvance, map(escaped, texts)))
            widths[number] = min(widest + PADDING * character, LONGEST * character)
        shortest = SHORTEST * character
        widths[NOTE] = min(widths[NOTE], shortest)  # it gets what is left over
        room = self.view.viewport().width()
        for number in RARE:
            if sum(widths.values()) > room:
                del widths[number]
        for number in range(len(COLUMNS)):
            header.setSectionHidden(number, number not in widths)
        over = room - sum(widths.values())
        if over < 0:  # a state is cut before a name
            least = min(widths[STATE], shortest)
            narrowed = max(widths[STATE] + over, least)
            over += widths[STATE] - narrowed
            widths[STATE] = narrowed
        widths[NOTE if NOTE in widths else NAME] += over
        widths[NAME] = max(widths[NAME], shortest)
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
        action = QAction(translate("Train", row.title), self)
        action.setToolTip(translate("Train", row.tip))
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
        more.setText(translate("Train", "More"))
        more.setToolTip(translate("Train", "More actions for the selected runs"))
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
