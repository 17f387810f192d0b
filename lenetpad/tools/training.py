"""A training in a process of its own, without a page: run, listened to, stopped."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Signal, Slot

from lenetpad.engine.trainer import Trainer
from lenetpad.values.recipes import Plan
from lenetpad.values.training import Begun, Control, Ended, Order, Progress, Snapshot


class TrainingListener(QObject):
    """Collects the messages of a trainer; ``snapshot_received`` passes each Snapshot on."""

    snapshot_received = Signal(object)

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self.folder: Path | None = None  # of the run
        self.step = 0
        self.losses: list[float] = []
        self.speeds: list[tuple[int, float]] = []  # steps and images a second of each report
        self.snapshots = 0
        self.ended: Ended | None = None
        trainer.message_received.connect(self._take)

    @property
    def images_per_second(self) -> float:
        """The mean over the steps that were reported since ``speeds`` was cleared."""
        steps = sum(count for count, _ in self.speeds)
        return steps / sum(count / speed for count, speed in self.speeds)

    @Slot(object)
    def _take(self, message: object) -> None:
        match message:
            case Begun():
                self.folder = message.folder
            case Progress():
                self.step = message.step
                self.losses.extend(message.losses)
                self.speeds.append((len(message.losses), message.images_per_second))
            case Snapshot():
                self.snapshots += 1
                self.snapshot_received.emit(message)
            case Ended():
                self.ended = message


class BackgroundTraining:
    """A context manager: the training process that the Train page uses, stopped at the end."""

    def __init__(self, plan: Plan, root: Path) -> None:
        self._trainer = Trainer()
        self._order = Order(plan, root)
        self.listener = TrainingListener(self._trainer)

    def __enter__(self) -> BackgroundTraining:
        self._trainer.start(self._order)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._trainer.close()

    def send_snapshots(self) -> None:
        """Have the process send its weights from now on, as for a pad that watches it."""
        self._trainer.control(Control.WATCH)
