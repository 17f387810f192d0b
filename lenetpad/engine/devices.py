"""The job "devices": which GPUs there are, asked of torch in a process of its own.

Only torch knows them, and to import it takes seconds and hundreds of megabytes that a pad on the
CPU need not have. So a spawned process imports it, answers, and ends; and there is none where
nothing on the machine looks like a GPU.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from lenetpad.engine.jobs import Job
from lenetpad.engine.side_process import message_of
from lenetpad.engine.training_process import be_nice
from lenetpad.storage.streams import open_missing
from lenetpad.values.devices import Devices
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question

#: The name of the job, and of who asks for it.
DEVICES: Final = "devices"
#: What the drivers of NVIDIA (on a PC, and on Tegra), of AMD, and of Windows' subsystem for Linux
#: leave on a system. The devices of the first may be made only when they are first used.
SIGNS: Final = (
    *("/dev/nvidiactl", "/dev/nvidia0", "/proc/driver/nvidia", "/sys/module/nvidia"),
    *("/dev/nvhost-ctrl", "/dev/kfd", "/dev/dxg", "C:/Windows/System32/nvcuda.dll"),
)

#: What runs in the process: it sends Devices through its end of the pipe.
Target = Callable[[Connection], None]


def may_have_gpu() -> bool:
    """Whether anything on this machine looks like a GPU that torch can use."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(Path(sign).exists() for sign in SIGNS)


def devices_question(serial: int) -> Question:
    """The question which GPUs there are."""
    return Question(DEVICES, DEVICES, (), None, serial, Place.MODEL)


def send_gpus(pipe: Connection) -> None:
    """Send the GPUs that torch finds; the life of the process."""
    open_missing()
    be_nice()
    from lenetpad.training.devices import gpus

    pipe.send(gpus())


def devices_job(target: Target = send_gpus) -> Job:
    """The job that answers with Devices, none where the process ends without a word."""

    def find(question: Question) -> Generator[object, None, None]:
        found: Devices | None = yield from message_of("lenetpad devices", target)
        yield Answer(question, found or ())

    return find
