"""A driver of the real window, for whatever uses the program as a person would.

All that demo, self-test and benchmark know of how canvas, pages and controllers are reached is
here.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication

from lenetpad import app
from lenetpad.ink.files import Drawing
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.event_loop import process_until, wait_until
from lenetpad.tools.synthetic_pen import PointerEvent, SyntheticPen, pointer_events
from lenetpad.tools.training import TrainingListener
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.training import Snapshot

if TYPE_CHECKING:  # a page imports pyqtgraph, which takes a second
    from lenetpad.ui.draw.canvas import Canvas
    from lenetpad.ui.draw.inspector.inspector import Inspector
    from lenetpad.ui.draw.probed_maps import ProbedMaps
    from lenetpad.ui.draw.time_line.panel import TimeLinePanel
    from lenetpad.ui.evaluate.page import EvaluatePage
    from lenetpad.ui.stage.second_window import SecondWindow
    from lenetpad.ui.train.page import TrainPage

SIZE: Final = (1280, 800)
#: The first learning of a hand computes what it is not to forget.
LEARNING_SECONDS: Final = 120.0


class Driver(QObject):
    """A context manager that shows the window, with settings of its own, and closes it.

    Settings lie in a temporary folder; so do sheet and runs if ``keeps_data``, else no sheet is
    kept. ``options`` are handed to the program. ``reading_painted`` carries each Reading
    once every panel has painted it, ``ink_painted`` follows each painting of the canvas.
    """

    reading_painted = Signal(object)
    ink_painted = Signal()

    def __init__(
        self,
        settings: Mapping[str, str] = MappingProxyType({}),
        *,
        keeps_data: bool = False,
        **options: Any,
    ) -> None:
        super().__init__()
        self._application = QApplication.instance() or app.make_application()
        self._temporary = tempfile.TemporaryDirectory()
        folder = Path(self._temporary.name)
        self.runs_folder = folder / "runs"
        stored = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        for name, value in settings.items():
            stored.setValue(name, value)
        self._program = app.Program(stored, folder if keeps_data else None, **options)
        self._window = self._program.window
        self._draw = self._program.draw
        self._model = ""  # the one that is loaded
        self.painted = 0  # the latest serial whose reading is on screen
        self.canvas: Canvas = self._draw.page.canvas
        self.pen = SyntheticPen(self.canvas)
        self._draw.recognition.model_ready.connect(self._note_model)
        self._draw.page.reading_painted.connect(self._note_reading)
        self.canvas.painted.connect(self.ink_painted)

    def __enter__(self) -> Driver:
        self._window.resize(*SIZE)
        self._window.show()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.close()  # first, so that nobody is asked whether a training may be stopped
        self._window.close()
        # What the threads have told last may still be kept: later it would bring the folder back.
        QApplication.processEvents()
        self._temporary.cleanup()

    # The pen and what is read

    @property
    def serial(self) -> int:
        """The serial number of the latest sheet that was submitted for reading."""
        return self._draw.serial

    @property
    def verdict(self) -> str:
        """The digit that the window shows."""
        return self._draw.page.verdict.verdict

    def play(self, ink: Ink) -> Iterator[PointerEvent]:
        """Write a drawing at its own speed on a cleared canvas; gives each event when it is sent.

        The time that the caller takes between two events stops the drawing's clock.
        """
        self.canvas.clear()
        start = time.perf_counter()
        for event in pointer_events(ink):
            process_until(start + event.t)
            self.pen.send(event)
            paused = time.perf_counter()
            yield event
            start += time.perf_counter() - paused

    def submit(self, sheet: Sheet) -> None:
        """Have a sheet read without a pen."""
        self._draw.submit(sheet)

    def wait_for_reading(self, complaint: str = "what is written is not read") -> None:
        """Handle events until the reading of the latest sheet is painted."""
        self._wait(lambda: self.painted >= max(1, self.serial), complaint)

    def act(self, action: str) -> None:
        """Do one of the window's actions, by its name."""
        self._window.actions_by_name[action].trigger()

    def open_file(self, path: Path) -> None:
        """Have an ink file or a picture on the canvas."""
        self._program.open_file(path)

    # The inspector

    @property
    def maps(self) -> ProbedMaps:
        """The feature maps, where units are selected."""
        return self._draw.page.maps

    @property
    def inspector(self) -> Inspector:
        """What explains them."""
        return self._draw.page.inspector

    def inspect(self, unit: Unit | None) -> None:
        """Pin a unit, which opens the inspector; None closes it and points at nothing."""
        self.let_go()
        if unit is not None:
            self.maps.pin(unit)
        else:
            self.maps.point(None)
        self._draw.page.show_inspector(shown=unit is not None)

    def let_go(self) -> None:
        """Let go of what is pinned; the inspector follows what is pointed at."""
        self.maps.let_go()

    # The time line

    @property
    def time_line(self) -> TimeLinePanel:
        """What was read while the drawing was written."""
        return self._draw.page.time_line.panel

    def wait_for_time_line(self) -> None:
        """Handle events until all of the drawing's time line is shown."""
        self._wait(lambda: self._draw.replaying.whole, "the time line does not come")

    # The stage

    def open_stage(self, width: int, height: int) -> SecondWindow:
        """Turn the window into the stage and open the one for another screen, both of this size
        wherever they are; gives the second one."""
        for action in ("stage", "second_screen"):
            self.act(action)
        second = self._draw.staging.screen.second
        assert second is not None
        for window in (self._window, second):
            window.setWindowState(Qt.WindowState.WindowNoState)
            window.resize(width, height)
        wait_until(lambda: not self._window.restyling)
        return second

    def close_stage(self) -> None:
        """Put both away."""
        self._draw.staging.screen.close()
        self._window.stage.show(on=False)
        self.resize(*SIZE)
        wait_until(lambda: not self._window.restyling)

    # The network

    def choose_model(self, name: str) -> None:
        """Choose a network and wait until it is loaded; RuntimeError where it is not."""
        self._window.model_chosen.emit(name)
        self._wait(lambda: self._model == name, f"{name} does not load")

    def read_with(self, weights: Path) -> None:
        """Read with a training's weights, as the Train page has it done."""
        self._draw.networks.read_with(str(weights))

    @Slot(object)
    def refresh(self, snapshot: Snapshot) -> None:
        """Let the network that reads have newer weights of its training."""
        self._draw.networks.refresh(snapshot)

    # Pages

    @property
    def train_page(self) -> TrainPage | None:
        """The Train page, once it is built."""
        return self._program.training.page if "train" in self._program.controllers else None

    @property
    def evaluate_page(self) -> EvaluatePage | None:
        """The Evaluate page, once it is built."""
        return self._program.evaluation.page if "evaluate" in self._program.controllers else None

    def open_page(self, name: str) -> None:
        """Open a page; one that is not built yet comes later."""
        self._window.open_page(name)

    def open_train_page(self) -> TrainPage:
        """Open the Train page and wait until it is there."""
        self.open_page("train")
        wait_until(lambda: self.train_page is not None)
        assert self.train_page is not None
        return self.train_page

    def open_evaluate_page(self) -> EvaluatePage:
        """Open the Evaluate page and wait until it is there."""
        self.open_page("evaluate")
        wait_until(lambda: self.evaluate_page is not None)
        assert self.evaluate_page is not None
        return self.evaluate_page

    def listen_to_training(self) -> TrainingListener:
        """A listener to the training that the Train page starts."""
        return TrainingListener(self._program.training.trainer)

    # Looks

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._window.resize(width, height)

    def set_theme(self, choice: ThemeChoice) -> None:
        """Choose a theme."""
        self._window.set_theme(choice)

    def switch_theme(self) -> None:
        """Change from light to dark or back."""
        self._window.switch_theme()

    def picture(self) -> QPixmap:
        """The window as it is now."""
        return self._window.grab()

    def save_picture(self, path: Path) -> None:
        """Save a picture of the window, once every page has followed the theme."""
        wait_until(lambda: not self._window.restyling)
        QApplication.processEvents()
        if not self.picture().save(str(path)):
            raise OSError(f"{path} cannot be written")

    def save_layers(self, path: Path) -> None:
        """Save a picture of all layers, as the window exports it: .png or .svg, on white."""
        from lenetpad.ui.draw.taking.offers import FLOW, offer_of
        from lenetpad.ui.widgets.export_options import Look

        path.write_bytes(self._draw.taking.content(offer_of(FLOW), path.suffix, Look()))

    # The hand

    def teach(self, drawings: Sequence[Drawing]) -> None:
        """Put drawings into the hand and wait until the network that reads has learnt it."""
        latest = self._draw.hands.latest
        self._draw.hands.teach(tuple(drawings), lambda *_: None)
        learnt = self._draw.hands
        wait_until(lambda: learnt.latest is not latest, LEARNING_SECONDS)
        self.wait_for_reading()

    def save_changes(self, path: Path) -> None:
        """Save a picture of the dialog that says what the hand has changed."""
        self.act("what_changed")
        changes = self._draw.changes
        self._wait(lambda: changes.count > 0, "no hand is learnt")
        dialog = changes.dialog
        assert dialog is not None
        if not dialog.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")
        dialog.close()

    def _wait(self, condition: Callable[[], bool], complaint: str) -> None:
        """Wait; at the timeout, RuntimeError with what the banner says, or else the complaint."""
        try:
            wait_until(condition)
        except RuntimeError:
            raise RuntimeError(self._draw.page.banner.text or complaint) from None

    @Slot(object)
    def _note_model(self, ready: ModelReady) -> None:
        self._model = ready.choice.model

    @Slot(object)
    def _note_reading(self, reading: Reading) -> None:
        self.painted = reading.serial
        self.reading_painted.emit(reading)
