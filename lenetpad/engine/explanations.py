"""The jobs "best patches", "occlusion" and "gradient": what a unit looks for, and what of a sheet
speaks for a class.

All of it is NumPy, on the CPU, for every network and device: no torch is imported, but where a
data set has to be fetched with it.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from lenetpad.engine.evaluation_data import open_data
from lenetpad.ink.normalising import draw_sheet
from lenetpad.lenet import saliency
from lenetpad.lenet.best_patches import best_patches
from lenetpad.lenet.config import LeNet5Config
from lenetpad.lenet.weights import load
from lenetpad.values.arrays import Parameters
from lenetpad.values.best_patches import BEST_PATCHES, BestPatches, BestPatchesRequest
from lenetpad.values.evaluation import DataChoice, EvaluationProgress
from lenetpad.values.failures import Place
from lenetpad.values.jobs import Answer, Question
from lenetpad.values.models import Choice
from lenetpad.values.reading import NO_NUMBERS, ReadingError
from lenetpad.values.saliency import (
    SALIENCY,
    GradientRequest,
    OcclusionRequest,
    Saliency,
    SaliencyRequest,
)

if TYPE_CHECKING:
    from lenetpad.data.labelled import Labelled

#: The names of the jobs.
OCCLUSION: Final = "occlusion"
GRADIENT: Final = "gradient"
#: So many units' patches are kept, 80 KB each.
KEPT_UNITS: Final = 64
#: No larger data set is kept between two questions.
KEPT_IMAGES: Final = 20_000


def best_patches_question(request: BestPatchesRequest, asker: str = BEST_PATCHES) -> Question:
    """The question that has this request answered with BestPatches."""
    return Question(asker, BEST_PATCHES, (request.choice,), request, request.serial, Place.DRAW)


def saliency_question(request: SaliencyRequest, asker: str = SALIENCY) -> Question:
    """The question that has this request answered with a Saliency."""
    job = OCCLUSION if isinstance(request, OcclusionRequest) else GRADIENT
    return Question(asker, job, (request.choice,), request, request.serial, Place.DRAW)


def explanation_jobs() -> dict[str, Callable[[Question], Generator[object, None, None]]]:
    """The jobs of a thread; what they keep is that thread's."""
    return {
        BEST_PATCHES: BestPatchesJob(),
        OCCLUSION: occlusion_job,
        GRADIENT: gradient_job,
    }


def occlusion_job(question: Question) -> Generator[Answer, None, None]:
    """Answer an OcclusionRequest with a Saliency.

    Raises WeightsError, ValueError for what cannot be asked, ReadingError for what is no number.
    """
    request = question.argument
    assert isinstance(request, OcclusionRequest)
    config, parameters = _network(request.choice, request.parameters)
    with np.errstate(all="ignore"):  # the weights of a training that diverges overflow
        found = saliency.occlusion(
            config,
            parameters,
            draw_sheet(request.sheet),
            request.size,
            request.step,
            request.classes,
            request.holds,
        )
    yield Answer(question, _checked(found))


def gradient_job(question: Question) -> Generator[Answer, None, None]:
    """Answer a GradientRequest with a Saliency; see ``occlusion_job`` for what is raised."""
    request = question.argument
    assert isinstance(request, GradientRequest)
    config, parameters = _network(request.choice, request.parameters)
    with np.errstate(all="ignore"):  # as above
        found = saliency.gradient_times_input(
            config, parameters, draw_sheet(request.sheet), request.classes, request.holds
        )
    yield Answer(question, _checked(found))


class BestPatchesJob:
    """Answers a BestPatchesRequest with BestPatches; EvaluationProgress until then.

    What was found last is kept, and found again as long as the weights are the same. Not for
    several threads.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, BestPatches] = OrderedDict()  # the latest used last
        self._images: tuple[Hashable, Labelled, str] | None = None

    def __call__(self, question: Question) -> Generator[object, None, None]:
        """Closing the generator cancels it. Raises WeightsError, DataError, InkError, ValueError
        for a unit that there is not, or ReadingError for what is no number."""
        request = question.argument
        assert isinstance(request, BestPatchesRequest)
        config, parameters = _network(request.choice, request.parameters)
        data = _stamped(request.data)
        key = (config, _digest(parameters), request.unit, request.anywhere, data)
        found = self._found.pop(key, None)
        if found is None:
            images, notice = yield from self._opened(request, data)
            for step in best_patches(
                config, parameters, images.images, images.labels, request.unit, request.anywhere
            ):
                if isinstance(step, BestPatches):
                    found = replace(step, notice=notice)
                else:
                    yield EvaluationProgress(request.serial, step, len(images))
        assert found is not None
        self._found[key] = found
        if len(self._found) > KEPT_UNITS:
            self._found.popitem(last=False)
        yield Answer(question, found)

    def _opened(
        self, request: BestPatchesRequest, data: Hashable
    ) -> Generator[EvaluationProgress, None, tuple[Labelled, str]]:
        """The data set of a request, kept from the last question where that had the same, and
        what was left out of it."""
        from lenetpad.data.labelled import Labelled

        if self._images is not None and self._images[0] == data:
            return self._images[1:]
        self._images, notice = None, ""
        yield EvaluationProgress(request.serial, 0, 0)
        for step in open_data(request.data, request.serial):
            if isinstance(step, Labelled):
                opened = step
            elif isinstance(step, str):
                notice = f"{notice} {step}".strip()
            elif isinstance(step, EvaluationProgress):
                yield step
        if len(opened) <= KEPT_IMAGES:
            self._images = (data, opened, notice)
        return opened, notice


def _network(choice: Choice, parameters: Parameters | None) -> tuple[LeNet5Config, Parameters]:
    """The chosen network's configuration, with other parameters where some are given."""
    weights = load(choice.model, choice.conventions)
    return weights.config, weights.parameters if parameters is None else parameters


def _digest(parameters: Parameters) -> bytes:
    """Different for different weights, whatever object holds them: a third of a millisecond."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(parameters):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(parameters[name]).data)
    return digest.digest()


def _stamped(data: DataChoice) -> Hashable:
    """The choice, and when and how large its file was written, where it is a file."""
    try:
        facts = os.stat(data.path) if data.path else None
    except OSError:
        facts = None  # whoever opens it says so
    return data, facts and (facts.st_mtime_ns, facts.st_size)


def _checked(found: Saliency) -> Saliency:
    if not np.isfinite(found.picture).all():
        raise ReadingError(NO_NUMBERS)
    return found
