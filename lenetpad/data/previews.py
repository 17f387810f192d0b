"""What distortions make of a few of MNIST's digits: the same ones each time.

torch is imported for distortions alone: the Train page opens without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.storage import mnist
from lenetpad.values.recipes import NO_DISTORTIONS, Distortions

#: Pixels that no eye sees: with an elasticity of nothing, the random numbers that the thickness
#: takes would be others, and a move of one slider would change what another one does.
NEXT_TO_NOTHING: Final = 1e-6
#: Paper around MNIST's 28×28.
FRAME: Final = 2


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
    digits = _digits(n)
    if how == NO_DISTORTIONS:
        return np.pad(digits, ((0, 0), (FRAME, FRAME), (FRAME, FRAME)))
    return _distorted(digits, replace(how, elastic=max(how.elastic, NEXT_TO_NOTHING)), seed)


def _distorted(digits: NDArray[np.uint8], how: Distortions, seed: int) -> NDArray[np.uint8]:
    import torch

    from lenetpad.data.distortions import distorted

    generator = torch.Generator().manual_seed(seed)
    with torch.inference_mode():
        shown = distorted(torch.from_numpy(digits), how, generator)
        levels: NDArray[np.uint8] = (shown[:, 0] * 255).round().clamp(0, 255).byte().numpy()
    return levels


def _named(values: Mapping[str, float]) -> Distortions:
    nothing = dict.fromkeys(Distortions.__dataclass_fields__, 0.0)
    unknown = sorted(set(values) - set(nothing))
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no distortion of {', '.join(nothing)}")
    return Distortions(**{**nothing, **values})


@cache
def _digits(n: int) -> NDArray[np.uint8]:
    """uint8 (n, 28, 28); MNIST itself, which takes long to read, is not kept."""
    arrays = mnist.read()
    places = [np.flatnonzero(arrays.train_labels == digit) for digit in range(10)]
    return arrays.train_images[[places[i % 10][i // 10] for i in range(n)]]
