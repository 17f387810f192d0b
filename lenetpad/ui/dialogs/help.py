"""The help page: what each page does, what the colours mean, and every key."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from lenetpad.ui.actions import ActionSpec
from lenetpad.ui.widgets.theme import Theme

USUAL: Final = QSize(760, 620)
MARGIN: Final = 40  # between the dialog and the window's edge

PAGES: Final = """
<h2>Draw</h2>
<p>Write a digit with a mouse, a finger or a pen. While you write, the network reads it: the large
figure below is its answer, with how probable it is. Write something that is no digit, and it says
so.</p>
<p>Beside the canvas you see the network think, from the input to the answer; arrows show which
layer feeds which. <b>C</b> layers convolve: each map looks for one pattern everywhere. <b>S</b>
layers subsample: they make the maps smaller, so that the place matters less. <b>C5</b> and
<b>F6</b> put all of it together, and the answer is the digit whose <b>target code</b>, a small
picture of it, is nearest to F6. Point at a unit to see its value; click a layer's name to see it
large.</p>
<p><b>File ▸ Save</b> keeps a drawing, with its label, as ink or as a picture, and <b>Add to ink
file</b> collects many. The tray shows the drawings of such a file: choose, label or delete
them there.</p>
<h2>Train</h2>
<p>Choose a preset and press <b>Start</b>: the network is trained on this machine. The loss should
fall and the validation accuracy rise. Every training is kept in the list below, also one that you
stop: it can be continued, compared with others, and used on the canvas.</p>
<h2>Evaluate</h2>
<p>Choose weights and images and press <b>Evaluate</b>: you see the error, which digit is taken for
which, and every pattern that is misread. Click one to put it on the canvas.</p>
"""


class HelpDialog(QDialog):
    """Shows the help in the theme's colours. ``specs`` are all actions, for their keys."""

    def __init__(self, specs: Iterable[ActionSpec], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QTextBrowser()
        self.text.setAccessibleName("Help")
        self.text.setOpenLinks(False)
        self.text.setHtml(PAGES + colours(theme) + keys(specs))
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text, 1)
        layout.addWidget(closing)
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize((USUAL * theme.scale).boundedTo(room))
        self.text.setFocus()


def colours(theme: Theme) -> str:
    """What the colours of the maps mean, with the colours."""
    return f"""
<h2>Colours</h2>
<p>{_sample(theme.negative[2])} below zero &nbsp; {_sample(theme.zero)} zero &nbsp;
{_sample(theme.positive[2])} above zero: the stronger the colour, the larger the value. The legend
below the maps has the numbers. <b>Colours</b> in the header says what the strongest colours stand
for: the range of the activation function (fixed, so that pictures can be compared), the largest
value of the layer, or of each map.</p>
<p>In the confusion matrix, {_sample(theme.negative[2])} is read right and
{_sample(theme.positive[2])} is read wrong.</p>
"""


def keys(specs: Iterable[ActionSpec]) -> str:
    """A table of the keys of all actions, by their menus, and of those that belong to a part."""
    rows = [
        (spec.menu, spec.text.rstrip("…"), ", ".join(map(_native, spec.shortcuts)))
        for spec in specs
        if spec.shortcuts
    ]
    rows += [
        ("Anywhere", "Leave full screen, or a layer that is shown alone", "Esc"),
        ("Anywhere", "Next control, the one before", "Tab, Shift+Tab"),
        ("Tray", "Put on the canvas · label with a digit · another label · delete",
         "Enter · 0 to 9 · F2 · Del"),
        ("Runs", "Delete the chosen runs · edit name or note", "Del · F2"),
        ("Patterns and confusion matrix", "Walk · choose", "arrow keys · Enter"),
    ]  # fmt: skip
    lines = []
    before = ""
    for menu, text, shortcut in rows:
        if menu != before:
            lines.append(f'<tr><td colspan="2"><b>{menu}</b></td></tr>')
            before = menu
        cells = (html.escape(text), html.escape(shortcut))
        lines.append(f"<tr><td>{cells[0]}&nbsp;&nbsp;</td><td>{cells[1]}</td></tr>")
    return f'<h2>Keys</h2><table cellpadding="3">{"".join(lines)}</table>'


def _native(shortcut: str) -> str:
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


def _sample(colour: str) -> str:
    return f'<span style="background-color: {colour};">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;</span>'
