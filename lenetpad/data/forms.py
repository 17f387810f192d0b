"""The forms in which arrays of images and labels come, brought into one: (n, H, W) bytes, (n,).

Images may have an axis for their channel, or for red, green and blue, or be rows of pixels; their
values may be 0 to 255, 0 to 1 or -1 to 1, whole or real. Labels may be numbers, texts of one
digit, or one-hot.
Shapes and types are looked at first, before there is memory for values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.layouts import PARTS
from lenetpad.storage.decoding import named
from lenetpad.storage.mnist import DataError

#: Of one file; EMNIST has 280,000 digits.
MOST_IMAGES: Final = 1_000_000
DIGITS: Final = 10
#: How bright red, green and blue are (ITU-R BT.601), and how many images are made grey at once.
LUMINANCE: Final = np.array((0.299, 0.587, 0.114), np.float32)
AT_ONCE: Final = 1000
#: What arrays of images and of labels are called, the usual names first.
IMAGES: Final = (
    *("images", "x", "image", "data", "imgs", "pixels", "digits", "features", "samples"),
    *("inputs", "input", "img", "arr0"),
)
LABELS: Final = (
    *("labels", "y", "label", "targets", "target", "classes", "class", "lbls", "outputs"),
    *("output", "arr1"),
)
#: What may stand before these in a name.
_BEFORE: Final = re.compile(r"^(emnist|mnist|dataset|data(?=.))")
_PART: Final = re.compile("|".join(sorted(PARTS, key=len, reverse=True)))


class UnlabelledError(DataError):
    """Images of which nobody says what they show."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The names of two arrays that belong together, and what a name says that they are for."""

    images: str
    labels: str
    part: str


def pairs(names: Iterable[str], path: Path) -> list[Pair]:
    """The arrays of images and labels among these names, such as x_train and y_train.

    Raises UnlabelledError, which names the file, where there are images without labels.
    """
    roles: dict[tuple[str, bool], list[tuple[int, str]]] = {}
    for name in sorted(names):
        word, part = _word_and_part(name)
        for kinds, are_labels in ((IMAGES, False), (LABELS, True)):
            if word in kinds:
                roles.setdefault((part, are_labels), []).append((kinds.index(word), name))
    found = []
    for (part, are_labels), candidates in sorted(roles.items()):
        if are_labels:
            continue
        images = min(candidates)[1]
        labels = roles.get((part, True))
        if labels is None:
            raise UnlabelledError(
                f'{path} cannot be used: "{named(images)}" has no labels beside it; add an array '
                f'"{(part and "y_" + part) or "labels"}"'
            )
        found.append(Pair(images, min(labels)[1], part))
    return found


def _word_and_part(name: str) -> tuple[str, str]:
    squashed = re.sub(r"[^a-z0-9]", "", name.lower())
    if squashed in IMAGES or squashed in LABELS:
        return squashed, ""
    part = _PART.search(squashed)
    if part is not None:
        squashed = squashed[: part.start()] + squashed[part.end() :]
    return _BEFORE.sub("", squashed), PARTS[part[0]] if part else ""


