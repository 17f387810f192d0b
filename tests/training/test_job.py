"""A training's data: what is left out of one's own files is said, or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from lenetpad.ink.files import Drawing, write_ink
from lenetpad.ink.strokes import Ink
from lenetpad.lenet.conventions import FOREIGN
from lenetpad.lenet.weights import load
from lenetpad.storage.mnist import DataError
from lenetpad.training.fit import TrainingError
from lenetpad.training.job import TrainingJob, _network
from lenetpad.training.weights import save
from lenetpad.values.recipes import Plan, Recipe
from tests.foreign_weights import a_state, written


def test_ink_without_labels_is_not_left_out_in_silence(tmp_path: Path) -> None:
    ink = Ink.of([[[0, 0], [0, 50]]])
    write_ink(tmp_path / "good.jsonl", [Drawing(ink, 1)])
    write_ink(tmp_path / "none.jsonl", [Drawing(ink), Drawing(ink)])
    files = tuple(str(tmp_path / name) for name in ("good.jsonl", "none.jsonl"))
    words = r"none\.jsonl: none of the 2 drawings has a label; open the file on the Draw page"
    with pytest.raises(DataError, match=words):
        TrainingJob(Plan("lenet5-modern", Recipe(), ink=files), lambda *_: None)


def test_what_is_passed_over_in_a_folder_is_said(tmp_path: Path) -> None:
    for digit in range(10):
        (tmp_path / str(digit)).mkdir()
        for number in range(2):
            paper = np.full((60, 60), 255, np.uint8)
            paper[10:50, 20 + digit : 28 + digit] = 0
            PIL.Image.fromarray(paper).save(tmp_path / str(digit) / f"{number}.png")
    (tmp_path / "3" / "bad.png").write_bytes(b"no picture")
    notes: list[str] = []
    plan = Plan("lenet5-modern", Recipe(distortions=None), data="folder", folder=str(tmp_path))
    job = TrainingJob(plan, lambda *_: None, notes.append)
    assert job.training.images > 0
    assert notes[0].startswith("1 of 21 pictures passed over: ")


def test_what_is_left_out_of_ink_and_images_is_said_once(tmp_path: Path) -> None:
    drawing = Ink.of([[[0, 0], [0, 50]]])
    write_ink(tmp_path / "a.jsonl", [Drawing(drawing, 1), Drawing(drawing)])
    pictures = np.zeros((2, 60, 40), np.uint8)
    pictures[0, 10:50, 18:24] = 255
    np.savez(tmp_path / "b.npz", images=pictures, labels=[1, 1])
    notes: list[str] = []
    ink, images = (str(tmp_path / "a.jsonl"),), (str(tmp_path / "b.npz"),)
    plan = Plan("lenet5-modern", Recipe(distortions=None), ink=ink, images=images)
    job = TrainingJob(plan, lambda *_: None, notes.append)
    assert notes == [f"{ink[0]}: 1 of 2 drawings left out, without label"]
    for _ in range(2):
        job._sets()  # as at its end
    assert len(notes) == 2
    assert notes[1].startswith("1 of 2 images passed over: ")


class TestWeightsFromElsewhere:
    def test_a_training_begins_with_them_as_they_read(self, tmp_path: Path) -> None:
        written(tmp_path / "a.pth", a_state())
        network = _network(Plan("lenet5-modern", Recipe(), start=str(tmp_path / "a.pth")))
        assert torch.equal(network.c1.weight, a_state()["conv1.weight"])
        assert network.config.name == FOREIGN
        assert all(p.requires_grad for p in network.parameters())
        save(tmp_path / "b.safetensors", network, {})
        assert load(str(tmp_path / "b.safetensors")).config == network.config

    @pytest.mark.parametrize("names", [("s2", "s4"), ()])
    def test_of_other_layers_they_are_refused(
        self, names: tuple[str, ...], tmp_path: Path
    ) -> None:
        state = a_state()
        for name, maps in zip(names, (6, 16), strict=False):
            state |= {f"{name}.weight": torch.ones(maps), f"{name}.bias": torch.zeros(maps)}
        start = str(written(tmp_path / "a.pth", state))
        instead = "choose other weights" if names else "choose lenet5-modern as the network"
        with pytest.raises(TrainingError) as caught:
            _network(Plan("lenet5-study", Recipe(), start=start))
        assert str(caught.value) == (
            f"{start} holds weights from elsewhere, of other layers than lenet5-study has; "
            f"{instead}"
        )
