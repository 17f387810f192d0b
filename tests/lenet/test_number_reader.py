"""Numbers as they are read: whatever the order of writing, whatever was read before."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.data.composed_numbers import CLEAR, compose
from lenetpad.ink.files import Drawing, read_ink
from lenetpad.ink.raster import Image, draw
from lenetpad.ink.scribbles import scribble
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.lenet.number_reader import NumberReader, Posteriors, posteriors_of
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.values.arrays import FloatArray
from lenetpad.values.models import MODEL_NAMES, PAPER
from lenetpad.values.segmentation import Kind, Segmentation


@pytest.fixture(scope="module")
def network() -> Posteriors:
    weights = load("lenet5-1998")
    return posteriors_of(weights.config, weights.parameters)


@pytest.fixture(scope="module")
def digits() -> dict[int, Drawing]:
    """A sample of each digit."""
    drawings = read_ink(resources.path("ink/samples.jsonl"))
    return {one.label: one for one in reversed(drawings) if isinstance(one.label, int)}


def written(digits: dict[int, Drawing], text: str, seed: int = 3) -> Ink:
    """Sample digits beside each other."""
    chosen = [digits[int(digit)] for digit in text]
    return compose(chosen, "", CLEAR, np.random.default_rng(seed)).ink


def moved(ink: Ink, right: float) -> Ink:
    return Ink.of([(stroke.xy + np.array([right, 0])).tolist() for stroke in ink.strokes])


def same(one: Segmentation | None, other: Segmentation | None) -> bool:
    """Whether two readings are equal in all that is seen of them, whatever the strokes' places."""
    assert one is not None
    assert other is not None
    return (
        one.text == other.text
        and one.kind is other.kind
        and [piece.box for piece in one.pieces] == [piece.box for piece in other.pieces]
        and [(c.first, c.end, c.box) for c in one.candidates]
        == [(c.first, c.end, c.box) for c in other.candidates]
        and np.allclose([c.score for c in one.candidates], [c.score for c in other.candidates])
        and [path.candidates for path in one.paths] == [path.candidates for path in other.paths]
    )


def test_a_blank_sheet_has_no_reading(network: Posteriors) -> None:
    assert NumberReader(network).read(Sheet()) is None


