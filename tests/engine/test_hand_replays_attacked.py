"""Replays that were kept on the disk and are damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.replay import Replay
from lenetpad.engine import hand_replays
from lenetpad.lenet.fine_tuning import Features


@pytest.mark.parametrize(
    ("label", "feature"), [(11.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (3.0, float("nan"))]
)
def test_a_kept_replay_with_values_that_are_none_is_computed_anew(
    tmp_path: Path, label: float, feature: float
) -> None:
    s4 = np.zeros((4, hand_replays.FEATURES), np.float32)
    labels = np.zeros(4, np.int64)
    good = Features(s4, labels)
    hand_replays.keep(tmp_path, "good", Replay(good, good, good))
    assert hand_replays.kept(tmp_path, "good") is not None
    bad = Features(s4 + np.float32(feature), labels)
    arrays = {}
    for name in hand_replays.PARTS:
        arrays[name] = bad.s4
        arrays[f"{name}.labels"] = np.full(4, label, np.float32)
    path = tmp_path / hand_replays.FOLDER / f"bad{hand_replays.SUFFIX}"
    path.write_bytes(hand_replays.safetensors_file.written(arrays, {}))
    assert hand_replays.kept(tmp_path, "bad") is None
