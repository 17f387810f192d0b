"""make_deb.sh, with a small bundle."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed"
)


@pytest.fixture
def make_deb(root, sh, tmp_path):
    """Makes a package of a bundle's folder and gives its path."""

    def make(bundle: Path) -> Path:
        out = tmp_path / "packages to be"
        done = sh(root / "packaging/make_deb.sh", bundle, out)
        assert (done.returncode, done.stderr) == (0, "")
        [package] = out.iterdir()
        assert done.stdout == f"{package}\n"
        return package

    return make


def fields(package: Path) -> dict[str, str]:
    """The package's control fields, each on one line."""
    text = subprocess.check_output(["dpkg-deb", "--field", package], text=True)
    return dict(re.findall(r"^(\S+): (.*)$", text, re.MULTILINE))


def test_package_holds_the_program_and_the_share_tree(make_bundle, make_deb, share, tmp_path):
    package = make_deb(make_bundle())
    tree = tmp_path / "tree"
    subprocess.run(["dpkg-deb", "--extract", package, tree], check=True)
    done = subprocess.run([tree / "usr/bin/lenetpad", "draw", "x"], capture_output=True, text=True)
    assert done.stdout == "asked: draw x\n"
    assert (tree / "opt/lenetpad/_internal/lib.so").is_symlink()
    for path in share.rglob("*"):
        place = str(path.relative_to(share))
        # Where Debian's zsh looks for what packages bring.
        place = place.replace("zsh/site-functions", "zsh/vendor-completions")
        assert (tree / "usr/share" / place).exists()
    assert not (tree / "usr/share/zsh/site-functions").exists()
    assert {path.name for path in (tree / "opt/lenetpad").iterdir()} == {
        "lenetpad",
        "_internal",
    }


def test_everything_belongs_to_root_and_can_be_read(make_bundle, make_deb):
    bundle = make_bundle()
    (bundle / "_internal/libraries/lib.so.1").chmod(0o600)
    (bundle / "_internal").chmod(0o770)
    listing = subprocess.check_output(["dpkg-deb", "--contents", make_deb(bundle)], text=True)
    for line in listing.splitlines():
        mode, owner = line.split()[:2]
        assert owner == "root/root"
        assert re.fullmatch(r"drwxr-xr-x|-rw[x-]r-[x-]r-[x-]|lrwxrwxrwx", mode), line


def test_package_is_beside_the_bundle_unless_told_otherwise(make_bundle, root, sh):
    bundle = make_bundle()
    done = sh(root / "packaging/make_deb.sh", bundle)
    assert done.returncode == 0
    assert Path(done.stdout.strip()).parent == bundle.parent
    assert len(list(bundle.parent.iterdir())) == 2


def test_fields(make_bundle, make_deb, root):
    bundle = make_bundle("0.1.0")
    (bundle / "_internal/libm.so").write_bytes(b"\0GLIBC_2.4\0GLIBC_2.27\0GLIBC_2.2.5\0")
    package = make_deb(bundle)
    found = fields(package)
    architecture = subprocess.check_output(["dpkg", "--print-architecture"], text=True).strip()
    assert package.name == f"lenetpad_0.1.0_{architecture}.deb"
    assert (found["Package"], found["Version"]) == ("lenetpad", "0.1.0")
    assert found["Architecture"] == architecture
    depends = found["Depends"].split(", ")
    assert depends[0] == "libc6 (>= 2.27)"
    assert depends[1:] == names(root / "packaging/debian-bundle-packages.txt")
    assert int(found["Installed-Size"]) > 100


def test_candidate_is_older_than_its_release(make_bundle, make_deb):
    package = make_deb(make_bundle("0.2.0rc1"))
    version = fields(package)["Version"]
    subprocess.run(["dpkg", "--compare-versions", version, "lt", "0.2.0"], check=True)


def test_copyright_has_the_licences_whole_text(make_bundle, make_deb, root, tmp_path):
    tree = tmp_path / "tree"
    subprocess.run(["dpkg-deb", "--extract", make_deb(make_bundle()), tree], check=True)
    text = (tree / "usr/share/doc/lenetpad/copyright").read_text("utf-8")
    words = (root / "LICENSE").read_text("utf-8").split()
    stanza = text[text.rindex("License: Expat") :].replace("\n .\n", "\n").split()
    assert stanza[2:] == words
    assert "@" not in text


@pytest.mark.parametrize("part", ["lenetpad", "_internal", "share"])
def test_incomplete_bundle_is_refused(make_bundle, root, sh, tmp_path, part):
    bundle = make_bundle()
    gone = bundle / part
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    out = tmp_path / "out"
    done = sh(root / "packaging/make_deb.sh", bundle, out)
    assert done.returncode == 1
    assert f"{part}" in done.stderr
    assert not list(out.iterdir())


def test_readme_names_what_the_system_must_have(root):
    text = (root / "packaging/linux/README.txt").read_text("utf-8")
    [command] = [line for line in text.splitlines() if "apt-get install" in line]
    wanted = names(root / "packaging/debian-bundle-packages.txt")
    assert command.split("apt-get install ")[1].split() == wanted


def names(list_of_packages: Path) -> list[str]:
    """The packages in a list with comments."""
    lines = list_of_packages.read_text("utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if line.partition("#")[0].strip()]
