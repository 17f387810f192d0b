"""What stands in the place of the maps, and the inspector, on another screen: panels of their own,
laid out for that screen, which show the same."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from lenetpad.ui.draw.inspector.inspector import Inspector
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.numbers.line_view import LineView
from lenetpad.ui.stage.paint_watch import PaintWatch
from lenetpad.ui.stage.widget_picture import WidgetPicture
from lenetpad.ui.widgets.theme import Theme, control_font, dress


class MirroredPart(QWidget):
    """Follows another widget each time that has been painted, ten times a second at most."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme = theme
        self._watch = PaintWatch(self)
        self._watch.painted.connect(self.follow)
        self.hide()

    @Slot()
    def follow(self) -> None:
        """Show what the other widget shows now."""

    def _dress(self, part: QWidget) -> None:
        part.setFont(control_font(self.theme))
        dress(part, self.theme)


class MirroredViews(MirroredPart):
    """A view in the place of the maps: one of its own of each kind, made when first wanted."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._source: LineView | None = None
        self._views: dict[type[LineView], LineView] = {}

    @property
    def view(self) -> LineView | None:
        """The one that is shown."""
        return None if self._source is None else self._views[type(self._source)]

    def show_view(self, source: LineView | None) -> None:
        """Show what this view shows, None for nothing."""
        self._source = source
        self._watch.watch(source)
        if source is not None and type(source) not in self._views:
            view = self._views[type(source)] = type(source)(self.theme, self)  # type: ignore[call-arg, arg-type]
            view.only_show()
            self._dress(view)
        for kind, view in self._views.items():
            view.setVisible(source is not None and kind is type(source))
        self.setVisible(source is not None)
        self._fit()
        self.follow()

    @Slot()
    def follow(self) -> None:
        if self._source is not None and (view := self.view) is not None:
            view.show_as(self._source)

    def place_of(self, at: QPointF) -> QPointF:
        """Where a place of the source is here: as far along what is painted, or the view."""
        source, view = self._source, self.view
        if source is None or view is None:
            return at
        there, here = source.focus_widget, view.focus_widget
        inside = QPointF(there.mapFrom(source, at.toPoint()))
        if QRectF(there.rect()).contains(inside):
            return QPointF(here.mapTo(self, as_far(inside, there, here).toPoint()))
        return as_far(at, source, self)

    def set_theme(self, theme: Theme) -> None:
        """Show it in another theme and size."""
        self.theme = theme
        for view in self._views.values():
            self._dress(view)
            view.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def _fit(self) -> None:
        if (view := self.view) is not None:
            view.setGeometry(self.rect())


class MirroredInspector(MirroredPart):
    """A unit's arithmetic; the other views of the inspector are shown as pictures."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._source: Inspector | None = None
        self.arithmetic = InspectorPanel(theme, self)
        self.arithmetic.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.picture = WidgetPicture(theme, self)
        self._dress(self.arithmetic)

    def show_inspector(self, source: Inspector | None) -> None:
        """Show what this inspector shows, None for nothing."""
        self._source = source
        self._watch.watch(source)
        self.setVisible(source is not None)
        if source is None:
            self.picture.show_widget(None)
        self.follow()

    @Slot()
    def follow(self) -> None:
        source = self._source
        if source is None:
            return
        explains = source.view is View.ARITHMETIC
        self.arithmetic.setVisible(explains)
        if not explains:
            self.picture.show_widget(source.shown)
            return
        self.picture.show_widget(None)
        there, here = source.arithmetic, self.arithmetic
        shown = tuple(source.inspected), there.competition
        if shown != (here.inspected, here.competition):
            here.show_units(*shown, 0)
        here.mark(there.place)
        bars = there.verticalScrollBar(), here.verticalScrollBar()
        share = bars[0].value() / max(1, bars[0].maximum())
        bars[1].setValue(round(share * bars[1].maximum()))

    def place_of(self, at: QPointF) -> QPointF:
        """Where a place of the source is here."""
        source = self._source
        if source is None:
            return at
        shown = source.shown
        inside = QPointF(shown.mapFrom(source, at.toPoint()))
        if self.picture.isVisible():
            return self.picture.place_of(inside)
        return as_far(inside, shown, self)

    def set_theme(self, theme: Theme) -> None:
        """Show it in another theme and size."""
        self.theme = self.picture.theme = theme
        self._dress(self.arithmetic)
        self.arithmetic.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        for part in (self.arithmetic, self.picture):
            part.setGeometry(self.rect())


def as_far(at: QPointF, there: QWidget, here: QWidget) -> QPointF:
    """The place as far along a widget as this one is along another."""
    return QPointF(
        at.x() / max(1, there.width()) * here.width(),
        at.y() / max(1, there.height()) * here.height(),
    )
