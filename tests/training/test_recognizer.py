from __future__ import annotations

import gc
import itertools
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from lenetpad.data.labelled import Labelled
from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import draw, pad
from lenetpad.lenet.codes import codes
from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.explanation import explain
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.recognizer import Recognizer
from lenetpad.lenet.weights import Weights
from lenetpad.storage import resources
from lenetpad.training import opening as module
from lenetpad.training import recognizer as torch_module
from lenetpad.training.devices import (
    best_device,
    device_label,
    devices,
    prepare_for_single_images,
)
from lenetpad.training.network import build, network_of, parameters_of
from lenetpad.training.opening import on_cpu, open_recognizer
from lenetpad.training.recognizer import TorchRecognizer
from lenetpad.values.explanation import Unit
from lenetpad.values.holding import Hold
from lenetpad.values.models import Choice
from lenetpad.values.reading import Reading
from tests.oracle import SHAPES

Image = NDArray[np.float32]
LINEAR = ["lenet5-study", "lenet5-modern"]
BLANK = np.zeros((28, 28), dtype=np.float32)


def weights_of(preset: str, **facts: object) -> Weights:
    return Weights("mine", PRESETS[preset], parameters_of(build(preset, 3)), facts)


def untrained(preset: str, kind: type[Recognizer] = Recognizer) -> Recognizer:
    return kind(weights_of(preset, test_error=1.5))


def noise(seed: int = 0) -> Image:
    return np.random.default_rng(seed).random((28, 28), dtype=np.float32)


@pytest.fixture(params=itertools.product(PRESETS, (Recognizer, TorchRecognizer)), ids=str)
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    """Each preset's network, in NumPy and in torch."""
    return untrained(*request.param)


@pytest.fixture(params=PRESETS)
def torch_recognizer(request: pytest.FixtureRequest) -> TorchRecognizer:
    return TorchRecognizer(weights_of(request.param))


