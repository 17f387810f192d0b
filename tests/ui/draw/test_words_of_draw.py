"""All that the Draw page says in any of its states is where a translator finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.app import Program
from lenetpad.ink.files import Drawing, Label, write_ink
from lenetpad.ink.sheets import Source
from lenetpad.ink.strokes import Ink, Sheet
from lenetpad.tools.event_loop import wait_until
from lenetpad.ui.draw.inspector.views import View
from lenetpad.ui.draw.maps import Pointed
from lenetpad.ui.draw.maps_layout import CODES
from lenetpad.ui.draw.page import DrawPage
from lenetpad.ui.draw.tray import TrayPanel
from lenetpad.ui.widgets import question
from lenetpad.ui.widgets.colour import Scale
from lenetpad.values.best_patches import BestPatches, Patch
from lenetpad.values.evaluation import EvaluationProgress
from lenetpad.values.explanation import Unit
from lenetpad.values.holding import Hold
from lenetpad.values.models import ModelReady
from lenetpad.values.reading import Reading
from lenetpad.values.saliency import Saliency
from tests.words import brackets, outside, painted, untranslated

INK = Ink.of([[[200, 200], [500, 800]]])


@pytest.fixture(autouse=True)
def other_language(qapp: QApplication) -> Iterator[None]:
    with brackets():
        yield


@pytest.fixture
def page(program: Program, model: Callable[..., ModelReady]) -> DrawPage:
    """The page with a network."""
    show(program.draw.page, model())
    return program.draw.page


def show(page: DrawPage, model: ModelReady) -> None:
    """Show a network, under a title of the user's language."""
    page.show_model(model)
    page.verdict.show_network("⟦a network⟧")


def check(*texts: str) -> None:
    """Each of them says something, and no translator would miss it."""
    assert [text for text in texts if not text or outside(text)] == []


