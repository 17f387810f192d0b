from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Target, fuzz
from tests.fuzz.targets_weights import TARGETS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_mutated_files_are_refused_in_one_line(target: Target, tmp_path: Path) -> None:
    assert list(fuzz(target, 2_000, seed=1, folder=tmp_path)) == []
