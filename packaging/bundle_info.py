"""What Windows and macOS show of the program: lenetpad.spec asks here.

Nothing is imported before it is needed that exists on one system only, so that any can test it.
"""

from __future__ import annotations

import importlib
import re
from typing import Any, Final

IDENTIFIER: Final = "io.github.lenetpad.lenetpad"
INK_TYPE: Final = "io.github.lenetpad.ink"
DESCRIPTION: Final = "A drawing pad that shows LeNet-5 thinking"
COPYRIGHT: Final = "© 2026 The lenetpad authors, MIT licence"
#: English (United States) and Unicode, as Windows writes it in a version resource.
LANGUAGE: Final = (0x0409, 0x04B0)


def windows_version_info(version: str, kinds: Any = None) -> Any:
    """The version resource of lenetpad.exe, for PyInstaller's ``EXE(version=…)``.

    ``kinds`` is the module of PyInstaller with the resource's parts, which can be imported on
    Windows only.
    """
    if kinds is None:
        kinds = importlib.import_module("PyInstaller.utils.win32.versioninfo")
    strings = {
        "CompanyName": "The lenetpad authors",
        "FileDescription": "lenetpad",  # the name in the task manager and under “Open with”
        "FileVersion": version,
        "InternalName": "lenetpad",
        "LegalCopyright": COPYRIGHT,
        "ProductName": "lenetpad",
        "ProductVersion": version,
        "Comments": DESCRIPTION,
    }
    table = kinds.StringTable(
        "{:04X}{:04X}".format(*LANGUAGE),
        [kinds.StringStruct(name, value) for name, value in strings.items()],
    )
    numbers = (*_numbers(version), 0)
    fixed = kinds.FixedFileInfo(
        filevers=numbers,
        prodvers=numbers,
        mask=0x3F,
        flags=0x0 if _is_final(version) else 0x2,  # VS_FF_PRERELEASE
        OS=0x40004,  # Windows NT
        fileType=0x1,  # an application
    )
    translation = kinds.VarFileInfo([kinds.VarStruct("Translation", list(LANGUAGE))])
    return kinds.VSVersionInfo(ffi=fixed, kids=[kinds.StringFileInfo([table]), translation])


def macos_info(version: str) -> dict[str, Any]:
    """The Info.plist of lenetpad.app, for PyInstaller's ``BUNDLE(info_plist=…)``."""
    # Three whole numbers are all that these may be: 0.2.0rc1 is 0.2.0 there.
    numbers = ".".join(map(str, _numbers(version)))
    return {
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleName": "lenetpad",
        "CFBundleDisplayName": "lenetpad",
        "CFBundleShortVersionString": numbers,
        "CFBundleVersion": numbers,
        "CFBundleGetInfoString": f"lenetpad {version}",
        "NSHumanReadableCopyright": COPYRIGHT,
        "LSApplicationCategoryType": "public.app-category.education",
        "LSMinimumSystemVersion": "13.0",  # Qt 6.11's
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        # macOS knows a type by what follows the last dot only, so this is every .jsonl file.
        # Therefore the program is offered for them, and takes them from no other.
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Pen ink",
                "CFBundleTypeRole": "Editor",
                "CFBundleTypeIconFile": "lenetpad-ink.icns",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [INK_TYPE],
            }
        ],
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": INK_TYPE,
                "UTTypeDescription": "Pen ink",
                "UTTypeConformsTo": ["public.text"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["jsonl"],
                    "public.mime-type": ["application/vnd.lenetpad.ink+json"],
                },
            }
        ],
    }


def _numbers(version: str) -> tuple[int, int, int]:
    found = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if found is None:
        raise ValueError(f"{version} does not begin with three numbers")
    major, minor, patch = (int(number) for number in found.groups())
    return major, minor, patch


def _is_final(version: str) -> bool:
    return re.fullmatch(r"\d+\.\d+\.\d+", version) is not None
