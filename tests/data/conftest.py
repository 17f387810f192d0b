"""What the tests of the network share: torch's settings as they were."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _torch_settings(torch_settings: None) -> None:
    """Every test of this room."""
