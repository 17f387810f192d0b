"""Progress on the program's icon, where the desktop shows one.

On Linux by the signal of the Unity launcher, which KDE's and many other docks heed; elsewhere as
the icon's badge, in per cent.
"""

from __future__ import annotations

import os
import sys
from typing import Final

from PySide6.QtGui import QGuiApplication

URI: Final = "application://lenetpad.desktop"


def show(done: float | None) -> None:
    """Show the part in [0, 1] that is done; None shows that nothing goes on."""
    if sys.platform.startswith("linux"):
        if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
            _tell_docks(done)
    else:
        QGuiApplication.setBadgeNumber(0 if done is None else max(1, round(100 * done)))


def _tell_docks(done: float | None) -> None:
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    message = QDBusMessage.createSignal("/lenetpad", "com.canonical.Unity.LauncherEntry", "Update")
    shown = {"progress": float(done or 0.0), "progress-visible": done is not None}
    message.setArguments([URI, shown])
    QDBusConnection.sessionBus().send(message)
