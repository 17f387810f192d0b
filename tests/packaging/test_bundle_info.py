"""What Windows and macOS show of the program."""

from __future__ import annotations

import plistlib
import re
import sys
from types import ModuleType

import bundle_info
import make_icons
import pytest

from lenetpad import __version__


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets PyInstaller's parts of a version resource be imported on any system."""
    if sys.platform != "win32":
        compat = pytest.importorskip("PyInstaller.compat", reason="PyInstaller is not installed")
        monkeypatch.setattr(compat, "win32api", None, raising=False)
        monkeypatch.setitem(sys.modules, "pefile", ModuleType("pefile"))
        monkeypatch.delitem(sys.modules, "PyInstaller.utils.win32.versioninfo", raising=False)


@pytest.mark.parametrize(
    ("version", "numbers", "flags"),
    [
        (__version__, tuple(map(int, re.findall(r"\d+", __version__)[:3])), None),
        ("12.3.45", (12, 3, 45), 0),
        ("0.2.0rc1", (0, 2, 0), 2),
    ],
)
def test_windows_shows_the_version(windows, version, numbers, flags):
    info = bundle_info.windows_version_info(version)
    major, minor, patch = numbers
    for high, low in (
        (info.ffi.fileVersionMS, info.ffi.fileVersionLS),
        (info.ffi.productVersionMS, info.ffi.productVersionLS),
    ):
        assert (high, low) == (major << 16 | minor, patch << 16)
    assert flags is None or info.ffi.fileFlags == flags
    strings = {string.name: string.val for string in info.kids[0].kids[0].kids}
    assert strings["FileVersion"] == strings["ProductVersion"] == version
    assert strings["FileDescription"] == "lenetpad"
    assert f"{version}\0".encode("utf-16-le") in info.toRaw()


def test_macos_shows_the_version():
    info = bundle_info.macos_info(__version__)
    assert __version__.startswith(info["CFBundleShortVersionString"])
    assert bundle_info.macos_info("0.2.0rc1")["CFBundleShortVersionString"] == "0.2.0"
    assert plistlib.loads(plistlib.dumps(info)) == info


def test_macos_offers_the_program_for_ink_and_takes_it_from_no_other():
    info = bundle_info.macos_info("0.1.0")
    [opened], [described] = info["CFBundleDocumentTypes"], info["UTImportedTypeDeclarations"]
    assert opened["LSItemContentTypes"] == [described["UTTypeIdentifier"]]
    assert opened["LSHandlerRank"] == "Alternate"
    assert described["UTTypeTagSpecification"]["public.filename-extension"] == ["jsonl"]
    icons = [f"{icon.name}.icns" for icon in make_icons.ICONS]
    assert opened["CFBundleTypeIconFile"] in icons


def test_one_identifier_everywhere(root):
    metainfo = next((root / "packaging/linux").glob("*.metainfo.xml.in"))
    assert metainfo.name.startswith(f"{bundle_info.IDENTIFIER}.")
    assert bundle_info.macos_info("0.1.0")["CFBundleIdentifier"] == bundle_info.IDENTIFIER


@pytest.mark.parametrize("version", ["1", "1.2", "next"])
def test_version_without_three_numbers_is_refused(version):
    with pytest.raises(ValueError, match="three numbers"):
        bundle_info.macos_info(version)


def test_entitlements_are_all_granted(root):
    entitlements = plistlib.loads((root / "packaging/macos/entitlements.plist").read_bytes())
    assert entitlements
    assert all(value is True for value in entitlements.values())
