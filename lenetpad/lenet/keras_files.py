"""Networks of Keras's: .keras archives, and HDF5 files of whole networks or weights alone.

The library h5py, which need not be there, reads HDF5 (``hdf5_arrays``).
"""

from __future__ import annotations

import importlib.util
import io
import re
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from numpy.typing import NDArray

from lenetpad.lenet import hdf5_arrays, keras_models
from lenetpad.lenet.identification import LARGEST_FILE, LAYERS, Read, State, WeightsError
from lenetpad.lenet.keras_models import Batch, Described
from lenetpad.lenet.leftovers import BATCH_STATISTICS
from lenetpad.lenet.leftovers import EPSILON as TORCHS_EPSILON
from lenetpad.storage.decoding import named
from lenetpad.storage.resources import how_to_get

MAGIC: Final = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC: Final = b"PK\x03\x04"
#: A .keras archive has three files, and others beside them where layers keep some.
MOST_FILES: Final = 1000
#: The files of a .keras archive.
WEIGHTS, CONFIG = "model.weights.h5", "config.json"
#: The attribute of a whole network's file that says what it consists of.
MODEL_CONFIG: Final = "model_config"
#: Parts of paths that say nothing.
UNTELLING: Final = frozenset(
    (
        "layers",
        "vars",
        "model_weights",
        "_layer_checkpoint_dependencies",
        "top_level_model_weights",
    )
)
#: What a training keeps beside its network.
BESIDE: Final = ("optimizer", "optimizer_weights")
#: Keras's names of parameters, and ours.
PARAMETERS: Final = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": BATCH_STATISTICS[0],
    "moving_variance": BATCH_STATISTICS[1],
}
#: Layers by how many maps or units they have, which are as many as a normalisation of it has.
BY_WIDTH: Final = {biases: layer for layer, (_, biases) in LAYERS.items()}
Array = NDArray[Any]


def is_keras(content: bytes) -> bool:
    """Whether a file is HDF5, or an archive with a file of Keras's weights."""
    if content.startswith(MAGIC):
        return True
    return content.startswith(ZIP_MAGIC) and WEIGHTS.encode() in content[-(1 << 16) :]


def read(content: bytes, path: Path) -> Read:
    """The network in a file. Raises WeightsError, also where h5py is not there."""
    if importlib.util.find_spec("h5py") is None:
        way = how_to_get("it", "python -m pip install h5py")
        raise WeightsError(
            f"{path} is HDF5, as Keras writes it, which needs the package h5py: {way}; or save "
            'its arrays with numpy.savez("FILE.npz", *model.get_weights())'
        )
    try:
        if content.startswith(ZIP_MAGIC):
            content, config = _unpacked(content, path)
            return _network(content, path, config)
        return _network(content, path, None)
    except WeightsError:
        raise
    except hdf5_arrays.Hdf5Error as error:
        raise WeightsError(f"{path} {error}") from None
    except Exception as error:  # zipfile raises a dozen kinds for damaged bytes
        raise WeightsError(
            f"{path} is not a whole file of Keras's ({named(error)}); save it again"
        ) from None


def _unpacked(content: bytes, path: Path) -> tuple[bytes, bytes]:
    """The weights and the configuration in a .keras archive."""
    if content.count(b"PK\x01\x02") > MOST_FILES:  # each file has such an entry
        raise WeightsError(f"{path} is not LeNet-5: it is an archive of far too many files")
    with ZipFile(io.BytesIO(content)) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
        if sizes[WEIGHTS] > LARGEST_FILE or sizes[CONFIG] > keras_models.LARGEST:
            raise WeightsError(
                f"{path} is not LeNet-5: it unpacks to {sum(sizes.values()) / 1e6:.0f} MB"
            )
        found = []
        for name in (WEIGHTS, CONFIG):
            if archive.getinfo(name).compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                raise ValueError("packed in another way than Keras's")
            with archive.open(name) as file:
                found.append(file.read(sizes[name]))  # and no more, whatever it unpacks to
    return found[0], found[1]


def _network(content: bytes, path: Path, config: bytes | str | None) -> Read:
    text, arrays = hdf5_arrays.read(content, MODEL_CONFIG)
    config = config if config is not None else text
    said = None if config is None else keras_models.described(config, path)
    state: State = {}
    left_out = dict.fromkeys(first for n in arrays if (first := n.partition("/")[0]) in BESIDE)
    layers: dict[str, dict[str, Array]] = {}
    for name, array in arrays.items():
        if name.partition("/")[0] not in left_out:
            owner, _, key = name.rpartition("/")
            layers.setdefault(owner, {})[re.sub(r":\d+$", "", key)] = array
    for owner, of_layer in layers.items():
        named_so = _named(of_layer, owner, said, path)
        state |= {f"{_dotted(owner)}.{key}": array for key, array in named_so.items()}
    if len({name.rpartition(".")[0] for name in state}) < len(layers):
        raise WeightsError(f"{path} is not LeNet-5: two of its layers have one name")
    if said is None:
        return Read(state, left_out=tuple(left_out))
    late = {name: batch.late for name, batch in said.batches.items() if batch.late}
    return Read(state, said.conventions, late, tuple(left_out))


def _dotted(owner: str) -> str:
    """A layer's path as a name, without the words that say nothing."""
    words = [word for word in owner.split("/") if word not in UNTELLING]
    if len(words) > 1 and words[0] == words[-1]:  # HDF5's own form has the name twice
        words = words[:1]
    return ".".join(word.replace(".", "_") for word in words) or "network"


def _named(
    arrays: dict[str, Array], owner: str, said: Described | None, path: Path
) -> dict[str, Array]:
    """The arrays of one layer under torch's names."""
    numbered = all(key.isdecimal() for key in arrays)
    ordered = [arrays[key] for key in sorted(arrays, key=int)] if numbered else []
    words = owner.split("/")
    is_batch = "moving_mean" in arrays or any("batch_norm" in word for word in words)
    widths = {array.size for array in arrays.values()}
    if is_batch and len(widths) == 1:
        if said is None:
            raise WeightsError(
                f"{path} holds batch normalisation, but does not say where: save the whole "
                'network with model.save("FILE.keras")'
            )
        batch = said.batches.get(BY_WIDTH.get(widths.pop(), ""), Batch())
        return _of_batch(arrays, ordered, batch)
    if numbered and len(ordered) <= 2 and ordered[0].ndim > 1:
        return dict(zip(("weight", "bias"), ordered, strict=False))
    return {PARAMETERS.get(key, key): array for key, array in arrays.items()}


def _of_batch(arrays: dict[str, Array], ordered: list[Array], batch: Batch) -> dict[str, Array]:
    """A batch normalisation as torch has it, with what torch adds to its variance."""
    keys = ["gamma"] * batch.scale + ["beta"] * batch.centre + ["moving_mean", "moving_variance"]
    if ordered and len(ordered) == len(keys):
        arrays = dict(zip(keys, ordered, strict=True))
    found = {PARAMETERS.get(key, key): array for key, array in arrays.items()}
    variance = BATCH_STATISTICS[1]
    if variance in found:
        found[variance] = found[variance] + (np.float64(batch.epsilon) - TORCHS_EPSILON)
    return found
