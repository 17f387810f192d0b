"""What `lenetpad evaluate` prints and answers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lenetpad.data.labelled import Labelled
from lenetpad.data.mixture import part_of
from lenetpad.evaluation.evaluate import evaluate
from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.weights import load
from lenetpad.storage import resources
from lenetpad.training.network import network_of
from tests.cli.conftest import ONE, Failing, Run, parsed
from tests.ink.written_numbers import written_number

EVALUATION = {
    *("n", "digits", "error", "macro_accuracy", "per_class", "confusion", "refused", "ece"),
}
SAMPLES = resources.path("ink/samples.jsonl")


class TestEvaluate:
    def test_json_on_mnist(
        self, run: Run, model: Path, tiny_mnist: tuple[Labelled, Labelled]
    ) -> None:
        result = run("evaluate", "--model", model, "--json")
        assert (result.status, result.err) == (0, "")
        found = parsed(result.out)
        assert found.keys() == EVALUATION
        expected = evaluate(network_of(load(str(model))), tiny_mnist[1])
        assert found["n"] == 100
        assert found["error"] == pytest.approx(expected.error)
        assert found["macro_accuracy"] == pytest.approx(expected.macro_accuracy)
        assert found["confusion"] == expected.confusion.tolist()
        assert found["per_class"] == pytest.approx(expected.per_class.tolist())

    def test_json_on_images_with_a_class_missing(
        self, run: Run, model: Path, images: Path
    ) -> None:
        found = parsed(run("evaluate", "--model", model, "--images", images, "--json").out)
        assert found.keys() == EVALUATION
        assert found["n"] == 20
        assert found["per_class"][3] is None
        assert sum(found["confusion"][3]) == 0
        assert np.array(found["confusion"]).sum() == 20

    def test_the_default_network_reads_images(self, run: Run, images: Path) -> None:
        assert parsed(run("evaluate", "--images", images, "--json").out)["error"] == 0

    def test_text_has_the_whole_confusion(self, run: Run, images: Path) -> None:
        result = run("evaluate", "--images", images)
        assert result.status == 0
        lines = result.out.splitlines()
        assert lines[0].startswith("20 images, error 0.00 %, macro accuracy 100.00 %, rejected ")
        rows = [line.split() for line in lines if line[:14].strip().isdigit()]
        assert [row[0] for row in rows] == list("0123456789")
        labels = np.load(images)["labels"]
        for digit, row in enumerate(rows):
            count = int((labels == digit).sum())
            assert row[1 + digit] == str(count)
            assert row[11:] == (["—"] if count == 0 else ["100.00", "%"])

    @pytest.mark.usefixtures("tiny_mnist")
    def test_ink_is_compared_with_mnist(self, run: Run) -> None:
        result = run("evaluate", "--ink", SAMPLES)
        assert result.status == 0
        for title in ("ink mass", "stroke width", "centroid spread"):
            [line] = [line for line in result.out.splitlines() if line.startswith(title)]
            ours, theirs, ratio = (float(number) for number in line.split()[-3:])
            assert ratio == pytest.approx(ours / theirs, abs=0.02)
            assert ours > 0

    @pytest.mark.usefixtures("tiny_mnist")
    def test_the_sample_ink_is_read(self, run: Run) -> None:
        found = parsed(run("evaluate", "--ink", SAMPLES, "--json").out)
        assert found.keys() >= EVALUATION
        assert found["ink_statistics"].keys() == found["mnist_statistics"].keys()
        assert found["error"] <= 0.1
        assert None not in found["per_class"]

    @pytest.mark.usefixtures("tiny_mnist")
    def test_several_ink_files(self, run: Run, model: Path, ink: Path) -> None:
        found = parsed(run("evaluate", "--model", model, "--ink", ink, ink, "--json").out)
        assert found["n"] == 4

    @pytest.mark.parametrize("label", ["scribble", None])
    @pytest.mark.usefixtures("tiny_mnist")
    def test_ink_that_shows_no_digit(self, label: str | None, run: Run, tmp_path: Path) -> None:
        scribble = [[[x, 10 * (x % 2)] for x in range(12)]]  # a zigzag
        path = tmp_path / "scribbles.jsonl"
        path.write_text(json.dumps({"label": label, "strokes": scribble}) + "\n")
        found = parsed(run("evaluate", "--ink", path, "--json").out)
        assert (found["n"], found["digits"], found["refused"]) == (1, 0, 1.0)
        assert found["error"] is found["macro_accuracy"] is found["ece"] is None
        result = run("evaluate", "--ink", path)
        assert result.out.startswith("1 image, none labelled as a digit, rejected 100.00 %\n")
        without = (
            "lenetpad: its drawing has no label: all count as no digits; to label digits, open "
            "the file on the Draw page, and label its drawings in the tray\n"
        )
        assert result.err == ("" if label else without)

    @pytest.mark.usefixtures("tiny_mnist")
    def test_what_is_left_out_is_said(self, run: Run, model: Path, tmp_path: Path) -> None:
        path = tmp_path / "ink.jsonl"
        drawings = [{"label": 1, "strokes": ONE}, {"strokes": ONE}, {"label": 1, "strokes": ONE}]
        path.write_text("".join(json.dumps(drawing) + "\n" for drawing in drawings))
        result = run("evaluate", "--model", model, "--ink", path, "--json")
        assert parsed(result.out)["n"] == 2
        assert result.err == "lenetpad: 1 of 3 drawings have no label and are left out\n"

    @pytest.mark.usefixtures("tiny_mnist")
    def test_numbers_are_strings_and_their_digits_are_images(
        self, run: Run, tmp_path: Path
    ) -> None:
        rng = np.random.default_rng(1)
        right = [written_number(text, rng) for text in ("147", "20", "8365")]
        wrong = Drawing(right[0].ink, "148")
        path = tmp_path / "numbers.jsonl"
        write_ink(path, [*right, wrong, Drawing(Ink.of(ONE), 1)])
        result = run("evaluate", "--ink", path, "--json")
        found = parsed(result.out)
        assert (found["strings"], found["n"], found["digits"]) == (4, 13, 13)
        assert (found["string_accuracy"], found["length_accuracy"]) == (0.75, 1.0)
        assert found["digit_error"] == pytest.approx(1 / 12)
        assert [text["read"] for text in found["texts"]] == ["147", "20", "8365", "147"]
        assert found["confusion"][8][7] == 1
        assert "lenetpad: 4 numbers cut into 12 digits\n" in result.err
        line = run("evaluate", "--ink", path).out.splitlines()[0]
        assert line.startswith("4 numbers, right 75.00 %, length right 100.00 %, digit error 8.33")

    @pytest.mark.usefixtures("tiny_mnist")
    def test_only_the_held_out_writers(self, run: Run, model: Path, tmp_path: Path) -> None:
        writers = [f"writer {number}" for number in range(50)]
        held_out = sum(part_of(writer) == "test" for writer in writers)
        path = tmp_path / "ink.jsonl"
        path.write_text(
            "".join(
                json.dumps({"label": 1, "strokes": ONE, "writer": writer}) + "\n"
                for writer in writers
            )
        )
        options = ("--model", model, "--ink", path, "--json")
        assert parsed(run("evaluate", *options).out)["n"] == 50
        assert parsed(run("evaluate", *options, "--held-out").out)["n"] == held_out > 0

    def test_what_is_passed_over_is_said(self, run: Run, tmp_path: Path) -> None:
        images, labels = np.zeros((4, 40, 40), np.uint8), [1, 1, 1, 1]
        images[:3, 5:35, 18:22] = 255
        np.savez(tmp_path / "a.npz", images=images, labels=labels)
        said = f"lenetpad: 1 of 4 images passed over: {tmp_path / 'a.npz'}, image 4: "
        assert said in run("evaluate", "--images", tmp_path / "a.npz").err
        assert said in run("evaluate", "--data", "folder", "--folder", tmp_path).err

    def test_a_folder_needs_its_kind_of_data(self, failing: Failing, tmp_path: Path) -> None:
        assert "--folder needs --data folder" in failing("evaluate", "--folder", tmp_path)

    def test_held_out_needs_writers(self, failing: Failing, ink: Path) -> None:
        assert "--held-out needs --ink" in failing("evaluate", "--held-out")
        line = failing("evaluate", "--held-out", "--ink", ink)
        assert "none of the ink is by a writer who was held out" in line

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ('{"label": 10, "strokes": [[[0, 0]]]}\n', "drawing 1 has the label 10"),
            ('{"label": -1, "strokes": [[[0, 0]]]}\n', "drawing 1 has the label -1"),
            ("", "holds no drawing"),
        ],
    )
    def test_bad_ink(
        self, content: str, reason: str, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "bad.jsonl").write_text(content)
        assert reason in failing("evaluate", "--model", model, "--ink", tmp_path / "bad.jsonl")

    def test_ink_and_images_exclude_each_other(
        self, failing: Failing, model: Path, ink: Path, images: Path
    ) -> None:
        line = failing("evaluate", "--model", model, "--ink", ink, "--images", images)
        assert "not both" in line

    @pytest.mark.parametrize("option", ["--ink", "--images"])
    def test_a_missing_file(
        self, option: str, failing: Failing, model: Path, tmp_path: Path
    ) -> None:
        line = failing("evaluate", "--model", model, option, tmp_path / "nowhere.jsonl")
        assert "nowhere.jsonl" in line

    @pytest.mark.usefixtures("tiny_mnist")
    def test_an_unknown_network(self, failing: Failing) -> None:
        line = failing("evaluate", "--model", "lenet5-1989")
        assert "'lenet5-1989' is neither a preset" in line
        assert line.endswith("nor a weights file (did you mean 'lenet5-1998'?)")

    @pytest.mark.usefixtures("tiny_mnist")
    def test_a_device_that_is_not_there(self, failing: Failing, model: Path) -> None:
        line = failing("evaluate", "--model", model, "--device", "cuda:99")
        assert "the device 'cuda:99' cannot be used" in line

    @pytest.mark.parametrize(
        ("name", "options", "reason"),
        [
            ("bad.jsonl", ("--ink",), "bad.jsonl"),
            ("bad.npz", ("--images",), "must be an .npz file"),
            ("train-images-idx3-ubyte", ("--data", "folder", "--folder"), "is alone"),
            ("bad.safetensors", ("--model",), "bad.safetensors"),
            ("bad.pth", ("--model",), "bad.pth"),
        ],
    )
    def test_a_bad_file_is_refused_without_torch(
        self, name: str, options: tuple[str, ...], reason: str, refusing: Failing, tmp_path: Path
    ) -> None:
        (tmp_path / name).write_bytes(b"bad")
        file = tmp_path if "--folder" in options else tmp_path / name
        assert reason in refusing("evaluate", *options, file)

    def test_mnist_that_is_not_there_says_what_to_do(
        self, failing: Failing, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resources, "path", lambda name: tmp_path / name)
        assert "git checkout" in failing("evaluate", "--model", model)
