"""What the networks are called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lenetpad.storage.runs import folder_of
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
    """What a network is called: shipped weights by their title, a file by its name and, one of a
    run's, by that of the run's folder."""
    place = Path(path)
    return TITLES.get(path) or (folder_of(place) or place).name
