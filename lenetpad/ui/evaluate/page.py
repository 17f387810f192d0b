"""The Evaluate page: networks and data to choose, progress, and everything that was found."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpacerItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lenetpad.storage.runs import folder_of
from lenetpad.ui.evaluate.exports import Export, ExportButton
from lenetpad.ui.evaluate.learning import ClassLearning
from lenetpad.ui.evaluate.results_figure import ResultsFigure
from lenetpad.ui.evaluate.summary import Summary
from lenetpad.ui.evaluate.titles import data_and_images, title_of_data, titles_of_data
from lenetpad.ui.evaluate.views import ResultViews
from lenetpad.ui.widgets.choices import FileChoices
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.exporter import Exporter
from lenetpad.ui.widgets.files import OPEN_WEIGHTS_FILTER
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.ui.widgets.writer import LONG_SECONDS
from lenetpad.values.evaluation import (
    DataChoice,
    EvaluationProgress,
    EvaluationRequest,
    EvaluationResults,
)
from lenetpad.values.failures import Failure
from lenetpad.values.models import Choice

MARGIN: Final = 10
# The same for every list, so that a long name moves nothing; the wide ones in a wide window.
BOX_WIDTH: Final = 192
WIDE_BOX: Final = 232
WIDE: Final = 1150  # pixels at the usual size
STATUS_HEIGHT: Final = 38
ALONE: Final = ""  # the data of the entry that compares with nothing
DATA_FILTER: Final = marked(
    "Evaluate",
    "Ink and images (*.jsonl *.jsonl.gz *.json *.npz *.mat *.csv *.csv.gz *.tsv);;All files (*)",
)
EMPTY: Final = marked(
    "Evaluate",
    "<h3>How accurate are these weights?</h3>"
    "<p>Choose weights and data above, then press <b>Evaluate</b> to see the error, which digits "
    "are confused,<br>and every pattern that is read wrong. With other weights to compare with, "
    "you also see where both differ.</p>"
    "<p>A class? Open the folder with an ink file of each pupil as <b>Data</b>, and see who is "
    "misread, and as what.</p>",
)


def build_page(theme: Theme, actions: dict[str, QAction], parent: QWidget) -> Steps[EvaluatePage]:
    """Build the page, in the turn after the one in which it was imported."""
    yield
    return EvaluatePage(theme, parent)


class EvaluatePage(Page):
    """``evaluation_requested`` carries an EvaluationRequest and ``cancelled`` nothing: the user
    wants no more of the latest one. ``pattern_chosen`` carries an image (28, 28) uint8, ink 255,
    for the canvas, and the model of the network that is to read it there: one that misread it, if
    one did. ``number_chosen`` carries the Ink of a number and the same.
    """

    evaluation_requested = Signal(object)
    cancelled = Signal()
    pattern_chosen = Signal(object, str)
    number_chosen = Signal(object, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.results: EvaluationResults | None = None
        self._theme = theme
        self._titles: dict[str, str] = {}  # what networks are called, by their models
        self._serial = 0
        self._running = False
        self.first = FileChoices(
            translate("Evaluate", "Weights"),
            translate("Evaluate", "The trained network to evaluate."),
        )
        self.second = FileChoices(
            translate("Evaluate", "Compare with"),
            translate("Evaluate", "A second trained network that reads the same images."),
        )
        self.data = FileChoices(
            translate("Evaluate", "Data"),
            translate("Evaluate", "The labelled images that the network reads."),
            folders=True,
        )
        # In the page, whose sheet says how wide it is.
        self.button = QPushButton(translate("Evaluate", "Evaluate"), self)
        self.button.setObjectName("primary")
        self.exports = ExportButton()
        self.exporter = Exporter(self)
        self.learning = ClassLearning(self.exporter, self)
        self.status = ElidedLabel()
        self.bar = QProgressBar()
        self.summary = Summary(theme)
        self.views = ResultViews(theme)
        self.empty = QLabel(translate("Evaluate", EMPTY))
        self._stack = QStackedWidget()
        self._status_row = QHBoxLayout()
        self._room = QSpacerItem(0, STATUS_HEIGHT)
        self._build()
        self.set_theme(theme)
        self._connect()
        self.show_data(tuple((title, key) for key, title in titles_of_data().items()))
        self._show_running(running=False)

    # What the owner says

    @Slot(object)
    def show_weights(self, weights: tuple[tuple[str, str], ...]) -> None:
        """List the weights that there are, each a title and a model's name or path."""
        self.first.show_entries(weights)
        self.second.show_entries(((translate("Evaluate", "None"), ALONE), *weights))
        self._titles |= {model: title for title, model in weights}
        if self.results is not None:  # a run may have got another name
            names = self._names(self.results)
            self.summary.rename(names)
            self.views.rename(names)

    @Slot(object)
    def show_data(self, sets: tuple[tuple[str, str], ...]) -> None:
        """List the data sets that there are, each a title and a key, above the user's files."""
        self.data.show_entries(sets)

    @Slot(object)
    def show_progress(self, progress: EvaluationProgress) -> None:
        """Show how far the latest evaluation is."""
        if not self._running or progress.serial != self._serial:
            return
        self.bar.setRange(0, progress.total)  # 0 to 0 while it is being prepared
        self.bar.setValue(progress.done)
        if progress.fetched:
            words = translate("Evaluate", "Downloading {data}: {done} MB")
            done = f"{progress.done / 1e6:,.1f}"
            self.status.setText(words.format(data=progress.fetched, done=done))
        elif progress.total:
            words = translate("Evaluate", "{done} of {total} images read")
            done, total = f"{progress.done:,}", f"{progress.total:,}"
            self.status.setText(words.format(done=done, total=total))
        else:
            self.status.setText(translate("Evaluate", "Opening weights and data…"))

    @Slot(object)
    def show_results(self, results: EvaluationResults) -> None:
        """Show what was found by the latest evaluation; older results are passed over."""
        if not self._running or results.request.serial != self._serial:
            return
        self._show_running(running=False)
        self.results = results
        names = self._names(results)
        self.status.setText(_of_what(results))
        self.summary.show_results(results, names)
        self.views.show_results(results, names)
        self._stack.setCurrentWidget(self.views)
        self.exports.offer(results)
        if results.notice:
            self.banner.note(results.notice)

    @Slot(object)
    def show_failure(self, failure: Failure) -> None:
        """Say why an evaluation failed; what was found before goes, for it is not of what is
        chosen now."""
        self._show_running(running=False)
        self._forget_results()
        self.status.setText(translate("Evaluate", "Evaluation failed"))
        self.banner.warn(failure.message)

    def _forget_results(self) -> None:
        self.results = None
        self.summary.clear()
        self._stack.setCurrentWidget(self.empty)
        self.exports.offer(None)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        super().set_theme(theme)
        self._theme = theme
        self._fit_boxes()
        self.summary.set_theme(theme)
        self.views.set_theme(theme)

    def close_files(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until what is being saved is on the disk; False where it is not in time."""
        self.learning.close()
        return self.exporter.close(seconds)

    # What the user wants

    @Slot()
    def evaluate(self) -> None:
        """Ask for an evaluation as chosen, or give up the one that is under way."""
        if self._running:
            self._show_running(running=False)
            if self.results is None:
                self.status.setText(translate("Evaluate", "Cancelled"))
            else:
                words = translate("Evaluate", "Cancelled; results below: {data}")
                self.status.setText(words.format(data=_of_what(self.results)))
            self.cancelled.emit()
            return
        chosen = [self.first.currentData(), self.second.currentData()]
        models = tuple(Choice(number, model) for number, model in enumerate(chosen, 1) if model)
        if not models or self.data.currentData() is None:
            return
        self._serial += 1
        path = self.data.file
        data = DataChoice(self.data.currentData()) if path is None else DataChoice.of_file(path)
        self.banner.hide()
        self._show_running(running=True)
        self.show_progress(EvaluationProgress(self._serial, 0, 0))
        self.evaluation_requested.emit(EvaluationRequest(self._serial, models, data))

    @Slot()
    def learn_together(self) -> None:
        """Have the first network learn the hands of all writers that are shown."""
        assert self.results is not None
        self.learning.begin(self.results.request, self._names(self.results)[0], self._theme)

    @Slot(object)
    def _export(self, export: Export) -> None:
        assert self.results is not None  # else the button is off
        title = translate("Evaluate", "Export results")
        if export.make is None:
            self.exporter.ask_and_paint(title, export.name, self._theme, self.figure)
        else:
            make = partial(export.make, self.results, self._names_in_files(self.results))
            self.exporter.ask_and_write(title, export.name, export.filter, make)

    def figure(self, theme: Theme) -> ResultsFigure:
        """What was found on a page, with the kind of patterns that is chosen now."""
        assert self.results is not None
        return ResultsFigure(self.results, self._names(self.results), self.views.patterns, theme)

    @Slot(object)
    def _give_pattern(self, index: int) -> None:
        if self.results is not None:
            which = self.results.misreader(index, self.views.gallery.which)
            model = self.results.request.models[which].model
            self.pattern_chosen.emit(np.array(self.results.images[index]), model)

    @Slot(object)
    def _give_number(self, index: int) -> None:
        if self.results is not None and self.results.numbers is not None:
            numbers = self.results.numbers
            model = self.results.request.models[numbers.misreader(index)].model
            self.number_chosen.emit(numbers.inks[index], model)

    # Files

    def _open_weights_into(self, box: FileChoices) -> None:
        kinds = translate("Window", OPEN_WEIGHTS_FILTER)
        self._open_into(box, translate("Evaluate", "Open weights"), kinds)

    def _open_into(self, box: FileChoices, title: str, kinds: str) -> None:
        memory = self.exporter.memory
        name, _ = QFileDialog.getOpenFileName(self, title, memory.folder, kinds)
        if name:
            memory.keep(folder=str(Path(name).parent))
            box.add_file(Path(name))

    # Building

    def _build(self) -> None:
        self.empty.setTextFormat(Qt.TextFormat.RichText)
        # Where it is seen without scrolling.
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.empty.setWordWrap(True)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.views)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setAccessibleName(translate("Evaluate", "Progress"))
        kept = self.bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(kept)
        self.button.setMinimumWidth(self.button.sizeHint().width() + 16)  # either word fits
        self._status_row.setSpacing(12)
        self._status_row.addWidget(self.status, 1)
        self._status_row.addWidget(self.bar, 2)
        self._status_row.addSpacerItem(self._room)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(MARGIN, 6, MARGIN, MARGIN)
        layout.setSpacing(6)
        layout.addLayout(self._choice_row())
        layout.addLayout(self._status_row)
        layout.addWidget(self.summary)
        layout.addWidget(self._stack, 1)

    def _choice_row(self) -> FlowLayout:
        row = FlowLayout()
        for box in (self.first, self.second, self.data):
            row.add_titled(box.accessibleName(), box)
        row.add_stretch()
        row.addWidget(self.button)
        row.addWidget(self.exports)
        return row

    def _connect(self) -> None:
        self.button.clicked.connect(self.evaluate)
        self.first.file_wanted.connect(self._open_first)
        self.second.file_wanted.connect(self._open_second)
        self.data.file_wanted.connect(self._open_data)
        self.data.folder_wanted.connect(self._open_folder)
        self.views.gallery.chosen.connect(self._give_pattern)
        self.views.numbers.gallery.chosen.connect(self._give_number)
        self.views.writers.gallery.chosen.connect(self._give_pattern)
        self.views.writers.learning_wanted.connect(self.learn_together)
        self.exports.wanted.connect(self._export)
        self.exporter.written.connect(self.say_written)
        self.exporter.failed.connect(self.banner.warn)
        self.banner.changed.connect(self._give_room)

    @Slot()
    def _open_first(self) -> None:
        self._open_weights_into(self.first)

    @Slot()
    def _open_second(self) -> None:
        self._open_weights_into(self.second)

    @Slot()
    def _open_data(self) -> None:
        kinds = translate("Evaluate", DATA_FILTER)
        self._open_into(self.data, translate("Evaluate", "Open data"), kinds)

    @Slot()
    def _open_folder(self) -> None:
        memory = self.exporter.memory
        title = translate("Evaluate", "Open folder of images")
        name = QFileDialog.getExistingDirectory(self, title, memory.folder)
        if name:
            memory.keep(folder=name)
            self.data.add_file(Path(name))

    def _show_running(self, *, running: bool) -> None:
        self._running = running
        if running:
            self.button.setText(translate("Evaluate", "Cancel"))
        else:
            self.button.setText(translate("Evaluate", "Evaluate"))
        self.bar.setVisible(running)

    def _names(self, results: EvaluationResults) -> tuple[str, ...]:
        """What the boxes call the networks."""
        models = [choice.model for choice in results.request.models]
        return tuple(self._titles.get(model, Path(model).name) for model in models)

    def _names_in_files(self, results: EvaluationResults) -> tuple[str, ...]:
        """The same of runs; what ships goes by its name, and a file of the user's by its own."""
        models = [choice.model for choice in results.request.models]
        return tuple(
            Path(model).name if folder_of(Path(model)) is None else title
            for model, title in zip(models, self._names(results), strict=True)
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_boxes()
        self._give_room()

    def _fit_boxes(self) -> None:
        """Give the lists room for a long name where there is some."""
        px = self._theme.px
        width = px(WIDE_BOX if self.width() >= px(WIDE) else BOX_WIDTH)
        for box in (self.first, self.second, self.data):
            box.setFixedWidth(width)

    @Slot()
    def _give_room(self) -> None:
        """Have the banner lie beside what the figures are of, where progress was: it covers no
        figure. Two lines of a message have room there; for more, the row becomes higher."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        row = self._status_row.geometry()
        row.setLeft(self.status.geometry().right() + 6)
        self.banner.lie_over(row)
        hidden = self.banner.isHidden()
        needed = 0 if hidden else self.banner.needed_height(row.width())
        height = max(STATUS_HEIGHT, needed)
        if height != self._room.sizeHint().height():
            self._room.changeSize(0, height)
            self._status_row.invalidate()
            layout.activate()
            row.setHeight(height)
            self.banner.lie_over(row)

    def sizeHint(self) -> QSize:
        return QSize(1024, 640)


def _of_what(results: EvaluationResults) -> str:
    """On which images results are."""
    return data_and_images(title_of_data(results.request.data), results)
