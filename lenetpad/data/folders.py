"""A folder of the user's own: pictures in folders 0 to 9, IDX files, .npz files, or ink.

What such a folder holds is of one kind. It is tested with what the files say is for testing, or
with all in a folder "test" beside a folder "train", or else with a sixth that is held out: the
same images each time, and of ink whose writers are known a sixth of the writers.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data.cancellation import Watch
from lenetpad.data.idx import read_idx
from lenetpad.data.labelled import (
    MOST_IMAGES,
    Labelled,
    arrays_of,
    ink_drawings,
    label_of,
    labelled,
)
from lenetpad.data.npz import opened_npz
from lenetpad.ink.pictures import normalised, read_picture
from lenetpad.ink.raster import SIDE, draw
from lenetpad.ink.strokes import InkError
from lenetpad.storage.mnist import DataError

#: The endings of the names of pictures.
PICTURES: Final = frozenset(
    f".{name}"
    for name in (
        *("png", "jpg", "jpeg", "jpe", "jfif", "bmp", "gif", "tif", "tiff", "webp", "avif"),
        *("ppm", "pgm", "pbm"),
    )
)
#: In a folder, whatever they are: EMNIST's digits as pictures are 280,000.
MOST_FILES: Final = 500_000
#: Images that are turned at once.
BLOCK: Final = 4096
TEST_SHARE: Final = 1 / 6
SPLIT_SEED: Final = 0
#: The names of an .npz file's arrays: images and labels, and whether they are for testing.
ARRAYS: Final = (("x_train", "y_train", False), ("x_test", "y_test", True))
#: train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte, emnist-digits-test-images-idx3-ubyte …
IDX_NAME: Final = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)[-_.](?P<what>images|labels)[-.]idx\d[-.]"
    r"(ubyte|int)(\.gz)?",
    re.IGNORECASE,
)
EXPECTED: Final = (
    "expected folders 0 to 9 with pictures, IDX files such as train-images-idx3-ubyte, .npz files "
    'with "images" and "labels", or ink files (.jsonl)'
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a folder holds: images to train on, those to test with where it says so, and who wrote
    each of the former where that may be known."""

    train: Labelled
    test: Labelled | None = None
    writers: tuple[str | None, ...] = ()


