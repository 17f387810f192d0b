"""The drawings of an ink file as a list's model, and how one of them is painted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from lenetpad.ink.contents import BREAK, GRID, Contents, Outline
from lenetpad.ink.files import NO_DIGIT, Label
from lenetpad.ui.draw.probabilities import not_a_digit
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.tips import tip_of
from lenetpad.ui.widgets.words import translate

#: What a list asks a model for when it has data to show or to say.
Index = QModelIndex | QPersistentModelIndex
SPOKEN: Final = (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
ROOT: Final = QModelIndex()
#: In pixels at the usual size: the side of a picture, and the cell with its caption, below the
#: picture or, in a low tray, at its right.
PICTURE: Final = 46
CELL: Final = QSize(78, 70)
LOW_PICTURE: Final = 34
LOW_CELL: Final = QSize(92, 40)
MARGIN: Final = 4
PADDING: Final = 6  # around an outline, in its picture
CAPTION: Final = 11
STROKE: Final = 2.2
MIDDLE: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def words_of(label: Label) -> str:
    """A label as the tray shows it."""
    if label is None:
        return translate("Draw", "no label")
    return not_a_digit() if label == NO_DIGIT else str(label)


class TrayModel(QAbstractListModel):
    """Rows are drawings in the file's order. Each has a key, an int that stays with it.

    Drawings that nobody has changed stay packed.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._contents: Contents | None = None
        self._keys: list[int] = []  # of the rows
        # By their keys, what is not, or no more, as the contents have it.
        self._labels: dict[int, Label] = {}
        self._digests: dict[int, bytes] = {}
        self._outlines: dict[int, Outline] = {}
        self._next = 0
        self.unlabelled = 0

    def show(self, contents: Contents) -> None:
        """Show another file, or the same as it is now."""
        self.beginResetModel()
        self._contents = contents
        self._keys = list(range(len(contents)))
        for changed in (self._labels, self._digests, self._outlines):
            changed.clear()
        self._next = len(contents)
        self.unlabelled = contents.labels.count(None)
        self.endResetModel()

    def key(self, row: int) -> int:
        """The key of a row's drawing."""
        return self._keys[row]

    def rows_of(self, keys: Collection[int]) -> list[int]:
        """The rows of those of the drawings that are there, in ascending order."""
        return [row for row, key in enumerate(self._keys) if key in keys]

    # By its key, a drawing is known also when it has been removed.

    def label(self, key: int) -> Label:
        """A drawing's label."""
        if key in self._labels:
            return self._labels[key]
        assert self._contents is not None
        return self._contents.labels[key]

    def digest(self, key: int) -> bytes:
        """The digest of a drawing's line."""
        if key in self._digests:
            return self._digests[key]
        assert self._contents is not None
        return self._contents.digest(key)

    def outline(self, key: int) -> Outline:
        """What a drawing looks like."""
        if key in self._outlines:
            return self._outlines[key]
        assert self._contents is not None
        return self._contents.outline(key)

    def note_digest(self, key: int, digest: bytes) -> None:
        """A drawing's line has become another."""
        self._digests[key] = digest

    # What changes

    def relabel(self, labels: Mapping[int, Label]) -> None:
        """Show rows with other labels."""
        keys = [self._keys[row] for row in labels]
        self.unlabelled -= self._count_unlabelled(keys)
        self._labels.update(zip(keys, labels.values(), strict=True))
        self.unlabelled += self._count_unlabelled(keys)
        self.dataChanged.emit(self.index(min(labels)), self.index(max(labels)))

    def append(self, digest: bytes, label: Label, outline: Outline) -> None:
        """Add a drawing that is new."""
        key, self._next = self._next, self._next + 1
        self._digests[key], self._labels[key], self._outlines[key] = digest, label, outline
        self.insert([(len(self._keys), key)])

    def remove(self, rows: Sequence[int]) -> None:
        """Take rows out, given in ascending order."""
        gone = [self._keys[row] for row in rows]
        for first, last in reversed(_spans(rows)):
            self.beginRemoveRows(ROOT, first, last)
            del self._keys[first : last + 1]
            self.endRemoveRows()
        self.unlabelled -= self._count_unlabelled(gone)

    def insert(self, rows: Sequence[tuple[int, int]]) -> None:
        """Put drawings in by their keys, each with its row then, in ascending order."""
        keys = dict(rows)
        for first, last in _spans(list(keys)):
            self.beginInsertRows(ROOT, first, last)
            self._keys[first:first] = [keys[row] for row in range(first, last + 1)]
            self.endInsertRows()
        self.unlabelled += self._count_unlabelled(keys.values())

    def _count_unlabelled(self, keys: Iterable[int]) -> int:
        return sum(self.label(key) is None for key in keys)

    # What Qt asks

    def rowCount(self, parent: Index = ROOT) -> int:
        """How many drawings there are."""
        return 0 if parent.isValid() else len(self._keys)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The caption, and the sentence for the pointer and for screen readers."""
        if not index.isValid() or not 0 <= index.row() < len(self._keys):
            return None
        label = self.label(self._keys[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return words_of(label)
        if role in SPOKEN:
            if label is None:
                text = translate("Draw", "Drawing {number}, without a label")
            else:
                text = translate("Draw", "Drawing {number}, labelled {label}")
            said = text.format(number=f"{index.row() + 1:,}", label=words_of(label))
            return tip_of(said) if role == Qt.ItemDataRole.ToolTipRole else said
        return None


def _spans(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending rows as the first and last of each that follow one another."""
    spans: list[tuple[int, int]] = []
    for row in rows:
        if spans and row == spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], row)
        else:
            spans.append((row, row))
    return spans


