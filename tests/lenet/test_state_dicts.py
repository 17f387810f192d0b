from __future__ import annotations

import bz2
import io
import pickle
import pickletools
import re
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import nn

from lenetpad.lenet import pickles, state_dicts
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
    found = read(path).state["more.weight"]
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
    found = read(path).state
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


class Call:
    """Pickled, this calls something."""

    def __init__(self, called: Any, *arguments: Any) -> None:
        self.called, self.arguments = called, arguments

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.called, self.arguments


class Stored(NamedTuple):
    """A storage, as a pickle names it."""

    kind: Any = torch.FloatStorage
    key: Any = "0"
    what: str = "storage"


class Pickler(pickle.Pickler):
    """Writes storages as torch does."""

    def persistent_id(self, held: Any) -> tuple[Any, ...] | None:
        if not isinstance(held, Stored):
            return None
        return held.what, held.kind, held.key, "cpu", 8


def pickled(held: Any) -> bytes:
    content = io.BytesIO()
    Pickler(content, protocol=2).dump(held)
    return content.getvalue()


def legacy(path: Path, held: Any, keys: list[Any], numbers: bytes, **system: Any) -> Path:
    """A file as torch wrote it before 1.6, around anything."""
    parts = (state_dicts.LEGACY_MAGIC, state_dicts.LEGACY_VERSION, system, held, keys)
    path.write_bytes(b"".join(pickled(part) for part in parts) + numbers)
    return path


def five(tensor: Any) -> dict[str, Any]:
    """The smallest state dict there is, of one tensor."""
    return dict.fromkeys("abcde", tensor)


NUMBERS = np.arange(8, dtype="<f4")
#: Where the functions that make tensors find the numbers 1 and 4.
ONE_AND_FOUR = (Stored(), 1, (2,), (3,))
PLAIN = Call(torch._utils._rebuild_tensor, *ONE_AND_FOUR)
V2 = torch._utils._rebuild_tensor_v2
V3 = torch._utils._rebuild_tensor_v3


