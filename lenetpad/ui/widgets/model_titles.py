"""What the networks are called."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lenetpad.storage.runs import folder_of
from lenetpad.ui.widgets.words import marked, translate
from lenetpad.values.models import MODEL_NAMES, PRESET_NAMES

#: The networks, and each with one of its two sets of weights: trained for handwriting, and on
#: MNIST alone, as in the paper.
PRESET_TITLES: Final = dict(
    zip(
        PRESET_NAMES,
        (
            marked("Window", "LeNet-5 1998"),
            marked("Window", "LeNet-5 study"),
            marked("Window", "LeNet-5 modern"),
        ),
        strict=True,
    )
)
TITLES: Final = dict(
    zip(
        MODEL_NAMES,
        (
            marked("Window", "LeNet-5 1998 · handwriting"),
            marked("Window", "LeNet-5 1998 · MNIST only"),
            marked("Window", "LeNet-5 study · handwriting"),
            marked("Window", "LeNet-5 study · MNIST only"),
            marked("Window", "LeNet-5 modern · handwriting"),
            marked("Window", "LeNet-5 modern · MNIST only"),
        ),
        strict=True,
    )
)


def titles() -> dict[str, str]:
    """What the networks that ship are called, by their names: those for handwriting first."""
    ordered = (*MODEL_NAMES[::2], *MODEL_NAMES[1::2])
    return {name: translate("Window", TITLES[name]) for name in ordered}


def title_of(path: str) -> str:
    """What a network is called: shipped weights by their title, a file by its name and, one of a
    run's, by that of the run's folder."""
    place = Path(path)
    if path in TITLES:
        return translate("Window", TITLES[path])
    return (folder_of(place) or place).name