def test_digits_beside_each_other_are_a_number(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    found = NumberReader(network).read(Sheet(written(digits, "20358")))
    assert found is not None
    assert found.kind is Kind.NUMBER
    assert found.text == "20358"
    assert [one.box[0] for one in found.digits] == sorted(one.box[0] for one in found.digits)


def test_each_sample_alone_is_one_digit_and_is_read_as_the_network_alone_reads_it(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    reader = NumberReader(network)
    for drawing in read_ink(resources.path("ink/samples.jsonl")):
        if not isinstance(drawing.label, int):
            continue
        found = reader.read(Sheet(drawing.ink))
        assert found is not None
        assert found.kind is Kind.DIGIT
        (one,) = found.digits
        posteriors = network(draw(drawing.ink)[None])[0]
        np.testing.assert_allclose(one.probabilities, posteriors[:10], atol=1e-6)
        assert one.no_digit == pytest.approx(float(posteriors[10]), abs=1e-6)


def test_a_picture_is_one_digit(network: Posteriors, digits: dict[int, Drawing]) -> None:
    found = NumberReader(network).read(Sheet(picture=draw(digits[7].ink)))
    assert found is not None
    assert (found.kind, found.text) == (Kind.DIGIT, "7")


def test_the_order_of_writing_makes_no_difference(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    rng = np.random.default_rng(5)
    ink = written(digits, "475130")
    wanted = NumberReader(network).read(Sheet(ink))
    for _ in range(5):
        strokes = tuple(ink.strokes[place] for place in rng.permutation(len(ink.strokes)))
        assert same(NumberReader(network).read(Sheet(Ink(strokes))), wanted)


def bars(*where: float, height: float = 100.0, lean: float = 0.0) -> Ink:
    """Straight strokes from top to bottom at these places."""
    down = np.linspace(0.0, height, 15)
    return Ink.of([np.stack([x + lean * (height - down), down], 1).tolist() for x in where])


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if not name.endswith(PAPER)])
@pytest.mark.parametrize("where", [(0, 20), (0, 40), (0, 70), (0, 40, 80), (0, 25, 60, 90)])
@pytest.mark.parametrize("lean", [0.0, 0.2, -0.05])
def test_bars_beside_each_other_are_ones(
    model: str, where: tuple[float, ...], lean: float
) -> None:
    """As most people write an 11 or a 111."""
    weights = load(model)
    reader = NumberReader(posteriors_of(weights.config, weights.parameters))
    found = reader.read(Sheet(bars(*where, lean=lean)))
    assert found is not None
    assert (found.kind, found.text) == (Kind.NUMBER, "1" * len(where))


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if not name.endswith(PAPER)])
@pytest.mark.parametrize("text", ["17", "71", "117", "771", "10", "21", "1871"])
def test_a_bar_beside_other_digits_is_a_one(
    model: str, text: str, digits: dict[int, Drawing]
) -> None:
    weights = load(model)
    reader = NumberReader(posteriors_of(weights.config, weights.parameters))
    height = float(np.ptp(np.concatenate([one.xy for one in digits[7].ink.strokes])[:, 1]))
    chosen = [Drawing(bars(0, height=height)) if d == "1" else digits[int(d)] for d in text]
    ink = compose(chosen, "", CLEAR, np.random.default_rng(4)).ink
    found = reader.read(Sheet(ink))
    assert found is not None
    assert (found.kind, found.text) == (Kind.NUMBER, text)


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if not name.endswith(PAPER)])
@pytest.mark.parametrize("text", ["17", "71", "12", "10", "117", "2017"])
def test_a_one_whose_flag_is_as_long_as_its_stem_is_a_one_among_digits(
    model: str, text: str, digits: dict[int, Drawing]
) -> None:
    """As many people write it, and networks alone take it for no digit."""
    weights = load(model)
    reader = NumberReader(posteriors_of(weights.config, weights.parameters))
    height = float(np.ptp(np.concatenate([one.xy for one in digits[7].ink.strokes])[:, 1]))
    at = np.linspace(0, 2, 40)
    one = height * np.stack(
        [np.interp(at, [0, 1, 2], x) for x in ([0.0, 0.9, 0.75], [1, 0, 1])], 1
    )
    chosen = [
        Drawing(Ink.of([one.tolist()]), 1) if digit == "1" else digits[int(digit)]
        for digit in text
    ]
    ink = compose(chosen, "", CLEAR, np.random.default_rng(4)).ink
    found = reader.read(Sheet(ink))
    assert found is not None
    assert (found.kind, found.text) == (Kind.NUMBER, text)


@pytest.mark.parametrize("model", [name for name in MODEL_NAMES if not name.endswith(PAPER)])
@pytest.mark.parametrize(
    "corners",
    [
        [[(0, 0), (70, 100)], [(70, 0), (0, 100)]],  # X
        [[(0, 100), (0, 0), (60, 100), (60, 0)]],  # N
        [[(0, 100), (0, 0), (40, 60), (80, 0), (80, 100)]],  # M
        [[(0, 0), (70, 0)], [(35, 0), (35, 100)]],  # T
        [[(0, 0), (0, 100)], [(0, 0), (55, 100)], [(55, 0), (55, 100)]],  # N of three strokes
        [[(0, 0), (20, 100)], [(40, 20), (20, 100)], [(40, 20), (60, 100)], [(80, 0), (60, 100)]],
    ],
)
def test_letters_of_straight_strokes_are_no_number(
    model: str, corners: list[list[tuple[float, float]]]
) -> None:
    weights = load(model)
    reader = NumberReader(posteriors_of(weights.config, weights.parameters))
    strokes = []
    for stroke in corners:
        at = np.linspace(0, len(stroke) - 1, 15 * (len(stroke) - 1) + 1)
        columns = [np.interp(at, np.arange(len(stroke)), c) for c in np.array(stroke).T]
        strokes.append(np.stack(columns, axis=1).tolist())
    found = reader.read(Sheet(Ink.of(strokes)))
    assert found is not None
    assert found.kind is Kind.NO_NUMBER or (found.kind is Kind.DIGIT and found.digits[0].refused)


