"""Explanations against plain loops, against torch's own pass, and against a search."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet.config import PRESETS, TABLE_I, LeNet5Config
from lenetpad.lenet.conventions import ACTIVATION, NORMALISATION, PADDING, POOLING, configuration
from lenetpad.lenet.explanation import activation_curve, competition, explain, receptive_fields
from lenetpad.lenet.layers import layer_specs
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights, load
from lenetpad.storage import resources
from lenetpad.training.network import LeNet5, build, network_of, parameters_of
from lenetpad.training.recognizer import TorchRecognizer
from lenetpad.values.conventions import Conventions
from lenetpad.values.explanation import Explanation, Field, Unit, largest, sums_by_sign
from lenetpad.values.layers import LayerKind
from lenetpad.values.models import MODEL_NAMES, Choice, ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.training import Snapshot
from tests import oracle

Array = NDArray[np.float32]
#: How far a sum may be from a pass in single precision, as a part of the layer's largest value.
SLACK = 1e-5
BEFORE = {layer: before for before, layer in itertools.pairwise(oracle.SHAPES)}
FUNCTIONS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "": lambda a: a,
    "ReLU": oracle.relu,
    "tanh": np.tanh,
    "scaled tanh": oracle.scaled_tanh,
    "sigmoid": oracle.sigmoid,
}
#: Networks from elsewhere: each pair of input values with each border, and each activation and
#: pooling with each border.
INPUTS = [
    Conventions("relu", "max", *answers) for answers in itertools.product(NORMALISATION, PADDING)
]
ELSEWHERE = [
    Conventions(activation, pooling, "mnist", padding)
    for activation, pooling, padding in itertools.product(ACTIVATION, POOLING, PADDING)
] + [one for one in INPUTS if one.normalisation != "mnist"]


@cache
def digits() -> Array:
    """Two drawn digits, blank paper, and noise: (4, 28, 28)."""
    drawings = list(read_ink(resources.path("ink/samples.jsonl")))
    noise = np.random.default_rng(6).random((1, 28, 28), dtype=np.float32)
    blank = np.zeros((1, 28, 28), np.float32)
    return np.concatenate([np.stack([draw(d.ink) for d in drawings[:20:10]]), blank, noise])


def random_weights(config: LeNet5Config, seed: int = 2) -> Weights:
    """Parameters of torch's initialisation, all of them different, biases too."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LeNet5(config).eval()
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if parameter.ndim == 1:
                    parameter += 0.1 * torch.randn(parameter.shape)
                assert name == "output.codes" or parameter.unique().numel() > 1
    return Weights("random", config, parameters_of(network))


def read(weights: Weights, image: Array) -> tuple[ModelReady, Reading]:
    recognizer = Recognizer(weights)
    return recognizer.describe(Choice(1, weights.name)), recognizer.read(image)


def torch_taps(weights: Weights, image: Array) -> dict[str, Array]:
    """Every tap of torch's own pass, and the posteriors."""
    network, taps = network_of(weights), {}
    with torch.inference_mode():
        output = network(torch.from_numpy(pad(image)[None, None]), taps)
        taps["posteriors"] = network.log_posteriors(output).exp()
    return {name: tensor[0].numpy() for name, tensor in taps.items()}


def units_of(layer: str, seed: int = 0, count: int = 4) -> list[Unit]:
    """The first unit, the last, and some others."""
    shape = (*oracle.SHAPES[layer], 1, 1)[:3]
    rng = np.random.default_rng(seed)
    places = [[int(rng.integers(n)) for n in shape] for _ in range(count)]
    return [Unit(layer, *place) for place in ([0, 0, 0], [n - 1 for n in shape], *places)]


def c3_sources(weights: Weights, m: int) -> list[int]:
    packed = weights.parameters["c3.weight"].ndim == 3
    return oracle.table_i()[m] if packed else list(range(6))


def check(weights: Weights, image: Array, layers: tuple[str, ...] = tuple(oracle.SHAPES)) -> None:
    """Some units of each layer of one image."""
    model, reading = read(weights, image)
    expected = torch_taps(weights, image)
    for layer in layers:
        for unit in units_of(layer):
            check_unit(weights, reading, expected, explain(model, reading, unit), unit)


