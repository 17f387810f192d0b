"""Pictures of the Draw page's panels: panels of their own, which show the same in another theme
and are on no screen. The page itself is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.canvas_picture import Look as SheetLook
from lenetpad.ui.draw.canvas_picture import painting
from lenetpad.ui.draw.comparison.picture import ComparisonPicture
from lenetpad.ui.draw.digit_marks import DigitMarks
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.inspector.patches_picture import PatchesPicture
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps import LEGEND, MARGIN
from lenetpad.ui.draw.numbers.graph_picture import GraphPicture
from lenetpad.ui.draw.numbers.sliding_picture import SlidingPicture
from lenetpad.ui.draw.numbers.sliding_view import RowTitles
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.draw.paper import Needed, Paper
from lenetpad.ui.draw.probabilities import ProbabilitiesPanel
from lenetpad.ui.draw.probed_maps import ProbedMaps
from lenetpad.ui.draw.taking.offers import (
    COMPARISON,
    DRAWING,
    FLOW,
    GRAPH,
    INSPECTOR,
    PAGE,
    PROBABILITIES,
    SLIDING,
    VERDICT,
    Offer,
)
from lenetpad.ui.draw.verdict import VerdictPanel
from lenetpad.ui.widgets.export_options import Look
from lenetpad.ui.widgets.panel_picture import PanelPicture, Part, on_paper
from lenetpad.ui.widgets.theme import LIGHT, Theme
from lenetpad.values.reading import Reading

#: Pixels at the usual size: what a layer's legend needs, and around what has no frame.
LEAST_WIDTH: Final = 480
AROUND: Final = 12
TITLE: Final = 20.0  # of a layer, at the usual size


class SheetPicture(QWidget):
    """What lies on the canvas, with the marks of several digits."""

    def __init__(self, theme: Theme, pen_width: float, *, wide: bool, framed: bool) -> None:
        super().__init__()
        self.theme = theme
        self._pen_width, self._wide, self._framed = pen_width, wide, framed
        self._sheet = Sheet()
        self._reading: Reading | None = None
        self._needed = Needed()

    def show_sheet(self, sheet: Sheet, reading: Reading | None) -> None:
        """Show a sheet, and what was read of it."""
        self._sheet, self._reading = sheet, reading
        self._needed = Needed.for_sheet(sheet, wide=self._wide)

    def show_moment(self, sheet: Sheet, reading: Reading) -> None:
        """Show what there was of it at a moment, and what was read then; it stays where it is."""
        self._sheet, self._reading = sheet, reading

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self.theme
        paper = Paper.on(QSizeF(self.size()), self._needed)
        marks = DigitMarks.of(self._reading, self._sheet)
        colours = marks.colours(theme)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.paper))
        painter.end()
        ink = SheetLook(paper, QColor(theme.paper), QColor(theme.ink), self._pen_width, colours)
        for _ in painting(self, ink, self._sheet):
            pass
        painter = QPainter(self)
        if marks:
            marks.paint(painter, paper, theme, self._pen_width)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        if self._framed:
            painter.setPen(QColor(theme.line))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class Ground(ReadingPanel):
    """A panel with nothing on it, on which a view's picture lies."""

    def paintEvent(self, event: QPaintEvent) -> None:
        self.end_painting(self.begin_painting(event.region()))


