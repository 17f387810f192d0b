"""No mutated file of a run makes anything raise but what it is meant to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Target, fuzz
from tests.fuzz.targets_runs import TARGETS

EXECUTIONS = 2000


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_mutated_file_of_a_run_is_refused_or_read(target: Target, tmp_path: Path) -> None:
    assert next(fuzz(target, EXECUTIONS, 1, tmp_path), None) is None