def test_what_was_read_before_makes_no_difference(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    """Strokes are written, a digit before the others, one is undone, one is rubbed out."""
    ink = written(digits, "2468")
    before = moved(digits[9].ink, -1000.0)
    reader = NumberReader(network)
    sheets = [Ink(ink.strokes[: count + 1]) for count in range(len(ink.strokes))]
    sheets += [
        Ink((*before.strokes, *ink.strokes)),
        ink,
        Ink(ink.strokes[1:]),
        ink,
        moved(ink, 3.0),
    ]
    for sheet in sheets:
        assert same(reader.read(Sheet(sheet)), NumberReader(network).read(Sheet(sheet)))


def test_only_new_candidates_are_read(network: Posteriors, digits: dict[int, Drawing]) -> None:
    seen: list[int] = []

    def counting(images: Image) -> FloatArray:
        seen.append(len(images))
        return network(images)

    ink = written(digits, "12345678")
    reader = NumberReader(counting)
    reader.read(Sheet(Ink(ink.strokes[:-1])))
    reader.read(Sheet(ink))
    again = reader.read(Sheet(ink))
    assert again is not None
    assert len(seen) == 2, "of what is known, nothing is read again"
    assert seen[1] < len(again.candidates) / 2


def test_forty_digits_are_read_and_their_graph_is_bounded(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    text = "0123456789" * 4
    found = NumberReader(network).read(Sheet(written(digits, text)))
    assert found is not None
    assert found.kind is Kind.NUMBER
    assert len(found.text) == 40
    assert sum(a == b for a, b in zip(found.text, text, strict=True)) >= 38
    assert len(found.candidates) < 8 * len(found.pieces) + 1


def test_scribbles_beside_each_other_are_no_number(network: Posteriors) -> None:
    rng = np.random.default_rng(11)
    for _ in range(10):
        two = Ink((*scribble(rng).strokes, *moved(scribble(rng), 1.5).strokes))
        found = NumberReader(network).read(Sheet(two))
        assert found is not None
        assert found.kind is not Kind.NUMBER


def test_the_second_reading_reads_otherwise(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    found = NumberReader(network).read(Sheet(written(digits, "4417")), paths=3)
    assert found is not None
    texts = [found.text_of(path) for path in found.paths]
    assert len(set(texts)) == len(texts) == 3
    assert [path.score for path in found.paths] == sorted(
        (path.score for path in found.paths), reverse=True
    )


def test_a_network_without_no_digit_reads_numbers_too(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    def ten(images: Image) -> FloatArray:
        found = network(images)[:, :10]
        return found / found.sum(axis=1, keepdims=True)

    found = NumberReader(ten).read(Sheet(written(digits, "360")))
    assert found is not None
    assert (found.kind, found.text) == (Kind.NUMBER, "360")
    assert found.digits[0].no_digit is None


def test_whoever_scribbles_for_long_does_not_wait(network: Posteriors) -> None:
    """Ink of thousands of strokes, which is no line of digits, is read as one thing."""
    rng = np.random.default_rng(12)
    ink = Ink.of([(rng.random(2) * 100 + rng.random((3, 2))).tolist() for _ in range(3000)])
    found = NumberReader(network).read(Sheet(ink))
    assert found is not None
    assert (found.kind, len(found.candidates)) == (Kind.DIGIT, 1)
    points = np.concatenate([stroke.xy for stroke in ink.strokes])
    assert found.candidates[0].box == (*points.min(axis=0), *points.max(axis=0))


def test_strokes_of_many_points_are_read_as_those_of_few(
    network: Posteriors, digits: dict[int, Drawing]
) -> None:
    """A pen that gives very many points, and what was read before it."""
    ink = written(digits, "3852")
    dense = Ink.of(
        [
            np.stack(
                [
                    np.interp(np.linspace(0, 1, 3000), np.linspace(0, 1, len(xy)), column)
                    for column in xy.T
                ],
                axis=1,
            ).tolist()
            for xy in (stroke.xy for stroke in ink.strokes)
        ]
    )
    reader = NumberReader(network)
    for count in range(1, len(dense.strokes) + 1):
        sheet = Sheet(Ink(dense.strokes[:count]))
        assert same(reader.read(sheet), NumberReader(network).read(sheet))
    found, wanted = (NumberReader(network).read(Sheet(one)) for one in (dense, ink))
    assert found is not None
    assert wanted is not None
    assert (found.text, found.kind) == (wanted.text, wanted.kind)
