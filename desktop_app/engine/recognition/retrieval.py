"""The nearest recordings of the datastore: of many Annoy proposes candidates, and exact distances rank them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import INDEX, Item, Pack
from desktop_app.engine.pack.index import item_vectors, open_index

Floats = npt.NDArray[np.float32]

LOOKED_AT_ALL = 16_384
"""Up to so many recordings each is looked at: among 3,642 embeddings of 128 dimensions that takes 0.1 ms where Annoy
takes 0.6, and it misses none."""

MIN_CANDIDATES = 64
CANDIDATES_PER_NEIGHBOUR = 4
SEARCH_PER_CANDIDATE = 128
MIN_SEARCH = MIN_CANDIDATES * 2 * SEARCH_PER_CANDIDATE
"""Items, counted once a tree, that Annoy looks at for one query. Among 8,000 clustered embeddings of 128 dimensions and
32 trees, 16,000 find all of the 32 nearest in about 1 ms, 8,000 miss 1 in 2,000, and 4,000 miss 1 in 50."""


SPARE = 16
"""Of many queries at once each has so many candidates more than neighbours; rounding confuses the nearest by less."""
MANY = 256


@dataclass(frozen=True)
class Hit:
    """One neighbour: its index (in the pack's items, or in the user's own examples if `own`) and Euclidean distance."""

    index: int
    distance: float
    own: bool = False


class OwnExamples(Protocol):
    """The user's own labelled clips as retrieval sees them.

    Attributes:
        trust: Share of p_own in p_knn where they are near, 0 to 1.
        alpha: The weight of p_knn in eq. (4) where they are near, nobody asks for another and the pack's own is less:
            a pack weighs its strangers' neighbours, which say less of this person than the person's own recordings.
        labels: Labels beyond the pack's that have examples enough to join the answer.
    """

    def __len__(self) -> int:
        """How many there are."""
        ...

    @property
    def trust(self) -> float: ...

    @property
    def alpha(self) -> float: ...

    @property
    def labels(self) -> Sequence[str]: ...

    def nearest(self, embedding: Floats, k: int) -> Sequence[Hit]:
        """The at most k nearest to `embedding` [E], nearest first, each with own=True, and one more of every label that
        none of these has."""
        ...

    def distribution(
        self, pooled: Floats, baseline: Floats, p_model: npt.NDArray[np.float64], nearest: Sequence[Hit]
    ) -> npt.NDArray[np.float64]:
        """p_own [L + labels]: what the examples say of pooled features [D] with their speaker's baseline [D], of which
        the classifier says p_model [L]."""
        ...

    def nearness(self, pooled: Floats) -> npt.NDArray[np.float64]:
        """How near they are to pooled features [n, D], 0 to 1: as far as that they have a say."""
        ...

    def item(self, index: int) -> Item:
        """What is known of example `index`."""
        ...


def own_mix(
    near: npt.NDArray[np.float64], pack_alpha: float, own_alpha: float, trust: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(alpha of eq. (4) [n], share of p_own in p_knn [n]) where the user's own examples are `near` [n], 0 to 1.

    The answer is then (1 - near) of what the pack says by itself and near of what it says with the examples:
    p = (1 - near) (pack_alpha p_pack + (1 - pack_alpha) p_model)
      + near (own_alpha (trust p_own + (1 - trust) p_pack) + (1 - own_alpha) p_model).
    """
    alpha = (1 - near) * pack_alpha + near * max(pack_alpha, own_alpha)
    share = near * max(pack_alpha, own_alpha) * trust
    return alpha, np.divide(share, alpha, out=np.zeros_like(share), where=alpha > 0)


@dataclass(frozen=True, eq=False)
class Retrieved:
    """What the neighbours of one stretch say.

    Attributes:
        hits: The pack's k nearest and, where there are, the user's own.
        weights: float64 [hits], each one's share of p_knn. They sum to 1, or to a little less where a label that the
            user's examples speak for has no neighbour to stand for it.
        distribution: p_knn, float64 [L + the user's own labels].
    """

    hits: tuple[Hit, ...]
    weights: npt.NDArray[np.float64]
    distribution: npt.NDArray[np.float64]


