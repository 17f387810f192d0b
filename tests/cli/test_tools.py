"""What the commands that drive the window say besides what the window's tools do."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from lenetpad.cli import display
from tests.cli.conftest import Run, stand_in


@pytest.mark.parametrize("command", ["demo", "selftest"])
class TestFolder:
    """In place of the tool, one that makes the folder as it does."""

    @pytest.fixture(autouse=True)
    def _display(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(display, "has_display", lambda: True)

    def test_a_new_one_is_said(
        self, command: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def tool(arguments: argparse.Namespace) -> int:
            arguments.out.mkdir(parents=True, exist_ok=True)
            return 0

        stand_in(monkeypatch, f"tools.{command}", run=tool)
        out = tmp_path / "no such" / "pictures"
        assert run(command, "--out", out).err == f"lenetpad: the folder {out} was made\n"
        assert run(command, "--out", out).err == ""

    def test_also_where_the_rest_fails(
        self, command: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def tool(arguments: argparse.Namespace) -> int:
            arguments.out.mkdir()
            raise RuntimeError("the window does not open")

        stand_in(monkeypatch, f"tools.{command}", run=tool)
        out = tmp_path / "pictures"
        result = run(command, "--out", out)
        assert result.status == 1
        assert result.err.splitlines() == [
            f"lenetpad: the folder {out} was made",
            "lenetpad: the window does not open",
        ]
