"""TensorBoard's event files in a run's folder, written as the reports come.

By no thread and with no file left open: what the disk does not take is said at once.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lenetpad.storage import atomic as disk
from lenetpad.values.training import Progress

if TYPE_CHECKING:
    from tensorboardX.proto.event_pb2 import Event

PREFIX: Final = "events.out.tfevents."
#: What a file must begin with for TensorBoard to heed where a run was taken up again.
VERSION: Final = "brain.Event:2"


class Events:
    """Reports of a training as scalars for TensorBoard, in a file of their own in ``folder``.

    The training goes on after ``step``: where the folder holds events already, those of later
    steps are replaced by what is reported now. The file is begun at the first report.
    """

    def __init__(self, folder: Path, step: int = 0) -> None:
        self._folder, self._step = folder, step
        self._path: Path | None = None

    def report(self, progress: Progress) -> None:
        """Write every step's loss, and the report's rate, speed and validation.

        Raises OSError where the disk takes no more.
        """
        first = progress.step - len(progress.losses) + 1
        events = [
            _scalars(step, {"training/loss": loss})
            for step, loss in enumerate(progress.losses, start=first)
        ]
        scalars = {
            "training/learning_rate": progress.learning_rate,
            "training/images_per_second": progress.images_per_second,
            "validation/loss": progress.validation_loss,
            "validation/error": progress.validation_error,
        }
        known = {tag: value for tag, value in scalars.items() if value is not None}
        self._write([*events, _scalars(progress.step, known)])

    def _write(self, events: list[Event]) -> None:
        path = self._path
        if path is None:
            path, opening = self._begun()
            events = [*opening, *events]
        records = (_record(event.SerializeToString()) for event in events)
        disk.append(path, b"".join(records))
        self._path = path

    def _begun(self) -> tuple[Path, list[Event]]:
        """The path of a new file and the events that it opens with."""
        from tensorboardX.proto.event_pb2 import Event, SessionLog

        now = time.time()
        earlier = [_seconds(path) for path in self._folder.glob(f"{PREFIX}*")]
        # TensorBoard reads a folder's files in the order of their names.
        path = self._folder / f"{PREFIX}{max([int(now), *(s + 1 for s in earlier)]):010d}.lenetpad"
        opening = [Event(wall_time=now, file_version=VERSION)]
        if earlier:
            start = SessionLog(status=SessionLog.START)
            opening.append(Event(wall_time=now, step=self._step + 1, session_log=start))
        return path, opening


def _scalars(step: int, values: Mapping[str, float]) -> Event:
    # Here, because it imports all of tensorboardX, and torch with it.
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary

    entries = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
    return Event(wall_time=time.time(), step=step, summary=Summary(value=entries))


def _record(content: bytes) -> bytes:
    """A TFRecord: the length and its check, the content and its check."""
    from tensorboardX.record_writer import masked_crc32c

    def checked(part: bytes) -> bytes:
        return part + struct.pack("<I", masked_crc32c(part))

    return checked(struct.pack("<Q", len(content))) + checked(content)


def _seconds(path: Path) -> int:
    """When an event file was begun, by its name; 0 where it is none of ours."""
    digits = path.name.removeprefix(PREFIX).partition(".")[0]
    return int(digits) if re.fullmatch("[0-9]{1,12}", digits) else 0
