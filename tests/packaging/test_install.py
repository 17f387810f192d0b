"""install.sh and uninstall.sh, with a small bundle and a home of the test's own."""

from __future__ import annotations

import os
import select
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the scripts are for Linux"
)

#: Says its version, and writes down at once what else it was asked.
PATIENCE_SECONDS = 30
RECORDER = """\
#!/bin/sh
if [ "$1" = --version ]; then echo "lenetpad {version}"; exit; fi
printf '%s|' "$@" >"{asked}"
"""


def tree(folder: Path) -> dict[str, str]:
    """Everything in a folder, with what it holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        else:
            found[name] = "folder" if path.is_dir() else path.read_bytes().hex()
    return found


def value(desktop_file: Path, key: str) -> str:
    """A value of a desktop file, without the escapes of its strings."""
    [line] = [
        line for line in desktop_file.read_text("utf-8").splitlines() if line.startswith(f"{key}=")
    ]
    return line.removeprefix(f"{key}=").replace("\\\\", "\\")


def said(program: Path, *arguments: str) -> str:
    """What an installed program prints."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_everything_is_there_and_runs(make_bundle, home, sh, share):
    bundle = make_bundle()
    done = sh(bundle / "install.sh")
    assert (done.returncode, done.stderr) == (0, "")
    program = home / ".local/lib/lenetpad"
    assert said(home / ".local/bin/lenetpad", "draw", "a b") == "asked: draw a b"
    assert os.readlink(program / "_internal/lib.so") == "libraries/lib.so.1"
    assert not os.access(program / "README.txt", os.X_OK)
    wanted = {path.relative_to(share) for path in share.rglob("*") if path.is_file()}
    installed = home / ".local/share"
    assert wanted
    for path in wanted:
        if path.suffix != ".desktop":
            assert (installed / path).read_bytes() == (share / path).read_bytes()
    assert f"with: {home}/.local/bin/lenetpad" in done.stdout
    assert "not in PATH" in done.stdout


@pytest.mark.skipif(
    not all(map(shutil.which, ("update-mime-database", "update-desktop-database"))),
    reason="desktop-file-utils and shared-mime-info are not installed",
)
def test_ink_files_are_known_and_opened_at_once(make_bundle, home, sh):
    sh(make_bundle() / "install.sh")
    data = home / ".local/share"
    kind = "application/vnd.lenetpad.ink+json"
    assert f"60:{kind}:*.ink.jsonl\n" in (data / "mime/globs2").read_text()
    assert f"{kind}=lenetpad.desktop;\n" in (data / "applications/mimeinfo.cache").read_text()


def test_menu_starts_the_program_wherever_it_is(make_bundle, home, sh):
    sh(make_bundle() / "install.sh")
    desktop = home / ".local/share/applications/lenetpad.desktop"
    # Quotes and backslashes in a desktop file's command are those of a shell.
    words = subprocess.check_output(["sh", "-c", f"printf '%s\\n' {value(desktop, 'Exec')}"])
    # GNOME looks for the first word as it is, so where %% stands in it there is another first.
    env, command, *arguments = words.decode().splitlines()
    assert env == "env"
    assert Path(command.replace("%%", "%")) == home / ".local/lib/lenetpad/lenetpad"
    assert arguments == ["draw", "%f"]
    assert value(desktop, "Icon") == "lenetpad"
    if shutil.which("desktop-file-validate"):
        subprocess.run(["desktop-file-validate", desktop], check=True)


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
def test_desktop_starts_the_program_with_the_file(make_bundle, home, sh, tmp_path):
    asked = tmp_path / "asked"
    os.mkfifo(asked)
    pipe = os.open(asked, os.O_RDWR)  # open at both ends, so that nobody waits for the other
    sh(make_bundle(program=RECORDER.format(version="{version}", asked=asked)) / "install.sh")
    desktop = home / ".local/share/applications/lenetpad.desktop"
    subprocess.run(
        ["gio", "launch", desktop, tmp_path / "a file"],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        check=True,
    )
    heard, _, _ = select.select([pipe], [], [], PATIENCE_SECONDS)
    assert heard, "the menu entry started nothing"
    assert os.read(pipe, 4096).decode() == f"draw|{tmp_path}/a file|"
    os.close(pipe)