def image_shape(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """The (n, H, W) that a shape means; None for one that no images have."""
    match shape:
        case (n, height, width) | (n, height, width, 1 | 3) | (n, 1 | 3, height, width):
            return n, height, width
        case (n, pixels) if pixels > 1 and math.isqrt(pixels) ** 2 == pixels:
            return n, math.isqrt(pixels), math.isqrt(pixels)
    return None


def checked_shape(
    shape: tuple[int, ...], kind: np.dtype[Any], labels: tuple[int, ...], what: str
) -> tuple[int, int, int]:
    """The (n, H, W) of images that have this shape and type, beside labels of that shape.

    Raises DataError, which begins with ``what``, for what is not so.
    """
    found = image_shape(shape)
    right = (
        labels in ((shape[0],), (shape[0], 1), (1, shape[0]), (shape[0], DIGITS)) if shape else 0
    )
    if found is None or kind.kind not in "uifb" or kind.itemsize > 8 or not right:
        raise DataError(
            f"{what} must be (n, H, W), (n, H, W, 1 or 3) or (n, H·W) numbers with one label "
            f"each, not {kind} {shape} with labels {labels}"
        )
    if 0 in shape:
        raise DataError(f"{what} holds no images")
    if found[0] > MOST_IMAGES:
        raise DataError(f"{what} holds over {MOST_IMAGES:,} images; split it into smaller files")
    return found


def as_bytes(
    blocks: Callable[[], Iterable[NDArray[Any]]], shape: tuple[int, ...], what: str
) -> NDArray[np.uint8]:
    """Images of any kind of numbers, which come in blocks, as bytes of a shape, ink or paper 255.

    They are gone through twice: what their least and greatest say decides what they are.
    Raises DataError for values that are neither 0 to 255 nor 0 to 1 nor -1 to 1.
    """
    low, high = math.inf, -math.inf
    for block in blocks():
        if not np.isfinite(block).all():
            raise DataError(f"{what}: some of its values are no numbers; give them from 0 to 255")
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    stretched = stretch(low, high, what)
    found = np.empty(math.prod(shape), np.uint8)
    done = 0
    for block in blocks():
        found[done : done + block.size] = stretched(block.ravel())
        done += block.size
    return found.reshape(shape)


def grey(images: NDArray[np.uint8], shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Images of any shape that ``image_shape`` knows as grey ones (n, H, W)."""
    if images.size == math.prod(shape):
        return images.reshape(shape)
    axis = -1 if images.shape[-1] == len(LUMINANCE) else 1
    found = np.empty(shape, np.uint8)
    for at in range(0, len(images), AT_ONCE):
        channels = np.moveaxis(images[at : at + AT_ONCE], axis, -1)
        found[at : at + AT_ONCE] = np.rint(channels @ LUMINANCE)
    return found


def stretch(low: float, high: float, what: str) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
    """What makes bytes of values between these two. Raises DataError where nothing does."""
    if not (low >= 0 and high <= 255) and not (low >= -1 and high <= 1):
        raise DataError(
            f"{what}: its values go from {low:g} to {high:g}; give them from 0 to 255, or 0 to 1"
        )
    if low < 0:
        return lambda values: _rounded((values.astype(np.float32) + 1) * 127.5)
    if 0 < high <= 1:
        return lambda values: _rounded(values.astype(np.float32) * 255)
    return lambda values: _rounded(values)


def _rounded(values: NDArray[Any]) -> NDArray[np.uint8]:
    return values.astype(np.uint8) if values.dtype.kind in "uib" else np.rint(values).astype("u1")


def digits_of(values: NDArray[Any], what: str) -> NDArray[np.int64]:
    """Labels of any form as digits (n,). Raises DataError for what are none."""
    if values.shape[-1] == 1 or (values.ndim == 2 and values.shape[0] == 1):
        values = values.ravel()
    if values.ndim == 2:
        return _of_one_hot(values, what)
    if values.dtype.kind in "US":
        return _of_texts(values, what)
    # A span of time counts as a whole number with numpy.
    whole = values.dtype.kind in "iu" or (
        values.dtype.kind == "f" and bool((values == np.floor(values)).all())
    )
    if not whole:
        raise DataError(f"{what} must be whole numbers, a digit for each image")
    if not 0 <= values.min() <= values.max() <= 9:
        raise DataError(f"{what}: labels must be digits from 0 to 9")
    return values.astype(np.int64)


def _of_one_hot(values: NDArray[Any], what: str) -> NDArray[np.int64]:
    ones = values == 1
    if (
        values.dtype.kind not in "uifb"
        or not ((ones.sum(1) == 1) & ((values != 0).sum(1) == 1)).all()
    ):
        raise DataError(f"{what}: each row of ten must hold a single 1, and nought else")
    found: NDArray[np.int64] = ones.argmax(axis=1).astype(np.int64)
    return found


def _of_texts(values: NDArray[Any], what: str) -> NDArray[np.int64]:
    known: dict[Any, int] = {}
    for text in _distinct(values):
        plain = text.decode("latin-1") if isinstance(text, bytes) else str(text)
        if not re.fullmatch("[0-9]", plain.strip()):
            raise DataError(f"{what}: labels must be digits from 0 to 9, not {named(plain)!r}")
        known[text] = int(plain)
    return np.array([known[text] for text in values.tolist()], np.int64)


def _distinct(values: NDArray[Any]) -> Collection[Any]:
    return set(values.tolist())