def read(folder: Path, watch: Watch) -> tuple[Labelled, Labelled]:
    """The images to train on and to test with. Progress counts files, images or drawings.

    Raises DataError, in one line, for a folder that holds nothing to train on or several kinds of
    it, and for a bad file, which it names; CancelledError once cancelled.
    """
    try:
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder; {EXPECTED}")
        parts = [folder / "train", folder / "test"]
        if all(part.is_dir() for part in parts):
            train, test = (_everything(_found(part, watch)) for part in parts)
            return train, test
        return _split(_found(folder, watch), folder)
    except InkError as error:
        raise DataError(str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{error.filename or folder} cannot be read: {reason}") from None


def _found(folder: Path, watch: Watch) -> _Found:
    kinds = {
        title: (files, reader)
        for title, lister, reader in _KINDS
        if (files := lister(folder, watch))
    }
    if not kinds:
        raise DataError(f"{folder} holds nothing to train on; {EXPECTED}")
    if len(kinds) > 1:
        raise DataError(f"{folder} holds {' and '.join(kinds)}; keep one kind in a folder")
    ((files, reader),) = kinds.values()
    return reader(folder, files, watch)


def _everything(found: _Found) -> Labelled:
    return found.train if found.test is None else found.train.joined(found.test)


def _split(found: _Found, folder: Path) -> tuple[Labelled, Labelled]:
    if found.test is not None:
        return found.train, found.test
    train, random = found.train, np.random.default_rng(SPLIT_SEED)
    if len(train) < 2:
        raise DataError(
            f"{folder} holds one image; one to train on and one to test with are needed"
        )
    known = sorted({writer for writer in found.writers if writer is not None})
    if len(known) > 1:
        chosen = {str(w) for w in random.permutation(known)[: math.ceil(TEST_SHARE * len(known))]}
        held = np.array([writer in chosen for writer in found.writers])
    else:
        held = random.permutation(len(train)) < max(1, round(TEST_SHARE * len(train)))
    return train.chosen(~held), train.chosen(held)


def _entries(folder: Path, watch: Watch, deep: bool = False) -> Iterator[Path]:
    """What lies in a folder, and where it is ``deep`` in the folders in it, but for hidden files.

    A link to a folder is not followed. Raises DataError for a folder of ever more files.
    """
    pending, count = [folder], 0
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                watch.check()
                count += 1
                if count > MOST_FILES:
                    raise DataError(
                        f"{folder} holds over {MOST_FILES:,} files; choose one of images alone"
                    )
                if deep and entry.is_dir(follow_symlinks=False):
                    pending.append(Path(entry.path))
                elif not entry.name.startswith("."):
                    yield Path(entry.path)


def _files(folder: Path, wanted: Callable[[Path], bool], watch: Watch) -> list[Path]:
    """The files in a folder; what is no regular file is refused when it is opened."""
    entries = _entries(folder, watch)
    return sorted(path for path in entries if wanted(path) and not path.is_dir())


def _picture_files(folder: Path, watch: Watch) -> list[Path]:
    """The pictures in the folders 0 to 9, also deeper in them; other files are passed over."""
    found = []
    for digit in (folder / str(digit) for digit in range(10)):
        if digit.is_dir():
            entries = _entries(digit, watch, deep=True)
            found += sorted(
                path for path in entries if path.suffix.lower() in PICTURES and not path.is_dir()
            )
    return found


def _pictures(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    images = []
    for done, path in enumerate(files):
        watch.report(folder.name, done, len(files))
        images.append(_bytes(read_picture(path)))
    watch.report(folder.name, len(files), len(files))
    labels = [int(path.relative_to(folder).parts[0]) for path in files]
    return _Found(labelled(np.stack(images), np.array(labels)))


def _idx_files(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: bool(IDX_NAME.fullmatch(path.name)), watch)


def _idx(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    """All pairs of images and labels; EMNIST's, which such files have transposed, upright."""
    pairs: dict[tuple[str, str], dict[str, Path]] = {}
    for path in files:  # sorted: the unpacked file comes before the same with .gz, and is taken
        name = IDX_NAME.fullmatch(path.name.lower())
        assert name is not None
        pairs.setdefault((name["set"], name["part"]), {}).setdefault(name["what"], path)
    train: list[Labelled] = []
    test: list[Labelled] = []
    for (which, part), pair in pairs.items():
        if len(pair) < 2:
            (path,) = pair.values()
            raise DataError(f"{path} is alone: images and labels are needed, of the same name")
        watch.check()
        images, labels = _idx_pair(pair["images"], pair["labels"])
        if which.startswith("emnist"):
            images = _turned(images)
        read = labelled(_like_mnist(images, pair["images"], watch), labels)
        (train if part == "train" else test).append(read)
    return _of_parts(train, test)


def _idx_pair(at: Path, labels_at: Path) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    images, labels = read_idx(at), read_idx(labels_at)
    if images.ndim != 3 or images.dtype != np.uint8 or images.size == 0:
        raise DataError(
            f"{at} must hold images (n, H, W) of bytes, not {images.dtype} {images.shape}"
        )
    if len(images) > MOST_IMAGES:
        raise DataError(f"{at} holds over {MOST_IMAGES:,} images; split it into smaller files")
    if labels.ndim == 2 and labels.shape[1] > 0:
        labels = labels[:, 0]  # as QMNIST has them, whose other columns say more
    if labels.shape != images.shape[:1] or not np.issubdtype(labels.dtype, np.integer):
        raise DataError(
            f"{labels_at} must hold a label for each of {len(images)} images, not "
            f"{labels.dtype} {labels.shape}"
        )
    if not 0 <= int(labels.min()) <= int(labels.max()) <= 9:
        raise DataError(f"{labels_at} must hold digits from 0 to 9 as labels")
    return images, labels


def _turned(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images whose columns came first, turned in their own memory where they are square."""
    if images.shape[1] != images.shape[2]:
        return np.ascontiguousarray(images.transpose(0, 2, 1))
    for start in range(0, len(images), BLOCK):
        block = images[start : start + BLOCK]
        block[...] = block.transpose(0, 2, 1).copy()
    return images


def _npz_files(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: path.suffix.lower() == ".npz", watch)


def _npz(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    train: list[Labelled] = []
    test: list[Labelled] = []
    for path in files:
        watch.check()
        names = _names(path)
        if "x_train" not in names:
            images, labels = arrays_of(path)
            train.append(labelled(_normalised(images, path, watch), labels))
            continue
        for images_name, labels_name, for_testing in ARRAYS:
            if images_name in names:
                images, labels = arrays_of(path, images_name, labels_name)
                read = labelled(_like_mnist(images, path, watch), labels)
                (test if for_testing else train).append(read)
    return _of_parts(train, test)


def _names(path: Path) -> set[str]:
    """The names of the arrays in an .npz file; none where it cannot be opened."""
    try:
        with opened_npz(path) as file:
            return file.names
    except Exception:  # whatever it is, reading the arrays says it too, and better
        return set()


def _ink_files(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: path.name.lower().endswith((".jsonl", ".jsonl.gz")), watch)


def _ink(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    """The labelled drawings through the rasteriser; a text as label is no digit."""
    drawings = ink_drawings(_watched(files, watch))
    images = np.empty((len(drawings), SIDE, SIDE), np.uint8)
    for done, drawing in enumerate(drawings):
        watch.report(folder.name, done, len(drawings))
        images[done] = _bytes(draw(drawing.ink))
    watch.report(folder.name, len(drawings), len(drawings))
    labels = np.array([label_of(drawing) for drawing in drawings])
    writers = tuple(drawing.writer for drawing in drawings)
    return _Found(labelled(images, labels), writers=writers)


def _watched(files: Sequence[Path], watch: Watch) -> Iterator[Path]:
    """The files one by one, for as long as nobody cancels."""
    for path in files:
        watch.check()
        yield path


def _of_parts(train: Sequence[Labelled], test: Sequence[Labelled]) -> _Found:
    """All of both; what is for testing only is split."""
    if not train:
        train, test = test, ()
    first, *others = train
    return _Found(first.joined(*others), test[0].joined(*test[1:]) if test else None)


def _like_mnist(images: NDArray[np.uint8], path: Path, watch: Watch) -> NDArray[np.uint8]:
    """Images as such files have them: 28×28 are MNIST's own form, of which only the ink may be
    dark on light paper; others are pictures, which are normalised."""
    if images.shape[1:] != (SIDE, SIDE):
        return _normalised(images, path, watch)
    border = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    watch.report(path.name, len(images), len(images))
    return np.subtract(255, images, out=images) if border.mean() > 127 else images


def _normalised(images: NDArray[np.uint8], path: Path, watch: Watch) -> NDArray[np.uint8]:
    found = np.empty((len(images), SIDE, SIDE), np.uint8)
    for done, image in enumerate(images):
        watch.report(path.name, done, len(images))
        try:
            found[done] = _bytes(normalised(image))
        except InkError as error:
            raise DataError(f"{path}, image {done + 1}: {error}") from None
    watch.report(path.name, len(images), len(images))
    return found


def _bytes(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(image * 255).astype(np.uint8)


_Lister = Callable[[Path, Watch], list[Path]]
_Reader = Callable[[Path, Sequence[Path], Watch], _Found]
_KINDS: Final[Iterable[tuple[str, _Lister, _Reader]]] = (
    ("pictures in folders", _picture_files, _pictures),
    ("IDX files", _idx_files, _idx),
    (".npz files", _npz_files, _npz),
    ("ink files", _ink_files, _ink),
)