class DrawingDelegate(QStyledItemDelegate):
    """Paints a drawing's outline with its number and label; ``low`` is for a low tray."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.low = False

    @property
    def cell(self) -> QSize:
        """The size of every cell."""
        cell = LOW_CELL if self.low else CELL
        return QSize(self.theme.px(cell.width()), self.theme.px(cell.height()))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.cell

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        model = index.model()
        assert isinstance(model, TrayModel)
        key, theme = model.key(index.row()), self.theme
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(rect.adjusted(1, 1, -2, -1))
        picture, caption = self._parts(area)
        painter.setPen(
            QPen(QColor(theme.accent if chosen else theme.line), 2.0 if chosen else 1.0)
        )
        painter.setBrush(QColor(theme.paper))
        painter.drawRoundedRect(picture, 4, 4)
        padding = theme.px(PADDING)
        inside = picture.adjusted(padding, padding, -padding, -padding)
        pen = QPen(QColor(theme.ink), STROKE * theme.scale)
        _paint_outline(painter, inside, model.outline(key), pen)
        self._write(painter, caption, index.row(), model.label(key))
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 1.0, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(area, 4, 4)
        painter.restore()

    def _parts(self, area: QRectF) -> tuple[QRectF, QRectF]:
        """Where picture and caption are in a cell."""
        margin = self.theme.px(MARGIN)
        side = self.theme.px(LOW_PICTURE if self.low else PICTURE)
        if self.low:
            picture = QRectF(area.left() + margin, area.center().y() - side / 2, side, side)
            return picture, area.adjusted(picture.right() + 2 - area.left(), 0, -2, 0)
        picture = QRectF(area.center().x() - side / 2, area.top() + margin, side, side)
        return picture, area.adjusted(2, picture.bottom() + 2 - area.top(), -2, 0)

    def _write(self, painter: QPainter, line: QRectF, row: int, label: Label) -> None:
        """The number, dim, and the label, bold."""
        number = f"{row + 1}  "
        font = QFont(painter.font())
        font.setPixelSize(self.theme.px(CAPTION))
        before = QFontMetrics(font).horizontalAdvance(number)
        font.setBold(label is not None)
        room = max(0, int(line.width()) - before)
        text = QFontMetrics(font).elidedText(words_of(label), Qt.TextElideMode.ElideRight, room)
        left = (line.width() - before - QFontMetrics(font).horizontalAdvance(text)) / 2
        painter.setFont(font)
        painter.setPen(QColor(self.theme.dim if label is None else self.theme.text))
        painter.drawText(line.adjusted(left + before, 0, 0, 0), MIDDLE, text)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.dim))
        painter.drawText(line.adjusted(left, 0, 0, 0), MIDDLE, number)


def _paint_outline(painter: QPainter, area: QRectF, outline: Outline, pen: QPen) -> None:
    scale = area.width() / GRID
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    points: list[QPointF] = []
    for x, y in outline.tolist():
        if x != BREAK:
            points.append(QPointF(area.left() + scale * x, area.top() + scale * y))
        elif len(points) == 1:
            painter.drawPoint(points.pop())
        elif points:
            painter.drawPolyline(points)
            points = []
