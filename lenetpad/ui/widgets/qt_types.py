"""Qt's types, made in the window's thread before another thread can ask for them.

PySide6 makes each of its types when it is first asked for, which no two threads may do at once:
opening the Train page, whose modules a thread imports, crashed 3 of 20 busy processes. Made all
at the start they would cost a tenth of a second of it.
"""

from __future__ import annotations

from typing import Final

from PySide6 import QtCore, QtGui, QtWidgets

from lenetpad.ui.widgets.turns import Steps

MODULES: Final = (QtCore, QtGui, QtWidgets)


def make_types() -> Steps[None]:
    """Make every type, one a step."""
    for module in MODULES:
        for name in dir(module):
            getattr(module, name)
            yield
