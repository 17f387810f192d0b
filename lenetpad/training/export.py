"""Weights for other programs: a plain state dict, safetensors, ONNX; each read back and compared.

- .pth, .pt: a plain state dict. That of lenet5-modern is what the study's script writes: c1, c3
  and c5 (120×400), f6 and output, each with weight and bias. It does not say how it reads.
- .safetensors: the same tensors with metadata, from which this program knows all of it.
- .onnx: the whole computation. Input "image" (N, 1, 32, 32), paper 0 and ink 1, with two pixels
  of paper around a digit of 28×28; outputs "output" (N, 10), the output layer, and
  "log_posteriors" (N, 10, or 11 with "no digit" last). N is any number.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lenetpad.data import labelled as data
from lenetpad.data.distortions import padded
from lenetpad.evaluation.inference import outputs
from lenetpad.lenet.conventions import conventions_of
from lenetpad.lenet.weights import SUFFIXES, Weights, load
from lenetpad.storage.resources import how_to_get
from lenetpad.training.network import LeNet5, network_of
from lenetpad.training.weights import save
from lenetpad.values.conventions import UNKNOWN_CONVENTIONS
from lenetpad.values.failures import first_line

ONNX: Final = ".onnx"
#: What torch's exporter and the comparison need.
ONNX_PACKAGES: Final = ("onnx", "onnxruntime", "onnxscript")
#: How many of MNIST's test images are compared, and the largest relative difference allowed.
IMAGES: Final = 100
TOLERANCE: Final = 1e-4


class ExportError(RuntimeError):
    """An export that is not possible; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was compared after writing.

    ``difference`` is the largest one between the output layers that file and program give,
    relative to the largest absolute value there.
    """

    images: int
    difference: float


def export(weights: Weights, path: Path) -> Written:
    """Write the weights in the format that the suffix names, and compare what the file computes.

    Raises ExportError, WeightsError or DataError; the file is then as it was before.
    """
    if path.suffix not in (*SUFFIXES, ONNX):
        raise ExportError(f"{path} must end in one of {', '.join((*SUFFIXES, ONNX))}")
    if path.suffix == ONNX:
        _require_onnx()
    if path.is_dir():
        raise ExportError(f"{path} cannot be written: it is a folder")
    images = _images()
    network = network_of(weights)
    expected = _computed(network, images)
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        computed = _written(network, weights.facts, partial, images)
        difference = float((computed - expected).abs().max() / expected.abs().max())
        if not difference <= TOLERANCE:  # NaN too
            raise ExportError(
                f"{path} is not written: it computes something else than the program, "
                f"by {difference:.2g} of the largest output"
            )
        os.replace(partial, path)
    except OSError as error:
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()
    return Written(images=len(images), difference=difference)


def _written(
    network: LeNet5, facts: Mapping[str, Any], path: Path, images: NDArray[np.uint8]
) -> Tensor:
    """Write a file, read it back, and give the output layer that it computes, (N, 10)."""
    if path.suffix == ONNX:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_onnx(network, path)
            return _computed_by_onnx(path, images)
        except OSError:
            raise
        except Exception as error:  # neither torch nor onnxruntime say what they raise
            reason = first_line(error)
            raise ExportError(f"{path} is not written: {reason}") from error
    save(path, network, facts)
    if path.suffix == ".safetensors":
        return _computed(network_of(load(str(path))), images)
    # A plain state dict does not say how it reads, so it is given.
    known = conventions_of(network.config) or UNKNOWN_CONVENTIONS
    return _computed(network_of(load(str(path), known)), images)


def _computed(network: LeNet5, images: NDArray[np.uint8]) -> Tensor:
    return torch.cat(list(outputs(network, images)))


class _Exported(nn.Module):
    """The network with both of the outputs that the ONNX file has."""

    def __init__(self, network: LeNet5) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        output = self.network(image)
        return output, self.network.log_posteriors(output)


def _require_onnx() -> None:
    missing = [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        way = how_to_get("them", f"python -m pip install {' '.join(ONNX_PACKAGES)}")
        raise ExportError(f"ONNX needs {', '.join(missing)}: {way}")


def _write_onnx(network: LeNet5, path: Path) -> None:
    batch = torch.export.Dim("N", min=1)
    with _quiet():
        program = torch.onnx.export(
            _Exported(network).eval(),
            (torch.zeros(2, 1, 32, 32),),
            input_names=["image"],
            output_names=["output", "log_posteriors"],
            dynamic_shapes={"image": {0: batch}},
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        proto = program.model_proto
    _strip(proto)
    path.write_bytes(proto.SerializeToString())


def _strip(message: Any) -> None:
    """Take the remarks out of an ONNX file: torch puts the paths of its and our modules in."""
    for field, value in message.ListFields():
        if field.name in ("metadata_props", "doc_string"):
            message.ClearField(field.name)
        elif field.message_type is not None:
            for part in value if isinstance(value, Sequence) else [value]:
                _strip(part)


def _computed_by_onnx(path: Path, images: NDArray[np.uint8]) -> Tensor:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    [output] = session.run(["output"], {"image": padded(torch.tensor(images)).numpy()})
    return torch.from_numpy(output)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without torch's remarks about its own insides."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@cache
def _images() -> NDArray[np.uint8]:
    """Some of MNIST's test images."""
    return data.mnist()[1].images[:IMAGES]
