"""The parts that the program consists of, with their licences."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from lenetpad import __version__
from lenetpad.storage import resources

#: The program itself, as its metadata calls it, and what ships with it.
PROGRAM: Final = "lenetpad"
DATA: Final = "data and weights"
#: A folder that only a bundle has: texts of what has no metadata of its own, or none with a text.
TEXTS: Final = "licences"
#: What a licence's file is called where the metadata do not say.
PATTERNS: Final = ("licen[cs]e*", "copying*", "notice*")
#: A field "License" longer than this is the text, not the name.
LONGEST_NAME: Final = 80
CLASSIFIER: Final = "License ::"


@dataclass(frozen=True, slots=True)
class Part:
    """Something that the program consists of. ``licence`` is its licence's name, "" where nothing
    says it, ``version`` and ``page`` (an address) likewise.

    ``texts`` are the files of its licence, which are not read before they are asked for.
    """

    name: str
    version: str = ""
    licence: str = ""
    page: str = ""
    texts: tuple[Path, ...] = ()

    @property
    def text(self) -> str:
        """The text of the licence; of several files each under its name.

        Where there is none, or a file cannot be read, it says so.
        """
        if not self.texts:
            licence = f" Its licence is {self.licence}." if self.licence else ""
            where = f"\n\n{self.page}" if self.page else ""
            return f"{self.name} comes without the text of its licence.{licence}{where}"
        if len(self.texts) == 1:
            return _read(self.texts[0])
        folder = Path(os.path.commonpath([path.parent for path in self.texts]))
        titles = [path.relative_to(folder).as_posix() for path in self.texts]
        return "\n\n\n".join(
            f"{title}\n{'─' * len(title)}\n\n{_read(path).strip()}"
            for title, path in zip(titles, self.texts, strict=True)
        )


def collect() -> list[Part]:
    """All parts: the program, its data, then everything else by name.

    In a bundle whatever has metadata there or a file in ``licences``, which adds to the texts of
    the part of its name or is a part by itself; elsewhere what the program needs to run, followed
    through the metadata of what is installed. What is not there, or says nothing, is left out.
    """
    known = _Metadata()
    texts: dict[str, list[Path]] = {}
    for path in _files(resources.path(TEXTS)):
        texts.setdefault(canonicalize_name(_title(path)), []).append(path)
    found = []
    for name in known.folders if resources.frozen() else needed(known):
        if name != PROGRAM:
            found.append(_part(name, known, texts.pop(name, [])))
    own = texts.pop(PROGRAM, [])
    found += [Part(_title(path), texts=(path,)) for paths in texts.values() for path in paths]
    found.sort(key=lambda part: part.name.lower())
    return [_program(known, own), *_data(), *found]


class _Metadata:
    """What is said of all that is installed or, in a bundle, lies in it.

    ``folders`` are those with the metadata by the canonical names of what they describe.
    """

    def __init__(self) -> None:
        bundle = getattr(sys, "_MEIPASS", None)
        places = [bundle] if resources.frozen() and bundle else sys.path
        self.folders: dict[str, Path] = {}
        for place in places:
            for folder in sorted(Path(place).glob("*.dist-info")) if place else ():
                name = canonicalize_name(folder.name.partition("-")[0])
                self.folders.setdefault(name, folder)
        self._read: dict[str, Message] = {}

    def __getitem__(self, name: str) -> Message:
        """The fields of one of them; none where they cannot be read."""
        if name not in self._read:
            path = self.folders[name] / "METADATA"
            fields = _read(path).partition("\n\n")[0] if path.is_file() else ""
            self._read[name] = message_from_string(fields)  # the description would take long
        return self._read[name]

    def all(self, name: str, field: str) -> list[str]:
        """Every value of a field."""
        return [str(value) for value in self[name].get_all(field, [])]


def _title(path: Path) -> str:
    """What a file in the bundle's folder of texts is the text of."""
    return path.name.removesuffix(".txt")


def _program(known: _Metadata, texts: list[Path]) -> Part:
    """The program itself, its licence from the bundle, the source tree or the metadata."""
    places = [*texts, resources.path("").parent / "LICENSE"]
    if PROGRAM in known.folders:
        places += _texts(PROGRAM, known)
    found = [path for path in places if path.is_file()]
    return Part(PROGRAM, __version__, "MIT", texts=tuple(found[:1]))


def _data() -> list[Part]:
    text = resources.path("LICENCES.md")
    licences = "CC BY-SA 3.0 (MNIST), MIT"
    return [Part(DATA, licence=licences, texts=(text,))] if text.is_file() else []


def needed(known: _Metadata | None = None) -> list[str]:
    """The canonical names of what the program needs to run and what is installed of it.

    An extra counts only where a requirement asks for it, as torch does for parts of CUDA.
    """
    known = known or _Metadata()
    seen: set[tuple[str, str]] = set()
    waiting = [(PROGRAM, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen or name not in known.folders:
            continue
        seen.add((name, extra))
        for requirement in _requirements(known.all(name, "Requires-Dist")):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                wanted = canonicalize_name(requirement.name)
                waiting += [(wanted, ""), *((wanted, each) for each in requirement.extras)]
    return sorted({name for name, _ in seen})


def _requirements(lines: list[str]) -> Iterator[Requirement]:
    for line in lines:
        try:
            yield Requirement(line)
        except InvalidRequirement:  # of an old package; the rest of it counts
            continue


def _part(name: str, known: _Metadata, texts: list[Path]) -> Part:
    """What the metadata describe; texts of its licence may lie elsewhere."""
    metadata = known[name]
    called, _, version = known.folders[name].stem.partition("-")
    return Part(
        str(metadata["Name"] or called),
        str(metadata["Version"] or version),
        _licence(metadata, known.all(name, "Classifier")),
        _page(metadata, known.all(name, "Project-URL")),
        (*_texts(name, known), *texts),
    )


def _licence(metadata: Message, classifiers: list[str]) -> str:
    """What a part's metadata call its licence."""
    if metadata["License-Expression"]:
        return str(metadata["License-Expression"])
    plain = str(metadata["License"] or "").strip()
    if plain and plain != "UNKNOWN" and "\n" not in plain and len(plain) <= LONGEST_NAME:
        return plain
    names = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith(CLASSIFIER)]
    return ", ".join(names)


def _page(metadata: Message, pages: list[str]) -> str:
    """The address that a part's metadata call its home, or that of its source."""
    known = {title.lower(): address for title, _, address in (p.partition(", ") for p in pages)}
    return str(metadata["Home-page"] or known.get("homepage") or known.get("source") or "")


def _texts(name: str, known: _Metadata) -> tuple[Path, ...]:
    """The files that the metadata list, or else those that are called as a licence's file is."""
    folder, found = known.folders[name], []
    for listed in known.all(name, "License-File"):
        places = (folder / "licenses" / listed, folder / listed, folder / "license_files" / listed)
        found += [place for place in places if place.is_file()][:1]
    if found:
        return tuple(found)
    return tuple(
        path
        for path in _files(folder, "**/*")
        if any(fnmatch(path.name.lower(), pattern) for pattern in PATTERNS)
    )


def _files(folder: Path, pattern: str = "*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror or error}"
