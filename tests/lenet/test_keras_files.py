"""Networks of Keras's, in files as its versions 2 and 3 write them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lenetpad.lenet import hdf5_arrays, keras_models
from lenetpad.lenet.weights import Weights, load
from lenetpad.training.network import network_of
from lenetpad.values.conventions import Conventions
from tests.foreign_weights import images, refusal, shown

Array = NDArray[np.float32]
Entry = tuple[str, dict[str, Any]]

UNIT: Final = Conventions(normalisation="unit")
ACTIVATIONS: Final[dict[str, Callable[[Tensor], Tensor]]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "linear": lambda a: a,
}
WIDTHS: Final = {"c1": 6, "c3": 16, "c5": 120, "f6": 84, "output": 10}
SHAPES: Final = {"c1": (5, 5, 1, 6), "c3": (5, 5, 6, 16), "c5": (400, 120), "f6": (120, 84)}


def layers(block: str, pooling: str, activation: str, **batch: Any) -> list[Entry]:
    """A network: behind each convolution an activation "a", a pooling "p", batches "b"."""
    kinds: dict[str, Entry] = {
        "a": ("Activation", {"activation": activation}),
        "p": (f"{pooling}Pooling2D", {"pool_size": [2, 2], "strides": [2, 2]}),
        "b": ("BatchNormalization", batch),
    }
    behind = [kinds[letter] for letter in block]
    return [
        ("InputLayer", {}),
        *(("Conv2D", {"padding": "same", "strides": [1, 1]}), *behind, ("Conv2D", {}), *behind),
        *(("Flatten", {}), ("Dense", {}), kinds["a"], ("Dropout", {"rate": 0.5})),
        *(("Dense", {"activation": activation}), ("Dense", {"activation": "softmax"})),
    ]


def numbers(network: list[Entry], seed: int = 0, negative: bool = False) -> list[list[Array]]:
    """Arrays for each layer of a network, in Keras's shapes and order."""
    random = np.random.default_rng(seed)
    found, names = [], iter([*SHAPES.items(), ("output", (84, 10))])
    width = 0
    for kind, config in network:
        arrays: list[Any] = []
        if kind in ("Conv2D", "Dense"):
            name, shape = next(names)
            width = WIDTHS[name]
            spread = 1 / np.sqrt(np.prod(shape[:-1]))
            arrays = [random.normal(size=shape) * spread, random.normal(size=width) * 0.1]
        elif kind == "BatchNormalization":
            scale = random.uniform(0.5, 1.5, width)
            scale[::2] *= -1 if negative else 1
            arrays = [scale] if config.get("scale", True) else []
            arrays += [random.normal(size=width)] if config.get("center", True) else []
            arrays += [random.normal(size=width), random.uniform(0.5, 1.5, width)]
        found.append([array.astype(np.float32) for array in arrays])
    return found


