"""The parts of the program and their licences, from metadata that the tests write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import lenetpad
from lenetpad.storage import licences as parts
from lenetpad.storage import resources
from lenetpad.storage.licences import Part

Add = Callable[..., Path]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Add:
    """Installs a package with these lines of metadata and these files beside them, where nothing
    else is installed."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [str(site)])

    def put(name: str, version: str, *lines: str, **files: str) -> Path:
        folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        head = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", *lines]
        text = "\n".join(head) + "\n\nWhat it is.\nLicense: of the description\n"
        (folder / "METADATA").write_text(text, encoding="utf-8")
        for place, content in files.items():
            path = folder / place.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return folder

    return put


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes this process a bundle; gives its folder."""
    folder = tmp_path / "site"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(folder), raising=False)
    return folder


def found(name: str) -> Part:
    [part] = [part for part in parts.collect() if part.name == name]
    return part


def names() -> list[str]:
    return [part.name for part in parts.collect()]


class TestHere:
    """What is installed where the tests run."""

    def test_the_program_and_its_data_come_first_with_their_texts(self) -> None:
        program, data = parts.collect()[:2]
        assert (program.name, program.version) == ("lenetpad", lenetpad.__version__)
        assert program.licence == "MIT"
        assert program.text.startswith("MIT License")
        assert "CC BY-SA 3.0" in data.licence
        assert "mnist.npz" in data.text

    def test_what_the_program_needs_is_there_and_what_tests_need_is_not(self) -> None:
        listed = {name.lower() for name in names()}
        assert {"numpy", "torch", "pyside6_essentials", "shiboken6", "sympy"} <= listed
        assert not {"pytest", "ruff", "mypy", "onnxscript", "hypothesis"} & listed

    def test_everything_has_a_version_and_can_be_read(self) -> None:
        for part in parts.collect():
            assert part.version or part.name == parts.DATA
            assert part.text.strip()


class TestNeeded:
    def test_requirements_are_followed_and_extras_only_where_they_are_asked_for(
        self, add: Add
    ) -> None:
        add("lenetpad", "9", "Requires-Dist: A-b[big]>=1", "Requires-Dist: no; extra == 'no'")
        add("a.b", "1", "Requires-Dist: c; extra == 'big'", "Requires-Dist: d; extra == 'small'")
        add("c", "2", "Requires-Dist: lenetpad", "Requires-Dist: gone")
        for name in ("d", "no", "unrelated"):
            add(name, "1")
        assert names()[2:] == ["a.b", "c"]

    def test_a_requirement_for_another_system_is_not_followed(self, add: Add) -> None:
        here, other = f"sys_platform == '{sys.platform}'", "sys_platform == 'amiga'"
        add("lenetpad", "9", f"Requires-Dist: a; {here}", f"Requires-Dist: b; {other}")
        add("a", "1")
        add("b", "1")
        assert names()[2:] == ["a"]

    def test_what_makes_no_sense_is_passed_over(self, add: Add) -> None:
        add("lenetpad", "9", "Requires-Dist: ???", "Requires-Dist: a")
        folder = add("a", "1.5")
        (folder / "METADATA").unlink()
        assert found("a") == Part("a", "1.5")

    def test_without_any_metadata_the_program_is_still_there(self, add: Add) -> None:
        assert names() == ["lenetpad", parts.DATA]


class TestLicence:
    @pytest.fixture(autouse=True)
    def _program(self, add: Add) -> None:
        add("lenetpad", "9", "Requires-Dist: a")

    @pytest.mark.parametrize(
        ("lines", "licence"),
        [
            (["License-Expression: MIT OR X", "License: Y"], "MIT OR X"),
            (["License: BSD", "Classifier: License :: OSI Approved :: Z License"], "BSD"),
            (
                ["License: UNKNOWN", "Classifier: License :: OSI Approved :: Z License"],
                "Z License",
            ),
            (["License: a", "        b", "Classifier: License :: Free :: Z"], "Z"),
            ([f"License: {'long ' * 30}", "Classifier: License :: Free :: Z"], "Z"),
            (["Classifier: License :: P :: Y", "Classifier: License :: P :: Z"], "Y, Z"),
            (["Classifier: Topic :: Printing"], ""),
        ],
    )
    def test_its_name(self, add: Add, lines: list[str], licence: str) -> None:
        add("a", "1", *lines)
        assert found("a").licence == licence

    def test_its_texts_are_what_the_metadata_list(self, add: Add) -> None:
        listed = [f"License-File: {name}" for name in ("ONE", "two/OTHER", "old", "gone")]
        files = {"licenses__ONE": "first", "licenses__two__OTHER": "second", "old": "third"}
        add("a", "1", *listed, LICENSE="not listed", **files)
        part = found("a")
        assert [path.name for path in part.texts] == ["ONE", "OTHER", "old"]
        assert [part.text.index(word) for word in ("first", "second", "third")] == sorted(
            part.text.index(word) for word in ("first", "second", "third")
        )
        assert "licenses/two/OTHER\n" in part.text
        assert "not listed" not in part.text

    def test_without_a_list_files_are_known_by_their_names(self, add: Add) -> None:
        add("a", "1", LICENCE="one", licenses__COPYING="two", NOTICE="three", RECORD="four")
        assert sorted(path.name for path in found("a").texts) == ["COPYING", "LICENCE", "NOTICE"]

    def test_one_text_is_shown_as_it_is(self, add: Add) -> None:
        add("a", "1", LICENSE="  Do what\n  you like.\n")
        assert found("a").text == "  Do what\n  you like.\n"

    def test_no_text_is_said(self, add: Add) -> None:
        add("a", "1", "License: BSD", "Home-page: https://a.example")
        text = found("a").text
        assert "without the text" in text
        assert "BSD" in text
        assert "https://a.example" in text

    def test_a_text_that_goes_or_is_no_utf8_is_said_or_shown(self, add: Add) -> None:
        folder = add("a", "1", LICENSE="old")
        part = found("a")
        (folder / "LICENSE").write_bytes("© Jürgen".encode("latin-1"))
        assert "rgen" in part.text
        (folder / "LICENSE").unlink()
        assert part.text.startswith("LICENSE cannot be read: ")

    def test_texts_are_read_only_when_they_are_asked_for(
        self, add: Add, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add("a", "1", LICENSE="text")
        read: list[str] = []
        real = Path.read_text

        def noted(path: Path, *arguments: str, **options: str) -> str:
            read.append(path.name)
            return real(path, *arguments, **options)

        monkeypatch.setattr(Path, "read_text", noted)
        part = found("a")
        assert "LICENSE" not in read
        assert part.text == "text"
        assert "LICENSE" in read

    @pytest.mark.parametrize(
        ("lines", "page"),
        [
            (["Home-page: https://a", "Project-URL: Homepage, https://b"], "https://a"),
            (["Project-URL: Docs, https://d", "Project-URL: Homepage, https://b"], "https://b"),
            (["Project-URL: Source, https://s"], "https://s"),
            ([], ""),
        ],
    )
    def test_its_page(self, add: Add, lines: list[str], page: str) -> None:
        add("a", "1", *lines)
        assert found("a").page == page


class TestBundle:
    def test_whatever_lies_there_counts_and_nothing_else(
        self, add: Add, bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        add("zeta", "1", LICENSE="of zeta")
        add("alpha", "2")
        elsewhere = tmp_path / "elsewhere" / "beta-1.dist-info"
        elsewhere.mkdir(parents=True)
        monkeypatch.setattr(sys, "path", [str(elsewhere.parent)])
        assert names() == ["lenetpad", "alpha", "zeta"]
        assert found("zeta").text == "of zeta"

    def test_texts_in_its_folder_are_parts_or_add_to_the_part_of_their_name(
        self, add: Add, bundle: Path
    ) -> None:
        add("Py-Qt", "6", "License: LGPL")
        folder = bundle / "resources" / "licences"
        folder.mkdir(parents=True)
        (folder / "Python.txt").write_text("PSF", encoding="utf-8")
        (folder / "py_qt.txt").write_text("the LGPL", encoding="utf-8")
        for name in ("libgomp1.2", "libgomp1-2.txt"):
            (folder / name).write_text(f"of {name}", encoding="utf-8")
        (folder / "lenetpad.txt").write_text("own words", encoding="utf-8")
        assert names() == ["lenetpad", "libgomp1-2", "libgomp1.2", "Py-Qt", "Python"]
        assert found("libgomp1.2").text == "of libgomp1.2"
        assert found("Python") == Part("Python", texts=(folder / "Python.txt",))
        assert found("Py-Qt").text == "the LGPL"
        assert found("lenetpad").text == "own words"

    def test_the_programs_licence_is_in_its_metadata_where_no_file_has_it(
        self, add: Add, bundle: Path
    ) -> None:
        add("lenetpad", "9", "License-File: LICENSE", licenses__LICENSE="MIT here")
        assert [part.name for part in parts.collect()] == ["lenetpad"]
        assert found("lenetpad").text == "MIT here"
        assert found("lenetpad").version == lenetpad.__version__

    def test_it_says_that_nothing_can_be_installed(self, bundle: Path) -> None:
        way = resources.how_to_get("it", "pip install it")
        assert "pip" not in way
        assert "Python package" in way
        assert "this build has not got it" in way


def test_elsewhere_the_usual_way_is_told() -> None:
    assert resources.how_to_get("it", "pip install it") == "pip install it"
