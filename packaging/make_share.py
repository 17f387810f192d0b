"""Make the share/ tree of a Linux desktop: menu entry, icons, AppStream data, type of ink files,
and the scripts by which shells complete the commands.

    python packaging/make_share.py --out DIR [--icons DIR] [--validate]

The version is lenetpad.__version__, its date that of CHANGELOG.md. A version that has no section
of its own there is under development: its date is SOURCE_DATE_EPOCH, or else today. --validate
asks the desktop's own tools, which must be installed (packaging/debian-packages.txt).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from changelog import FILE, Section, read_changelog
from make_icons import make_theme

from lenetpad import __version__
from lenetpad.cli import completion

SOURCE: Final = Path(__file__).resolve().parent / "linux"
METAINFO: Final = "io.github.lenetpad.lenetpad.metainfo.xml"
GLOBS: Final = (
    "application/vnd.lenetpad.ink+json:*.ink.jsonl",
    "application/vnd.lenetpad.ink+gzip:*.ink.jsonl.gz",
)
#: Where each shell looks for its script. (Debian's zsh looks elsewhere: make_deb.sh.)
COMPLETIONS: Final = {
    "bash": "bash-completion/completions/lenetpad",
    "zsh": "zsh/site-functions/_lenetpad",
    "fish": "fish/vendor_completions.d/lenetpad.fish",
}
VALIDATORS: Final = ("desktop-file-validate", "appstreamcli", "update-mime-database")


def main() -> int:
    """Make the tree, and say what is wrong with it if that was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="becomes share/")
    parser.add_argument(
        "--icons", type=Path, metavar="DIR", help="what make_icons.py made; else they are drawn"
    )
    parser.add_argument("--validate", action="store_true", help="check what was made")
    arguments = parser.parse_args()
    make_share(arguments.out, arguments.icons)
    faults = validate(arguments.out) if arguments.validate else []
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def make_share(out: Path, icons: Path | None = None) -> None:
    """Write the tree into ``out``, with the icons of a folder that make_icons.py made."""
    if icons is None:
        make_theme(out / "icons/hicolor")
    else:
        shutil.copytree(icons / "hicolor", out / "icons/hicolor", dirs_exist_ok=True)
    for name, target in (
        ("lenetpad.desktop", "applications/lenetpad.desktop"),
        ("lenetpad.mime.xml", "mime/packages/lenetpad.xml"),
    ):
        _write(out / target, (SOURCE / name).read_text(encoding="utf-8"))
    sections = read_changelog(FILE.read_text(encoding="utf-8"))
    template = (SOURCE / f"{METAINFO}.in").read_text(encoding="utf-8")
    _write(out / "metainfo" / METAINFO, template.replace("@RELEASES@", releases(sections)))
    for shell, target in COMPLETIONS.items():
        _write(out / target, completion.script(shell))


def releases(sections: list[Section], version: str = __version__) -> str:
    """AppStream's elements for the version and those before it, newest first."""
    released = [section for section in sections if section.day]
    if version in [section.name for section in released]:
        elements = []
    else:
        elements = [_release(version, _today(), sections[0].introduction, "development")]
    for section in released:
        assert section.day is not None
        elements.append(_release(section.name, section.day, section.introduction, "stable"))
    return "\n".join(elements)


def _release(version: str, day: date, description: str, kind: str) -> str:
    start = f'    <release version="{version}" date="{day.isoformat()}" type="{kind}"'
    if not description:
        return f"{start}/>"
    text = escape(description.replace("`", ""))
    return f"{start}>\n      <description><p>{text}</p></description>\n    </release>"


def _today() -> date:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return (datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)).date()


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def missing_validators() -> list[str]:
    """The tools that :func:`validate` needs and that are not installed."""
    return [tool for tool in VALIDATORS if shutil.which(tool) is None]


def validate(share: Path) -> list[str]:
    """What the desktop's own tools find wrong with a share/ tree, one line each."""
    missing = missing_validators()
    if missing:
        return [f"{tool} is not installed" for tool in missing]
    desktop = share / "applications/lenetpad.desktop"
    metainfo = share / "metainfo" / METAINFO
    faults = [
        *_asked("desktop-file-validate", "--warn-kde", str(desktop)),
        *_asked("appstreamcli", "validate", "--no-net", "--no-color", str(metainfo)),
    ]
    # The only check of a type's description is to use it: on a copy, for it writes beside it.
    with tempfile.TemporaryDirectory() as folder:
        mime = Path(folder) / "mime"
        shutil.copytree(share / "mime", mime)
        faults += _asked("update-mime-database", str(mime))
        made = {line.split(":", 1)[-1] for line in _lines(mime / "globs2")}
    return faults + [f"{glob} is not among the types" for glob in GLOBS if glob not in made]


def _asked(*command: str) -> list[str]:
    """What a tool complains of: all that it says if it fails, warnings also if it does not."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    if done.returncode:
        return said or [f"{command[0]} failed"]
    return [line for line in said if "warning" in line.lower() or "error" in line.lower()]


def _lines(file: Path) -> Iterator[str]:
    if file.exists():
        yield from file.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main())