def check_unit(
    weights: Weights,
    reading: Reading,
    expected: dict[str, Array],
    found: Explanation,
    unit: Unit,
) -> None:
    """One explanation: its terms by plain loops, its sum and value by torch."""
    assert found.unit == unit
    if unit.layer == "input":
        check_pixel(weights, expected, found, unit)
        return
    for term in found.terms:
        assert term.patch.shape == term.weights.shape == term.products.shape
        assert term.total == pytest.approx(sum(term.products.ravel().tolist()), rel=1e-12)
        assert not any(a.flags.writeable for a in (term.patch, term.weights, term.products))
    added = CHECKS[unit.layer](weights, reading, found, unit)
    assert found.weighted_sum == pytest.approx(added, rel=1e-9, abs=1e-12)

    layer = unit.layer
    place = (unit.map, unit.row, unit.column)[: len(oracle.SHAPES[layer])]
    sums = expected.get(f"{layer}.a", expected[layer])
    assert abs(found.weighted_sum - sums[place]) <= slack(sums)
    assert abs(found.value - expected[layer][place]) <= slack(expected[layer], sums)
    assert found.value == reading.taps[layer][place]
    activated = layer in weights.config.activated
    assert found.activation == (weights.config.activation if activated else "")
    value = float(FUNCTIONS[found.activation](np.float64(found.weighted_sum)))
    assert abs(value - found.value) <= slack(expected[layer], sums)


def slack(*arrays: Array) -> float:
    return SLACK * max(1.0, *(float(np.abs(array).max()) for array in arrays))


def check_pixel(
    weights: Weights, expected: dict[str, Array], found: Explanation, unit: Unit
) -> None:
    config, value = weights.config, expected["input"][0, unit.row, unit.column]
    assert found.kind is LayerKind.INPUT
    assert (found.fields, found.activation) == ((), "")
    assert abs(found.value - value) <= SLACK
    assert abs(found.weighted_sum - value) <= SLACK
    in_frame = not (2 <= unit.row < 30 and 2 <= unit.column < 30)
    if config.padding == "zero" and in_frame:
        assert (found.terms, found.bias, found.weighted_sum) == ((), None, 0.0)
        return
    (term,) = found.terms
    assert found.bias == config.background
    assert term.weights.item() == config.ink - config.background
    assert 0 <= term.patch.item() <= 1
    assert found.weighted_sum == config.background + term.patch.item() * term.weights.item()


def check_convolution(weights: Weights, reading: Reading, found: Explanation, unit: Unit) -> float:
    """Multiply and add, cell by cell; the kernels are found as the state dict has them."""
    name = unit.layer.lower()
    kernels, before = weights.parameters[f"{name}.weight"], reading.taps[BEFORE[unit.layer]]
    sources = {
        "C1": lambda: [0],
        "C3": lambda: c3_sources(weights, unit.map),
        "C5": lambda: list(range(16)),
    }[unit.layer]()
    if kernels.ndim == 3:
        order = [(m, s) for m, maps in enumerate(oracle.table_i()) for s in maps]
        laid = {source: kernels[order.index((unit.map, source))] for source in sources}
    else:
        laid = dict(enumerate(kernels[unit.map].reshape(-1, 5, 5)))
    assert found.kind is LayerKind.CONVOLUTION
    assert [term.map for term in found.terms] == sources
    added = bias = float(weights.parameters[f"{name}.bias"][unit.map])
    for term in found.terms:
        assert term.patch.shape == (5, 5)
        for i, j in itertools.product(range(5), range(5)):
            x = float(before[term.map, unit.row + i, unit.column + j])
            w = float(laid[term.map][i, j])
            assert (term.patch[i, j], term.weights[i, j]) == (x, w)
            assert term.products[i, j] == x * w
            added += x * w
    assert (found.pooled, found.winner, found.coefficient) == (None, None, None)
    assert found.bias == bias
    return added


def check_subsampling(weights: Weights, reading: Reading, found: Explanation, unit: Unit) -> float:
    how, name = weights.config.subsampling, unit.layer.lower()
    plane = reading.taps[BEFORE[unit.layer]][unit.map]
    places = list(itertools.product(range(2), range(2)))
    four = [float(plane[2 * unit.row + i, 2 * unit.column + j]) for i, j in places]
    (term,) = found.terms
    assert term.map == unit.map
    assert term.patch.ravel().tolist() == four
    weight = {"sum": 1.0, "average": 0.25, "mean": 0.25}
    if how == "max":
        winner = places[four.index(max(four))]
        assert found.winner == winner
        assert [float(p == winner) for p in places] == term.weights.ravel().tolist()
        pooled = max(four)
    else:
        assert found.winner is None
        assert (term.weights == weight[how]).all()
        pooled = sum(four) * weight[how]
    assert found.pooled == term.total == pytest.approx(pooled, rel=1e-12, abs=1e-12)
    if how in ("max", "mean"):
        assert (found.coefficient, found.bias) == (None, None)
        return pooled
    coefficient, bias = (
        float(weights.parameters[f"{name}.{key}"][unit.map]) for key in ("weight", "bias")
    )
    assert (found.coefficient, found.bias) == (coefficient, bias)
    return pooled * coefficient + bias