def test_one_word_starts_it_when_the_link_is_in_path(make_bundle, home, sh):
    path = f"{os.environ['PATH']}:{home}/.local/bin"
    done = sh(make_bundle() / "install.sh", PATH=path)
    assert "with: lenetpad\n" in done.stdout
    assert "not in PATH" not in done.stdout


def test_zsh_is_told_where_its_completion_is(make_bundle, home, sh, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "zsh").symlink_to("/bin/true")
    data = tmp_path / "Zoë's data"
    path = f"{tools}:{os.environ['PATH']}"
    done = sh(make_bundle() / "install.sh", PATH=path, XDG_DATA_HOME=str(data))
    [line] = [line for line in done.stdout.splitlines() if "fpath+=(" in line]
    assert shlex.split(line.partition("fpath+=(")[2].removesuffix(")")) == [
        f"{data}/zsh/site-functions"
    ]
    assert (data / "zsh/site-functions/_lenetpad").exists()
    # A zsh that looks into a prefix, such as /usr/local, needs no word.
    done = sh(make_bundle("0.2.0") / "install.sh", "--prefix", tmp_path / "local", PATH=path)
    assert "fpath" not in done.stdout
    assert (tmp_path / "local/share/zsh/site-functions/_lenetpad").exists()


def test_upgrade_leaves_the_new_version_only(make_bundle, home, sh):
    old = make_bundle("0.1.0")
    (old / "_internal/dropped").write_text("old")
    (old / "share/metainfo/dropped.xml").write_text("old")
    sh(old / "install.sh")
    before = tree(home / ".local/share/lenetpad")
    new = make_bundle("0.2.0")
    (new / "share/metainfo/added.xml").write_text("new")
    done = sh(new / "install.sh")
    assert (done.returncode, done.stderr) == (0, "")
    assert said(home / ".local/bin/lenetpad", "--version") == "lenetpad 0.2.0"
    assert sorted(os.listdir(home / ".local/lib")) == ["lenetpad"]
    program = home / ".local/lib/lenetpad"
    assert (program / "_internal/lib.so").read_text() == "of 0.2.0"
    assert not (program / "_internal/dropped").exists()
    assert not (home / ".local/share/metainfo/dropped.xml").exists()
    assert (home / ".local/share/metainfo/added.xml").exists()
    assert tree(home / ".local/share/lenetpad") == before


def test_bundle_that_cannot_be_written_to_can_be_replaced(make_bundle, home, sh):
    bundle = make_bundle()
    for path in (bundle / "lenetpad", bundle / "_internal/libraries", bundle):
        path.chmod(0o555)
    try:
        done = sh(bundle / "install.sh")
    finally:
        bundle.chmod(0o755)
        (bundle / "_internal/libraries").chmod(0o755)
    assert (done.returncode, done.stderr) == (0, "")
    program = home / ".local/lib/lenetpad"
    for path in (program, program / "lenetpad", program / "_internal/libraries"):
        assert path.stat().st_mode & 0o700 == 0o700


def test_removal_leaves_the_home_as_it_was(make_bundle, home, sh):
    before = tree(home)
    sh(make_bundle("0.1.0") / "install.sh")
    sh(make_bundle("0.2.0") / "install.sh")
    assert tree(home) != before
    done = sh(home / ".local/lib/lenetpad/uninstall.sh")
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(home) == before
    assert f"{home}/.local/share/lenetpad" in done.stdout
    assert f"{home}/.config/lenetpad" in done.stdout


