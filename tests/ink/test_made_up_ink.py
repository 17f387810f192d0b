"""Digits and letters written after the tables of forms, and scribbles."""

from __future__ import annotations

import numpy as np
import pytest

from lenetpad.ink import letters, scribbles, styles
from lenetpad.ink.curves import smooth
from lenetpad.ink.letters import letter
from lenetpad.ink.raster import draw
from lenetpad.ink.scribbles import KINDS, scribble
from lenetpad.ink.styles import FORMS, LATEST, NEWER, latest, written


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_curve_runs_through_its_points() -> None:
    points = np.array([[0.0, 0.0], [10.0, 5.0], [3.0, 9.0], [7.0, 20.0]])
    curve = smooth(points, 301)
    assert np.allclose(curve[::100], points, atol=1e-6)
    steps = np.hypot(*np.diff(curve, axis=0).T)
    assert steps.max() < 0.25  # no jumps


def test_two_points_give_a_line() -> None:
    assert np.allclose(smooth(np.array([[0.0, 0.0], [4.0, 8.0]]), 3), [[0, 0], [2, 4], [4, 8]])


def test_every_digit_has_forms_of_about_the_same_height() -> None:
    assert sorted(FORMS) == list(range(10))
    for digit, forms in FORMS.items():
        assert len(forms) >= 4, digit
        for form in (*forms, *NEWER.get(digit, ()), *LATEST[digit]):
            ys = [float(w.rstrip("!").split(",")[1]) for stroke in form for w in stroke.split()]
            assert (min(ys), max(ys)) == pytest.approx((2, 100), abs=8), form


def test_a_form_is_followed_where_the_hand_is_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "UNSTEADINESS", 0.0)
    monkeypatch.setattr(styles, "LOOSE_ENDS", 0.0)
    monkeypatch.setitem(FORMS, 7, (("0,0 60,0! 30,100", "15,50 50,50"),))
    down, bar = written(7, rng()).strokes
    corner = np.hypot(*(down.xy - [60, 0]).T).min()
    assert corner < 1e-9
    assert np.allclose(down.xy[[0, -1]], [[0, 0], [30, 100]])
    assert np.allclose(bar.xy[:, 1], 50)


def test_written_digits_differ() -> None:
    numbers = rng()
    images = {draw(written(1, numbers)).tobytes() for _ in range(30)}
    assert len(images) == 30


def test_newer_forms_are_used_where_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NEWER, 0, (("0,0 60,0", "0,50 60,50", "0,100 60,100"),))
    strokes = {
        newer: {len(written(0, rng(seed), newer=newer).strokes) for seed in range(60)}
        for newer in (False, True)
    }
    assert 3 not in strokes[False]
    assert 3 in strokes[True]


def test_the_latest_forms_come_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "UNSTEADINESS", 0.0)
    monkeypatch.setattr(styles, "LOOSE_ENDS", 0.0)
    forms = [(digit, form) for digit, of_it in LATEST.items() for form in of_it]
    for number in (0, 5, len(forms) - 1, len(forms)):
        digit, ink = latest(number, rng())
        meant, form = forms[number % len(forms)]
        assert (digit, len(ink.strokes)) == (meant, len(form))
        begins = [stroke.split()[0].rstrip("!").split(",") for stroke in form]
        assert [stroke.xy[0].tolist() for stroke in ink.strokes] == [
            [float(x), float(y)] for x, y in begins
        ]


def test_all_forms_are_used() -> None:
    numbers = rng()
    strokes = {len(written(7, numbers).strokes) for _ in range(60)}
    assert strokes == {1, 2}  # with and without a bar


def test_letters_have_no_form_that_may_be_a_digit() -> None:
    assert not set("BDGIJLOQSTYZbgijloqsyz") & letters.FORMS.keys()
    upper, lower = (sum(map(kind, letters.FORMS)) for kind in (str.isupper, str.islower))
    assert (upper, lower) == (13, 16)


@pytest.mark.parametrize("name", letters.FORMS)
def test_every_form_of_a_letter_is_about_as_large(name: str) -> None:
    forms = letters.FORMS[name]
    assert len(set(forms)) == len(forms) >= 2
    for form in forms:
        points = [w.rstrip("!").split(",") for stroke in form for w in stroke.split()]
        ys = [float(y) for _, y in points]
        assert (min(ys), max(ys)) == pytest.approx((2, 100), abs=9), form


def test_all_letters_are_drawn_and_a_seed_decides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert letter(rng(5)) == letter(rng(5))
    numbers = rng()
    assert len({draw(letter(numbers)).tobytes() for _ in range(100)}) == 100
    forms = {"A": (("0,0 60,0",),), "B": (("0,0 60,0",) * 2, ("0,0 60,0",) * 3)}
    monkeypatch.setattr(letters, "FORMS", forms)
    assert {len(letter(numbers).strokes) for _ in range(60)} == {1, 2, 3}


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS], ids=lambda kind: kind.__name__)
def test_every_kind_of_scribble_can_be_drawn(kind: scribbles.Kind) -> None:
    numbers = rng()
    for _ in range(20):
        strokes = kind(numbers)
        assert strokes
        for xy in strokes:
            assert xy.ndim == 2
            assert xy.shape[1] == 2
            assert np.isfinite(xy).all()


def test_scribbles_differ_and_a_seed_decides_them() -> None:
    numbers = rng(5)
    images = {draw(scribble(numbers)).tobytes() for _ in range(100)}
    assert len(images) > 90  # a single dot looks like another
    assert scribble(rng(5)) == scribble(rng(5))
