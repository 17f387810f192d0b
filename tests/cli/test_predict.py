"""What `lenetpad predict` prints and answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.conftest import Failing, Run, parsed


class TestPredict:
    def test_ink(self, run: Run, ink: Path) -> None:
        result = run("predict", ink)
        assert (result.status, result.err) == (0, "")
        one, seven = result.out.splitlines()
        assert one.startswith(f"{ink}:1: 1 ")
        assert seven.startswith(f"{ink}:2: 7 ")
        assert "not a digit" in one

    def test_a_picture(self, run: Run, picture: Path) -> None:
        result = run("predict", picture)
        assert (result.status, result.err) == (0, "")
        [line] = result.out.splitlines()
        assert line.startswith(f"{picture}: 1 ")

    def test_json(self, run: Run, ink: Path, picture: Path) -> None:
        found = parsed(run("predict", ink, picture, "--json").out)
        assert [(p["file"], p["drawing"], p["digit"]) for p in found] == [
            (str(ink), 1, 1),
            (str(ink), 2, 7),
            (str(picture), 1, 1),
        ]
        for prediction in found:
            assert prediction.keys() == {
                "file",
                "drawing",
                "digits_in_picture",
                "digit",
                "probability",
                "no_digit",
                "probabilities",
            }
            total = sum(prediction["probabilities"]) + prediction["no_digit"]
            assert total == pytest.approx(1, abs=1e-4)
            assert prediction["probability"] == max(prediction["probabilities"])

    def test_a_picture_of_several_digits_says_so(
        self, run: Run, ink: Path, picture: Path, tmp_path: Path
    ) -> None:
        pixels = np.asarray(Image.open(picture))
        several = tmp_path / "several.png"
        Image.fromarray(np.concatenate([pixels, pixels], axis=1)).save(several)
        result = run("predict", several, ink, picture, "--json")
        assert result.status == 0
        [note] = result.err.splitlines()
        assert "several.png: the picture seems to show 2 digits" in note
        counts = [prediction["digits_in_picture"] for prediction in parsed(result.out)]
        assert counts == [2, None, None, 1]

    def test_a_network_without_rubbish(self, run: Run, model: Path, ink: Path) -> None:
        found = parsed(run("predict", ink, "--model", model, "--json").out)
        assert [prediction["no_digit"] for prediction in found] == [None, None]
        assert "not a digit" not in run("predict", ink, "--model", model).out

    @pytest.mark.parametrize("json_", [True, False])
    def test_a_bad_file_does_not_stop_the_others(
        self, json_: bool, run: Run, model: Path, ink: Path, picture: Path, tmp_path: Path
    ) -> None:
        bad = tmp_path / "bad.png"
        bad.write_bytes(b"no picture")
        options = ["--model", model, *(["--json"] if json_ else [])]
        result = run("predict", picture, bad, ink, *options)
        assert result.status == 1
        [complaint] = result.err.splitlines()
        assert complaint.startswith("lenetpad: ")
        assert "bad.png" in complaint
        count = len(parsed(result.out)) if json_ else len(result.out.splitlines())
        assert count == 3

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("missing.png", None),
            ("missing.jsonl", None),
            ("empty.png", b""),
            ("broken.jsonl", b'{"strokes": [[[0, 0], [1'),
            ("words.jsonl", b'"no drawing"\n'),
            ("words.txt", b"no picture\n"),
        ],
    )
    def test_a_bad_file_is_one_line_that_names_it(
        self, name: str, content: bytes | None, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert name in failing("predict", tmp_path / name, "--model", model)

    def test_a_folder(self, failing: Failing, model: Path, tmp_path: Path) -> None:
        assert str(tmp_path) in failing("predict", tmp_path, "--model", model)

    def test_a_bad_network_is_named(self, failing: Failing, ink: Path, tmp_path: Path) -> None:
        (tmp_path / "mine.pth").write_bytes(b"no weights")
        assert "mine.pth" in failing("predict", ink, "--model", tmp_path / "mine.pth")

    def test_a_device_that_fails_gives_way_to_the_cpu(
        self, run: Run, model: Path, ink: Path
    ) -> None:
        result = run("predict", ink, "--model", model, "--device", "cuda:99")
        assert result.status == 0
        assert len(result.out.splitlines()) == 2
        [notice] = result.err.splitlines()
        assert notice.startswith("lenetpad: cuda:99 cannot be used, the CPU reads instead")
