"""State dicts in pickled files (.pth, .pt), as torch writes them, read without running code."""

from __future__ import annotations

import pickle
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenetpad.lenet.identification import LAYERS, State
from lenetpad.lenet.weights import LARGEST_FILE, WeightsError

#: The floating types that NumPy has.
NUMPYS_FLOATS: Final = (torch.float16, torch.float32, torch.float64)
#: So many numbers have no room in the largest file: they repeat each other, and are not unpacked.
LARGEST_TENSOR: Final = LARGEST_FILE // 4
#: A state dict has at least the weights of the five layers; what an optimiser keeps has fewer.
LAYERED: Final = len(LAYERS)
#: Names under which checkpoints keep their network's state dict, the likeliest first.
NESTS: Final = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")


def read(path: Path) -> State:
    """The state dict of a pickled file as arrays, by name.

    Nothing that could run code is unpickled. Raises WeightsError for everything else than plain
    tensors, and for what is damaged or too large.
    """
    if fault := _fault_of_archive(path):
        raise WeightsError(f"{path} {fault}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's, for what is refused below
            state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise WeightsError(
            f"{path} is refused: it is damaged, or holds more than plain tensors and could run "
            "code. Save the network's state_dict() instead."
        ) from None
    except Exception:  # damaged bytes can trip the unpickler up anywhere, other formats too
        raise WeightsError(
            f"{path} is not a whole weights file: save a state dict as .pth or .safetensors"
        ) from None
    found = state_in(state)
    if found is None:
        raise WeightsError(
            f"{path} holds no state dict, names with one tensor each: save the network's "
            "state_dict()"
        )
    for name, tensor in found.items():
        if tensor.is_meta or tensor.is_quantized or tensor.layout is not torch.strided:
            raise WeightsError(f"{path} is not LeNet-5: {name} is not a plain tensor")
        if tensor.dtype == torch.complex32:  # NumPy has no such type
            raise WeightsError(
                f"{path} is not LeNet-5: {name} should hold floating-point numbers, "
                f"holds {tensor.dtype}"
            )
    return {name: _array(tensor) for name, tensor in found.items()}


def _array(tensor: Tensor) -> NDArray[Any]:
    """The same numbers as an array; of the floating types that NumPy lacks, in float32."""
    plain = tensor.detach().cpu().resolve_conj().resolve_neg()
    if plain.is_floating_point() and plain.dtype not in NUMPYS_FLOATS:
        if plain.numel() > LARGEST_TENSOR:  # of no LeNet-5: its shape is enough to refuse it
            return np.broadcast_to(np.float32(0), tuple(plain.shape))
        plain = plain.float()
    array: NDArray[Any] = plain.numpy()
    return array


def state_in(content: Any, deep: int = 2) -> dict[str, Tensor] | None:
    """The state dict that a checkpoint is or holds, ``deep`` levels down at most; else None.

    Beside its tensors there may be other things, such as an epoch.
    """
    if not isinstance(content, Mapping):
        return None
    own = {str(key): value for key, value in content.items() if isinstance(value, Tensor)}
    if len(own) >= LAYERED:
        return own
    deeper = content.items() if deep else ()
    held = {str(key): state_in(value, deep - 1) for key, value in deeper}
    states = {key: state for key, state in held.items() if state and len(state) >= LAYERED}
    if len(states) > 1 and not states.keys() & set(NESTS):
        return None
    likely = [states[name] for name in NESTS if name in states] or [*states.values(), own]
    return likely[0] or None


def _fault_of_archive(path: Path) -> str:
    """Why a zip archive is not to be opened; "" for a whole one, and for what is none.

    It is too large, as it says itself, or a checksum is wrong, at which torch does not look.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > LARGEST_FILE:
                return f"is not LeNet-5: it unpacks to {size / 1e6:.0f} MB"
            damaged = archive.testzip()
    except Exception:  # a damaged one can trip zipfile and its decompressors up anywhere
        return ""  # torch says what it is
    return f"is damaged, in {damaged}; copy or save it again" if damaged else ""
