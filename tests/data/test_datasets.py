"""Data sets from a server in this process: fetched, checked, kept, and as MNIST is."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import struct
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lenetpad.data import datasets
from lenetpad.data.cancellation import CancelledError
from lenetpad.data.labelled import Labelled
from lenetpad.storage.mnist import DataError
from lenetpad.values.catalogue import DATA_SETS, FOLDER, MNIST

torchvision = pytest.importorskip("torchvision")

FASHION_FILES = (
    *("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
    *("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"),
)


class Server:
    """Serves ``content`` by path; says that it holds ``missing`` more bytes than it gives."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.missing = 0
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                content = outer.content.get(self.path)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content) + outer.missing))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def idx(array: NDArray[Any], kind: int = 8) -> bytes:
    """An IDX file, written by its specification and not by the code that is tested."""
    head = bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def gun(n: int) -> NDArray[np.uint8]:
    """n images that show which way up they are: a bar at the top, and a dot at its right."""
    images = np.zeros((n, 28, 28), np.uint8)
    images[:, 3, 4:24] = 255
    images[:, 9, 22] = 200
    images[:, 14, 14] = np.arange(n)  # which image it is
    return images


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def expect(server: Server, monkeypatch: pytest.MonkeyPatch, train: int = 6, test: int = 3) -> None:
    """Let torchvision's Fashion-MNIST be a few guns on the server."""
    for part, n in (("train", train), ("t10k", test)):
        labels = np.arange(n, dtype=np.uint8) % 10
        server.content[f"/{part}-images-idx3-ubyte.gz"] = gzip.compress(idx(gun(n)))
        server.content[f"/{part}-labels-idx1-ubyte.gz"] = gzip.compress(idx(labels))
    kind = torchvision.datasets.FashionMNIST
    table = [(name, md5(server.content[f"/{name}"])) for name in FASHION_FILES]
    monkeypatch.setattr(kind, "mirrors", [server.address])
    monkeypatch.setattr(kind, "resources", table)


