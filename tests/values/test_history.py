"""The curves of a run: from its log, growing, cut, as a table, smoothed and decimated."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lenetpad.storage import runs
from lenetpad.training.histories import read
from lenetpad.values.history import History, decimated, smoothed, table
from lenetpad.values.training import Progress, RateScaled


def report(step: int, losses: tuple[float, ...], error: float | None = None) -> Progress:
    return Progress(
        *(1, 1, step, 100, 0.0, 0.1 / step, 100.0),
        validation_loss=None if error is None else 2 * error,
        validation_error=error,
        losses=losses,
    )


@pytest.fixture
def history() -> History:
    made = History(Path("a run"), "a run")
    made.add(report(2, (3.0, 2.0)))
    made.mark(RateScaled(2, 0.5))
    made.add(report(3, (1.0,), error=0.25))
    return made


def test_it_grows_by_reports(history: History) -> None:
    assert history.losses.tolist() == [3, 2, 1]
    steps, rates = history.rates
    assert steps.tolist() == [2, 3]
    assert rates.tolist() == pytest.approx([0.05, 0.1 / 3])
    assert [a.tolist() for a in history.validation_errors] == [[3], [0.25]]
    assert [a.tolist() for a in history.validation_losses] == [[3], [0.5]]


def test_many_thousand_steps_are_kept() -> None:
    history = History(None, "long")
    for start in range(0, 10_000, 25):
        history.add(report(start + 25, tuple(float(x) for x in range(start, start + 25))))
    assert history.losses.tolist() == list(range(10_000))


def test_it_is_in_the_log(tmp_path: Path) -> None:
    common = {"epoch": 1, "learning_rate": 0.5, "images_per_second": 3}
    runs.append(tmp_path, {"step": 0, "rate_factor": 0.1})
    runs.append(tmp_path, {**common, "step": 2, "losses": [4.0, 3.0]})
    end = {"validation_loss": 1.0, "validation_error": 0.5}
    runs.append(tmp_path, {**common, **end, "step": 3, "losses": [2.0]})
    history = read(tmp_path, "mine")
    assert (history.name, history.folder, history.marks) == ("mine", tmp_path, [(0, 0.1)])
    assert history.losses.tolist() == [4, 3, 2]
    assert [a.tolist() for a in history.validation_errors] == [[3], [0.5]]


def test_what_will_be_trained_again_is_left_out(history: History) -> None:
    kept = history.until(2)
    assert kept.losses.tolist() == [3, 2]
    assert kept.rates[0].tolist() == [2]
    assert kept.validation_errors[0].tolist() == []
    assert kept.marks == [(2, 0.5)]
    assert history.until(1).marks == []
    assert history.losses.tolist() == [3, 2, 1]


def test_as_a_table_nothing_is_missing(history: History) -> None:
    rows = list(csv.DictReader(io.StringIO(table([history, history.until(1)]))))
    assert [row["loss"] for row in rows] == ["3", "2", "1", "3"]
    assert rows[1]["rate_factor"] == "0.5"
    assert (rows[2]["step"], rows[2]["validation_error"], rows[2]["validation_loss"]) == (
        *("3.0" if "." in rows[2]["step"] else "3", "0.25", "0.5"),
    )
    assert {row["run"] for row in rows} == {"a run"}


@given(st.lists(st.floats(-1e3, 1e3), max_size=60), st.integers(1, 20))
def test_smoothing_is_the_mean_of_the_last_ones(values: list[float], window: int) -> None:
    found = smoothed(np.array(values), window)
    expected = [
        float(np.mean(values[max(0, end - window) : end])) for end in range(1, len(values) + 1)
    ]
    assert found.tolist() == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=400), st.integers(4, 50))
def test_decimated_it_keeps_its_extremes_its_ends_and_its_order(
    values: list[float], most: int
) -> None:
    array, steps = np.array(values), np.arange(len(values), dtype=np.float64)
    chosen, found = decimated(steps, array, most)
    assert len(found) <= most + 1
    assert np.all(np.diff(chosen) >= 0)
    assert np.array_equal(array[chosen.astype(int)], found)
    assert found[-1] == values[-1]
    whole = (
        len(values)
        if len(values) <= most
        else len(values) - len(values) % (-(-len(values) // (most // 2)))
    )
    assert found.min() <= array[:whole].min()
    assert found.max() >= array[:whole].max()
