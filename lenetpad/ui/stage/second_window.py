"""The stage in a window of its own, for another screen."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.covers import VERDICT, Covers
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.stage_placing import stage_places
from lenetpad.ui.draw.verdict import VerdictPanel
from lenetpad.ui.stage.canvas_mirror import CanvasMirror
from lenetpad.ui.stage.mirrored_maps import MirroredMaps
from lenetpad.ui.stage.mirrored_panels import MirroredInspector, MirroredViews, as_far
from lenetpad.ui.stage.pointer import PointerOverlay
from lenetpad.ui.stage.widget_picture import WidgetPicture
from lenetpad.ui.theme_switch import hall_theme
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

LEAST: Final = QSize(640, 360)
#: Of the screen, where there is no other one.
SHARE: Final = 0.6


class SecondWindow(QWidget):
    """Canvas, maps and verdict of the Draw page once more, and what stands in the place of the
    maps, painted from the same readings; other pages are shown as pictures. All controls stay in
    the first window, in which ``pages`` shows the page that is open. ``closed`` says that the
    user has closed it.
    """

    closed = Signal()

    def __init__(self, theme: Theme, page: DrawPage, pages: QWidget) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)
        self.setWindowTitle(translate("Window", "Stage — lenetpad"))
        self.setMinimumSize(LEAST)
        self.setCursor(Qt.CursorShape.BlankCursor)  # nothing can be clicked here
        self._theme, self._page, self._pages = theme, page, pages
        self.canvas = CanvasMirror(theme, page.canvas.looks, self)
        self.maps = MirroredMaps(theme, page.maps, self)
        self.verdict = VerdictPanel(theme, self)
        self.verdict.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.in_place = MirroredViews(theme, self)  # of the maps
        self.inspector = MirroredInspector(theme, self)
        self.page = WidgetPicture(theme, self)  # another one
        self.covers = Covers(self, theme, {VERDICT: self.verdict})
        self._hidden: frozenset[str] = frozenset()  # of the answer
        self.pointer = PointerOverlay(theme, self.maps, self)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self.place_soon)
        application.screenRemoved.connect(self.place_soon)

    # What it shows

    def show_all(self) -> None:
        """Show what the first window shows, from the beginning."""
        maps = self._page.maps
        if maps.model is not None and maps.model is not self.maps.model:
            self.show_model(maps.model)
        verdict = self._page.verdict.reading
        if maps.reading is None:
            self.forget_reading()
        else:
            self.maps.show_reading(maps.reading)
            self.verdict.show_reading(verdict or maps.reading)
        self.follow_maps()
        self.follow_verdict()
        self.follow_canvas()
        self.arrange()

    @Slot(object)
    def show_model(self, model: ModelReady) -> None:
        """Show another network."""
        self.maps.show_model(model)
        self.verdict.show_model(model)

    @Slot(object)
    def show_reading(self, reading: Reading) -> None:
        """Show a reading that the first window has just been given."""
        self.maps.show_reading(reading)
        self.verdict.show_reading(reading)

    @Slot(object)
    def show_candidate(self, reading: Reading) -> None:
        """Show a candidate of a number in the maps."""
        self.maps.show_reading(reading)

    @Slot()
    def forget_reading(self) -> None:
        """Show no reading."""
        self.maps.forget_reading()
        self.verdict.forget_reading()

    @Slot()
    def follow_canvas(self) -> None:
        """Show the ink as it is now."""
        self.canvas.show_looks(self._page.canvas.looks)

    @Slot()
    def follow_maps(self) -> None:
        """Show what is selected, how the maps are shown, and no answer that is hidden there."""
        self.maps.follow_source()
        if self._hidden != self._page.answers_hidden:
            self._hidden = self._page.answers_hidden
            self.arrange()

    @Slot()
    def follow_verdict(self) -> None:
        """Say the same beside the verdict."""
        self.verdict.say_facts(self._page.verdict.facts)

    @Slot()
    def follow_pointer(self) -> None:
        """Have in sight where the pointer is, of what does not fit."""
        for picture in (self.page, self.inspector.picture):
            picture.follow_pointer()

    def place_of(self, at: QPointF) -> QPointF | None:
        """Where a place of the Draw page is here; None for what is not shown here."""
        page = self._page
        if self._other_page() is not None:
            return None
        if page.canvas.isVisible() and page.canvas.geometry().contains(at.toPoint()):
            if not self.canvas.isVisible():
                return None
            place = self.canvas.place_of(page.canvas.units_at(at - page.canvas.pos()))
            return place + self.canvas.pos()
        if page.maps.isVisible() and page.maps.geometry().contains(at.toPoint()):
            return self.maps.place_of(at - page.maps.pos()) + self.maps.pos()
        view, inspector = page.number_views.view, page.inspector if page.inspector_shown else None
        parts: list[tuple[QWidget | None, MirroredViews | MirroredInspector]] = []
        parts += [(view, self.in_place), (inspector, self.inspector)]
        for there, here in parts:
            if there is not None and here.isVisible() and there.geometry().contains(at.toPoint()):
                return here.place_of(at - there.pos()) + here.pos()
        if page.verdict.geometry().contains(at.toPoint()) and self.verdict.isVisible():
            inside = at - page.verdict.pos()
            return as_far(inside, page.verdict, self.verdict) + self.verdict.pos()
        return None

    # Looks

    def set_theme(self, theme: Theme) -> None:
        """Draw in another theme, in the size of this window."""
        theme = hall_theme(theme, self.height())
        if theme == self._theme:
            return
        self._theme = self.page.theme = self.pointer.theme = theme
        mirrored = (self.in_place, self.inspector)
        for panel in (self.canvas, self.maps, self.verdict, self.covers, *mirrored):
            panel.set_theme(theme)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.set_theme(self._theme)
        self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._theme.window))
        painter.end()

    @Slot()
    def arrange(self) -> None:
        """Place the parts as on the stage; another page has all of it."""
        page = self._page
        view, other = page.number_views.view, self._other_page()
        inspected = page.inspector_shown and not page.maps_alone
        found = stage_places(
            self.size(),
            self._theme.px,
            wide=page.canvas.wide,
            tray=False,
            inspector=inspected,
            time_line=False,
            maps_alone=page.maps_alone,
        )
        for part, area in (
            (self.canvas, found.canvas),
            (self.verdict, found.verdict),
            (self.maps, found.maps),
            (self.in_place, found.maps),
            (self.inspector, found.probabilities),
            (self.page, self.rect()),
        ):
            part.setGeometry(area)
        self.canvas.setVisible(other is None and not page.maps_alone)
        if other is None and not page.maps_alone:
            self.covers.cover(self._hidden & {VERDICT})
        else:
            self.covers.cover((), without={VERDICT})
        self.maps.setVisible(other is None and view is None)
        self.in_place.show_view(view if other is None else None)
        self.inspector.show_inspector(page.inspector if inspected and other is None else None)
        self.page.show_widget(other)
        self.pointer.raise_()

    def _other_page(self) -> QWidget | None:
        """What the first window shows, where that is another page."""
        return None if self._page.isVisible() else self._pages

    # Screens

    def open_beside(self) -> None:
        """Fill another screen than the first window's; where there is none, be a window."""
        free = self._free_screen()
        self.setWindowState(Qt.WindowState.WindowNoState)
        if free is not None:
            self.setScreen(free)
            self.setGeometry(free.geometry())
            self.showFullScreen()
            return
        self.show()
        screen = self._pages.screen() or QGuiApplication.primaryScreen()
        if screen is not None:
            self.setScreen(screen)
            room = screen.availableGeometry()
            size = (room.size() * SHARE).expandedTo(LEAST)
            place = QRect(room.bottomRight(), size)
            place.moveBottomRight(room.bottomRight())
            self.setGeometry(place)

    def _free_screen(self) -> QScreen | None:
        """A screen on which the first window is not."""
        used = self._pages.screen()
        return next((one for one in QGuiApplication.screens() if one is not used), None)

    @Slot()
    def place_soon(self) -> None:
        """A screen has come or gone, or the first window is on another one: once Qt has moved its
        windows, take the right place."""
        QTimer.singleShot(0, self, self._place_again)

    @Slot()
    def _place_again(self) -> None:
        if not self.isVisible() or QGuiApplication.primaryScreen() is None:
            return
        free = self._free_screen()
        if (free is not None) != self.isFullScreen() or (free and self.screen() is not free):
            self.open_beside()

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()
