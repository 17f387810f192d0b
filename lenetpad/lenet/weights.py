"""Weights files: safetensors with metadata, the study's plain state dict, any LeNet-5's.

The metadata of a file that ships says preset, recipe, seed, data with SHA-256, test error and
date. Pickled files (.pth, .pt) are read without torch (``state_dicts``).
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lenetpad.ink.raster import PADDED
from lenetpad.lenet import formats, guessing, identification, layouts, safetensors_file
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.conventions import (
    FOREIGN,
    PADDING,
    configuration,
    conventions_of,
    possible,
)
from lenetpad.lenet.facts import Calibration, Facts, decoded
from lenetpad.lenet.forward import forward, log_posteriors
from lenetpad.lenet.identification import (
    LARGEST_FILE,
    Found,
    Read,
    State,
    WeightsError,
    as_float32,
    fault_of_values,
    shape_text,
)
from lenetpad.lenet.layers import parameter_shapes
from lenetpad.storage import resources
from lenetpad.storage.decoding import LONGEST_MESSAGE, contents, named, one_line
from lenetpad.storage.mnist import DataError
from lenetpad.storage.suggestions import did_you_mean
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.conventions import READS, UNKNOWN_CONVENTIONS, Conventions, fit_of, warning_of
from lenetpad.values.models import MODEL_NAMES, READ_ENDINGS, SHIPPED_NAMES, WEIGHTS_ENDINGS

FORMAT: Final = "lenetpad weights 1"
SAFETENSORS: Final = ".safetensors"
SUFFIXES: Final = WEIGHTS_ENDINGS
#: The preset whose plain state dict is what the study's script writes.
STUDY_FORMAT: Final = "lenet5-modern"
#: A tensor's name of a real network is far shorter.
LONGEST_KEY: Final = 500


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """A network's configuration and parameters, and what its file says of it.

    ``parameters`` are the arrays of the state dict, read-only float32. ``facts`` are the file's
    metadata: recipe, seed, data, test_error (per cent), date; ``known`` is what the program uses
    of them, and an InputError says that they make no sense. Of a file that does not say which
    conventions its network has, ``conventions`` are those that it is read with; where that was
    guessed, ``guesses`` are those that were possible, the best first, with their accuracy on
    MNIST. ``warning`` is a sentence on a network that does not read MNIST, mostly nothing;
    ``left_out`` names what the file holds beside its layers.
    """

    name: str
    config: LeNet5Config
    parameters: Parameters = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)
    conventions: Conventions | None = None
    guesses: tuple[tuple[Conventions, float], ...] = ()
    warning: str = ""
    left_out: tuple[str, ...] = ()
    known: Facts = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", Facts.of(self.facts))
        for array in self.parameters.values():
            array.flags.writeable = False
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))

    @property
    def test_error(self) -> float | None:
        """MNIST's test error in per cent, as measured when the file was made."""
        return self.known.test_error


def shipped(model: str) -> Path:
    """Path of the weights that ship under one of ``SHIPPED_NAMES``."""
    return resources.path(f"weights/{model}{SAFETENSORS}")


def load(
    model: str,
    conventions: Conventions = UNKNOWN_CONVENTIONS,
) -> Weights:
    """Load shipped weights by name or a weights file by path.

    ``conventions`` is what is known of how the network reads, for a file that does not say; the
    rest is guessed. A file that says it is read as it says.

    Raises WeightsError with one clear message where that is impossible.
    """
    if model in SHIPPED_NAMES:
        return _load_file(shipped(model), model, conventions)
    path = Path(model)
    if path.suffix not in READ_ENDINGS and not os.path.exists(path):
        known, meant = ", ".join(MODEL_NAMES), did_you_mean(model, SHIPPED_NAMES)
        raise WeightsError(
            f"{named(model)!r} is neither a preset ({known}) nor a weights file{meant}"
        )
    weights = _load_file(path, path.name, conventions)
    if not _computes(weights):
        raise WeightsError(
            f"{path} is refused: its weights are so large that the outputs overflow"
        )
    if not any(
        array.any() for key, array in weights.parameters.items() if key.endswith(".weight")
    ):
        raise WeightsError(
            f"{path} is refused: all of its weights are 0, so it would read everything as the "
            "same digit; save the trained network again"
        )
    return weights


def serialised(config: LeNet5Config, parameters: Parameters, facts: Mapping[str, Any]) -> bytes:
    """A safetensors file with a network's parameters and all that is known of it."""
    header = {"format": FORMAT, "preset": config.name, "facts": json.dumps(facts)}
    if _differs(config) and (known := conventions_of(config)):
        header["manner"] = known.text
    return safetensors_file.written(parameters, header)


