"""The Train page: choices at the left, curves and what runs in the middle, runs below.

It imports pyqtgraph through the curves; import it only when the page is opened.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from lenetpad.storage.runs import Run
from lenetpad.ui.train.curves import CSV, Curves
from lenetpad.ui.train.film import Film
from lenetpad.ui.train.pace import Pace
from lenetpad.ui.train.plan_form import PlanForm
from lenetpad.ui.train.runs_table import RunsTable
from lenetpad.ui.train.words import end_words, epoch_words, progress_words, stage_words
from lenetpad.ui.widgets.elided import ElidedLabel
from lenetpad.ui.widgets.exporter import Exporter
from lenetpad.ui.widgets.flow import FlowLayout
from lenetpad.ui.widgets.page import Page
from lenetpad.ui.widgets.spins import RateSpin
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.turns import Steps
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.widgets.writer import LONG_SECONDS
from lenetpad.values.history import History
from lenetpad.values.training import (
    Begun,
    Ended,
    Noted,
    Outcome,
    Paused,
    Progress,
    RateScaled,
    Resumed,
    Snapshot,
    Stage,
)

FORM_WIDTH: Final = 318  # of the form and of the rate, in pixels at the usual size
RATE_WIDTH: Final = 96
FILM_WIDTH: Final = 170
STYLED_AT_ONCE: Final = 40  # widgets
BAR_STEPS: Final = 10_000


def build_page(theme: Theme, actions: dict[str, QAction], parent: QWidget) -> Steps[TrainPage]:
    """Build the page a part a turn, so that a pen is not held up.

    It is built in its ``parent``, for a page that is moved is styled once more.
    """
    form = PlanForm()
    yield
    curves = Curves(theme, whole=False)
    yield
    yield from curves.build_plots()
    page = TrainPage(theme, form, curves, parent)
    yield
    # By the style sheet, which would else come with the first painting.
    for number, part in enumerate(page.findChildren(QWidget)):
        part.ensurePolished()
        if number % STYLED_AT_ONCE == 0:
            yield
    return page


class TrainPage(Page):
    """Shows one training and all runs, and tells what the user wants.

    ``training_requested`` carries the Plan to train by; ``pause_requested``,
    ``unpause_requested`` and ``stop_requested`` are for the training that is on, ``rate_chosen``
    carries the learning rate of its next step, and ``watch_toggled`` whether the pad is to read
    with the weights of now. ``resume_requested`` carries the folder of a failed run that is to go
    on from its last good checkpoint with a smaller rate. ``progressed`` carries the part in [0, 1]
    that is done, or None, and a few words for title and taskbar.
    """

    training_requested = Signal(object)
    pause_requested = Signal()
    unpause_requested = Signal()
    stop_requested = Signal()
    rate_chosen = Signal(float)
    watch_toggled = Signal(bool)
    resume_requested = Signal(object)
    progressed = Signal(object, str)

    def __init__(
        self,
        theme: Theme,
        form: PlanForm | None = None,
        curves: Curves | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.form = form or PlanForm()
        self.curves = curves or Curves(theme)
        self.runs = RunsTable()
        self.film = Film()
        self.exporter = Exporter(self)
        self.start = QPushButton(translate("Train", "Start"))
        self.pause = QPushButton(translate("Train", "Pause"))
        self.stop = QPushButton(translate("Train", "Stop"))
        self.rate = RateSpin()
        self.watch = QCheckBox(translate("Train", "Show live on Draw"))
        self.bar = QProgressBar()
        self.words = ElidedLabel(idle_words())
        self.resume = QPushButton(translate("Train", "Resume from last good checkpoint"))
        self._failed: Path | None = None
        self._run: Path | None = None  # that trains, or has ended last
        self._paused = self._busy = False
        self._last: Progress | None = None
        self._pace = Pace()
        self._clock = QTimer(self)
        self._clock.setInterval(500)
        self._clock.timeout.connect(self._write_words)
        self._notes: list[str] = []  # what is said of the user's files in this training
        self._build()
        self._connect()
        self.set_theme(theme)
        self._follow_state()

    # What the engine says

    def begin(self) -> None:
        """A training was ordered: nothing has come of it yet."""
        self._busy, self._paused, self._last = True, False, None
        self._failed, self._pace, self._run = None, Pace(), None
        self._notes.clear()
        self.banner.hide()
        self.resume.hide()
        self.bar.setRange(0, 0)
        words = translate("Train", "Starting…")
        self.words.setText(words)
        self.progressed.emit(None, words)
        self._follow_state()

    def take(self, message: object, history: History | None) -> None:
        """Show a message of the training. ``history`` is all that it has reported so far."""
        match message:
            case Stage():
                self._show_stage(message)
            case Noted(sentence):
                self._notes.append(sentence)
                self.banner.warn(" ".join(self._notes))
            case Begun(folder):
                self._run = folder
                self.runs.choose_when_listed(folder)
                self.bar.setRange(0, BAR_STEPS)
                self.curves.show_histories([history] if history else [])
                self.film.show_frames(())
            case Progress():
                self._show_progress(message)
            case RateScaled():
                self.curves.refresh()
            case Snapshot(step, _) if not self.film.frames:  # else another run is looked at
                self.film.show_live(step, message.kernels)
            case Paused(reason):
                self._paused = True
                if reason:
                    self.banner.warn(reason)
                self._follow_state()
            case Resumed():
                self._paused = False
                self._pace.forget_start()
                self.banner.hide()
                self._follow_state()
            case Ended():
                self._show_end(message)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """List the runs there are, and call their curves by their names of now."""
        self.runs.show_runs(runs)
        self.curves.rename({run.folder: run.name for run in runs})

    def forget_runs(self, folders: Collection[Path]) -> None:
        """Show nothing more of runs that were deleted."""
        left = [one for one in self.curves.histories if one.folder not in folders]
        if len(left) < len(self.curves.histories):
            self.curves.show_histories(left)
        if self._run in folders and not self._busy:
            self._failed = self._run = None
            self.resume.hide()
            self.bar.setValue(0)
            self.words.setText(idle_words())

    def show_notice(self, message: str) -> None:
        """Say what went wrong."""
        self.banner.warn(message)

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        super().set_theme(theme)
        self._form_area.setFixedWidth(theme.px(FORM_WIDTH))
        self.film.setMinimumWidth(theme.px(FILM_WIDTH))
        self.rate.setFixedWidth(theme.px(RATE_WIDTH))
        self.curves.set_theme(theme)
        self.film.set_theme(theme)
        self.form.distortions.digits.set_theme(theme)

    def close_files(self, seconds: float = LONG_SECONDS) -> bool:
        """Wait until what is being exported is on the disk; False where it is not in time."""
        return self.exporter.close(seconds)

    @property
    def busy(self) -> bool:
        """Whether a training is on, as far as the page has heard."""
        return self._busy

    def _show_stage(self, stage: Stage) -> None:
        self.bar.setRange(0, BAR_STEPS if stage.total else 0)
        self._clock.stop()  # else it would write over it
        if stage.total:
            self.bar.setValue(round(BAR_STEPS * stage.done / stage.total))
        words = stage_words(stage)
        self.words.setText(words)
        self.progressed.emit(None, words)

    def _show_progress(self, report: Progress) -> None:
        first = self._last is None
        self._pace.take(report)
        self._last = report
        self.bar.setRange(0, BAR_STEPS)
        self.bar.setValue(round(BAR_STEPS * report.step / report.steps))
        self.curves.refresh()
        if not self.rate.hasFocus():
            self._show_rate(report.learning_rate)
        if first:
            self._write_words()
            self._clock.start()
            self._follow_state()

    def _show_rate(self, rate: float) -> None:
        self.rate.blockSignals(True)
        self.rate.setValue(rate)
        self.rate.blockSignals(False)

    @Slot()
    def _write_words(self) -> None:
        """Epoch, speed and time left; twice a second, so that it can be read."""
        report = self._last
        if report is None or not self._busy:
            return
        words = progress_words(report, self._pace, paused=self._paused)
        self.words.setText(words)
        self.runs.show_progress(self._run, epoch_words(report))
        self.progressed.emit(report.step / report.steps, words)

    def _show_end(self, ended: Ended) -> None:
        self._busy = self._paused = False
        self._clock.stop()
        self.runs.show_progress(None)
        self._show_rate(self.rate.minimum())  # there is none now
        self._run = ended.folder
        if ended.folder is not None:
            self.runs.choose_when_listed(ended.folder)
        self.bar.setRange(0, BAR_STEPS)
        self.words.setText(end_words(ended))
        if ended.outcome is Outcome.FINISHED:
            self.bar.setValue(BAR_STEPS)
        elif ended.outcome is Outcome.FAILED:
            self.banner.warn(ended.message)
            self._failed = ended.folder if ended.diverged else None
        self.resume.setVisible(self._failed is not None)
        self.curves.refresh()
        self.progressed.emit(None, "")
        self._follow_state()

    # Building

    def _build(self) -> None:
        scroll = self._form_area = QScrollArea()
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the keyboard in the form
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form.setAutoFillBackground(False)
        scroll.viewport().setAutoFillBackground(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 6, 10, 8)
        layout.setSpacing(4)
        layout.addWidget(scroll)
        layout.addLayout(self._right(), 1)

    def _right(self) -> QVBoxLayout:
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.curves)
        split.addWidget(self._runs_and_film())
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        split.setSizes([420, 190])
        split.setChildrenCollapsible(False)
        self.resume.setToolTip(
            translate(
                "Train", "Resume before the loss went wrong, at a tenth of the learning rate"
            )
        )
        self.resume.hide()
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(self._controls())
        right.addLayout(self._progress_row())
        right.addWidget(self.resume, 0, Qt.AlignmentFlag.AlignLeft)
        right.addWidget(split, 1)
        return right

    def _controls(self) -> FlowLayout:
        self.start.setObjectName("primary")
        self.rate.setSpecialValueText("–")  # before there is one
        title = translate("Train", "Learning rate now")
        self.rate.setAccessibleName(title)
        self.rate.setToolTip(
            translate("Train", "How far a step moves the weights; change it during training")
        )
        self.rate.setKeyboardTracking(False)
        self.watch.setToolTip(
            translate("Train", "Use the newest weights on the Draw page, updated every second")
        )
        row = FlowLayout()
        for button in (self.start, self.pause, self.stop):
            row.addWidget(button)
        row.add_titled(title, self.rate).setToolTip(self.rate.toolTip())
        row.addWidget(self.watch)
        return row

    def _progress_row(self) -> QHBoxLayout:
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName(translate("Train", "Progress"))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.words, 2)  # whole at 175 % in a window of 1280, too
        row.addWidget(self.bar, 1)
        return row

    def _runs_and_film(self) -> QSplitter:
        below = QSplitter(Qt.Orientation.Horizontal)
        below.addWidget(self.runs)
        below.addWidget(self.film)
        below.setStretchFactor(0, 3)
        below.setStretchFactor(1, 1)
        below.setSizes([460, 190])
        below.setChildrenCollapsible(False)
        return below

    def _connect(self) -> None:
        self.start.clicked.connect(self._start)
        self.pause.clicked.connect(self._pause_or_resume)
        self.stop.clicked.connect(self.stop_requested)
        self.rate.valueChanged.connect(self._ask_for_rate)
        self.watch.toggled.connect(self.watch_toggled)
        self.resume.clicked.connect(self._request_resume)
        self.curves.export_wanted.connect(self._export_curves)
        for part in (self.curves.view, self.curves.empty):
            part.installEventFilter(self)
        self.exporter.written.connect(self.say_written)
        self.exporter.failed.connect(self.banner.warn)

    @Slot(str)
    def _export_curves(self, name: str) -> None:
        title = translate("Train", "Export curves")
        if name.endswith(".csv"):
            self.exporter.ask_and_write(title, name, CSV, self.curves.csv())
        else:
            screen = self.curves.theme
            self.exporter.ask_and_paint(title, name, screen, self.curves.figure)

    @Slot()
    def _start(self) -> None:
        if not self._busy:
            try:
                plan = self.form.plan
            except ValueError as error:
                self.banner.warn(str(error))
                return
            self.training_requested.emit(plan)

    @Slot()
    def _pause_or_resume(self) -> None:
        (self.unpause_requested if self._paused else self.pause_requested).emit()

    @Slot(float)
    def _ask_for_rate(self, value: float) -> None:
        if self._busy and self._last is not None:
            self.rate_chosen.emit(value)

    @Slot()
    def _request_resume(self) -> None:
        if self._failed is not None:
            self.resume_requested.emit(self._failed)

    def _follow_state(self) -> None:
        """Turn on what can be done now."""
        trains = self._busy and self._last is not None
        self.curves.expect(soon=self._busy and not trains)
        self.start.setEnabled(not self._busy)
        self.pause.setEnabled(trains or self._paused)
        resume, pause = translate("Train", "Resume"), translate("Train", "Pause")
        self.pause.setText(resume if self._paused else pause)
        self.stop.setEnabled(self._busy)
        self.rate.setEnabled(trains)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._place_banner()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_banner()

    def _place_banner(self) -> None:
        """Over the upper edge of the charts, where it covers no control and no words."""
        area = self.curves.charts_area
        corner = self.curves.mapTo(self, area.topLeft())
        self.banner.lie_over(QRect(corner, QSize(area.width(), 0)))


def idle_words() -> str:
    """What to do where nothing trains."""
    return translate("Train", "Choose a preset and press Start")
