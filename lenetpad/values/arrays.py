"""The arrays that values hold: read-only, mostly of one type."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
#: Arithmetic that is shown, so that sums are right to every digit that a reader sees.
DoubleArray = NDArray[np.float64]
#: A network's parameters: the arrays of its state dict, by their names there.
Parameters = Mapping[str, FloatArray]
