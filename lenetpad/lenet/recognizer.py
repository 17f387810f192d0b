"""From an image to a Reading, and what a window needs to know of the network that reads."""

from __future__ import annotations

import math
import time
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np

from lenetpad.ink.files import read_ink
from lenetpad.ink.raster import SIDE, Image, draw, pad
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.activations import ACTIVATIONS
from lenetpad.lenet.forward import BATCH, forward, log_posteriors
from lenetpad.lenet.layers import layer_specs
from lenetpad.lenet.leftovers import sentence
from lenetpad.lenet.number_reader import NumberReader, number_weights_of
from lenetpad.lenet.single_image import SingleImagePass
from lenetpad.lenet.weights import Weights
from lenetpad.storage import resources
from lenetpad.values.arrays import FloatArray, Parameters
from lenetpad.values.devices import ALWAYS_THERE, CPU
from lenetpad.values.holding import Holds
from lenetpad.values.layers import LayerSpec
from lenetpad.values.models import Choice, InputValues, LayerView, ModelReady, Scoring
from lenetpad.values.reading import NO_NUMBERS, Reading, ReadingError
from lenetpad.values.segmentation import Segmentation
from lenetpad.values.training import Snapshot

SHOWN_LAYERS: Final = ("input", "C1", "S2", "C3", "S4", "C5", "F6")
#: A layer without a bound is described anew once its values leave this part of the range that it
#: was described with.
RANGE_KEPT: Final = (0.5, 1.25)
DIVERGED: Final = (
    "The training's weights are no numbers any more, so the pad stays with those of before. "
    "Train with a smaller learning rate."
)


