"""No mutated file of a sheet keeps the window from opening."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Target, fuzz
from tests.fuzz.targets_sheets import TARGETS

EXECUTIONS = 2000


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_mutated_sheet_is_read_as_far_as_it_goes(target: Target, tmp_path: Path) -> None:
    assert next(fuzz(target, EXECUTIONS, 1, tmp_path), None) is None
