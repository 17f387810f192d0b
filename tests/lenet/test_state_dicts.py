from __future__ import annotations

import bz2
import io
import pickle
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from lenetpad.lenet import state_dicts
from lenetpad.lenet.identification import WeightsError
from lenetpad.lenet.state_dicts import LARGEST_TENSOR, read
from lenetpad.lenet.weights import load
from tests.foreign_weights import a_state

#: What a refused file may cost.
MEGABYTES = 300


def written(path: Path, **changes: torch.Tensor) -> Path:
    torch.save(a_state() | {name.replace("__", "."): t for name, t in changes.items()}, path)
    return path


def test_a_few_bytes_are_not_unpacked_into_gigabytes(tmp_path: Path) -> None:
    """A tensor that repeats one number: its shape is enough to refuse it."""
    repeated = torch.zeros(1, dtype=torch.bfloat16).expand(3 * LARGEST_TENSOR)
    path = written(tmp_path / "a.pth", more__weight=repeated)
    assert path.stat().st_size < 1_000_000
    found = read(path)["more.weight"]
    assert (found.shape, found.strides) == ((3 * LARGEST_TENSOR,), (0,))
    with pytest.raises(WeightsError, match=r"more\.weight"):
        load(str(path))


def test_types_that_numpy_has_not_come_in_single_precision(tmp_path: Path) -> None:
    values = torch.tensor([0.5, -2.0, 1e-3])
    path = written(
        tmp_path / "a.pth",
        one=values.bfloat16(),
        other=values.to(torch.float8_e5m2),
        half=values.half(),
    )
    found = read(path)
    assert np.array_equal(found["one"], values.bfloat16().float().numpy())
    assert np.array_equal(found["other"], values.to(torch.float8_e5m2).float().numpy())
    assert found["half"].dtype == np.float16


@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental")
def test_a_type_that_numpy_cannot_have_at_all_is_named(tmp_path: Path) -> None:
    numbers = torch.ones(84, dtype=torch.complex64).to(torch.complex32)
    path = written(tmp_path / "a.pth", f6__bias=numbers)
    with pytest.raises(WeightsError, match=r"f6.bias should .* holds torch.complex32"):
        load(str(path))


