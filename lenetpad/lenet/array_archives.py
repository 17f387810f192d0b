"""State dicts in .npz files: NumPy's arrays by name, as users of JAX, Keras and NumPy save."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from lenetpad.lenet.identification import LARGEST_FILE, State, WeightsError
from lenetpad.lenet.layouts import has_layers_of_any
from lenetpad.storage.decoding import InputError, named
from lenetpad.storage.npz import Npz, opened_npz

#: What one archive begins with, and the ending of each file in it.
MAGIC, ENTRY = b"PK\x03\x04", b".npy"
#: A file's name in an archive begins here; this far it may reach.
NAME_AT, LONGEST_NAME = 30, 1000
#: LeNet-5 has ten arrays.
MOST_ARRAYS: Final = 10_000


def is_archive(content: bytes) -> bool:
    """Whether a file is an archive whose first file is an array."""
    length = int.from_bytes(content[26:28], "little")
    name = content[NAME_AT : NAME_AT + min(length, LONGEST_NAME)]
    return content.startswith(MAGIC) and name.endswith(ENTRY)


def read(path: Path) -> State:
    """The arrays of numbers in an .npz file, in its order; nothing is unpickled.

    What holds texts is passed over. Raises WeightsError, also where objects are all that it holds.
    """
    try:
        with opened_npz(path, WeightsError, LARGEST_FILE) as file:
            return _state(file, path)
    except InputError:
        raise
    except Exception as error:  # zipfile and its decompressors raise a dozen kinds
        raise WeightsError(f"{path} is damaged ({named(error)}); save it again") from None


def _state(file: Npz, path: Path) -> State:
    if len(file.names) > MOST_ARRAYS:
        raise WeightsError(f"{path} is not LeNet-5: it holds {len(file.names):,} arrays")
    headers = {name: file.header(name, objects=True) for name in file.names}
    numbers = {name: one for name, one in headers.items() if one.dtype.kind in "fiub"}
    size = sum(one.info.file_size for one in numbers.values())
    if size > LARGEST_FILE:
        raise WeightsError(f"{path} is not LeNet-5: it unpacks to {size / 1e6:.0f} MB")
    if not has_layers_of_any(one.shape for one in numbers.values()):
        for name, one in headers.items():
            if one.dtype.hasobject:
                raise WeightsError(
                    f"{path} holds pickled objects ({named(name)}), which are not read: save each "
                    "array by a name of its own, with numpy.savez(FILE, **arrays)"
                )
    arrays = {name: file.array(one) for name, one in numbers.items()}
    names = {name: re.sub(r":\d+$", "", name).replace("/", ".") for name in arrays}
    if len(set(names.values())) < len(names):
        return arrays
    return {names[name]: array for name, array in arrays.items()}
