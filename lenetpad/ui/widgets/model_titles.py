"""What the networks are called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lenetpad.storage.runs import BEST, SNAPSHOTS, WEIGHTS, without_date
from lenetpad.values.models import PAPER, PRESET_NAMES

#: What the networks are called, and the two sets of weights of each.
PRESET_TITLES: Final = dict(zip(PRESET_NAMES, ("1998", "study", "modern"), strict=True))
WEIGHTS_TITLES: Final = {"": "for your hand", PAPER: "as in the paper"}
TITLES: Final = {
    preset + ending: f"{title}, {kind}"
    for ending, kind in WEIGHTS_TITLES.items()
    for preset, title in PRESET_TITLES.items()
}


def title_of(path: str) -> str:
    """What a weights file is called: its name or, of a run's, that of the run."""
    place = Path(path)
    if place.parent.name == SNAPSHOTS:
        return without_date(place.parents[1].name)
    return without_date(place.parent.name) if place.name in (WEIGHTS, BEST) else place.name
