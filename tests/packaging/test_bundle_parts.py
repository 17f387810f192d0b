"""What goes into the bundle, and the licences that come with it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import bundle_parts
import pytest

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="this is no Debian")
LIBRARY = next(
    (path for path in Path("/usr/lib").glob("*/libz.so.1") if shutil.which("dpkg-query")),
    Path("/usr/lib/libz.so.1"),
)


def entry(path: str | Path, kind: str = "BINARY") -> tuple[str, str, str]:
    return Path(path).name, str(path), kind


@needs_dpkg
@pytest.mark.parametrize("prefix", ["/usr", ""])  # the two names of one file
def test_a_librarys_package_is_found_under_either_name(prefix: str) -> None:
    path = prefix + str(LIBRARY).removeprefix("/usr")
    assert bundle_parts.debian_packages([entry(path)]) == ["zlib1g"]


@needs_dpkg
def test_a_library_of_unknown_licence_ends_the_build(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"which licence.*libstrange\.so"):
        bundle_parts.debian_packages([entry(tmp_path / "libstrange.so")])


@needs_dpkg
def test_pythons_and_distributions_own_libraries_are_no_debian_packages() -> None:
    ours = [entry(Path(sys.prefix) / "lib/x.so"), entry("gone", "SYMLINK")]
    assert bundle_parts.debian_packages(ours) == []


@needs_dpkg
def test_texts_bring_the_licences_that_they_refer_to(tmp_path: Path) -> None:
    texts = {
        Path(name).stem: Path(path).read_text(encoding="utf-8")
        for name, path, _ in bundle_parts.licences([entry(LIBRARY)], tmp_path / "licences")
    }
    assert {"Python", "PySide6_Essentials", "shiboken6", "zlib1g"} <= texts.keys()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in texts["shiboken6"]
    assert "GNU GENERAL PUBLIC LICENSE" in texts["shiboken6"]
    named = {name for text in texts.values() for name in bundle_parts.COMMON.findall(text)}
    assert {name for name in named if Path("/usr/share/common-licenses", name).exists()} <= set(
        texts
    )


def test_what_is_never_used_is_left_out_and_the_rest_stays() -> None:
    kept = ["torch/lib/libtorch_cpu.so", "torch/bin/torch_shm_manager", "resources/mnist.npz"]
    dropped = ["torch/bin/protoc", "torch/include/x.h", "PySide6/Qt/translations/qt_de.qm"]
    entries = [(name, name, "DATA") for name in (*kept, *dropped)]
    assert [name for name, _, _ in bundle_parts.needed(entries)] == kept


def test_the_documentations_pictures_do_not_ship(root: Path) -> None:
    shipped = {
        Path(path).relative_to(root) for path, _ in bundle_parts.resources(root / "resources")
    }
    assert Path("resources/mnist.npz") in shipped
    assert not any("pictures" in path.parts for path in shipped)
