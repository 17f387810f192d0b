from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.layers import LayerRow, layer_specs, layer_table, total_parameters
from lenetpad.training.network import LeNet5, build
from lenetpad.values.layers import LayerSpec

#: The layers of the 1998 network: maps, height, width, parameters, connections.
PAPER = {
    "C1": (6, 28, 28, 156, 122_304),
    "S2": (6, 14, 14, 12, 5_880),
    "C3": (16, 10, 10, 1_516, 151_600),
    "S4": (16, 5, 5, 32, 2_000),
    "C5": (120, 1, 1, 48_120, 48_120),
    "F6": (84, 1, 1, 10_164, 10_164),
    "output": (10, 1, 1, 0, 840),
}


def specs_of(network: LeNet5) -> tuple[LayerSpec, ...]:
    """The layers by what torch's network has: its parameters' shapes, and which are trainable."""
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    trainable = {name for name, p in network.named_parameters() if p.requires_grad}
    return layer_specs(network.config, shapes, trainable)


def rows_of(network: LeNet5) -> dict[str, LayerRow]:
    return {row.name: row for row in layer_table(specs_of(network))}


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_row(name: str) -> None:
    row = rows_of(build("lenet5-1998", 0))[name]
    assert (row.maps, row.height, row.width, row.parameters, row.connections) == PAPER[name]


def test_the_papers_totals() -> None:
    network = build("lenet5-1998", 0)
    rows = layer_table(specs_of(network))
    assert [row.name for row in rows] == list(PAPER)
    assert total_parameters(specs_of(network)) == sum(row.parameters for row in rows) == 60_000
    assert sum(row.connections for row in rows) == 340_908


@pytest.mark.parametrize(
    ("preset", "parameters"),
    [("lenet5-1998", 60_000), ("lenet5-study", 60_850), ("lenet5-modern", 61_706)],
)
def test_the_presets_trainable_parameters(preset: str, parameters: int) -> None:
    network = build(preset, 0)
    assert total_parameters(specs_of(network)) == parameters
    assert sum(row.parameters for row in layer_table(specs_of(network))) == parameters


def counted_connections(network: LeNet5, name: str) -> int:
    """Pairs of a unit and something that moves it, found by moving each input and each bias.

    With all weights positive nothing can cancel; in double precision nothing can drown.
    """
    network = network.double().eval()
    taps: dict[str, Tensor] = {}
    with torch.no_grad():
        network(torch.zeros(1, 1, 32, 32, dtype=torch.float64), taps)
        generator = torch.Generator().manual_seed(0)
        for parameter in network.parameters():
            parameter.uniform_(0.5, 1.5, generator=generator)
    names = list(PAPER)
    before = taps[(["input", *names])[names.index(name)]]
    layer: nn.Module = getattr(network, name.lower())
    if isinstance(layer, nn.Linear):
        before = before.flatten(1)
    return _moved_by_inputs(layer, before.shape) + _moved_by_biases(layer, before.shape)


def _moved_by_inputs(layer: nn.Module, shape: torch.Size) -> int:
    start = torch.full(shape, 0.25, dtype=torch.float64)
    moved = 0
    with torch.no_grad():
        resting = layer(start)
        for some in torch.arange(start.numel()).split(256):
            moves = torch.zeros(len(some), start.numel(), dtype=torch.float64)
            moves[torch.arange(len(some)), some] = 1.0
            answers = layer(start + moves.view(-1, *shape[1:]))
            moved += int(((answers - resting).abs() > 1e-6).sum())
    return moved


def _moved_by_biases(layer: nn.Module, shape: torch.Size) -> int:
    bias = getattr(layer, "bias", None)
    if not isinstance(bias, nn.Parameter):
        return 0
    start = torch.full(shape, 0.25, dtype=torch.float64)
    moved = 0
    with torch.no_grad():
        resting = layer(start)
        for i in range(len(bias)):
            bias[i] += 1.0
            moved += int(((layer(start) - resting).abs() > 1e-6).sum())
            bias[i] -= 1.0
    return moved


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", PAPER)
def test_connections_are_what_really_moves_the_units(preset: str, name: str) -> None:
    row = rows_of(build(preset, 0))[name]
    assert counted_connections(build(preset, 1), name) == row.connections


def test_the_jacobian_of_c3_has_an_entry_for_each_connection() -> None:
    network = build("lenet5-1998", 0)
    nn.init.uniform_(network.c3.weight, 0.5, 1.5)  # type: ignore[arg-type]
    jacobian = torch.autograd.functional.jacobian(network.c3, torch.rand(1, 6, 14, 14))
    biases = 16 * 10 * 10
    assert int((jacobian != 0).sum()) + biases == rows_of(network)["C3"].connections


