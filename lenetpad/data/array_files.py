"""Files of arrays of labelled images, of every kind that is read: each through its decoder here.

What comes out of them is looked at as a whole: images of 28×28 are MNIST's own form, others are
pictures, which are normalised; one that shows nothing is passed over. What does not lie upright
is turned, and that is said.
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data import matlab, tables
from lenetpad.data.cancellation import IDLE, PassedOver, Watch
from lenetpad.data.forms import as_bytes, checked_shape, digits_of, grey, pairs
from lenetpad.data.labelled import Labelled, labelled
from lenetpad.data.layouts import TEST, part_of
from lenetpad.data.orientation import upright
from lenetpad.ink.pictures import normalised
from lenetpad.ink.raster import SIDE
from lenetpad.ink.strokes import InkError
from lenetpad.storage.mnist import DataError
from lenetpad.storage.npz import opened_npz
from lenetpad.values.evaluation import ARRAYS
from lenetpad.values.failures import first_line

#: What numpy says of other kinds of fault is advice for programmers.
_TELLING: Final = (OSError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Images (n, H, W) as a file has them, with their labels (n,), and what the file says that
    they are for (``layouts.TRAIN`` …), "" where it does not; ``pictures`` are to be normalised."""

    images: NDArray[np.uint8]
    labels: NDArray[np.integer[Any]]
    part: str = ""
    pictures: bool = False


def read_arrays(path: Path, watch: Watch = IDLE) -> list[Images]:
    """All images of a file of arrays. Raises DataError, which names it, for one without."""
    if is_named(path, tables.SUFFIXES):
        return [Images(*tables.read_table(path, watch), part=part_of(path.name))]
    if is_named(path, (matlab.SUFFIX,)):
        return [Images(*read) for read in matlab.read_matlab(path)]
    return _npz(path)


def is_named(path: Path, suffixes: tuple[str, ...] = ARRAYS) -> bool:
    """Whether a file's name says that it is of these kinds, or of any that is read here."""
    return path.name.lower().endswith(suffixes)


def bitmaps(path: Path, watch: Watch = IDLE) -> Labelled:
    """The images to evaluate on in a file of arrays: those for testing where it says so, else all.

    Raises DataError for a file that has none.
    """
    read = read_arrays(path, watch)
    kept = [one for one in read if one.part == TEST] or read
    first, *others = [labelled_of(one, path, watch) for one in kept]
    return first.joined(*others)


def labelled_of(read: Images, path: Path, watch: Watch) -> Labelled:
    """Images of a file as MNIST has them, upright."""
    small = read.images.shape[1:] == (SIDE, SIDE) and not read.pictures
    found = _as_they_are(read, path, watch) if small else _normalised(read, path, watch)
    return upright(found, path, watch)


def _as_they_are(read: Images, path: Path, watch: Watch) -> Labelled:
    """Images of 28×28, of which only the ink may be dark on light paper."""
    images = read.images
    border = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    watch.report(path.name, len(images), len(images))
    if border.mean() > 127:
        images = np.subtract(255, images, out=images)
    return labelled(images, read.labels)


def _normalised(read: Images, path: Path, watch: Watch) -> Labelled:
    images, bad = read.images, PassedOver()
    found = np.empty((len(images), SIDE, SIDE), np.uint8)
    good = np.ones(len(images), np.bool_)
    for done, image in enumerate(images):
        watch.report(path.name, done, len(images))
        try:
            found[done] = np.rint(normalised(image) * 255)
        except InkError as error:
            good[done] = False
            bad.add(f"{path}, image {done + 1}: {error}")
    watch.report(path.name, len(images), len(images))
    if not good.any():
        bad.or_raise(DataError)
    bad.tell(watch, f"of {len(images):,} images")
    every = labelled(found, read.labels)
    return every.chosen(good) if bad.count else every


def _npz(path: Path) -> list[Images]:
    """The arrays of an .npz file, whatever they are called."""
    try:
        with opened_npz(path, DataError) as file:
            found = pairs(file.names, path)
    except DataError:
        raise
    except Exception as error:
        raise _no_npz(path, "images", "labels", error) from None
    if not found:
        found = pairs(["images", "labels"], path)  # which are missing, and that is said
    return [
        Images(
            *arrays_of(path, pair.images, pair.labels),
            part=pair.part,
            pictures=pair.images == "images",
        )
        for pair in found
    ]


def arrays_of(
    path: Path, images_name: str = "images", labels_name: str = "labels"
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The arrays of images (n, H, W) and labels (n,) of these names in an .npz file.

    Raises DataError for a file that has none of these names, or in which they are not so. Memory
    is taken for the arrays when their headers have said what they are.
    """
    try:
        with opened_npz(path, DataError) as file:
            images_at = file.header(images_name, any_numbers=True)
            labels_at = file.header(labels_name)
            what = f'{path} cannot be used: "{images_name}"'
            shape = checked_shape(images_at.shape, images_at.dtype, labels_at.shape, what)
            labels = digits_of(file.array(labels_at), f'{path} cannot be used: "{labels_name}"')
            if images_at.dtype != np.uint8:
                images = as_bytes(lambda: file.blocks(images_at), images_at.shape, what)
            else:
                images = file.array(images_at)
                if images.max() == 1:
                    images *= 255
            return grey(images, shape), labels
    except DataError:
        raise
    except Exception as error:  # a damaged archive can trip numpy or zipfile up anywhere
        raise _no_npz(path, images_name, labels_name, error) from None


def _no_npz(path: Path, images_name: str, labels_name: str, error: Exception) -> DataError:
    reason = f". {first_line(error)}" if type(error) in _TELLING else ""
    return DataError(
        f'{path} cannot be used: it must be an .npz file with "{images_name}" (n, H, W) '
        f'and "{labels_name}" (n,){reason}'
    )
