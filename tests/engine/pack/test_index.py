"""The Annoy file: built in place as from memory, and checked word by word before Annoy gets it."""

import ctypes
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from annoy import AnnoyIndex

from desktop_app.engine.pack.index import SEED, TREES, _trailing, build_index, check_index, item_vectors, open_index
from desktop_app.errors import PackError
from tests.engine.sound.bad_audio import permissions_count

Nodes = np.ndarray[Any, np.dtype[np.int32]]

N, DIM = 60, 4
WORDS = 4 + DIM  # annoylib.h, struct Node of the Euclidean distance: count, offset, two children, vector
BUCKET = 2 + DIM  # so many items a node lists in place of children and vector


def vectors(n: int = N, dim: int = DIM) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).standard_normal((n, dim), dtype=np.float32)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Nodes:
    """The words [nodes, WORDS] of a good file."""
    path = tmp_path_factory.mktemp("index") / "a.ann"
    build_index(path, vectors())
    return np.fromfile(path, "<i4").reshape(-1, WORDS)


def test_an_index_built_on_the_disk_is_that_built_in_memory(tmp_path: Path) -> None:
    rows = vectors(3_000, 16)
    build_index(tmp_path / "disk.ann", rows)
    index = AnnoyIndex(16, "euclidean")
    index.set_seed(SEED)
    for i, row in enumerate(rows):
        index.add_item(i, row.tolist())
    index.build(TREES, n_jobs=1)
    index.save(str(tmp_path / "memory.ann"))
    assert (tmp_path / "disk.ann").read_bytes() == (tmp_path / "memory.ann").read_bytes()


def test_it_has_32_trees_or_as_many_as_are_asked_for(tmp_path: Path) -> None:
    build_index(tmp_path / "a.ann", vectors())
    build_index(tmp_path / "b.ann", vectors(), trees=5)
    counted = [AnnoyIndex(DIM, "euclidean") for _ in range(2)]
    for index, name in zip(counted, ("a.ann", "b.ann"), strict=True):
        index.load(str(tmp_path / name))
    assert [index.get_n_trees() for index in counted] == [32, 5]


