"""The entry point: what PyInstaller's loader leaves in the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lenetpad import __main__ as entry


def run_the_program() -> None:
    with pytest.raises(SystemExit):
        entry.main()


class TestFrozen:
    """What PyInstaller's loader leaves in the environment."""

    @pytest.fixture(autouse=True)
    def frozen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["lenetpad", "--version"])
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setenv("LD_LIBRARY_PATH", "/bundle")

    def test_programs_that_it_starts_find_their_own_libraries(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
        run_the_program()
        assert "LD_LIBRARY_PATH" not in os.environ

    def test_what_the_user_had_set_comes_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
        run_the_program()
        assert os.environ["LD_LIBRARY_PATH"] == "/mine"
        assert "LD_LIBRARY_PATH_ORIG" not in os.environ

    def test_qt_keeps_its_plugins_and_says_nobody_where(self, tmp_path: Path) -> None:
        code = (
            "import os, sys; sys.frozen = True; from lenetpad import app;"
            "application = app.make_application();"
            "print('QT_PLUGIN_PATH' in os.environ, sys.argv[1] in application.libraryPaths())"
        )
        environment = {"QT_PLUGIN_PATH": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.split() == ["False", "True"]

    def test_elsewhere_it_is_the_users_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(sys, "frozen")
        run_the_program()
        assert os.environ["LD_LIBRARY_PATH"] == "/bundle"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc says how many threads there are")
@pytest.mark.parametrize("theirs", [None, "1"])
def test_small_products_are_computed_in_one_thread(theirs: str | None) -> None:
    code = (
        "import os, sys; from lenetpad import __main__ as entry; sys.argv[1:] = ['--version']\n"
        "assert 'numpy' not in sys.modules\n"
        "try: entry.main()\n"
        "except SystemExit: pass\n"
        "assert 'numpy' in sys.modules\n"
        "print(len(os.listdir('/proc/self/task')), os.environ.get('OPENBLAS_NUM_THREADS'))"
    )
    names = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    if theirs:
        environment["OPENBLAS_NUM_THREADS"] = theirs
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"1 {theirs}"  # torch has its own way
