"""Where the parts of the Draw page lie on the stage: no controls, and all the room for canvas,
maps and verdict."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize

from lenetpad.ui.draw.placing import (
    LEAST_SIDE,
    LEAST_VERDICT,
    MARGIN,
    STRIP_RATIO,
    Pixels,
    Places,
)
from lenetpad.ui.draw.tray import LOW_HEIGHT as TRAY_HEIGHT

#: Of a square canvas: its share of the width at the most. Where that leaves room below it, the
#: verdict takes it, up to the larger share of the height.
CANVAS_SHARE: Final = 0.43
NARROW_SHARE: Final = 0.33  # beside the inspector
VERDICT_SHARE: Final = 0.18
LARGEST_VERDICT: Final = 0.24
STRIP_SHARE: Final = 0.3  # of a wide canvas, of the height
LOW_VERDICT_SHARE: Final = 0.15  # of the height, below it
INSPECTOR_SHARE: Final = 0.22  # of the width
LEAST_INSPECTOR: Final = 150  # pixels at the usual size
TIME_LINE_HEIGHT: Final = 144  # its words below its controls, and curves


def stage_places(
    size: QSize,
    px: Pixels,
    *,
    wide: bool,
    tray: bool,
    inspector: bool,
    time_line: bool,
    maps_alone: bool,
) -> Places:
    """Places for all parts on a stage of this size; those that are hidden have an empty one."""
    whole = QRect(0, 0, size.width(), size.height()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    if maps_alone:
        canvas, verdict, body = QRect(), QRect(), QRect(whole)
    elif wide:
        verdict, body = _parted(whole, round(LOW_VERDICT_SHARE * size.height()))
        high = min(round(STRIP_SHARE * size.height()), round(whole.width() / STRIP_RATIO))
        canvas = QRect(body.left(), body.top(), body.width(), high)
        body.setTop(canvas.bottom() + 1 + MARGIN)
    else:
        least, most = (round(share * size.height()) for share in (VERDICT_SHARE, LARGEST_VERDICT))
        share = NARROW_SHARE if inspector else CANVAS_SHARE
        side = min(whole.height() - least - MARGIN, round(share * size.width()))
        side = max(LEAST_SIDE, side)
        verdict, body = _parted(whole, min(whole.height() - side - MARGIN, most))
        canvas = QRect(body.left(), body.top(), side, side)
        body.setLeft(canvas.right() + 1 + MARGIN)
    strip = None
    if tray:
        strip, body = _parted(body, px(TRAY_HEIGHT))
    moments = None
    if time_line:
        moments, body = _parted(body, px(TIME_LINE_HEIGHT))
    aside = QRect()
    if inspector:
        width = max(px(LEAST_INSPECTOR), round(INSPECTOR_SHARE * size.width()))
        aside = QRect(body.right() + 1 - width, body.top(), width, body.height())
        body.setRight(aside.left() - 1 - MARGIN)
    return Places(canvas, QRect(), body, aside, verdict, strip, tray_low=True, time_line=moments)


def lowest(area: QRect, px: Pixels) -> QRect:
    """Where a message lies when no verdict is seen: over the lower edge."""
    return _parted(area.adjusted(MARGIN, 0, -MARGIN, -MARGIN), px(LEAST_VERDICT))[0]


def _parted(area: QRect, height: int) -> tuple[QRect, QRect]:
    """The lowest part of an area, so high, and what is left above it."""
    height = max(0, height)
    below = QRect(area.left(), area.bottom() + 1 - height, area.width(), height)
    return below, area.adjusted(0, 0, 0, -height - MARGIN)
