"""What `lenetpad predict` prints and answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Stroke
from tests.cli.conftest import Failing, Run, parsed
from tests.ink.written_numbers import pictured, written_number


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
                "kind",
                "number",
                "digit",
                "probability",
                "no_digit",
                "probabilities",
                "digits",
            }
            assert (prediction["kind"], prediction["number"]) == (
                "digit",
                str(prediction["digit"]),
            )
            [digit] = prediction["digits"]
            assert digit["probabilities"] == prediction["probabilities"]
            total = sum(prediction["probabilities"]) + prediction["no_digit"]
            assert total == pytest.approx(1, abs=1e-4)
            assert prediction["probability"] == max(prediction["probabilities"])

    def test_a_picture_of_several_digits_is_a_number(
        self, run: Run, ink: Path, picture: Path, tmp_path: Path
    ) -> None:
        pixels = np.asarray(Image.open(picture))
        several = tmp_path / "several.png"
        Image.fromarray(np.concatenate([pixels, pixels], axis=1)).save(several)
        result = run("predict", several, ink, picture, "--json")
        assert (result.status, result.err) == (0, "")
        found = parsed(result.out)
        assert [one["number"] for one in found] == ["11", "1", "7", "1"]
        assert [one["digits_in_picture"] for one in found] == [2, None, None, 1]
        assert [one["kind"] for one in found] == ["number", "digit", "digit", "digit"]
        [first, second] = (one["box"] for one in found[0]["digits"])
        width = pixels.shape[1]
        inked = np.argwhere(pixels < 128)
        (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
        assert first == pytest.approx([left, top, right, bottom], abs=3)
        assert second == pytest.approx([left + width, top, right + width, bottom], abs=3)

    def test_lines_below_each_other_are_several_numbers(self, run: Run, tmp_path: Path) -> None:
        rng = np.random.default_rng(5)
        inks = [written_number(text, rng).ink for text in ("21", "380")]
        Image.fromarray(pictured(inks)).save(tmp_path / "lines.png")
        lines = run("predict", tmp_path / "lines.png").out.splitlines()
        assert [line.split("lines.png")[1].split()[:2] for line in lines] == [
            [":1:", "21"],
            [":2:", "380"],
        ]

    def test_ink_of_several_digits_is_a_number(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "numbers.jsonl"
        drawing = written_number("253", np.random.default_rng(2))
        write_ink(file, [drawing])
        [found] = parsed(run("predict", file, "--json").out)
        assert (found["number"], found["kind"], found["digit"]) == ("253", "number", None)
        assert found["probabilities"] is None
        shares = [one["probability"] for one in found["digits"]]
        assert found["probability"] == pytest.approx(np.prod(shares), abs=1e-5)
        points = np.concatenate([stroke.xy for stroke in drawing.ink.strokes])
        lefts, tops, rights, bottoms = zip(*(one["box"] for one in found["digits"]), strict=True)
        assert [min(lefts), min(tops)] == pytest.approx(points.min(axis=0), abs=0.01)
        assert [max(rights), max(bottoms)] == pytest.approx(points.max(axis=0), abs=0.01)
        assert list(lefts) == sorted(lefts)
        assert run("predict", file).out.startswith(f"{file}: 253 ")

    def test_what_is_no_number_is_said(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "word.jsonl"
        digit = written_number("2", np.random.default_rng(2)).ink
        zigzag = Stroke.of([[150 + 3 * n, 100 * (n % 2)] for n in range(40)])
        write_ink(file, [Drawing(digit.adding(zigzag))])
        [found] = parsed(run("predict", file, "--json").out)
        assert found["kind"] in ("not a number", "digit")
        if found["kind"] == "digit":
            assert found["no_digit"] > max(found["probabilities"])
        assert "not a" in run("predict", file).out

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
