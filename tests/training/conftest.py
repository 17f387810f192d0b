"""What the tests of the network share: torch's settings as they were, and reports that come every
so many steps, however slow the machine."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from lenetpad.training import fit


@pytest.fixture(autouse=True)
def _torch_settings(torch_settings: None) -> None:
    """Every test of this room."""


@pytest.fixture(autouse=True, scope="package")
def _reports_count_steps() -> Iterator[None]:
    """A loaded machine reports more often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "REPORT_SECONDS", math.inf)
        yield
