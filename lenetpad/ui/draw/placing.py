"""Where the parts of the Draw page lie: beside a square canvas, or below a wide one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QSize

from lenetpad.ui.draw.tray import HEIGHT as TRAY_HEIGHT
from lenetpad.ui.draw.tray import LOW_HEIGHT as LOW_TRAY_HEIGHT

LEAST: Final = QSize(700, 340)  # pixels at the usual size
LEAST_WITH_INSPECTOR: Final = 356
LEAST_ABOVE: Final = 380  # above the tray or the time line, with the inspector
MARGIN: Final = 10
TOOLS_HEIGHT: Final = 40  # of one line at the usual size
LEAST_SIDE: Final = 120
CANVAS_SHARE: Final = 0.42  # of the page's width, at the most
VERDICT_SHARE: Final = 0.15  # of the page's height
LEAST_VERDICT: Final = 80  # pixels at the usual size
PROBABILITIES_SHARE: Final = 0.175  # of the page's width
#: Of a wide canvas: its share of the height above the verdict, how many times as wide as high it
#: is at least, so that a line of twelve digits has room, and what the maps below it need.
STRIP_SHARE: Final = 0.42
STRIP_RATIO: Final = 4.8
LEAST_STRIP: Final = 110  # pixels at the usual size
LEAST_MAPS: Final = 200
LEAST_INSPECTOR: Final = 240  # beside the maps, and beside the tools
#: Of the time line: its share of the page's height, and what it needs and wants at the usual size.
TIME_LINE_SHARE: Final = 0.26
LOW_TIME_LINE: Final = 128
HIGHEST_TIME_LINE: Final = 300

#: A usual length in the theme's pixels, and how high the tools are in a width.
Pixels = Callable[[float], int]
ToolsHeight = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Places:
    """The rectangles of the page's parts; the tray is shown, and low, or not."""

    canvas: QRect
    tools: QRect
    maps: QRect
    probabilities: QRect
    verdict: QRect
    tray: QRect | None
    tray_low: bool
    time_line: QRect | None


def least_size(
    px: Pixels, *, wide: bool, tray: bool, inspector: bool, time_line: bool = False
) -> QSize:
    """What the page needs at least."""
    height = LEAST.height()
    if inspector:
        height = LEAST_ABOVE if tray or time_line else LEAST_WITH_INSPECTOR
    below = tray * (LOW_TRAY_HEIGHT + 2 * MARGIN) + time_line * (LOW_TIME_LINE + 2 * MARGIN)
    if inspector or wide:  # which have to have room above it
        height += below
    elif time_line:
        height = max(height, LEAST_VERDICT + LEAST_MAPS + 2 * MARGIN + below)
    if wide:
        body = LEAST_STRIP + TOOLS_HEIGHT + (LEAST_INSPECTOR if inspector else LEAST_MAPS)
        body += tray * (LOW_TRAY_HEIGHT + MARGIN) + time_line * (LOW_TIME_LINE + MARGIN)
        body += 3 * MARGIN
        height = max(height, LEAST_VERDICT + body, math.ceil(body / (1 - VERDICT_SHARE)))
    return QSize(px(LEAST.width()), px(height))


def places(
    size: QSize,
    px: Pixels,
    tools: ToolsHeight,
    *,
    wide: bool,
    tray: bool,
    inspector: bool,
    time_line: bool = False,
) -> Places:
    """Places for all parts in a page of this size."""
    width, height = size.width(), size.height()
    verdict = max(px(LEAST_VERDICT), round(height * VERDICT_SHARE))
    body = height - verdict - 2 * MARGIN
    probabilities = max(px(150), min(round(width * PROBABILITIES_SHARE), px(420)))
    right = width - MARGIN - probabilities
    low = wide or height < px(LEAST_ABOVE + TRAY_HEIGHT + time_line * LOW_TIME_LINE)
    tray_height = px(LOW_TRAY_HEIGHT if low else TRAY_HEIGHT)
    line_height = _time_line_height(height, px, crowded=wide or tray)
    taken = (tray_height + MARGIN if tray else 0) + (line_height + MARGIN if time_line else 0)
    if wide:
        across = right - 2 * MARGIN
        lines = max(px(TOOLS_HEIGHT), tools(across))
        below = px(LEAST_INSPECTOR if inspector else LEAST_MAPS)
        free = body - lines - MARGIN - below - taken
        strip = min(round(body * STRIP_SHARE), round((width - 2 * MARGIN) / STRIP_RATIO), free)
        canvas = QRect(MARGIN, MARGIN, width - 2 * MARGIN, max(px(LEAST_STRIP), strip))
        below = MARGIN + canvas.height()
        left, top, beside = MARGIN, below + lines + MARGIN, below + MARGIN
    else:
        side = max(LEAST_SIDE, min(body - px(TOOLS_HEIGHT), round(width * CANVAS_SHARE)))
        lines = max(px(TOOLS_HEIGHT), tools(side))  # more than one where the canvas is narrow
        side = max(LEAST_SIDE, min(side, body - lines))
        canvas, across = QRect(MARGIN, MARGIN, side, side), side
        below, left, top, beside = MARGIN + side, 2 * MARGIN + side, MARGIN, MARGIN
    bottom = MARGIN + body - taken
    # Beside the canvas, which keeps its place, or below it.
    under = QRect(left, bottom + MARGIN, width - MARGIN - left, line_height)
    tray_top = under.bottom() + 1 + MARGIN if time_line else under.top()
    return Places(
        canvas=canvas,
        tools=QRect(MARGIN, below, across, lines),
        maps=QRect(left, top, right - MARGIN - left, bottom - top),
        probabilities=QRect(right, beside, probabilities, bottom - beside),
        verdict=QRect(MARGIN, height - verdict, width - 2 * MARGIN, verdict - MARGIN),
        tray=QRect(left, tray_top, under.width(), tray_height) if tray else None,
        tray_low=low,
        time_line=under if time_line else None,
    )


def _time_line_height(height: int, px: Pixels, *, crowded: bool) -> int:
    """How high the time line is on a page of this height, beside other things or not."""
    least = px(LOW_TIME_LINE)
    return (
        least
        if crowded
        else max(least, min(round(height * TIME_LINE_SHARE), px(HIGHEST_TIME_LINE)))
    )
