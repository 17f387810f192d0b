from __future__ import annotations

import json
import os
import pickle
import random
import re
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from lenetpad.lenet.config import PRESETS
from lenetpad.lenet.identification import LARGEST_FILE, WeightsError
from lenetpad.lenet.weights import Weights, load
from lenetpad.training import weights
from lenetpad.training.network import LeNet5, build, network_of

#: What the study's script writes, layer by layer.
STUDY = {
    "c1.weight": (6, 1, 5, 5),
    "c1.bias": (6,),
    "c3.weight": (16, 6, 5, 5),
    "c3.bias": (16,),
    "c5.weight": (120, 400),
    "c5.bias": (120,),
    "f6.weight": (84, 120),
    "f6.bias": (84,),
    "output.weight": (10, 84),
    "output.bias": (10,),
}
SUFFIXES = [".safetensors", ".pth"]
State = dict[str, Tensor]


def study_state() -> State:
    generator = torch.Generator().manual_seed(0)
    return {name: torch.rand(shape, generator=generator) for name, shape in STUDY.items()}


def written(path: Path, state: State) -> Path:
    """A file that another program wrote, without metadata."""
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


def same(one: LeNet5, other: LeNet5) -> bool:
    first, second = one.state_dict(), other.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[k], second[k]) for k in first)


def refusal(path: Path) -> str:
    """The one clear line with which a file is refused; it names the file."""
    with pytest.raises(WeightsError) as caught:
        load(str(path))
    message = str(caught.value)
    assert message.isprintable()
    assert len(message) <= 300
    assert str(path) in message
    return message


def outcome(path: Path) -> str:
    """The name under which a file loads, or why it does not."""
    try:
        return load(str(path)).name
    except WeightsError as error:
        return str(error)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("suffix", [*SUFFIXES, ".pt"])
def test_what_is_saved_is_loaded_bit_by_bit(preset: str, suffix: str, tmp_path: Path) -> None:
    network = build(preset, 11)
    path = tmp_path / f"mine{suffix}"
    weights.save(path, network, {})
    loaded = load(str(path))
    assert same(network, network_of(loaded))
    assert loaded.config is PRESETS[preset]
    assert loaded.name == f"mine{suffix}"
    assert not network_of(loaded).training


def test_metadata_survive(tmp_path: Path) -> None:
    facts = {
        "test_error": 0.62,
        "recipe": {"lr": 3e-3, "distortions": None},
        "by": "LeCun é 28×28",
    }
    path = tmp_path / "mine.safetensors"
    weights.save(path, build("lenet5-1998", 0), facts)
    loaded = load(str(path))
    assert loaded.facts == facts
    assert loaded.test_error == 0.62


def test_a_test_error_that_is_not_there_is_none() -> None:
    assert Weights("mine", PRESETS["lenet5-1998"], {}).test_error is None


@pytest.mark.parametrize(
    "facts",
    [
        *("{", "[1]", "0", "[" * 100_000, '{"a": ' * 100_000, '{"a": NaN}', '{"a": Infinity}'),
        *('{"a": 1e999}', f'{{"a": {"9" * 400}}}', f'{{"test_error": {"9" * 400}}}'),
        *('{"test_error": "low"}', '{"test_error": -1}', '{"test_error": 101}'),
        *('{"step": 1.5}', '{"date": 5}', '{"date": "\\u001b[31m"}', '{"recipe": []}'),
        *('{"figures": [1]}', '{"figures": {"MNIST": 1}}', '{"figures": {"MNIST": {"n": "a"}}}'),
        *('{"figures": {"\\u202e": {}}}', '{"calibration": []}', '{"calibration": {}}'),
        '{"calibration": {"temperature": 1e300, "rubbish": 1}}',
        '{"calibration": {"temperature": 0, "rubbish": 1}}',
        '{"calibration": {"temperature": 1, "rubbish": 1e300}}',
        f'{{"calibration": {{"temperature": {"9" * 400}, "rubbish": 1}}}}',
        '{"a": "' + "long " * 200_000 + '"}',
    ],
    ids=range(28),
)
def test_metadata_that_make_no_sense_are_said_to(facts: str, tmp_path: Path) -> None:
    header = {"preset": "lenet5-modern", "facts": facts}
    save_file(study_state(), tmp_path / "mine.safetensors", metadata=header)
    message = refusal(tmp_path / "mine.safetensors")
    assert "has damaged metadata; get the file again" in message or "its header has" in message