def check_part(part: QWidget, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nothing on a part of the page, written or painted, is missed; returns what is painted."""
    assert untranslated(part) == []
    with painted(monkeypatch) as texts:
        part.grab()
    assert [text for text in texts if outside(text)] == []
    return texts


def settled(program: Program) -> None:
    documents = program.draw.documents
    wait_until(lambda: not (documents.reading or documents.tray.busy))


def opened(program: Program, folder: Path, *labels: Label) -> TrayPanel:
    path = folder / "mine.jsonl"
    write_ink(path, [Drawing(INK, label) for label in labels])
    program.draw.documents.open_path(path)
    settled(program)
    return program.draw.page.tray


def shares(digit: int, share: float) -> np.ndarray:
    """Probabilities of which the digit has so much."""
    values = np.full(10, (0.9 - share) / 9, np.float32)
    values[digit] = share
    return values


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"no_digit": 0.95},
        {"no_digit": None},
        {"digit": 3, "probabilities": shares(3, 0.3), "no_digit": 0.1},
        {"digit": None, "probabilities": np.zeros(10, np.float32), "no_digit": None},
    ],
    ids=["sure", "rejected", "always a digit", "uncertain", "blank"],
)
def test_what_is_read(
    page: DrawPage,
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
    values: dict[str, Any],
) -> None:
    page.show_reading(reading(**values))
    for panel in page.panels:
        check_part(panel, monkeypatch)
        assert outside(panel.in_words()) == ""
    check(page.verdict.toolTip(), page.verdict.accessibleName(), page.probabilities.toolTip())


def test_verdict_and_figures_without_a_network_and_with_all_there_is(
    qtbot: QtBot,
    program: Program,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = program.draw.page.verdict
    assert check_part(verdict, monkeypatch)
    verdict.show_no_network()
    assert check_part(verdict, monkeypatch)
    show(program.draw.page, model())
    verdict.note_painted(reading(submitted=1e-9 + verdict._ready))
    qtbot.waitUntil(lambda: "screen" in verdict.facts)
    check_part(verdict, monkeypatch)
    tips = verdict._facts_spot.toolTip().splitlines()
    assert len(tips) == 2
    assert "Test error: " in tips[1]


@pytest.mark.parametrize("coded", [True, False])
def test_every_layer_its_units_and_scales(
    page: DrawPage,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
    coded: bool,
) -> None:
    ready = model(coded=coded)
    maps = page.maps
    page.show_model(ready)
    for distances in (None, np.arange(10, dtype=np.float32)):
        page.show_reading(reading(distances=distances))
        for scale in Scale:
            page.set_scale(scale)
            for name in maps.placed:
                for alone in ("", name):
                    maps.show_alone(alone)
                    maps.point(Pointed(name, 0, 0, 0))
                    legend = maps.legend(ready)
                    check(legend.sentence, maps.accessibleDescription(), *legend.numbers)
                    assert check_part(maps, monkeypatch)
                maps.show_alone("")
            check(maps.legend(ready).sentence, maps.legend(ready).hint)


def test_each_title_says_what_its_layer_does_also_to_a_screen_reader(page: DrawPage) -> None:
    interface = QAccessible.queryAccessibleInterface(page.maps)
    said = {}
    for number in range(interface.childCount()):
        child = interface.child(number)
        assert child is not None
        said[child.text(QAccessible.Text.Name)] = child.text(QAccessible.Text.Description)
    assert set(said) == {
        "⟦Input⟧ 1@32×32",
        "C1 6@28×28",
        "S2 6@14×14",
        "C3 16@10×10",
        "S4 16@5×5",
        "C5 120",
        "F6 84",
        "⟦Target codes⟧",
        "⟦Colour scale⟧",
    }
    assert "6 maps of 28×28 units" in said["C1 6@28×28"]
    for tip in said.values():
        check(tip)
        assert tip.count(".") == 1  # one sentence
    for name, placed in page.maps.placed.items():
        under = page.maps.childAt(placed.title.center().toPoint())
        assert under is not None
        assert under.toolTip() in said.values(), name


def test_the_output_weights_are_explained_too(
    page: DrawPage, model: Callable[..., ModelReady]
) -> None:
    page.show_model(model(coded=False))
    assert "Output weights" in page.maps._titles[CODES].accessibleName()
    assert "code" not in page.maps._titles[CODES].toolTip()
    assert "code" not in page.maps._titles["F6"].toolTip()


def test_the_canvas(page: DrawPage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_part(page.canvas, monkeypatch) == ["⟦Write a digit⟧"]
    page.canvas._picture._steps = iter(())
    assert any("Drawing" in text for text in check_part(page.canvas, monkeypatch))
    page.canvas._painting.stop()


def test_tools_of_header_and_page(page: DrawPage) -> None:
    titles = [title for title, _ in page.header_tools().boxes]
    widths = [page.pen_widths.itemText(number) for number in range(page.pen_widths.count())]
    check(*titles, *widths, page._pen_title.text())
    check(page.pen_widths.toolTip(), page.scales.toolTip(), page.scales.accessibleName())
    page.show_way_back("⟦Final weights⟧")
    check(page.way_back.text(), page.way_back.toolTip())


def test_the_tray_and_what_it_asks_and_tells(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray = opened(program, tmp_path, 7, None, "no digit", None)
    assert check_part(tray, monkeypatch)
    tray.list.selectAll()
    wait_until(lambda: "selected" in tray.title)
    assert untranslated(tray) == []
    kept, banner = program.draw.documents.tray, program.draw.page.banner
    name = tmp_path / "mine.jsonl"
    for asked in (
        lambda: kept._ask_labels([0]),
        lambda: kept._ask_labels([0, 1]),
        lambda: kept.add_to(name),
        lambda: kept.question.of_saved(name, None, print),
    ):
        asked()
        dialog = kept.question.dialog
        assert dialog is not None
        assert untranslated(dialog) == []
        check(*(button.text() for button in dialog.findChildren(QPushButton)))
    kept.question.close()
    for rows in ([0], [0, 1]):
        kept._delete(rows)
        settled(program)
        check(banner.text, banner.findChildren(QPushButton)[0].text())
    kept.append(name, INK, 3)
    settled(program)
    assert banner.text == "⟦Added to mine.jsonl as drawing 2⟧"


def test_a_label_for_what_is_not_a_digit_is_shown_in_the_users_language(
    program: Program, tmp_path: Path
) -> None:
    tray = opened(program, tmp_path, "no digit", 4)
    assert tray.model.index(0).data() == "⟦not a digit⟧"
    program.draw.documents.tray._ask_labels([0])
    dialog = program.draw.documents.tray.question.dialog
    assert dialog is not None
    assert dialog.box.currentText() == "⟦not a digit⟧"
    assert dialog.label == "no digit"  # as files have it
    dialog.reject()


def test_documents_tell_and_ask(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, banner = program.draw.documents, program.draw.page.banner
    asked: list[str] = []

    def ask(*words: object, **_: object) -> tuple[str, str]:
        asked.extend([str(words[1]), *str(words[3]).split(";;")])
        return "", ""

    def confirm(_: object, *words: str) -> bool:
        asked.extend(words)
        return False

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
    monkeypatch.setattr(question, "confirmed", confirm)
    documents.tray.add_document()
    check(banner.text)
    documents.save_path(tmp_path / "empty.jsonl")
    check(banner.text)
    QGuiApplication.clipboard().setMimeData(QMimeData())
    documents.paste()
    check(banner.text)
    program.draw.page.canvas.set_sheet(Sheet(INK))
    documents.open_document()
    documents.save_document()
    documents.tray.add_document()
    documents._may_replace(tmp_path / "there.jsonl")
    monkeypatch.setattr(documents, "saved", lambda _: False)
    program.draw.may_close()
    monkeypatch.setattr(documents, "saved", lambda _: True)
    monkeypatch.setattr(program.draw._keeper, "keep_now", lambda: False)
    program.draw.may_close()
    monkeypatch.undo()
    assert len(asked) >= 12
    check(*(text.partition(" (*")[0] for text in asked))


@pytest.mark.expected_log
def test_banners_of_documents_and_of_the_sheet(program: Program, tmp_path: Path) -> None:
    draw, banner = program.draw, program.draw.page.banner
    write_ink(tmp_path / "a.jsonl", [Drawing(INK, 1)])
    draw.documents.open_paths([tmp_path / "a.jsonl"] * 3)
    settled(program)
    check(banner.text)
    draw.documents._source = Source(tmp_path / "slow.jsonl")
    draw.documents._show_reading()
    check(banner.text, banner.findChildren(QPushButton)[0].text())
    draw.documents.cancel()
    draw.documents._read_picture(draw.documents._serial, b"")
    check(banner.text)
    draw._keeper._keep_nothing("/a", "⟦full⟧")
    check(banner.text.replace("/a", ""))
    draw._note_kept()
    check(banner.text)


def test_the_way_back_to_another_network(
    program: Program, model: Callable[..., ModelReady], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = program.draw
    monkeypatch.setattr(draw.networks, "choose", lambda _: replace(model().choice))
    monkeypatch.setattr(draw.networks.runs, "title_of", lambda _: "⟦a network⟧")
    draw.put_on_canvas(Sheet(INK), "lenet5-study")
    banner = draw.page.banner
    check(banner.text, banner.findChildren(QPushButton)[0].text())


def test_best_patches_saliency_and_what_is_held(
    page: DrawPage,
    model: Callable[..., ModelReady],
    reading: Callable[..., Reading],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page.show_reading(reading())
    page.show_inspector(shown=True)
    inspector = page.inspector
    picture = np.linspace(-1, 1, 1024, dtype=np.float32).reshape(32, 32)
    patch = Patch(7, 3, 0.5, 0.6, 2, 3, 4, 5, 6, 7, picture.copy())
    found = BestPatches(Unit("C1", 1, 2, 3), False, 9, (patch,), (replace(patch, label=10),))
    for view in View:
        inspector.show_view(view)
        check_part(inspector, monkeypatch)
    patches, saliency = inspector.best_patches, inspector.saliency
    assert patches is not None
    assert saliency is not None
    inspector.show_view(View.BEST_PATCHES)
    patches.show_unit(found.unit)
    check_part(inspector, monkeypatch)
    patches.show_progress(EvaluationProgress(1, 3, 9))
    check_part(inspector, monkeypatch)
    patches.show_patches(found, "⟦a network⟧")
    assert check_part(patches.picture, monkeypatch)
    check(patches.status.text(), patches.picture.accessibleDescription())
    patches.note_other_weights("⟦a network⟧")
    check(patches.status.text())
    for classes in ((3,), (10,), (3, 8)):
        explained = Saliency(picture.copy(), 2.5, classes)
        saliency.show_score(explained)
        page.maps.show_saliency(explained)
        page.maps.point(Pointed("input", 0, 3, 3))
        check(saliency.score.text(), page.maps.in_words())
        page.maps.point(None)
        check_part(page.maps, monkeypatch)
    holds = (Hold("C1", 1), Hold("S2", 0, value=2), Hold("C5", 4), Hold("F6", 4, value=1))
    page.show_reading(reading(holds=holds))
    for panel in (page.maps, page.verdict):
        texts = check_part(panel, monkeypatch)
        assert any("off" in text for text in texts)
    inspector.holding.show_held(holds[0], possible=True, some=True)
    check_part(inspector.holding, monkeypatch)
