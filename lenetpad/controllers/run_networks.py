"""The networks of the user's own runs: what every list of networks offers of them, and calls
them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from lenetpad.storage import runs
from lenetpad.storage.decoding import named
from lenetpad.storage.runs import Run
from lenetpad.ui.widgets.model_titles import title_of
from lenetpad.ui.widgets.words import marked, translate

#: What a run's weights are called where others of the same run read.
WEIGHTS_TITLES: Final = {
    runs.WEIGHTS: marked("Window", "Final weights"),
    runs.BEST: marked("Window", "Best weights"),
}
LATEST: Final = marked("Window", "Latest weights")


@dataclass(frozen=True, slots=True)
class Listing:
    """All runs, the latest first, with a sentence for each folder that is damaged, and the weights
    to use of each run that has some, by its folder."""

    runs: tuple[Run, ...] = ()
    faults: tuple[str, ...] = ()
    weights: Mapping[Path, Path] = field(default_factory=dict)


def listing(root: Path) -> Listing:
    """Read the list of runs; not in the GUI thread."""
    found, faults = runs.listed(root)
    weights: dict[Path, Path] = {}
    for run in found:
        try:
            path = runs.weights_of(run.folder)
        except runs.RunError:  # changed since it was listed, or no file of its own
            continue
        if path is not None:
            weights[run.folder] = path
    return Listing(tuple(found), tuple(faults), weights)


class RunNetworks(QObject):
    """Knows the runs under ``root`` as they were listed last; ``changed`` when that is another
    list. A run has one name everywhere: that of ``Run.name``."""

    changed = Signal()

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root
        self._runs: dict[Path, Run] = {}
        self._weights: Mapping[Path, Path] = {}

    def take(self, found: Listing) -> None:
        """Take in a list that has just been read."""
        known = {run.folder: run for run in found.runs}
        if (known, found.weights) != (self._runs, self._weights):
            self._runs, self._weights = known, found.weights
            self.changed.emit()

    @property
    def entries(self) -> tuple[tuple[str, Path, Path], ...]:
        """Of each run that has weights: its name, its folder, and the weights to use."""
        return tuple(
            (run.name, folder, self._weights[folder])
            for folder, run in self._runs.items()
            if folder in self._weights
        )

    def folder_of(self, model: str) -> Path | None:
        """The run that a weights file belongs to, None where it is of no run under the root."""
        folder = runs.folder_of(Path(model))
        return folder if folder is not None and folder.parent == self._root else None

    def title_of(self, model: str) -> str:
        """What a network is called: by its run's name, or else by its own or its file's."""
        folder = self.folder_of(model)
        if folder is None:
            return title_of(model)
        run = self._runs.get(folder)
        return folder.name if run is None else run.name

    def steps_of(self, model: str) -> int:
        """How many steps the training of a weights file has; 0 where that is not known."""
        folder = self.folder_of(model)
        run = None if folder is None else self._runs.get(folder)
        return 0 if run is None else run.steps

    def weights(self, folder: Path) -> Path | None:
        """The weights to use of a run, as far as it was listed."""
        return self._weights.get(folder)


def interruption_words(found: tuple[Run, ...]) -> str:
    """That trainings were interrupted, the first by its name."""
    first, others = found[0], len(found) - 1
    if not others:
        words = translate(
            "Window",
            "The training {name} was interrupted after step {step} of {steps}. Its run is kept.",
        )
    elif others == 1:
        words = translate(
            "Window",
            "The training {name} was interrupted after step {step} of {steps}, and so was another "
            "one. Their runs are kept.",
        )
    else:
        words = translate(
            "Window",
            "The training {name} was interrupted after step {step} of {steps}, and so were "
            "{others} others. Their runs are kept.",
        )
    return words.format(
        name=named(first.name), step=f"{first.step:,}", steps=f"{first.steps:,}", others=others
    )


def title_of_weights(path: Path) -> str:
    """Which of its run's weights a file holds, in two words."""
    return translate("Window", WEIGHTS_TITLES.get(path.name, LATEST))
