"""What the Draw page shows, taken away: as pixels, as lines and letters, as numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PIL import ImageSequence
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing
from lenetpad.ink.replay import frame_times
from lenetpad.ink.strokes import Ink, Sheet, Stroke
from lenetpad.tools.synthetic_pen import SyntheticPen
from lenetpad.ui.draw.maps_layout import ALONE
from lenetpad.ui.draw.numbers.views import InPlace
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.taking.copies import Copier
from lenetpad.ui.draw.taking.offers import FLOW, PAGE, VERDICT, file_name, offer_of, offers
from lenetpad.ui.draw.taking.reel import Reel, most_frames
from lenetpad.ui.widgets.export_options import Look
from lenetpad.ui.widgets.panel_picture import pixels, vector
from lenetpad.ui.widgets.theme import DARK, LIGHT
from lenetpad.ui.widgets.turns import at_once
from lenetpad.values.comparison import Side
from lenetpad.values.explanation import Unit
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from tests.svg_pictures import Pixels, by_qt, by_resvg, pixels_of

INK = Ink.of([[[200, 200], [500, 800]], [[600, 300], [700, 400]]])
LOOKS = pytest.mark.parametrize(
    ("look", "theme"),
    [(Look(True, 1), LIGHT), (Look(False, 1), LIGHT), (Look(False, 1), DARK)],
    ids=["white", "light", "dark"],
)


@pytest.fixture
def page(
    program: Program, reading: Callable[..., Reading], model: Callable[..., ModelReady]
) -> DrawPage:
    """A page with ink, a network and what it reads."""
    page = program.draw.page
    SyntheticPen(page.canvas).write(INK)
    page.show_model(model())
    page.show_reading(reading(seed=5, sheet=page.canvas.sheet))
    return page


def by_qt_over_magenta(content: bytes, width: int, height: int) -> Pixels:
    """Nothing is left without a colour of its own."""
    return by_qt(content, width, height, "magenta")


@LOOKS
@pytest.mark.parametrize("seen", [by_qt_over_magenta, by_resvg])
@pytest.mark.parametrize("key", [FLOW, PAGE])
def test_an_svg_looks_like_the_png(
    page: DrawPage, look: Look, theme: object, seen: Callable[..., Pixels], key: str
) -> None:
    picture = Copier.of(page, look, theme).picture(offer_of(key))
    plain = pixels_of(pixels(picture, 1)).astype(int)
    drawn = seen(at_once(vector(picture)), plain.shape[1], plain.shape[0]).astype(int)
    differences = np.abs(plain - drawn)
    assert differences.mean() < 4
    assert (differences > 96).mean() < 0.02


@LOOKS
def test_the_background_is_that_of_the_look(page: DrawPage, look: Look, theme: object) -> None:
    made = pixels_of(pixels(Copier.of(page, look, theme).picture(offer_of(PAGE)), 1))
    gap = made[made.shape[0] // 2, page.canvas.width() + 4]
    wanted = QColor("white" if look.white else theme.window)
    assert tuple(gap) == (wanted.red(), wanted.green(), wanted.blue())


def test_an_svg_has_outlines_and_sharp_maps(page: DrawPage) -> None:
    picture = Copier.of(page, Look(True, 1), LIGHT).picture(offer_of(FLOW))
    text = at_once(vector(picture)).decode()
    assert "<text" not in text
    assert text.count("<image") >= 6 + 16
    assert "image-rendering:pixelated" in text


def test_pixels_grow_with_the_scale_and_maps_stay_hard(page: DrawPage) -> None:
    copier = Copier.of(page, Look(False, 1), LIGHT)
    one = pixels_of(pixels(copier.picture(offer_of("S4")), 1))
    three = pixels_of(pixels(copier.picture(offer_of("S4")), 3))
    assert three.shape == (3 * one.shape[0], 3 * one.shape[1], 3)
    area = copier.layer("S4")
    area.arrange()
    cell = area.placed["S4"].cells[0].toAlignedRect()
    small = one[cell.top() : cell.bottom() + 1, cell.left() : cell.right() + 1]
    assert len(np.unique(small.reshape(-1, 3), axis=0)) <= 25  # of 5×5 units, no colour between


def test_the_page_is_left_as_it_is(page: DrawPage) -> None:
    page.maps.pin(Unit("C3", 7, 4, 5))
    before = pixels_of(page.grab().toImage())
    for offer in offers(page):
        if offer.pictured:
            pixels(Copier.of(page, Look(True, 1), DARK).picture(offer), 1)
    np.testing.assert_array_equal(pixels_of(page.grab().toImage()), before)


def test_every_layer_can_be_taken(page: DrawPage) -> None:
    keys = [offer.key for offer in offers(page)]
    assert set(ALONE) < set(keys)
    for name in ALONE:
        picture = Copier.of(page, Look(True, 1), LIGHT).picture(offer_of(name, page.maps.model))
        made = pixels_of(pixels(picture, 1))
        assert len(np.unique(made.reshape(-1, 3), axis=0)) > 2
        assert made.shape[0] < 900


def test_names_say_what_the_files_are(page: DrawPage) -> None:
    day, model = date(2026, 11, 26), page.maps.model
    reading = page.verdict.reading
    assert file_name(offer_of("C3", model), reading, ".png", day) == "lenetpad 7 C3 2026-11-26.png"
    assert file_name(offer_of(VERDICT), None, ".svg", day) == "lenetpad Verdict 2026-11-26.svg"


# Through the window


def export(
    qtbot: QtBot,
    program: Program,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> str:
    """Export what a key stands for through the dialog; returns the name that was proposed."""
    asked: list[str] = []

    def answer(parent: object, title: str, proposal: str, kinds: str) -> tuple[str, str]:
        asked.append(Path(proposal).name)
        return str(path), kinds

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    program.window.actions_by_name["export"].trigger()
    dialog = program.draw.taking.dialog
    assert dialog is not None
    assert dialog.what.select(key)
    dialog.kinds.select(path.suffix)
    dialog.accept()
    qtbot.waitUntil(path.exists, timeout=20_000)
    return asked[0]


def test_the_dialog_writes_what_is_chosen(
    qtbot: QtBot,
    program: Program,
    page: DrawPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    today = date.today().isoformat()
    shown = page.verdict.reading
    for key, suffix in ((FLOW, ".png"), ("C3", ".svg"), ("activations", ".npz")):
        name = export(qtbot, program, tmp_path / f"a{suffix}", monkeypatch, key)
        assert name == f"lenetpad 7 {offer_of(key).title} {today}{suffix}"
    export(qtbot, program, tmp_path / "a.json", monkeypatch, "reading")
    assert json.loads((tmp_path / "a.json").read_bytes())["shown"]["digit"] == 7
    with np.load(tmp_path / "a.npz") as archive:
        np.testing.assert_array_equal(archive["F6"], shown.taps["F6"])
    with PIL.Image.open(tmp_path / "a.png") as image:
        assert image.size == tuple(2 * side for side in page.maps.size().toTuple())
    assert QSvgRenderer(str(tmp_path / "a.svg")).isValid()


def test_the_look_is_kept(qtbot: QtBot, program: Program, page: DrawPage) -> None:
    program.draw.taking.ask()
    dialog = program.draw.taking.dialog
    dialog.scales.select(4)
    dialog.background.select("screen")
    dialog.copy.click()
    assert program.window.preferences.picture_look == Look(False, 4)
    copied = QGuiApplication.clipboard().image()
    assert copied.width() > 4 * page.verdict.width() - 40
    assert "Copied" in page.banner.text


def test_a_right_click_offers_the_panel(qtbot: QtBot, program: Program, page: DrawPage) -> None:
    page.verdict.customContextMenuRequested.emit(QPoint(5, 5))
    menu = program.draw.taking.menu
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Copy picture: Verdict", "Save picture: Verdict…"]
    menu.actions()[0].trigger()
    wanted = 2 * page.verdict.width(), 2 * page.verdict.height()
    assert QGuiApplication.clipboard().image().size().toTuple() == wanted


def test_a_right_click_on_a_layer_explains_it_or_takes_it(
    qtbot: QtBot, program: Program, page: DrawPage
) -> None:
    page.maps.menu_asked.emit("C3", QPoint(100, 100))
    menu = program.draw.taking.menu
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[0] == "Explain the layer"
    assert "Save picture: C3…" in texts
    assert "Copy picture: All layers" in texts


def test_without_a_reading_there_is_the_drawing(program: Program) -> None:
    assert [offer.key for offer in offers(program.draw.page)] == ["drawing"]


def test_look_as_text() -> None:
    assert Look.of(str(Look(False, 3))) == Look(False, 3)
    for odd in ("", "white", "white 9", "green 2", "screen x"):
        assert Look.of(odd) == Look()


# The replay


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_the_replay_as_a_film(
    qtbot: QtBot,
    make_program: Callable[..., Program],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    suffix: str,
) -> None:
    program = make_program()
    page = program.draw.page
    times = [0.05 * number for number in range(21)]  # a second, to be seen 12.5 times a second
    stroke = Stroke.of([[500, 100 + 40 * number] for number in range(21)], times)
    page.canvas.set_sheet(Sheet(Ink((stroke,))))
    qtbot.waitUntil(lambda: page.verdict.verdict == "1", timeout=60_000)
    export(qtbot, program, tmp_path / f"a{suffix}", monkeypatch, "replay")
    with PIL.Image.open(tmp_path / f"a{suffix}") as film:
        frames = [np.asarray(one.convert("L")) for one in ImageSequence.Iterator(film)]
        assert film.info.get("loop") == 0
        assert film.width <= 960
    wanted = frame_times(1.0, 12.5, 60)
    assert len(frames) == len(wanted)
    # There is more ink in every frame, and the last one is as the page is.
    side = round(page.canvas.width() * frames[0].shape[1] / page.width())
    inked = [int((frame[10 : side - 10, 10 : side - 10] < 90).sum()) for frame in frames]
    assert inked == sorted(inked)
    assert inked[-1] > 3 * max(1, inked[0])


def test_films_have_two_sizes_and_pictures_four(program: Program, page: DrawPage) -> None:
    program.window.preferences.keep(picture=str(Look(True, 4)))
    program.draw.taking.ask()
    dialog = program.draw.taking.dialog

    def scales() -> list[int]:
        return [dialog.scales.itemData(place) for place in range(dialog.scales.count())]

    assert (scales(), dialog.look.scale) == ([1, 2, 3, 4], 4)
    dialog.what.select("replay")
    assert scales() == [1, 2]
    assert dialog.scales.isEnabled()
    assert (dialog.scales.currentData(), dialog.look.scale) == (1, 1)
    dialog.scales.select(2)
    assert dialog.look.scale == 2
    dialog.what.select(FLOW)
    assert (dialog.scales.currentData(), dialog.look.scale) == (4, 4)
    assert dialog.picture_look == Look(True, 4)
    dialog.reject()


def test_a_film_in_twice_the_size_has_all_layers_and_half_as_many_frames(
    page: DrawPage,
) -> None:
    reels = [Reel(Copier.of(page, Look(True, scale), LIGHT), Sheet(), (0.1,)) for scale in (1, 4)]
    for reel in reels:
        reel.add(page.verdict.reading)
        assert {"C5", "F6"} < set(reel._maps.placed)
    small, large = (reel.frames[0][0].size() for reel in reels)
    assert abs(large.width() - 2 * small.width()) <= 2
    assert abs(large.height() - 2 * small.height()) <= 2
    assert [most_frames(Look(True, scale)) for scale in (1, 2, 4)] == [60, 30, 30]


def test_a_film_can_be_cancelled(
    qtbot: QtBot,
    program: Program,
    page: DrawPage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(program.draw.networks, "ready", page.maps.model)
    asked: list[object] = []
    monkeypatch.setattr("lenetpad.engine.jobs.Jobs.ask", lambda jobs, one: asked.append(one))
    path = tmp_path / "a.gif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), "GIF (*.gif)"))
    program.draw.taking.save(offer_of("replay"), ".gif", Look())
    assert len(asked) == 1
    assert page.banner.text == "Making a.gif… 0 %"
    next(
        button for button in page.banner.findChildren(QPushButton) if button.text() == "Cancel"
    ).click()
    assert not page.banner.isVisible()
    assert not path.exists()


# A number


@pytest.fixture
def number_page(
    qtbot: QtBot, make_program: Callable[..., Program], samples: list[Drawing]
) -> DrawPage:
    """A page with a number that is read."""
    page = make_program().draw.page
    strokes = []
    for place, number in enumerate((3, 14, 37)):
        for stroke in samples[number].ink.strokes:
            moved = 0.5 * stroke.xy + (420 * place, 250)
            strokes.append(Stroke.of(moved))
    page.canvas.set_sheet(Sheet(Ink(tuple(strokes))))
    qtbot.waitUntil(lambda: page.verdict.verdict == "347", timeout=60_000)
    return page


def test_the_graph_of_a_number_is_taken(number_page: DrawPage) -> None:
    page = number_page
    assert "segmentation_graph" in [offer.key for offer in offers(page)]
    picture = Copier.of(page, Look(True, 1), DARK).picture(offer_of("segmentation_graph"))
    made = pixels_of(pixels(picture, 1))
    assert tuple(made[0, 0]) == (255, 255, 255)
    wanted = QColor(LIGHT.accent)  # the best path
    best = (made == (wanted.red(), wanted.green(), wanted.blue())).all(axis=2)
    assert best.sum() > 200
    again = by_qt_over_magenta(at_once(vector(picture)), made.shape[1], made.shape[0])
    assert np.abs(made.astype(int) - again).mean() < 3


def test_a_view_is_in_the_picture_of_the_page(number_page: DrawPage) -> None:
    page = number_page
    before = pixels_of(pixels(Copier.of(page, Look(False, 1), LIGHT).picture(offer_of(PAGE)), 1))
    page.number_views.show_view(InPlace.GRAPH)
    after = pixels_of(pixels(Copier.of(page, Look(False, 1), LIGHT).picture(offer_of(PAGE)), 1))
    area = page.number_views.view.geometry().translated(-page.canvas.pos())
    changed = (before != after).any(axis=2)
    assert changed[area.top() : area.bottom(), area.left() : area.right()].mean() > 0.02
    assert not changed[:, area.right() + 20 :].any()


def test_a_frozen_comparison_is_taken(
    program: Program, page: DrawPage, reading: Callable[..., Reading]
) -> None:
    views, model = page.number_views, page.maps.model
    assert "comparison" not in [offer.key for offer in offers(page)]
    views.comparison.show_frozen(Side("A", model, page.verdict.reading), "A", model)
    views.show_view(InPlace.COMPARISON)
    page.show_reading(reading(serial=2, digit=4, seed=8, sheet=page.canvas.sheet))
    assert "comparison" in [offer.key for offer in offers(page)]
    copier = Copier.of(page, Look(True, 2), LIGHT)
    picture = copier.picture(offer_of("comparison"))
    made = pixels_of(pixels(picture, 2))
    drawn = by_qt_over_magenta(at_once(vector(picture)), made.shape[1], made.shape[0])
    assert np.abs(made.astype(int) - drawn).mean() < 4
    areas = [part.placed["C1"].area.toAlignedRect() for part in copier.comparison().parts]
    shown = [
        made[2 * area.top() : 2 * area.bottom(), 2 * area.left() : 2 * area.right()]
        for area in areas
    ]
    assert len(shown) == 3
    assert len({part.tobytes() for part in shown}) == 3
    for part in shown:  # both readings, and what differs
        assert len(np.unique(part.reshape(-1, 3), axis=0)) > 50
