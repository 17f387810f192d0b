"""Read CHANGELOG.md, which must have the form of Keep a Changelog.

    python packaging/changelog.py v0.1.0

prints what is new in that version, for a release's page. It fails where the version is not the
program's, or has no section with a date.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from lenetpad import __version__

FILE: Final = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
UNRELEASED: Final = "Unreleased"
KINDS: Final = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
HEADING: Final = re.compile(r"\[(?P<name>[^]]+)\](?: - (?P<date>\S+))?")
VERSION: Final = re.compile(r"\d+\.\d+\.\d+([-.]?(a|b|rc|alpha|beta)\.?\d+)?")
LINK: Final = re.compile(r"\[[^]]+\]: \S+")


class ChangelogError(ValueError):
    """The changelog has not the form that it must have; the text says where."""


@dataclass(slots=True)
class Section:
    """What changed in one version, or since the last: sentences, and lists by kind."""

    name: str
    day: date | None
    introduction: str = ""
    changes: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""


def main() -> int:
    """Print the section of the version whose tag is the argument."""
    if len(sys.argv) != 2:
        print("one argument is needed: the release's tag, such as v0.1.0", file=sys.stderr)
        return 2
    version = sys.argv[1].removeprefix("v")
    if version != __version__:
        print(f"the tag says {version}, lenetpad/__init__.py says {__version__}", file=sys.stderr)
        return 1
    try:
        sections = read_changelog(FILE.read_text(encoding="utf-8"))
    except ChangelogError as error:
        print(f"CHANGELOG.md: {error}", file=sys.stderr)
        return 1
    for section in sections:
        if section.name == version:
            print(section.text)
            return 0
    print(f"CHANGELOG.md has no section [{version}] with a date", file=sys.stderr)
    return 1


def read_changelog(text: str) -> list[Section]:
    """The sections, newest first, as they must be."""
    sections: list[Section] = []
    kind = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            sections.append(_section(line[3:], number))
            kind = ""
        elif line.startswith("#") and not line.startswith("###"):
            if number != 1 or line != "# Changelog":
                raise ChangelogError(f"line {number}: a heading that has no place here")
        elif sections and not LINK.fullmatch(line):
            sections[-1].text += line + "\n"
            kind = _add(sections[-1], kind, line, number)
    _check(sections)
    for section in sections:
        section.text = section.text.strip()
        section.introduction = section.introduction.strip()
    return sections


def _section(heading: str, number: int) -> Section:
    found = HEADING.fullmatch(heading)
    if found is None:
        raise ChangelogError(
            f"line {number}: [VERSION] - YYYY-MM-DD, or [{UNRELEASED}], is wanted"
        )
    name, day = found["name"], found["date"]
    if name == UNRELEASED:
        if day is not None:
            raise ChangelogError(f"line {number}: what is not released has no date")
        return Section(name, None)
    if not VERSION.fullmatch(name):
        raise ChangelogError(f"line {number}: {name} is no version")
    try:
        return Section(name, date.fromisoformat(day or ""))
    except ValueError:
        raise ChangelogError(f"line {number}: a version needs a date, YYYY-MM-DD") from None


def _add(section: Section, kind: str, line: str, number: int) -> str:
    """Put one line where it belongs; the kind of change that the next line belongs to."""
    if line.startswith("###"):
        kind = line[3:].strip()
        if kind not in KINDS:
            raise ChangelogError(f"line {number}: {kind} is none of {', '.join(KINDS)}")
        if kind in section.changes:
            raise ChangelogError(f"line {number}: {kind} stands twice in [{section.name}]")
        section.changes[kind] = []
    elif not kind:
        section.introduction += line.strip() + " "
    elif line.startswith("- "):
        section.changes[kind].append(line[2:].strip())
    elif line.strip():
        if not line.startswith("  ") or not section.changes[kind]:
            raise ChangelogError(f"line {number}: under {kind} each change begins with “- ”")
        section.changes[kind][-1] += " " + line.strip()
    return kind


def _check(sections: list[Section]) -> None:
    names = [section.name for section in sections]
    if not sections:
        raise ChangelogError("no section")
    if len(set(names)) != len(names):
        raise ChangelogError("a section stands twice")
    if UNRELEASED in names[1:]:
        raise ChangelogError(f"[{UNRELEASED}] must come first")
    days = [section.day for section in sections if section.day]
    if days != sorted(days, reverse=True):
        raise ChangelogError("the newest version must come first")
    for section in sections:
        if any(not changes for changes in section.changes.values()):
            raise ChangelogError(f"[{section.name}] has a heading with nothing under it")
        if section.day and not section.changes:
            raise ChangelogError(f"[{section.name}] says nothing")


if __name__ == "__main__":
    sys.exit(main())
