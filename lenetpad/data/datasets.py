"""The data sets of the catalogue: MNIST, others through torchvision, the user's own.

All come out as MNIST is: upright, ink 255 on paper 0, 28×28. torch is imported for torchvision's
alone.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs
from numpy.typing import NDArray

from lenetpad.data import folders
from lenetpad.data import labelled as data
from lenetpad.data.cancellation import Watch, never, silent, unheard
from lenetpad.data.fetching import Archive, fetch
from lenetpad.data.labelled import Labelled, labelled
from lenetpad.ink.raster import SIDE, centred
from lenetpad.storage.mnist import DataError
from lenetpad.storage.resources import how_to_get
from lenetpad.values.catalogue import DATA_SETS, FOLDER, MNIST
from lenetpad.values.failures import first_line

#: MNIST's digits fill a box of so many pixels, and so do those of USPS fill theirs of 16.
BOX: Final = 20


@dataclass(frozen=True, slots=True)
class _Public:
    """A data set of torchvision's: the class that reads it, the archives that this class names,
    the folder of their files, and a part of it, to train on or to test with."""

    kind: str
    archives: Callable[[Any], list[Archive]]
    folder: Callable[[Path], Path]
    part: Callable[[Any, Path, bool], Labelled]


def cache() -> Path:
    """Where fetched data sets are kept, under the user's data directory."""
    return Path(platformdirs.PlatformDirs("lenetpad", appauthor=False).user_data_path / "datasets")


def load(
    key: str,
    cache: Path,
    folder: Path | None = None,
    progress: Callable[[str, int, int], None] = silent,
    cancelled: Callable[[], bool] = never,
    noted: Callable[[str], None] = unheard,
) -> tuple[Labelled, Labelled]:
    """The images to train on and to test with of a data set of ``DATA_SETS``.

    What has to be fetched is kept in ``cache``, laid out as torchvision does, and not fetched
    again. ``folder`` is the user's own, for "folder". ``progress`` is called with a title, what is
    done and its total: bytes of a file that is fetched (0 for a total that is not known), images
    of a folder. ``cancelled`` is called again and again, ``noted`` with what of the files was
    passed over or changed. Raises DataError for what cannot be had,
    with what to do; CancelledError once cancelled.
    """
    watch = Watch(progress, cancelled, noted)
    if key == MNIST:
        return data.mnist()
    if key == FOLDER:
        if folder is None:
            raise DataError("choose the folder that holds the images")
        return folders.read(folder, watch)
    if key not in _PUBLIC:
        raise DataError(f"{key!r} is no data set; choose one of {', '.join(DATA_SETS)}")
    return _public(key, cache, watch)


def _public(key: str, cache: Path, watch: Watch) -> tuple[Labelled, Labelled]:
    public, title = _PUBLIC[key], DATA_SETS[key].title
    kind = getattr(_torchvision(title), public.kind)
    place = public.folder(cache)
    for archive in public.archives(kind):
        fetch(archive, place, title, watch)
    parts = []
    for train in (True, False):
        watch.check()
        try:
            parts.append(public.part(kind, cache, train))
        except Exception as error:  # torchvision's readers trip up anywhere in damaged files
            raise DataError(
                f"the files of {title} in {place} are damaged ({first_line(error)}); "
                "delete them and try again"
            ) from None
    return parts[0], parts[1]


def _torchvision(title: str) -> Any:
    """torchvision's data sets; it is imported only here, for it may be missing."""
    try:
        from torchvision import datasets
    except Exception as error:  # beside another torch it raises RuntimeError of its operators
        way = how_to_get("it", "install the torchvision that belongs to the installed torch")
        raise DataError(
            f"{title} needs torchvision, which cannot be used here ({first_line(error)}); choose "
            f"MNIST or a folder, or {way}"
        ) from None
    return datasets


def _unpacked(addresses: tuple[str, ...], name: str, md5: str) -> Archive:
    """An archive of one file, called what it is called without its last ending."""
    return Archive(addresses, name, md5, {os.path.splitext(name)[0]: ""})


def _idx_archives(kind: Any) -> list[Archive]:
    return [
        _unpacked(tuple(mirror + name for mirror in kind.mirrors), name, md5)
        for name, md5 in kind.resources
    ]


def _emnist_archives(kind: Any) -> list[Archive]:
    names = [
        f"emnist-digits-{part}-{what}-ubyte"
        for part in ("train", "test")
        for what in ("images-idx3", "labels-idx1")
    ]
    members = {name: f"gzip/{name}.gz" for name in names}
    return [Archive((kind.url,), kind.url.rpartition("/")[2], kind.md5, members)]


def _qmnist_archives(kind: Any) -> list[Archive]:
    return [
        _unpacked((address,), address.rpartition("/")[2], md5)
        for part in ("train", "test")
        for address, md5 in kind.resources[part]
    ]


def _usps_archives(kind: Any) -> list[Archive]:
    return [
        Archive((address,), name, md5, {name: ""})
        for address, name, md5 in kind.split_list.values()
    ]


def _idx_part(kind: Any, cache: Path, train: bool) -> Labelled:
    read = kind(cache, train=train)
    return labelled(read.data.numpy(), read.targets.numpy())


def _emnist_part(kind: Any, cache: Path, train: bool) -> Labelled:
    read = kind(cache, split="digits", train=train)
    images = read.data.numpy().transpose(0, 2, 1)  # columns come first
    return labelled(images, read.targets.numpy())


def _qmnist_part(kind: Any, cache: Path, train: bool) -> Labelled:
    read = kind(cache, train=train)
    labels = read.targets.numpy()[:, 0]  # then writer, and where it was found
    return labelled(read.data.numpy(), labels)


def _usps_part(kind: Any, cache: Path, train: bool) -> Labelled:
    read = kind(cache, train=train)
    return labelled(enlarged(read.data), np.array(read.targets))


def enlarged(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """USPS's images (n, 16, 16) as MNIST's (n, 28, 28).

    Both scale a digit with its aspect kept until it fills its box; so the box of 16 pixels
    becomes MNIST's of 20, interpolated linearly, and is centred by its centre of mass. Taking each
    for a picture (``ink.pictures``) would have to guess which is the paper, and ink that touches
    all four edges makes such a guess go wrong.
    """
    import torch
    from torch.nn import functional

    grey = torch.from_numpy(images)[:, None].float() / 255
    boxed = functional.interpolate(grey, (BOX, BOX), mode="bilinear", align_corners=False)
    framed = functional.pad(boxed, [(SIDE - BOX) // 2] * 4)[:, 0].numpy()
    placed = [np.rint(centred(image) * 255).astype(np.uint8) for image in framed]
    return np.array(placed, np.uint8).reshape(-1, SIDE, SIDE)


def _raw(kind: str) -> Callable[[Path], Path]:
    return lambda cache: cache / kind / "raw"


def _idx(kind: str) -> _Public:
    return _Public(kind, _idx_archives, _raw(kind), _idx_part)


_PUBLIC: Final[Mapping[str, _Public]] = {
    "fashion": _idx("FashionMNIST"),
    "kmnist": _idx("KMNIST"),
    "emnist-digits": _Public("EMNIST", _emnist_archives, _raw("EMNIST"), _emnist_part),
    "qmnist": _Public("QMNIST", _qmnist_archives, _raw("QMNIST"), _qmnist_part),
    "usps": _Public("USPS", _usps_archives, lambda cache: cache, _usps_part),
}