class TestWhatPicklesMake:
    """By hand, what torch writes for some devices, and wrote in some of its versions."""

    @pytest.mark.parametrize(
        "tensor",
        [
            PLAIN,
            Call(V2, *ONE_AND_FOUR, False, OrderedDict()),
            Call(V2, *ONE_AND_FOUR, False, OrderedDict(), {}),
            Call(V2, *ONE_AND_FOUR, False, {"hook": 1}),
            Call(V2, Stored(), 1, torch.Size([2]), (3,)),
            Call(V3, *ONE_AND_FOUR, False, OrderedDict(), torch.float32),
            Call(V3, *ONE_AND_FOUR, False, OrderedDict(), torch.float32, {}),
            Call(torch._utils._rebuild_parameter, PLAIN, True, OrderedDict()),
            Call(torch._utils._rebuild_parameter_with_state, PLAIN, True, OrderedDict(), {"a": 1}),
            Call(torch._utils._rebuild_device_tensor_from_cpu_tensor, PLAIN, "x", "xla", False),
            Call(nn.Parameter, PLAIN, True),
            Call(
                torch._tensor._rebuild_from_type_v2, V2, torch.Tensor, (*ONE_AND_FOUR, False), {}
            ),
        ],
        ids=lambda call: call.called.__name__,
    )
    def test_tensors(self, tensor: Call, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.pth", pickled(five(tensor)), _0=NUMBERS.tobytes())
        assert {name: array.tolist() for name, array in read(path).state.items()} == five([1, 4])
        size = struct.pack("<q", 8)
        path = legacy(tmp_path / "b.pth", five(tensor), ["0"], size + NUMBERS.tobytes())
        found = read(path).state
        assert {name: array.tolist() for name, array in found.items()} == five([1, 4])
        assert not any(array.flags.writeable for array in found.values())

    @pytest.mark.parametrize(
        "tensor",
        [
            Call(V2, *ONE_AND_FOUR, False, OrderedDict(), {"conj": True}),
            Call(V3, *ONE_AND_FOUR, False, OrderedDict(), torch.float32, {"neg": True}),
            Call(V2, None, 1, (2,), (3,)),
            Call(V2, "0", 1, (2,), (3,)),
            Call(torch._utils._rebuild_qtensor, *ONE_AND_FOUR),
            Call(torch._utils._rebuild_sparse_tensor, torch.sparse_coo, (1, 2)),
            Call(torch._utils._rebuild_meta_tensor_no_storage, torch.float32, (2,), (3,), False),
        ],
        ids=range(7),
    )
    def test_what_is_no_plain_tensor_is_named(self, tensor: Call, tmp_path: Path) -> None:
        state = five(PLAIN) | {"other.name": tensor}
        path = archive(tmp_path / "a.pth", pickled(state), _0=NUMBERS.tobytes())
        assert refusal(path).endswith(" is not LeNet-5: other.name is not a plain tensor")

    def test_a_tensor_with_attributes_is_no_plain_one(self, tmp_path: Path) -> None:
        content = pickled(five(PLAIN) | {"other": PLAIN})
        end = b"R"  # the call that makes the tensor; then BUILD, with an empty dictionary
        at = content.index(end + b"q", content.index(b"_rebuild_tensor\n"))
        assert content[at : at + 1] == end
        path = archive(
            tmp_path / "a.pth",
            content[: at + 1] + b"}b" + content[at + 1 :],
            _0=NUMBERS.tobytes(),
        )
        assert "is not a plain tensor" in refusal(path)

    def test_the_last_versions_tensors_say_their_type_themselves(self, tmp_path: Path) -> None:
        stored = Stored(torch.UntypedStorage)
        state = {
            f"a.{dtype}": Call(V3, stored, 1, (2,), (1,), False, OrderedDict(), dtype)
            for dtype in (torch.float32, torch.int32, torch.uint16, torch.float64, torch.uint8)
        }
        content = NUMBERS.tobytes()
        found = read(archive(tmp_path / "a.pth", pickled(state), _0=content)).state
        assert {name: array.tolist() for name, array in found.items()} == {
            f"a.torch.{kind}": np.frombuffer(content, kind)[1:3].tolist()
            for kind in ("float32", "int32", "uint16", "float64", "uint8")
        }

    def test_one_storage_may_be_named_by_several_types(self, tmp_path: Path) -> None:
        other = Call(V2, Stored(torch.IntStorage), 1, (2,), (1,))
        path = archive(
            tmp_path / "a.pth", pickled(five(PLAIN) | {"x": other}), _0=NUMBERS.tobytes()
        )
        found = read(path).state
        assert found["a"].tolist() == [1, 4]
        assert found["x"].tolist() == NUMBERS.view("<i4")[1:3].tolist()

    @pytest.mark.parametrize("little", [True, False, None])
    def test_an_old_file_says_in_which_order_its_bytes_are(
        self, little: bool | None, tmp_path: Path
    ) -> None:
        order = ">" if little is False else "<"
        numbers = struct.pack(f"{order}q", 8) + NUMBERS.astype(f"{order}f4").tobytes()
        system = {} if little is None else {"little_endian": little}
        path = legacy(tmp_path / "a.pth", five(PLAIN), ["0"], numbers, **system)
        assert {name: array.tolist() for name, array in read(path).state.items()} == five([1, 4])

    def test_an_old_file_has_one_storage_after_the_other(self, tmp_path: Path) -> None:
        kinds = (
            *(torch.ComplexDoubleStorage, torch.DoubleStorage, torch.ComplexFloatStorage),
            *(torch.HalfStorage, torch.ByteStorage, torch.BoolStorage, torch.FloatStorage),
        )
        sizes = (16, 8, 8, 2, 1, 1, 4)
        others = [Call(V2, Stored(kind, key), 0, (8,), (1,)) for key, kind in enumerate(kinds)]
        state = five(Call(V2, Stored(key=6), 1, (2,), (3,)))
        numbers = b"".join(struct.pack("<q", 8) + bytes(8 * size) for size in sizes[:-1])
        numbers += struct.pack("<q", 8) + NUMBERS.tobytes()
        path = legacy(tmp_path / "a.pth", {"model": state, "others": others}, [*range(7)], numbers)
        assert {name: array.tolist() for name, array in read(path).state.items()} == five([1, 4])
        path.write_bytes(path.read_bytes()[:-1])
        assert "not a whole weights file" in refusal(path)

    @pytest.mark.parametrize("at", [0, 1])
    def test_an_old_file_of_another_version_is_refused(self, at: int, tmp_path: Path) -> None:
        parts = [state_dicts.LEGACY_MAGIC, state_dicts.LEGACY_VERSION, {}, five(PLAIN), ["0"]]
        parts[at] += 1
        content = b"".join(pickled(part) for part in parts) + struct.pack("<q", 8)
        (tmp_path / "a.pth").write_bytes(content + NUMBERS.tobytes())
        message = refusal(tmp_path / "a.pth")
        assert message.endswith("weights file: save a state dict as .pth or .safetensors")

    def test_a_list_of_pairs_makes_a_dictionary(self, tmp_path: Path) -> None:
        pairs = [list(pair) for pair in five(PLAIN).items()]
        path = archive(tmp_path / "a.pth", pickled(Call(OrderedDict, pairs)), _0=NUMBERS.tobytes())
        assert list(read(path).state) == [*"abcde"]

    def test_a_pickle_refers_to_what_it_has_far_behind_it(self, tmp_path: Path) -> None:
        last = Call(V2, Stored(), 2, (2,), (4,))
        state = dict.fromkeys(map(str, range(400)), PLAIN) | {"x": last, "y": last}
        content = pickled(state)
        assert "LONG_BINGET" in [
            instruction.name for instruction, *_ in pickletools.genops(content)
        ]
        found = read(archive(tmp_path / "a.pth", content, _0=NUMBERS.tobytes())).state
        assert found["399"].tolist() == [1, 4]
        assert found["x"].tolist() == found["y"].tolist() == [2, 6]

    def test_names_may_be_numbers_and_nothing_else(self, tmp_path: Path) -> None:
        keys = [0, -7, (1 << 31) - 1, 1 - (1 << 31), True, "name"]
        others = [1 << 31, -(1 << 31), 1 << 40, 0.5, None, (1, 2)]
        path = archive(
            tmp_path / "a.pth",
            pickled(dict.fromkeys([*keys, *others], PLAIN)),
            _0=NUMBERS.tobytes(),
        )
        assert list(read(path).state) == [str(key) for key in keys]


class TestWhereAStateDictLies:
    @staticmethod
    def found(folder: Path, held: Any) -> list[float]:
        """The first number of each tensor of the state dict in this."""
        path = archive(folder / "a.pth", pickled(held), _0=NUMBERS.tobytes())
        return [array.item() for array in read(path).state.values()]

    @staticmethod
    def state(number: int, tensors: int = 5) -> dict[str, Any]:
        tensor = Call(V2, Stored(), number, (), ())
        return {f"{place}": tensor for place in range(tensors)}

    def test_five_tensors_are_one(self, tmp_path: Path) -> None:
        for held in (self.state(3), {"x": self.state(3)}, {"x": {"y": self.state(3)}, "z": []}):
            assert self.found(tmp_path, held) == [3] * 5

    @pytest.mark.parametrize("held", [{"x": {"y": {"z": five(PLAIN)}}}, PLAIN, {}], ids=range(3))
    def test_deeper_ones_are_none(self, held: Any, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.pth", pickled(held), _0=NUMBERS.tobytes())
        said = " holds no state dict, names with one tensor each: save the network's state_dict()"
        assert refusal(path).endswith(said)

    @pytest.mark.parametrize(
        ("held", "names"),
        [
            ({"x": five(PLAIN), "y": five(PLAIN)}, "x, y"),
            ({"x": five(PLAIN), "y": five(PLAIN), "z": five(PLAIN)}, "x, y, z"),
            ({"x": {"y": five(PLAIN), "z": five(PLAIN)}}, "x.y, x.z"),
            ([five(PLAIN), five(PLAIN)], "0, 1"),
        ],
        ids=range(4),
    )
    def test_several_are_listed(self, held: Any, names: str, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.pth", pickled(held), _0=NUMBERS.tobytes())
        assert f"holds several state dicts ({names}): save one of them" in refusal(path)

    def test_in_a_list(self, tmp_path: Path) -> None:
        for held in ([self.state(3)], {"x": [self.state(3)]}):
            assert self.found(tmp_path, held) == [3] * 5

    def test_fewer_tensors_are_what_an_optimiser_keeps(self, tmp_path: Path) -> None:
        held = {"net": self.state(1, 4), "x": self.state(2, 5), "y": self.state(3, 4)}
        assert self.found(tmp_path, held) == [2] * 5
        assert self.found(tmp_path, {"x": self.state(2, 4)} | self.state(1, 4)) == [1] * 4
        assert self.found(tmp_path, {"net": self.state(2)} | self.state(1, 4)) == [2] * 5
        assert self.found(tmp_path, {"net": self.state(2)} | self.state(1)) == [1] * 5

    def test_the_likeliest_name_is_taken(self, tmp_path: Path) -> None:
        names = [*state_dicts.NESTS, "ema"]
        for place, name in enumerate(names[:-1]):
            held = {other: self.state(3) for other in names[place + 1 :]}
            assert self.found(tmp_path, held | {name: self.state(2)}) == [2] * 5
            assert self.found(tmp_path, {name: self.state(2)} | held) == [2] * 5

    def test_one_that_is_met_again_is_found_again(self, tmp_path: Path) -> None:
        state = self.state(2)
        assert self.found(tmp_path, {"x": {"a": []}, "model": state, "y": {"net": state}}) == (
            [2] * 5
        )
        held = {"x": state}
        assert self.found(tmp_path, {"model": held, "net": held}) == [2] * 5


class TestWhatTorchReads:
    """The same values as torch.load gives."""

    def same(self, path: Path, state: dict[str, Any]) -> None:
        found = read(path).state
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
        found = read(tmp_path / "a.pth").state
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
        found = read(tmp_path / "a.pth").state
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
        found = read(tmp_path / "big.pth").state
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
        "assert len(read(Path(sys.argv[1])).state) == 10; assert 'torch' not in sys.modules"
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
        "content",
        [
            b"cposix\nsystem\n(X\x02\0\0\0lstR.",
            b"cbuiltins\neval\nK\1\x85R.",
            b"c__builtin__\neval\nK\1\x85R.",
            b"ctorch.hub\nload\nK\1\x85R.",
        ],
        ids=range(4),
    )
    def test_what_could_run_code(self, content: bytes, tmp_path: Path) -> None:
        path = archive(tmp_path / "a.pth", b"\x80\x02" + content)
        said = "could run code; nothing was run. Save the network's state_dict() instead."
        assert refusal(path).endswith(said)
        (tmp_path / "b.pth").write_bytes(b"\x80\x02" + content)
        assert refusal(tmp_path / "b.pth").endswith(said)

    @pytest.mark.parametrize(
        "content",
        [
            b"ctorch\nSize\nK\1R.",  # with what are no arguments
            b"ctorch\nSize\nK\1\x85R.",
            b"K\1K\1\x85R.",  # a call of no function
            b"]K\1\x85R.",
            b"(X\x06\0\0\0moduleK\1K\1tQ.",
            b"\x88\x93.",
            b"I1\n.",
        ],
        ids=range(7),
    )
    def test_what_makes_no_sense(self, content: bytes, tmp_path: Path) -> None:
        for path in (archive(tmp_path / "a.pth", b"\x80\x02" + content), tmp_path / "b.pth"):
            if not path.exists():
                path.write_bytes(b"\x80\x02" + content)
            message = refusal(path)
            assert "could run code" not in message
            assert "is damaged" in message or "is not a whole weights file" in message

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
        monkeypatch.setattr(pickles, "MOST_INSTRUCTIONS", 50_000)
        path = archive(tmp_path / "a.pth", pickled)
        said = " is not LeNet-5: it holds far more than its weights; save the network's"
        assert refusal(path).endswith(f"{said} state_dict() alone")

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
        with pytest.raises(WeightsError, match="is not LeNet-5: C1: expected"):
            load(str(tmp_path / "b.pth"))

    @pytest.mark.parametrize(
        ("shape", "strides", "offset"),
        [
            *(((2,), (1,), 3), ((2,), (4,), 0), ((5,), (1,), 0), ((-1,), (1,), 0)),
            *(((2,), (-1,), 3), ((2,), (1,), -1), ((2,), (), 0), ((1,) * 9, (1,) * 9, 0)),
            *(((1 << 40,) * 2, (0, 0), 0), ((1 << 60,), (0,), 0), ((1.5,), (1,), 0)),
            *(((1 << 48,), (0,), 0), ((1 << 30, 1 << 30), (0, 0), 0), ((1,), (1,), 4)),
            *(((), (), 4), ((2,), (1, 1), 0), ((1,), (1 << 48,), 0), ((0,), (1,), 1 << 48)),
        ],
    )
    def test_a_tensor_beyond_its_storage(
        self, shape: Any, strides: Any, offset: int, tmp_path: Path
    ) -> None:
        tensor = pickles.Tensor(pickles.Storage("0", "float32"), offset, shape, strides)
        reasons = "no sizes|too many dimensions|too large for any memory|beyond its storage"
        with pytest.raises(ValueError, match=f"^({reasons})$"):
            state_dicts._check_room(tensor, 4)

    @pytest.mark.parametrize(
        ("shape", "strides", "offset", "skipped"),
        [
            *(((4,), (1,), 0, 0), ((2,), (1,), 1, 1), ((2, 2), (2, 1), 0, 0), ((), (), 3, 0)),
            *(((1,) * 8, (9,) * 8, 3, 0), ((0,), (1,), 9, 9), ((5, 0), (1, 1), 0, 0)),
            *((((1 << 48) - 1,), (0,), 0, 0), ((1 << 30, (1 << 30) - 1), (0, 0), 0, 0)),
        ],
    )
    def test_a_tensor_that_reaches_to_its_storages_end(
        self, shape: Any, strides: Any, offset: int, skipped: int
    ) -> None:
        storage = pickles.Storage("0", "float32", skipped)
        state_dicts._check_room(pickles.Tensor(storage, offset, shape, strides), 4)

    def test_what_is_not_there_and_what_is_too_large(self, tmp_path: Path) -> None:
        assert "does not exist" in refusal(tmp_path / "a.pth")
        with (tmp_path / "a.pth").open("wb") as file:
            file.truncate(state_dicts.LARGEST_FILE + 1)  # a sparse file
        assert "holds more than" in refusal(tmp_path / "a.pth")

    def test_limits_may_be_reached(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        content = pickled(five(PLAIN))
        path = archive(tmp_path / "a.pth", content, _0=NUMBERS.tobytes())
        steps = [instruction.name for instruction, *_ in pickletools.genops(content)]
        sizes = {"LARGEST_PICKLE": len(content), "MOST_FILES": 2}
        sizes["MOST_INSTRUCTIONS"] = len(steps) + pickles.NAME * steps.count("GLOBAL")
        sizes["LARGEST_FILE"] = path.stat().st_size
        packed = archive(
            tmp_path / "b.pth", content, zipfile.ZIP_DEFLATED, _0=bytes(sizes["LARGEST_FILE"])
        )
        homes = {name: pickles if name == "MOST_INSTRUCTIONS" else state_dicts for name in sizes}
        for name, size in sizes.items():
            monkeypatch.setattr(homes[name], name, size)
        assert len(read(path).state) == 5
        assert re.search(r" is not LeNet-5: it unpacks to 0 MB$", refusal(packed))
        for name in ("LARGEST_PICKLE", "MOST_FILES", "MOST_INSTRUCTIONS"):
            with monkeypatch.context() as smaller:
                smaller.setattr(homes[name], name, sizes[name] - 1)
                assert re.search("holds far more|far too many", refusal(path))

    def test_an_archive_that_unpacks_to_far_more(self, tmp_path: Path) -> None:
        path = archive(
            tmp_path / "a.pth", pickled(five(PLAIN)), zipfile.ZIP_DEFLATED, _0=bytes(80_000_000)
        )
        assert refusal(path).endswith(" is not LeNet-5: it unpacks to 80 MB")

    def test_only_so_many_numbers_are_converted(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(state_dicts, "LARGEST_TENSOR", 8)
        whole = Call(V2, Stored(torch.BFloat16Storage, "1"), 0, (8,), (1,))
        one = Call(V2, Stored(torch.BFloat16Storage, "1"), 1, (1,), (1,))
        state = five(PLAIN) | {"first": whole, "f": PLAIN, "then": one, "last": PLAIN}
        halves = (NUMBERS.view("<u4") >> 16).astype("<u2")
        path = archive(
            tmp_path / "a.pth", pickled(state), _0=NUMBERS.tobytes(), _1=halves.tobytes()
        )
        found = read(path).state
        assert found["first"].tolist() == NUMBERS.tolist()
        assert (found["then"].shape, found["then"].tolist()) == ((1,), [0])
        assert found["last"].tolist() == [1, 4]

    def test_many_tensors_that_repeat_few_numbers(self, tmp_path: Path) -> None:
        """A megabyte of numbers that NumPy lacks, a thousand times: converted, 2 GB."""
        numbers = torch.zeros(500_000, dtype=torch.bfloat16)
        state = a_state() | {f"more.{i}": numbers.view(500, -1)[:] for i in range(1000)}
        torch.save(state, tmp_path / "a.pth")
        tracemalloc.start()
        try:
            found = read(tmp_path / "a.pth").state
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert found["more.999"].shape == (500, 1000)
        assert peak < MEGABYTES << 20
