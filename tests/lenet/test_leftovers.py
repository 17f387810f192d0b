"""What lies beside the layers of a state dict: left out, worked in, or refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import prune

from lenetpad.lenet.leftovers import sentence
from lenetpad.lenet.weights import load
from lenetpad.training.network import build, network_of
from lenetpad.values.conventions import Conventions
from tests.foreign_weights import (
    STUDY,
    State,
    a_state,
    assert_same_network,
    images,
    refusal,
    shown,
    written,
)

ZEROS = Conventions("relu", "max", "mnist", "zero")


def a_network(*, norm: type[nn.Module] | None = None, batches: bool = False) -> nn.Sequential:
    """A network as tutorials build it, perhaps with layers that normalise after each other."""

    def behind(width: int, flat: bool = False) -> list[nn.Module]:
        if norm is not None and not flat:
            return [norm(2, width) if norm is nn.GroupNorm else norm(width, affine=True)]
        kind = nn.BatchNorm1d if flat else nn.BatchNorm2d
        return [kind(width)] if batches else []

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), *behind(6), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5), *behind(16), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
            *(nn.Linear(400, 120), *behind(120, flat=True), nn.ReLU()),
            *(nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        )
        for layer in network:
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
                for tensor in (layer.weight.data, layer.running_var):
                    assert tensor is not None
                    tensor.copy_(torch.rand(len(tensor)) + 0.5)
                for tensor in (layer.bias.data, layer.running_mean):
                    assert tensor is not None
                    tensor.copy_(torch.randn(len(tensor)))
    return network.eval()


def assert_computes(path: Path, network: nn.Module) -> None:
    """The file gives what a network of PyTorch gives for MNIST's values and a border of zeros."""
    pixels = images()
    with torch.inference_mode():
        ours = network_of(load(str(path), ZEROS))(shown(pixels))
        torch.testing.assert_close(ours, network((pixels - 0.1307) / 0.3081), atol=1e-4, rtol=1e-4)


class TestLeftOut:
    @pytest.mark.parametrize(
        "beside",
        [
            {"n_averaged": torch.tensor(3)},
            {"total_ops": torch.zeros(1).double(), "conv1.total_params": torch.zeros(1).double()},
            {"train_acc.tp": torch.zeros(1), "val_confmat.confmat": torch.zeros(10, 10)},
            {"train_acc.tp": torch.zeros(10, dtype=torch.int64)},
            {"criterion.weight": torch.ones(10)},
            {"loss_fn.weight": torch.ones(10), "class_weights": torch.ones(10)},
            {"mean": torch.tensor(0.1307), "std": torch.tensor(0.3081)},
            {"normalize.mean": torch.zeros(1, 1, 1, 1), "normalize.std": torch.ones(1, 1, 1, 1)},
            {"table": torch.zeros(16, 6, dtype=torch.bool), "steps": torch.zeros(5).int()},
        ],
        ids=lambda beside: next(iter(beside)),
    )
    @pytest.mark.parametrize("prefix", ["", "module."])
    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_it_is_named(self, beside: State, prefix: str, suffix: str, tmp_path: Path) -> None:
        state = a_state()
        path = written(
            tmp_path / f"a{suffix}", {prefix + name: t for name, t in state.items()} | beside
        )
        assert_same_network(path, state, STUDY)
        assert load(str(path), STUDY).left_out == tuple(sorted(beside))

    def test_weights_of_classes_are_no_bias(self, tmp_path: Path) -> None:
        state = a_state()
        del state["fc3.bias"]
        path = written(tmp_path / "a.pth", state | {"criterion.weight": torch.ones(10)})
        assert not load(str(path), STUDY).parameters["output.bias"].any()

    def test_our_own_networks_are_known_by_their_names(self, tmp_path: Path) -> None:
        state = build("lenet5-1998", 1).state_dict()
        path = written(tmp_path / "a.pth", {"n_averaged": torch.tensor(3), **state})
        loaded = load(str(path))
        assert (loaded.config.name, loaded.left_out) == ("lenet5-1998", ("n_averaged",))

    @pytest.mark.parametrize("name", ["act1.weight", "prelu.alpha", "2.weight", "scale"])
    def test_a_number_that_is_computed_with_is_not(self, name: str, tmp_path: Path) -> None:
        message = refusal(written(tmp_path / "a.pth", a_state() | {name: torch.zeros(1)}))
        assert f"{name} (1) is no part of LeNet-5" in message

    def test_the_likeliest_of_two_networks(self, tmp_path: Path) -> None:
        state = a_state()
        both = {f"ema.module.{name}": t for name, t in a_state(seed=1).items()}
        both |= {f"model.{name}": t for name, t in state.items()}
        path = written(tmp_path / "a.pth", both)
        assert_same_network(path, state, STUDY)
        assert len(load(str(path), STUDY).left_out) == 10

    def test_two_networks_that_nothing_tells_apart(self, tmp_path: Path) -> None:
        both = {f"{word}.{name}": t for word in "ab" for name, t in a_state().items()}
        message = refusal(written(tmp_path / "a.pth", both))
        assert message.endswith("it holds several networks (a, b); save one of them alone")

    def test_what_is_said(self) -> None:
        assert sentence(()) == ""
        assert sentence(("a", "b")) == "Beside its layers it holds a, b: left out."
        many = tuple(f"n{i}" * 100 for i in range(2000))
        assert sentence(many).endswith(" and 1,995 more: left out.")
        assert len(sentence(many)) < 500


