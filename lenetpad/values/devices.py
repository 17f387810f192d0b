"""The devices that are always there, and what to tell of one that fails."""

from __future__ import annotations

from typing import Final

from lenetpad.values.failures import first_line

#: Devices that are always there: what suits best, and the processor.
AUTO: Final = "auto"
CPU: Final = "cpu"


def fallback_notice(device: str, error: Exception) -> str:
    """What to tell the user when a device failed and the CPU reads instead."""
    return f"{device} cannot be used, the CPU reads instead: {first_line(error)}"