def _load_file(path: Path, name: str, conventions: Conventions) -> Weights:
    if fault := _fault_of_file(path):
        raise WeightsError(f"{path} {fault}")
    if path.suffix == SAFETENSORS:
        content = contents(path, LARGEST_FILE, WeightsError)
        if content[8:9] != b"{":
            formats.check(content, path)
        state, header = safetensors_file.read(content, str(path), WeightsError)
        if "preset" in header:
            return _with_metadata(state, header, path, name)
        read = Read(state)
    else:
        from lenetpad.lenet import state_dicts  # what ships needs none

        read = state_dicts.read(path)
    return _of_another(read, path, name, conventions)


def _of_another(read: Read, path: Path, name: str, conventions: Conventions) -> Weights:
    """The weights of a file without our metadata."""
    if (longest := max(map(len, read.state), default=0)) > LONGEST_KEY:
        raise WeightsError(f"{path} is not LeNet-5: a tensor's name has {longest:,} letters")
    layers = identification.layers_of(layouts.in_pytorchs(read.state))
    if layers.faults:
        raise _refusal(f"{path} is refused", layers.faults)
    told = replace(read, state=layers.state, conventions=conventions.or_else(read.conventions))
    weights = _without_metadata(told, path, name)
    return replace(weights, left_out=(*weights.left_out, *layers.left_out, *read.left_out))


def _fault_of_file(path: Path) -> str:
    """Why a file cannot be a LeNet-5's weights, by its size alone; "" where it can."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return f"cannot be read: {getattr(error, 'strerror', None) or error}"
    size = status.st_size
    if stat.S_ISDIR(status.st_mode):
        return "is a folder; choose a weights file in it"
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file; copy what it gives into a file first"
    if size == 0:
        return "is empty"
    if size > LARGEST_FILE:
        return f"is not LeNet-5: it has {size / 1e6:.0f} MB, LeNet-5 has 0.3"
    return ""


def _with_metadata(state: State, header: Mapping[str, str], path: Path, name: str) -> Weights:
    """The weights of a file that says itself what it holds."""
    config = _config(header, state, path)
    parameters = _checked(state, config, path)
    damaged = f"{path} has damaged metadata; get the file again"
    facts = decoded(header.get("facts", "{}"), damaged, WeightsError)
    known = Facts.of(facts, damaged, WeightsError)
    config = _calibrated(config, known.calibration)
    if known.step is not None:  # along the way of a training
        name = f"{config.name} after step {known.step:,}"
    return Weights(name, config, parameters, facts)


def _without_metadata(read: Read, path: Path, name: str) -> Weights:
    """The weights of a plain state dict: of a preset's, if its names and how it reads say so."""
    state, conventions = read.state, read.conventions
    preset = _preset_of(state)
    if preset and conventions == UNKNOWN_CONVENTIONS:
        parameters = _checked(state, PRESETS[preset], path)
        config, accuracy = _read_as_named(PRESETS[preset], parameters)
        if accuracy is not None:
            return Weights(name, config, parameters, warning=warning_of(accuracy))
    found = _identified(read)
    if found.faults:
        _check_under_our_names(state, path)
        raise _refusal(f"{path} is not LeNet-5", found.faults)
    if conventions not in possible(found.state):
        weights = _guessed(found.state, name, path, conventions)
    else:
        config = configuration(conventions, found.state)
        weights = Weights(name, config, found.state, conventions=conventions)
    if found.doubts and weights.config.subsampling == "max":
        raise _refusal(f"{path} cannot be read for certain", found.doubts)
    return replace(weights, left_out=found.left_out)


def _identified(read: Read) -> Found:
    """The layers of a state dict, with batch normalisation where it fits MNIST best, if any.

    Where it is, right behind the weighted sums or behind their activation, names mostly do not
    tell. Behind the activation it has to read MNIST clearly better.
    """
    found = identification.identify(read.state, read.late or identification.NOWHERE)
    if read.late is not None or not found.left_out:
        return found
    late = identification.identify(read.state, identification.LATE)
    if late.faults:
        return found
    try:
        least = READS if found.faults else guessing.reads(found.state, read.conventions)
        if guessing.reads(late.state, read.conventions) > least + guessing.NEAR:
            # Before a mean or behind it is the same; before a maximum it is not.
            strict = identification.identify(read.state, identification.BEFORE_POOLING)
            return replace(late, doubts=strict.faults)
    except DataError:
        pass  # nothing to choose by
    return found


def _guessed(state: dict[str, FloatArray], name: str, path: Path, known: Conventions) -> Weights:
    guesses = guessing.guess(state, known)
    if not guesses:
        trained = "has" if "s2.weight" in state else "lacks"
        raise WeightsError(
            f"{path} cannot be read with the pooling {known.pooling}: "
            f"it {trained} trained coefficients of subsampling"
        )
    best, accuracy = guesses[0]
    return Weights(
        name=name,
        config=configuration(best, state),
        parameters=state,
        conventions=best,
        guesses=guesses,
        warning=fit_of(accuracy).format(percent=f"{100 * accuracy:.1f}"),
    )


