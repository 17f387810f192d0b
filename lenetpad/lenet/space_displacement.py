"""LeNet-5 slid over a line of digits: the space displacement network (section VII).

It is the same network, computed as convolutions over all of the line, which gives a column of
outputs every four pixels for little more than one digit costs. Columns between these are those of
the line without its first pixels.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from lenetpad.ink.line import MARGIN, draw_line
from lenetpad.ink.raster import PADDED, Image, pad
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import BATCH, STEP, forward, log_posteriors
from lenetpad.lenet.transducer import transduced
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.space_displacement import BLANK, STRIDES, SlidingReading

#: The layers that columns show.
_LAYERS: Final = ("F6", "output")


def slide(
    config: LeNet5Config, parameters: Parameters, line: Image, stride: int = STEP
) -> SlidingReading:
    """Read a line (32, W), W at least 32, with a column every ``stride`` pixels, 4, 2 or 1.

    Raises ValueError for another stride, or a line of another height.
    """
    if stride not in STRIDES:
        raise ValueError(f"columns lie 4, 2 or 1 pixels apart, not {stride}")
    if line.ndim != 2 or line.shape[0] != PADDED or line.shape[1] < PADDED:
        raise ValueError(f"a line must be (32, 32) or wider, not {line.shape}")
    if config.padding == "background":
        f6, output = _displaced(config, parameters, line, stride)
    else:  # its windows have frames, which a whole line has not
        f6, output = _window_by_window(config, parameters, line, stride)
    posteriors = np.zeros((len(f6), BLANK + 1), np.float32)
    found = np.exp(log_posteriors(config, output))
    posteriors[:, : found.shape[1]] = found
    posteriors[_without_ink(line, stride)] = np.eye(BLANK + 1, dtype=np.float32)[BLANK]
    starts = tuple(range(0, line.shape[1] - PADDED + 1, stride))
    return SlidingReading(
        line.copy(), stride, starts, f6, posteriors, transduced(posteriors, stride)
    )


def line_of(sheet: Sheet) -> Image:
    """What lies on a sheet as a line (32, W), with paper on the left and on the right."""
    if sheet.picture is None:
        return draw_line(sheet.ink)
    margin = MARGIN - (PADDED - sheet.picture.shape[0]) // 2
    return np.pad(pad(sheet.picture), ((0, 0), (margin, margin)))


def _displaced(
    config: LeNet5Config, parameters: Parameters, line: Image, stride: int
) -> tuple[FloatArray, FloatArray]:
    """F6 (n, 84) and output (n, 10) of the windows, by a pass over the line for each shift."""
    columns = (line.shape[1] - PADDED) // stride + 1
    found = tuple(np.empty((columns, units), np.float32) for units in (84, 10))
    for nth, shift in enumerate(range(0, min(STEP, line.shape[1] - PADDED + 1), stride)):
        taps: dict[str, FloatArray] = {}
        forward(config, parameters, line[None, :, shift:], taps)
        for values, layer in zip(found, _LAYERS, strict=True):
            values[nth :: STEP // stride] = taps[layer].reshape(values.shape[1], -1).T
    f6, output = found
    return f6, output


def _window_by_window(
    config: LeNet5Config, parameters: Parameters, line: Image, stride: int
) -> tuple[FloatArray, FloatArray]:
    """The same for a network whose windows are not parts of one convolution."""
    windows = sliding_window_view(line, PADDED, axis=1)[:, ::stride].transpose(1, 0, 2)
    found: dict[str, list[FloatArray]] = {layer: [] for layer in _LAYERS}
    for start in range(0, len(windows), BATCH):
        taps: dict[str, FloatArray] = {}
        forward(config, parameters, np.ascontiguousarray(windows[start : start + BATCH]), taps)
        for layer in _LAYERS:
            found[layer].append(taps[layer])
    f6, output = (np.concatenate(found[layer]) for layer in _LAYERS)
    return f6, output


def _without_ink(line: Image, stride: int) -> NDArray[np.bool_]:
    """Which windows have no ink at all, (n,)."""
    inked = sliding_window_view(line.max(axis=0), PADDED)[::stride].max(axis=1)
    return np.asarray(inked == 0)
