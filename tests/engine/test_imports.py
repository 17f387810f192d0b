from __future__ import annotations

import gc
import sys
from pathlib import Path

import pytest

from lenetpad.engine.imports import collector_at_rest, import_for_ever


@pytest.fixture(autouse=True)
def collector_at_work() -> None:
    gc.enable()


def test_no_garbage_is_collected_inside() -> None:
    with collector_at_rest():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_inside_leaves_the_collector_at_work() -> None:
    with pytest.raises(ModuleNotFoundError), collector_at_rest():
        import_for_ever("lenetpad.no_such_module")
    assert gc.isenabled()


def test_what_is_imported_is_not_searched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large_package.py").write_text("kept = [[n] for n in range(1000)]\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        module = import_for_ever("large_package")
        searched = {id(one) for one in gc.get_objects()}
        assert not searched & {id(one) for one in module.kept}
    finally:
        sys.modules.pop("large_package", None)
        gc.unfreeze()
