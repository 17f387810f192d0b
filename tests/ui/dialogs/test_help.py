"""The help page: everything that can be done with a key is in it."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from lenetpad.ui.dialogs.help import keys
from lenetpad.ui.window import Window


def test_f1_opens_it_beside_the_window_and_esc_closes_it(qtbot: QtBot, window: Window) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.help is not None and window.help.isVisible())
    assert window.help is not None
    assert not window.help.isModal()
    first = window.help
    window.actions_by_name["help"].trigger()
    assert window.help is first
    qtbot.waitUntil(first.isActiveWindow)
    QTest.keyClick(first, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.help is None)


def test_every_key_and_every_page_is_in_it(qtbot: QtBot, window: Window) -> None:
    window.actions_by_name["help"].trigger()
    assert window.help is not None
    words = window.help.text.toPlainText()
    for spec in window.action_specs:
        for shortcut in spec.shortcuts:
            shown = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            assert shown in words, spec.name
        if spec.shortcuts:
            assert spec.text.rstrip("…") in words
    for key, shown in (("PgUp", "Go to another map"), ("1 – 7", "Go to a layer")):
        assert key in words
        assert shown in words
    for title in ("Inspector", "Layer help", "Feature maps"):
        assert title in words[words.index("Keys") :]
    for title in ("Draw", "Train", "Evaluate", "Colours", "Keys"):
        assert title in words


def test_its_keys_are_in_the_order_of_the_menus(window: Window) -> None:
    html = keys(window.action_specs)
    titles = re.findall(r"<b>(.*?)</b>", html)
    assert titles[: len(window.menus)] == list(window.menus)
    assert len(titles) == len(set(titles))


def test_it_goes_with_the_window(qtbot: QtBot, window: Window) -> None:
    window.actions_by_name["help"].trigger()
    window.close()
    qtbot.waitUntil(lambda: window.help is None)
