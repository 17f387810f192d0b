"""Smooth curves through a few points."""

from __future__ import annotations

import numpy as np

from lenetpad.ink.strokes import Points


def smooth(points: Points, n: int = 48) -> Points:
    """A smooth curve (n, 2) through control points (k, 2): a Catmull-Rom spline.

    Two points give a straight line.
    """
    if len(points) < 3:
        at = np.linspace(0, 1, n)[:, None]
        line: Points = points[0] * (1 - at) + points[-1] * at
        return line
    padded = np.concatenate([points[:1], points, points[-1:]])
    u = np.linspace(0, len(points) - 1 - 1e-9, n)
    i = u.astype(int)
    t = (u - i)[:, None]
    a, b, c, d = (padded[i + k] for k in range(4))
    curve: Points = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    return curve
