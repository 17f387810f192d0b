"""The tray: the drawings of an ink file as small pictures, to choose, to label and to delete."""

from __future__ import annotations

from itertools import chain
from typing import Final

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ink.contents import Contents
from lenetpad.ui.draw.tray_model import DrawingDelegate, TrayModel
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import counted, marked, translate

HEIGHT: Final = 128  # at the usual size
LOW_HEIGHT: Final = 92  # where there is little room
MARGIN: Final = 8
#: So many places are given to drawings in one turn of the event loop.
BATCH: Final = 2000
DELETING: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
CHOOSING: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
#: With these a digit is a shortcut.
OTHERS: Final = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
LABELLING: Final = Qt.Key.Key_F2
TIP: Final = marked(
    "Draw",
    "Click a drawing to put it on the canvas, or type a digit to label the selected drawings; F2 "
    "asks for another label, and Del deletes them.",
)


class DrawingsList(QListView):
    """The drawings in one row. ``entered`` carries the row of one that is wanted on the canvas,
    ``digit_typed`` the digit that those which are chosen are to be labelled with; the others come
    when their key is pressed here."""

    entered = Signal(int)
    digit_typed = Signal(int)
    label_wanted = Signal()
    delete_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, model: TrayModel, delegate: DrawingDelegate) -> None:
        super().__init__()
        self._delegate = delegate
        self.can_undo = False  # whether Undo, while this has the keyboard, means the tray
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(BATCH)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(translate("Draw", "Drawings"))
        self.fit_cells()

    def fit_cells(self) -> None:
        """Lay the drawings out anew: their cells have another size."""
        width = self._delegate.cell.width()
        self.horizontalScrollBar().setSingleStep(width // 2)
        self.setMinimumWidth(width)
        self.scheduleDelayedItemsLayout()

    def rows(self) -> list[int]:
        """The rows that are chosen, in ascending order."""
        return sorted(chain.from_iterable(self._spans()))

    def chosen_count(self) -> int:
        """How many rows are chosen."""
        return sum(len(span) for span in self._spans())

    def _spans(self) -> list[range]:
        """What is chosen, in parts: an index of each of ten thousand would take long."""
        chosen = self.selectionModel().selection()
        parts = [chosen.at(number) for number in range(chosen.count())]
        return [range(part.top(), part.bottom() + 1) for part in parts]

    def go_to(self, row: int) -> None:
        """Make a drawing the only chosen one, and have it in sight."""
        index = self.model().index(min(row, self.model().rowCount() - 1), 0)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def event(self, event: QEvent) -> bool:
        """Keys that mean the tray are no shortcuts of the window's while it has the keyboard."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo = self.can_undo and event.matches(QKeySequence.StandardKey.Undo)
            if undo or _digit(event) is not None or (_plain(event) and event.key() in DELETING):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        digit = _digit(event)
        if self.can_undo and event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif digit is not None:
            self.digit_typed.emit(digit)
        elif _plain(event) and event.key() in DELETING:
            self.delete_wanted.emit()
        elif event.key() == LABELLING:
            self.label_wanted.emit()
        elif _plain(event) and event.key() in CHOOSING:
            if self.currentIndex().isValid():
                self.entered.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        """Letters search nothing: labels are too short to be found by."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a drawing puts it on the canvas, unless it chooses several."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        left = event.button() is Qt.MouseButton.LeftButton
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if left and plain and index.isValid() and self.rows() == [index.row()]:
            self.entered.emit(index.row())


class TrayPanel(QFrame):
    """``chosen`` carries the row of a drawing for the canvas; ``labelled`` rows and a digit for
    them, ``label_wanted`` rows whose label is to be asked for, ``delete_wanted`` rows; ``added``
    comes when the canvas's drawing is to be added to the file, ``closed`` when the user has no
    need of the tray."""

    chosen = Signal(int)
    labelled = Signal(object, int)
    label_wanted = Signal(object)
    delete_wanted = Signal(object)
    undo_wanted = Signal()
    added = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tray")
        self.model = TrayModel(self)
        self._delegate = DrawingDelegate(theme, self)
        self.list = DrawingsList(self.model, self._delegate)
        self.list.setToolTip(translate("Draw", TIP))
        self._title = ElidedLabel()
        self._name = ""
        self._saying = QTimer(self)
        self._saying.setSingleShot(True)
        self._saying.timeout.connect(self._say)
        self.add_button = _button(
            translate("Draw", "Add…"),
            translate("Draw", "Add the drawing on the canvas to this file"),
        )
        self.label_button = _button(
            translate("Draw", "Label…"),
            translate("Draw", "Label the selected drawings (F2, or type a digit)"),
        )
        self.delete_button = _button(
            translate("Draw", "Delete"),
            translate("Draw", "Delete the selected drawings from the file (Del)"),
        )
        close = QToolButton()
        close.setText("✕")
        close.setToolTip(translate("Draw", "Close the tray"))
        close.setAccessibleName(translate("Draw", "Close the tray"))
        close.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        close.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._title, 1)
        for part in (self.add_button, self.label_button, self.delete_button, close):
            row.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 4, 4, 2)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.list, 1)
        self._connect()

    def show_contents(self, contents: Contents, row: int | None = 0, name: str = "") -> None:
        """Show a file's drawings; ``row`` is the one that is current then, ``name`` what the file
        is called where that is not its own name."""
        self._name = name or contents.path.name
        self.setToolTip(tip_of(str(contents.path)))
        self.model.show(contents)
        if row is not None:
            self.list.go_to(row)
        self._say()

    @property
    def title(self) -> str:
        """What the tray says of the file."""
        return self._title.text()

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme's colours and size."""
        self._delegate.theme = theme
        self.list.fit_cells()
        self.list.viewport().update()

    def set_low(self, *, low: bool) -> None:
        """Be as low as can be, or as high as drawings are seen best."""
        if low != self._delegate.low:
            self._delegate.low = low
            self.list.fit_cells()

    def _connect(self) -> None:
        self.list.entered.connect(self.chosen)
        self.list.digit_typed.connect(self._label_chosen)
        self.list.label_wanted.connect(self._ask_label)
        self.list.delete_wanted.connect(self._delete_chosen)
        self.list.undo_wanted.connect(self.undo_wanted)
        self.add_button.clicked.connect(self.added)
        self.label_button.clicked.connect(self._ask_label)
        self.delete_button.clicked.connect(self._delete_chosen)
        for changed in (
            self.model.rowsInserted,
            self.model.rowsRemoved,
            self.model.dataChanged,
            self.list.selectionModel().selectionChanged,
        ):
            changed.connect(self._say_soon)

    @Slot(int)
    def _label_chosen(self, digit: int) -> None:
        """Label what is chosen, and go on to the next drawing: so a whole file is labelled."""
        if rows := self.list.rows():
            self.labelled.emit(rows, digit)
            if not rows[1:]:
                self.list.go_to(rows[0] + 1)

    @Slot()
    def _ask_label(self) -> None:
        if rows := self.list.rows():
            self.label_wanted.emit(rows)

    @Slot()
    def _delete_chosen(self) -> None:
        if rows := self.list.rows():
            self.delete_wanted.emit(rows)

    @Slot()
    def _say_soon(self) -> None:
        """Once for all changes of a moment: there may be ten thousand."""
        self._saying.start()

    @Slot()
    def _say(self) -> None:
        count, without = self.model.rowCount(), self.model.unlabelled
        chosen = self.list.chosen_count()
        drawings = counted(
            count, translate("Draw", "1 drawing"), translate("Draw", "{n} drawings")
        )
        parts = [self._name, drawings]
        if without:
            parts.append(translate("Draw", "{n} without a label").format(n=f"{without:,}"))
        if chosen > 1:
            parts.append(translate("Draw", "{n} selected").format(n=f"{chosen:,}"))
        self._title.setText(" · ".join(parts))
        for button in (self.label_button, self.delete_button):
            button.setEnabled(bool(chosen))


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _plain(event: QKeyEvent) -> bool:
    """Whether a key is pressed by itself; those of the number pad are."""
    return not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def _digit(event: QKeyEvent) -> int | None:
    """The digit that a key says, in whatever layout: some have them with the shift key."""
    if event.modifiers() & OTHERS:
        return None
    text = event.text()
    return int(text) if len(text) == 1 and text in "0123456789" else None