class Recognizer:
    """A network that reads one image at a time, on the CPU in NumPy.

    A subclass computes elsewhere: it has another ``device`` and overrides ``_build``, ``_update``,
    ``_compute`` and ``_outputs``.
    """

    device = CPU

    def __init__(self, weights: Weights, notice: str = "") -> None:
        self.weights = weights
        self.notice = notice or weights.warning or sentence(weights.left_out)
        self._highest: dict[str, float] = {}  # of the layers without a bound, as described
        self._parameters = weights.parameters
        self._numbers: NumberReader | None = None  # with the units held that are held in it
        self._held: Holds = ()
        self._build()
        for _ in range(2):  # the first calls are slow
            self._compute(np.zeros((SIDE, SIDE), np.float32))

    def read(self, image: Image, holds: Holds = ()) -> Reading:
        """Read a normalised image (28, 28), float32 in [0, 1], ink 1, with some units held.

        A blank image has no digit: its probabilities are all zero. Raises IndexError for a unit
        to hold that there is not.
        """
        started = time.perf_counter()
        with np.errstate(all="ignore"):  # the weights of a training that diverges overflow
            taps, posteriors = self._compute(image, holds)
        blank = not image.any()
        probabilities = np.zeros(10, dtype=np.float32) if blank else posteriors[:10]
        probabilities.flags.writeable = False
        return Reading(
            taps=taps,
            probabilities=probabilities,
            no_digit=float(posteriors[10]) if len(posteriors) > 10 and not blank else None,
            distances=taps["output"] if self._coded else None,
            digit=None if blank else int(probabilities.argmax()),
            network_seconds=time.perf_counter() - started,
            parameters=self._parameters,
            holds=holds,
        )

    def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
        """How the digits of a sheet are read, with some units held; None where it is blank.

        Raises IndexError for a unit to hold that there is not, and ReadingError where the network
        gives no numbers.
        """
        if self._numbers is None or holds != self._held:
            number_weights = number_weights_of(self.weights.config)
            self._numbers = NumberReader(self._posteriors, number_weights)
            self._held = holds
        with np.errstate(all="ignore"):
            return self._numbers.read(sheet)

    def refresh(self, snapshot: Snapshot) -> bool:
        """Take the weights of a training; True where the network has to be described anew.

        That is where a layer without a bound has outgrown the range that it was described with,
        or no longer fills half of it. Raises ReadingError, and goes on with the weights of before,
        where some are no numbers: the training diverges.
        """
        parameters = MappingProxyType(dict(snapshot.weights))
        if not all(np.isfinite(array).all() for array in parameters.values()):
            raise ReadingError(DIVERGED)
        self._update(parameters)
        self._parameters = parameters
        self._numbers = None  # what it has read these weights may read otherwise
        if not self._highest:
            return False
        low, high = RANGE_KEPT
        now = {view.name: view.high for view in self._layer_views()}
        return any(
            not low < now[name] / max(before, 1e-9) < high
            for name, before in self._highest.items()
        )

    def describe(self, choice: Choice) -> ModelReady:
        """What a window needs to know of this network, as the answer to a choice.

        Raises ReadingError where its values have no range: they are no numbers.
        """
        config, layers = self.weights.config, self._layer_views()
        if not all(math.isfinite(view.low) and math.isfinite(view.high) for view in layers):
            raise ReadingError(NO_NUMBERS)
        if any(spec.activation and not _bounded(spec) for spec in self._specs):
            self._highest = {view.name: view.high for view in layers if view.name != "input"}
        devices = self._devices()
        return ModelReady(
            choice=choice,
            model=self.weights.name,
            preset=config.name,
            used=self.device,
            device=dict(devices).get(self.device, self.device),
            devices=devices,
            layers=layers,
            templates=self._parameters["output.codes" if self._coded else "output.weight"],
            coded=self._coded,
            test_error=self.weights.test_error,
            notice=self.notice,
            specs=self._specs,
            step=self.weights.known.step,
            input_values=InputValues(config.background, config.ink, config.padding),
            scoring=Scoring(
                config.distance_scale if self._coded else None, config.rubbish, config.temperature
            ),
        )

    @property
    def _coded(self) -> bool:
        return self.weights.config.output == "RBF"

    @property
    def _specs(self) -> tuple[LayerSpec, ...]:
        return layer_specs(self.weights.config)

    def _build(self) -> None:
        """Prepare what computes, with the parameters of the file."""
        self._update(self._parameters)

    def _update(self, parameters: Parameters) -> None:
        """Have what computes take other parameters."""
        self._pass = SingleImagePass(self.weights.config, parameters)

    def _compute(
        self, image: Image, holds: Holds = ()
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Every tap of an image (28, 28), and the posteriors."""
        return self._pass(image, holds)

    def _posteriors(self, images: FloatArray) -> FloatArray:
        """The posteriors of images (n, 28, 28); of one alone, as a pen makes it, the fast way."""
        if len(images) == 1:
            posteriors = self._compute(images[0], self._held)[1][None]
        else:
            output = self._outputs(pad(images), self._held)
            posteriors = np.exp(log_posteriors(self.weights.config, output))
        if not np.isfinite(posteriors).all():
            raise ReadingError(NO_NUMBERS)
        posteriors.flags.writeable = False
        return posteriors

    def _outputs(self, images: FloatArray, holds: Holds) -> FloatArray:
        """The output layer (n, 10) of images (n, 32, 32), with some units held."""
        config, parts = self.weights.config, np.array_split(images, -(-len(images) // BATCH))
        return np.concatenate(
            [forward(config, self._parameters, part, holds=holds) for part in parts]
        )

    def _devices(self) -> tuple[tuple[str, str], ...]:
        """The devices that are known here, each as its name and a label."""
        return ALWAYS_THERE

    def _layer_views(self) -> tuple[LayerView, ...]:
        """Sizes from the specifications; ranges from the activation or, where it has no bound,
        from what the sample ink makes the layer do."""
        config = self.weights.config
        shown = [spec for spec in self._specs if spec.name in SHOWN_LAYERS]
        taps: dict[str, FloatArray] = {}
        if any(not _bounded(spec) for spec in shown[1:]):
            with np.errstate(all="ignore"):  # a training that diverges has no values worth showing
                forward(config, self._parameters, _samples(), taps)
        views = []
        for spec in shown:
            activation = ACTIVATIONS[spec.activation or config.activation]
            low, high, sum_end = activation.low, activation.high, activation.flat_from
            if spec.name == "input":
                low, high = sorted((config.background, config.ink))
            elif not _bounded(spec):
                high = float(np.abs(taps[spec.name]).max())
                low = -high if bool((taps[spec.name] < 0).any()) else 0.0
            if not _bounded(spec):
                sum_end = high
            size = (spec.maps, spec.height, spec.width)
            views.append(LayerView(spec.name, *size, low, high, sum_end))
        return tuple(views)


def _bounded(spec: LayerSpec) -> bool:
    """Whether a layer's activation gives its values a range."""
    return bool(spec.activation) and ACTIVATIONS[spec.activation].bounded


@cache
def _samples() -> FloatArray:
    """The sample ink as images (n, 32, 32): drawing it takes longer than reading it."""
    images = [draw(drawing.ink) for drawing in read_ink(resources.path("ink/samples.jsonl"))]
    return pad(np.stack(images))
