"""Weights files: safetensors with metadata, and the study's plain state dict.

The metadata of a file that ships says preset, recipe, seed, data with SHA-256, test error and
date. Nothing that could run code is ever unpickled.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from lenetpad import resources
from lenetpad.lenet.architecture import PRESETS
from lenetpad.lenet.network import LeNet5
from lenetpad.messages import MODEL_NAMES

FORMAT: Final = "lenetpad weights 1"
SUFFIXES: Final = (".safetensors", ".pth", ".pt")
#: LeNet-5's weights are a quarter of a megabyte; a file far larger is something else.
LARGEST_FILE: Final = 64 * 1024 * 1024


class WeightsError(RuntimeError):
    """A weights file that cannot be used; the message says why, layer by layer where it helps."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A built network and what its file says of it.

    ``facts`` are the file's metadata: recipe, seed, data, test_error (per cent), date.
    """

    name: str
    network: LeNet5
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def test_error(self) -> float | None:
        """MNIST's test error in per cent, as measured when the file was made."""
        error = self.facts.get("test_error")
        return float(error) if isinstance(error, int | float) else None


def shipped(model: str) -> Path:
    """Path of the weights that ship under one of ``MODEL_NAMES``."""
    return resources.path(f"weights/{model}.safetensors")


def load(model: str) -> Weights:
    """Load shipped weights by name or a weights file by path, in evaluation mode on the CPU.

    Raises WeightsError with one clear message where that is impossible.
    """
    if model in MODEL_NAMES:
        return _load_file(shipped(model), model)
    path = Path(model)
    if path.suffix not in SUFFIXES and not path.exists():
        known = ", ".join(MODEL_NAMES)
        raise WeightsError(f"{model!r} is neither a preset ({known}) nor a weights file")
    return _load_file(path, path.name)


def save(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> None:
    """Write weights atomically: safetensors with metadata or, for .pth, a plain state dict.

    A plain state dict has no room for metadata; ``facts`` are then left out.
    """
    state = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
    partial = path.with_name(path.name + ".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(_serialised(path, state, network.config.name, facts))
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise WeightsError(f"{path} cannot be written: {error.strerror or error}") from None


def _serialised(
    path: Path, state: dict[str, Tensor], preset: str, facts: Mapping[str, Any]
) -> bytes:
    if path.suffix == ".safetensors":
        header = {"format": FORMAT, "preset": preset, "facts": json.dumps(facts)}
        return safetensors_bytes(state, metadata=header)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def build(preset: str, seed: int) -> LeNet5:
    """A preset's network with initial weights from ``seed``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LeNet5(PRESETS[preset])


def _load_file(path: Path, name: str) -> Weights:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}") from None
    if size == 0:
        raise WeightsError(f"{path} is empty")
    if size > LARGEST_FILE:
        raise WeightsError(f"{path} is not LeNet-5: it has {size / 1e6:.0f} MB, LeNet-5 has 0.3")
    header: dict[str, str] = {}
    if path.suffix == ".safetensors":
        state, header = _read_safetensors(path)
    else:
        state = _read_pickle(path)
    preset = header.get("preset") or _preset_of(state, path)
    if preset not in PRESETS:
        raise WeightsError(f"{path} is for a preset {preset!r} that this version does not know")
    network = build(preset, seed=0)
    _check(state, network, path)
    network.load_state_dict(state)
    facts = _facts(header)
    _calibrate(network, facts.get("calibration"))
    return Weights(name=name, network=network.eval(), facts=facts)


def _calibrate(network: LeNet5, calibration: object) -> None:
    """Give the network its file's temperature and "no digit" constant, where it has both."""
    if isinstance(calibration, dict):
        temperature, rubbish = calibration.get("temperature"), calibration.get("rubbish")
        if not isinstance(temperature, int | float) or not isinstance(rubbish, int | float):
            return
        if 0 < temperature < math.inf and math.isfinite(rubbish):
            network.calibrate(float(temperature), float(rubbish))


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path} is not a whole safetensors file: {error}") from None


def _read_pickle(path: Path) -> dict[str, Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise WeightsError(
            f"{path} is refused: it is damaged, or holds more than plain tensors and could run "
            "code. Save the network's state_dict() instead."
        ) from None
    except Exception as error:  # damaged bytes can trip the unpickler up anywhere
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise WeightsError(f"{path} is not a whole weights file: {reason}") from None
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise WeightsError(f"{path} holds no state dict: names with one tensor each")
    return {str(key): value for key, value in state.items()}


def _preset_of(state: Mapping[str, Tensor], path: Path) -> str:
    """The preset whose layers a file without metadata holds."""
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    best, fewest = "", 1_000
    for preset in PRESETS:
        expected = build(preset, seed=0).state_dict()
        wrong = sum(shapes.get(key) != tuple(value.shape) for key, value in expected.items())
        wrong += sum(key not in expected for key in shapes)
        if wrong == 0:
            return preset
        if wrong < fewest:
            best, fewest = preset, wrong
    _check(state, build(best, seed=0), path)
    raise WeightsError(f"{path} fits none of the presets {', '.join(PRESETS)}")


def _check(state: Mapping[str, Tensor], network: LeNet5, path: Path) -> None:
    """Raise WeightsError with a sentence for each tensor that does not fit."""
    expected = network.state_dict()
    faults = []
    for key, tensor in expected.items():
        if key not in state:
            faults.append(f"{key} is missing, expected {_shape(tensor)}")
        elif state[key].shape != tensor.shape:
            faults.append(f"{key} should be {_shape(tensor)}, is {_shape(state[key])}")
        elif not state[key].is_floating_point():
            faults.append(f"{key} should hold floating-point numbers, holds {state[key].dtype}")
        elif not bool(torch.isfinite(state[key]).all()):
            faults.append(f"{key} holds NaN or infinite values")
    faults += [f"{key} is unknown" for key in state if key not in expected]
    if faults:
        raise WeightsError(f"{path} does not fit {network.config.name}: " + "; ".join(faults))


def _shape(tensor: Tensor) -> str:
    return "×".join(str(side) for side in tensor.shape) or "a single number"


def _facts(header: Mapping[str, str]) -> dict[str, Any]:
    try:
        facts = json.loads(header.get("facts", "{}"))
    except json.JSONDecodeError:
        return {}
    return facts if isinstance(facts, dict) else {}
