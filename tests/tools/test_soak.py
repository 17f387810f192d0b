"""The soak: what it counts, what it calls growth, and that it uses the real window."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lenetpad.ink.files import Drawing
from lenetpad.tools import soak as soaking
from lenetpad.tools.driver import Driver
from lenetpad.tools.soak import Latencies, Report, Sample, Table, Warnings, as_json, soak
from lenetpad.values.models import Choice


def report(memory: Callable[[int], float] = lambda minute: 500.0, **changes: Any) -> Report:
    """Of twenty minutes with a cycle each, in which nothing grows."""
    samples = tuple(Sample(n + 0.9, memory(n), 8, 14, 1) for n in range(20))
    facts: dict[str, Any] = {
        "minutes": 20.0,
        "samples": samples,
        "first_p99_ms": 10.0,
        "last_p99_ms": 11.9,
        "warnings": (),
    }
    return Report(**(facts | changes))


class TestReport:
    def test_nothing_grows(self) -> None:
        assert report().failures == []
        assert report().growth == 0

    def test_memory_may_grow_in_the_first_minutes(self) -> None:
        assert report(lambda minute: 100.0 * min(minute, 5)).failures == []

    def test_memory_that_grows_afterwards_is_a_failure(self) -> None:
        [line] = report(lambda minute: 500.0 + 2 * minute).failures
        assert line.startswith("memory grows by 4.7%")

    @pytest.mark.parametrize("name", ["threads", "handles", "children"])
    def test_so_is_whatever_else_grows(self, name: str) -> None:
        samples = report().samples
        grown = [Sample(s.minute, 500.0, 8, 14, 1) for s in samples[:-3]]
        later = {"threads": 8, "handles": 14, "children": 1, name: 20}
        grown += [Sample(s.minute, 500.0, **later) for s in samples[-3:]]
        [line] = report(samples=tuple(grown)).failures
        assert line.startswith(f"{name} grow from")

    def test_a_moment_with_more_is_none(self) -> None:
        samples = list(report().samples)
        samples[-2] = Sample(18.9, 500.0, 9, 15, 2)
        assert report(samples=tuple(samples)).failures == []

    @pytest.mark.parametrize("p99", [12.1, math.nan])
    def test_a_pen_that_becomes_slower_is(self, p99: float) -> None:
        [line] = report(last_p99_ms=p99).failures
        assert line.startswith("p99 goes from 10.0 to")

    def test_a_warning_is(self) -> None:
        assert report(warnings=("WARNING lenetpad: odd",)).failures == [
            "the log warns: WARNING lenetpad: odd"
        ]

    def test_two_cycles_say_nothing(self) -> None:
        [line] = report(samples=report().samples[:2]).failures
        assert "more minutes" in line

    def test_it_is_json(self) -> None:
        found = json.loads(json.dumps(as_json(report())))
        assert found["failures"] == []
        assert len(found["samples"]) == 20


class TestLatencies:
    def test_percentiles_are_one_per_cent_too_large_at_most(self) -> None:
        seconds = np.random.default_rng(1).exponential(0.01, 5000)
        counted = Latencies()
        for part in np.split(seconds, 10):
            counted.add(part)
        for percent in (50, 99):
            exact = float(np.percentile(seconds * 1000, percent))
            assert exact <= 1.001 * counted.percentile(percent) <= 1.02 * exact

    def test_none_and_very_long_ones(self) -> None:
        counted = Latencies()
        assert math.isnan(counted.percentile(99))
        counted.add([1e9, 0.0])
        assert counted.percentile(99) > 60_000


def test_warnings_are_kept_as_far_as_they_can_be_read() -> None:
    warnings = Warnings(most=2)
    log = logging.getLogger("tests.soak")
    log.addHandler(warnings)
    try:
        log.info("nothing")
        for number in range(3):
            log.warning("number %d", number)
    finally:
        log.removeHandler(warnings)
    assert warnings.lines == ["WARNING tests.soak: number 0", "WARNING tests.soak: number 1"]


@pytest.mark.usefixtures("qtbot")
class TestRun:
    @pytest.fixture(autouse=True)
    def shortly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(soaking, "WRITING_SECONDS", 0.2)

    @pytest.fixture
    def driver(self, fake_reader: type[Any]) -> Driver:
        def opener(choice: Choice) -> Any:
            return fake_reader()

        return Driver(opener=opener)

    def test_the_window_is_written_on_in_cycles(
        self, driver: Driver, samples: list[Drawing], capsys: pytest.CaptureFixture[str]
    ) -> None:
        cycles: list[int] = []

        def note(table: Table, number: int) -> None:
            cycles.append(number)

        with driver:
            acts = (soaking.undo_and_redo, soaking.open_files, soaking.change_looks, note)
            found = soak(driver, [samples[0].ink, samples[1].ink], 0.04, Warnings(), acts)
            assert driver.canvas.sheet.ink
        assert cycles == list(range(len(found.samples)))
        assert found.minutes >= 0.04
        assert found.first_p99_ms > 0
        last = found.samples[-1]
        assert last.memory_mb > 50
        assert last.threads > 0
        assert "p99 ms" in capsys.readouterr().out

    def test_a_step_that_fails_is_named(self, driver: Driver, samples: list[Drawing]) -> None:
        def jump(table: Table, number: int) -> None:
            raise RuntimeError("too high")

        with driver, pytest.raises(RuntimeError, match="in jump: too high"):
            soak(driver, [samples[0].ink], 1, Warnings(), (jump,), quiet=True)
