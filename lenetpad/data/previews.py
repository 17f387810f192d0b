"""What distortions make of a few of MNIST's digits: the same ones each time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenetpad.data import labelled as data
from lenetpad.data.distortions import distorted
from lenetpad.values.recipes import Distortions

#: Pixels that no eye sees: with an elasticity of nothing, the random numbers that the thickness
#: takes would be others, and a move of one slider would change what another one does.
NEXT_TO_NOTHING: Final = 1e-6


def preview(
    how: Distortions | Mapping[str, float], n: int = 32, seed: int = 0
) -> NDArray[np.uint8]:
    """``n`` training digits, 0 to 9 and again, distorted: (n, 32, 32), ink 255.

    ``how`` may be the distortions by name; those that are not named do nothing. Digits and random
    numbers are the same each time, so that a change of one distortion shows its effect alone.
    Raises DataError where MNIST is missing, ValueError for a name that is none.
    """
    if not isinstance(how, Distortions):
        how = _named(how)
    how = replace(how, elastic=max(how.elastic, NEXT_TO_NOTHING))
    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        shown = distorted(_digits(n), how, generator)
        levels: NDArray[np.uint8] = (shown[:, 0] * 255).round().clamp(0, 255).byte().numpy()
    return levels


def _named(values: Mapping[str, float]) -> Distortions:
    nothing = dict.fromkeys(Distortions.__dataclass_fields__, 0.0)
    unknown = sorted(set(values) - set(nothing))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no distortion of {', '.join(nothing)}")
    return Distortions(**{**nothing, **values})


@cache
def _digits(n: int) -> Tensor:
    """uint8 (n, 28, 28); MNIST itself, which takes long to read, is not kept."""
    train = data.mnist()[0]
    places = [torch.nonzero(train.labels == digit)[:, 0] for digit in range(10)]
    return train.images[torch.stack([places[i % 10][i // 10] for i in range(n)])]