class TestPruned:
    @pytest.mark.parametrize("names", [("weight",), ("bias",), ("weight", "bias")])
    def test_each_parameter_is_multiplied(self, names: tuple[str, ...], tmp_path: Path) -> None:
        network = a_network()
        for layer in network:
            for name in names if isinstance(layer, nn.Conv2d | nn.Linear) else ():
                prune.random_unstructured(layer, name, amount=0.4)
        path = written(tmp_path / "a.pth", network.state_dict())
        assert_computes(path, network)
        said = sentence(load(str(path), ZEROS).left_out)
        assert f"0.{min(names)}_mask" in said
        assert said.endswith("worked in.")

    def test_a_table_of_connections(self, tmp_path: Path) -> None:
        state = a_state()
        mask = (torch.rand(16, 6, 1, 1) > 0.5).float()
        path = written(tmp_path / "a.pth", state | {"conv2.mask": mask})
        assert_same_network(path, state | {"conv2.weight": state["conv2.weight"] * mask}, STUDY)

    @pytest.mark.parametrize("mask", [torch.full((16,), 0.5), torch.zeros(7), torch.zeros(3, 16)])
    def test_a_mask_that_is_none(self, mask: Tensor, tmp_path: Path) -> None:
        state = a_state() | {"conv2.bias_mask": mask}
        assert "conv2.bias_mask" in refusal(written(tmp_path / "a.pth", state))


class TestNormalising:
    def test_batches_with_statistics_are_worked_in(self, tmp_path: Path) -> None:
        network = a_network(batches=True)
        path = written(tmp_path / "a.pth", network.state_dict())
        assert_computes(path, network)
        said = sentence(load(str(path), ZEROS).left_out)
        assert said == "Beside its layers it holds 1, 5, 10: worked in."

    def test_without_weights_and_biases_too(self, tmp_path: Path) -> None:
        network = a_network()
        batch = nn.BatchNorm2d(6, affine=False).eval()
        assert batch.running_mean is not None
        batch.running_mean.fill_(0.3)
        network.insert(1, batch)
        path = written(tmp_path / "a.pth", network.state_dict())
        assert_computes(path, network)

    @pytest.mark.parametrize("norm", [nn.GroupNorm, nn.InstanceNorm2d])
    @pytest.mark.parametrize("named", ["{}", "features.{}", "norm{}", "x{}"])
    @pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
    def test_without_statistics_it_is_no_subsampling(
        self, norm: type[nn.Module], named: str, suffix: str, tmp_path: Path
    ) -> None:
        state = a_network(norm=norm).state_dict()
        renamed = {}
        for name, tensor in state.items():
            owner, _, key = name.partition(".")
            renamed[f"{named.format(owner)}.{key}"] = tensor
        if named == "norm{}":
            renamed = {
                n.replace("norm", "conv") if t.ndim > 1 else n: t for n, t in renamed.items()
            }
        message = refusal(written(tmp_path / f"a{suffix}", renamed), replace(STUDY, pooling=""))
        assert "may normalise (as GroupNorm" in message

    @pytest.mark.parametrize("prefix", ["", "features."])
    def test_batches_behind_an_activation(self, prefix: str, tmp_path: Path) -> None:
        network = a_network(batches=True)
        network[1], network[2] = network[2], network[1]
        state = {f"{prefix}{name}": tensor for name, tensor in network.state_dict().items()}
        message = refusal(written(tmp_path / "a.pth", state), ZEROS)
        assert "2 does not normalise right behind 0, as it must to be worked into it" in message

    def test_numbers_of_different_sequences_tell_nothing(self, tmp_path: Path) -> None:
        network = a_network(batches=True)
        renamed = {
            f"{'norms' if at in ('1', '5', '10') else 'layers'}.{int(at) // 2}.{key}": tensor
            for name, tensor in network.state_dict().items()
            for at, _, key in [name.partition(".")]
        }
        assert_computes(written(tmp_path / "a.pth", renamed), network)

    def test_batches_that_keep_no_statistics(self, tmp_path: Path) -> None:
        state = a_state()
        for at, width in ((1, 6), (2, 16)):
            batch = nn.BatchNorm2d(width, track_running_stats=False).state_dict()
            state |= {f"bn{at}.{name}": tensor for name, tensor in batch.items()}
        message = refusal(written(tmp_path / "a.pth", state), replace(STUDY, pooling=""))
        assert "bn1, bn2 may normalise" in message
