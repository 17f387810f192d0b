"""The devices that are always there, and what to tell of one that fails."""

from __future__ import annotations

from typing import Final

from lenetpad.values.failures import first_line
from lenetpad.values.words import marked

#: Devices, each as its name for a Choice and a label.
Devices = tuple[tuple[str, str], ...]
#: Devices that are always there: what suits best, the processor, and the processor with torch.
AUTO: Final = "auto"
CPU: Final = "cpu"
TORCH_CPU: Final = "torch-cpu"
#: The same, each as its name and a label. Training and evaluation always use torch: they have no
#: choice between the last two.
ALWAYS_THERE: Final[Devices] = (
    (AUTO, marked("Window", "Auto")),
    (CPU, "CPU"),
    (TORCH_CPU, marked("Window", "CPU with PyTorch")),
)


def fallback_notice(device: str, error: Exception) -> str:
    """What to tell the user when a device failed and the CPU reads instead."""
    return f"{device} cannot be used, the CPU reads instead: {first_line(error)}"
