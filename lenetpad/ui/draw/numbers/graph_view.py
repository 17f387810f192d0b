"""The segmentation graph in the place of the maps, with the candidate that is pointed at."""

from __future__ import annotations

from typing import Final, Self

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lenetpad.ui.draw.numbers import graph_words
from lenetpad.ui.draw.numbers.graph_picture import GraphPicture
from lenetpad.ui.draw.numbers.line_scroll import LineScroll
from lenetpad.ui.draw.numbers.line_view import LineView
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.values.reading import Reading
from lenetpad.values.segmentation import Candidate, Segmentation

WANTED: Final = 385.0  # of height, at the usual size


class GraphView(LineView):
    """``candidate_chosen`` carries the Candidate whose maps are to be shown, None for none, and
    ``maps_wanted`` comes where they are to be seen whatever room there is."""

    low = 300
    candidate_chosen = Signal(object)
    maps_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        title, facts = translate("Draw", "Segmentation graph"), translate("Draw", "Candidate")
        super().__init__(title, facts, theme, parent)
        self.picture = GraphPicture(theme)
        self.scrolled = LineScroll(self.picture)
        self._maps_below = True
        body = QVBoxLayout()
        body.addWidget(self.scrolled)
        self.put_together((), body)
        self.scrolled.resized.connect(self._fit)
        bar = self.scrolled.horizontalScrollBar()
        for moved in (bar.valueChanged, bar.rangeChanged):
            moved.connect(self._keep_ink)
        self.picture.candidate_chosen.connect(self._show_facts)
        self.picture.candidate_chosen.connect(self.candidate_chosen)
        self.picture.pin_wanted.connect(self.maps_wanted)
        self.picture.moved.connect(self.scrolled.reveal)
        self.picture.painted.connect(self._say_painted)

    @property
    def focus_widget(self) -> QWidget:
        return self.picture

    def height_wanted(self) -> int:
        return self.theme.px(WANTED)

    def say_room(self, *, maps_below: bool) -> None:
        self._maps_below = maps_below
        self._write_lines()

    def show_reading(self, reading: Reading) -> None:
        before = None if self.reading is None else self.reading.segmentation
        super().show_reading(reading)
        graph = reading.segmentation
        self.picture.show_graph(graph, reading.sheet)
        self._write_lines()
        if graph is not None and (before is None or before.pieces != graph.pieces):
            self._follow_pen(graph, reading.focus)

    def show_as(self, other: Self) -> None:
        if other.reading is None:
            self.forget_reading()
        elif other.reading is not self.reading:
            self.show_reading(other.reading)
        picture = self.picture
        picture.choose_as(other.picture)
        if picture.chosen is None or picture.layout_ is None:
            self.scrolled.scroll_as(other.scrolled)
        else:
            self.scrolled.reveal(picture.layout_.arcs[picture.chosen].area)
        super().show_as(other)

    def forget_reading(self) -> None:
        super().forget_reading()
        self.picture.show_graph(None, None)
        self._write_lines()

    @Slot(object)
    def _show_facts(self, one: Candidate | None) -> None:
        self.facts.show_facts(None if one is None else graph_words.facts_of(one))

    def _write_lines(self) -> None:
        """What is read, along which paths, and what can be done."""
        if (graph := self.picture.graph) is None:
            self.facts.show_lines()
        else:
            self.facts.show_lines(
                graph_words.kind_of(graph),
                graph_words.best_path(graph),
                graph_words.second_path(graph),
                graph_words.hint(maps_below=self._maps_below),
            )

    def _follow_pen(self, graph: Segmentation, focus: int) -> None:
        """Have the digit in sight to which the layers belong: it was written last."""
        best = graph.paths[0].candidates
        laid = self.picture.layout_
        if laid is not None and best:
            arc = laid.arcs[best[min(max(focus, 0), len(best) - 1)]]
            self.scrolled.reveal_across(arc.start.x(), arc.end.x())

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.picture.set_theme(theme)

    def escape(self) -> bool:
        return self.picture.let_go()

    @Slot()
    def _say_painted(self) -> None:
        if self.reading is not None:
            self.painted.emit(self.reading.serial)

    @Slot()
    def _fit(self) -> None:
        self.picture.set_room(self.scrolled.room)
        self._keep_ink()

    @Slot()
    def _keep_ink(self) -> None:
        """Have the ink in sight of a graph that is wider than its room."""
        bar, seen = self.scrolled.horizontalScrollBar(), self.scrolled.viewport().width()
        self.picture.show_ink_at(bar.value() + seen / 2 if bar.maximum() > 0 else None)