def test_removal_keeps_what_others_have_put_beside(make_bundle, home, sh):
    sh(make_bundle() / "install.sh")
    other = home / ".local/share/applications/other.desktop"
    other.write_text("[Desktop Entry]\nType=Application\nName=Other\nExec=true\n")
    kind = home / ".local/share/mime/packages/other.xml"
    kind.write_text(
        '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">'
        '<mime-type type="text/x-other"><glob pattern="*.other"/></mime-type></mime-info>'
    )
    link = home / ".local/bin/lenetpad"
    link.unlink()
    link.write_text("my own script")
    sh(home / ".local/lib/lenetpad/uninstall.sh")
    assert other.exists()
    assert link.read_text() == "my own script"
    if shutil.which("update-mime-database"):
        assert "other" in (home / ".local/share/mime/globs2").read_text()
        assert "lenetpad" not in (home / ".local/share/mime/globs2").read_text()
    assert not list((home / ".local/share").rglob("lenetpad*.png"))


def test_removal_without_an_installation_says_so(make_bundle, home, sh):
    before = tree(home)
    done = sh(make_bundle() / "uninstall.sh")
    assert done.returncode == 1
    assert "installed.txt is missing" in done.stderr
    assert tree(home) == before


def test_another_place(make_bundle, home, sh, tmp_path):
    before = tree(home)
    place = tmp_path / "another place"
    done = sh(make_bundle() / "install.sh", "--prefix", f"{place}/")
    assert (done.returncode, done.stderr) == (0, "")
    assert tree(home) == before
    assert said(place / "bin/lenetpad", "--version") == "lenetpad 0.1.0"
    icon = Path(value(place / "share/applications/lenetpad.desktop", "Icon"))
    assert icon == place / "share/icons/hicolor/scalable/apps/lenetpad.svg"
    assert icon.exists()
    assert sh(make_bundle("0.2.0") / "install.sh", f"--prefix={place}").returncode == 0
    assert sh(place / "lib/lenetpad/uninstall.sh").returncode == 0
    assert not place.exists()


def test_data_home_of_the_user(make_bundle, home, sh, tmp_path):
    data = tmp_path / "my data"
    sh(make_bundle() / "install.sh", XDG_DATA_HOME=str(data))
    assert value(data / "applications/lenetpad.desktop", "Icon") == "lenetpad"
    assert not (home / ".local/share/applications").exists()
    sh(home / ".local/lib/lenetpad/uninstall.sh", XDG_DATA_HOME=str(data))
    assert not data.exists()


@pytest.mark.parametrize("part", ["lenetpad", "_internal", "share", "uninstall.sh"])
def test_incomplete_folder_is_refused(make_bundle, home, sh, part):
    bundle = make_bundle()
    gone = bundle / part
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert_refused(sh(bundle / "install.sh"), home, part, "unpack the whole archive")


def test_small_disk_is_refused(make_bundle, home, sh, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "df").write_text(
        "#!/bin/sh\necho Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        "echo /dev/a disk 9000 8000 1000 89% /my home 50% full\n"
    )
    (tools / "df").chmod(0o755)
    done = sh(make_bundle() / "install.sh", PATH=f"{tools}:{os.environ['PATH']}")
    assert_refused(done, home, "too small", "0 MB are free")


def test_program_that_does_not_start_leaves_the_old_one(make_bundle, home, sh):
    sh(make_bundle("0.1.0") / "install.sh")
    before = tree(home)
    broken = make_bundle("0.2.0", "#!/bin/sh\necho GLIBC is too old >&2\nexit 1\n")
    done = sh(broken / "install.sh")
    assert done.returncode == 1
    assert "GLIBC is too old" in done.stderr
    assert tree(home) == before
    assert said(home / ".local/bin/lenetpad", "--version") == "lenetpad 0.1.0"


def test_first_installation_that_fails_leaves_nothing(make_bundle, home, sh):
    before = tree(home)
    assert sh(make_bundle("0.2.0", "#!/bin/sh\nexit 1\n") / "install.sh").returncode == 1
    assert tree(home) == before


def test_program_of_another_installer_is_not_replaced(make_bundle, home, sh):
    link = home / ".local/bin/lenetpad"
    link.parent.mkdir()
    link.write_text("of pip")
    assert_refused(sh(make_bundle() / "install.sh"), home, "bin/lenetpad", "pip uninstall")