@dataclass(frozen=True, slots=True)
class Copier:
    """Makes widgets that show what the page's show, in the colours of a look."""

    page: DrawPage
    look: Look
    theme: Theme

    @classmethod
    def of(cls, page: DrawPage, look: Look, screen: Theme) -> Copier:
        """In the colours of the ``screen``, or on white."""
        return cls(page, look, on_paper(LIGHT, screen.scale) if look.white else screen)

    def picture(self, offer: Offer) -> PanelPicture:
        """What an offer is a picture of."""
        if offer.key == PAGE:
            return self._whole(offer.title)
        if offer.key == SLIDING:
            return PanelPicture(offer.title, QColor(self.theme.panel), self.sliding())
        makers: Mapping[str, Callable[[], QWidget | None]] = {
            FLOW: self.maps,
            DRAWING: self.drawing,
            PROBABILITIES: self.probabilities,
            VERDICT: self.verdict,
            INSPECTOR: self.inspector,
            GRAPH: self.graph,
            COMPARISON: self.comparison,
        }
        made = makers[offer.key]() if offer.key in makers else self.layer(offer.key)
        parts = () if made is None else (Part(made, QRect(QPoint(), made.size())),)
        return PanelPicture(offer.title, QColor(self.theme.panel), parts)

    def _whole(self, title: str) -> PanelPicture:
        """Canvas, maps, what stands in their place, probabilities or inspector, and verdict, as
        they lie on the page."""
        views = self.page.number_views
        side = self.inspector() if self.page.inspector_shown else self.probabilities()
        maps = self.maps() if views.maps_seen else None
        shown = [] if views.view is None else self._view(views.shown, views.view.geometry())
        return self.beside(title, (self.drawing(), maps, side, self.verdict()), shown)

    def beside(
        self, title: str, panels: Sequence[QWidget | None], others: Sequence[Part] = ()
    ) -> PanelPicture:
        """Widgets in the places of canvas, maps, probabilities and verdict, and others beside
        them. Maps have all of their place, a view's too, where that leaves them none."""
        page, view = self.page, self.page.number_views.view
        hidden = view is not None and not page.number_views.maps_seen
        maps = view.geometry() if view is not None and hidden else page.maps.geometry()
        places = (page.canvas, None, page.probabilities, page.verdict)
        parts = list(others)
        for widget, place in zip(panels, places, strict=True):
            area = maps if place is None else place.geometry()
            if widget is not None:
                if place is None:
                    widget.resize(area.size())
                parts.append(Part(widget, area))
        corner = QPoint(
            min(part.area.left() for part in parts), min(part.area.top() for part in parts)
        )
        moved = [Part(part.widget, part.area.translated(-corner)) for part in parts]
        return PanelPicture(title, QColor(self.theme.window), moved)

    def _view(self, shown: InPlace, area: QRect) -> list[Part]:
        """The picture of a view on a panel, as much of it as there is room for."""
        ground = Ground(self.theme)
        ground.for_file, ground.framed = True, not self.look.white
        ground.resize(area.size())
        inner = area.adjusted(AROUND, AROUND, -AROUND, -AROUND)
        parts = [Part(ground, area)]
        if shown is InPlace.SLIDING:
            return parts + self.sliding(inner)
        if shown is InPlace.COMPARISON:
            comparison = self.comparison()
            comparison.resize(inner.size())
            return [*parts, Part(comparison, inner)]
        graph = self.graph(inner.size())
        return parts if graph is None else [*parts, Part(graph, inner)]

    # The panels

    def drawing(self) -> SheetPicture:
        """The canvas."""
        canvas = self.page.canvas
        made = SheetPicture(
            self.theme, canvas.pen_width, wide=canvas.wide, framed=not self.look.white
        )
        made.resize(canvas.size())
        reading = self.page.verdict.reading
        made.show_sheet(canvas.sheet, reading)
        if canvas.shows_moment and reading is not None and reading.sheet is not None:
            made.show_moment(reading.sheet, reading)
        return made

    def maps(self) -> ProbedMaps:
        """All layers as the maps show them now, values, weighted sums or weights."""
        maps = self.page.maps
        made = ProbedMaps(self.theme)
        made.scale = maps.scale
        made.shown, made.shown_units = maps.shown, dict(maps.shown_units)
        made.answer_hidden = maps.answer_hidden
        self._fill(made, maps, maps.size())
        made.select_as(maps)
        made.show_saliency(maps.saliency)
        return made

    def layer(self, name: str) -> ProbedMaps:
        """One layer alone, as large as the page would show it, without the room around it."""
        made, theme = self.maps(), self.theme
        made.show_alone(name)
        made.arrange()
        area = made.placed[name].area
        height = area.height() + theme.px(TITLE) + MARGIN - 4 + theme.px(LEGEND) + MARGIN
        width = max(area.width() + 2 * MARGIN, theme.px(LEAST_WIDTH))
        made.resize(round(width), round(height))
        return made

    def probabilities(self) -> ProbabilitiesPanel:
        """The bars."""
        made = ProbabilitiesPanel(self.theme)
        self._fill(made, self.page.probabilities, self.page.probabilities.size())
        return made

    def verdict(self) -> VerdictPanel:
        """What is read, with the facts beside it."""
        made = VerdictPanel(self.theme)
        self._fill(made, self.page.verdict, self.page.verdict.size())
        made.show_facts(self.page.verdict.facts)
        return made

    def _fill(self, made: ReadingPanel, shown: ReadingPanel, size: QSize) -> None:
        made.for_file, made.framed = True, not self.look.white
        made.resize(size)
        if shown.model is not None:
            made.show_model(shown.model)
        if shown.reading is not None:
            made.show_reading(shown.reading)

    def inspector(self) -> QWidget:
        """A unit's arithmetic, or its best patches, all of it and not only what is in sight."""
        inspector = self.page.inspector
        patches = inspector.best_patches
        if inspector.view is View.BEST_PATCHES and patches is not None and patches.picture.found:
            return self._patches(patches.picture)
        made = InspectorPanel(self.theme, for_file=True)
        made.framed = not self.look.white
        made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.show_units(inspector.inspected, inspector.arithmetic.competition, 0)
        made.resize(inspector.arithmetic.width(), made.height_for(inspector.arithmetic.width()))
        return made

    def _patches(self, shown: PatchesPicture) -> PatchesPicture:
        made = PatchesPicture(self.theme)
        made.resize(shown.size())
        made.show_patches(shown.found)
        made.resize(shown.width(), made.minimumHeight() + AROUND)
        return made

    def comparison(self) -> ComparisonPicture:
        """Two readings and what differs between them."""
        shown = self.page.number_views.comparison.picture
        made = ComparisonPicture(self.theme)
        made.for_file, made.frozen, made.alone = True, shown.frozen, shown.alone
        made.resize(shown.size())
        made.arrange()
        made.show_first(shown.first)
        made.show_second(shown.second)
        return made

    def graph(self, room: QSize | None = None) -> GraphPicture | None:
        """The segmentation graph, as long as it is or in some room; None of a blank sheet."""
        reading = self.page.verdict.reading
        if reading is None or reading.segmentation is None:
            return None
        made = GraphPicture(self.theme)
        made.set_room(room or self._usual_room)
        made.show_graph(reading.segmentation, reading.sheet)
        return made

    def sliding(self, area: QRect | None = None) -> list[Part]:
        """The network that slides over the line, with what its rows are, as long as it is or in an
        area."""
        made = SlidingPicture(self.theme)
        titles = RowTitles(made, self.theme)
        room = QSize(1, self._usual_room.height()) if area is None else area.size()
        made.set_room(room - QSize(titles.width(), 0) if area is not None else room)
        made.show_reading(self.page.number_views.sliding.picture.reading)
        corner = QPoint() if area is None else area.topLeft()
        titles.resize(titles.width(), made.height())
        size = made.size() if area is None else made.size().boundedTo(room)
        beside = corner + QPoint(titles.width(), 0)
        return [
            Part(titles, QRect(corner, QSize(titles.width(), size.height()))),
            Part(made, QRect(beside, size)),
        ]

    @property
    def _usual_room(self) -> QSize:
        """For what is as wide as its line: the height of the view that is shown, or that of the
        graph's where none is."""
        view = self.page.number_views.view
        height = self.theme.px(320) if view is None else view.focus_widget.height()
        return QSize(1, height)