def _read_as_named(config: LeNet5Config, state: Parameters) -> tuple[LeNet5Config, float | None]:
    """How many of MNIST's digits a network reads as its layers' names say; 1 without MNIST.

    None where it reads clearly better otherwise. One in the study's format gets the border that it
    reads better with.
    """
    studys = config.name == STUDY_FORMAT
    try:
        if studys:
            padding, accuracy = guessing.better_padding(config, state)
            if padding != config.padding:
                config = replace(config, padding=padding)
        else:
            accuracy = guessing.accuracy_of(config, state)
        enough = max(READS, accuracy + guessing.CLEARLY)
        if enough < 1 and guessing.best_accuracy(state) >= enough:
            return config, None
        otherwise = studys and accuracy >= READS and guessing.better_normalised(config, state)
        return config, None if otherwise else accuracy
    except DataError:
        return config, 1.0  # nothing to choose by: as the preset has it


def _calibrated(config: LeNet5Config, calibration: Calibration | None) -> LeNet5Config:
    """With the file's temperature and "no digit" constant, where it has both."""
    if calibration is None or calibration.rubbish is None:
        return config
    return replace(config, temperature=calibration.temperature, rubbish=calibration.rubbish)


def _computes(weights: Weights) -> bool:
    """Whether blank and inked paper give numbers."""
    paper = np.stack([np.full((PADDED, PADDED), ink, np.float32) for ink in (0.0, 0.5, 1.0)])
    with np.errstate(all="ignore"):
        output = forward(weights.config, weights.parameters, paper)
        return bool(np.isfinite(log_posteriors(weights.config, output)).all())


def _differs(config: LeNet5Config) -> bool:
    """Whether a network has other conventions than a preset of its name."""
    return config.name not in PRESETS or config.padding != PRESETS[config.name].padding


def _config(
    header: Mapping[str, str], state: Mapping[str, NDArray[Any]], path: Path
) -> LeNet5Config:
    """The configuration that a file's metadata name, and its tensors where they leave it open."""
    preset, text = header["preset"], header.get("manner", "")
    if preset not in (*PRESETS, FOREIGN):
        raise WeightsError(
            f"{path} is for a preset {named(preset)!r} that this version does not know"
        )
    if preset in PRESETS and not text:
        return PRESETS[preset]
    conventions = Conventions.of(text)
    if not conventions.complete:
        raise WeightsError(
            f"{path} reads in a manner {named(text)!r} that this version does not know"
        )
    if preset in PRESETS:
        return replace(PRESETS[preset], padding=PADDING[conventions.padding])
    return configuration(conventions, state)


def _misfits(state: State) -> dict[str, int]:
    """How many tensors do not fit each preset."""
    shapes = {key: value.shape for key, value in state.items()}
    misfits = {}
    for preset, config in PRESETS.items():
        expected = parameter_shapes(config)
        misfits[preset] = sum(key not in expected for key in shapes) + sum(
            shapes.get(key) != shape for key, shape in expected.items()
        )
    return misfits


def _preset_of(state: State) -> str:
    """The preset whose layers, under our names, a file without metadata holds; "" if none."""
    return next((preset for preset, misfits in _misfits(state).items() if misfits == 0), "")


def _check_under_our_names(state: State, path: Path) -> None:
    """Raise WeightsError if at least half the names are ours, by the preset that fits best."""
    misfits = _misfits(state)
    config = PRESETS[min(misfits, key=misfits.__getitem__)]
    expected = parameter_shapes(config)
    if 2 * len(state.keys() & expected.keys()) >= len(expected):
        _checked(state, config, path)


def _checked(state: State, config: LeNet5Config, path: Path) -> dict[str, FloatArray]:
    """A configuration's parameters; WeightsError says what does not fit."""
    expected = parameter_shapes(config)
    wrong, missing = [], []
    for key, shape in expected.items():
        if key not in state:
            missing.append(f"{key} is missing, expected {shape_text(shape)}")
        elif state[key].shape != shape:
            wrong.append(f"{key} should be {shape_text(shape)}, is {shape_text(state[key].shape)}")
        elif fault := fault_of_values(state[key]):
            wrong.append(f"{key} {fault}")
    unknown = [f"{named(key)} is unknown" for key in state if key not in expected]
    if wrong or missing or unknown:
        raise _refusal(f"{path} does not fit {config.name}", (*wrong, *missing, *unknown))
    return {key: as_float32(state[key]) for key in expected}


def _refusal(begins: str, faults: Iterable[str]) -> WeightsError:
    """An error with the first faults, as many as a message has room for; the others counted.

    A fault that is too long for what room is left gives way to a shorter one.
    """
    first, *others = faults
    said, left = f"{one_line(begins)}: {first}", len(others)
    for fault in others:
        rest = f"; {left - 1:,} more" if left > 1 else ""
        if len(said) + len(fault) + len(rest) + 2 <= LONGEST_MESSAGE:
            said, left = f"{said}; {fault}", left - 1
    return WeightsError(f"{said}; {left:,} more" if left else said)
