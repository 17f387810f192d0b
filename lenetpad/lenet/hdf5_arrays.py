"""The arrays of numbers in an HDF5 file, read by h5py in a process of its own.

HDF5's library may loop, or take gigabytes, for damaged bytes: here it has a limit of both. Of a
file it is only asked for arrays that lie in it as they are: nothing is followed out of the file,
unpacked or computed.
"""

from __future__ import annotations

import importlib
import io
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Bytes of all arrays; of memory for the process; and the seconds that it may take.
LARGEST, MEMORY, SECONDS = 64 << 20, 4 << 30, 20.0
#: Groups and arrays in a file, and how deep they lie; a LeNet-5 with its optimiser has a hundred.
MOST_OBJECTS, DEEPEST, MOST_SIDES = 10_000, 12, 8
#: The process runs this, with the folder of the package behind its own path.
CODE: Final = "import sys; sys.path.append({!r}); from {} import main; main()"
#: What the process gives: arrays, or why there are none.
GIVEN, REFUSED = b"+", b"-"
Array = NDArray[Any]


class Hdf5Error(ValueError):
    """Why a file cannot be read: what follows its name in a sentence."""


def read(content: bytes, attribute: str) -> tuple[str | None, dict[str, Array]]:
    """A text that is an attribute of a file, if it has it, and the arrays by their paths.

    Raises Hdf5Error.
    """
    folder = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", CODE.format(folder, __name__), attribute]
    damaged = Hdf5Error("is not a whole HDF5 file; save it again")
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise damaged from None
    if done.stdout.startswith(REFUSED):
        raise Hdf5Error(done.stdout[1:].decode("utf-8", "replace"))
    if not done.stdout.startswith(GIVEN):
        raise damaged
    with np.load(io.BytesIO(done.stdout[1:]), allow_pickle=False) as file:
        text, names = json.loads(file["names"].tobytes())
        return text, {name: file[f"a{at}"] for at, name in enumerate(names)}


def main() -> None:
    """What the process does: an HDF5 file comes in, its arrays go out as .npz."""
    _limit_memory()
    try:
        text, arrays = _read(sys.stdin.buffer.read(), sys.argv[1])
    except Hdf5Error as error:
        sys.stdout.buffer.write(REFUSED + str(error).encode("utf-8", "replace"))
        return
    names = np.frombuffer(json.dumps([text, list(arrays)]).encode(), np.uint8)
    given = io.BytesIO()
    numbered: dict[str, Any] = {f"a{at}": array for at, array in enumerate(arrays.values())}
    np.savez(given, names=names, **numbered)
    sys.stdout.buffer.write(GIVEN + given.getvalue())


def _limit_memory() -> None:
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # not on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _read(content: bytes, attribute: str) -> tuple[str | None, dict[str, Array]]:
    h5py = importlib.import_module("h5py")
    with h5py.File(io.BytesIO(content), "r") as file:
        text = _text(file, attribute) if attribute in file.attrs else None
        return text, dict(_Arrays(h5py).of(file))


def _text(file: Any, name: str) -> str | None:
    if file.attrs.get_id(name).shape != ():
        raise Hdf5Error(f"is damaged: its {name} is no text")
    text = file.attrs[name]
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return text if isinstance(text, str) else None


class _Arrays:
    """The arrays in a file by their paths, each looked at before it is read."""

    def __init__(self, h5py: Any) -> None:
        self._h5py = h5py
        self._objects, self._left = MOST_OBJECTS, LARGEST

    def of(self, group: Any, where: str = "", depth: int = DEEPEST) -> Iterator[tuple[str, Array]]:
        """The arrays of numbers in a group and in those below it."""
        if depth == 0:
            raise Hdf5Error("is not LeNet-5: its groups lie too deep")
        self._objects -= len(group)
        if self._objects < 0:
            raise Hdf5Error(f"is not LeNet-5: it holds over {MOST_OBJECTS:,} objects")
        for name in group:
            inner = f"{where}/{name}" if where else name
            if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
                raise Hdf5Error(f"is refused: {inner[:80]} links to something else")
            one = group[name]
            if isinstance(one, self._h5py.Group):
                yield from self.of(one, inner, depth - 1)
            elif isinstance(one, self._h5py.Dataset) and one.dtype.kind in "fiub":
                yield inner, self._array(one, inner)

    def _array(self, dataset: Any, name: str) -> Array:
        """The numbers of an array that lies in the file as it is."""
        packed = dataset.id.get_create_plist().get_nfilters()
        if dataset.is_virtual or dataset.external or packed:
            raise Hdf5Error(
                f"is refused: {name[:80]} is packed, or lies in another file, as Keras does not "
                "write it; save the network again"
            )
        sizes = (math.prod(sides) for sides in (dataset.shape, dataset.chunks or ()))
        self._left -= max(sizes) * dataset.dtype.itemsize
        if self._left < 0 or len(dataset.shape) > MOST_SIDES:
            raise Hdf5Error(f"is not LeNet-5: it holds over {LARGEST >> 20} MB of numbers")
        return np.asarray(dataset[()])
