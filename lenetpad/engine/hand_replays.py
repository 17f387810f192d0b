"""The replays of networks that learn hands, kept on the disk: to compute one takes seconds."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lenetpad import __version__
from lenetpad.data import replay as replays
from lenetpad.data.replay import Replay, replay_of
from lenetpad.lenet import safetensors_file
from lenetpad.lenet.fine_tuning import Features
from lenetpad.lenet.weights import Weights
from lenetpad.storage import atomic as disk
from lenetpad.storage import hands
from lenetpad.storage.decoding import InputError, contents
from lenetpad.values.arrays import FloatArray
from lenetpad.values.evaluation import NO_DIGIT

log = logging.getLogger("lenetpad")

#: Beside the hands, whose names begin with no dot.
FOLDER: Final = ".replays"
SUFFIX: Final = ".safetensors"
LARGEST: Final = 64 << 20
#: So many are kept; a network that has learnt nothing for long computes its own anew.
MOST: Final = 4
FEATURES: Final = 400
PARTS: Final = tuple(part.name for part in fields(Replay))


def key_of(network: str) -> str:
    """What tells the replay of a network, by its digest, from others, and from those of other
    versions."""
    how = {name: value for name, value in vars(replays).items() if name.isupper()}
    return hands.digest_of(f"{network} {__version__} {how!r}".encode())


def kept(root: Path, key: str) -> Replay | None:
    """The replay that was kept under a key; None where there is none that can be used."""
    path = root / FOLDER / f"{key}{SUFFIX}"
    try:
        content = contents(path, LARGEST)
        arrays, _ = safetensors_file.read(content, str(path), InputError)
        parts = [Features(arrays[name], _labels(arrays[f"{name}.labels"])) for name in PARTS]
    except (InputError, KeyError, ValueError):
        return None
    if not all(_usable(part) for part in parts):
        return None
    with suppress(OSError):
        path.touch()  # the one that was used last stays longest
    return Replay(*parts)


def keep(root: Path, key: str, replay: Replay) -> None:
    """Keep a replay, and the latest of the others; where that cannot be, it is computed again."""
    folder = root / FOLDER
    arrays = {}
    for name in PARTS:
        part: Features = getattr(replay, name)
        arrays[name] = part.s4
        arrays[f"{name}.labels"] = part.labels.astype(np.float32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        disk.clear_leftovers(folder)
        disk.replace(folder / f"{key}{SUFFIX}", safetensors_file.written(arrays, {}))
        files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: -path.stat().st_mtime)
        for path in files[MOST:]:
            path.unlink()
    except OSError as error:
        log.warning("a replay is not kept: %s", error)


def replay_for(root: Path, weights: Weights, digest: str) -> Iterator[float | Replay]:
    """The replay of a network with this digest: the one that was kept, or one that is computed
    and kept. Yields the part that is done, at last the replay.

    Raises DataError where it has to be computed and MNIST is missing or damaged.
    """
    key = key_of(digest)
    if (known := kept(root, key)) is not None:
        yield known
        return
    for step in replay_of(weights):
        if isinstance(step, Replay):
            keep(root, key, step)
        yield step


def _labels(values: FloatArray) -> NDArray[np.int64]:
    if not np.isin(values, range(NO_DIGIT + 1)).all():
        raise ValueError("labels that are none")
    return values.astype(np.int64)


def _usable(part: Features) -> bool:
    right = part.s4.shape[1] == FEATURES and part.s4.dtype == np.float32
    return right and len(part) > 0 and bool(np.isfinite(part.s4).all())
