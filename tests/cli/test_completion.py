"""What shells complete, asked of the shells themselves, as far as they are installed."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lenetpad.cli import completion
from lenetpad.values.catalogue import DATA_SETS
from lenetpad.values.models import SHIPPED_NAMES
from tests.cli.conftest import Run

PATIENCE_SECONDS = 60
#: How a shell is started, without anything of the user's.
STARTED = {"bash": ["bash", "--norc", "--noprofile", "-i"], "zsh": ["zsh", "-f", "-i"]}
#: What makes it ready: the script, and a command that says with which words it was called.
READY = {
    "bash": "PS1=; source '{script}'; lenetpad() {{ printf '<%s>' \"$@\"; }}; echo rea''dy\n",
    "zsh": "PS1=; fpath=('{folder}' $fpath); autoload -Uz compinit; compinit -u -D; "
    "lenetpad() {{ printf '<%s>' \"$@\"; }}; echo rea''dy\n",
}

needs = {
    shell: pytest.mark.skipif(
        shutil.which(shell) is None or not sys.platform.startswith("linux"),
        reason=f"there is no {shell}",
    )
    for shell in completion.SHELLS
}

Type = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where one stands: a picture, weights, and a folder whose name has a space."""
    place = tmp_path / "here"
    (place / "my pictures").mkdir(parents=True)
    (place / "photo.jpg").touch()
    (place / "mine.safetensors").touch()
    (place / "my pictures" / "a seven.png").touch()
    return place


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_the_command_prints_the_script(shell: str, run: Run) -> None:
    result = run("completion", shell)
    assert (result.status, result.err) == (0, "")
    assert result.out == completion.script(shell)


@pytest.mark.parametrize("shell", completion.SHELLS)
def test_the_script_depends_on_nothing_around_it(
    shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = completion.script(shell)
    monkeypatch.setenv("COLUMNS", "30")
    assert completion.script(shell) == script
    assert str(Path.home()) not in script
    assert "--started" not in script  # an option for the program's own processes


@pytest.mark.parametrize(
    "shell", [pytest.param("bash", marks=needs["bash"]), pytest.param("zsh", marks=needs["zsh"])]
)
class TestTyping:
    """Keys go to a shell in a terminal; what it then calls the command with is compared."""

    @pytest.fixture
    def shell_process(self, shell: str, folder: Path, tmp_path: Path):
        import pty

        script = tmp_path / "_lenetpad"  # as zsh wants it to be called
        script.write_text(completion.script(shell))
        keyboard, terminal = pty.openpty()
        environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "dumb"}
        process = subprocess.Popen(
            STARTED[shell],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=folder,
            env={**environment, "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(terminal)
        try:
            ready = READY[shell].format(script=script, folder=tmp_path)
            os.write(keyboard, ready.encode())
            self.wait_for(keyboard, "ready")
            yield keyboard
        finally:
            process.kill()
            process.wait()
            os.close(keyboard)

    def wait_for(self, keyboard: int, text: str) -> None:
        seen, deadline = "", time.monotonic() + PATIENCE_SECONDS
        while text not in seen:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([keyboard], [], [], left)[0]:
                raise AssertionError(f"{text!r} does not come; there is {seen!r}")
            seen += os.read(keyboard, 65536).decode(errors="replace")

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ("tr\t", "<train>"),
            ("train --dat\tfash\t", "<train><--data><fashion>"),
            ("train --prese\tstu\t", "<train><--preset><study-2024>"),
            ("train --model lenet5-st\t-pap\t", "<train><--model><lenet5-study-paper>"),
            ("evaluate --squ\tscal\t", "<evaluate><--squashing><scaled-tanh>"),
            ("predict --device tor\tph\t", "<predict><--device><torch-cpu><photo.jpg>"),
            ("predict --model min\t", "<predict><--model><mine.safetensors>"),
            ("predict my\ta\t", "<predict><my pictures/a seven.png>"),
            ("pho\t", "<photo.jpg>"),
            ("demo --ou\tmy\t", "<demo><--out><my pictures"),  # zsh takes the slash off again
            ("completion z\t", "<completion><zsh>"),
        ],
    )
    def test_what_is_begun_is_completed(
        self, shell: str, shell_process: int, keys: str, words: str
    ) -> None:
        os.write(shell_process, f"lenetpad {keys}\n".encode())
        self.wait_for(shell_process, words)


@needs["fish"]
class TestFish:
    """fish says itself what it would offer."""

    @pytest.fixture
    def offered(self, folder: Path, tmp_path: Path) -> Callable[[str], list[str]]:
        completions = tmp_path / ".config/fish/completions"
        completions.mkdir(parents=True)
        (completions / "lenetpad.fish").write_text(completion.script("fish"))
        command = tmp_path / "bin/lenetpad"  # of what is no command, it knows nothing
        command.parent.mkdir()
        command.write_text("#!/bin/sh\n")
        command.chmod(0o755)

        def offer(line: str) -> list[str]:
            done = subprocess.run(
                ["fish", "-c", "complete -C $argv[1]", "--", line],
                cwd=folder,
                env={
                    "PATH": f"{command.parent}:{os.environ['PATH']}",
                    "HOME": str(tmp_path),
                    "LC_ALL": "C.UTF-8",
                },
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=True,
            )
            return [line.partition("\t")[0] for line in done.stdout.splitlines()]

        return offer

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("lenetpad tr", ["train"]),
            ("lenetpad train --preset s", ["study-2024"]),
            ("lenetpad train --data ", sorted(DATA_SETS)),
            ("lenetpad train --model lenet5-study", ["lenet5-study", "lenet5-study-paper"]),
            ("lenetpad evaluate --held", ["--held-out"]),
            ("lenetpad predict --device torch", ["torch-cpu"]),
            ("lenetpad predict --model ", [*SHIPPED_NAMES, *("mine.safetensors", "my pictures/")]),
            ("lenetpad predict my\\ pictures/", ["my pictures/a seven.png"]),
            ("lenetpad pho", ["photo.jpg"]),
            ("lenetpad demo --out ", ["my pictures/"]),
            ("lenetpad completion z", ["zsh"]),
        ],
    )
    def test_what_is_begun_is_completed(
        self, line: str, expected: list[str], offered: Callable[[str], list[str]]
    ) -> None:
        found = [name for name in offered(line) if name != "photo.jpg" or "pho" in line]
        assert sorted(found) == sorted(expected)