def are_guns(part: Labelled, n: int) -> None:
    assert part.images.dtype == np.uint8
    assert np.array_equal(part.images, gun(n))
    assert part.labels.tolist() == [number % 10 for number in range(n)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


class TestFetched:
    def test_a_set_is_fetched_once(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        train, test = datasets.load("fashion", tmp_path)
        are_guns(train, 6)
        are_guns(test, 3)
        assert len(server.asked) == 4
        datasets.load("fashion", tmp_path)
        assert len(server.asked) == 4
        assert names(tmp_path) == sorted(name.removesuffix(".gz") for name in FASHION_FILES)

    def test_progress_is_told_in_bytes(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        monkeypatch.setattr("lenetpad.data.fetching.BLOCK", 64)
        told: list[tuple[str, int, int]] = []
        datasets.load("fashion", tmp_path, progress=lambda *now: told.append(now))
        size = len(server.content["/train-images-idx3-ubyte.gz"])
        first = [(title, done, total) for title, done, total in told if total == size]
        assert [done for _, done, _ in first] == [*range(64, size, 64), size]
        assert {title for title, _, _ in told} == {"Fashion-MNIST"}

    def test_offline_it_says_where_it_asked_and_what_to_do(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        server.content.clear()
        mirrors = [server.address, "http://127.0.0.1:9/"]
        monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", mirrors)
        with pytest.raises(DataError, match="Connect to the network") as caught:
            datasets.load("fashion", tmp_path)
        message = str(caught.value)
        assert message.startswith("Fashion-MNIST cannot be fetched from http://127.0.0.1")
        assert "404" in message
        assert "refused" in message
        assert (
            f"put the file {FASHION_FILES[0]} into {tmp_path / 'FashionMNIST' / 'raw'}" in message
        )
        assert len(message.splitlines()) == 1
        assert names(tmp_path) == []

    def test_another_mirror_is_asked(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        mirrors = [server.address + "gone/", server.address]
        monkeypatch.setattr(torchvision.datasets.FashionMNIST, "mirrors", mirrors)
        are_guns(datasets.load("fashion", tmp_path)[1], 3)

    def test_a_download_that_is_cut_off_leaves_nothing(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        server.missing = 1000
        whole = server.content["/train-images-idx3-ubyte.gz"]
        server.content["/train-images-idx3-ubyte.gz"] = whole[:-7]
        with pytest.raises(DataError, match="cannot be fetched"):
            datasets.load("fashion", tmp_path)
        assert names(tmp_path) == []

    def test_what_is_not_what_it_should_be_is_not_kept(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        server.content["/t10k-images-idx3-ubyte.gz"] = gzip.compress(idx(gun(4)))
        with pytest.raises(DataError, match="what came is damaged"):
            datasets.load("fashion", tmp_path)
        assert names(tmp_path) == ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]

    @pytest.mark.parametrize("asks", [1, 2, 5, 10, 15])
    def test_it_can_be_cancelled(
        self, asks: int, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)
        left = iter([False] * (asks - 1))
        with pytest.raises(CancelledError):
            datasets.load("fashion", tmp_path, cancelled=lambda: next(left, True))
        whole = {name.removesuffix(".gz") for name in FASHION_FILES}
        assert set(names(tmp_path)) <= whole
        are_guns(datasets.load("fashion", tmp_path)[0], 6)

    def test_a_full_disk_is_no_matter_of_the_network(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        expect(server, monkeypatch)

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(DataError, match=r"cannot be put into .*No space left"):
            datasets.load("fashion", tmp_path)
        assert names(tmp_path) == []


class TestByHand:
    @pytest.fixture
    def folder(self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The folder with the archives in it, and no server to ask."""
        expect(server, monkeypatch)
        folder = tmp_path / "FashionMNIST" / "raw"
        folder.mkdir(parents=True)
        for name in FASHION_FILES:
            (folder / name).write_bytes(server.content[f"/{name}"])
        server.content.clear()
        return folder

    def test_archives_are_unpacked_and_stay(self, folder: Path, tmp_path: Path) -> None:
        are_guns(datasets.load("fashion", tmp_path)[0], 6)
        assert set(FASHION_FILES) < set(names(folder))

    def test_another_file_is_refused(self, folder: Path, tmp_path: Path) -> None:
        (folder / FASHION_FILES[3]).write_bytes(gzip.compress(idx(np.zeros(3, np.uint8))))
        with pytest.raises(DataError, match=r"t10k-labels.* is not the file it should be; delete"):
            datasets.load("fashion", tmp_path)

    def test_a_damaged_file_is_no_traceback(self, folder: Path, tmp_path: Path) -> None:
        (folder / "train-images-idx3-ubyte").write_bytes(idx(gun(6))[:-5])
        with pytest.raises(DataError, match=r"Fashion-MNIST in .*raw are damaged .*delete them"):
            datasets.load("fashion", tmp_path)


class TestManners:
    """What each set's files have in a way of their own."""

    def test_emnist_is_upright(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part, n in (("train", 5), ("test", 2)):
                columns_first = np.ascontiguousarray(gun(n).transpose(0, 2, 1))
                stem = f"gzip/emnist-digits-{part}"
                archive.writestr(f"{stem}-images-idx3-ubyte.gz", gzip.compress(idx(columns_first)))
                labels = gzip.compress(idx(np.arange(n, dtype=np.uint8)))
                archive.writestr(f"{stem}-labels-idx1-ubyte.gz", labels)
            archive.writestr("gzip/emnist-letters-mapping.txt", "1 65 97")
        server.content["/gzip.zip"] = packed.getvalue()
        kind = torchvision.datasets.EMNIST
        monkeypatch.setattr(kind, "url", server.address + "gzip.zip")
        monkeypatch.setattr(kind, "md5", md5(packed.getvalue()))
        train, test = datasets.load("emnist-digits", tmp_path)
        are_guns(train, 5)
        are_guns(test, 2)
        assert len(names(tmp_path)) == 4

    def test_qmnist_has_one_label_an_image(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        table = {}
        for part, n in (("train", 5), ("test", 2)):
            labels = np.tile(np.array([0, 4, 2600, 7, 38, 1, 0, 0], ">i4"), (n, 1))
            labels[:, 0] = np.arange(n)
            files = {
                f"qmnist-{part}-images-idx3-ubyte.gz": gzip.compress(idx(gun(n))),
                f"qmnist-{part}-labels-idx2-int.gz": gzip.compress(idx(labels, 12)),
            }
            server.content |= {f"/{name}": content for name, content in files.items()}
            table[part] = [(server.address + name, md5(c)) for name, c in files.items()]
        monkeypatch.setattr(torchvision.datasets.QMNIST, "resources", table)
        train, test = datasets.load("qmnist", tmp_path)
        are_guns(train, 5)
        are_guns(test, 2)

    def test_usps_fills_mnists_box_and_is_centred(
        self, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        values = -np.ones((16, 16))
        values[0:16, 0:4] = 1.0  # a bar from the top to the bottom, far left
        line = " ".join(f"{place}:{value:g}" for place, value in enumerate(values.ravel(), 1))
        packed = bz2.compress(f"8 {line}\n1 {line}\n".encode())
        server.content["/usps.bz2"] = server.content["/usps.t.bz2"] = packed
        table = {
            part: [server.address + name, name, md5(packed)]
            for part, name in (("train", "usps.bz2"), ("test", "usps.t.bz2"))
        }
        monkeypatch.setattr(torchvision.datasets.USPS, "split_list", table)
        train, test = datasets.load("usps", tmp_path)
        assert train.labels.tolist() == test.labels.tolist() == [7, 0]
        image = train.images[0]
        rows, columns = np.nonzero(image > 127)
        assert (rows.min(), rows.max()) == (4, 23)  # 20 of 28 rows
        assert np.ptp(columns) + 1 == 5  # 4 of 16 are 5 of 20
        assert abs(columns.mean() - 13.5) <= 0.5
        assert image.max() == 255
        assert image[0].max() == 0


class TestTheTable:
    def test_torchvision_says_all_that_is_needed_to_fetch_every_set(self) -> None:
        for key, public in datasets._PUBLIC.items():
            kind = getattr(torchvision.datasets, public.kind)
            archives = public.archives(kind)
            assert archives, key
            for archive in archives:
                assert len(archive.md5) == 32
                assert all(address.endswith(archive.name) for address in archive.addresses)
        assert set(datasets._PUBLIC) | {MNIST, FOLDER} == set(DATA_SETS)

    def test_every_set_has_ten_classes(self) -> None:
        assert {len(set(entry.classes)) for entry in DATA_SETS.values()} == {10}

    def test_mnist_ships(self, tmp_path: Path) -> None:
        train, test = datasets.load(MNIST, tmp_path)
        assert (len(train), len(test)) == (60_000, 10_000)
        assert names(tmp_path) == []

    def test_an_unknown_set_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="'cifar' is no data set; choose one of mnist"):
            datasets.load("cifar", tmp_path)

    def test_a_folder_has_to_be_chosen(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="choose the folder"):
            datasets.load(FOLDER, tmp_path)


class Unfit:
    """What torchvision does beside a torch that it was not built for."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("operator torchvision::nms does not exist\nat …")


@pytest.mark.parametrize("missing", [False, True])
def test_without_torchvision_the_sentence_is_clear(
    missing: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None if missing else Unfit())
    with pytest.raises(DataError, match="Fashion-MNIST needs torchvision, which cannot") as caught:
        datasets.load("fashion", tmp_path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_bundle_says_that_it_has_no_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(DataError, match=r"Fashion-MNIST needs torchvision.*as a Python") as caught:
        datasets.load("fashion", tmp_path)
    assert "this build has not got it" in str(caught.value)
    assert "install the torchvision" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_nothing_but_a_public_set_needs_torchvision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    assert len(datasets.load(MNIST, tmp_path)[1]) == 10_000
