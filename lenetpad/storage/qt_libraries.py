"""The system's libraries that Qt needs on Linux, and the Debian packages that hold them.

Without one, the import of PySide6 fails with the loader's words or, where only the window system's
plugin needs it, Qt aborts the process with a page of advice. Neither names the package.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

#: Debian's package of each library that Qt loads and does not bring.
PACKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "libglib-2.0.so.0": "libglib2.0-0",
        "libgthread-2.0.so.0": "libglib2.0-0",
        "libEGL.so.1": "libegl1",
        "libGL.so.1": "libgl1",
        "libOpenGL.so.0": "libopengl0",
        "libxkbcommon.so.0": "libxkbcommon0",
        "libdbus-1.so.3": "libdbus-1-3",
        "libfontconfig.so.1": "libfontconfig1",
        "libfreetype.so.6": "libfreetype6",
        "libX11.so.6": "libx11-6",
        "libz.so.1": "zlib1g",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxcb.so.1": "libxcb1",
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
    }
)
#: What each window system's plugin loads besides what every part of Qt does.
PLUGINS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "xcb": (
            *("libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0"),
            *("libxcb-keysyms.so.1", "libxcb-randr.so.0", "libxcb-render-util.so.0"),
            *("libxcb-shape.so.0", "libxcb-util.so.1", "libxcb-xkb.so.1"),
            *("libxkbcommon-x11.so.0", "libX11-xcb.so.1", "libxcb.so.1"),
        ),
        "wayland": ("libwayland-client.so.0", "libwayland-cursor.so.0"),
    }
)

#: Opens a shared library by its name, or raises OSError.
Loader = Callable[[str], object]


def explain_import(error: ImportError) -> str:
    """A sentence for PySide6 that cannot be imported: which package is missing, where that is
    known."""
    library = str(error).partition(":")[0].strip()
    if library in PACKAGES:
        return _sentence([library])
    return f"Qt cannot be loaded: {error}. Install lenetpad anew, or see its README."


def missing_plugin(environment: Mapping[str, str] = os.environ, load: Loader = ctypes.CDLL) -> str:
    """A sentence where Qt would find no window system for lack of libraries; "" where all is well.

    Qt tries one window system after the other; one that has all its libraries is enough.
    """
    if not sys.platform.startswith("linux"):
        return ""
    lacking = [_lacking(name, load) for name in _window_systems(environment)]
    return _sentence(lacking[0]) if lacking and all(lacking) else ""


def _window_systems(environment: Mapping[str, str]) -> list[str]:
    """Qt's names of the window systems that it will try, in order."""
    wanted = environment.get("QT_QPA_PLATFORM", "")
    if wanted:
        return [name.partition(":")[0].lower() for name in wanted.split(";")]
    servers = (("WAYLAND_DISPLAY", "wayland"), ("DISPLAY", "xcb"))
    return [name for variable, name in servers if environment.get(variable)]


def _lacking(window_system: str, load: Loader) -> list[str]:
    """Those of a window system's libraries that cannot be loaded."""
    lacking = []
    for library in PLUGINS.get(window_system, ()):
        try:
            load(library)
        except OSError:
            lacking.append(library)
    return lacking


def _sentence(libraries: list[str]) -> str:
    packages = " ".join(dict.fromkeys(PACKAGES[library] for library in libraries))
    others = f" and {len(libraries) - 1} more" if len(libraries) > 1 else ""
    return (
        f"the window needs {libraries[0]}{others}, not found on this machine; on Debian or "
        f"Ubuntu: sudo apt install {packages}"
    )
