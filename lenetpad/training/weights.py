"""Weights files: safetensors with metadata, the study's plain state dict, and LeNet-5s' at large.

The metadata of a file that ships says preset, recipe, seed, data with SHA-256, test error and
date. Nothing that could run code is ever unpickled.
"""

from __future__ import annotations

import io
import json
import math
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as safetensors_bytes
from torch import Tensor

from lenetpad.data.labelled import DataError
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.storage import atomic as disk
from lenetpad.storage import resources
from lenetpad.training import foreign
from lenetpad.training.conventions import (
    CLEARLY,
    FOREIGN,
    PADDING,
    accuracy_of,
    best_accuracy,
    better_normalised,
    better_padding,
    built,
    configuration,
    conventions_of,
    guess,
    possible,
)
from lenetpad.training.network import LeNet5
from lenetpad.values.conventions import READS, UNKNOWN_CONVENTIONS, Conventions, warning_of
from lenetpad.values.models import MODEL_NAMES

FORMAT: Final = "lenetpad weights 1"
SUFFIXES: Final = (".safetensors", ".pth", ".pt")
#: The preset whose plain state dict is what the study's script writes.
STUDY_FORMAT: Final = "lenet5-modern"
#: LeNet-5's weights are a quarter of a megabyte; a file far larger is something else.
LARGEST_FILE: Final = 64 * 1024 * 1024


class WeightsError(RuntimeError):
    """A weights file that cannot be used; the message says why, layer by layer where it helps."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A built network and what its file says of it.

    ``facts`` are the file's metadata: recipe, seed, data, test_error (per cent), date. Of a file
    that does not say how it reads, ``manner`` is how it is read; where that was guessed,
    ``guesses`` are the manners that were possible, the best first, with their accuracy on MNIST.
    ``warning`` is a sentence on a network that does not read MNIST, mostly nothing.
    """

    name: str
    network: LeNet5
    facts: Mapping[str, Any] = field(default_factory=dict)
    conventions: Conventions | None = None
    guesses: tuple[tuple[Conventions, float], ...] = ()
    warning: str = ""

    @property
    def test_error(self) -> float | None:
        """MNIST's test error in per cent, as measured when the file was made."""
        error = self.facts.get("test_error")
        return float(error) if isinstance(error, int | float) else None


def shipped(model: str) -> Path:
    """Path of the weights that ship under one of ``MODEL_NAMES``."""
    return resources.path(f"weights/{model}.safetensors")


def load(model: str, conventions: Conventions = UNKNOWN_CONVENTIONS) -> Weights:
    """Load shipped weights by name or a weights file by path, in evaluation mode on the CPU.

    ``manner`` is what is known of how the network reads, for a file that does not say; the rest
    is guessed. A file that says it is read as it says.

    Raises WeightsError with one clear message where that is impossible.
    """
    if model in MODEL_NAMES:
        return _load_file(shipped(model), model, conventions)
    path = Path(model)
    if path.suffix not in SUFFIXES and not path.exists():
        known = ", ".join(MODEL_NAMES)
        raise WeightsError(f"{model!r} is neither a preset ({known}) nor a weights file")
    weights = _load_file(path, path.name, conventions)
    if not _computes(weights.network):
        raise WeightsError(
            f"{path} is refused: its weights are so large that the outputs overflow"
        )
    return weights


