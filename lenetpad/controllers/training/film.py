"""The film of C1's kernels: a run's snapshots, and the pad that reads with one of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.engine.background_jobs import BackgroundJobs
from lenetpad.storage import runs
from lenetpad.training import histories

if TYPE_CHECKING:  # it imports pyqtgraph, which takes long
    from lenetpad.ui.train.page import TrainPage


class FilmOfKernels(QObject):
    """Loads the film of a run; ``weights_chosen`` carries the path of the snapshot to read with.

    ``run`` is the folder of the run whose snapshots can be scrubbed through.
    """

    weights_chosen = Signal(object)  # a str, as ``Window.model_chosen``

    def __init__(self, page: TrainPage, jobs: BackgroundJobs) -> None:
        super().__init__(page)
        self.run: Path | None = None
        self.live: Path | None = None  # the run that trains
        self._film, self._jobs = page.film, jobs
        page.film.chosen.connect(self._scrub)

    @Slot(object)
    def load(self, folder: Path) -> None:
        """Show a run's film; of the run that trains, its kernels as they are learnt."""
        if folder == self.live:
            self.remove()
            return

        def show(frames: Any) -> None:
            if folder != self.live:
                self.run = folder
                self._film.show_frames(frames)

        self._jobs.run_latest("snapshots", partial(histories.frames, folder), show)

    @Slot(object)
    def begin(self, folder: Path) -> None:
        """A training shows its kernels from now on; no run can be scrubbed through."""
        self.live, self.run = folder, None

    @Slot(object)
    def end(self, folder: Path) -> None:
        """The training is over: its snapshots can be scrubbed through."""
        self.live = None
        self.load(folder)

    def remove(self) -> None:
        """Take the film of a run that goes off the page."""
        self.run = None
        self._film.show_frames(())

    @Slot(int)
    def _scrub(self, number: int) -> None:
        """Let the pad read with a snapshot; at the end of a run that has come to its end, with
        its weights, which are those of its last snapshot, calibrated."""
        if self.run is None:
            return
        step, _ = self._film.frames[number]
        path, final = runs.snapshot_path(self.run, step), self.run / runs.WEIGHTS
        at_end = number == len(self._film.frames) - 1 and final.exists()
        self.weights_chosen.emit(str(final if at_end else path))
