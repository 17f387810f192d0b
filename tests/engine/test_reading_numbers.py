"""Sheets of several digits in the recognition: which digit the layers are of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from lenetpad.engine import recognition as module
from lenetpad.engine.recognition import Recognition, open_reader
from lenetpad.ink.raster import draw
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.values.devices import TORCH_CPU
from lenetpad.values.holding import Hold, Holds
from lenetpad.values.models import Choice
from lenetpad.values.reading import Reading, Request
from lenetpad.values.segmentation import Kind, Segmentation
from lenetpad.values.training import Snapshot
from tests.segmentations import line_of, segmented

LINE = line_of(3)
Ask = Callable[..., Reading]


@pytest.fixture
def ask(qtbot: QtBot) -> Iterator[Callable[[Callable[[Choice], Any]], Ask]]:
    """Opens a network, and gives what asks it for readings."""
    begun: list[Recognition] = []

    def begin(opener: Callable[[Choice], Any], device: str = "cpu") -> Ask:
        recognition = Recognition(opener)
        begun.append(recognition)
        readings: list[Reading] = []
        recognition.reading_ready.connect(readings.append)
        with qtbot.waitSignal(recognition.model_ready, timeout=60_000):
            recognition.choose(Choice(1, "lenet5-1998", device))

        def one(sheet: Sheet, holds: Holds = (), focus: int | None = None) -> Reading:
            count = len(readings)
            request = Request(count + 1, sheet, time.perf_counter(), holds, focus)
            recognition.submit(request)
            qtbot.waitUntil(lambda: len(readings) > count, timeout=60_000)
            return readings[-1]

        one.recognition = recognition  # type: ignore[attr-defined]
        one.readings = readings  # type: ignore[attr-defined]
        return one

    yield begin
    for recognition in begun:
        recognition.close()


@pytest.fixture
def three(fake_reader: type[Any]) -> type[Any]:
    """Reads each stroke as a digit, and keeps the images that it was asked to read."""

    class Three(fake_reader):  # type: ignore[misc]
        kind = Kind.NUMBER

        def __init__(self) -> None:
            super().__init__()
            self.images: list[np.ndarray] = []
            self.held: list[Holds] = []

        def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
            self.held.append(holds)
            return segmented(sheet.ink, "147"[: len(sheet.ink.strokes)], kind=self.kind)

        def read(self, image: np.ndarray, holds: Holds = ()) -> Reading:
            self.images.append(image)
            reading: Reading = super().read(image, holds)
            return reading

    return Three


def alone(place: int) -> np.ndarray:
    return draw(Ink((LINE.strokes[place],)))


@pytest.mark.parametrize(("focus", "shown"), [(None, 2), (0, 0), (1, 1), (3, 2), (-1, 2)], ids=str)
def test_the_layers_are_of_the_digit_that_is_wanted_else_of_the_last(
    ask: Any, three: type[Any], focus: int | None, shown: int
) -> None:
    reader = three()
    reading = ask(lambda choice: reader)(Sheet(LINE), focus=focus)
    assert reading.focus == shown
    assert reading.number is not None
    assert reading.number.text == "147"
    np.testing.assert_array_equal(reader.images[-1], alone(shown))


def test_the_last_one_is_the_one_that_was_written_last_not_the_rightmost(
    ask: Any, three: type[Any]
) -> None:
    first, second, third = LINE.strokes
    written = Sheet(Ink((first, third, second)))  # the one in the middle came last

    class Ordered(three):  # type: ignore[misc, valid-type]
        def segment(self, sheet: Sheet, holds: Holds = ()) -> Segmentation | None:
            found = segmented(LINE, "147")
            places = [sheet.ink.strokes.index(stroke) for stroke in LINE.strokes]
            pieces = [
                replace(piece, stroke=place)
                for piece, place in zip(found.pieces, places, strict=True)
            ]
            return replace(found, pieces=tuple(pieces))

    assert ask(lambda choice: Ordered())(written).focus == 1


def test_one_digit_is_read_whole(ask: Any, three: type[Any]) -> None:
    reader = three()
    reader.kind = Kind.DIGIT
    reading = ask(lambda choice: reader)(Sheet(LINE), focus=1)
    assert reading.number is None
    assert reading.several == ()
    np.testing.assert_array_equal(reader.images[-1], draw(LINE))


def test_while_a_hand_goes_on_with_one_digit_it_is_not_looked_for_several_each_time(
    qtbot: QtBot, three: type[Any]
) -> None:
    """But with another stroke, some time later, and once the pen is up."""
    reader = three()
    reader.kind = Kind.DIGIT
    recognition = Recognition(lambda choice: reader)
    readings: list[Reading] = []
    recognition.reading_ready.connect(readings.append)
    recognition.choose(Choice(1, "lenet5-1998"))
    at, less = 100.0, Sheet(Ink(LINE.strokes[:2]))
    asked = [(less, at), (less, at + 0.01), (Sheet(LINE), at + 0.02), (Sheet(LINE), at + 0.03)]
    asked += [(Sheet(LINE), at + 0.05), (Sheet(LINE), 0.0), (Sheet(LINE), 0.0)]
    segmented_of = []
    try:
        for serial, (sheet, moment) in enumerate(asked, 1):
            before = len(reader.held)
            recognition.submit(Request(serial, sheet, moment))
            qtbot.waitUntil(lambda serial=serial: len(readings) == serial)
            segmented_of.append(len(reader.held) > before)
    finally:
        recognition.close()
    assert segmented_of == [True, False, True, False, True, True, True]
    assert all(one.segmentation is not None for one in readings)


def test_what_is_held_is_held_while_the_digits_are_found(ask: Any, three: type[Any]) -> None:
    reader, held = three(), (Hold("S2", 3),)
    ask(lambda choice: reader)(Sheet(LINE), held)
    assert reader.held == [held]


@pytest.mark.parametrize(
    "ink",
    [
        Ink.of([[[x, x % 7] for x in range(module.MOST_POINTS + 1)]]),
        Ink.of([[[x, 0], [x, 10]] for x in range(module.MOST_STROKES + 1)]),
    ],
    ids=["points", "strokes"],
)
def test_ink_that_is_too_much_for_a_number_is_read_as_one_digit(
    ask: Any, three: type[Any], ink: Ink
) -> None:
    reader = three()
    reading = ask(lambda choice: reader)(Sheet(ink))
    assert reading.segmentation is None
    assert reader.held == []
    np.testing.assert_array_equal(reader.images[-1], draw(ink))


@pytest.mark.parametrize("device", ["cpu", TORCH_CPU])
def test_networks_read_numbers_on_every_device(ask: Any, device: str, samples: list[Any]) -> None:
    digits = {drawing.label: drawing.ink for drawing in samples}
    strokes = []
    for place, digit in enumerate((3, 0, 6)):
        for stroke in digits[digit].strokes:
            moved = stroke.points.copy()
            moved[:, :2] = moved[:, :2] * 0.3 + (300 * place, 0)
            strokes.append(type(stroke)(moved))
    one = ask(open_reader, device)
    reading = one(Sheet(Ink(tuple(strokes))), focus=0)
    assert reading.number is not None
    assert reading.number.text == "306"
    assert reading.digit == 3
    of_zero = one(Sheet(Ink(tuple(strokes))), focus=1)
    assert of_zero.digit == 0
    np.testing.assert_allclose(
        of_zero.probabilities, of_zero.several[1].probabilities, rtol=1e-3, atol=1e-5
    )


def test_other_weights_read_the_number_anew(qtbot: QtBot, ask: Any, samples: list[Any]) -> None:
    one = ask(open_reader)
    shifted = [
        [(stroke.xy * 0.3 + (300 * place, 0)).tolist() for stroke in drawing.ink.strokes]
        for place, drawing in enumerate((samples[3], samples[0]))
    ]
    reading = one(Sheet(Ink.of([stroke for digit in shifted for stroke in digit])))
    assert reading.number is not None
    weights = dict(reading.parameters)
    weights["f6.bias"] = weights["f6.bias"] + np.float32(0.5)
    one.recognition.refresh(1, Snapshot(7, tuple(weights.items())))
    qtbot.waitUntil(lambda: len(one.readings) == 2)
    again = one.readings[-1]
    assert again.several
    before = [digit.probabilities for digit in reading.several]
    after = [digit.probabilities for digit in again.several]
    assert not any(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    np.testing.assert_allclose(again.probabilities, after[again.focus], rtol=1e-3, atol=1e-5)
