"""What goes into the bundle, and whose licence comes with it. Used by lenetpad.spec."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path, PurePath
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
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
#: The GNU Lesser General Public License, with the licence that it adds to.
LESSER: Final = "lgpl-3"
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


def distributions(root: str = "lenetpad") -> list[str]:
    """The names of a distribution and of all that it requires, as far as they are installed."""
    found: dict[str, metadata.Distribution] = {}
    wanted = [root]
    while wanted:
        name = canonicalize_name(wanted.pop())
        if name in found:
            continue
        try:
            found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # left out on purpose, or for another system
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return sorted(found)


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
    """Python's licence, and those of the Debian packages whose libraries are in the bundle.

    Those of the distributions come with their metadata. The texts are written to ``out``.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    texts: dict[str, Path | None] = {"Python": _python_licence()}
    for package in _debian_packages(binaries):
        texts[package] = Path("/usr/share/doc", package, "copyright")
    entries = []
    # The wheels of Qt and PySide hold no text of theirs.
    lesser = [Path("/usr/share/common-licenses", name) for name in ("LGPL-3", "GPL-3")]
    if all(path.exists() for path in lesser):
        texts |= dict.fromkeys(("PySide6_Essentials", "shiboken6"), out / LESSER)
        (out / LESSER).write_bytes(b"\n\n".join(path.read_bytes() for path in lesser))
    for name, path in sorted(texts.items()):
        if path is None or not path.exists():
            print(f"bundle: no licence text of {name} was found", file=sys.stderr)
            continue
        copy = out / f"{name}.txt"
        copy.write_bytes(path.read_bytes())
        entries.append((f"resources/licences/{copy.name}", str(copy), "DATA"))
    return entries


def _python_licence() -> Path | None:
    library = Path(sysconfig.get_path("stdlib"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        library / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc") / version / "copyright",
    )
    return next((place for place in places if place.exists()), None)


def _debian_packages(binaries: list[Entry]) -> list[str]:
    """The Debian packages that files outside the environment belong to."""
    if shutil.which("dpkg-query") is None:
        return []
    ours = (sys.prefix, sys.base_prefix)
    paths = {path for _, path, _ in binaries if path and not path.startswith(ours)}
    packages = set()
    for path in sorted(paths):
        # The same file under both names of a merged /usr.
        for name in (path, path.removeprefix("/usr")):
            done = subprocess.run(
                ["dpkg-query", "--search", name], capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                packages.add(done.stdout.partition(":")[0])
                break
    return sorted(packages)