@pytest.fixture
def shipped_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Untrained networks in place of the shipped files, for what needs no trained one."""
    monkeypatch.setattr(module, "load", lambda name, _: weights_of(name))


def arrays(reading: Reading) -> list[NDArray[np.float32]]:
    distances = [] if reading.distances is None else [reading.distances]
    return [*reading.taps.values(), reading.probabilities, *distances]


class TestReading:
    def test_every_layer_has_its_shape(self, recognizer: Recognizer) -> None:
        taps = recognizer.read(noise()).taps
        assert {name: taps[name].shape for name in SHAPES} == SHAPES
        for name in taps.keys() - SHAPES.keys():
            assert taps[name].shape == SHAPES[name.removesuffix(".a")]

    @pytest.mark.parametrize("image", [noise(), BLANK])
    def test_its_arrays_are_read_only(self, image: Image, recognizer: Recognizer) -> None:
        for array in arrays(recognizer.read(image)):
            assert array.dtype == np.float32
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0

    def test_its_taps_cannot_be_exchanged(self, recognizer: Recognizer) -> None:
        with pytest.raises(TypeError):
            recognizer.read(noise()).taps["C1"] = BLANK  # type: ignore[index]

    def test_its_taps_are_the_networks(self, recognizer: Recognizer) -> None:
        taps: dict[str, torch.Tensor] = {}
        with torch.inference_mode():
            image = torch.from_numpy(pad(noise())[None, None])
            network_of(recognizer.weights)(image, taps)
        reading = recognizer.read(noise())
        assert list(reading.taps) == list(taps)
        exact = isinstance(recognizer, TorchRecognizer)
        for name, tensor in taps.items():
            expected = tensor[0].numpy()
            slack = 0 if exact else 1e-5 * max(1.0, np.abs(expected).max())
            assert np.abs(reading.taps[name] - expected).max() <= slack, name

    def test_it_is_one_call_of_torch(
        self, torch_recognizer: TorchRecognizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The interpreter is not asked for each layer: Python's forward is not run again."""
        monkeypatch.setattr(type(torch_recognizer.network), "forward", None)
        assert torch_recognizer.read(noise()).digit is not None

    @pytest.mark.expected_log
    def test_a_torch_that_cannot_trace_reads_the_same_and_says_so(
        self,
        torch_recognizer: TorchRecognizer,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.delattr(torch.jit, "trace")
        torch_module._in_one_call.cache_clear()
        eager = TorchRecognizer(torch_recognizer.weights).read(noise())
        torch_module._in_one_call.cache_clear()  # the next one is to be traced again
        assert "operation by operation" in caplog.text
        pairs = zip(arrays(eager), arrays(torch_recognizer.read(noise())), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)

    def test_networks_of_a_kind_share_what_is_traced_and_nothing_else(
        self, torch_recognizer: TorchRecognizer
    ) -> None:
        """torch never frees what it has traced."""
        before = torch_recognizer.read(noise())
        weights = torch_recognizer.weights
        others = {name: array * np.float32(0.5) for name, array in weights.parameters.items()}
        config = replace(weights.config, temperature=1.7, rubbish=3.0)
        traced = torch_module._in_one_call.cache_info().misses
        other = TorchRecognizer(Weights("other", config, others, {}))
        assert torch_module._in_one_call.cache_info().misses == traced
        expected = Recognizer(other.weights).read(noise())
        assert other.read(noise()).probabilities == pytest.approx(expected.probabilities, abs=1e-5)
        assert all(map(np.array_equal, arrays(torch_recognizer.read(noise())), arrays(before)))

    def test_the_next_reading_leaves_it_alone(self, recognizer: Recognizer) -> None:
        first = recognizer.read(noise(0))
        before = [array.copy() for array in arrays(first)]
        recognizer.read(noise(1))
        assert all(map(np.array_equal, arrays(first), before))

    def test_the_image_is_not_touched(self, recognizer: Recognizer) -> None:
        image = noise()
        recognizer.read(image)
        assert np.array_equal(image, noise())

    def test_probabilities_and_no_digit_add_up_to_one(self) -> None:
        reading = untrained("lenet5-1998").read(noise())
        assert reading.no_digit is not None
        assert reading.probabilities.shape == (10,)
        assert reading.probabilities.sum() + reading.no_digit == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("preset", LINEAR)
    def test_a_network_without_rubbish_has_no_no_digit(self, preset: str) -> None:
        reading = untrained(preset).read(noise())
        assert reading.no_digit is None
        assert reading.distances is None
        assert not reading.refused
        assert reading.probabilities.sum() == pytest.approx(1, abs=1e-5)

    def test_distances_are_the_rbf_outputs(self) -> None:
        reading = untrained("lenet5-1998").read(noise())
        assert reading.distances is not None
        expected = ((reading.taps["F6"] - codes()) ** 2).sum(axis=1)
        assert reading.distances == pytest.approx(expected, rel=1e-4)
        assert reading.digit == int(expected.argmin())

    def test_the_digit_is_the_most_probable(self, recognizer: Recognizer) -> None:
        reading = recognizer.read(noise())
        assert reading.digit == int(reading.probabilities.argmax())
        assert reading.probability == float(reading.probabilities.max())

    def test_a_blank_image_has_no_digit(self, recognizer: Recognizer) -> None:
        reading = recognizer.read(BLANK)
        assert reading.digit is None
        assert reading.no_digit is None
        assert reading.probability == 0
        assert not reading.refused
        assert reading.probabilities.tolist() == [0.0] * 10
        assert reading.taps["C1"].shape == (6, 28, 28)

    def test_it_knows_how_long_it_took(self, recognizer: Recognizer) -> None:
        assert 0 < recognizer.read(noise()).network_seconds < 5

    def test_one_copy_comes_from_the_device(
        self, torch_recognizer: TorchRecognizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: Counter[str] = Counter()

        def counted(name: str) -> Callable[..., Any]:
            original = getattr(torch.Tensor, name)

            def method(self: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
                calls[name] += 1
                return original(self, *args, **kwargs)

            return method

        for name in ("cpu", "numpy", "item", "tolist", "__bool__", "__float__", "__int__"):
            monkeypatch.setattr(torch.Tensor, name, counted(name))
        torch_recognizer.read(noise())
        assert calls == {"cpu": 1, "numpy": 1}


def test_it_is_freed_with_its_last_reference() -> None:
    recognizer = untrained("lenet5-1998", TorchRecognizer)
    assert isinstance(recognizer, TorchRecognizer)
    recognizer.read(noise())
    parts = [weakref.ref(recognizer), weakref.ref(recognizer.network)]
    parts += [weakref.ref(tensor) for tensor in recognizer.network.parameters()]
    del recognizer
    gc.collect()  # torch's modules are in cycles
    assert [part() for part in parts] == [None] * len(parts)


class TestShippedNetworks:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_mnist_is_read(self, preset: str, mnist: tuple[Labelled, Labelled]) -> None:
        reads = open_recognizer(Choice(0, preset, "cpu"))
        images = mnist[1].images[:100].astype(np.float32) / 255
        right = [
            reads.read(image).digit == label
            for image, label in zip(images, mnist[1].labels[:100].tolist(), strict=True)
        ]
        assert sum(right) >= 97

    @pytest.mark.parametrize("preset", PRESETS)
    def test_ink_is_read(self, preset: str) -> None:
        reads = open_recognizer(Choice(0, preset, "cpu"))
        drawings = list(read_ink(resources.path("ink/samples.jsonl")))
        right = [reads.read(draw(drawing.ink)).digit == drawing.label for drawing in drawings]
        assert sum(right) >= 0.9 * len(drawings)


class TestDescription:
    def test_layers_have_the_sizes_of_a_reading(self, recognizer: Recognizer) -> None:
        ready, taps = recognizer.describe(Choice(7, "mine")), recognizer.read(noise()).taps
        assert ready.serial == 7
        assert [view.name for view in ready.layers] == [
            "input",
            "C1",
            "S2",
            "C3",
            "S4",
            "C5",
            "F6",
        ]
        for view in ready.layers:
            shape = (*taps[view.name].shape, 1, 1)[:3]
            assert (view.maps, view.height, view.width) == shape, view.name

    def test_ranges_are_finite_and_hold_the_sample_inks_values(
        self, recognizer: Recognizer
    ) -> None:
        images = [draw(drawing.ink) for drawing in read_ink(resources.path("ink/samples.jsonl"))]
        readings = [recognizer.read(image) for image in images]
        for view in recognizer.describe(Choice(0, "lenet5-1998")).layers:
            assert np.isfinite([view.low, view.high]).all(), view
            assert view.low < view.high, view
            values = np.stack([reading.taps[view.name] for reading in readings])
            assert view.low - 1e-5 <= values.min(), view
            assert values.max() <= view.high + 1e-5, view

    def test_activated_layers_have_the_activations_range(self) -> None:
        views = {
            view.name: view
            for view in untrained("lenet5-1998").describe(Choice(0, "lenet5-1998")).layers
        }
        for name in ("C1", "S2", "C3", "S4", "C5", "F6"):
            assert (views[name].low, views[name].high) == (-1.7159, 1.7159)
        assert (views["input"].low, views["input"].high) == (-0.1, 1.175)

    def test_templates_are_what_the_output_compares_with(self, recognizer: Recognizer) -> None:
        ready = recognizer.describe(Choice(0, "lenet5-1998"))
        network = network_of(recognizer.weights)
        assert ready.templates.shape == (10, 84)
        assert not ready.templates.flags.writeable
        assert ready.coded is (network.config.name == "lenet5-1998")
        state = network.state_dict()
        source = state["output.codes" if ready.coded else "output.weight"]
        assert np.array_equal(ready.templates, source.numpy())

    def test_it_names_the_network_and_its_device(self, recognizer: Recognizer) -> None:
        ready = recognizer.describe(Choice(0, "lenet5-1998"))
        assert (ready.model, ready.preset) == ("mine", recognizer.weights.config.name)
        torch_used = isinstance(recognizer, TorchRecognizer)
        assert ready.device == ("CPU with PyTorch" if torch_used else "CPU")
        assert ready.test_error == 1.5
        assert ready.notice == ""


@pytest.mark.usefixtures("shipped_files")
class TestDevices:
    @pytest.mark.parametrize("device", ["cuda:99", "cuda:99999", "nonsense", "", "meta"])
    @pytest.mark.expected_log
    def test_a_device_that_fails_gives_way_to_the_cpu(self, device: str) -> None:
        opened = open_recognizer(Choice(0, "lenet5-1998", device))
        assert opened.device == "cpu"
        assert opened.notice.startswith(f"{device} cannot be used, the CPU reads instead: ")
        assert len(opened.notice.splitlines()) == 1
        assert opened.read(noise()).digit is not None

    def test_a_device_that_fails_gives_the_readings_of_the_cpu(self) -> None:
        failed, cpu = (
            open_recognizer(Choice(0, "lenet5-modern", device)) for device in ("cuda:99", "cpu")
        )
        pairs = zip(arrays(failed.read(noise())), arrays(cpu.read(noise())), strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)

    def test_the_cpu_needs_no_notice(self) -> None:
        assert open_recognizer(Choice(0, "lenet5-1998", "cpu")).notice == ""

    def test_auto_is_the_cpu_where_there_is_nothing_else(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
        assert devices() == (("auto", "Auto"), ("cpu", "CPU"))
        assert best_device() == "cpu"
        opened = open_recognizer(Choice(0, "lenet5-1998", "auto"))
        assert (opened.device, opened.notice) == ("cpu", "")

    def test_every_gpu_can_be_chosen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda i: f"Card {i}")
        assert [name for name, _ in devices()][:4] == ["auto", "cpu", "cuda:0", "cuda:1"]
        assert best_device() == "cuda:0"
        assert device_label("cuda:1") == "Card 1 (cuda:1)"

    def test_a_device_that_is_not_there_is_its_own_label(self) -> None:
        assert device_label("cuda:99") == "cuda:99"

    def test_a_device_that_fails_later_is_named(self) -> None:
        weight = weights_of("lenet5-1998")
        fallen = on_cpu(weight, "cuda:99", RuntimeError("out of memory\nTry less"))
        assert fallen.notice == "cuda:99 cannot be used, the CPU reads instead: out of memory"
        assert on_cpu(weight, "cuda:99", RuntimeError()).notice.endswith(": RuntimeError")
        assert fallen.describe(Choice(0, "lenet5-1998")).notice == fallen.notice


def test_an_unknown_network_is_an_error() -> None:
    with pytest.raises(WeightsError, match="lenet5-1989"):
        open_recognizer(Choice(0, "lenet5-1989"))


def test_single_images_need_one_thread_and_no_onednn() -> None:
    torch.set_num_threads(2)
    prepare_for_single_images()
    assert torch.get_num_threads() == 1
    assert not torch.backends.mkldnn.enabled


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
class TestCuda:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_cuda_reads_what_the_cpu_reads(
        self, preset: str, mnist: tuple[Labelled, Labelled]
    ) -> None:
        on_gpu, cpu = (open_recognizer(Choice(0, preset, device)) for device in ("cuda:0", "cpu"))
        assert (on_gpu.device, on_gpu.notice) == ("cuda:0", "")
        digits = mnist[1].images[:5].astype(np.float32) / 255
        for image in (*digits, BLANK):
            gpu_reading, cpu_reading = on_gpu.read(image), cpu.read(image)
            assert gpu_reading.digit == cpu_reading.digit
            for one, other in zip(arrays(gpu_reading), arrays(cpu_reading), strict=True):
                assert not one.flags.writeable
                largest = max(1.0, float(np.abs(other).max()))
                assert np.abs(one - other).max() <= 1e-2 * largest  # TF32 has three digits

    def test_what_is_held_on_cuda_is_held_as_on_the_cpu(
        self, mnist: tuple[Labelled, Labelled]
    ) -> None:
        holds = (Hold("C1", 2), Hold("S4", 3, value=0.5), Hold("F6", 7, value=-1.0))
        on_gpu, cpu = (
            open_recognizer(Choice(0, "lenet5-1998", device)) for device in ("cuda:0", "cpu")
        )
        image = mnist[1].images[0].astype(np.float32) / 255
        readings = [reader.read(image, holds) for reader in (on_gpu, cpu)]
        assert not readings[0].taps["C1"][2].any()
        for one, other in zip(*map(arrays, readings), strict=True):
            largest = max(1.0, float(np.abs(other).max()))
            assert np.abs(one - other).max() <= 1e-2 * largest
        freely = on_gpu.read(image)
        assert freely.taps["C1"][2].any()

    def test_a_unit_of_a_reading_on_cuda_is_explained(
        self, mnist: tuple[Labelled, Labelled]
    ) -> None:
        on_gpu = open_recognizer(Choice(0, "lenet5-1998", "cuda:0"))
        reading = on_gpu.read(mnist[1].images[0].astype(np.float32) / 255)
        ready = on_gpu.describe(Choice(0, "lenet5-1998"))
        for unit in (Unit("C1", 2, 12, 14), Unit("C3", 7, 4, 5), Unit("F6", 30)):
            found = explain(ready, reading, unit)
            sums = reading.taps[f"{unit.layer}.a"]
            at = (unit.map,) if sums.ndim == 1 else (unit.map, unit.row, unit.column)
            assert found.weighted_sum == pytest.approx(float(sums[at]), rel=1e-2, abs=2e-2)

    def test_auto_reads_on_the_cpu_and_trains_on_cuda(self) -> None:
        assert open_recognizer(Choice(0, "lenet5-1998", "auto")).device == "cpu"
        assert best_device() == "cuda:0"

    def test_it_is_described(self) -> None:
        ready = open_recognizer(Choice(0, "lenet5-1998", "cuda:0")).describe(
            Choice(0, "lenet5-1998")
        )
        assert ready.device == device_label("cuda:0")
        assert "cuda:0" in dict(ready.devices)
        assert all(np.isfinite(view.high) for view in ready.layers)
