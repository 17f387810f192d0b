"""Each layer has a text, each term an explanation that some link leads to."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.lenet.config import PRESETS, LeNet5Config
from lenetpad.lenet.layers import LAYERS, SUBSAMPLING_KINDS, layer_specs
from lenetpad.ui.draw.layer_help import GAP, WIDTH, LayerHelp
from lenetpad.ui.draw.layer_texts import TERMS, layer_text, term_text
from lenetpad.ui.draw.shown import Shown
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, apply, dress
from lenetpad.values.layers import LayerSpec
from tests.contrast import contrast, pixels
from tests.words import brackets, outside, untranslated

NAMES = ("input", *LAYERS)
#: Where in its parent what it explains lies.
PLACES = [QRect(10, 10, 60, 40), QRect(500, 100, 100, 100), QRect(700, 440, 90, 50)]


def all_configs() -> Iterator[LeNet5Config]:
    """The presets, and what else a network from elsewhere can be."""
    yield from PRESETS.values()
    for subsampling in SUBSAMPLING_KINDS:
        for activation in ("scaled tanh", "tanh", "sigmoid", "ReLU"):
            yield replace(
                PRESETS["lenet5-modern"],
                subsampling=subsampling,  # type: ignore[arg-type]
                activation=activation,
            )


def specs(preset: str) -> tuple[LayerSpec, ...]:
    return layer_specs(PRESETS[preset])


def plain(text: str) -> str:
    return re.sub("<[^>]*>", " ", text)


def links(text: str) -> set[str]:
    found = set(re.findall("href='([^']*)'", text))
    assert all(link.startswith("term:") for link in found)
    return {link.removeprefix("term:") for link in found}


# Texts


@pytest.mark.parametrize("name", NAMES)
def test_each_layer_of_every_network_has_a_short_text(name: str) -> None:
    for config in all_configs():
        text = layer_text(layer_specs(config), name)
        paragraphs = [plain(part) for part in text.split("</p>") if part]
        assert len(paragraphs) == 3
        words = plain(text).split()
        assert 15 <= len(words) <= 60, words
        assert "{" not in text


@pytest.mark.parametrize("shown", [Shown.SUMS, Shown.WEIGHTS])
def test_the_text_is_of_what_the_maps_show(shown: Shown) -> None:
    """Never of values after the activation where weighted sums or weights are on screen."""
    for config in all_configs():
        layers = layer_specs(config)
        for spec in layers:
            usual = layer_text(layers, spec.name)
            text = layer_text(layers, spec.name, shown)
            assert links(text) <= set(TERMS)
            assert 15 <= len(plain(text).split()) <= 60
            words = re.sub(r"\s+", " ", plain(text))
            if spec.name in ("input", "output"):  # these stay what they are
                assert text == usual
                continue
            assert "after the activation" not in words
            assert text.partition("</p>")[0] == usual.partition("</p>")[0]
            if shown is Shown.SUMS:
                assert ("weighted sums , before the activation" in words) == bool(spec.activation)
            elif not spec.weight:
                assert "no weights to show" in words
            else:
                named = {"C1": "kernels", "C3": "kernels", "S2": "coefficient", "S4": "bias"}
                assert named.get(spec.name, "weights of one unit") in words


def test_there_is_no_text_of_a_layer_that_is_not() -> None:
    with pytest.raises(KeyError):
        layer_text(specs("lenet5-1998"), "C7")


def test_every_link_leads_to_a_term_and_every_term_is_reached() -> None:
    ways = {name: links(term.text) for name, term in TERMS.items()}
    assert set().union(*ways.values()) <= set(TERMS)
    for preset in PRESETS:
        begun = set().union(*(links(layer_text(specs(preset), name)) for name in NAMES))
        assert begun <= set(TERMS)
        reached: set[str] = set()
        while begun - reached:
            reached |= begun
            begun = set().union(*(ways[name] for name in reached))
        assert set(TERMS) == reached, preset


def test_a_term_leads_to_others_and_not_to_itself() -> None:
    for name, term in TERMS.items():
        assert links(term.text) - {name}
        assert name not in links(term.text)
        assert 8 <= len(plain(term.text).split()) <= 45, name


def test_the_facts_are_those_of_the_network() -> None:
    texts = {
        preset: {name: plain(layer_text(specs(preset), name)) for name in NAMES}
        for preset in PRESETS
    }
    old, study, modern = (texts[f"lenet5-{name}"] for name in ("1998", "study", "modern"))
    for table in (old, study):
        assert "only some of S2's 6" in table["C3"]
        assert "60" in table["C3"]
        assert "96" not in table["C3"]
    assert "all of S2's 6: 96" in modern["C3"]
    assert "summed" in old["S2"]
    assert "averaged" in study["S2"]
    for trained in (old, study):
        for name in ("S2", "S4"):
            assert "coefficient" in trained[name]
            assert "bias" in trained[name]
            assert "pooling" not in trained[name].lower()
    assert "largest of four" in modern["S4"]
    assert "nothing is trained" in modern["S4"]
    assert "smallest distance" in old["output"]
    for linear in (study, modern):
        assert "softmax" in linear["output"]
        assert "code" not in linear["output"] + linear["F6"]


@pytest.mark.parametrize(
    ("preset", "positive", "sums"),
    [
        ("lenet5-1998", (), ()),
        ("lenet5-study", ("S2", "S4", "F6"), ("C1", "C3", "C5")),
        ("lenet5-modern", ("C1", "C3", "C5", "F6"), ()),
    ],
)
def test_colours_are_those_of_the_activation(
    preset: str, positive: tuple[str, ...], sums: tuple[str, ...]
) -> None:
    for name in LAYERS[:-1]:
        text = plain(layer_text(specs(preset), name))
        assert ("none below zero" in text) == (name in positive)
        assert ("no activation after them" in re.sub(r"\s+", " ", text)) == (name in sums)


def test_all_texts_are_translated(qapp: QApplication) -> None:
    with brackets():
        for config in all_configs():
            for name, shown in itertools.product(NAMES, Shown):
                assert outside(layer_text(layer_specs(config), name, shown)) == ""
        for name in TERMS:
            title, text = term_text(name)
            assert outside(title) == outside(text) == ""


# The panel


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """A page with a field, in which Esc has another use."""
    page = QWidget()
    qtbot.addWidget(page)
    dress(page, LIGHT)
    page.resize(800, 500)
    page.field = QLineEdit(page)  # type: ignore[attr-defined]
    page.escapes = []  # type: ignore[attr-defined]
    QShortcut(QKeySequence("Esc"), page).activated.connect(
        lambda: page.escapes.append(1)  # type: ignore[attr-defined]
    )
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.field.setFocus()  # type: ignore[attr-defined]
    return page


def test_it_comes_on_request_follows_links_and_goes_back(page: QWidget) -> None:
    panel = LayerHelp(LIGHT, page)
    assert not panel.isVisible()
    panel.show_layer(specs("lenet5-1998"), "C1", PLACES[0])
    assert panel.isVisible()
    assert panel.title.text() == "<b>C1</b>"
    first = panel.text.toPlainText()
    assert "slide over the input" in first
    assert not panel.back.isEnabled()
    panel.text.anchorClicked.emit(QUrl("term:kernel"))
    panel.text.anchorClicked.emit(QUrl("term:parameter"))
    assert panel.title.text() == "<b>Parameter</b>"
    panel.back.click()
    assert panel.title.text() == "<b>Kernel</b>"
    QTest.keyClick(panel.text, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert panel.text.toPlainText() == first
    panel.go_back()
    assert panel.text.toPlainText() == first
    panel.show_term("softmax", PLACES[0])
    assert panel.title.text() == "<b>Softmax</b>"
    assert not panel.back.isEnabled()


def test_keys_walk_its_links_and_esc_closes_it_alone(page: QWidget) -> None:
    panel = LayerHelp(LIGHT, page)
    panel.show_layer(specs("lenet5-1998"), "C1", PLACES[0])
    assert QApplication.focusWidget() is panel.text
    QTest.keyClick(panel.text, Qt.Key.Key_Tab)
    QTest.keyClick(panel.text, Qt.Key.Key_Return)
    assert panel.title.text() == "<b>Convolution</b>"
    QTest.keyClick(panel.text, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert page.escapes == []  # type: ignore[attr-defined]
    assert QApplication.focusWidget() is page.field  # type: ignore[attr-defined]
    assert not panel.escape()
    panel.show_term("bias", PLACES[0])
    assert panel.escape()
    assert not panel.isVisible()
    panel.show_term("bias", PLACES[0])
    panel.closing.click()
    assert not panel.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.75])
@pytest.mark.parametrize("beside", PLACES)
def test_it_lies_beside_what_it_explains_and_shows_all_of_its_text(
    beside: QRect, scale: float, page: QWidget
) -> None:
    theme = replace(LIGHT, scale=scale)
    apply(theme)
    dress(page, theme)
    panel = LayerHelp(theme, page)
    for name in NAMES:
        panel.show_layer(specs("lenet5-1998"), name, beside)
        QApplication.processEvents()
        assert page.rect().contains(panel.geometry().adjusted(-GAP, -GAP, GAP, GAP))
        assert panel.width() <= WIDTH * scale
        assert not panel.geometry().intersects(beside)
        assert panel.text.verticalScrollBar().maximum() == 0
    page.resize(300, 400)
    QApplication.processEvents()
    assert page.rect().contains(panel.geometry())
    apply(LIGHT)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_texts_and_links_can_be_read(theme: Theme, page: QWidget) -> None:
    apply(theme)
    dress(page, theme)
    panel = LayerHelp(LIGHT, page)
    panel.show_layer(specs("lenet5-1998"), "C1", PLACES[0])
    panel.set_theme(theme)
    QApplication.processEvents()
    found = {tuple(c) for c in pixels(page.grab().toImage()).reshape(-1, 3).tolist()}
    ground = rgb(theme.panel)
    assert ground in found
    for colour, least in ((theme.text, 4.5), (theme.accent, 4.5), (theme.edge, 3.0)):
        assert rgb(colour) in found, colour
        assert contrast(rgb(colour), ground) >= least
    apply(LIGHT)


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:], 16)


def test_all_of_the_panel_is_translated_and_named(page: QWidget) -> None:
    with brackets():
        panel = LayerHelp(LIGHT, page)
        for name in NAMES:
            panel.show_layer(specs("lenet5-study"), name, PLACES[0])
            assert untranslated(panel) == []
            assert panel.text.accessibleName()
