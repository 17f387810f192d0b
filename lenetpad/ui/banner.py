"""A message over the page that moves nothing: what failed, and what to do."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

MARGIN = 10


class Banner(QFrame):
    """Lies over the top of its parent until it is closed or replaced."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = QToolButton()
        self._close.setText("✕")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self.hide)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 6)
        layout.addWidget(self._label)
        layout.addWidget(self._close)
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What the banner says."""
        return self._label.text()

    def say(self, message: str) -> None:
        """Show a message in place of the one before."""
        self._label.setText(message)
        self._place()
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def _place(self) -> None:
        width = self.parentWidget().width() - 2 * MARGIN
        height = max(self.heightForWidth(width), self.sizeHint().height())
        self.setGeometry(MARGIN, MARGIN, width, height)
