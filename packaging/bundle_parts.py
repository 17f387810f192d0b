"""What goes into the bundle, and whose licence comes with it. Used by lenetpad.spec."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Final

from PyInstaller.depend.bindepend import get_imports

#: PyInstaller's table of contents: name in the bundle, file, kind.
Entry = tuple[str, str, str]

#: Nothing of these is ever used: torch's tests, headers and tools, Qt's translations, and plugins
#: of Qt for what the program does not do. sympy and torch._dynamo stay: the first optimiser that
#: is made imports them.
NEEDLESS: Final = (
    "torch/bin/[!t]*",  # all but torch_shm_manager, whose place torch's import looks up
    "torch/bin/test*",
    "torch/include/*",
    "torch/share/*",
    "torch/test/*",
    "torch/testing/_internal/*",
    "torch/lib/*.a",
    "torch/lib/*.lib",
    "torch/lib/libtorchbind_test*",
    "torch/lib/libjitbackend_test*",
    "torch/lib/libbackend_with_compiler*",
    "torch/lib/libaoti_custom_ops*",
    "caffe2/*",
    "functorch/*",
    "PySide6/Qt/translations/*",
    "PySide6/Qt/qml/*",
    "PySide6/Qt/plugins/networkinformation/*",
    "PySide6/Qt/plugins/tls/*",
    "PySide6/Qt/plugins/egldeviceintegrations/*",
    "PySide6/Qt/plugins/platforms/libqeglfs*",
    "PySide6/Qt/plugins/platforms/libqlinuxfb*",
    "PySide6/Qt/plugins/platforms/libqvnc*",
    "PySide6/Qt/plugins/platforms/libqvkkhrdisplay*",
    "PySide6/Qt/plugins/platforms/libqminimal*",
    "PySide6/Qt/plugins/platformthemes/libqgtk3*",  # brings half of GTK
    "PySide6/Qt/plugins/generic/libqtuiotouchplugin*",
    "PySide6/Qt/plugins/imageformats/libqpdf*",
    "PySide6/Qt/plugins/imageformats/libqtga*",
    "PySide6/Qt/plugins/imageformats/libqwbmp*",
)
HERE: Final = Path(__file__).resolve().parent
DOCUMENTS: Final = Path("/usr/share/doc")
#: How a Debian package's text refers to a licence that many have.
COMMON: Final = re.compile(r"/usr/share/common-licenses/([\w+-]+(?:\.\w+)*)")
#: Pictures of the documentation.
NOT_SHIPPED: Final = "pictures"


def resources(folder: Path) -> list[tuple[str, str]]:
    """Every file of ``resources/`` that ships, as PyInstaller's data: file and folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        (str(path), str(Path("resources") / path.parent.relative_to(folder)))
        for path in files
        if NOT_SHIPPED not in path.relative_to(folder).parts
    ]


def needed(entries: list[Entry]) -> list[Entry]:
    """The entries without what is never used."""
    return [
        entry
        for entry in entries
        if not any(fnmatch(PurePath(entry[0]).as_posix(), pattern) for pattern in NEEDLESS)
    ]


def linked(entries: list[Entry]) -> list[Entry]:
    """The binaries without the libraries that only something needless was linked with.

    Python's modules, plugins and torch's libraries are loaded by name; a library of Qt's or of
    the system is there for whoever is linked with it.
    """
    while True:
        wanted: set[str] = set()
        for _, path, kind in entries:
            if kind in ("BINARY", "EXTENSION"):
                wanted |= {Path(name).name for name, _ in get_imports(path)}
        kept = [
            entry
            for entry in entries
            if not _is_system_library(entry) or PurePath(entry[0]).name in wanted
        ]
        if len(kept) == len(entries):
            return entries
        entries = kept


def _is_system_library(entry: Entry) -> bool:
    place = PurePath(entry[0])
    inside = place.parent.as_posix() in (".", "PySide6/Qt/lib")
    return inside and place.name.startswith("lib") and not place.name.startswith("libpython")


def licences(binaries: list[Entry], out: Path) -> list[Entry]:
    """Python's licence, those of Qt and PySide, whose wheels hold no text, and those of the Debian
    packages whose libraries are in the bundle, with the licences that these refer to.

    Those of the other distributions come with their metadata. The texts are written to ``out``.
    Exits where the package of a library cannot be told.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    lesser = "\n\n".join(_text(HERE / "licences" / f"{name}.txt") for name in ("LGPL-3", "GPL-3"))
    texts = {"Python": _text(_python_licence()), "PySide6_Essentials": lesser, "shiboken6": lesser}
    for package in debian_packages(binaries):
        texts[package] = _text(DOCUMENTS / package / "copyright")
    # A distribution's own text stands in its metadata, and is not copied here.
    for name in sorted({name for text in texts.values() for name in COMMON.findall(text)}):
        path = Path("/usr/share/common-licenses") / name
        if path.exists():
            texts[name] = _text(path)
    for name, text in texts.items():
        (out / f"{name}.txt").write_text(text, encoding="utf-8")
    return [
        (f"resources/licences/{path.name}", str(path), "DATA") for path in sorted(out.iterdir())
    ]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _python_licence() -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        DOCUMENTS / version / "copyright",
    )
    for place in places:
        if place.exists():
            return place
    raise SystemExit(f"bundle: Python's licence is in none of {', '.join(map(str, places))}")


def debian_packages(binaries: list[Entry]) -> list[str]:
    """The Debian packages of the libraries that are not Python's or a distribution's.

    Exits where one belongs to no package; without dpkg there are none.
    """
    if shutil.which("dpkg-query") is None:
        return []
    ours = [
        sys.prefix,
        *([sys.base_prefix] if sys.base_prefix not in ("/usr", "/usr/local") else []),
    ]
    paths = {path for _, path, kind in binaries if kind != "SYMLINK" and path}
    packages, strange = set(), []
    for path in sorted(path for path in paths if not path.startswith(tuple(ours))):
        if package := _package_of(path):
            packages.add(package)
        else:
            strange.append(path)
    if strange:
        raise SystemExit(f"bundle: of no Debian package, so under which licence? {strange}")
    return sorted(packages)


def _package_of(path: str) -> str:
    """The Debian package of a file, "" where there is none.

    With /usr merged, a file has two names, and dpkg knows one of them.
    """
    for name in (path, f"/usr{path}", path.removeprefix("/usr")):
        done = subprocess.run(
            ["dpkg-query", "--search", name], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return done.stdout.partition(":")[0]
    return ""
