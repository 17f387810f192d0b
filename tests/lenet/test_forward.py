from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import PADDED, draw, pad
from lenetpad.lenet import forward as passing
from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.conventions import ACTIVATION, NORMALISATION, PADDING, POOLING, configuration
from lenetpad.lenet.forward import STEP, forward, in_batches, log_posteriors
from lenetpad.lenet.layers import LAYERS, layer_specs, parameter_shapes
from lenetpad.lenet.single_image import SingleImagePass
from lenetpad.lenet.weights import Weights, load
from lenetpad.storage import resources
from lenetpad.training.network import LeNet5, build, network_of, parameters_of
from lenetpad.values.conventions import Conventions
from lenetpad.values.layers import LayerKind, LayerSpec
from lenetpad.values.models import MODEL_NAMES
from tests import oracle

Array = NDArray[np.float32]
#: How far two passes may be apart, as a part of the layer's range.
SLACK = 1e-5
#: Every way in which weights from elsewhere read.
ELSEWHERE = [
    Conventions(*answers)
    for answers in itertools.product(ACTIVATION, POOLING, NORMALISATION, PADDING)
]


@cache
def drawn() -> Array:
    """The sample ink as images (n, 28, 28)."""
    return np.stack([draw(d.ink) for d in read_ink(resources.path("ink/samples.jsonl"))])