def test_another_seed_makes_other_trees(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        build_index(tmp_path / name, vectors(), seed=seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


def test_the_roots_at_the_end_are_counted() -> None:
    for values, count in (([2, 1, 2, 2], 2), ([2, 2], 2), ([2, 1], 0)):
        assert _trailing(np.array(values, np.int32), 2) == count


@pytest.mark.parametrize(("n", "dim"), [(1, 4), (2, 1), (5, 4), (6, 4), (7, 4), (60, 4), (200, 2), (300, 40)])
def test_what_annoy_builds_passes_and_gives_its_vectors(tmp_path: Path, n: int, dim: int) -> None:
    build_index(tmp_path / "a.ann", vectors(n, dim))
    check_index(tmp_path / "a.ann", n, dim)
    assert np.array_equal(item_vectors(tmp_path / "a.ann", n, dim), vectors(n, dim))
    for wrong in ((n + 1, dim), (n - 1, dim), (n, dim + 1)):
        with pytest.raises(PackError, match="index"):
            check_index(tmp_path / "a.ann", *wrong)


def test_who_may_not_write_a_pack_reads_it(tmp_path: Path) -> None:
    build_index(tmp_path / "a.ann", vectors())
    (tmp_path / "a.ann").chmod(0o444)
    with permissions_count():
        check_index(tmp_path / "a.ann", N, DIM)
        found = item_vectors(tmp_path / "a.ann", N, DIM)
    assert np.array_equal(found, vectors())
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 1.0


def first_list(nodes: Nodes, count: int = 3) -> int:
    """A node that lists at least so many items."""
    return int(N + np.flatnonzero((nodes[N:, 0] <= BUCKET) & (nodes[N:, 0] >= count))[0])


def first_split(nodes: Nodes, which: int = 0) -> int:
    return int(N + np.flatnonzero(nodes[N:, 0] > BUCKET)[which])


NAN = int(np.array(np.nan, np.float32).view(np.int32))
INFINITY = int(np.array(np.inf, np.float32).view(np.int32))
HARMLESS: dict[str, Callable[[Nodes], tuple[int, int, int]]] = {
    "a list of one": lambda nodes: (first_list(nodes), 0, 1),
    "an item as a branch": lambda nodes: (first_split(nodes), 3, 0),
    "the last item as a branch": lambda nodes: (first_split(nodes), 3, N - 1),
    "the last item in a list": lambda nodes: (first_list(nodes), 2, N - 1),
    "the first item in a list": lambda nodes: (first_list(nodes), 4, 0),
    "what stands behind the items of a list": lambda nodes: (
        int(N + np.flatnonzero(nodes[N:, 0] < BUCKET)[0]),
        WORDS - 1,
        -1,
    ),
    "an item's children": lambda _: (3, 2, -7),
}
HARMFUL: dict[str, Callable[[Nodes], tuple[int, int, int]]] = {
    "an item of two": lambda _: (3, 0, 2),
    "an item of none": lambda _: (N - 1, 0, 0),
    "a list of none": lambda nodes: (first_list(nodes), 0, 0),
    "a list of fewer than none": lambda nodes: (first_list(nodes), 0, -1),
    "a node of more than all": lambda nodes: (first_split(nodes), 0, N + 1),
    "the last root of fewer": lambda nodes: (len(nodes) - 1, 0, N - 1),
    "a list of what is no item": lambda nodes: (first_list(nodes), 2, N),
    "a list of what is before the first": lambda nodes: (first_list(nodes), 4, -1),
    "a branch before the first": lambda nodes: (first_split(nodes), 2, -1),
    "a branch to itself": lambda nodes: (first_split(nodes), 3, first_split(nodes)),
    "a branch to a later one": lambda nodes: (first_split(nodes), 3, first_split(nodes) + 1),
    "the same branch twice": lambda nodes: (first_split(nodes, 1), 2, int(nodes[first_split(nodes, 1), 3])),
    "an item that is no number": lambda _: (N - 1, WORDS - 1, NAN),
    "an item without end": lambda _: (0, 4, INFINITY),
    "a split that is no number": lambda nodes: (first_split(nodes), 4, NAN),
    "a split that ends in infinity": lambda nodes: (first_split(nodes, -1), WORDS - 1, INFINITY),
    "an offset that is no number": lambda nodes: (first_split(nodes), 1, NAN),
}


@pytest.mark.parametrize("change", [*HARMLESS, *HARMFUL])
def test_a_word_of_the_file_is_let_in_or_refused(tmp_path: Path, nodes: Nodes, change: str) -> None:
    row, column, value = (HARMLESS | HARMFUL)[change](nodes)
    forged = nodes.copy()
    forged[row, column] = value
    forged.tofile(tmp_path / "a.ann")
    if change in HARMLESS:
        check_index(tmp_path / "a.ann", N, DIM)
    else:
        with pytest.raises(PackError, match="index is damaged"):
            check_index(tmp_path / "a.ann", N, DIM)


def test_a_full_list_is_a_list(tmp_path: Path, nodes: Nodes) -> None:
    """As many items as there is room for, where a split has its vector: each must be one of the pack's."""
    row = first_list(nodes)
    for last, fits in ((N - 1, True), (N, False)):
        forged = nodes.copy()
        forged[row, 0] = BUCKET
        forged[row, 2:] = [0, 1, 2, 3, 4, last]
        forged.tofile(tmp_path / "a.ann")
        if fits:
            check_index(tmp_path / "a.ann", N, DIM)
        else:
            with pytest.raises(PackError, match="index is damaged"):
                check_index(tmp_path / "a.ann", N, DIM)


def test_the_first_branch_of_all_has_one_parent_too(tmp_path: Path, nodes: Nodes) -> None:
    forged = nodes.copy()
    for which in (1, 2):
        forged[first_split(nodes, which), 2:4] = (0, N)
    forged.tofile(tmp_path / "a.ann")
    with pytest.raises(PackError, match="index is damaged"):
        check_index(tmp_path / "a.ann", N, DIM)


def test_a_part_of_a_node_is_no_index(tmp_path: Path, nodes: Nodes) -> None:
    for content, says in (
        (nodes.tobytes()[:-4], "does not fit its 4 dim"),
        (b"", "does not fit"),
        (nodes[:N], "too small"),
    ):
        (tmp_path / "a.ann").write_bytes(bytes(content))
        with pytest.raises(PackError, match=says):
            check_index(tmp_path / "a.ann", N, DIM)


def test_it_is_opened_whatever_its_folder_is_called(tmp_path: Path) -> None:
    path = tmp_path / "für 🙂" / "a.ann"
    path.parent.mkdir()
    build_index(path, vectors())
    index = open_index(path, DIM)
    assert index.get_nns_by_item(7, 1) == [7]
    with pytest.raises(PackError, match=r"index can't be opened \(.+\): install the pack again"):
        open_index(path.with_name("none.ann"), DIM)


@pytest.mark.parametrize("short", ["C:\\GR~1\\a.ann", ""])
def test_on_windows_annoy_gets_the_short_name_if_there_is_one(monkeypatch: pytest.MonkeyPatch, short: str) -> None:
    opened: list[str] = []

    def name(_path: str, buffer: Any, size: int) -> int:
        assert size == len(buffer) >= 32_767, "the longest path that Windows has"
        buffer.value = short
        return len(short)

    annoy = SimpleNamespace(load=opened.append)
    monkeypatch.setattr("annoy.AnnoyIndex", lambda *_: annoy)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(
        ctypes, "windll", SimpleNamespace(kernel32=SimpleNamespace(GetShortPathNameW=name)), raising=False
    )
    open_index(Path("größe.ann"), DIM)
    open_index(Path("plain.ann"), DIM)
    assert opened == [short or "größe.ann", "plain.ann"]
