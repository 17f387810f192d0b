"""What the Train page saves: a run's weights for elsewhere, and the film of C1's kernels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Slot

from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.torch_loading import load_torch
from lenetpad.storage.runs import Run
from lenetpad.ui.widgets.files import WEIGHTS_FILTER, as_file_name
from lenetpad.ui.widgets.theme import Theme
from lenetpad.ui.widgets.words import translate
from lenetpad.ui.window import Window
from lenetpad.values.arrays import FloatArray

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage

ONNX: Final = "ONNX (*.onnx)"
#: Steps, each with C1's kernels (6, 5, 5).
Frames = Sequence[tuple[int, FloatArray]]


class Exports(QObject):
    """Asks where to, writes in the background, and says what was written."""

    def __init__(self, page: TrainPage, window: Window, jobs: BackgroundJobs) -> None:
        super().__init__(page)
        self._page, self._window, self._jobs = page, window, jobs
        page.exporter.memory = window.preferences

    @Slot(object, object)
    def save_weights(self, run: Run, weights: Path) -> None:
        """Save a run's weights in another place or format."""
        name = f"{as_file_name(run.name)}.safetensors"
        title = translate("Train", "Export weights")
        kinds = ";;".join([translate("Window", WEIGHTS_FILTER), ONNX])
        path = self._page.exporter.ask_for_path(title, name, kinds)
        if path is not None:
            self._jobs.run("export", partial(_exported, weights, path), self._page.say_written)

    @Slot()
    def save_film(self) -> None:
        """Save the kernels' evolution as a GIF."""
        make = partial(_filmed, self._page.film.frames, self._window.theme)
        self._page.exporter.ask_and_write(
            translate("Train", "Export kernels"), "kernels.gif", "GIF (*.gif)", make
        )


def _filmed(frames: Frames, theme: Theme) -> bytes:
    from lenetpad.ui.train.kernels_gif import kernels_gif

    return kernels_gif(frames, theme)


def _exported(source: Path, out: Path) -> Path:
    load_torch()
    from lenetpad.lenet.weights import load
    from lenetpad.training.export import export

    export(load(str(source)), out)
    return out