def refusal(path: Path) -> str:
    """The line with which a file is refused, for less memory than it may cost."""
    tracemalloc.start()
    try:
        with pytest.raises(WeightsError) as caught:
            read(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    message = str(caught.value)
    assert str(path) in message
    assert len(message) <= 300
    assert peak < MEGABYTES << 20
    return message


def archive(path: Path, pickled: bytes, packed: int = zipfile.ZIP_STORED, **files: bytes) -> Path:
    """A zip archive as torch writes it, around a pickle."""
    with zipfile.ZipFile(path, "w", packed) as made:
        made.writestr("a/data.pkl", pickled)
        for name, content in files.items():
            made.writestr(f"a/data/{name.removeprefix('_')}", content)
    return path


class TestWhatTorchReads:
    """The same values as torch.load gives."""

    def same(self, path: Path, state: dict[str, Any]) -> None:
        found = read(path)
        theirs = torch.load(path, map_location="cpu", weights_only=True)
        assert list(found) == list(state) == list(theirs)
        for name, tensor in theirs.items():
            assert found[name].shape == tuple(tensor.shape)
            assert np.array_equal(found[name], tensor.detach().numpy(), equal_nan=True)

    @pytest.mark.parametrize("as_zip", [True, False])
    def test_tensors_in_parts_of_storages_and_turned(self, as_zip: bool, tmp_path: Path) -> None:
        whole = torch.arange(1000.0)
        state = a_state() | {
            "part": whole[10:50],
            "turned": whole[100:160].view(3, 4, 5).transpose(0, 2),
            "stepped": whole[::7],
            "repeated": whole[:5].expand(3, 5),
            "empty": whole[:0],
            "single": torch.tensor(3.5),
            "long": torch.arange(-4, 4),
            "yes": torch.tensor([True, False]),
            "buffer": nn.Parameter(torch.ones(3)),
            "complex": torch.ones(2, dtype=torch.complex64),
        }
        if as_zip:  # where torch itself cannot read it from the other
            state["words"] = torch.ones(2, dtype=torch.uint16)
        torch.save(state, tmp_path / "a.pth", _use_new_zipfile_serialization=as_zip)
        self.same(tmp_path / "a.pth", state)

    @pytest.mark.parametrize("as_zip", [True, False])
    def test_a_state_dict_beside_whatever_checkpoints_hold(
        self, as_zip: bool, tmp_path: Path
    ) -> None:
        checkpoint = {
            "model": OrderedDict(a_state()),
            "device": torch.device("cpu"),
            "dtype": torch.float32,
            "size": torch.Size([1, 28, 28]),
            "milestones": Counter([3, 3, 5]),
            "classes": {1, 2, 3},
            "raw": bytearray(b"abc"),
            "bytes": b"abc",
            "complex": 1 + 2j,
            "losses": [0.5] * 100,
            "deep": {"er": {"and": {"deeper": (1, 2**70, None, True, -1.5, "é")}}},
            3: "three",
        }
        torch.save(checkpoint, tmp_path / "a.pth", _use_new_zipfile_serialization=as_zip)
        torch.load(tmp_path / "a.pth", weights_only=True)
        found = read(tmp_path / "a.pth")
        assert all(np.array_equal(found[name], t.numpy()) for name, t in a_state().items())

    def test_other_names_beside_a_legacy_storages_view(self, tmp_path: Path) -> None:
        """As torch wrote it before 0.4: a storage that is a part of another."""
        numbers = np.arange(20, dtype="<f4")
        content = io.BytesIO()
        for value in (state_dicts.LEGACY_MAGIC, state_dicts.LEGACY_VERSION, {}):
            pickle.dump(value, content, protocol=2)
        tensors = b"".join(
            b"X\x01\0\0\0%c" % (97 + at)  # the name, then the tensor
            + b"ctorch._utils\n_rebuild_tensor\n((X\x07\0\0\0storagectorch\nFloatStorage\n"
            + b"X\x01\0\0\0kX\x03\0\0\0cpuK\x14(X\x01\0\0\0vK%cK\x04ttQ" % (3 * at)
            + b"K\x01(K\x02t(K\x01ttR"
            for at in range(5)
        )
        content.write(b"\x80\x02}(" + tensors + b"u.")
        pickle.dump(["k"], content, protocol=2)
        content.write(struct.pack("<q", 20) + numbers.tobytes())
        (tmp_path / "a.pth").write_bytes(content.getvalue())
        found = read(tmp_path / "a.pth")
        assert {name: array.tolist() for name, array in found.items()} == {
            chr(97 + at): [3 * at + 1, 3 * at + 2] for at in range(5)
        }

    def test_numbers_with_the_most_significant_byte_first(self, tmp_path: Path) -> None:
        torch.save(a_state(), tmp_path / "little.pth")
        with (
            zipfile.ZipFile(tmp_path / "little.pth") as little,
            zipfile.ZipFile(tmp_path / "big.pth", "w") as big,
        ):
            for name in little.namelist():
                content = little.read(name)
                if "/data/" in name:
                    content = np.frombuffer(content, "<f4").astype(">f4").tobytes()
                big.writestr(name, b"big" if name.endswith("byteorder") else content)
        found = read(tmp_path / "big.pth")
        assert all(np.array_equal(found[name], t.numpy()) for name, t in a_state().items())

    def test_an_archive_that_was_packed_again(self, tmp_path: Path) -> None:
        torch.save(a_state(), tmp_path / "stored.pth")
        with (
            zipfile.ZipFile(tmp_path / "stored.pth") as stored,
            zipfile.ZipFile(tmp_path / "packed.pth", "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for name in stored.namelist():
                packed.writestr(name, stored.read(name))
        self.same(tmp_path / "packed.pth", a_state())


def test_torch_is_not_needed(tmp_path: Path) -> None:
    torch.save(a_state(), tmp_path / "a.pth")
    code = (
        "import sys; from pathlib import Path; from lenetpad.lenet.state_dicts import read; "
        "assert len(read(Path(sys.argv[1]))) == 10; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path / "a.pth"], check=True)


class TestRefusals:
    @pytest.mark.parametrize("as_zip", [True, False])
    def test_references_to_references(self, as_zip: bool, tmp_path: Path) -> None:
        """2000³ dictionaries, in some kilobytes of pickle."""
        held: dict[str, Any] = {}
        for _ in range(3):
            held = dict.fromkeys(map(str, range(2000)), held)
        torch.save(held, tmp_path / "a.pth", _use_new_zipfile_serialization=as_zip)
        assert "holds no state dict" in refusal(tmp_path / "a.pth")

    def test_a_dictionary_in_itself(self, tmp_path: Path) -> None:
        held: dict[str, Any] = {}
        held["me"] = held
        torch.save(held, tmp_path / "a.pth")
        assert "holds no state dict" in refusal(tmp_path / "a.pth")

    @pytest.mark.parametrize(
        "pickled",
        [
            b"\x80\x02(" + b"\x8f" * 2_000_000 + b"t.",
            b"\x80\x02" + b"]q\0h\0" * 500_000 + b".",
            b"\x80\x02" + b"ctorch\nSize\n" * 300_000 + b".",
            # A long list, and dictionaries made of it again and again.
            b"\x80\x02](" + b"X\x01\0\0\0aK\x01\x86" * 5_000 + b"eq\0"
            b"ccollections\nOrderedDict\nq\1" + b"h\1h\0\x85R" * 20_000 + b".",
            b"\x80\x02](" + b"K\x01" * 20_000 + b"eq\0"
            b"ctorch\nSize\nq\1" + b"h\1h\0\x85R" * 20_000 + b".",
            b"\x80\x02" + b"N" * (state_dicts.LARGEST_PICKLE + 1) + b".",
        ],
        ids=["sets", "lists", "names", "dictionaries", "sizes", "size"],
    )
    def test_bombs_of_pickle(
        self, pickled: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Fewer than usual: while memory is traced, each takes ten times as long.
        monkeypatch.setattr(state_dicts, "MOST_INSTRUCTIONS", 50_000)
        path = archive(tmp_path / "a.pth", pickled)
        assert "holds far more than its weights" in refusal(path)

    @pytest.mark.parametrize(
        "pickled",
        [
            b"cbuiltins\nbytearray\n\x8a\x05\0\0\0\0\x10\x85R.",  # of 64 GB
            b"ctorch\nFloatTensor\n\x8a\x05\0\0\0\0\x10\x85R.",
            b"Nr\xff\xff\xff\xff.",  # an entry far up in the memory
            b"\x8e\0\0\0\0\x10\0\0\0abc.",  # bytes, said to be 64 GB
            b"X\xff\xff\xff\x7fabc.",
        ],
    )
    def test_sizes_are_not_believed(self, pickled: bytes, tmp_path: Path) -> None:
        refusal(archive(tmp_path / "a.pth", b"\x80\x02" + pickled))
        (tmp_path / "b.pth").write_bytes(b"\x80\x02" + pickled)
        refusal(tmp_path / "b.pth")

    def test_a_legacy_storage_that_is_said_to_be_huge(self, tmp_path: Path) -> None:
        torch.save(a_state(), tmp_path / "a.pth", _use_new_zipfile_serialization=False)
        raw = (tmp_path / "a.pth").read_bytes()
        size = struct.pack("<q", 48_000)
        assert raw.count(size) == 1
        (tmp_path / "a.pth").write_bytes(raw.replace(size, struct.pack("<q", 1 << 40)))
        assert "not a whole weights file" in refusal(tmp_path / "a.pth")

    def test_a_file_that_unpacks_to_more_than_it_says(self, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.pth", bytes(100_000_000), zipfile.ZIP_DEFLATED)
        raw, size = path.read_bytes(), struct.pack("<I", 100_000_000)
        assert raw.count(size) == 2
        path.write_bytes(raw.replace(size, struct.pack("<I", 1000)))
        assert "is damaged, in a/data.pkl" in refusal(path)

    def test_many_files_in_an_archive(self, tmp_path: Path) -> None:
        torch.save(a_state(), tmp_path / "a.pth")
        directory = b"PK\x01\x02" * (state_dicts.MOST_FILES + 1)
        (tmp_path / "a.pth").write_bytes((tmp_path / "a.pth").read_bytes() + directory)
        assert "far too many files" in refusal(tmp_path / "a.pth")

    @pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_files_packed_in_other_ways(self, packed: int, tmp_path: Path) -> None:
        refusal(archive(tmp_path / "a.pth", b"\x80\x02}.", packed))

    def test_two_pickles_in_an_archive(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(archive(tmp_path / "a.pth", b"\x80\x02}."), "a") as made:
            made.writestr("b/data.pkl", b"\x80\x02}.")
        refusal(tmp_path / "a.pth")

    @pytest.mark.filterwarnings("ignore:.*torch.jit:FutureWarning")
    @pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
    def test_other_archives(self, tmp_path: Path) -> None:
        (tmp_path / "a.pth").write_bytes(bz2.compress(bytes(1000)))
        refusal(tmp_path / "a.pth")
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "b.pth")
        refusal(tmp_path / "b.pth")

    @pytest.mark.parametrize(
        ("shape", "strides", "offset"),
        [
            *(((2,), (1,), 3), ((2,), (4,), 0), ((5,), (1,), 0), ((-1,), (1,), 0)),
            *(((2,), (-1,), 3), ((2,), (1,), -1), ((2,), (), 0), ((1,) * 9, (1,) * 9, 0)),
            *(((1 << 40,) * 2, (0, 0), 0), ((1 << 60,), (0,), 0), ((1.5,), (1,), 0)),
        ],
    )
    def test_a_tensor_beyond_its_storage(
        self, shape: Any, strides: Any, offset: int, tmp_path: Path
    ) -> None:
        tensor = state_dicts._Tensor(state_dicts._Storage("0", "float32"), offset, shape, strides)
        with pytest.raises(ValueError, match=r"sizes|dimensions|memory|storage"):
            state_dicts._check_room(tensor, 4)

    def test_many_tensors_that_repeat_few_numbers(self, tmp_path: Path) -> None:
        """A megabyte of numbers that NumPy lacks, a thousand times: converted, 2 GB."""
        numbers = torch.zeros(500_000, dtype=torch.bfloat16)
        state = a_state() | {f"more.{i}": numbers.view(500, -1)[:] for i in range(1000)}
        torch.save(state, tmp_path / "a.pth")
        tracemalloc.start()
        try:
            found = read(tmp_path / "a.pth")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert found["more.999"].shape == (500, 1000)
        assert peak < MEGABYTES << 20
