"""Lessons' files, damaged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lenetpad.controllers.lessons.lessons import FOLDER, SHIPPED
from lenetpad.storage import resources
from lenetpad.ui.actions import ACTIONS
from lenetpad.values.lesson_files import SUFFIX, LessonError, read_lesson
from tests.fuzz.fuzzing import Target

NAMES: Final = frozenset(action.name for action in ACTIONS)


def lessons() -> Sequence[bytes]:
    """Those that ship."""
    return [resources.path(f"{FOLDER}/{name}{SUFFIX}").read_bytes() for name in SHIPPED]


def read(path: Path) -> None:
    """Read a lesson; one that is read has a step, and each step has words."""
    lesson = read_lesson(path, NAMES)
    assert lesson.step
    assert all(step.words for step in lesson.step)


TARGETS: Final = (Target("lesson", SUFFIX, lessons, read, (LessonError,)),)