def save(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> None:
    """Write weights atomically: safetensors with metadata or, for .pth, a plain state dict.

    A plain state dict has no room for metadata; ``facts`` are then left out.
    """
    try:
        write(path, network, facts)
    except OSError as error:
        raise WeightsError(f"{path} cannot be written: {error.strerror or error}") from None


def write(path: Path, network: LeNet5, facts: Mapping[str, Any]) -> None:
    """``save`` for who wants to know why it failed: raises OSError."""
    state = {name: tensor.detach().cpu().clone() for name, tensor in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    disk.replace(path, _serialised(path, state, network.config, facts))


def _serialised(
    path: Path, state: dict[str, Tensor], config: LeNet5Config, facts: Mapping[str, Any]
) -> bytes:
    if path.suffix == ".safetensors":
        header = {"format": FORMAT, "preset": config.name, "facts": json.dumps(facts)}
        if _differs(config) and (known := conventions_of(config)):
            header["manner"] = known.text
        return safetensors_bytes(state, metadata=header)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    return buffer.getvalue()


def build(preset: str, seed: int) -> LeNet5:
    """A preset's network with initial weights from ``seed``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LeNet5(PRESETS[preset])


def _load_file(path: Path, name: str, conventions: Conventions) -> Weights:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror}") from None
    if path.is_dir():
        raise WeightsError(f"{path} is a folder; choose a weights file in it")
    if size == 0:
        raise WeightsError(f"{path} is empty")
    if size > LARGEST_FILE:
        raise WeightsError(f"{path} is not LeNet-5: it has {size / 1e6:.0f} MB, LeNet-5 has 0.3")
    header: dict[str, str] = {}
    if path.suffix == ".safetensors":
        state, header = _read_safetensors(path)
    else:
        state = _read_pickle(path)
    if "preset" in header:
        network = _built(state, _config(header, state, path), path)
        facts = _facts(header)
        _calibrate(network, facts.get("calibration"))
        if "step" in facts:  # a training's, whose file is named by its step
            name = f"{network.config.name} in training"
        return Weights(name=name, network=network, facts=facts)
    state = foreign.unprefixed(state)
    preset = _preset_of(state)
    if preset and conventions == UNKNOWN_CONVENTIONS:
        network = _built(state, PRESETS[preset], path)
        accuracy = _accuracy_as_named(network)
        if accuracy is not None:
            return Weights(name=name, network=network, warning=warning_of(accuracy))
    found = foreign.identify(state)
    if found.faults:
        _check_under_our_names(state, path)
        faults = " ".join("; ".join(found.faults).split())  # one line, whatever the names
        raise WeightsError(f"{path} is not LeNet-5: {faults}")
    if conventions not in possible(found.state):
        return _guessed(found.state, name, path, conventions)
    network = built(found.state, configuration(conventions, found.state))
    return Weights(name=name, network=network, conventions=conventions)


def _calibrate(network: LeNet5, calibration: object) -> None:
    """Give the network its file's temperature and "no digit" constant, where it has both."""
    if isinstance(calibration, dict):
        temperature, rubbish = calibration.get("temperature"), calibration.get("rubbish")
        if not isinstance(temperature, int | float) or not isinstance(rubbish, int | float):
            return
        if 0 < temperature < math.inf and math.isfinite(rubbish):
            network.calibrate(float(temperature), float(rubbish))


def _computes(network: LeNet5) -> bool:
    """Whether blank and inked paper give numbers."""
    paper = torch.stack([torch.full((1, 32, 32), ink) for ink in (0.0, 0.5, 1.0)])
    with torch.inference_mode():
        return bool(torch.isfinite(network.log_posteriors(network(paper))).all())


def _guessed(state: dict[str, Tensor], name: str, path: Path, conventions: Conventions) -> Weights:
    guesses = guess(state, conventions)
    if not guesses:
        trained = "has" if "s2.weight" in state else "lacks"
        raise WeightsError(
            f"{path} cannot be read with the pooling {conventions.pooling}: "
            f"it {trained} trained coefficients of subsampling"
        )
    best = guesses[0][0]
    network = built(state, configuration(best, state))
    warning = warning_of(guesses[0][1])
    return Weights(name=name, network=network, conventions=best, guesses=guesses, warning=warning)


def _accuracy_as_named(network: LeNet5) -> float | None:
    """How many of MNIST's digits a network reads as its layers' names say; 1 without MNIST.

    None where it reads clearly better otherwise. One in the study's format gets the border that it
    reads better with.
    """
    studys = network.config.name == STUDY_FORMAT
    try:
        if studys:
            padding, accuracy = better_padding(network)
            if padding != network.config.padding:
                network.config = replace(network.config, padding=padding)
        else:
            accuracy = accuracy_of(network)
        enough = max(READS, accuracy + CLEARLY)
        if enough < 1 and best_accuracy(network.state_dict()) >= enough:
            return None
        otherwise = studys and accuracy >= READS and better_normalised(network)
        return None if otherwise else accuracy
    except DataError:
        return 1.0  # nothing to choose by: as the preset has it


def _differs(config: LeNet5Config) -> bool:
    """Whether a network reads in another manner than a preset of its name."""
    return config.name not in PRESETS or config.padding != PRESETS[config.name].padding


def _config(header: Mapping[str, str], state: Mapping[str, Tensor], path: Path) -> LeNet5Config:
    """The configuration that a file's metadata name, and its tensors where they leave it open."""
    preset, text = header["preset"], header.get("manner", "")
    if preset not in (*PRESETS, FOREIGN):
        raise WeightsError(f"{path} is for a preset {preset!r} that this version does not know")
    if preset in PRESETS and not text:
        return PRESETS[preset]
    conventions = Conventions.of(text)
    if not conventions.complete:
        raise WeightsError(f"{path} reads in a manner {text!r} that this version does not know")
    if preset in PRESETS:
        return replace(PRESETS[preset], padding=PADDING[conventions.padding])
    return configuration(conventions, state)


def _built(state: dict[str, Tensor], config: LeNet5Config, path: Path) -> LeNet5:
    """The network of a configuration with a file's weights, which must fit it."""
    with torch.random.fork_rng(devices=[]):
        network = LeNet5(config)
    _check(state, network, path)
    network.load_state_dict(state)
    return network.eval()


def _read_safetensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        with safe_open(path, framework="pt") as file:
            names = list(file.keys())
            return {name: file.get_tensor(name) for name in names}, file.metadata() or {}
    except (SafetensorError, OSError, ValueError) as error:
        raise WeightsError(f"{path} is not a whole safetensors file: {error}") from None


def _read_pickle(path: Path) -> dict[str, Tensor]:
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
    found = foreign.state_in(state)
    if found is None:
        raise WeightsError(
            f"{path} holds no state dict, names with one tensor each: save the network's "
            "state_dict()"
        )
    for name, tensor in found.items():
        if tensor.is_meta or tensor.is_quantized or tensor.layout is not torch.strided:
            raise WeightsError(f"{path} is not LeNet-5: {name} is not a plain tensor")
    return found


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


def _misfits(state: Mapping[str, Tensor]) -> dict[str, int]:
    """How many tensors do not fit each preset."""
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    misfits = {}
    for preset in PRESETS:
        expected = build(preset, seed=0).state_dict()
        misfits[preset] = sum(key not in expected for key in shapes) + sum(
            shapes.get(key) != tuple(value.shape) for key, value in expected.items()
        )
    return misfits


def _preset_of(state: Mapping[str, Tensor]) -> str:
    """The preset whose layers, under our names, a file without metadata holds; "" if none."""
    return next((preset for preset, misfits in _misfits(state).items() if misfits == 0), "")


def _check_under_our_names(state: Mapping[str, Tensor], path: Path) -> None:
    """Raise WeightsError if at least half the names are ours, by the preset that fits best."""
    misfits = _misfits(state)
    network = build(min(misfits, key=misfits.__getitem__), seed=0)
    expected = network.state_dict()
    if 2 * len(state.keys() & expected.keys()) >= len(expected):
        _check(state, network, path)


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
        elif not bool(torch.isfinite(state[key].float()).all()):
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
