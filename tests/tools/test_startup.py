"""How the start is measured: from the first painting to the first reading of ink."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lenetpad.tools.bench.startup import Stopwatch
from lenetpad.tools.driver import Driver
from lenetpad.tools.event_loop import wait_until
from lenetpad.values.reading import Reading

pytestmark = pytest.mark.usefixtures("qtbot")


def measured(reader: type[Any], block: float = 0.0) -> dict[str, float]:
    """The stopwatch's figures of a window whose event loop is held up at the first painting."""
    driver = Driver(opener=lambda choice: reader())
    stopwatch = Stopwatch(driver, time.time())
    left = [block]

    def hold_up() -> None:
        end = time.perf_counter() + left.pop() if left else 0.0
        while time.perf_counter() < end:
            pass

    driver.ink_painted.connect(hold_up)
    with driver:
        wait_until(lambda: "first_reading" in stopwatch.figures)
    return stopwatch.figures


def test_what_holds_up_the_first_painting_is_in_the_gap(fake_reader: type[Any]) -> None:
    assert measured(fake_reader, block=0.4)["gap"] >= 0.4


def test_the_first_reading_is_of_ink(fake_reader: type[Any]) -> None:
    """That of the blank canvas, which comes as soon as the network is loaded, does not count."""
    inked: list[int] = []

    class Reader(fake_reader):  # type: ignore[misc]
        def read(self, image: np.ndarray, holds: object = ()) -> Reading:
            reading: Reading = super().read(image)
            if not image.any():
                return replace(reading, digit=None)
            inked.append(self.reads)
            return reading

    figures = measured(Reader)
    assert inked
    assert 0 < figures["window"] < figures["first_reading"]