def retrieve_own(
    pack: Retrieved,
    pack_labels: npt.NDArray[np.integer[Any]],
    own_hits: Sequence[Hit],
    own_labels: npt.NDArray[np.integer[Any]],
    own_weights: npt.NDArray[np.float64],
    p_own: npt.NDArray[np.float64],
    trust: float,
) -> Retrieved:
    """p_knn = trust * p_own + (1 - trust) * p_pack, and each neighbour's share of it.

    What the examples give to a label is shared among the examples of that label; where a label has none, among the
    pack's neighbours of that label.

    Args:
        pack: What the pack's neighbours say, its distribution [L].
        pack_labels, own_labels: The label index of each hit.
        own_hits: The user's own nearest.
        own_weights: float64, positive: how the own hits of one label share what is theirs.
        p_own: float64 [L + own labels].
        trust: Share of p_own, 0 to 1.
    """
    distribution = trust * p_own
    distribution[: len(pack.distribution)] += (1 - trust) * pack.distribution
    pack_weights = (1 - trust) * pack.weights
    weights = np.zeros(len(own_hits))
    for label, share in enumerate(trust * p_own):
        own, of_pack = own_labels == label, pack_labels == label
        if own.any():
            weights[own] = share * own_weights[own] / own_weights[own].sum()
        elif of_pack.any():
            pack_weights[of_pack] += share * pack.weights[of_pack] / pack.weights[of_pack].sum()
    return Retrieved((*pack.hits, *own_hits), np.concatenate([pack_weights, weights]), distribution)


class Datastore:
    """A pack's recordings, searched by embedding.

    Attributes:
        items: What is known of each; `Hit.index` points in here.
    """

    def __init__(self, pack: Pack) -> None:
        """Opens the index.

        Raises:
            PackError: If Annoy can't open it.
        """
        self.items = pack.items
        path, dim = pack.path(INDEX), pack.manifest.embedding_dim
        self._index = open_index(path, dim)
        self._vectors = item_vectors(path, len(pack.items), dim)
        self._squares: Floats | None = None
        if len(pack.items) <= LOOKED_AT_ALL:
            self._vectors = np.ascontiguousarray(self._vectors)
            self._squares = np.square(self._vectors).sum(axis=1)

    def __len__(self) -> int:
        return len(self.items)

    def embedding(self, index: int) -> Floats:
        """The embedding [E] of item `index`."""
        return np.array(self._vectors[index])

    def nearest(self, embedding: Floats, k: int) -> tuple[Hit, ...]:
        """The k nearest to `embedding` [E], nearest first.

        Fewer than k only where the datastore is smaller than that.
        """
        candidates = self._candidates(embedding, min(k, len(self.items)))
        distances = np.linalg.norm(self._vectors[candidates].astype(np.float64) - embedding, axis=1)
        # by index where distances are equal, so that the same query always gives the same answer
        ranked = np.lexsort((candidates, distances))[:k]
        return tuple(Hit(int(candidates[i]), float(distances[i])) for i in ranked)

    def nearest_many(self, embeddings: Floats, k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """As `nearest` for each of `embeddings` [n, E]: indices and distances [n, k], nearest first."""
        k = min(k, len(self.items))
        if self._squares is None:
            hits = [self.nearest(embedding, k) for embedding in embeddings]
            indices = np.array([[hit.index for hit in row] for row in hits], np.int64).reshape(-1, k)
            return indices, np.array([[hit.distance for hit in row] for row in hits]).reshape(-1, k)
        wanted = min(len(self.items), k + SPARE)
        found = np.empty((len(embeddings), k), np.int64)
        distances = np.empty((len(embeddings), k))
        for start in range(0, len(embeddings), MANY):
            some = embeddings[start : start + MANY]
            scores = self._squares - 2 * (some @ self._vectors.T)
            candidates = np.argpartition(scores, wanted - 1, axis=1)[:, :wanted]
            apart = np.linalg.norm(self._vectors[candidates].astype(np.float64) - some[:, None], axis=2)
            order = np.lexsort((candidates, apart), axis=1)[:, :k]
            found[start : start + MANY] = np.take_along_axis(candidates, order, axis=1)
            distances[start : start + MANY] = np.take_along_axis(apart, order, axis=1)
        return found, distances

    def _candidates(self, embedding: Floats, k: int) -> npt.NDArray[np.int64]:
        wanted = min(len(self.items), max(MIN_CANDIDATES, CANDIDATES_PER_NEIGHBOUR * k))
        if self._squares is not None:
            # |v - e|^2 less |e|^2, in float32: near enough to tell who is among the nearest four times k
            scores = self._squares - 2 * (self._vectors @ embedding.astype(np.float32, copy=False))
            return np.argpartition(scores, wanted - 1)[:wanted]
        search = max(MIN_SEARCH, SEARCH_PER_CANDIDATE * wanted)
        return np.array(self._index.get_nns_by_vector(embedding.tolist(), wanted, search), dtype=np.int64)
