"""Names that somebody gave, as names of files."""

from __future__ import annotations

import pytest

from lenetpad.ui.widgets.files import as_file_name


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("2026-11-26 16.28.11 lenet5-1998", "2026-11-26 16.28.11 lenet5-1998"),
        ("a/b\\c: the *best*?", "a_b_c_ the _best__"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("x\x1b[2J\n", "x_[2J_"),
        (" . ", "_"),
        ("ö" * 300, "ö" * 100),
    ],
)
def test_a_name_is_one_that_every_system_takes(name: str, file: str) -> None:
    assert as_file_name(name) == file
