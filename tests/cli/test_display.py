"""Where a window can open, and what `lenetpad draw` does there and elsewhere."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

import pytest

from lenetpad.cli import display
from tests.cli.conftest import Run, stand_in

DISPLAYS = ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"]


class TestDisplay:
    @pytest.fixture(autouse=True)
    def _no_display(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in DISPLAYS:
            monkeypatch.delenv(name, raising=False)

    def test_linux_without_a_display_has_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        assert not display.has_display()

    @pytest.mark.parametrize("address", ["", ":4077", "nonsense", "localhost:4077.0", ":x"])
    def test_a_display_that_does_not_answer_is_none(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", address)
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert not display.has_display()

    def test_a_wayland_compositor_that_answers_is_one(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(tmp_path / "wayland-0"))
            server.listen(1)
            assert display.has_display()

    def test_an_x_server_that_answers_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", ":4078.0")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("\0/tmp/.X11-unix/X4078")
            server.listen(1)
            assert display.has_display()

    def test_a_platform_that_is_chosen_needs_no_display(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
        assert display.has_display()

    @pytest.mark.parametrize("platform", ["darwin", "win32"])
    def test_other_systems_always_have_one(
        self, platform: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "platform", platform)
        assert display.has_display()

    def test_without_a_display_a_file_cannot_be_shown(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(display, "has_display", lambda: False)
        monkeypatch.chdir(tmp_path)
        Path("digit.ink.jsonl").touch()
        result = run("draw", "digit.ink.jsonl")
        assert result.status == 1
        [line] = result.err.splitlines()
        assert "digit.ink.jsonl cannot be shown: there is no display" in line

    @pytest.mark.parametrize("line", [[], ["draw"]])
    def test_without_a_display_the_demo_runs_and_says_where(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: list[str]
    ) -> None:
        asked: list[argparse.Namespace] = []

        def demo(arguments: argparse.Namespace) -> int:
            asked.append(arguments)
            return 0

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(display, "has_display", lambda: False)
        stand_in(monkeypatch, "tools.demo", run=demo)
        result = run(*line)
        assert result.status == 0
        assert asked == [argparse.Namespace(out=Path("demo"))]
        [line] = result.out.splitlines()
        assert "no display" in line
        assert str(tmp_path / "demo") in line

    def test_without_a_display_a_demo_that_fails_fails(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(display, "has_display", lambda: False)
        stand_in(monkeypatch, "tools.demo", run=lambda _: 1)
        assert run().status == 1

    @pytest.mark.parametrize(
        ("line", "file"),
        [([], None), (["draw"], None), (["draw", "my digit.png"], Path("my digit.png"))],
    )
    def test_with_a_display_the_window_opens(
        self,
        run: Run,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        line: list[str],
        file: Path | None,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("my digit.png").touch()
        opened: list[Path | None] = []

        def main(file: Path | None) -> int:
            opened.append(file)
            return 7

        monkeypatch.setattr(display, "has_display", lambda: True)
        stand_in(monkeypatch, "app", main=main)
        assert run(*line).status == 7
        assert opened == [file]
