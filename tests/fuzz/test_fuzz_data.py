"""A user's own data, damaged at random: read, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzzing import Target, fuzz
from tests.fuzz.targets_data import TARGETS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_damaged_file_is_read_or_refused(target: Target, tmp_path: Path) -> None:
    for seed in target.seeds():
        path = tmp_path / f"good{target.suffix}"
        path.write_bytes(seed)
        target.decode(path)
    assert next(fuzz(target, 2000, seed=1, folder=tmp_path), None) is None
