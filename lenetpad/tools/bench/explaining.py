"""The figures of the inspector: the pen with it open, keys, occlusion, best patches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import cycle, islice
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from lenetpad.engine.explanations import (
    best_patches_question,
    explanation_jobs,
    saliency_question,
)
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.bench.figures import Figure, summary
from lenetpad.tools.bench.pen import LatencyProbe, pen_to_paint
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import wait_until
from lenetpad.values.best_patches import BestPatchesRequest
from lenetpad.values.explanation import Unit
from lenetpad.values.jobs import Question
from lenetpad.values.models import DEFAULT_MODEL, Choice
from lenetpad.values.saliency import OcclusionRequest

#: A unit of C3 has the most to write: six patches, kernels and products, and Table I.
FOLLOWED: Final = Unit("C3", 15, 4, 5)
#: Each leads to another unit, over and over.
KEYS: Final = (
    Qt.Key.Key_Right,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Left,
    Qt.Key.Key_Up,
)
SELECTIONS: Final = 600
OCCLUSIONS: Final = 60
#: One of each layer.
LOOKED_FOR: Final = (
    Unit("C1", 2, 12, 14),
    Unit("S2", 1, 5, 6),
    Unit("C3", 7, 4, 5),
    Unit("S4", 3, 2, 2),
    Unit("C5", 17),
    Unit("F6", 30),
    Unit("output", 3),
)
CHOICE: Final = Choice(1, DEFAULT_MODEL)


def explaining(
    driver: Driver, probe: LatencyProbe, drawings: Sequence[Ink], events: int
) -> dict[str, Any]:
    """All of these figures, in a window whose network reads."""
    driver.inspect(FOLLOWED)
    figures: dict[str, Any] = {
        "pen_to_paint_inspector_ms": pen_to_paint(driver, probe, drawings, events),
        "select_unit_ms": select_unit(driver),
    }
    driver.inspect(None)
    jobs = explanation_jobs()
    return figures | {
        "occlusion_ms": summary([_seconds(jobs, _occlusion(ink)) for ink in _some(drawings)]),
        "best_patches_s": _in_seconds(
            summary([_seconds(jobs, _looked_for(u)) for u in LOOKED_FOR])
        ),
    }


def select_unit(driver: Driver) -> Figure:
    """From a key until maps and inspector show the unit that it leads to, the inspector open."""
    driver.inspect(FOLLOWED)
    driver.let_go()
    maps = driver.maps
    maps.setFocus()
    painted: set[object] = set()
    maps.painted.connect(lambda _: painted.add(maps))
    driver.inspector.painted.connect(lambda _: painted.add(driver.inspector))
    taken = []
    for key in islice(cycle(KEYS), SELECTIONS):
        painted.clear()
        start = time.perf_counter()
        QApplication.sendEvent(
            maps, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
        )
        wait_until(lambda: len(painted) == 2)
        taken.append(time.perf_counter() - start)
    return summary(taken)


def _some(drawings: Sequence[Ink]) -> Iterable[Ink]:
    return islice(cycle(drawings), OCCLUSIONS)


def _occlusion(ink: Ink) -> Question:
    return saliency_question(OcclusionRequest(1, CHOICE, Sheet(ink)))


def _looked_for(unit: Unit) -> Question:
    return best_patches_question(BestPatchesRequest(1, CHOICE, unit))


def _seconds(jobs: dict[str, Any], question: Question) -> float:
    """How long a question takes to be answered, from the first step to the last."""
    start = time.perf_counter()
    for _ in jobs[question.job](question):
        pass
    return time.perf_counter() - start


def _in_seconds(figure: Figure) -> Figure:
    return {name: value if name == "n" else value / 1000 for name, value in figure.items()}