def check_connection(weights: Weights, reading: Reading, found: Explanation, unit: Unit) -> float:
    p, name = weights.parameters, unit.layer.lower()
    coded = "output.codes" in p and unit.layer == "output"
    row = p["output.codes" if coded else f"{name}.weight"][unit.map].tolist()
    units = reading.taps[BEFORE[unit.layer]].tolist()
    assert found.kind is (LayerKind.RBF if coded else LayerKind.FULL)
    (term,) = found.terms
    assert (term.patch.tolist(), term.weights.tolist()) == (units, row)
    products = [(x - w) ** 2 if coded else x * w for x, w in zip(units, row, strict=True)]
    assert np.allclose(term.products, products, rtol=1e-14, atol=0)
    assert (found.pooled, found.winner, found.coefficient) == (None, None, None)
    assert found.bias == (None if coded else float(p[f"{name}.bias"][unit.map]))
    return sum(products) + (found.bias or 0.0)


CHECKS = {
    **dict.fromkeys(("C1", "C3", "C5"), check_convolution),
    **dict.fromkeys(("S2", "S4"), check_subsampling),
    **dict.fromkeys(("F6", "output"), check_connection),
}


class TestArithmetic:
    """What an explanation adds up is what the network computed."""

    @pytest.mark.parametrize("model", MODEL_NAMES)
    @pytest.mark.parametrize("number", range(4))
    def test_of_what_ships(self, model: str, number: int) -> None:
        check(load(model), digits()[number])

    @pytest.mark.parametrize("conventions", ELSEWHERE, ids=lambda c: c.text)
    def test_of_weights_from_elsewhere(self, conventions: Conventions) -> None:
        weights = random_weights(configuration(conventions))
        for number in (1, 2):
            check(weights, digits()[number])

    @pytest.mark.parametrize("output", ["RBF", "linear"])
    @pytest.mark.parametrize("pooling", POOLING)
    def test_of_table_i_and_codes_with_any_subsampling(self, output: str, pooling: str) -> None:
        config = configuration(Conventions("tanh", pooling, "mnist", "background"))
        changed = replace(config, table=TABLE_I, output=output, rubbish=3.0, temperature=2.0)
        check(random_weights(changed), digits()[0])

    @pytest.mark.parametrize("preset", PRESETS)
    def test_of_random_parameters(self, preset: str) -> None:
        check(Weights("random", PRESETS[preset], parameters_of(build(preset, 4))), digits()[3])

    @pytest.mark.parametrize("preset", PRESETS)
    def test_of_what_another_device_read(self, preset: str) -> None:
        weights, image = load(preset), digits()[1]
        recognizer = TorchRecognizer(weights)
        model, reading = recognizer.describe(Choice(1, preset)), recognizer.read(image)
        expected = torch_taps(weights, image)
        for layer in oracle.SHAPES:
            unit = units_of(layer)[3]
            check_unit(weights, reading, expected, explain(model, reading, unit), unit)
        probabilities = competition(model, reading).probabilities
        assert np.abs(probabilities[:10] - reading.probabilities).max() <= 1e-5

    @pytest.mark.parametrize("layer", ["C3", "S4"])
    def test_of_every_map(self, layer: str) -> None:
        weights = load("lenet5-1998")
        model, reading = read(weights, digits()[0])
        expected = torch_taps(weights, digits()[0])
        for m in range(16):
            unit = Unit(layer, m, 2, 4)
            check_unit(weights, reading, expected, explain(model, reading, unit), unit)

    def test_of_a_network_that_is_being_trained(self) -> None:
        """The parameters are those that the sheet was read with, not those of now."""
        first = load("lenet5-1998")
        recognizer = Recognizer(first)
        model, before = recognizer.describe(Choice(1, "x")), recognizer.read(digits()[0])
        newer = random_weights(first.config)
        recognizer.refresh(Snapshot(100, tuple(newer.parameters.items())))
        after = recognizer.read(digits()[0])
        for weights, reading in ((first, before), (newer, after)):
            expected = torch_taps(weights, digits()[0])
            for layer in oracle.SHAPES:
                unit = units_of(layer)[2]
                found = explain(model, reading, unit)
                check_unit(weights, reading, expected, found, unit)


