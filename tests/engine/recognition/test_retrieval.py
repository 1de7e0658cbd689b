"""Annoy's candidates, ranked exactly, are the exact nearest; and the user's own examples join their probabilities."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desktop_app.engine.pack.format import Item, Pack
from desktop_app.engine.pack.index import build_index
from desktop_app.engine.recognition import retrieval
from desktop_app.engine.recognition.retrieval import Datastore, Hit, Retrieved, own_mix, retrieve_own

K = 32


@pytest.fixture(scope="module", params=["each looked at", "by Annoy"])
def store(
    request: pytest.FixtureRequest, tiny_pack: Pack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Datastore]:
    """8,000 embeddings in tight clusters on the sphere, as a contrastive loss leaves them: the hard case for Annoy."""
    root = tmp_path_factory.mktemp("store")
    rng = np.random.default_rng(1)
    dim, n = 64, 8_000
    centres = rng.normal(size=(4, dim))
    rows = centres[rng.integers(4, size=n)] + 0.15 * rng.normal(size=(n, dim))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    build_index(root / "index.ann", rows, trees=32)
    manifest = replace(tiny_pack.manifest, embedding_dim=dim)
    items = tuple(Item(id=str(i), label="sad") for i in range(n))
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "by Annoy":
            patch.setattr(retrieval, "LOOKED_AT_ALL", 0)
        yield Datastore(Pack(root, manifest, items, np.zeros(n, np.uint16)))


def test_the_k_nearest_of_1000_queries_are_exact(store: Datastore) -> None:
    rng = np.random.default_rng(2)
    rows = np.stack([store.embedding(i) for i in range(len(store))]).astype(np.float64)
    queries = rows[rng.integers(len(rows), size=1_000)] + 0.1 * rng.normal(size=(1_000, rows.shape[1]))
    queries = (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)
    squared = 2 - 2 * queries.astype(np.float64) @ rows.T
    exact = np.argpartition(squared, K, axis=1)[:, :K]
    found = sum(
        len(set(wanted) & {hit.index for hit in store.nearest(query, K)})
        for query, wanted in zip(queries, exact.tolist(), strict=True)
    )
    assert found / (1_000 * K) >= (0.999 if store._squares is None else 1.0)


def test_distances_are_exact_and_in_order(tiny_pack: Pack) -> None:
    store = Datastore(tiny_pack)
    query = store.embedding(5)
    hits = store.nearest(query, 10)
    assert hits[0] == Hit(5, 0.0)
    assert [h.distance for h in hits] == sorted(h.distance for h in hits)
    for hit in hits:
        assert hit.distance == pytest.approx(np.linalg.norm(store.embedding(hit.index).astype(float) - query), abs=1e-6)


@pytest.mark.parametrize("k", [80, 81, 10_000])
def test_more_neighbours_than_there_are_gives_all(tiny_pack: Pack, k: int) -> None:
    store = Datastore(tiny_pack)
    hits = store.nearest(store.embedding(0), k)
    assert sorted(hit.index for hit in hits) == list(range(80))


def test_how_far_own_examples_count_by_hand() -> None:
    near = np.array([0.0, 0.5, 1.0])
    alpha, share = own_mix(near, 0.4, 0.9, 0.8)
    assert alpha == pytest.approx([0.4, 0.65, 0.9])
    assert share == pytest.approx([0.0, 0.5 * 0.9 * 0.8 / 0.65, 0.8])
    for pack_alpha, own_alpha in ((0.9, 0.4), (0.9, 0.9)):  # never less than the pack's own neighbours count
        alpha, share = own_mix(near, pack_alpha, own_alpha, 0.8)
        assert alpha == pytest.approx([0.9] * 3)
        assert share == pytest.approx([0.0, 0.4, 0.8])
    assert [part.tolist() for part in own_mix(near[:1], 0.0, 0.9, 0.8)] == [[0.0], [0.0]]


def test_own_examples_by_hand() -> None:
    of_pack = Retrieved((Hit(0, 0.1), Hit(1, 0.2), Hit(2, 0.3)), np.array([0.5, 0.3, 0.2]), np.array([0.5, 0.5]))
    pack_labels = np.array([0, 1, 1])
    own_hits = [Hit(0, 0.1, own=True), Hit(1, 0.2, own=True), Hit(2, 0.3, own=True)]
    found = retrieve_own(
        of_pack,
        pack_labels,
        own_hits,
        np.array([0, 0, 2]),
        np.array([0.6, 0.2, 0.2]),
        np.array([0.5, 0.1, 0.4]),
        trust=0.5,
    )
    assert found.hits == (*of_pack.hits, *own_hits)
    # half of the pack's (0.5, 0.5, 0) and half of one's own (0.5, 0.1, 0.4)
    assert found.distribution == pytest.approx([0.5, 0.3, 0.2])
    # no own example of label 1: its 0.05 go to the pack's neighbours of that label, 3 to 2
    assert found.weights == pytest.approx([0.25, 0.15 + 0.03, 0.1 + 0.02, 0.25 * 3 / 4, 0.25 / 4, 0.2])
    assert found.weights.sum() == pytest.approx(found.distribution.sum()) == pytest.approx(1.0)


def test_a_label_without_any_neighbour_keeps_its_probability() -> None:
    of_pack = Retrieved((Hit(0, 0.1),), np.array([1.0]), np.array([1.0, 0.0]))
    own = [Hit(0, 0.1, own=True)]
    found = retrieve_own(of_pack, np.array([0]), own, np.array([0]), np.ones(1), np.array([0.7, 0.3]), trust=1.0)
    assert found.distribution == pytest.approx([0.7, 0.3])
    assert found.weights == pytest.approx([0.0, 0.7])


def test_one_item_is_a_datastore(tiny_pack: Pack, tmp_path: Path) -> None:
    build_index(tmp_path / "index.ann", np.ones((1, 8), np.float32))
    store = Datastore(Pack(tmp_path, tiny_pack.manifest, tiny_pack.items[:1], tiny_pack.item_labels[:1]))
    assert store.nearest(np.ones(8, np.float32), 5) == (Hit(0, 0.0),)


@pytest.mark.parametrize("k", [1, 8, 200])
def test_many_at_once_are_answered_as_one_by_one(tiny_pack: Pack, k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In portions of three, and also where the datastore is too large to look at each."""
    monkeypatch.setattr(retrieval, "MANY", 3)
    queries = np.random.default_rng(4).standard_normal((7, tiny_pack.manifest.embedding_dim)).astype(np.float32)
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    for looked_at in (retrieval.LOOKED_AT_ALL, 0):
        monkeypatch.setattr(retrieval, "LOOKED_AT_ALL", looked_at)
        store = Datastore(tiny_pack)
        indices, distances = store.nearest_many(queries, k)
        each = [store.nearest(query, k) for query in queries]
        assert indices.tolist() == [[hit.index for hit in hits] for hits in each]
        assert distances == pytest.approx(np.array([[hit.distance for hit in hits] for hits in each]), abs=1e-6)
        assert store.nearest_many(queries[:0], k)[0].shape == (0, min(k, 80))
