"""The Draw page: canvas, maps, probabilities and verdict, placed for every window size."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from lenetpad.ui.draw.canvas import PEN_WIDTHS, Canvas
from lenetpad.ui.draw.covers import PROBABILITIES, VERDICT, Covers
from lenetpad.ui.draw.hand.correction import Correction
from lenetpad.ui.draw.numbers.views import NumberViews
from lenetpad.ui.draw.panel import ReadingPanel
from lenetpad.ui.draw.placing import MARGIN, Places, least_size, places
from lenetpad.ui.draw.probabilities import ProbabilitiesPanel
from lenetpad.ui.draw.probed_maps import ProbedMaps
from lenetpad.ui.draw.shown import SHOWN_TITLES, Shown
from lenetpad.ui.draw.stage_placing import lowest, stage_places
from lenetpad.ui.draw.time_line.place import TimeLinePlace
from lenetpad.ui.draw.tray import TrayPanel
from lenetpad.ui.draw.verdict import VerdictPanel
from lenetpad.ui.widgets.buttons import tool_button
from lenetpad.ui.widgets.choices import Choices
from lenetpad.ui.widgets.colour import SCALE_TITLES, Scale
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.page import HeaderTools, Page
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading

if TYPE_CHECKING:
    from lenetpad.ui.draw.inspector.inspector import Inspector
    from lenetpad.ui.draw.layer_help import LayerHelp

TOOLS_SPACING: Final = 3
PEN_NAMES: Final = (
    marked("Draw", "Very thin"),
    marked("Draw", "Thin"),
    marked("Draw", "Medium"),
    marked("Draw", "Thick"),
    marked("Draw", "Very thick"),
)
FILE_TOOLS: Final = ("open", "save", "copy", "paste")
SPARE_TOOLS: Final = ("copy", "paste")
TOOLS: Final = ("undo", "redo", "clear", "pen", "eraser")
ICON: Final = QSize(20, 20)


def build_page(theme: Theme, actions: dict[str, QAction], parent: QWidget) -> Steps[DrawPage]:
    """Build the page in one step: it is there before anybody could wait."""
    yield from ()
    return DrawPage(theme, actions, parent)


class DrawPage(Page):
    """``reading_painted`` carries the latest Reading once every panel shows it.
    ``digit_chosen`` carries the place of a number's digit that is to be shown alone, from 0 at
    the left; ``digit_released`` comes where none is any more. ``wide_changed`` says whether the
    canvas is wide now.
    ``way_back_wanted`` comes where the user wants the weights to use of a run to read in place of
    those of a moment of its training. ``inspector_toggled`` says whether it is shown now,
    ``maps_alone_changed`` whether the maps fill the stage. What is shown is told at once:
    ``model_shown``, ``reading_shown``, ``candidate_shown``, ``reading_forgotten``,
    ``answers_hidden_changed``."""

    reading_painted = Signal(object)
    model_shown = Signal(object)
    reading_shown = Signal(object)
    candidate_shown = Signal(object)
    reading_forgotten = Signal()
    answers_hidden_changed = Signal()
    maps_alone_changed = Signal(bool)
    scale_chosen = Signal(str)
    shown_chosen = Signal(str)
    pen_width_chosen = Signal(float)
    way_back_wanted = Signal()
    inspector_toggled = Signal(bool)
    digit_chosen = Signal(int)
    digit_released = Signal()
    wide_changed = Signal(bool)

    def __init__(
        self, theme: Theme, actions: dict[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self.canvas = Canvas(theme, self)
        self.maps = ProbedMaps(theme, self)
        self.probabilities = ProbabilitiesPanel(theme, self)
        self.verdict = VerdictPanel(theme, self)
        self.number_views = NumberViews(theme, self, self.maps)
        answers = {VERDICT: self.verdict, PROBABILITIES: self.probabilities}
        self.covers = Covers(self, theme, answers)
        self._hidden: frozenset[str] = frozenset()
        self._inspector: Inspector | None = None  # made when it is first wanted
        self._layer_help: LayerHelp | None = None  # as well
        self.panels: tuple[ReadingPanel, ...] = (self.maps, self.probabilities, self.verdict)
        self._tray: TrayPanel | None = None  # the first file makes it
        self.time_line = TimeLinePlace(theme, self, self.canvas)
        self.time_line.toggled.connect(self._ask_for_layout)
        self._unpainted: set[QObject] = set()
        for shower in (*self.panels, self.number_views):
            shower.painted.connect(self._note_painted)
        self.number_views.changed.connect(self._place_parts)
        self.pen_widths = self._pen_width_box()
        self.scales = self._scale_box()
        self.shown = self._shown_box()
        self._tools = self._tool_row(actions)
        self.way_back = QPushButton(self.verdict)
        self.way_back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.way_back.clicked.connect(self.way_back_wanted)
        self.way_back.hide()
        self.correction = Correction(theme, self, actions["correct"])
        self.reading_painted.connect(self.verdict.note_painted)
        #: Whether a digit was chosen that Esc gives back.
        self.digit_kept = False
        self.staged = self.maps_alone = False
        self.mirrored = False  # whether the stage is on another screen
        self._tray_before = False  # whether the tray was shown when the stage began
        self.canvas.digit_chosen.connect(self.digit_chosen)
        self.verdict.digit_chosen.connect(self.digit_chosen)
        self.verdict.facts_moved.connect(self._place_banner)

    def header_tools(self) -> HeaderTools:
        """Files, the clipboard, what the maps show, and their colours."""
        boxes = (
            (translate("Draw", "Show"), self.shown),
            (translate("Draw", "Colours"), self.scales),
        )
        return HeaderTools(FILE_TOOLS, SPARE_TOOLS, boxes)

    @property
    def tray(self) -> TrayPanel:
        """The drawings of an ink file; it is made when it is first wanted."""
        if self._tray is None:
            self._tray = TrayPanel(self._theme, self)
            self._tray.hide()
            self.setTabOrder(self.canvas, self._tray.list)
        return self._tray

    @property
    def tray_shown(self) -> bool:
        """Whether the tray takes its place."""
        return self._tray is not None and not self._tray.isHidden()

    def show_tray(self, *, shown: bool) -> None:
        """Give the tray its place under maps and probabilities, or take it away."""
        if shown != self.tray_shown:
            self.tray.setVisible(shown)
            self._ask_for_layout()
            if not shown:
                self.canvas.setFocus()

    @property
    def inspector(self) -> Inspector:
        """Where a unit's value comes from; it is made when it is first wanted."""
        if self._inspector is None:
            from lenetpad.ui.draw.inspector.inspector import Inspector

            self._inspector = Inspector(self._theme, self)
            self._inspector.hide()
            self._inspector.painted.connect(self._note_painted)
            self._inspector.order_tabs(self.maps)
            self._inspector.setGeometry(self.probabilities.geometry())
        return self._inspector

    @property
    def inspector_shown(self) -> bool:
        """Whether the inspector has the place of the probabilities."""
        return self._inspector is not None and not self._inspector.isHidden()

    def show_inspector(self, *, shown: bool) -> None:
        """Give the inspector the place of the probabilities, or take it away: nothing else
        moves."""
        if shown != self.inspector_shown:
            focused = QApplication.focusWidget()
            if not shown and focused is not None and self.inspector.isAncestorOf(focused):
                self.maps.setFocus()
            if self._keyboard_in_inspector:
                self.maps.setFocus()
            self.inspector.setVisible(shown)
            self._follow_covers()
            if self.staged:
                self._place_parts()
            elif self.tray_shown or self.time_line.shown or self.canvas.wide:
                self._ask_for_layout()
            self.inspector_toggled.emit(shown)

    def hide_answers(self, names: Collection[str]) -> None:
        """Hide verdict and probabilities, for who is to guess first, and whatever else says the
        answer; () shows them."""
        self._hidden = frozenset(names)
        hidden = VERDICT in self._hidden
        self.maps.hide_answer(hidden=hidden)
        self.number_views.hide_answer(hidden=hidden)
        self.time_line.hide_answer(hidden=hidden)
        self._follow_covers()
        self.answers_hidden_changed.emit()

    @property
    def answers_hidden(self) -> frozenset[str]:
        """What of the answer is hidden."""
        return self._hidden

    def _follow_covers(self) -> None:
        """Cover what is hidden and has a place now. The inspector, which has that of the
        probabilities, says no answer either."""
        without = {PROBABILITIES} if self.inspector_shown or self.staged else set()
        if self.canvas.isHidden():  # beside maps that fill the stage
            without.add(VERDICT)
        self.covers.cover(self._hidden - without, without=without)

    def explain_layer(self, layer: str) -> None:
        """Say beside the maps what a layer is for."""
        if self.maps.model is None or not self.maps.model.specs:
            return
        if self._layer_help is None:
            from lenetpad.ui.draw.layer_help import LayerHelp

            self._layer_help = LayerHelp(self._theme, self)
        area = self.maps.area_of(layer).translated(self.maps.pos())
        self._layer_help.show_layer(self.maps.model.specs, layer, area, self.maps.shown)

    @property
    def can_widen(self) -> bool:
        """Whether a wide canvas and all else are seen at once here."""
        least = least_size(self._theme.px, wide=True, **self._shown_parts)
        return self.height() >= least.height()

    @property
    def _shown_parts(self) -> dict[str, bool]:
        return {
            "tray": self.tray_shown,
            "inspector": self.inspector_shown,
            "time_line": self.time_line.shown,
        }

    def set_wide(self, *, wide: bool) -> None:
        """Give the canvas the whole width, with maps and probabilities below it, or a square."""
        if wide != self.canvas.wide:
            self.canvas.set_wide(wide=wide)
            self._ask_for_layout()
            self._place_parts()
            self.wide_changed.emit(wide)

    def set_staged(self, *, staged: bool) -> None:
        """Lay out the parts for a hall: no tools, no probabilities, no tray unless it is called
        for; or as usual, with what there was."""
        if staged == self.staged:
            return
        self.set_maps_alone(alone=False)
        if staged:
            self._tray_before = self.tray_shown
            self.show_tray(shown=False)
        self.staged = staged
        self._tools.setVisible(not staged)
        self.correction.set_staged(staged=staged)
        self._follow_covers()
        if not staged and self._tray_before:
            self.show_tray(shown=True)
        self._ask_for_layout()
        self._place_parts()

    def set_maps_alone(self, *, alone: bool) -> None:
        """Give the maps all of the stage, here or on another screen, or canvas and verdict their
        places back."""
        if alone == self.maps_alone or (alone and not (self.staged or self.mirrored)):
            return
        self.maps_alone = alone
        self._show_beside_maps(shown=not (alone and self.staged))
        self._place_parts()
        self.maps_alone_changed.emit(alone)

    def _show_beside_maps(self, *, shown: bool) -> None:
        """Canvas and verdict; the keyboard goes where there is something."""
        if shown == self.canvas.isHidden():
            if not shown and self.number_views.view is None:
                self.maps.setFocus()
            self.canvas.setVisible(shown)
            self._follow_covers()
            if shown:
                self.canvas.setFocus()

    def show_model(self, model: ModelReady) -> None:
        """Show another network in every panel."""
        for panel in self.panels:
            panel.show_model(model)
        if self._layer_help is not None:
            self._layer_help.show_network(model.specs, self.maps.shown)
        self.model_shown.emit(model)

    def show_reading(self, reading: Reading) -> None:
        """Show a reading in every panel."""
        self._unpainted = {panel for panel in self.panels if not panel.isHidden()}
        inspector = self._inspector
        if inspector is not None and self.inspector_shown and inspector.paints_readings:
            self._unpainted.add(inspector)
        if self.number_views.paints_readings:
            self._unpainted.add(self.number_views)
        for panel in self.panels:
            panel.show_reading(reading)
        self.number_views.show_reading(reading)
        self.reading_shown.emit(reading)
        if not self._unpainted:  # all that would paint it is covered
            self.reading_painted.emit(reading)

    def show_candidate(self, reading: Reading) -> None:
        """Show beside the canvas what the network makes of one candidate of a number, or of what
        it made before; the verdict stays that of the sheet."""
        for panel in (self.maps, self.probabilities):
            panel.show_reading(reading)
        self.candidate_shown.emit(reading)

    def show_way_back(self, weights: str) -> None:
        """Offer a run's weights in place of those of a moment of its training, by what they are
        called; "" offers nothing."""
        weights = weights.lower()
        self.way_back.setText(translate("Draw", "Use {weights}").format(weights=weights))
        tip = translate("Draw", "Read with the {weights} of this run").format(weights=weights)
        self.way_back.setToolTip(tip)
        self.way_back.setVisible(bool(weights))
        self._place_way_back()

    def _place_way_back(self) -> None:
        """At the right of the facts, which leave room for it and for "It is a …"."""
        area, taken = self.verdict.rect(), 0
        for button in (self.correction.button, self.way_back):
            if not button.isHidden():
                size = button.sizeHint()
                taken += size.width() + MARGIN
                top = (area.height() - size.height()) // 2
                button.setGeometry(area.right() - taken, top, size.width(), size.height())
        self.verdict.keep_free(taken)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        super().set_theme(theme)
        if theme.scale != self._theme.scale:
            self._ask_for_layout()
        self._theme = theme
        self.canvas.set_theme(theme)
        for reading_panel in self.panels:
            reading_panel.set_theme(theme)
        self.number_views.set_theme(theme)
        self.covers.set_theme(theme)
        if self._tray is not None:
            self._tray.set_theme(theme)
        self.time_line.set_theme(theme)
        self.correction.set_theme(theme)
        for panel in (self._inspector, self._layer_help):
            if panel is not None:
                panel.set_theme(theme)

    def set_pen_width(self, width: float) -> None:
        """Choose the pen's width among those there are, the nearest one."""
        nearest = min(range(len(PEN_WIDTHS)), key=lambda i: abs(PEN_WIDTHS[i] - width))
        self.pen_widths.setCurrentIndex(nearest)
        self.canvas.set_pen_width(PEN_WIDTHS[nearest])

    def step_pen_width(self, step: int) -> None:
        """Choose the next thicker (+1) or thinner (-1) pen."""
        index = self.pen_widths.currentIndex() + step
        if 0 <= index < len(PEN_WIDTHS):
            self.pen_widths.setCurrentIndex(index)

    def set_scale(self, scale: Scale) -> None:
        """Choose the colour scale of the maps."""
        self.scales.select(scale.value)
        self.maps.set_scale(scale)

    @Slot(object)
    def _note_painted(self, serial: int) -> None:
        """Emit ``reading_painted`` when the last of the panels has painted the latest reading."""
        panel = self.sender()
        if panel not in self._unpainted:
            return
        self._unpainted.discard(panel)
        reading = self.maps.reading
        if not self._unpainted and reading is not None and reading.serial == serial:
            self.reading_painted.emit(reading)

    def forget_reading(self) -> None:
        """Show no reading in any panel."""
        for panel in self.panels:
            panel.forget_reading()
        self.number_views.forget_reading()
        self.reading_forgotten.emit()

    def _pen_width_box(self) -> Choices:
        box = Choices(
            translate("Draw", "Pen width"),
            translate("Draw", "Width of the pen: thinner ([), thicker (])"),
        )
        for name, width in zip(PEN_NAMES, PEN_WIDTHS, strict=True):
            box.addItem(translate("Draw", name), width)
        box.currentIndexChanged.connect(self._choose_pen_width)
        return box

    @Slot(int)
    def _choose_pen_width(self, index: int) -> None:
        self.canvas.set_pen_width(PEN_WIDTHS[index])
        self.pen_width_chosen.emit(PEN_WIDTHS[index])

    def _scale_box(self) -> Choices:
        box = Choices(
            translate("Draw", "Colour scale"),
            translate("Draw", "What the strongest colours of the maps mean"),
        )
        for scale, title in SCALE_TITLES.items():
            box.addItem(translate("Window", title), scale.value)
        box.currentIndexChanged.connect(self._choose_scale)
        return box

    @Slot(int)
    def _choose_scale(self, index: int) -> None:
        scale = Scale(self.scales.itemData(index))
        self.maps.set_scale(scale)
        self.scale_chosen.emit(scale.value)

    def _shown_box(self) -> Choices:
        box = Choices(
            translate("Draw", "What the maps show"),
            translate("Draw", "Values, weighted sums before the activation (A), or weights (W)"),
        )
        for shown, title in SHOWN_TITLES.items():
            box.addItem(translate("Draw", title), shown.value)
        box.currentIndexChanged.connect(self._choose_shown)
        return box

    @Slot(int)
    def _choose_shown(self, index: int) -> None:
        shown = Shown(self.shown.itemData(index))
        self.maps.set_shown(shown)
        if self._layer_help is not None and self.maps.model is not None:
            self._layer_help.show_network(self.maps.model.specs, shown)
        self.shown_chosen.emit(shown.value)

    def _tool_row(self, actions: dict[str, QAction]) -> QWidget:
        row = QWidget(self)
        flow = FlowLayout(row, TOOLS_SPACING)
        flow.setContentsMargins(0, TOOLS_SPACING, 0, 0)
        for name in TOOLS:
            flow.addWidget(tool_button(actions[name]))
        flow.add_stretch()
        self._pen_title = flow.add_titled(translate("Draw", "Pen"), self.pen_widths)
        return row

    def escape(self) -> bool:
        within = self._keyboard_in_inspector
        done = self._take_back()
        if within and not self._keyboard_in_inspector:  # what had it can do nothing any more
            self.maps.setFocus()
        return done

    @property
    def _keyboard_in_inspector(self) -> bool:
        focus = self.window().focusWidget()
        inspector = self._inspector
        return inspector is not None and focus is not None and inspector.isAncestorOf(focus)

    def _take_back(self) -> bool:
        """Take back the last of what explains; False where there is nothing."""
        if self.correction.escape():
            return True
        if self._layer_help is not None and self._layer_help.escape():
            return True
        if self.time_line.escape():
            return True
        if self.number_views.escape():
            return True
        if self.maps_alone:
            self.set_maps_alone(alone=False)
            return True
        if self.maps.alone:
            self.maps.show_alone("")
            return True
        if self.maps.drop_saliency() or self.maps.let_go():
            return True
        if self.digit_kept:
            self.digit_released.emit()
            return True
        if self.inspector_shown:
            self.show_inspector(shown=False)
            return True
        shown = self.time_line.shown
        self.time_line.close()
        return shown

    def least_size(self, width: int) -> QSize:
        if self.staged:
            return QSize(0, 0)
        return least_size(self._theme.px, wide=self.canvas.wide, **self._shown_parts)

    def _places(self) -> Places:
        shape = {"wide": self.canvas.wide, **self._shown_parts}
        if not self.staged:
            return places(self.size(), self._theme.px, self._fit_tools, **shape)
        return stage_places(self.size(), self._theme.px, **shape, maps_alone=self.maps_alone)

    def _fit_tools(self, width: int) -> int:
        """Leave out the title of the pen's widths where one line has no room for it; returns the
        height that the tools need."""
        flow = self._tools.layout()
        assert isinstance(flow, FlowLayout)
        titled = flow.line_width
        if self._pen_title.isHidden():
            titled += self._pen_title.sizeHint().width() + TOOLS_SPACING
        self._pen_title.setVisible(titled <= width)
        return flow.heightForWidth(width)

    @Slot()
    def _ask_for_layout(self) -> None:
        """As a layout does: the parts need other places, or the page another size."""
        QCoreApplication.postEvent(self, QEvent(QEvent.Type.LayoutRequest))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place_parts()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_parts()

    @Slot()
    def _place_parts(self) -> None:
        found = self._places()
        self.canvas.setGeometry(found.canvas)
        self._tools.setGeometry(found.tools)
        if found.tray is not None:
            self.tray.set_low(low=found.tray_low)
            self.tray.setGeometry(found.tray)
        self.time_line.lie_in(found.time_line)
        room = self.number_views.place(found.maps)
        if self.number_views.maps_seen:
            self.maps.setGeometry(room)
        self.maps.setVisible(self.number_views.maps_seen)
        self.probabilities.setGeometry(found.probabilities)
        if self._inspector is not None:
            self._inspector.setGeometry(found.probabilities)
        self.verdict.setGeometry(found.verdict)
        self.covers.place()
        self._place_way_back()
        self._place_banner()

    @Slot()
    def _place_banner(self) -> None:
        """Over the facts beside the verdict: neither canvas, maps nor verdict are covered."""
        strip = self.verdict.geometry()
        if self.maps_alone or not strip.isValid():
            strip = lowest(self.rect(), self._theme.px)
        left = max(round(0.42 * self.width()), self.verdict.facts_left)
        self.banner.lie_over(strip.adjusted(left, 4, -4, -4), upwards=True)
        self.correction.lie_over(strip.adjusted(left - MARGIN, 4, -4, -4))
