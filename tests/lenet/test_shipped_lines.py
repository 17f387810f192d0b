"""The weights that ship for lines must be what their file says, and read the paper's strings."""

from __future__ import annotations

import pytest

from lenetpad.data.labelled import Labelled
from lenetpad.evaluation.figures import MNIST_TEST, evaluated, figures
from lenetpad.ink.files import read_ink
from lenetpad.ink.strokes import Sheet
from lenetpad.lenet.space_displacement import line_of, slide
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.storage.mnist import SHA256
from lenetpad.training.network import network_of
from lenetpad.values.models import DEFAULT_MODEL, LINE_MODEL
from lenetpad.values.recipes import LINES, recipe_of
from lenetpad.values.space_displacement import STRIDES, Fate


@pytest.mark.parametrize("stride", STRIDES)
def test_the_papers_strings_are_read(stride: int) -> None:
    """With an entangled pair, and a 5 in two halves."""
    weights = load(LINE_MODEL)
    for drawing in read_ink(resources.path("ink/numbers.jsonl")):
        line = line_of(Sheet(drawing.ink))
        reading = slide(weights.config, weights.parameters, line, stride)
        assert reading.answer == str(drawing.label)
        assert reading.fates.count(Fate.KEPT) == len(reading.answer)


def test_mnists_figures_are_what_the_file_says(mnist: tuple[Labelled, Labelled]) -> None:
    loaded = load(LINE_MODEL)
    found = figures(evaluated(network_of(loaded), {MNIST_TEST: mnist[1]}))[MNIST_TEST]
    assert loaded.test_error == pytest.approx(found["error"], abs=0.011)
    assert found == pytest.approx(loaded.facts["figures"][MNIST_TEST], abs=0.021)


def test_the_file_says_how_it_was_made() -> None:
    loaded = load(LINE_MODEL)
    facts = loaded.facts
    assert (loaded.name, loaded.config.name) == (LINE_MODEL, DEFAULT_MODEL)
    assert recipe_of(facts["recipe"]) == LINES[LINE_MODEL]  # which may have got fields since
    assert facts["start"] == f"{DEFAULT_MODEL}.safetensors"
    sources = {source["sha256"]: source for source in facts["data"]}
    assert len(sources) == 5
    assert SHA256 in sources
    assert all(source.keys() >= {"file", "title", "licence"} for source in sources.values())
    # No evaluation set is among them.
    assert not any("CROHME" in str(source) for source in sources.values())


def test_blank_is_as_probable_as_it_was_learnt() -> None:
    """Its constant is the one that the training began with: nothing was calibrated after it."""
    loaded = load(LINE_MODEL)
    assert loaded.config.temperature == 1.0
    assert loaded.facts["calibration"] == {
        "temperature": 1.0,
        "rubbish": loaded.config.rubbish,
    }  # and no share of the digits that it was set by
