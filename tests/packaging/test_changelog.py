"""Reading CHANGELOG.md, whose form is checked."""

from __future__ import annotations

import sys
from datetime import date

import changelog
import pytest
from changelog import ChangelogError, read_changelog

from lenetpad import __version__

GOOD = """\
# Changelog

Words about the form.

## [Unreleased]

## [0.2.0] - 2027-02-03

Faster, and
better.

### Added

- A thing
  of two lines.
- Another.

### Fixed

- A fault.

## [0.1.0] - 2026-12-01

### Added

- All.

[0.2.0]: https://example.org/0.2.0
"""


def test_sections_and_changes():
    unreleased, second, first = read_changelog(GOOD)
    assert (unreleased.name, unreleased.day, unreleased.changes) == ("Unreleased", None, {})
    assert (second.name, second.day) == ("0.2.0", date(2027, 2, 3))
    assert second.introduction == "Faster, and better."
    assert second.changes == {
        "Added": ["A thing of two lines.", "Another."],
        "Fixed": ["A fault."],
    }
    assert second.text.startswith("Faster, and\nbetter.\n\n### Added\n\n- A thing\n")
    assert first.text.endswith("- All.")


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("## [0.2.0] - 2027-02-03", "## 0.2.0", "line 7: neither"),
        ("2027-02-03", "2027-13-03", "line 7: a version needs a date"),
        (" - 2027-02-03", "", "line 7: a version needs a date"),
        ("[0.2.0] -", "[second] -", "line 7: second is no version"),
        ("[Unreleased]", "[Unreleased] - 2027-03-01", "line 5: what is not released has no date"),
        ("### Fixed", "### Mended", "line 18: Mended is none of"),
        ("### Fixed", "### Added", "line 18: Added stands twice"),
        ("- A fault.", "A fault.", "line 20: under Fixed"),
        ("- A fault.", "", r"\[0.2.0\] has a heading with nothing under it"),
        ("0.1.0", "0.2.0", "stands twice"),
        ("2026-12-01", "2027-12-01", "newest version must come first"),
        ("### Added\n\n- All.\n", "", r"\[0.1.0\] says nothing"),
        ("# Changelog", "# Changes", "line 1: a heading"),
    ],
)
def test_wrong_form_is_refused(right, wrong, why):
    assert right in GOOD
    with pytest.raises(ChangelogError, match=why):
        read_changelog(GOOD.replace(right, wrong))


def test_unreleased_must_come_first():
    with pytest.raises(ChangelogError, match="must come first"):
        read_changelog(GOOD.replace("## [Unreleased]\n", "") + "\n## [Unreleased]\n")


def test_empty_file_is_refused():
    with pytest.raises(ChangelogError, match="no section"):
        read_changelog("# Changelog\n")


def run(monkeypatch, tmp_path, text: str, *arguments: str) -> int:
    """The script's exit status with this changelog and these arguments."""
    file = tmp_path / "CHANGELOG.md"
    file.write_text(text)
    monkeypatch.setattr(changelog, "FILE", file)
    monkeypatch.setattr(sys, "argv", ["changelog.py", *arguments])
    return changelog.main()


def test_releases_page_is_the_versions_section(monkeypatch, tmp_path, capsys):
    text = GOOD.replace("0.1.0", "0.0.1").replace("0.2.0", __version__)
    assert run(monkeypatch, tmp_path, text, f"v{__version__}") == 0
    out = capsys.readouterr().out
    assert out.startswith("Faster")
    assert out.endswith("- A fault.\n")


@pytest.mark.parametrize(
    ("text", "tag", "why"),
    [
        (GOOD, "v9.9.9", "the tag says 9.9.9"),
        (GOOD.replace("0.1.0", "0.0.1"), f"v{__version__}", "has no section"),
        ("# Changelog\n", f"v{__version__}", "CHANGELOG.md: no section"),
    ],
)
def test_release_that_is_not_ready_is_refused(monkeypatch, tmp_path, capsys, text, tag, why):
    assert run(monkeypatch, tmp_path, text, tag) == 1
    captured = capsys.readouterr()
    assert why in captured.err
    assert captured.out == ""
