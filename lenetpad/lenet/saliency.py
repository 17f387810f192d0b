"""What of an image speaks for a class: by occlusion, and by gradient × input.

Both explain a score in nats: the log-odds of a class, log p/(1-p), or of two classes,
log p_a/p_b. A probability would say little: where it is 0.9999 nothing seems to change it, while
log-odds say how much evidence is lost. "No digit", where a network has it, is one of the classes.

Both compare with blank paper: what is not drawn has no part.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.raster import PADDED, SIDE, pad
from lenetpad.lenet.backward import input_gradient
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.forward import BATCH, enlargement, forward, log_posteriors, normalised, scores
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.holding import Holds
from lenetpad.values.saliency import Classes, Saliency


def occlusion(
    config: LeNet5Config,
    parameters: Parameters,
    image: FloatArray,
    size: int = 4,
    step: int = 2,
    classes: Classes = (),
    holds: Holds = (),
) -> Saliency:
    """How far the score falls when a patch of paper hides a part of an image (28, 28) in [0, 1].

    ``size`` × ``size`` pixels are hidden at every ``step``-th place across and down, the last one
    always included. A pixel of the picture has the mean of all patches that hide it, and 0 where
    none does. (M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks",
    2014.) Raises ValueError for a patch, step or class that there is not.
    """
    if not (1 <= size <= SIDE and step >= 1):
        raise ValueError(f"a patch of {size}×{size} at each {step} is none of 28×28 pixels")
    places = sorted({*range(0, SIDE - size + 1, step), SIDE - size})
    corners = [(top, left) for top in places for left in places]
    whole = forward(config, parameters, pad(image)[None], holds=holds)
    classes = _settled(config, whole, classes)
    score = float(_score(config, whole, classes)[0])
    falls = np.zeros((SIDE, SIDE), np.float32)
    covers = np.zeros((SIDE, SIDE), np.float32)
    for some, hidden in _hidden(image, corners, size):
        output = forward(config, parameters, hidden, holds=holds)
        for (top, left), fall in zip(some, score - _score(config, output, classes), strict=True):
            falls[top : top + size, left : left + size] += fall
            covers[top : top + size, left : left + size] += 1
    picture: FloatArray = np.divide(falls, np.maximum(covers, 1))
    return Saliency(_over_the_input(config, picture), score, classes)


def gradient_times_input(
    config: LeNet5Config,
    parameters: Parameters,
    image: FloatArray,
    classes: Classes = (),
    holds: Holds = (),
) -> Saliency:
    """The gradient of the score with respect to the input layer, times what an image (28, 28) in
    [0, 1] has put there, which is the difference from blank paper.

    It is how far the score would fall without that pixel, if the network were linear. (K. Simonyan
    and others, "Deep inside convolutional networks", 2013; A. Shrikumar and others, "Not just a
    black box", 2016.) Raises ValueError for a class that there is not.
    """
    taps: dict[str, FloatArray] = {}
    output = forward(config, parameters, pad(image)[None], taps, holds)
    classes = _settled(config, output, classes)
    gradient = input_gradient(
        config,
        parameters,
        {name: values[0] for name, values in taps.items()},
        _score_gradient(config, output, classes),
        holds,
    )
    blank = normalised(config, np.zeros((PADDED, PADDED), np.float32))
    picture = gradient * (taps["input"][0, 0] - blank)
    return Saliency(picture, float(_score(config, output, classes)[0]), classes)


def _settled(config: LeNet5Config, output: FloatArray, classes: Classes) -> Classes:
    """One class or two, of the output layer (1, 10) of an image."""
    logs = log_posteriors(config, output)[0]
    if not classes:
        return (int(logs[: output.shape[1]].argmax()),)
    if len(classes) > 2 or len(set(classes)) < len(classes):
        raise ValueError(f"{classes} are not one class or two")
    if not all(0 <= one < len(logs) for one in classes):
        raise ValueError(f"{classes} are none of {len(logs)} classes")
    return classes


def _score(config: LeNet5Config, output: FloatArray, classes: Classes) -> FloatArray:
    """The log-odds of a class, or of two, of the output layer (N, 10) -> (N,)."""
    logs = log_posteriors(config, output)
    first, *second = classes
    if second:
        difference: FloatArray = logs[:, first] - logs[:, second[0]]
        return difference
    others = np.delete(logs, first, axis=1)
    largest = others.max(axis=1)
    rest = largest + np.log(np.exp(others - largest[:, None]).sum(axis=1))
    odds: FloatArray = logs[:, first] - rest
    return odds


def _score_gradient(config: LeNet5Config, output: FloatArray, classes: Classes) -> FloatArray:
    """The gradient of ``_score`` with respect to the output layer (1, 10) -> (10,).

    A class gains what its own score gains, and loses to each other as its part among them is.
    """
    logs = log_posteriors(config, output)[0]
    first, *second = classes
    if second:
        against = np.zeros_like(logs)
        against[second[0]] = 1
    else:
        logs[first] = -np.inf
        against = np.exp(logs - logs.max())
        against /= against.sum()
    found = -against
    found[first] = 1
    found /= np.float32(config.temperature)
    found = found[: output.shape[1]]  # without "no digit", which is a constant
    return scores(config, found)  # for they are the output times a constant


def _hidden(
    image: FloatArray, corners: list[tuple[int, int]], size: int
) -> Iterator[tuple[list[tuple[int, int]], NDArray[np.float32]]]:
    """Batches of the image (n, 32, 32), each with paper at one of the corners, and the corners."""
    for start in range(0, len(corners), BATCH):
        some = corners[start : start + BATCH]
        images = np.repeat(image[None], len(some), axis=0)
        for one, (top, left) in zip(images, some, strict=True):
            one[top : top + size, left : left + size] = 0
        yield some, pad(images)


def _over_the_input(config: LeNet5Config, picture: FloatArray) -> FloatArray:
    """A picture (28, 28) of an image where that lies in the input layer, (32, 32)."""
    if config.padding != "resized":
        return pad(picture)
    wider = enlargement(SIDE, PADDED)
    enlarged: FloatArray = np.matmul(np.matmul(wider, picture), wider.T)
    return enlarged
