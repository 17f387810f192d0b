"""What every panel that shows a reading has in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QPainter,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.widgets.focus import paint_focus
from lenetpad.ui.widgets.theme import Theme, tabular
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

CORNER = 8.0


class Spot(QWidget):
    """A place on a panel whose painted text has a tooltip, which a screen reader finds too; the
    panel itself hears of the pointer there."""

    def say(self, name: str, tip: str) -> None:
        """What the text says, and what it means."""
        self.setAccessibleName(name)
        self.setToolTip(tip)


class ReadingPanel(QWidget):
    """A panel that shows the latest reading. ``painted`` carries the serial that is on screen.

    Readings come as often as the pen moves, and mostly change little: a panel that says what each
    of its parts shows has only those painted anew that show something else.

    One that is ``for_file`` is painted once, into a picture: it keeps nothing in pixels, and says
    nothing that only the window can do. It has a frame where it is ``framed``.
    """

    painted = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.theme = theme
        self.model: ModelReady | None = None
        self.reading: Reading | None = None
        self.for_file = False
        self.framed = True
        self._background: QPixmap | None = None
        self._on_screen: tuple[object, ...] = ()  # what the parts showed when last painted
        self._painting: tuple[object, ...] = ()  # and show in the painting that is under way

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme's colours."""
        self.theme = theme
        self.redraw()

    def show_model(self, model: ModelReady) -> None:
        """Show another network; its readings follow."""
        self.model, self.reading = model, None
        self.redraw()

    def show_reading(self, reading: Reading) -> None:
        """Show a reading of the current network."""
        self.reading = reading
        if QAccessible.isActive():
            self.setAccessibleDescription(self.in_words())
        contents = self.contents()
        known = contents and len(contents) == len(self._on_screen)
        if not known or self._background is None:
            self.update()
            return
        changed = QRegion()
        for area, now, before in zip(self.areas(), contents, self._on_screen, strict=True):
            if now != before:
                changed += area
        if changed.intersects(self.rect()):
            self.update(changed)
        else:
            self.painted.emit(reading.serial)

    def in_words(self) -> str:
        """What the panel shows, for somebody who does not see it."""
        return ""

    def contents(self) -> tuple[object, ...]:
        """What each part shows of the reading; () where the whole panel is painted each time."""
        return ()

    def areas(self) -> Sequence[QRegion]:
        """Where the parts of ``contents`` are."""
        return ()

    def covered(self) -> QRegion:
        """Where a painting of the reading leaves nothing to be seen of the standing parts."""
        return QRegion()

    def forget_reading(self) -> None:
        """Show no reading: what there was is not of what lies on the canvas now."""
        self.reading = None
        self._show_all()

    def redraw(self) -> None:
        """Draw the standing parts anew too: after another size, theme or network."""
        self._background = None
        self._show_all()

    def _show_all(self) -> None:
        self._on_screen = ()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.redraw()

    def paint_background(self, painter: QPainter) -> None:
        """Paint what stands still: frames, names. Cached until ``redraw``."""

    def begin_painting(self, stale: QRegion) -> QPainter:
        """A painter with the standing parts painted, where they are ``stale`` and seen."""
        painter = QPainter(self)
        self._painting = self.contents()
        if self.for_file:
            self._paint_standing(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            return painter
        ratio = self.devicePixelRatioF()
        if self._background is None or self._background.devicePixelRatio() != ratio:
            self._background = QPixmap(self.size() * ratio)
            self._background.setDevicePixelRatio(ratio)
            standing = QPainter(self._background)
            self._paint_standing(standing)
            standing.end()
        if not stale.subtracted(self.covered()).isEmpty():
            painter.drawPixmap(0, 0, self._background)
        return painter

    def _paint_standing(self, painter: QPainter) -> None:
        """The panel, its frame, and what stands still on it."""
        painter.fillRect(self.rect(), QColor(self.theme.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self.theme.line if self.framed else self.theme.panel))
        painter.setBrush(QColor(self.theme.panel))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, CORNER, CORNER)
        self.paint_background(painter)

    def end_painting(self, painter: QPainter) -> None:
        """Finish, and emit which reading is on screen now."""
        if self.hasFocus():
            paint_focus(painter, self.rect().adjusted(1, 1, -1, -1), self.theme, CORNER - 1)
        painter.end()
        if self.reading is not None:
            self._on_screen = self._painting
            self.painted.emit(self.reading.serial)

    def sized_font(self, pixels: float, *, bold: bool = False) -> QFont:
        """The panel's font at a height in pixels, with figures of one width."""
        font = tabular(QFont(self.font()))
        font.setPixelSize(max(1, round(pixels)))
        font.setBold(bold)
        return font
