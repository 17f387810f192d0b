"""Fields for numbers: with a point or a comma, in every language, a number is taken or visibly
refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

from lenetpad.ui.draw.inspector.hold_row import HoldRow
from lenetpad.ui.train.plan_form import PlanForm
from lenetpad.ui.widgets.spins import NumberSpin, RateSpin, WholeSpin

LANGUAGES = ("en_US", "de_DE", "de_CH", "fr_FR", "ar_EG", "fa_IR", "hi_IN")


@pytest.fixture(params=LANGUAGES, autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[QLocale]:
    """The system's language."""
    before = QLocale()
    locale = QLocale(request.param)
    QLocale.setDefault(locale)
    yield locale
    QLocale.setDefault(before)


def typed(box: QSpinBox | QDoubleSpinBox, text: str) -> str:
    """Type over what is in a box, letter by letter, and leave it; gives what appeared of it."""
    line = box.lineEdit()
    line.clear()
    for letter in text:
        line.insert(letter)
    seen = line.text()
    box.interpretText()
    return seen


@pytest.fixture
def form(qtbot: QtBot) -> PlanForm:
    form = PlanForm()
    qtbot.addWidget(form)
    return form


@pytest.mark.parametrize("separator", [".", ",", "\u066b"])
def test_the_form_of_a_training(form: PlanForm, separator: str) -> None:
    for name, text, value in (
        ("weight_decay", "0.0005", 0.0005),
        ("weight_decay", ".25", 0.25),
        ("fraction", "12.5", 12.5),
        ("fraction", "12.5 %", 12.5),
        ("fraction", "12.5%", 12.5),
        ("label_noise", "7.5", 7.5),
    ):
        box = form.numbers[name]
        box.setValue(1)
        typed(box, text.replace(".", separator))
        assert box.value() == pytest.approx(value)
    box = form.numbers["weight_decay"]
    box.lineEdit().selectAll()
    box.lineEdit().insert("5e-4")  # pasted
    assert form.plan.recipe.weight_decay == 0.0005
    assert form.plan.recipe.fraction == 0.125


def test_what_a_field_shows_it_takes(form: PlanForm, language: QLocale) -> None:
    for box in form.numbers.values():
        for value in (box.minimum(), 1, box.maximum()):
            box.setValue(value)
            shown = box.text()
            typed(box, shown)
            assert box.value() == value
            assert box.text() == shown
    box = form.numbers["weight_decay"]
    box.setValue(0.25)
    assert box.text() == language.toString(0.25, "f", 5)  # in the system's own signs


def test_more_decimals_than_are_kept_are_refused_and_not_rounded(form: PlanForm) -> None:
    box = form.numbers["fraction"]
    assert typed(box, "12.55") == "12.5 %"
    assert box.value() == 12.5
    assert typed(form.numbers["weight_decay"], "0,000057") == "0,00005"


def test_a_whole_number_takes_no_separator(form: PlanForm) -> None:
    for name in ("epochs", "batch_size", "validation", "seed"):
        box = form.numbers[name]
        for text in ("1.5", "1,5", "1\u066b5", "1e5", "1_5"):
            box.setValue(7)
            seen = typed(box, text)
            assert seen == "15"  # what was refused never appeared
            assert box.value() == 15
        box.setValue(7)
        box.lineEdit().selectAll()
        box.lineEdit().insert("1.000")  # pasted
        assert box.lineEdit().text() == box.textFromValue(7)


def test_the_rate(qtbot: QtBot) -> None:
    box = RateSpin()
    qtbot.addWidget(box)
    for text in ("0.0005", "0,0005", "5e-4", "5E-4"):
        box.setValue(1)
        typed(box, text)
        assert box.value() == 0.0005
        assert box.text() == "0.0005"
    typed(box, "0.0000000001")  # below the smallest; in German the point parted thousands
    assert box.value() == 0.0005
    assert typed(box, "12.5") == "1.5"  # 12 is too much: the 2 does not appear


def test_a_held_value(qtbot: QtBot) -> None:
    row = HoldRow()
    qtbot.addWidget(row)
    row.show_held(None, possible=True, some=False)
    for text, value in (("1,5", 1.5), ("-0.25", -0.25), ("\u22120,25", -0.25), ("20", 20)):
        typed(row.value, text)
        assert row.value.value() == value
    typed(row.value, "-")
    assert row.value.value() == 20


def test_signs_where_there_is_nothing_below_0(qtbot: QtBot) -> None:
    for box in (WholeSpin(), NumberSpin()):
        qtbot.addWidget(box)
        box.setRange(0, 9)
        assert typed(box, "-5") == "5"
        assert typed(box, "x\u22125x") == "5"
        assert box.value() == 5
        box.setRange(-9, 9)
        typed(box, "-5")
        assert box.value() == -5
        assert typed(box, "-77") == "-7"