class TestPixels:
    @pytest.mark.parametrize("padding", PADDING)
    def test_each_by_its_formula(self, padding: str) -> None:
        """With a frame of zeros too, at each of its edges."""
        weights = random_weights(configuration(Conventions("relu", "max", "mnist", padding)))
        described, reading = read(weights, digits()[3])
        expected = torch_taps(weights, digits()[3])
        for row, column in itertools.product(range(32), range(32)):
            unit = Unit("input", 0, row, column)
            check_pixel(weights, expected, explain(described, reading, unit), unit)

    @pytest.mark.parametrize("model", MODEL_NAMES)
    def test_darkness_is_the_images(self, model: str) -> None:
        image = digits()[3]
        described, reading = read(load(model), image)
        for row, column in ((0, 0), (17, 27), (5, 9)):
            unit = Unit("input", 0, row + 2, column + 2)
            darkness = explain(described, reading, unit).terms[0].patch.item()
            assert darkness == pytest.approx(float(image[row, column]), abs=1e-6)

    @pytest.mark.parametrize("conventions", INPUTS, ids=lambda c: c.text)
    def test_blank_paper_is_of_no_darkness_at_all(self, conventions: Conventions) -> None:
        described, reading = read(random_weights(configuration(conventions)), digits()[2])
        found = explain(described, reading, Unit("input", 0, 7, 7))
        assert str(found.terms[0].patch.item()) == "0.0"


class TestCompetition:
    @pytest.mark.parametrize("model", MODEL_NAMES)
    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_of_what_ships(self, model: str, number: int) -> None:
        described, reading = read(load(model), digits()[number])
        found = competition(described, reading)
        assert np.abs(found.probabilities[:10] - reading.probabilities).max() <= 1e-5
        assert len(found.probabilities) == (10 if reading.no_digit is None else 11)
        if reading.no_digit is not None:
            assert found.probabilities[10] == pytest.approx(reading.no_digit, abs=1e-5)

    @pytest.mark.parametrize("output", ["RBF", "linear"])
    @pytest.mark.parametrize("rubbish", [None, 0.3])
    @pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
    @pytest.mark.parametrize("number", [1, 2])
    def test_of_random_weights(
        self, output: str, rubbish: float | None, temperature: float, number: int
    ) -> None:
        """Step by step, also of blank paper, whose reading has no probabilities."""
        config = replace(
            PRESETS["lenet5-study"],
            output=output,
            rubbish=rubbish,
            temperature=temperature,
            distance_scale=0.03,
        )
        weights = random_weights(config)
        described, reading = read(weights, digits()[number])
        found = competition(described, reading)
        assert np.allclose(
            found.probabilities, torch_taps(weights, digits()[number])["posteriors"], atol=1e-5
        )
        outputs = [float(y) for y in reading.taps["output"]]
        scores = [-0.03 * y if output == "RBF" else y for y in outputs]
        scores += [] if rubbish is None else [-rubbish]
        highest = max(scores)
        exponentials = [np.exp((s - highest) / temperature) for s in scores]
        assert found.outputs.tolist() == outputs
        assert found.scores.tolist() == pytest.approx(scores)
        assert np.exp(found.exponents).tolist() == found.exponentials.tolist()
        assert found.exponents.max() == 0
        assert found.exponentials.tolist() == pytest.approx(exponentials)
        assert found.total == pytest.approx(sum(exponentials))
        assert found.probabilities.sum() == pytest.approx(1)
        assert (found.rubbish, found.temperature) == (rubbish, temperature)
        assert found.distance_scale == (0.03 if output == "RBF" else None)
        assert not found.probabilities.flags.writeable


