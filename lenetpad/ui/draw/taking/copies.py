"""Pictures of the Draw page's panels: panels of their own, which show the same in another theme
and are on no screen. The page itself is left as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from lenetpad.ink.strokes import Sheet
from lenetpad.ui.draw.canvas_picture import Look as SheetLook
from lenetpad.ui.draw.canvas_picture import painting
from lenetpad.ui.draw.digit_marks import DigitMarks
from lenetpad.ui.draw.inspector.panel import InspectorPanel
from lenetpad.ui.draw.inspector.patches_picture import PatchesPicture
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps import LEGEND, MARGIN
from lenetpad.ui.draw.numbers.graph_picture import GraphPicture
from lenetpad.ui.draw.numbers.sliding_picture import SlidingPicture
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.draw.paper import Needed, Paper
from lenetpad.ui.draw.probabilities import ProbabilitiesPanel
from lenetpad.ui.draw.probed_maps import ProbedMaps
from lenetpad.ui.draw.taking.offers import (
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
        makers: Mapping[str, Callable[[], QWidget]] = {
            FLOW: self.maps,
            DRAWING: self.drawing,
            PROBABILITIES: self.probabilities,
            VERDICT: self.verdict,
            INSPECTOR: self.inspector,
            GRAPH: self.graph,
            SLIDING: self.sliding,
        }
        made = makers[offer.key]() if offer.key in makers else self.layer(offer.key)
        return self._alone(offer.title, made)

    def _alone(self, title: str, widget: QWidget) -> PanelPicture:
        area = QRect(QPoint(), widget.size())
        return PanelPicture(title, QColor(self.theme.window), (Part(widget, area),))

    def _whole(self, title: str) -> PanelPicture:
        """Canvas, maps, probabilities or inspector, and verdict, as they lie on the page."""
        side = self.inspector() if self.page.inspector_shown else self.probabilities()
        return self.beside(title, self.drawing(), self.maps(), side, self.verdict())

    def beside(
        self, title: str, drawing: QWidget, maps: QWidget, side: QWidget, verdict: QWidget
    ) -> PanelPicture:
        """These widgets in the places of the canvas, of maps, probabilities and verdict. The maps
        have what a view takes of their place where that leaves them none."""
        page, view = self.page, self.page.number_views.view
        area = page.maps.geometry()
        if view is not None and not page.number_views.maps_seen:
            area = view.geometry()
            maps.resize(area.size())
        parts = [
            Part(drawing, page.canvas.geometry()),
            Part(maps, area),
            Part(side, page.probabilities.geometry()),
            Part(verdict, page.verdict.geometry()),
        ]
        corner = QPoint(
            min(part.area.left() for part in parts), min(part.area.top() for part in parts)
        )
        moved = [Part(part.widget, part.area.translated(-corner)) for part in parts]
        return PanelPicture(title, QColor(self.theme.window), moved)

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

    def graph(self) -> GraphPicture:
        """The segmentation graph, as long as it is."""
        reading = self.page.verdict.reading
        assert reading is not None
        made = GraphPicture(self.theme)
        made.set_room(self._room)
        made.show_graph(reading.segmentation, reading.sheet)
        assert made.layout_ is not None
        made.resize(round(made.layout_.width), made.height())
        return made

    def sliding(self) -> SlidingPicture:
        """The network that slides over the line, as long as that is."""
        made = SlidingPicture(self.theme)
        made.set_room(self._room)
        made.show_reading(self.page.number_views.sliding.picture.reading)
        if made.layout_ is not None:
            made.resize(round(made.layout_.width), made.height())
        return made

    @property
    def _room(self) -> QSize:
        """For what is as wide as its line: the height of the view that is shown, or that of the
        graph's where none is."""
        view = self.page.number_views.view
        if view is None:
            return QSize(1, self.theme.px(320))
        return QSize(1, view.focus_widget.height())