def test_paths_of_the_machine_that_made_a_file_are_not_passed_on(tmp_path: Path) -> None:
    """Older versions put the path of the folder of images into the metadata."""
    paths = ["/home/ann/secret", "C:\\Users\\ann", "\\\\server\\ann"]
    facts = {"data": [{"file": path, "title": "mine"} for path in paths], "by": "a/b"}
    path = tmp_path / "mine.safetensors"
    weights.save(path, build("lenet5-modern", 0), facts)
    loaded = load(str(path))
    kept = {"file": "a file or folder of its maker's", "title": "mine"}
    assert loaded.facts == {"data": [kept] * 3, "by": "a/b"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_studys_state_dict_opens(suffix: str, tmp_path: Path) -> None:
    state = study_state()
    loaded = load(str(written(tmp_path / f"lenet5_mnist_model{suffix}", state)))
    assert loaded.config.name == "lenet5-modern"
    found = network_of(loaded).state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in state.items())


def test_the_studys_state_dict_is_what_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "lenet5_mnist_model.pth"
    weights.save(path, build("lenet5-modern", 0), {"not": "kept"})
    state = torch.load(path, weights_only=True)
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == STUDY


def test_an_old_state_dict_opens(tmp_path: Path) -> None:
    """Written by torch before 1.6, not as a zip archive."""
    path = tmp_path / "old.pth"
    torch.save(study_state(), path, _use_new_zipfile_serialization=False)
    assert torch.equal(
        network_of(load(str(path))).state_dict()["f6.weight"], study_state()["f6.weight"]
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_other_precisions_are_converted(dtype: torch.dtype, tmp_path: Path) -> None:
    state = {name: tensor.to(dtype) for name, tensor in study_state().items()}
    network = network_of(load(str(written(tmp_path / "mine.pth", state))))
    assert network.c1.weight.dtype == torch.float32
    assert torch.equal(network.c1.weight, state["c1.weight"].float())


class TestRefusals:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_wrong_shapes_are_explained_layer_by_layer(self, suffix: str, tmp_path: Path) -> None:
        state = study_state() | {"c3.weight": torch.zeros(16, 6, 3, 3), "f6.bias": torch.zeros(80)}
        del state["output.bias"]
        state["fc.weight"] = torch.zeros(2)
        message = refusal(written(tmp_path / f"mine{suffix}", state))
        assert "does not fit lenet5-modern" in message
        assert "c3.weight should be 16×6×5×5, is 16×6×3×3" in message
        assert "f6.bias should be 84, is 80" in message
        assert "output.bias is missing, expected 10" in message
        assert "fc.weight is unknown" in message
        assert "c1" not in message

    def test_wrong_shapes_under_a_presets_name(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.safetensors"
        save_file(study_state(), path, metadata={"preset": "lenet5-1998", "facts": "{}"})
        message = refusal(path)
        assert "does not fit lenet5-1998" in message
        assert "c3.weight should be 60×5×5, is 16×6×5×5" in message
        assert "s2.weight is missing, expected 6" in message

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_values_that_are_no_numbers(self, suffix: str, value: float, tmp_path: Path) -> None:
        state = study_state()
        state["c5.bias"][7] = value
        assert "c5.bias holds NaN or infinite" in refusal(written(tmp_path / f"a{suffix}", state))

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("dtype", [torch.float32, torch.float8_e4m3fn], ids=str)
    def test_weights_that_are_all_zero(
        self, suffix: str, dtype: torch.dtype, tmp_path: Path
    ) -> None:
        state = {
            name: (0 * tensor if name.endswith("weight") else tensor).to(dtype)
            for name, tensor in study_state().items()
        }
        message = refusal(written(tmp_path / f"mine{suffix}", state))
        assert "all of its weights are 0" in message
        state["f6.weight"] = study_state()["f6.weight"].to(dtype)
        assert load(str(written(tmp_path / f"mine{suffix}", state))).parameters["f6.weight"].any()

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_whole_numbers(self, suffix: str, tmp_path: Path) -> None:
        state = {name: tensor.long() for name, tensor in study_state().items()}
        message = refusal(written(tmp_path / f"mine{suffix}", state))
        assert "c1.weight should hold floating-point numbers, holds torch.int64" in message

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_an_empty_file(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        path.touch()
        assert refusal(path).endswith("is empty")

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("keep", [1, 100, 10_000, -1])
    def test_a_truncated_file(self, suffix: str, keep: int, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        weights.save(path, build("lenet5-modern", 0), {})
        path.write_bytes(path.read_bytes()[:keep])
        refusal(path)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_huge_file_is_not_even_read(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        with path.open("wb") as file:
            file.truncate(LARGEST_FILE + 1)  # a sparse file
        assert "67 MB" in refusal(path)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_missing_file(self, suffix: str, tmp_path: Path) -> None:
        assert "No such file" in refusal(tmp_path / f"mine{suffix}")

    @pytest.mark.skipif(os.name != "posix", reason="only POSIX has them")
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_pipe_is_not_waited_for(self, suffix: str, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / f"mine{suffix}")
        assert "is not a regular file" in refusal(tmp_path / f"mine{suffix}")

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("name", ["." * 1_000, "w." * 500, "\x1b[31m" * 50, "a\nb"])
    def test_names_that_are_none(self, suffix: str, name: str, tmp_path: Path) -> None:
        refusal(written(tmp_path / f"a{suffix}", study_state() | {name: torch.zeros(2)}))

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_very_many_tensors(self, suffix: str, tmp_path: Path) -> None:
        state = study_state() | {f"extra.{i}": torch.zeros(2) for i in range(2_000)}
        message = refusal(written(tmp_path / f"a{suffix}", state))
        assert "extra.0 is unknown" in message
        assert re.search(r"; 1,9\d\d more$", message)

    @pytest.mark.parametrize("preset", ["x" * 100_000, "\x1b[31m"])
    def test_a_preset_with_a_name_that_is_none(self, preset: str, tmp_path: Path) -> None:
        path = tmp_path / "mine.safetensors"
        save_file(study_state(), path, metadata={"preset": preset})
        assert "is for a preset" in refusal(path)
        save_file(study_state(), path, metadata={"preset": "lenet5-modern", "manner": preset})
        assert "reads in a manner" in refusal(path)

    @pytest.mark.parametrize("suffix", [*SUFFIXES, ""])
    def test_a_folder(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        path.mkdir()
        refusal(path)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("raw", [b"text, no weights\n", b"\x80\x02}q\x00.", b"\x00" * 200])
    def test_a_file_of_another_kind(self, suffix: str, raw: bytes, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        path.write_bytes(raw)
        refusal(path)

    @pytest.mark.parametrize(
        "content",
        [[torch.zeros(2)], {"c1.weight": [1.0]}, {"a": {"b": {"c": study_state()}}}, "text", {}],
    )
    def test_something_else_than_a_state_dict(self, content: object, tmp_path: Path) -> None:
        torch.save(content, tmp_path / "mine.pth")
        assert "holds no state dict" in refusal(tmp_path / "mine.pth")

    @pytest.mark.parametrize("name", ["lenet5-1989", "none", "LENET5-1998", "x" * 300])
    def test_an_unknown_preset(self, name: str) -> None:
        with pytest.raises(WeightsError) as caught:
            load(name)
        assert all(preset in str(caught.value) for preset in PRESETS)

    def test_a_file_for_a_preset_of_the_future(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.safetensors"
        save_file(study_state(), path, metadata={"preset": "lenet6"})
        assert "'lenet6'" in refusal(path)

    def test_damaged_numbers_in_an_archive(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.pth"
        torch.save(study_state(), path)
        raw = bytearray(path.read_bytes())
        at = raw.index(study_state()["c5.weight"].numpy().tobytes()[:64])
        raw[at : at + 40] = bytes(40)
        path.write_bytes(raw)
        assert "is damaged, in mine/data/" in refusal(path)

    def test_what_torch_cannot_read_is_said_without_its_advice(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.pth"
        path.write_text("hello, I am no weights file", encoding="utf-8")
        assert refusal(path).endswith("save a state dict as .pth or .safetensors")

    @pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
    @pytest.mark.parametrize("seed", range(25))
    def test_damaged_bytes_give_weights_or_a_reason(
        self, kind: str, seed: int, tmp_path: Path
    ) -> None:
        path = tmp_path / ("mine.safetensors" if kind == "safetensors" else "mine.pth")
        if kind == "old":
            torch.save(study_state(), path, _use_new_zipfile_serialization=False)
        else:
            written(path, study_state())
        raw, dice = bytearray(path.read_bytes()), random.Random(seed)
        end = dice.choice([1, -1])  # the headers lie at the ends
        for _ in range(3):
            raw[end * dice.randrange(1, 3000)] = dice.randrange(256)
        path.write_bytes(raw)
        assert len(outcome(path).splitlines()) == 1


class Trap:
    """Unpickled by a careless reader, it creates a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return open, (str(self.path), "w")


class TestNothingRuns:
    @pytest.fixture
    def sprung(self, tmp_path: Path) -> Path:
        return tmp_path / "sprung"

    def test_the_trap_works(self, sprung: Path) -> None:
        pickle.loads(pickle.dumps(Trap(sprung))).close()
        assert sprung.exists()

    @pytest.mark.parametrize("suffix", [".pth", ".pt", ".safetensors"])
    def test_a_pickle_that_would_run_code(self, suffix: str, tmp_path: Path, sprung: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        path.write_bytes(pickle.dumps(Trap(sprung)))
        refusal(path)
        assert not sprung.exists()

    @pytest.mark.parametrize("as_zip", [True, False])
    def test_a_state_dict_that_would_run_code(
        self, as_zip: bool, tmp_path: Path, sprung: Path
    ) -> None:
        path = tmp_path / "mine.pth"
        state = study_state() | {"c1.bias": Trap(sprung)}
        torch.save(state, path, _use_new_zipfile_serialization=as_zip)
        assert "could run code" in refusal(path)
        assert not sprung.exists()

    @pytest.mark.parametrize("name", ["c1.bias", "c3.weight"])
    def test_an_object_in_the_place_of_a_tensor_is_no_network(
        self, name: str, tmp_path: Path
    ) -> None:
        """Without its bias the network would read otherwise, in silence."""
        path = tmp_path / "mine.pth"
        torch.save(study_state() | {name: Namespace(rate=0.1)}, path)
        assert f"{name} is no tensor" in refusal(path)


class TestSaving:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_folders_are_made(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / "new" / "folder" / f"mine{suffix}"
        weights.save(path, build("lenet5-1998", 0), {})
        assert os.listdir(path.parent) == [path.name]

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_an_old_file_is_replaced(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        new = build("lenet5-1998", 1)
        weights.save(path, build("lenet5-1998", 0), {})
        weights.save(path, new, {})
        assert same(network_of(load(str(path))), new)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_disk_that_fills_up_leaves_the_old_file_whole(
        self, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / f"mine{suffix}"
        old = build("lenet5-1998", 0)
        weights.save(path, old, {})

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(WeightsError, match="No space left on device"):
            weights.save(path, build("lenet5-1998", 1), {})
        assert os.listdir(tmp_path) == [path.name]
        assert same(network_of(load(str(path))), old)

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_disk_that_is_full(
        self, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(WeightsError, match="No space left on device"):
            weights.save(tmp_path / f"mine{suffix}", build("lenet5-1998", 0), {})
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_folder_in_the_way(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        path.mkdir()
        with pytest.raises(WeightsError, match="cannot be written"):
            weights.save(path, build("lenet5-1998", 0), {})
        assert os.listdir(tmp_path) == [path.name]

    def test_a_file_where_a_folder_should_be(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(WeightsError, match="cannot be written"):
            weights.save(tmp_path / "file" / "a.pth", build("lenet5-1998", 0), {})

    @pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX's")
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_others_may_read_what_the_umask_lets_them(self, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"mine{suffix}"
        before = os.umask(0o022)
        try:
            weights.save(path, build("lenet5-1998", 0), {})
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o644

    def test_saving_leaves_the_network_alone(self, tmp_path: Path) -> None:
        network = build("lenet5-1998", 0).train()
        weights.save(tmp_path / "mine.safetensors", network, {})
        assert network.training
        assert all(p.requires_grad and p.grad is None for p in network.parameters())

    def test_the_header_is_readable_without_lenetpad(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.safetensors"
        weights.save(path, build("lenet5-study", 0), {"seed": 5})
        raw = path.read_bytes()
        header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"]
        assert header["format"] == "lenetpad weights 1"
        assert header["preset"] == "lenet5-study"
        assert json.loads(header["facts"]) == {"seed": 5}
