"""Weights as other programs write them, and torch's own forward pass of their network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from lenetpad.data.labelled import Labelled
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.weights import load
from lenetpad.training.network import network_of
from lenetpad.values.conventions import Conventions

State = dict[str, Tensor]
STUDY = Conventions("relu", "max", "symmetric", "zero")
#: The names of the five layers in networks from elsewhere.
NAMINGS = {
    "conv and fc": ("conv1", "conv2", "fc1", "fc2", "fc3"),
    "features": ("features.0", "features.3", "classifier.0", "classifier.2", "classifier.4"),
    "the paper's": ("c1", "c3", "c5", "f6", "out"),
    "numbers": ("0", "3", "7", "9", "11"),
    "wrapped": ("module.conv1", "module.conv2", "module.fc1", "module.fc2", "module.fc3"),
    "wrapped twice": tuple(f"model.module.{name}.layer" for name in "vwxyz"),
}
LAYERS = ("c1", "c3", "c5", "f6", "output")
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "tanh": torch.tanh,
    "scaled-tanh": lambda a: 1.7159 * torch.tanh(a * 2 / 3),
    "sigmoid": torch.sigmoid,
}
NORMALISATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "unit": lambda x: x,
    "symmetric": lambda x: (x - 0.5) / 0.5,
    "mnist": lambda x: (x - 0.1307) / 0.3081,
    "paper": lambda x: x * 1.275 - 0.1,
    "bytes": lambda x: x * 255,
    "inverted": lambda x: 1.175 - x * 1.275,
}


def a_state(names: tuple[str, ...] = NAMINGS["conv and fc"], *, seed: int = 0) -> State:
    """Weights of torch's initialisation under these names."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = [
            nn.Conv2d(1, 6, 5),
            nn.Conv2d(6, 16, 5),
            nn.Linear(400, 120),
            nn.Linear(120, 84),
            nn.Linear(84, 10),
        ]
    pairs = zip(names, layers, strict=True)
    return {f"{n}.{key}": t.clone() for n, m in pairs for key, t in m.state_dict().items()}


def forward(state: State, conventions: Conventions, images: Tensor) -> Tensor:
    """The logits of torch's own operations for images (N, 1, 28, 28); state of a_state()."""
    activation, of_c5, of_f6 = activations(conventions.activation)
    x = images
    if conventions.padding == "background":
        x = functional.pad(x, (2, 2, 2, 2))
    x = NORMALISATIONS[conventions.normalisation](x)
    if conventions.padding == "resized":
        x = functional.interpolate(x, (32, 32), mode="bilinear", align_corners=False)
    c1, c3, c5, f6, out = ((state[f"{n}.weight"], state[f"{n}.bias"]) for n in _owners(state))

    def pooled(a: Tensor, stage: str) -> Tensor:
        match conventions.pooling:
            case "max":
                return functional.max_pool2d(activation(a), 2)
            case "average":
                return functional.avg_pool2d(activation(a), 2)
            case "average-first":
                return activation(functional.avg_pool2d(a, 2))
        w, b = (state[f"{stage}.{key}"].view(1, -1, 1, 1) for key in ("weight", "bias"))
        scale = 4.0 if conventions.pooling == "trained-sum" else 1.0
        a = a if conventions.pooling == "study" else activation(a)
        return activation(functional.avg_pool2d(a, 2) * scale * w + b)

    x = pooled(functional.conv2d(x, *c1, padding=2 if conventions.padding == "zero" else 0), "s2")
    x = pooled(functional.conv2d(x, *c3), "s4")
    x = functional.linear(x.flatten(1), *c5)
    x = x if conventions.pooling == "study" else of_c5(x)
    return functional.linear(of_f6(functional.linear(x, *f6)), *out)


def activations(answer: str) -> list[Callable[[Tensor], Tensor]]:
    """What the convolutions, C5 and F6 have behind them."""
    known = ACTIVATIONS | {"none": lambda a: a}
    if answer in known:
        return [known[answer]] * 3
    if "-not-" in answer:
        name, _, layer = answer.partition("-not-")
        return [known[name], *(known["none" if layer == at else name] for at in ("c5", "f6"))]
    first, _, second = answer.partition("-")
    return [known[first], known[second], known[second]]


def _owners(state: State) -> list[str]:
    owners = dict.fromkeys(name.rpartition(".")[0] for name in state)
    return [owner for owner in owners if owner not in ("s2", "s4")]


def images(count: int = 5, seed: int = 3) -> Tensor:
    """Random images (N, 1, 28, 28) in [0, 1]."""
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(seed))


def shown(pixels: Tensor) -> Tensor:
    """Images as the program gives them to a network, (N, 1, 32, 32)."""
    return functional.pad(pixels, (2, 2, 2, 2))


def written(path: Path, content: Any) -> Path:
    if path.suffix == ".safetensors":
        save_file(content, path)
    else:
        torch.save(content, path)
    return path


def assert_same_network(path: Path, state: State, conventions: Conventions) -> None:
    """The file, opened in this manner, gives what torch gives."""
    loaded = load(str(path), conventions)
    assert (loaded.conventions, loaded.guesses) == (conventions, ())
    pixels = images()
    with torch.inference_mode():
        ours, theirs = network_of(loaded)(shown(pixels)), forward(state, conventions, pixels)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def refusal(path: Path, conventions: Conventions = STUDY) -> str:
    with pytest.raises(WeightsError) as caught:
        load(str(path), conventions)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert str(path) in message
    return message


_TRAINED: dict[Conventions, list[Tensor]] = {}


def trained(
    conventions: Conventions, data: Labelled, names: tuple[str, ...] = (*LAYERS[:4], "z")
) -> State:
    """A network of this manner after a few hundred steps on MNIST, with torch's own means."""
    if conventions not in _TRAINED:
        state = {name: t.requires_grad_() for name, t in a_state().items()}
        optimizer = torch.optim.Adam(state.values(), lr=2e-3)
        order = torch.randperm(len(data), generator=torch.Generator().manual_seed(1)).numpy()
        for step in range(300):
            batch = order[64 * step : 64 * step + 64]
            images, labels = (torch.from_numpy(a[batch]) for a in (data.images, data.labels))
            logits = forward(state, conventions, images[:, None].float() / 255)
            loss = functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        _TRAINED[conventions] = [tensor.detach() for tensor in state.values()]
    keys = [f"{name}.{key}" for name in names for key in ("weight", "bias")]
    return dict(zip(keys, _TRAINED[conventions], strict=True))
