"""A damaged lesson is refused in a sentence, or read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Target, fuzz
from tests.fuzz.targets_lessons import TARGETS

EXECUTIONS = 500


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_mutated_lesson_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    assert next(fuzz(target, EXECUTIONS, 1, tmp_path), None) is None
