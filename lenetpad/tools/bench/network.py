"""The network's call alone: image in, all taps as arrays out, for each of the three presets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.training.opening import open_recognizer
from lenetpad.values.devices import CPU
from lenetpad.values.models import Choice

CALLS: Final = 3000
WARM_UP: Final = 300
#: The figures' names, with the weights that they are measured with.
MODELS: Final = {
    "network_ms": "lenet5-1998",
    "network_study_ms": "lenet5-study",
    "network_modern_ms": "lenet5-modern",
}


def network(drawings: Sequence[Ink]) -> dict[str, Figure]:
    """network_ms, network_study_ms and network_modern_ms, on the CPU."""
    images = [draw(ink) for ink in drawings]
    figures = {}
    for name, model in MODELS.items():
        recognizer = open_recognizer(Choice(0, model, CPU))
        seconds = [  # of readings that go at once, as those of the pad do
            recognizer.read(images[n % len(images)]).network_seconds
            for n in range(WARM_UP + CALLS)
        ]
        figures[name] = summary(seconds[WARM_UP:])
    return figures
