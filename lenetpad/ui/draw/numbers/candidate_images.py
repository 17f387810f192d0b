"""The pictures of candidates below each other in one image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage

from lenetpad.ui.widgets.colour import Table
from lenetpad.values.segmentation import Candidate

SIDE = 28


class CandidateImages:
    """Coloured once for each reading; ``part`` is a candidate's place in ``image``."""

    def __init__(self, candidates: Sequence[Candidate], inks: Table) -> None:
        if candidates:
            stack = np.stack([one.image for one in candidates])
        else:
            stack = np.zeros((1, SIDE, SIDE), np.float32)
        entries = (stack * 255 + 0.5).astype(np.intp)
        self._pixels = np.ascontiguousarray(inks.take(entries, mode="clip"))
        height = SIDE * len(stack)
        self.image = QImage(self._pixels.data, SIDE, height, 4 * SIDE, QImage.Format.Format_RGB32)

    @staticmethod
    def part(place: int) -> QRectF:
        """Where in the image the picture of the candidate at this place is."""
        return QRectF(0, SIDE * place, SIDE, SIDE)
