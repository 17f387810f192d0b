"""Offers the report of a crash to copy, and sends nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lenetpad.ui.widgets.words import marked, translate

WIDTH: Final = 520
OPEN: Final = QSize(760, 560)  # with the report
MARGIN: Final = 24  # of the window around the dialog where both are small
TITLE: Final = marked("Window", "lenetpad ended unexpectedly the last time")
WORDS: Final = marked(
    "Window",
    "A report says where it happened. It holds versions, the system and lines of the program, and "
    "nothing personal: no drawing, no file name, no user name. Nothing is sent; copy it into a "
    "bug report if you want to help fix it.",
)


class CrashDialog(QDialog):
    """Lies beside the work, not in its way, and shows the report when it is asked to."""

    def __init__(self, report: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(translate("Window", "Crash report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel(translate("Window", TITLE))
        font = title.font()
        font.setPointSizeF(1.25 * font.pointSizeF())
        font.setBold(True)
        title.setFont(font)
        words = QLabel(translate("Window", WORDS))
        words.setWordWrap(True)
        words.setMinimumWidth(WIDTH - 40)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setTabChangesFocus(True)
        self.report.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.report.setAccessibleName(translate("Window", "Crash report"))
        self.report.hide()
        roles = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.showing = QPushButton(translate("Window", "&Show report"))
        self.copying = QPushButton(translate("Window", "&Copy report"))
        self.buttons.addButton(self.showing, roles.ActionRole)
        self.buttons.addButton(self.copying, roles.ActionRole)
        self.showing.clicked.connect(self.show_report)
        self.copying.clicked.connect(self.copy_report)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(title)
        layout.addWidget(words)
        layout.addWidget(self.report, 1)
        layout.addWidget(self.buttons)
        self.buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    @Slot()
    def show_report(self) -> None:
        """Show the report itself."""
        self.showing.hide()
        self.report.show()
        parent = self.parentWidget()
        assert parent is not None
        room = parent.window().size() - QSize(2 * MARGIN, 2 * MARGIN)
        self.resize(OPEN.boundedTo(room))
        self.report.setFocus()

    @Slot()
    def copy_report(self) -> None:
        """Put the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copying.setText(translate("Window", "Copied"))
