"""The arrays that values hold: read-only, of one type."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
#: A network's parameters: the arrays of its state dict, by their names there.
Parameters = Mapping[str, FloatArray]
