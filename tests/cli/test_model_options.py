"""How the commands read weights of which nothing but the shapes is known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from lenetpad.training.network import build
from lenetpad.values.conventions import READS_NOTHING
from tests.cli.conftest import Failing, Run, parsed


class TestForeign:
    """Weights from elsewhere, of which nothing but the shapes is known."""

    OPTIONS = ("--squashing", "tanh", "--pooling", "average", "--padding", "zero")
    ALL = (*OPTIONS, "--normalisation", "mnist")

    @pytest.fixture
    def foreign(self, tmp_path: Path) -> Path:
        network = build("lenet5-modern", 1)
        names = dict(zip(("c1", "c3", "c5", "f6", "output"), "vwxyz", strict=True))
        state = {
            ".".join([names[key.partition(".")[0]], key.partition(".")[2]]): tensor
            for key, tensor in network.state_dict().items()
        }
        torch.save({"state_dict": state}, tmp_path / "foreign.pth")
        return tmp_path / "foreign.pth"

    @pytest.mark.parametrize("command", ["info", "predict", "evaluate", "export"])
    @pytest.mark.parametrize("json_", [True, False])
    @pytest.mark.usefixtures("tiny_mnist")
    def test_a_guess_is_said_on_stderr(
        self, command: str, json_: bool, run: Run, foreign: Path, ink: Path, tmp_path: Path
    ) -> None:
        extra = {"predict": [ink], "export": ["--out", tmp_path / "out.pth"]}.get(command, [])
        options = ["--json"] if json_ else []
        result = run(command, "--model", foreign, *self.OPTIONS, *extra, *options)
        assert result.status == 0
        if json_:
            parsed(result.out)
        [line, best, warning] = result.err.splitlines()
        assert best.startswith("lenetpad: the best five, in the order of these options: ")
        assert line.startswith(f"lenetpad: {foreign} does not say how it reads; with ")
        assert warning == f"lenetpad: {READS_NOTHING}"  # for it is not trained
        assert "--activation tanh --pooling average --normalisation " in line
        assert "--padding zero it gets" in line
        assert "% of MNIST right" in line
        again = line.partition("with ")[2].partition(" it gets")[0].split()
        quiet = run(command, "--model", foreign, *again, *extra, *options)
        assert (quiet.status, quiet.out, quiet.err) == (0, result.out, "")

    def test_nothing_is_guessed_where_all_is_given(self, run: Run, foreign: Path) -> None:
        result = run("info", "--model", foreign, *self.ALL)
        assert (result.status, result.err) == (0, "")
        assert result.out.startswith("foreign.pth (lenet5-foreign)\n")
        assert "average-pooling 2×2" in result.out

    @pytest.mark.parametrize("which", ["lenet5-1998", "file"])
    def test_what_says_itself_how_it_reads_is_not_told(
        self, which: str, failing: Failing, model: Path
    ) -> None:
        line = failing("info", "--model", model if which == "file" else which, *self.OPTIONS)
        assert "says itself how it reads" in line

    def test_a_pooling_that_the_weights_do_not_allow(
        self, failing: Failing, foreign: Path
    ) -> None:
        line = failing("info", "--model", foreign, "--pooling", "trained-sum")
        assert "cannot be read with the pooling trained-sum: it lacks trained" in line

    def test_another_network_is_refused_layer_by_layer(
        self, failing: Failing, tmp_path: Path
    ) -> None:
        torch.save({"fc.weight": torch.zeros(10, 784)}, tmp_path / "mine.pth")
        line = failing("info", "--model", tmp_path / "mine.pth")
        assert "mine.pth is not LeNet-5: C1: expected 6×1×5×5, nothing is there; " in line
