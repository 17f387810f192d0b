"""A file is replaced as a whole, or stays as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lenetpad.storage import atomic as disk


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    for content in (b"one", b"", b"three" * 100_000):
        disk.replace(tmp_path / "file", content)
        assert (tmp_path / "file").read_bytes() == content
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_goes_wrong_leaves_the_file_of_before(
    name: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.replace(tmp_path / "file", b"before")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os if name == "fsync" else Path, name, fail)
    for path in (tmp_path / "file", tmp_path / "new"):
        with pytest.raises(type(error)):
            disk.replace(path, b"after")
    assert os.listdir(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"before"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open
    monkeypatch.setattr(Path, "open", lambda self, mode: opened(Path("/dev/full"), "wb"))
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with pytest.raises(OSError, match="No space left on device"):
        disk.replace(tmp_path / "file", b"x")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("system", ["nameless", "named", "cannot be named"])
def test_every_system_writes_the_same(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if system == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    elif system == "cannot be named":

        def link(*_: object, **__: object) -> None:
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "link", link)
    disk.replace(tmp_path / "file", b"x" * 100_000)
    assert (tmp_path / "file").read_bytes() == b"x" * 100_000
    assert os.listdir(tmp_path) == ["file"]
    umask = os.umask(0o022)
    os.umask(umask)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="every new file has a name here")
def test_a_file_that_is_being_written_has_no_name(tmp_path: Path) -> None:
    with disk.atomic_write(tmp_path / "file") as file:
        file.write(b"x")
        assert os.listdir(tmp_path) == []
    assert os.listdir(tmp_path) == ["file"]


def test_leftovers_of_killed_processes_are_cleared(tmp_path: Path) -> None:
    for name in (".0123.tmp", ".4567.tmp", "mine.tmp"):
        (tmp_path / name).write_bytes(b"half")
    os.utime(tmp_path / ".0123.tmp", (0, 0))
    disk.clear_leftovers(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [".4567.tmp", "mine.tmp"]
    disk.clear_leftovers(tmp_path, older=0)
    assert os.listdir(tmp_path) == ["mine.tmp"]
    disk.clear_leftovers(tmp_path / "nowhere")
