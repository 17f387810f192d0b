"""What Windows and macOS show of the program: the spec of the bundle asks here.

Nothing is imported that exists on one system only, so that any can test it.
"""

from __future__ import annotations

import re
from typing import Any, Final

IDENTIFIER: Final = "io.github.lenetpad.lenetpad"
INK_TYPE: Final = "io.github.lenetpad.ink"
DESCRIPTION: Final = "A drawing pad that shows LeNet-5 thinking"
COPYRIGHT: Final = "© 2026 The lenetpad authors, MIT licence"

VERSION_FILE: Final = """\
VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers},
    prodvers={numbers},
    mask=0x3F,
    flags={flags},
    OS=0x40004,
    fileType=0x1,
    subtype=0x0,
    date=(0, 0),
  ),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      {strings},
    ])]),
    VarFileInfo([VarStruct('Translation', [0x0409, 1200])]),
  ],
)
"""


def windows_version_info(version: str) -> str:
    """The text of a version file, for PyInstaller's ``EXE(version=FILE)``.

    It is text, for PyInstaller's own classes can be imported on Windows only.
    """
    strings = {
        "CompanyName": "The lenetpad authors",
        "FileDescription": "lenetpad",  # the name in the task manager and in “Open with”
        "FileVersion": version,
        "InternalName": "lenetpad",
        "LegalCopyright": COPYRIGHT,
        "OriginalFilename": "lenetpad.exe",
        "ProductName": "lenetpad",
        "ProductVersion": version,
        "Comments": DESCRIPTION,
    }
    lines = [f"StringStruct({name!r}, {value!r})" for name, value in strings.items()]
    return VERSION_FILE.format(
        numbers=(*_numbers(version), 0),
        flags="0x0" if _is_final(version) else "0x2",  # VS_FF_PRERELEASE
        strings=",\n      ".join(lines),
    )


def macos_info(version: str) -> dict[str, Any]:
    """The Info.plist of the application, for PyInstaller's ``BUNDLE(info_plist=…)``."""
    return {
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleName": "lenetpad",
        "CFBundleDisplayName": "lenetpad",
        # Three whole numbers are all that these may be; "0.2.0rc1" is shown as 0.2.0.
        "CFBundleShortVersionString": ".".join(map(str, _numbers(version))),
        "CFBundleVersion": ".".join(map(str, _numbers(version))),
        "CFBundleGetInfoString": f"lenetpad {version}",
        "NSHumanReadableCopyright": COPYRIGHT,
        "LSApplicationCategoryType": "public.app-category.education",
        "LSMinimumSystemVersion": "13.0",  # Qt 6.11's
        "NSHighResolutionCapable": True,
        "NSPrincipalClass": "NSApplication",
        "NSSupportsAutomaticGraphicsSwitching": True,
        # macOS knows a type by what follows the last dot only, so this is every .jsonl file.
        # Therefore the program is offered for them, and takes none from another.
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Pen ink",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [INK_TYPE],
                "CFBundleTypeIconFile": "lenetpad-ink.icns",
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
    return re.fullmatch(r"[\d.]+", version) is not None