def test_menu_entry_of_the_users_own_is_not_replaced(make_bundle, home, sh):
    entry = home / ".local/share/applications/lenetpad.desktop"
    entry.parent.mkdir()
    entry.write_text("my own")
    assert_refused(sh(make_bundle() / "install.sh"), home, "lenetpad.desktop", "move it away")


def test_folder_of_another_program_is_not_replaced(make_bundle, home, sh):
    (home / ".local/lib/lenetpad").mkdir(parents=True)
    (home / ".local/lib/lenetpad/mine").write_text("mine")
    assert_refused(sh(make_bundle() / "install.sh"), home, "lib/lenetpad", "move it away")


@pytest.mark.skipif(not Path("/proc/self/exe").exists(), reason="there is no /proc")
class TestRunningProgram:
    """A program that is running, for which another one stands in."""

    @pytest.fixture
    def program(self, make_bundle, home, sh) -> Path:
        sh(make_bundle("0.1.0") / "install.sh")
        program = home / ".local/lib/lenetpad/lenetpad"
        shutil.copy(shutil.which("sleep") or "sleep", program)
        return program

    @pytest.fixture
    def impatient(self, tmp_path) -> str:
        """A PATH whose sleep returns at once."""
        (tmp_path / "tools").mkdir()
        (tmp_path / "tools/sleep").symlink_to(shutil.which("true") or "true")
        return f"{tmp_path}/tools:{os.environ['PATH']}"

    def test_is_neither_replaced_nor_removed(self, program, make_bundle, home, sh, impatient):
        before = tree(home)
        with subprocess.Popen([program, "60"]) as running:
            try:
                install = sh(make_bundle("0.2.0") / "install.sh", PATH=impatient)
                uninstall = sh(program.with_name("uninstall.sh"), PATH=impatient)
            finally:
                running.kill()
        for done in (install, uninstall):
            assert done.returncode == 1
            assert "lenetpad is running: close it first" in done.stderr
        assert tree(home) == before
        assert sh(program.with_name("uninstall.sh")).returncode == 0

    @pytest.mark.parametrize("script", ["install.sh", "uninstall.sh"])
    def test_is_waited_for_if_it_is_about_to_end(self, program, make_bundle, sh, script):
        bundle = make_bundle("0.2.0")
        with subprocess.Popen([program, "0.7"]):
            done = sh(bundle / script)
        assert (done.returncode, done.stderr) == (0, "")


def test_installation_that_was_killed_is_made_good(make_bundle, home, sh):
    before = tree(home)
    sh(make_bundle("0.1.0") / "install.sh")
    # The old program is out of its place, and the new one is not yet in it.
    nobody = 2**22 + 1  # more than any process's number
    library = home / ".local/lib"
    (library / "lenetpad").rename(library / f".lenetpad-old.{nobody}")
    (library / f".lenetpad-new.{nobody}").mkdir()
    done = sh(make_bundle("0.2.0") / "install.sh")
    assert (done.returncode, done.stderr) == (0, "")
    assert os.listdir(library) == ["lenetpad"]
    sh(library / "lenetpad/uninstall.sh")
    assert tree(home) == before


def test_installed_folder_is_no_bundle(make_bundle, home, sh):
    sh(make_bundle() / "install.sh")
    done = sh(home / ".local/lib/lenetpad/install.sh")
    assert done.returncode == 1
    assert "is installed already" in done.stderr


@pytest.mark.parametrize("script", ["install.sh", "uninstall.sh"])
def test_help_and_wrong_arguments(make_bundle, home, sh, script):
    before = tree(home)
    bundle = make_bundle()
    assert "--prefix DIR" in sh(bundle / script, "--help").stdout
    wrong = sh(bundle / script, "--purge")
    assert wrong.returncode == 2
    assert "Usage" in wrong.stderr
    assert sh(bundle / script, "--prefix").returncode == 1
    assert tree(home) == before


def assert_refused(done: subprocess.CompletedProcess[str], home: Path, *words: str) -> None:
    """One line says why, and there is nothing of the program in the home."""
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    for word in words:
        assert word in line
    assert not list(home.rglob("*.png"))
    assert not (home / ".local/lib/lenetpad/lenetpad").exists()
