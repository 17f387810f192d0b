"""The parts that show a hand: by keys, in every size, readable and translatable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from lenetpad.ink.files import NO_DIGIT
from lenetpad.storage.hands import Hand
from lenetpad.ui.draw.hand.changes_dialog import ChangesDialog
from lenetpad.ui.draw.hand.correction_row import CorrectionRow
from lenetpad.ui.draw.hand.hands_dialog import DEEDS, HandsDialog
from lenetpad.ui.draw.hand.name_dialog import NameDialog
from lenetpad.ui.draw.hand.writing_bar import BUTTONS, WritingBar
from lenetpad.ui.widgets.theme import DARK, LIGHT, Theme, apply, dress
from lenetpad.values.hand_learning import HandLearning
from tests.words import brackets, untranslated

Key = Qt.Key


@pytest.fixture
def parent(qtbot: QtBot) -> Iterator[QWidget]:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(800, 500)
    dress(widget, LIGHT)
    widget.show()
    yield widget
    apply(LIGHT)


def answers(*digits: tuple[int, float]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    found = np.full((len(digits), 11), 0.001, np.float32)
    for row, (digit, share) in enumerate(digits):
        found[row, digit] = share
    return found


def a_learning(name: str = "⟦Ann⟧", *, can_undo: bool = True) -> HandLearning:
    images = np.zeros((4, 28, 28), np.float32)
    images[:, 5:20, 12:16] = 1
    return HandLearning(
        Hand(Path("/hands/ann"), name, 4, {}, can_undo),
        "lenet5-1998",
        Path("/hands/ann/learnt/lenet5-1998.safetensors"),
        images,
        np.array([1, 7, 10, 3]),
        answers((1, 0.9), (1, 0.6), (4, 0.5), (3, 0.99)),
        answers((1, 0.95), (7, 0.8), (4, 0.6), (3, 0.98)),
        *(0.57, 0.56, 10_000, 0.6),
        anew=True,
        unlabelled=2,
    )


# "It is a …"


@pytest.fixture
def row(parent: QWidget) -> CorrectionRow:
    row = CorrectionRow(LIGHT, parent)
    row.lie_over(QRect(340, 420, 450, 70))
    row.show()
    row.digits[0].setFocus()
    return row


@pytest.mark.parametrize(
    ("key", "label"),
    [(Key(Key.Key_0 + digit), digit) for digit in range(10)]
    + [(Key.Key_N, NO_DIGIT), (Key.Key_Minus, NO_DIGIT)],
)
def test_each_answer_has_a_key_that_no_shortcut_takes(
    qtbot: QtBot, parent: QWidget, row: CorrectionRow, key: Key, label: object
) -> None:
    taken = QAction(parent)
    taken.setShortcut(key)
    parent.addAction(taken)
    taken.triggered.connect(lambda: pytest.fail("the window has taken the key"))
    parent.activateWindow()
    row.digits[3].setFocus()
    with qtbot.waitSignal(row.answered) as answered:
        QTest.keyClick(row.digits[3], key)
    assert answered.args == [label]


def test_each_answer_has_a_button(qtbot: QtBot, row: CorrectionRow) -> None:
    for number, button in enumerate((*row.digits, row.none)):
        with qtbot.waitSignal(row.answered) as answered:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert answered.args == [NO_DIGIT if number == 10 else number]
    with qtbot.waitSignal(row.closed):
        row.close_button.click()


def test_keys_with_others_are_the_windows(row: CorrectionRow) -> None:
    row.answered.connect(lambda label: pytest.fail(str(label)))
    QTest.keyClick(row.digits[0], Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(row.digits[0], Key.Key_A)


@pytest.mark.parametrize("scale", [1.0, 1.75])
@pytest.mark.parametrize("width", [240, 450, 900])
def test_nothing_of_the_row_is_cut_off(parent: QWidget, width: int, scale: float) -> None:
    theme = Theme(**{**{f: getattr(LIGHT, f) for f in LIGHT.__slots__}, "scale": scale})
    apply(theme)
    dress(parent, theme)
    parent.resize(1000, 700)
    row = CorrectionRow(theme, parent)
    row.ask("Digit 2 of 3")
    row.show()
    row.lie_over(QRect(10, 620, width, 70))
    QApplication.processEvents()
    areas = []
    for part in (row.title, *row.digits, row.none, row.close_button):
        assert row.rect().contains(part.geometry()), part
        assert part.width() >= part.minimumSizeHint().width()
        assert not any(part.geometry().intersects(area) for area in areas)
        areas.append(part.geometry())
    assert row.geometry().bottom() == 689


# Write each digit once


def test_the_bar_says_what_to_write_and_how_far_one_is(parent: QWidget) -> None:
    actions = {name: QAction(name, parent) for name in BUTTONS}
    bar = WritingBar(actions, LIGHT)
    bar.setParent(parent)
    bar.setGeometry(0, 400, 780, 60)
    bar.show()
    bar.show_place("4", 3, 10)
    assert (bar.task.text(), bar.place.text()) == ("Write a 4", "3 of 10")
    assert (bar.track.value(), bar.track.maximum()) == (3, 10)
    assert not bar.more.isVisible()
    height = bar.sizeHint().height()
    bar.show_place("", 10, 10)
    assert bar.more.isVisible()
    assert not bar.buttons["stop_writing"].isVisible()
    assert bar.sizeHint().height() == height  # nothing jumps
    assert len({one.sizeHint().height() for one in (bar.more, *bar.buttons.values())}) == 1


# The dialogs


def test_what_changed_says_it_of_each_drawing_and_of_mnist(parent: QWidget) -> None:
    dialog = ChangesDialog(LIGHT, parent)
    dialog.show_learning(a_learning("Ann"), "A network", on=True, undone=False)
    assert dialog.summary.text().startswith(
        "A network has learnt Ann, 4 drawings. Read right before: 2, now: 3. Of MNIST's 10,000 "
        "test images it reads 0.56 % wrong, before 0.57 %."
    )
    assert "no label: 2" in dialog.summary.text()
    items = [dialog.list.item(n).text() for n in range(4)]
    assert items[0] == "before 1 · 60.0 % ✗\nnow 7 · 80.0 % ✓"  # what is read otherwise is first
    assert items[1].endswith("now 4 · 60.0 % ✗\nlabelled not a digit")
    assert items[2] == "before 1 · 90.0 % ✓\nnow 1 · 95.0 % ✓"
    spoken = dialog.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("Drawing 2, labelled 7: before 1")
    dialog.show_learning(a_learning(can_undo=False), "A network", on=False, undone=False)
    assert not dialog.undo.isEnabled()
    assert not dialog.off.isEnabled()


def test_the_dialog_of_hands_offers_what_can_be_done(qtbot: QtBot, parent: QWidget) -> None:
    dialog = HandsDialog(LIGHT, parent)
    dialog.show_hands((), None, None)
    assert "No hand is taught yet" in dialog.words.text()
    assert not any(button.isEnabled() for button in dialog.buttons.values())
    ann, bob = Hand(Path("/hands/a"), "Ann"), Hand(Path("/hands/b"), "Bob", 12)
    dialog.show_hands((ann, bob), bob.folder, bob.folder)
    assert [dialog.list.item(n).text() for n in range(2)] == [
        "Ann · 0 drawings",
        "Bob · 12 drawings · on",
    ]
    assert dialog.chosen == bob
    for deed, _, _ in DEEDS:
        with qtbot.waitSignal(dialog.wanted) as wanted:
            dialog.buttons[deed].click()
        assert wanted.args == [deed, bob.folder]
    dialog.list.setCurrentRow(0)
    empty = {deed for deed, _, filled in DEEDS if not filled}
    assert {deed for deed, button in dialog.buttons.items() if button.isEnabled()} == empty
    dialog.show_hands((ann, bob), None, bob.folder)
    assert dialog.chosen == ann  # stays chosen


def test_a_name_is_needed(parent: QWidget) -> None:
    dialog = NameDialog("New", "Make", "", parent)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()
    dialog.line.setText("  ")
    assert not ok.isEnabled()
    dialog.line.setText(" Zoë  B. ")
    assert ok.isEnabled()
    assert dialog.name == "Zoë B."


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_all_fits_into_the_smallest_window(parent: QWidget, theme: Theme) -> None:
    apply(theme)
    dress(parent, theme)
    changes, hands = ChangesDialog(theme, parent), HandsDialog(theme, parent)
    changes.show_learning(a_learning("Ann"), "LeNet-5 1998 · handwriting", on=True, undone=False)
    hands.show_hands((Hand(Path("/hands/a"), "Ann"),), None, None)
    for dialog in (changes, hands):
        dialog.show()
        QApplication.processEvents()
        assert dialog.width() <= 800
        assert dialog.height() <= 500
        for child in dialog.findChildren(QWidget):
            if child.isVisible() and child.parent() is dialog:
                assert dialog.rect().contains(child.geometry()), child
        dialog.close()


def test_every_text_is_where_a_translator_finds_it(parent: QWidget) -> None:
    with brackets():
        row = CorrectionRow(LIGHT, parent)
        row.ask("⟦Digit 2 of 3⟧")
        changes, hands = ChangesDialog(LIGHT, parent), HandsDialog(LIGHT, parent)
        changes.show_learning(a_learning(), "⟦A network⟧", on=True, undone=True)
        hands.show_hands((Hand(Path("/hands/a"), "⟦Ann⟧", 3),), Path("/hands/a"), None)
        for part in (row, changes, hands, NameDialog("⟦t⟧", "⟦b⟧", "", parent)):
            assert untranslated(part) == []
