"""Builds the Annoy index of a pack, checks it before Annoy loads it, and opens it."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.errors import PackError

# annoylib.h, struct Minkowski::Node: int32 n_descendants, float32 offset, int32 children[2], float32 vector[dim]
HEADER_WORDS = 4
WORD = 4

TREES = 32
SEED = 2023


def node_words(dim: int) -> int:
    """32-bit words of one node of an Annoy file with `euclidean` distance."""
    return HEADER_WORDS + dim


def build_index(path: Path, embeddings: npt.NDArray[np.float32], trees: int = TREES, seed: int = SEED) -> None:
    """Writes an Annoy index of `embeddings` [n, dim]; item i is row i. The same input gives the same bytes."""
    from annoy import AnnoyIndex

    index = AnnoyIndex(embeddings.shape[1], "euclidean")
    index.on_disk_build(str(path))  # built in the file itself, to save memory
    index.set_seed(seed)
    for i, row in enumerate(embeddings):
        index.add_item(i, row.tolist())
    index.build(trees, n_jobs=1)  # with more threads the bytes would differ each time
    index.unload()


def check_index(path: Path, n_items: int, dim: int) -> None:
    """Proves that Annoy's search stays inside the file; `AnnoyIndex.load` itself checks nothing.

    Every node's links point at nodes below it in the file (Annoy appends a node after its children), so a search ends
    and stays inside; the vectors are finite; the root counts exactly `n_items`.

    Raises:
        PackError: One of these conditions is not met.
    """
    words = node_words(dim)
    size = path.stat().st_size
    if size == 0 or size % (words * WORD):
        raise PackError(f"The pack's index does not fit its {dim} dimensions: install the pack again.")
    nodes = np.memmap(path, dtype="<i4", mode="r").reshape(-1, words)
    n_nodes = len(nodes)
    if n_nodes <= n_items:
        raise PackError(f"The pack's index is too small for its {n_items} recordings: install the pack again.")
    damaged = PackError("The pack's index is damaged: install the pack again.")
    items, inner = nodes[:n_items], nodes[n_items:]
    if not (items[:, 0] == 1).all() or inner[-1, 0] != n_items:
        raise damaged
    if not np.isfinite(items[:, HEADER_WORDS:].view("<f4")).all():
        raise damaged

    # a node with up to `bucket` descendants lists them in place of children and vector (annoylib.h, _K)
    bucket = words - 2
    descendants = inner[:, 0]
    if descendants.min() < 1 or descendants.max() > n_items:
        raise damaged
    is_list = descendants <= bucket
    lists = inner[is_list]
    listed = np.arange(bucket)[None, :] < lists[:, :1]
    members = lists[:, 2:][listed]
    if members.size and (members.min() < 0 or members.max() >= n_items):
        raise damaged
    splits = inner[~is_list]
    own_number = np.flatnonzero(~is_list)[:, None] + n_items
    children = splits[:, 2:HEADER_WORDS]
    if not ((children >= 0) & (children < own_number)).all():
        raise damaged
    # each has one parent, except the copies of the roots at the end: shared branches would make a search exponential
    roots = n_nodes - _trailing(descendants, n_items)
    inner_children = children[own_number[:, 0] < roots].ravel()
    if np.bincount(inner_children[inner_children >= n_items], minlength=1).max() > 1:
        raise damaged
    if (
        not np.isfinite(splits[:, 1].copy().view("<f4")).all()
        or not np.isfinite(splits[:, HEADER_WORDS:].copy().view("<f4")).all()
    ):
        raise damaged


def item_vectors(path: Path, n_items: int, dim: int) -> npt.NDArray[np.float32]:
    """The vectors [n_items, dim] of a file that `check_index` has passed, memory-mapped."""
    return np.memmap(path, dtype="<f4", mode="r").reshape(-1, node_words(dim))[:n_items, HEADER_WORDS:]


def _trailing(values: npt.NDArray[np.int32], wanted: int) -> int:
    """How many consecutive values at the end equal `wanted`."""
    others = np.flatnonzero(values != wanted)
    return int(values.size if others.size == 0 else values.size - 1 - others[-1])


def open_index(path: Path, dim: int) -> Any:
    """Opens a file that `check_index` has passed.

    Raises:
        PackError: If Annoy can't open it.
    """
    from annoy import AnnoyIndex

    index = AnnoyIndex(dim, "euclidean")
    try:
        index.load(_openable(path))
    except OSError as error:
        raise PackError(
            f"The pack's index can't be opened ({error.strerror or error}): install the pack again."
        ) from None
    return index


def _openable(path: Path) -> str:
    """The path for Annoy's C function `open`, which does not accept Unicode on Windows: there it is the 8.3 name."""
    name = str(path)
    if sys.platform != "win32" or name.isascii():
        return name
    import ctypes

    buffer = ctypes.create_unicode_buffer(32_768)
    length = ctypes.windll.kernel32.GetShortPathNameW(name, buffer, len(buffer))
    return buffer.value if length else name
