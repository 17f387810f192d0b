"""The share/ tree: menu entry, AppStream data, type of ink files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import changelog
import make_share
import pytest
from changelog import Section

from lenetpad import __version__
from lenetpad.cli import completion

TYPES = {"application/vnd.lenetpad.ink+json", "application/vnd.lenetpad.ink+gzip"}
METAINFO = f"metainfo/{make_share.METAINFO}"

needs_validators = pytest.mark.skipif(
    bool(make_share.missing_validators()),
    reason=f"not installed: {', '.join(make_share.missing_validators())}",
)


def desktop_values(share: Path) -> dict[str, str]:
    """The menu entry's keys and values."""
    lines = (share / "applications/lenetpad.desktop").read_text("utf-8").splitlines()
    assert lines[0] == "[Desktop Entry]"
    return dict(line.split("=", 1) for line in lines[1:])


def releases(share: Path) -> list[dict[str, str]]:
    """The attributes of AppStream's releases, newest first."""
    return [element.attrib for element in ElementTree.parse(share / METAINFO).iter("release")]


@needs_validators
def test_desktops_own_tools_find_nothing_wrong(share):
    assert make_share.validate(share) == []


@needs_validators
@pytest.mark.parametrize(
    ("file", "right", "wrong", "fault"),
    [
        ("applications/lenetpad.desktop", "Terminal=false", "Terminal=maybe", "Terminal"),
        ("applications/lenetpad.desktop", "Terminal=", "Encoding=UTF-8\nTerminal=", "deprecated"),
        (METAINFO, "<metadata_license>CC0-1.0</metadata_license>", "", "metadata-license"),
        (METAINFO, "</component>", "", "xml"),
        ("mime/packages/lenetpad.xml", "*.ink.jsonl.gz", "*.ink", "*.ink.jsonl.gz is not among"),
        ("mime/packages/lenetpad.xml", "</mime-info>", "", "is not among"),
    ],
)
def test_what_is_wrong_is_found(share, tmp_path, file, right, wrong, fault):
    spoilt = tmp_path / "share"
    shutil.copytree(share, spoilt)
    text = (spoilt / file).read_text("utf-8")
    assert right in text
    (spoilt / file).write_text(text.replace(right, wrong), encoding="utf-8")
    assert fault in "\n".join(make_share.validate(spoilt))


def test_missing_tools_are_named(share, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "appstreamcli is not installed" in make_share.validate(share)


def test_menu_entry_draws_the_file_that_is_opened(share):
    values = desktop_values(share)
    assert values["Exec"] == "lenetpad draw %f"
    assert values["Icon"] == "lenetpad"
    assert (share / f"icons/hicolor/scalable/apps/{values['Icon']}.svg").exists()


def test_same_types_are_described_and_opened(share):
    kinds = ElementTree.parse(share / "mime/packages/lenetpad.xml").getroot()
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    assert {kind.attrib["type"] for kind in kinds} == TYPES
    assert set(filter(None, desktop_values(share)["MimeType"].split(";"))) == TYPES
    metainfo = ElementTree.parse(share / METAINFO)
    assert {element.text for element in metainfo.iter("mediatype")} == TYPES
    for icon in kinds.iterfind(".//m:icon", space):
        assert (share / f"icons/hicolor/48x48/mimetypes/{icon.attrib['name']}.png").exists()


@pytest.mark.parametrize(
    ("shell", "file"),
    [
        ("bash", "bash-completion/completions/lenetpad"),
        ("zsh", "zsh/site-functions/_lenetpad"),
        ("fish", "fish/vendor_completions.d/lenetpad.fish"),
    ],
)
def test_shells_find_their_completion(share, shell, file):
    assert (share / file).read_text("utf-8") == completion.script(shell)


def test_version_is_the_programs(share):
    assert releases(share)[0]["version"] == __version__
    template = (make_share.SOURCE / f"{make_share.METAINFO}.in").read_text("utf-8")
    assert __version__ not in template


def test_released_version_has_the_changelogs_date():
    sections = [
        Section("Unreleased", None, "Not yet."),
        Section("0.2.0", date(2027, 2, 3), "Faster & better."),
        Section("0.1.0", date(2026, 12, 1)),
    ]
    text = f"<releases>{make_share.releases(sections, '0.2.0')}</releases>"
    found = ElementTree.fromstring(text)
    assert [element.attrib for element in found] == [
        {"version": "0.2.0", "date": "2027-02-03", "type": "stable"},
        {"version": "0.1.0", "date": "2026-12-01", "type": "stable"},
    ]
    assert found[0].findtext("description/p") == "Faster & better."


def test_version_without_a_section_is_under_development(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    sections = [Section("Unreleased", None, "Soon."), Section("0.1.0", date(2026, 12, 1))]
    found = ElementTree.fromstring(f"<r>{make_share.releases(sections, '0.2.0')}</r>")
    assert found[0].attrib == {"version": "0.2.0", "date": "2027-01-15", "type": "development"}
    assert found[0].findtext("description/p") == "Soon."
    assert [element.attrib["version"] for element in found] == ["0.2.0", "0.1.0"]


def test_icons_that_are_made_already_are_taken(share, tmp_path, root):
    icons = tmp_path / "icons"
    shutil.copytree(share / "icons/hicolor", icons / "hicolor")
    mark = icons / "hicolor/48x48/apps/lenetpad.png"
    mark.write_bytes(b"taken")
    script = root / "packaging/make_share.py"
    command = [sys.executable, script, "--icons", icons, "--out", tmp_path / "share"]
    subprocess.run(command, check=True, cwd=tmp_path)
    made = tmp_path / "share"
    assert (made / "icons/hicolor/48x48/apps/lenetpad.png").read_bytes() == b"taken"
    assert {path.relative_to(made) for path in made.rglob("*")} == {
        path.relative_to(share) for path in share.rglob("*")
    }


def test_changelog_says_what_is_new_in_this_version(root):
    sections = changelog.read_changelog((root / "CHANGELOG.md").read_text("utf-8"))
    assert sections[0].name in ("Unreleased", __version__)
    if __version__ not in [section.name for section in sections]:
        assert sections[0].changes
    assert all(sections[0].introduction for section in sections if section.changes)