def computed(network: list[Entry], arrays: list[list[Array]], pixels: Tensor) -> Tensor:
    """What Keras's layers give for images (n, 28, 28, 1): as its documentation defines them."""
    x = pixels
    for (kind, config), own in zip(network, map(list, arrays), strict=True):
        given = [torch.tensor(array) for array in own]
        match kind:
            case "Conv2D":
                if config.get("padding") == "same":
                    x = functional.pad(x, (0, 0, 2, 2, 2, 2))
                windows = x.unfold(1, 5, 1).unfold(2, 5, 1)  # (n, rows, columns, inputs, 5, 5)
                x = torch.einsum("nrciyx,yxio->nrco", windows, given[0]) + given[1]
            case "Dense":
                x = x @ given[0] + given[1]
            case "Flatten":
                x = x.reshape(len(x), -1)
            case "MaxPooling2D" | "AveragePooling2D":
                n, rows, columns, maps = x.shape
                fours = x.reshape(n, rows // 2, 2, columns // 2, 2, maps)
                x = fours.amax((2, 4)) if kind.startswith("Max") else fours.mean((2, 4))
            case "BatchNormalization":
                x = (x - given[-2]) / (given[-1] + config.get("epsilon", 1e-3)).sqrt()
                x = x * given.pop(0) if config.get("scale", True) else x
                x = x + given[0] if config.get("center", True) else x
        answer = config.get("activation", "linear")
        x = x if answer == "softmax" else ACTIVATIONS[answer](x)
    return x


def described(network: list[Entry], kind: str = "Sequential") -> str:
    inside = [{"class_name": name, "config": config} for name, config in network]
    return json.dumps({"class_name": kind, "config": {"name": "net", "layers": inside}})


def groups(network: list[Entry]) -> list[str]:
    """The names of layers that Keras gives: conv2d, conv2d_1, …"""
    words = {"Conv2D": "conv2d", "Dense": "dense", "BatchNormalization": "batch_normalization"}
    found: list[str] = []
    for kind, _ in network:
        word = words.get(kind, kind.lower())
        count = sum(name == word or name.startswith(f"{word}_") for name in found)
        found.append(f"{word}_{count}" if count else word)
    return found


def as_version_3(network: list[Entry], arrays: list[list[Array]]) -> bytes:
    """The weights alone: layers/conv2d/vars/0 …, and the optimiser's."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, own in zip(groups(network), arrays, strict=True):
            group = file.create_group(f"layers/{name}/vars")
            for at, array in enumerate(own):
                group[str(at)] = array
        file["optimizer/vars/0"] = np.int64(3)
        file["optimizer/vars/1"] = np.zeros((5, 5, 1, 6), np.float32)
    return content.getvalue()


def archive(path: Path, network: list[Entry], arrays: list[list[Array]]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("metadata.json", "{}")
        file.writestr("config.json", described(network))
        file.writestr("model.weights.h5", as_version_3(network, arrays))
    return path


def as_version_2(
    path: Path, network: list[Entry], arrays: list[list[Array]], ending: str = ":0"
) -> Path:
    """A whole network: model_weights/conv2d/conv2d/kernel:0 …, with its configuration."""
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = described(network, "Functional")
        for (kind, config), name, own in zip(network, groups(network), arrays, strict=True):
            keys = ["kernel", "bias"]
            if kind == "BatchNormalization":
                keys = ["gamma"] * config.get("scale", True) + ["beta"] * config.get(
                    "center", True
                )
                keys += ["moving_mean", "moving_variance"]
            group = file.create_group(f"model_weights/{name}")
            for key, array in zip(keys, own, strict=False):
                group[f"{name}/{key}{ending}"] = array
        file["optimizer_weights/Adam/m:0"] = np.zeros((5, 5, 1, 6), np.float32)
    return path


def assert_computes(path: Path, network: list[Entry], arrays: list[list[Array]]) -> Weights:
    loaded = load(str(path), UNIT)
    pixels = images()
    with torch.inference_mode():
        ours = network_of(loaded)(shown(pixels))
    theirs = computed(network, arrays, pixels.permute(0, 2, 3, 1))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    return loaded


NETWORKS: Final = {
    "maximum": (layers("ap", "Max", "relu"), "relu max"),
    "average": (layers("ap", "Average", "tanh"), "tanh average"),
    "average first": (layers("pa", "Average", "sigmoid"), "sigmoid average-first"),
    "no activation": (layers("ap", "Average", "linear"), "none average"),
    "batches": (layers("bap", "Max", "relu"), "relu max"),
    "batches, pooled": (layers("bpa", "Average", "tanh"), "tanh average-first"),
    "pooled, batches": (layers("pba", "Average", "tanh"), "tanh average-first"),
    "late batches": (layers("abp", "Max", "relu"), "relu max"),
    "last batches": (layers("apb", "Max", "relu", epsilon=0.1), "relu max"),
    "late batches, average": (layers("abp", "Average", "relu", scale=False), "relu average"),
    "batches without": (layers("bap", "Max", "relu", scale=False, center=False), "relu max"),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("form", ["archive", "HDF5", "HDF5 of version 3"])
def test_whole_networks(name: str, form: str, tmp_path: Path) -> None:
    network, answers = NETWORKS[name]
    arrays = numbers(network)
    path = (
        archive(tmp_path / "a.keras", network, arrays)
        if form == "archive"
        else as_version_2(tmp_path / "a.h5", network, arrays, ":0" if form == "HDF5" else "")
    )
    loaded = assert_computes(path, network, arrays)
    assert loaded.conventions is not None
    assert loaded.conventions.text == f"{answers} unit zero"
    assert ("optimizer" if form == "archive" else "optimizer_weights") in loaded.left_out


def test_weights_alone_say_nothing_of_the_rest(tmp_path: Path) -> None:
    network = NETWORKS["average"][0]
    arrays = numbers(network)
    (tmp_path / "a.weights.h5").write_bytes(as_version_3(network, arrays))
    known = Conventions("tanh", "average", "unit", "zero")
    assert load(str(tmp_path / "a.weights.h5"), known).conventions == known
    with torch.inference_mode():
        ours = network_of(load(str(tmp_path / "a.weights.h5"), known))(shown(images()))
    theirs = computed(network, arrays, images().permute(0, 2, 3, 1))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


def test_weights_alone_with_batches_do_not_say_where(tmp_path: Path) -> None:
    network = NETWORKS["batches"][0]
    (tmp_path / "a.h5").write_bytes(as_version_3(network, numbers(network)))
    assert "but does not say where: save the whole network" in refusal(tmp_path / "a.h5")


@pytest.mark.parametrize(
    ("factor", "offset", "said"),
    [(1 / 255, 0.0, "unit"), (1 / 127.5, -1.0, "symmetric"), (0.5, 3.0, "")],
)
def test_input_values_that_the_network_makes_itself(
    factor: float, offset: float, said: str, tmp_path: Path
) -> None:
    network = layers("ap", "Max", "relu")
    network.insert(1, ("Rescaling", {"scale": factor, "offset": offset}))
    path = archive(tmp_path / "a.keras", network, numbers(network))
    loaded = load(str(path))
    assert loaded.conventions is not None
    assert (loaded.guesses == ()) == bool(said)
    assert said in ("", loaded.conventions.normalisation)


@pytest.mark.parametrize(
    ("at", "entry", "said"),
    [
        (2, ("Activation", {"activation": "elu"}), "the activation elu in its place"),
        (2, ("LeakyReLU", {}), "a layer LeakyReLU"),
        (2, ("ReLU", {"max_value": 6.0}), "ReLU with max_value 6.0"),
        (3, ("MaxPooling2D", {"pool_size": [3, 3]}), r"MaxPooling2D with pool_size [3, 3]"),
        (4, ("Conv2D", {"padding": "same"}), "a convolution with the padding same"),
        (1, ("Conv2D", {"strides": [2, 2]}), "Conv2D with strides [2, 2]"),
        (3, ("AveragePooling2D", {}), "the poolings average, max"),
        (2, ("Activation", {"activation": "sigmoid"}), "the activations sigmoid, relu"),
    ],
)
def test_what_no_lenet_5_computes(at: int, entry: Entry, said: str, tmp_path: Path) -> None:
    network = layers("ap", "Max", "relu")
    arrays = numbers(network)
    network[at] = entry
    with zipfile.ZipFile(tmp_path / "a.keras", "w") as file:
        file.writestr("config.json", described(network))
        file.writestr("model.weights.h5", as_version_3(layers("ap", "Max", "relu"), arrays))
    assert f"cannot be read as LeNet-5: it has {said}" in refusal(tmp_path / "a.keras")


def test_late_batches_that_turn_the_order_of_values(tmp_path: Path) -> None:
    network = NETWORKS["late batches"][0]
    path = archive(tmp_path / "a.keras", network, numbers(network, negative=True))
    assert "with negative factors between an activation and its pooling" in refusal(path)
    after = NETWORKS["last batches"][0]
    arrays = numbers(after, negative=True)
    assert_computes(archive(tmp_path / "b.keras", after, arrays), after, arrays)


@pytest.mark.parametrize("ending", [".pth", ".bin"])
def test_any_ending_will_do(ending: str, tmp_path: Path) -> None:
    network = NETWORKS["maximum"][0]
    arrays = numbers(network)
    assert_computes(archive(tmp_path / f"a{ending}", network, arrays), network, arrays)


@pytest.mark.parametrize("name", ["a.h5", "a.keras"])
def test_without_the_library(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = NETWORKS["maximum"][0]
    save = archive if name == "a.keras" else as_version_2
    path = save(tmp_path / name, network, numbers(network))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    message = refusal(path)
    assert "needs the package h5py: python -m pip install h5py; or save its arrays" in message


class TestWhatIsRefused:
    """Files that lead out of themselves, or to more memory than a LeNet-5 takes."""

    @pytest.mark.parametrize("link", ["other.h5", "/layers/dense"])
    def test_links(self, link: str, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "other.h5", "w") as file:
            file["secret"] = np.zeros((5, 5, 1, 6), np.float32)
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["layers/conv2d/vars/0"] = (
                h5py.ExternalLink(link, "secret") if link == "other.h5" else h5py.SoftLink(link)
            )
        assert "is refused: layers/conv2d/vars/0 links to something else" in refusal(
            tmp_path / "a.h5"
        )

    def test_numbers_in_another_file(self, tmp_path: Path) -> None:
        (tmp_path / "raw").write_bytes(bytes(600))
        with h5py.File(tmp_path / "a.h5", "w") as file:
            where = [(str(tmp_path / "raw"), 0, 600)]
            file.create_dataset("conv2d/kernel", (5, 5, 1, 6), np.float32, external=where)
        assert "conv2d/kernel is packed, or lies in another file" in refusal(tmp_path / "a.h5")

    def test_packed_numbers(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.create_dataset("a/kernel", data=np.zeros((400, 120)), compression="gzip")
        assert "a/kernel is packed" in refusal(tmp_path / "a.h5")

    @pytest.mark.parametrize("chunks", [None, (1 << 24,)])
    def test_more_numbers_than_there_is_room_for(
        self, chunks: tuple[int] | None, tmp_path: Path
    ) -> None:
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file.create_dataset("a/kernel", (1 << 40,), np.float32, chunks=chunks)
        assert (tmp_path / "a.h5").stat().st_size < 10_000
        assert "it holds over 64 MB of numbers" in refusal(tmp_path / "a.h5")

    def test_many_objects(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "a.h5", "w", libver="latest") as file:
            for at in range(hdf5_arrays.MOST_OBJECTS + 1):
                file.create_group(f"g{at % 2}/{at}")
        assert "it holds over 10,000 objects" in refusal(tmp_path / "a.h5")

    def test_a_file_that_takes_for_ever(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hdf5_arrays, "SECONDS", 0.5)
        monkeypatch.setattr(hdf5_arrays, "CODE", "while True: {} {}")
        (tmp_path / "a.h5").write_bytes(as_version_3([], []))
        assert "is not a whole HDF5 file; save it again" in refusal(tmp_path / "a.h5")

    @pytest.mark.parametrize("cut", [20, 3000])
    def test_damaged_files(self, cut: int, tmp_path: Path) -> None:
        network = NETWORKS["maximum"][0]
        content = as_version_3(network, numbers(network))
        (tmp_path / "a.h5").write_bytes(content[:-cut])
        assert "is not a whole HDF5 file; save it again" in refusal(tmp_path / "a.h5")

    def test_a_group_within_itself(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "a.h5", "w") as file:
            file["a/b"] = file.create_group("a")
        assert "its groups lie too deep" in refusal(tmp_path / "a.h5")

    def test_an_archive_that_unpacks_to_more(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.keras", "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("config.json", "{}")
            file.writestr("model.weights.h5", bytes(65 << 20))
        assert "it unpacks to 68 MB" in refusal(tmp_path / "a.keras")

    @pytest.mark.parametrize(
        "config", ["", "[]", '{"class_name": "Sequential", "config": {"layers": [1]}}']
    )
    def test_damaged_configurations(self, config: str, tmp_path: Path) -> None:
        network = NETWORKS["maximum"][0]
        with zipfile.ZipFile(tmp_path / "a.keras", "w") as file:
            file.writestr("config.json", config)
            file.writestr("model.weights.h5", as_version_3(network, numbers(network)))
        message = refusal(tmp_path / "a.keras")
        assert ": its configuration" in message
        assert "is damaged" in message

    def test_nested_networks(self, tmp_path: Path) -> None:
        text = described([])
        for _ in range(keras_models.DEEPEST + 1):
            text = json.dumps(
                {"class_name": "Sequential", "config": {"layers": [json.loads(text)]}}
            )
        with zipfile.ZipFile(tmp_path / "a.keras", "w") as file:
            file.writestr("config.json", text)
            file.writestr("model.weights.h5", as_version_3([], []))
        assert "its configuration is damaged" in refusal(tmp_path / "a.keras")
