"""What the Train page saves: a run's weights for elsewhere, and the film of C1's kernels."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.engine.torch_loading import load_torch
from lenetpad.storage import atomic
from lenetpad.storage.runs import Run
from lenetpad.ui.widgets.files import WEIGHTS_FILTER, as_file_name, ending_in
from lenetpad.ui.window import Window

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage


class Exports(QObject):
    """Asks where to, and writes in the background."""

    def __init__(self, page: TrainPage, window: Window, jobs: BackgroundJobs) -> None:
        super().__init__(page)
        self._page, self._window, self._jobs = page, window, jobs

    @Slot(object, object)
    def save_weights(self, run: Run, weights: Path) -> None:
        """Save a run's weights in another place or format."""
        kinds = f"{WEIGHTS_FILTER};;ONNX (*.onnx)"
        proposal = f"{as_file_name(run.name)}.safetensors"
        name, _ = QFileDialog.getSaveFileName(
            self._window.dialog_parent, "Export weights", proposal, kinds
        )
        if name:
            self._jobs.run("export", partial(_exported, weights, Path(name)), self._say_exported)

    def _say_exported(self, out: Path) -> None:
        self._page.banner.note(f"The weights are in {out}")

    @Slot()
    def save_film(self) -> None:
        """Save the kernels' evolution as a GIF."""
        name, _ = QFileDialog.getSaveFileName(
            self._window.dialog_parent,
            "Export the kernels' evolution",
            "kernels.gif",
            "GIF (*.gif)",
        )
        if not name:
            return
        path = ending_in(name, ".gif")
        frames, theme = self._page.film.frames, self._window.theme

        def write() -> None:
            from lenetpad.ui.train.kernels_gif import kernels_gif

            atomic.replace(path, kernels_gif(frames, theme))

        self._jobs.run("film", write)


def _exported(source: Path, out: Path) -> Path:
    load_torch()
    from lenetpad.lenet.weights import load
    from lenetpad.training.export import export

    export(load(str(source)), out)
    return out
