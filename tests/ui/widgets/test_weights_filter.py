"""The dialogs offer whatever the commands read."""

from __future__ import annotations

from pathlib import Path

from lenetpad.ui.widgets.files import OPEN_WEIGHTS_FILTER, WEIGHTS_FILTER, is_weights
from lenetpad.values.models import READ_ENDINGS, WEIGHTS_ENDINGS


def test_every_ending_is_offered() -> None:
    opened, _, rest = OPEN_WEIGHTS_FILTER.partition(";;")
    assert opened == f"Weights ({' '.join(f'*{ending}' for ending in READ_ENDINGS)})"
    assert rest == "All files (*)"
    assert f"Weights ({' '.join(f'*{ending}' for ending in WEIGHTS_ENDINGS)})" == WEIGHTS_FILTER
    assert all(is_weights(Path(f"a{ending}")) for ending in READ_ENDINGS)
