"""The question how a network from elsewhere reads: its answers, its scores, and its ways out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from lenetpad.controllers.registry import PAGES
from lenetpad.ui.dialogs.conventions import ConventionsDialog
from lenetpad.ui.widgets.theme import ThemeChoice
from lenetpad.ui.window import Window
from lenetpad.values.conventions import CONVENTIONS, READS_NOTHING, Conventions
from lenetpad.values.models import Choice, ConventionsQuestion, ModelReady

BEST = Conventions("tanh", "average", "mnist", "zero")
#: Weights without trained subsampling.
POSSIBLE = [
    Conventions(activation, pooling, normalisation, padding)
    for activation, pooling, normalisation, padding in itertools.product(
        CONVENTIONS["activation"],
        ("max", "average"),
        CONVENTIONS["normalisation"],
        CONVENTIONS["padding"],
    )
]
SCORES = ((BEST, 0.978), *((conventions, i / 1000) for i, conventions in enumerate(POSSIBLE)))
QUESTION = ConventionsQuestion(
    Choice(4, "/somewhere/<b>odd.pth", "cpu"),
    tuple(
        (conventions, score)
        for conventions, score in SCORES
        if conventions != BEST or score == 0.978
    ),
)


@pytest.fixture
def window(qtbot: QtBot, settings: QSettings) -> Iterator[Window]:
    window = Window(settings, [row.spec for row in PAGES])
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


@pytest.fixture
def dialog(window: Window) -> ConventionsDialog:
    window.ask(QUESTION)
    assert window.question is not None
    return window.question


def button(dialog: ConventionsDialog, kind: str) -> Qt.Key:
    return dialog.buttons.button(getattr(QDialogButtonBox.StandardButton, kind))


def test_it_begins_with_the_best_guess(dialog: ConventionsDialog) -> None:
    assert dialog.isVisible()
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    assert dialog.conventions == BEST
    assert dialog.score.text() == "Reads 97.8 % of MNIST's digits: the best guess."
    assert not button(dialog, "Reset").isEnabled()


@pytest.mark.parametrize("accuracy", [0.978, 0.1])
def test_a_network_that_reads_nothing_is_said_to(window: Window, accuracy: float) -> None:
    window.ask(ConventionsQuestion(QUESTION.choice, ((BEST, accuracy),)))
    assert window.question is not None
    assert (READS_NOTHING in window.question.words.text()) == (accuracy < 0.5)
    assert window.question.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()


def test_only_what_is_possible_can_be_answered(dialog: ConventionsDialog) -> None:
    box = dialog.boxes["pooling"]
    assert [box.itemData(i) for i in range(box.count())] == ["max", "average"]
    for title in ("activation", "normalisation", "padding"):
        box = dialog.boxes[title]
        assert [box.itemText(i) for i in range(box.count())] == list(CONVENTIONS[title].values())


def test_every_combination_shows_its_score(dialog: ConventionsDialog) -> None:
    for conventions, score in QUESTION.scores[1::17]:
        for title, box in dialog.boxes.items():
            box.select(conventions.answers[title])
        assert dialog.conventions == conventions
        expected = f"Reads {100 * score:.1f} % of MNIST's digits; the best guess reads 97.8 %."
        assert dialog.score.text() == expected
    button(dialog, "Reset").click()
    assert dialog.conventions == BEST


def test_the_answer_is_told_with_its_choice(
    qtbot: QtBot, window: Window, dialog: ConventionsDialog
) -> None:
    dialog.boxes["activation"].select("sigmoid")
    with (
        qtbot.waitSignal(window.conventions_chosen) as told,
        qtbot.assertNotEmitted(window.question_dropped),
    ):
        button(dialog, "Ok").click()
    conventions = Conventions("sigmoid", "average", "mnist", "zero")
    assert told.args == [Choice(4, QUESTION.choice.model, "cpu", conventions)]
    assert window.question is None


@pytest.mark.parametrize("way", ["button", "escape", "close"])
def test_it_can_be_left_without_an_answer(
    qtbot: QtBot, window: Window, dialog: ConventionsDialog, way: str
) -> None:
    ways: dict[str, Callable[[], object]] = {
        "button": button(dialog, "Cancel").click,
        "escape": lambda: qtbot.keyClick(dialog, Qt.Key.Key_Escape),
        "close": dialog.close,
    }
    with (
        qtbot.waitSignal(window.question_dropped),
        qtbot.assertNotEmitted(window.conventions_chosen),
    ):
        ways[way]()
    assert window.question is None


def test_the_keyboard_answers_it(qtbot: QtBot, window: Window, dialog: ConventionsDialog) -> None:
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.focusWidget() is dialog.boxes["activation"])
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is dialog.boxes["pooling"]
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Up)
    with qtbot.waitSignal(window.conventions_chosen) as told:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert told.args[0].conventions == Conventions("scaled-tanh", "max", "mnist", "zero")


def test_a_name_is_text_and_every_box_is_named(dialog: ConventionsDialog) -> None:
    assert any("<b>odd.pth" in label.text() for label in dialog.findChildren(type(dialog.score)))
    names = [box.accessibleName() for box in dialog.boxes.values()]
    assert names == ["Activation", "Pooling", "Input values", "Border"]


def test_another_question_takes_its_place(
    qtbot: QtBot, window: Window, dialog: ConventionsDialog
) -> None:
    with qtbot.assertNotEmitted(window.question_dropped):
        window.ask(ConventionsQuestion(Choice(5, "other.pth"), QUESTION.scores))
    assert window.question not in (None, dialog)


def test_closing_the_window_closes_it(
    qtbot: QtBot, window: Window, dialog: ConventionsDialog
) -> None:
    with qtbot.assertNotEmitted(window.question_dropped):
        window.close()
    assert not [w for w in QApplication.topLevelWidgets() if w.isVisible()]


@pytest.mark.parametrize("theme", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_it_follows_the_theme(
    window: Window, dialog: ConventionsDialog, theme: ThemeChoice
) -> None:
    window.set_theme(theme)
    image = dialog.grab().toImage()
    corner = image.pixelColor(2, 2).lightness()
    assert (corner < 60) == (theme is ThemeChoice.DARK)
    assert window.isEnabled()


def test_the_answer_is_kept_with_the_network(
    window: Window, model: Callable[..., ModelReady]
) -> None:
    window.preferences.keep(model="/a.pth", device="cpu", manner=BEST.text)
    assert window.preferences.choice == Choice(1, "/a.pth", "cpu", BEST)
    window.preferences.keep(manner="tanh average odd")
    assert window.preferences.choice.conventions == Conventions()


@pytest.mark.parametrize("accuracy", [0.978, 0.915])
def test_where_none_fits_well_the_best_five_are_listed(window: Window, accuracy: float) -> None:
    scores = [(BEST, accuracy), *((one, 0.5 - at / 1000) for at, one in enumerate(POSSIBLE[:9]))]
    window.ask(ConventionsQuestion(QUESTION.choice, tuple(scores)))
    assert window.question is not None
    listed = window.question.best_ways
    assert listed.isVisible() == (accuracy < 0.97)
    if listed.isVisible():
        first, best, *others = listed.text().splitlines()
        assert first == "The best ways of reading, and their error:"
        assert best == (
            "8.5 %  tanh · activation, then average · (x − 0.1307) / 0.3081 · "
            "zeros around the normalised 28×28"
        )
        assert [line.partition(" ")[0] for line in others] == ["50.0", "50.1", "50.2", "50.3"]
