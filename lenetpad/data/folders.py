"""A folder of the user's own: pictures in folders named for digits, IDX files, arrays, or ink.

What such a folder holds is of one kind, in it or in folders for training and testing in it. It is
tested with what the files say is for testing, or else with a sixth that is held out: the same
images each time, and of ink whose writers are known a sixth of the writers. What cannot be read
among much that can is passed over, and noted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.data import forms, layouts
from lenetpad.data.array_files import Images, is_named, labelled_of, read_arrays
from lenetpad.data.cancellation import IDLE, PassedOver, Watch
from lenetpad.data.idx import read_idx
from lenetpad.data.labelled import Labelled, all_drawings, ink_drawings, label_of, labelled
from lenetpad.data.numbers import with_numbers_cut
from lenetpad.data.orientation import upright
from lenetpad.data.tables import SUFFIXES as TABLES
from lenetpad.data.writers import ink_files_in
from lenetpad.ink.files import PICTURES, Drawing
from lenetpad.ink.pictures import read_picture
from lenetpad.ink.raster import SIDE, draw
from lenetpad.ink.strokes import InkError
from lenetpad.storage.mnist import DataError
from lenetpad.values.catalogue import FOLDER

TABLES_TITLE: Final = "tables of pixels"
INK_TITLE: Final = "ink files"
#: Images that are turned at once.
BLOCK: Final = 4096
TEST_SHARE: Final = 1 / 6
SPLIT_SEED: Final = 0
#: train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte, emnist-digits-test-images-idx3-ubyte …
IDX_NAME: Final = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)[-_.](?P<what>images|labels)[-.]idx\d[-.]"
    r"(ubyte|int)(\.gz)?",
    re.IGNORECASE,
)
EXPECTED: Final = (
    'expected folders "0" to "9" or "digit_0" … with pictures, IDX files (train-images-idx3-ubyte)'
    ', .npz, .mat or .csv files, or ink files (.jsonl), in it or in folders "train" and "test"'
)


class NothingError(DataError):
    """A folder in which there is nothing that could be trained on."""


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
    it, and where all of its files are bad; CancelledError once cancelled.
    """
    try:
        if not folder.is_dir():
            raise DataError(f"{folder} is no folder; {EXPECTED}")
        return _split(_found(folder, watch), folder)
    except InkError as error:
        raise DataError(str(error)) from None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{error.filename or folder} cannot be read: {reason}") from None


def holds_ink(key: str, path: str) -> bool:
    """Whether a choice of data is a folder of ink files and of nothing else, no training and
    testing parts either."""
    if key != FOLDER or not path:
        return False
    folder = Path(path)
    try:
        if layouts.parts_in(folder, IDLE):
            return False
        kinds = [title for title, lister, _ in _KINDS if lister(folder, IDLE)]
    except (OSError, DataError):
        return False  # reading it says why
    return kinds == [INK_TITLE]


def _found(folder: Path, watch: Watch, depth: int = 0) -> _Found:
    """What a folder holds, or the parts in it, or the only folder in it."""
    if parts := layouts.parts_in(folder, watch):
        return _of_folders(parts, watch, depth)
    kinds = {
        title: (files, reader)
        for title, lister, reader in _KINDS
        if (files := lister(folder, watch))
    }
    if not kinds:
        within = layouts.deeper(folder, watch)
        if within is None or depth == layouts.DEEPEST:
            advice = layouts.several(folder, watch) or ";"
            raise NothingError(f"{folder} holds nothing to train on{advice} {EXPECTED}")
        return _found(within, watch, depth + 1)
    if len(kinds) > 1:  # lists of the images may lie beside them
        tables, _ = kinds.pop(TABLES_TITLE, ((), None))
        beside = PassedOver()
        for path in tables:
            beside.add(f"{path} lies beside {' and '.join(kinds)}")
        beside.tell(watch, f"of {len(tables):,} tables")
    if len(kinds) > 1:
        raise DataError(f"{folder} holds {' and '.join(kinds)}; keep one kind in a folder")
    ((files, reader),) = kinds.values()
    return reader(folder, files, watch)