def pictures(n: int, height: int, width: int, seed: int = 5) -> Array:
    """Images of any size with as many digits beside and over each other as there is room for."""
    rng = np.random.default_rng(seed)
    images = np.zeros((n, height, width), np.float32)
    for image in images:
        for _ in range(2 * height * width // 28**2):
            top, left = (int(rng.integers(side - 27)) for side in image.shape)
            place = image[top : top + 28, left : left + 28]
            np.maximum(place, drawn()[rng.integers(len(drawn()))], out=place)
    return images


def digits() -> Array:
    """Some of the sample ink, blank paper, and noise: (5, 28, 28)."""
    noise = np.random.default_rng(6).random((1, 28, 28), dtype=np.float32)
    return np.concatenate([drawn()[:30:10], np.zeros((1, 28, 28), np.float32), noise])


def by_torch(network: LeNet5, images: Array) -> dict[str, Array]:
    taps: dict[str, torch.Tensor] = {}
    with torch.inference_mode():
        output = network(torch.from_numpy(images[:, None]), taps)
        taps["posteriors"] = network.log_posteriors(output).exp()
    return {name: tensor.numpy() for name, tensor in taps.items()}


def assert_same_taps(
    found: dict[str, Array], expected: dict[str, Array], slack: float = SLACK
) -> None:
    assert list(found) == list(expected)
    for name, values in expected.items():
        scale = max(1.0, float(np.ptp(values)))
        assert found[name].dtype == np.float32, name
        assert found[name].shape == values.shape, name
        assert np.abs(found[name] - values).max() <= slack * scale, name


def passes(config: LeNet5Config, network: LeNet5) -> None:
    """Both passes of NumPy against torch's, tap by tap."""
    images, parameters = digits(), parameters_of(network)
    expected = by_torch(network, pad(images))
    taps: dict[str, Array] = {}
    output = forward(config, parameters, pad(images), taps)
    batch = {**taps, "posteriors": np.exp(log_posteriors(config, output))}
    assert_same_taps(batch, expected)
    single = SingleImagePass(config, parameters)
    for number, image in enumerate(images):
        taps, posteriors = single(image)
        one = {**taps, "posteriors": posteriors}
        assert_same_taps(one, {name: values[number] for name, values in expected.items()})


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_what_ships_reads_in_numpy_as_in_torch(model: str) -> None:
    loaded = load(model)
    passes(loaded.config, network_of(loaded))


@pytest.mark.parametrize("conventions", ELSEWHERE, ids=lambda one: one.text)
def test_every_network_from_elsewhere_reads_in_numpy_as_in_torch(conventions: Conventions) -> None:
    config = configuration(conventions)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        passes(config, LeNet5(config).eval())


@pytest.mark.parametrize("preset", PRESETS)
def test_it_is_what_the_papers_formulas_give(preset: str) -> None:
    parameters = parameters_of(build(preset, 4))
    images = pad(digits())
    expected = oracle.forward(preset, parameters, images.astype(np.float64))
    taps: dict[str, Array] = {}
    forward(PRESETS[preset], parameters, images, taps)
    assert taps.keys() == expected.keys()
    for name, values in expected.items():
        slack = SLACK * max(1.0, np.abs(values).max())
        assert np.abs(taps[name] - values).max() <= slack, name


class TestSpaceDisplacement:
    """Wider and taller images: a set of outputs for each window of 32×32, every four pixels."""

    @pytest.mark.parametrize("preset", PRESETS)
    @pytest.mark.parametrize(
        ("height", "width"), [(32, 36), (32, 76), (36, 32), (44, 60), (33, 47), (35, 34)]
    )
    def test_each_output_is_that_of_its_window(self, preset: str, height: int, width: int) -> None:
        config, parameters = PRESETS[preset], parameters_of(build(preset, 4))
        images = pictures(2, height, width)
        taps: dict[str, Array] = {}
        output = forward(config, parameters, images, taps)
        rows, columns = (height - PADDED) // STEP + 1, (width - PADDED) // STEP + 1
        one = rows == columns == 1
        assert output.shape == ((2, 10) if one else (2, 10, rows, columns))
        for row, column in itertools.product(range(rows), range(columns)):
            top, left = STEP * row, STEP * column
            window = images[:, top : top + PADDED, left : left + PADDED]
            alone: dict[str, Array] = {}
            forward(config, parameters, window, alone)
            for name in ("C5", "F6", "output"):
                here = taps[name] if one else taps[name][:, :, row, column]
                slack = SLACK * max(1.0, np.abs(alone[name]).max())
                assert np.abs(here - alone[name]).max() <= slack, (name, row, column)

    @pytest.mark.parametrize("model", MODEL_NAMES)
    @pytest.mark.parametrize(("height", "width"), [(32, 96), (48, 40), (33, 50)])
    def test_torch_computes_the_same(self, model: str, height: int, width: int) -> None:
        loaded = load(model)
        images = pictures(2, height, width)
        taps: dict[str, Array] = {}
        output = forward(loaded.config, loaded.parameters, images, taps)
        taps["posteriors"] = np.exp(log_posteriors(loaded.config, output))
        # Half a digit makes sums of several hundreds, whose last bits a steep sigmoid passes on.
        assert_same_taps(taps, by_torch(network_of(loaded), images), slack=5e-5)
        assert np.allclose(taps["posteriors"].sum(axis=1), 1, atol=1e-5)

    @pytest.mark.parametrize("shape", [(1, 31, 40), (1, 40, 31), (1, 28, 28), (32, 32)])
    def test_smaller_images_are_refused(self, shape: tuple[int, ...]) -> None:
        parameters = parameters_of(build("lenet5-1998", 0))
        with pytest.raises(ValueError, match="32, 32"):
            forward(PRESETS["lenet5-1998"], parameters, np.zeros(shape, np.float32))


class TestSpecs:
    """Each layer as data, from which any unit can be computed again."""

    @pytest.mark.parametrize("model", MODEL_NAMES)
    @pytest.mark.parametrize("name", LAYERS)
    def test_any_unit_can_be_computed_from_its_layers_description(
        self, model: str, name: str
    ) -> None:
        loaded = load(model)
        taps: dict[str, Array] = {}
        forward(loaded.config, loaded.parameters, pad(digits()), taps)
        specs = layer_specs(loaded.config)
        which = [spec.name for spec in specs].index(name)
        spec, before = specs[which], taps[specs[which - 1].name][1]
        sums = taps.get(f"{name}.a", taps[name])[1].reshape(spec.maps, spec.height, spec.width)
        rng = np.random.default_rng(which)
        for _ in range(5):
            m, y, x = (int(rng.integers(n)) for n in (spec.maps, spec.height, spec.width))
            unit = unit_of(spec, before.reshape(len(before), *before.shape[1:]), loaded, m, y, x)
            assert unit == pytest.approx(float(sums[m, y, x]), rel=1e-4, abs=1e-4), (m, y, x)

    @pytest.mark.parametrize("preset", PRESETS)
    def test_shapes_are_those_of_torchs_state_dict(self, preset: str) -> None:
        state = build(preset, 0).state_dict()
        shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
        assert list(parameter_shapes(PRESETS[preset]).items()) == list(shapes.items())

    def test_the_1998_networks_sources_are_table_i(self) -> None:
        c3 = next(spec for spec in layer_specs(PRESETS["lenet5-1998"]) if spec.name == "C3")
        assert [list(maps) for maps in c3.sources] == oracle.table_i()

    def test_another_side_gives_other_sizes(self) -> None:
        specs = layer_specs(PRESETS["lenet5-1998"], side=48)
        sizes = {spec.name: (spec.height, spec.width) for spec in specs}
        assert sizes["C1"] == (44, 44)
        assert sizes["output"] == sizes["C5"] == (5, 5)


def unit_of(spec: LayerSpec, before: Array, loaded: Weights, m: int, y: int, x: int) -> float:
    """A unit's weighted sum, from its layer's description and parameters alone."""
    p, k = loaded.parameters, spec.kernel
    units = before.reshape(len(before), -1) if before.ndim == 1 else before
    units = units.reshape(len(before), *(before.shape[1:] or (1, 1)))
    top, left = y * spec.stride, x * spec.stride
    fields = units[list(spec.sources[m]), top : top + k, left : left + k]
    bias = float(p[spec.bias][m]) if spec.bias else 0.0
    match spec.kind:
        case LayerKind.MAX_POOLING:
            return float(fields.max())
        case LayerKind.AVERAGE_POOLING:
            return float(fields.mean())
        case LayerKind.TRAINED_SUM:
            return float(fields.sum()) * float(p[spec.weight][m]) + bias
        case LayerKind.TRAINED_AVERAGE:
            return float(fields.mean()) * float(p[spec.weight][m]) + bias
        case LayerKind.RBF:
            return float(((fields.ravel() - p[spec.weight][m]) ** 2).sum())
    start = sum(len(maps) for maps in spec.sources[:m])
    packed = p[spec.weight].ndim == 3  # Table I's kernels lie one after the other
    kernels = p[spec.weight][start : start + len(fields)] if packed else p[spec.weight][m]
    return float((fields.ravel() * kernels.ravel()).sum()) + bias


def test_a_larger_temperature_flattens_the_posteriors_of_both_passes() -> None:
    loaded = load("lenet5-1998")
    image = digits()[1]
    sharp, flat = (
        SingleImagePass(replace(loaded.config, temperature=t), loaded.parameters)(image)[1]
        for t in (0.5, 5.0)
    )
    assert sharp.max() > flat.max()
    assert float(flat.sum()) == pytest.approx(1, abs=1e-5)


def test_what_is_read_cannot_be_changed() -> None:
    loaded = load("lenet5-1998")
    taps, posteriors = SingleImagePass(loaded.config, loaded.parameters)(digits()[1])
    for values in (*taps.values(), posteriors):
        assert not values.flags.writeable
        assert values.dtype == np.float32
    assert posteriors.base is not None
    assert sum(map(np.size, (*taps.values(), posteriors))) == posteriors.base.size


@pytest.mark.parametrize("model", MODEL_NAMES)
def test_scores_far_from_nought_have_posteriors_too(model: str) -> None:
    """As of a linear output with large weights: their exponentials are beyond any number."""
    config = load(model).config
    output = np.float32(1000) * np.random.default_rng(4).random((3, 10), np.float32)
    output[1] += np.float32(1e5)
    found = np.exp(log_posteriors(config, output))
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(axis=1), 1, atol=1e-4)


def test_a_pass_with_large_scores_has_posteriors_too() -> None:
    loaded = load("lenet5-modern")
    large = {name: values.copy() for name, values in loaded.parameters.items()}
    large["output.bias"] += np.float32(1e4)
    posteriors = SingleImagePass(loaded.config, large)(digits()[1])[1]
    assert np.isfinite(posteriors).all()
    assert float(posteriors.sum()) == pytest.approx(1, abs=1e-4)


def test_batches_give_what_all_images_give_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load("lenet5-1998")
    images = pad(digits())
    monkeypatch.setattr(passing, "BATCH", 2)
    batches = list(in_batches(loaded.config, loaded.parameters, images))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    whole = forward(loaded.config, loaded.parameters, images)
    assert np.allclose(np.concatenate(batches), whole, rtol=1e-4)


def test_the_next_image_leaves_the_taps_of_the_last_alone() -> None:
    loaded = load("lenet5-1998")
    single = SingleImagePass(loaded.config, loaded.parameters)
    taps, posteriors = single(digits()[1])
    kept = {name: values.copy() for name, values in taps.items()}
    before = posteriors.copy()
    single(digits()[2])
    assert all(np.array_equal(taps[name], values) for name, values in kept.items())
    assert np.array_equal(posteriors, before)
