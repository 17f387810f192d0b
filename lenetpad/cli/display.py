"""Whether a window can open here: is there a display server that answers?"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Final

NO_DISPLAY: Final = "there is no display here (DISPLAY or WAYLAND_DISPLAY names none that answers)"


def has_display() -> bool:
    """Whether a window can open.

    Qt aborts the process where it cannot. On Linux the display server is asked first, because
    the variables that name it may be left over from another session.
    """
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        folder = os.environ.get("XDG_RUNTIME_DIR", "")
        if _answers(Path(folder) / os.environ["WAYLAND_DISPLAY"]):
            return True
    return bool(os.environ.get("DISPLAY")) and _x_server_answers(os.environ["DISPLAY"])


def _x_server_answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY points; "host:1.0" is screen 0 of display 1."""
    host, _, number = display.rpartition(":")
    number = number.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return _answers(Path(path)) or _answers(f"\0{path}")  # the abstract socket
    try:
        with socket.create_connection((host, 6000 + int(number)), timeout=2):
            return True
    except OSError:
        return False


def _answers(path: Path | str) -> bool:
    """Whether somebody listens at a Unix socket."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
        return True