class TestFields:
    """Against a search: every unit is moved a little, and what then changes is looked at."""

    @pytest.mark.parametrize("preset", ["lenet5-1998", "lenet5-modern"])
    def test_a_unit_sees_exactly_what_can_change_it(self, preset: str) -> None:
        network, specs = Moved(preset), layer_specs(PRESETS[preset])
        units = {layer: units_of(layer, 3, 20) for layer in BEFORE}
        names = list(oracle.SHAPES)
        for layer, later in units.items():
            for unit in later:
                fields = receptive_fields(specs, unit)
                assert [f.layer for f in fields] == names[: names.index(layer)][::-1]
        for number, earlier in enumerate(names[:-1]):
            moved = network.moved_by(earlier)
            for layer in names[number + 1 :]:
                for unit in units[layer]:
                    place = (unit.map, unit.row, unit.column)[: len(oracle.SHAPES[layer])]
                    seen = np.zeros((*oracle.SHAPES[earlier], 1, 1)[:3], bool)
                    field = next(f for f in receptive_fields(specs, unit) if f.layer == earlier)
                    seen[mask_of(field)] = True
                    assert (moved[layer][:, *place] == seen.ravel()).all(), (unit, earlier)

    def test_of_a_c3_unit(self) -> None:
        """By hand: map 0 sees the first three of S2 and C1, and 16×16 pixels."""
        specs = layer_specs(PRESETS["lenet5-1998"])
        assert receptive_fields(specs, Unit("C3", 0, 1, 9)) == (
            Field("S2", (0, 1, 2), 1, 9, 5, 5),
            Field("C1", (0, 1, 2), 2, 18, 10, 10),
            Field("input", (0,), 2, 18, 14, 14),
        )

    def test_a_pixel_sees_nothing(self) -> None:
        assert receptive_fields(layer_specs(PRESETS["lenet5-1998"]), Unit("input", 0, 3, 4)) == ()

    def test_they_are_an_explanations(self) -> None:
        model, reading = read(load("lenet5-1998"), digits()[0])
        for layer in oracle.SHAPES:
            unit = units_of(layer)[2]
            assert explain(model, reading, unit).fields == receptive_fields(model.specs, unit)


def mask_of(field: Field) -> tuple[NDArray[np.intp], ...]:
    rows = np.arange(field.top, field.top + field.height)
    return np.ix_(field.maps, rows, np.arange(field.left, field.left + field.width))


class Moved:
    """A network in which nothing cancels and nothing saturates: positive weights that differ, a
    rising function, and means in place of maxima; in double precision nothing drowns."""

    def __init__(self, preset: str) -> None:
        rng = np.random.default_rng(8)
        self._weights = {
            name: rng.uniform(0.5, 1.5, array.shape)
            for name, array in parameters_of(build(preset, 0)).items()
        }
        self._weights["output"] = rng.uniform(0.5, 1.5, (10, 84))
        tabled = self._weights["c3.weight"]
        if tabled.ndim == 3:
            dense = self._weights["c3.weight"] = np.zeros((16, 6, 5, 5))
            kernels = iter(tabled)
            for m, maps in enumerate(oracle.table_i()):
                for source in maps:
                    dense[m, source] = next(kernels)

    def moved_by(self, layer: str) -> dict[str, NDArray[np.bool_]]:
        """For each unit of a layer (rows), which units of each later one move with it."""
        shape = oracle.SHAPES[layer]
        rng = np.random.default_rng(9)
        still = rng.uniform(0.1, 0.4, (1, *shape))
        size = int(np.prod(shape))
        before = self._after(layer, still)
        moved: dict[str, list[NDArray[np.bool_]]] = {name: [] for name in before}
        for start in range(0, size, 200):
            count = min(200, size - start)
            batch = np.repeat(still, count, axis=0)
            batch.reshape(count, -1)[np.arange(count), start + np.arange(count)] += 0.5
            for name, values in self._after(layer, batch).items():
                moved[name].append(np.abs(values - before[name]) > 1e-13)
        return {name: np.concatenate(parts) for name, parts in moved.items()}

    def _after(self, layer: str, x: oracle.Array) -> dict[str, oracle.Array]:
        """What the layers after this one make of its values."""
        names, taps = list(oracle.SHAPES), {}
        for name in names[names.index(layer) + 1 :]:
            x = taps[name] = np.tanh(self._sums(name, x))
        return taps

    def _sums(self, name: str, x: oracle.Array) -> oracle.Array:
        if name in ("S2", "S4"):
            return (
                x[..., ::2, ::2] + x[..., 1::2, ::2] + x[..., ::2, 1::2] + x[..., 1::2, 1::2]
            ) / 4
        if name == "output":
            return x @ self._weights["output"].T / 84
        weight = self._weights[f"{name.lower()}.weight"]
        if name == "F6":
            return x @ weight.T / 120
        kernels = weight.reshape(len(weight), -1, 5, 5)
        fields = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))
        sums = np.tensordot(fields, kernels / kernels[0].size, axes=((1, 4, 5), (1, 2, 3)))
        sums = np.moveaxis(sums, 3, 1)
        return sums[:, :, 0, 0] if name == "C5" else sums


