"""Labelled images as arrays: MNIST as it ships, ink sets drawn by the rasteriser."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.cancellation import IDLE, Watch
from lenetpad.data.numbers import with_numbers_cut
from lenetpad.ink.files import Drawing, number_in, read_ink
from lenetpad.ink.raster import DEFAULT_PEN, Pen, draw
from lenetpad.storage import mnist as storage_mnist
from lenetpad.storage.mnist import DataError
from lenetpad.values import evaluation as results

SIDE: Final = 28
#: The label of an image that shows no digit.
NO_DIGIT: Final = results.NO_DIGIT
#: How ink gets labels.
TO_LABEL: Final = "open the file on the Draw page, and label its drawings in the tray"


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Images (n, 28, 28) uint8, ink 255, with labels (n,) int64: 0 to 9, or ``NO_DIGIT``."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.images.shape != (len(self.labels), SIDE, SIDE):
            shape = self.images.shape
            raise DataError(f"{len(self.labels)} labels do not fit images of shape {shape}")
        if len(self.labels) and not 0 <= self.labels.min() <= self.labels.max() <= NO_DIGIT:
            raise DataError("labels must be digits from 0 to 9")

    def __len__(self) -> int:
        return len(self.labels)

    def joined(self, *others: Labelled) -> Labelled:
        """All sets, one after the other."""
        if not others:
            return self
        sets = (self, *others)
        return Labelled(
            np.concatenate([s.images for s in sets]), np.concatenate([s.labels for s in sets])
        )

    def chosen(self, which: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Labelled:
        """Those in a slice, those that a mask (n,) tells, or those with these numbers."""
        return Labelled(self.images[which], self.labels[which])

    def digits(self) -> Labelled:
        """Without the images that show no digit."""
        return self.chosen(self.labels != NO_DIGIT)


def mnist(path: Path | None = None) -> tuple[Labelled, Labelled]:
    """MNIST's 60,000 training and 10,000 test images.

    Raises DataError where the shipped file is missing or is not, byte for byte, what it was.
    """
    arrays = storage_mnist.read(path)
    return (
        labelled(arrays.train_images, arrays.train_labels),
        labelled(arrays.test_images, arrays.test_labels),
    )


def ink_drawings(paths: Iterable[Path], watch: Watch = IDLE) -> list[Drawing]:
    """Every drawing in the ink files that is labelled: a digit, or a text for what is no digit.
    Numbers of several digits are cut into them, of which ``watch`` is told.

    How many are left out is noted.

    Raises InkError for a file that cannot be read, DataError for a label that is a number but no
    digit, or where no drawing has a label.
    """
    paths = list(paths)
    everything = all_drawings(paths)
    drawings = [drawing for drawing in everything if drawing.label is not None]
    if not drawings:
        raise no_label(paths, everything)
    if without := len(everything) - len(drawings):
        names = ", ".join(str(path) for path in paths)
        watch.note(f"{names}: {without:,} of {len(everything):,} drawings left out, without label")
    return with_numbers_cut(drawings, watch)


def no_label(paths: Sequence[Path], drawings: Sequence[Drawing]) -> DataError:
    """What to raise where none of the drawings in the files is labelled."""
    names = ", ".join(str(path) for path in paths)
    return DataError(f"{names}: {_none_labelled(drawings)}; {TO_LABEL}")


def _none_labelled(drawings: Sequence[Drawing]) -> str:
    if len(drawings) == 1:
        return "its drawing has no label"
    return f"none of the {len(drawings):,} drawings has a label"


def to_evaluate(everything: Sequence[Drawing]) -> tuple[list[Drawing], str]:
    """The labelled ones among drawings, numbers of several digits among them, or, where none
    is labelled, all of them, as no digits.

    And a sentence on what became of those without a label, "" where there are none.
    """
    drawings = [drawing for drawing in everything if drawing.label is not None]
    without = len(everything) - len(drawings)
    if not drawings:
        none = _none_labelled(everything)
        return list(everything), f"{none}: all count as no digits; to label digits, {TO_LABEL}"
    of_them = f"{without} of {len(everything)} drawings have no label and are left out"
    return drawings, of_them if without else ""


def all_drawings(paths: Iterable[Path]) -> list[Drawing]:
    """Every drawing in the ink files; see ``ink_drawings`` for what is raised."""
    everything = []
    for path in paths:
        for number, drawing in enumerate(read_ink(path), start=1):
            if isinstance(drawing.label, int) and not 0 <= drawing.label <= 9:
                raise DataError(
                    f"{path}: drawing {number} has the label {drawing.label}; a label must be a "
                    'digit from 0 to 9, a text of several such as "147", or one for what is no '
                    "digit"
                )
            everything.append(drawing)
    return everything


def label_of(drawing: Drawing) -> int:
    """The digit that a drawing is labelled with, else ``NO_DIGIT``; numbers have been cut."""
    assert number_in(drawing.label) is None
    return drawing.label if isinstance(drawing.label, int) else NO_DIGIT


def drawn(drawings: Iterable[Drawing], pen: Pen = DEFAULT_PEN) -> Labelled:
    """Drawings as images, through the rasteriser that the pad uses."""
    pairs = [(draw(drawing.ink, pen), label_of(drawing)) for drawing in drawings]
    images = np.stack([image for image, _ in pairs])
    return labelled(np.rint(images * 255), np.array([label for _, label in pairs]))


def labelled(images: NDArray[np.generic], labels: NDArray[np.generic]) -> Labelled:
    """Arrays (n, 28, 28) in 0 to 255 and (n,) as a labelled set."""
    return Labelled(images.astype(np.uint8, order="C", copy=False), labels.astype(np.int64))