def _of_folders(parts: dict[str, list[Path]], watch: Watch, depth: int) -> _Found:
    """Folders for training and for testing. Images to validate on are trained on where there are
    others to test with, for a training holds out its own; one without labels is passed over."""
    read: dict[str, list[Labelled]] = {}
    nothing: list[NothingError] = []
    for part, folders in parts.items():
        for folder in folders:
            try:
                everything = _everything(_found(folder, watch, depth + 1))
                read.setdefault(part, []).append(everything)
            except NothingError as error:
                nothing.append(error)
    if layouts.TRAIN not in read:
        raise nothing[0]
    for fault in nothing:
        watch.note(f"passed over: {fault}")
    train, test = read[layouts.TRAIN], read.get(layouts.TEST, [])
    validation = read.get(layouts.VALIDATION, [])
    if test and validation:
        watch.note("the images to validate on are trained on: a training holds out its own")
        return _of_parts([*train, *validation], test)
    return _of_parts(train, test or validation)


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


def _files(folder: Path, wanted: Callable[[Path], bool], watch: Watch) -> list[Path]:
    """The files in a folder; what is no regular file is refused when it is opened."""
    found = layouts.entries(folder, watch)
    return sorted(path for path in found if wanted(path) and not path.is_dir())


def _picture_files(folder: Path, watch: Watch) -> list[Path]:
    """The files in the folders of digits, also deeper in them, if any of them is a picture."""
    found: list[Path] = []
    for _, digit in layouts.digit_folders(folder, watch):
        inside = layouts.entries(digit, watch, deep=True)
        found += sorted(path for path in inside if not path.is_dir())
    return found if any(path.suffix.lower() in PICTURES for path in found) else []