class TestLargest:
    @pytest.mark.parametrize("model", MODEL_NAMES)
    @pytest.mark.parametrize("layer", ["C1", "C3", "C5", "F6", "output"])
    def test_they_are_the_largest_of_a_plain_list(self, model: str, layer: str) -> None:
        described, reading = read(load(model), digits()[0])
        for unit in units_of(layer):
            found = explain(described, reading, unit)
            every = sorted(x for term in found.terms for x in term.products.ravel().tolist())
            for_, against = largest(found, 7)
            assert [c.product for c in against] == [x for x in every[:7] if x < 0]
            assert [c.product for c in for_] == [x for x in every[::-1][:7] if x > 0]
            above, below = (sum(x for x in every if s * x > 0) for s in (1, -1))
            assert sums_by_sign(found) == pytest.approx((above, below))
            for side, total in ((for_, above), (against, below)):
                for c in side:
                    assert c.share == pytest.approx(c.product / total)
                    assert 0 < c.share <= 1

    @pytest.mark.parametrize("model", ["lenet5-1998", "lenet5-modern"])
    @pytest.mark.parametrize("layer", BEFORE)
    def test_each_is_where_it_comes_from(self, model: str, layer: str) -> None:
        """Its input is the tap at that place, and all places are different ones of the field."""
        weights = load(model)
        described, reading = read(weights, digits()[0])
        for unit in units_of(layer):
            found = explain(described, reading, unit)
            both = [*itertools.chain(*largest(found, 1000))]
            assert len({c.source for c in both}) == len(both)
            for c in both:
                assert c.source.layer == BEFORE[layer]
                tap = reading.taps[c.source.layer]
                place = (c.source.map, c.source.row, c.source.column)[: tap.ndim]
                assert c.input == tap[place]
                if found.kind is not LayerKind.RBF:
                    assert c.product == c.input * c.weight

    def test_all_of_them_make_all_of_the_sum(self) -> None:
        described, reading = read(load("lenet5-study"), digits()[0])
        for_, against = largest(explain(described, reading, Unit("C5", 17)), 400)
        assert sum(c.share for c in for_) == pytest.approx(1)
        assert sum(c.share for c in against) == pytest.approx(1)

    def test_a_pixel_has_none(self) -> None:
        zero = configuration(Conventions("relu", "max", "mnist", "zero"))
        described, reading = read(random_weights(zero), digits()[0])
        for place in ((0, 0), (9, 9)):
            assert largest(explain(described, reading, Unit("input", 0, *place)), 5) == ((), ())
        assert sums_by_sign(explain(described, reading, Unit("input"))) == (0, 0)


class TestCurves:
    @pytest.mark.parametrize("name", FUNCTIONS)
    def test_points_lie_on_the_function(self, name: str) -> None:
        curve = activation_curve(name, -4, 6)
        assert (curve.x[0], curve.x[-1]) == (-4, 6)
        assert (np.diff(curve.x) > 0).all()
        assert np.abs(curve.y - FUNCTIONS[name](curve.x)).max() < 1e-6
        assert not curve.x.flags.writeable
        assert not curve.y.flags.writeable

    def test_no_such_function(self) -> None:
        with pytest.raises(KeyError):
            activation_curve("cube", -1, 1)


class TestNoSuchUnit:
    @pytest.mark.parametrize("layer", ["C2", "", "c1", "C1.a"])
    def test_layer(self, layer: str) -> None:
        model, reading = read(load("lenet5-1998"), digits()[0])
        with pytest.raises(KeyError):
            explain(model, reading, Unit(layer))
        with pytest.raises(KeyError):
            receptive_fields(model.specs, Unit(layer))

    @pytest.mark.parametrize(
        "unit",
        [
            Unit("C1", 6),
            Unit("C1", -1),
            Unit("C1", 0, 28),
            Unit("C1", 0, 0, -1),
            Unit("F6", 84),
            Unit("F6", 0, 1),
            Unit("input", 1),
        ],
    )
    def test_place(self, unit: Unit) -> None:
        model, reading = read(load("lenet5-1998"), digits()[0])
        with pytest.raises(IndexError, match=unit.layer):
            explain(model, reading, unit)
        with pytest.raises(IndexError, match=unit.layer):
            receptive_fields(model.specs, unit)

    def test_a_reading_without_its_parameters(self) -> None:
        model, reading = read(load("lenet5-1998"), digits()[0])
        with pytest.raises(KeyError):
            explain(model, replace(reading, parameters={}), Unit("C1"))