def test_another_table_gives_another_row() -> None:
    table = tuple((i % 6,) if i else (0, 1, 2) for i in range(16))  # 18 kernels
    network = LeNet5(replace(PRESETS["lenet5-1998"], table=table))
    row = rows_of(network)["C3"]
    assert row.parameters == 18 * 25 + 16
    assert row.connections == (18 * 25 + 16) * 100 == counted_connections(network, "C3")
    assert "18·5²+16 = 466" in row.formula
    assert total_parameters(specs_of(network)) == 60_000 - 1_516 + 466


def test_fixed_weights_are_no_parameters_but_connections() -> None:
    network = build("lenet5-1998", 0)
    network.f6.requires_grad_(False)
    row = rows_of(network)["F6"]
    assert (row.parameters, row.connections) == (0, 10_164)
    assert total_parameters(specs_of(network)) == 60_000 - 10_164


def widen_f6(network: LeNet5) -> None:
    network.c5 = nn.Linear(400, 130)
    network.f6 = nn.Linear(130, 84)


@pytest.mark.parametrize(
    ("change", "name", "maps", "parameters"),
    [(widen_f6, "C5", 130, 130 * 401), (widen_f6, "F6", 84, 84 * 131)],
)
def test_another_width_gives_another_row(
    change: Callable[[LeNet5], None], name: str, maps: int, parameters: int
) -> None:
    network = build("lenet5-1998", 0)
    change(network)
    row = rows_of(network)[name]
    assert (row.maps, row.parameters, row.connections) == (maps, parameters, parameters)


def test_an_unknown_layer_is_not_guessed_at() -> None:
    config = replace(PRESETS["lenet5-modern"], subsampling="LPPool2d")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="LPPool2d"):
        layer_specs(config)


def calculations(formula: str) -> dict[str, tuple[float, int]]:
    """What each part of a formula comes to, computed, and the number that it claims."""
    found = {}
    for part in formula.split("; "):
        match = re.fullmatch(r"(side|parameters|connections) ([0-9·+/²()-]+) = ([0-9,]+)", part)
        if match:
            what, sum_, claim = match.groups()
            value = eval(sum_.replace("·", "*").replace("²", "**2"), {"__builtins__": {}})
            found[what] = (value, int(claim.replace(",", "")))
    return found


@pytest.mark.parametrize("preset", PRESETS)
def test_formulas_come_to_the_rows_numbers(preset: str) -> None:
    for row in layer_table(specs_of(build(preset, 0))):
        found = calculations(row.formula)
        if row.parameters:
            assert found["parameters"] == (row.parameters, row.parameters), row
        else:
            assert "parameters" not in found, row
        assert found["connections"] == (row.connections, row.connections), row
        if row.name in ("C1", "S2", "C3", "S4", "C5"):
            assert found["side"] == (row.height, row.height), row


def test_formulas_are_those_of_the_paper() -> None:
    formulas = {name: row.formula for name, row in rows_of(build("lenet5-1998", 0)).items()}
    assert formulas == {
        "C1": "side (32+0-5)/1+1 = 28; parameters 6·(1·5²+1) = 156; "
        "connections 6·(1·5²+1)·28·28 = 122,304",
        "S2": "side (28+0-2)/2+1 = 14; parameters 6·(1+1) = 12; "
        "connections 6·(2·2+1)·14·14 = 5,880",
        "C3": "side (14+0-5)/1+1 = 10; parameters 60·5²+16 = 1,516; "
        "connections (60·5²+16)·10·10 = 151,600",
        "S4": "side (10+0-2)/2+1 = 5; parameters 16·(1+1) = 32; "
        "connections 16·(2·2+1)·5·5 = 2,000",
        "C5": "side (5+0-5)/1+1 = 1; parameters 120·(400+1) = 48,120; "
        "connections 120·(400+1) = 48,120",
        "F6": "parameters 84·(120+1) = 10,164; connections 84·(120+1) = 10,164",
        "output": "connections 10·84 = 840",
    }


def test_kinds_name_what_a_layer_does() -> None:
    kinds = {
        preset: {row.name: row.kind for row in layer_table(specs_of(build(preset, 0)))}
        for preset in PRESETS
    }
    assert "sum" in kinds["lenet5-1998"]["S2"]
    assert "average" in kinds["lenet5-study"]["S2"]
    assert "max" in kinds["lenet5-modern"]["S2"]
    assert "Table I" in kinds["lenet5-1998"]["C3"]
    assert "Table I" not in kinds["lenet5-modern"]["C3"]
    assert "RBF" in kinds["lenet5-1998"]["output"]
    assert kinds["lenet5-modern"]["output"] == "full connection"


def test_the_table_leaves_the_network_as_it_was() -> None:
    network = build("lenet5-1998", 0).train()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    layer_table(specs_of(network))
    assert network.training
    assert all(torch.equal(before[name], t) for name, t in network.state_dict().items())