def _pictures(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    digits = {path: digit for digit, path in layouts.digit_folders(folder, watch)}
    images, labels, bad, others = [], [], PassedOver(), PassedOver()
    for done, path in enumerate(files):
        watch.report(folder.name, done, len(files))
        if path.suffix.lower() not in PICTURES:
            others.add(f"{path} is no picture")
            continue
        try:
            images.append(_bytes(read_picture(path)))
        except InkError as error:
            bad.add(error)
            continue
        labels.append(digits[folder / path.relative_to(folder).parts[0]])
    watch.report(folder.name, len(files), len(files))
    if not images:
        bad.or_raise(DataError)
    bad.tell(watch, f"of {len(files) - others.count:,} pictures")
    others.tell(watch, f"of {len(files):,} files")
    read = labelled(np.stack(images), np.array(labels))
    return _Found(upright(read, folder, watch))


def _idx_files(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: bool(IDX_NAME.fullmatch(path.name)), watch)


def _idx(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    """All pairs of images and labels; EMNIST's, which such files have transposed, upright."""
    pairs: dict[tuple[str, str], dict[str, Path]] = {}
    for path in files:  # sorted: the unpacked file comes before the same with .gz, and is taken
        name = IDX_NAME.fullmatch(path.name.lower())
        assert name is not None
        pairs.setdefault((name["set"], name["part"]), {}).setdefault(name["what"], path)

    def read(which: str, part: str) -> list[tuple[Labelled, str]]:
        pair = pairs[which, part]
        if len(pair) < 2:
            (path,) = pair.values()
            raise DataError(f"{path} is alone: images and labels are needed, of the same name")
        images, labels = _idx_pair(pair["images"], pair["labels"])
        if which.startswith("emnist"):
            images = _turned(images)
        found = labelled_of(Images(images, labels), pair["images"], watch)
        return [(found, layouts.PARTS[part])]

    wanted = [(layouts.PARTS[part], partial(read, which, part)) for which, part in pairs]
    return _of_files(wanted, "pairs of IDX files", watch)


def _idx_pair(at: Path, labels_at: Path) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    images, labels = read_idx(at), read_idx(labels_at)
    if images.ndim != 3 or images.dtype != np.uint8 or images.size == 0:
        raise DataError(
            f"{at} must hold images (n, H, W) of bytes, not {images.dtype} {images.shape}"
        )
    if len(images) > forms.MOST_IMAGES:
        raise DataError(
            f"{at} holds over {forms.MOST_IMAGES:,} images; split it into smaller files"
        )
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


def _array_files(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: is_named(path) and not is_named(path, TABLES), watch)


def _tables(folder: Path, watch: Watch) -> list[Path]:
    return _files(folder, lambda path: is_named(path, TABLES), watch)


def _arrays(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    def read(path: Path) -> list[tuple[Labelled, str]]:
        return [(labelled_of(one, path, watch), one.part) for one in read_arrays(path, watch)]

    wanted = [(layouts.part_of(path.name), partial(read, path)) for path in files]
    return _of_files(wanted, "files of arrays", watch)


def _of_files(
    wanted: Sequence[tuple[str, Callable[[], list[tuple[Labelled, str]]]]], what: str, watch: Watch
) -> _Found:
    """What files hold, each with the part that its name says.

    One that cannot be read is passed over where others can, but not what is all that there is of
    a part; of images without labels it is, such as Kaggle's test.csv.
    """
    found: dict[str, list[Labelled]] = {}
    bad: dict[str, list[DataError]] = {}
    passed = PassedOver()
    for named_part, read in wanted:
        watch.check()
        try:
            for images, part in read():
                found.setdefault(part or named_part, []).append(images)
        except DataError as error:
            bad.setdefault(named_part, []).append(error)
            passed.add(error)
    for part, errors in bad.items():
        damaged = [error for error in errors if not isinstance(error, forms.UnlabelledError)]
        if not found or (part and part not in found and damaged):
            raise (damaged or errors)[0]
    passed.tell(watch, f"of {len(wanted):,} {what}")
    test = found.pop(layouts.TEST, []) or found.pop(layouts.VALIDATION, [])
    return _of_parts([one for part in found.values() for one in part], test)


def _ink(folder: Path, files: Sequence[Path], watch: Watch) -> _Found:
    """The labelled drawings through the rasteriser; a text as label is no digit."""
    drawings = _drawings(files, watch)
    images = np.empty((len(drawings), SIDE, SIDE), np.uint8)
    for done, drawing in enumerate(drawings):
        watch.report(folder.name, done, len(drawings))
        images[done] = _bytes(draw(drawing.ink))
    watch.report(folder.name, len(drawings), len(drawings))
    labels = np.array([label_of(drawing) for drawing in drawings])
    writers = tuple(drawing.writer for drawing in drawings)
    return _Found(labelled(images, labels), writers=writers)


def _drawings(files: Sequence[Path], watch: Watch) -> list[Drawing]:
    """The labelled drawings of those files that can be read."""
    read, without, bad = [], 0, PassedOver()
    for path in files:
        watch.check()
        try:
            everything = all_drawings([path])
        except (InkError, DataError) as error:
            bad.add(error)
            continue
        drawings = [drawing for drawing in everything if drawing.label is not None]
        without += len(everything) - len(drawings)
        read += drawings
    if not read:
        bad.or_raise(DataError)
        ink_drawings(files)  # which says that none has a label
    bad.tell(watch, f"of {len(files):,} ink files")
    if without:
        watch.note(f"{without:,} of {len(read) + without:,} drawings have no label: left out")
    return with_numbers_cut(read, watch)


def _of_parts(train: Sequence[Labelled], test: Sequence[Labelled]) -> _Found:
    """All of both; what is for testing only is split."""
    if not train:
        train, test = test, ()
    first, *others = train
    return _Found(first.joined(*others), test[0].joined(*test[1:]) if test else None)


def _bytes(image: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(image * 255).astype(np.uint8)


_Lister = Callable[[Path, Watch], list[Path]]
_Reader = Callable[[Path, Sequence[Path], Watch], _Found]
_KINDS: Final[Iterable[tuple[str, _Lister, _Reader]]] = (
    ("pictures in folders", _picture_files, _pictures),
    ("IDX files", _idx_files, _idx),
    ("files of arrays", _array_files, _arrays),
    (TABLES_TITLE, _tables, _arrays),
    (INK_TITLE, ink_files_in, _ink),
)
