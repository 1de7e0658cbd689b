"""Finds the nearest recordings in the datastore. In large ones, Annoy proposes candidates, ranked by exact distance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import INDEX, Item, Pack
from desktop_app.engine.pack.index import item_vectors, open_index

Floats = npt.NDArray[np.float32]

LOOKED_AT_ALL = 16_384
"""Up to so many recordings, all distances are computed: for 3,642 embeddings of 128 dimensions this takes 0.1 ms, Annoy
0.6 ms, and it misses none."""

MIN_CANDIDATES = 64
CANDIDATES_PER_NEIGHBOUR = 4
SEARCH_PER_CANDIDATE = 128
MIN_SEARCH = MIN_CANDIDATES * 2 * SEARCH_PER_CANDIDATE
"""Items, counted once per tree, that Annoy visits for one query. With 8,000 clustered embeddings of 128 dimensions and
32 trees, 16,000 find all of the 32 nearest in about 1 ms, 8,000 miss 1 in 2,000, and 4,000 miss 1 in 50."""


SPARE = 16
"""For many queries at once, each has so many more candidates than neighbours, to compensate for rounding in float32."""
MANY = 256


@dataclass(frozen=True)
class Hit:
    """One neighbour: its index (in the pack's items, or in the user's own examples if `own`) and Euclidean distance."""

    index: int
    distance: float
    own: bool = False


class OwnExamples(Protocol):
    """What retrieval needs of the user's own labelled clips.

    Attributes:
        trust: Share of p_own in p_knn where they are near, 0 to 1.
        alpha: The weight of p_knn in eq. (4) where they are near, if the caller gives none and the pack's is lower: the
            pack's weight is for neighbours of other people, which are less informative than the person's own
            recordings.
        labels: The user's own labels that have enough examples to be added to answers.
    """

    def __len__(self) -> int:
        """The number of examples."""
        ...

    @property
    def trust(self) -> float: ...

    @property
    def alpha(self) -> float: ...

    @property
    def labels(self) -> Sequence[str]: ...

    def nearest(self, embedding: Floats, k: int) -> Sequence[Hit]:
        """The at most k examples nearest to `embedding` [E], nearest first, each with own=True, and one more for every
        label that is not among them."""
        ...

    def distribution(
        self, pooled: Floats, baseline: Floats, p_model: npt.NDArray[np.float64], nearest: Sequence[Hit]
    ) -> npt.NDArray[np.float64]:
        """p_own [L + labels]: the examples' prediction for pooled features [D] with their speaker's baseline [D] and
        the classifier's output p_model [L]."""
        ...

    def nearness(self, pooled: Floats) -> npt.NDArray[np.float64]:
        """How near the examples are to pooled features [n, D], 0 to 1; their influence is proportional to it."""
        ...

    def item(self, index: int) -> Item:
        """The metadata of example `index`."""
        ...


def own_mix(
    near: npt.NDArray[np.float64], pack_alpha: float, own_alpha: float, trust: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(alpha of eq. (4) [n], share of p_own in p_knn [n]) where the user's own examples are `near` [n], 0 to 1.

    The answer is then (1 - near) times the pack's own prediction plus near times the prediction with the examples:
    p = (1 - near) (pack_alpha p_pack + (1 - pack_alpha) p_model)
      + near (own_alpha (trust p_own + (1 - trust) p_pack) + (1 - own_alpha) p_model).
    """
    alpha = (1 - near) * pack_alpha + near * max(pack_alpha, own_alpha)
    share = near * max(pack_alpha, own_alpha) * trust
    return alpha, np.divide(share, alpha, out=np.zeros_like(share), where=alpha > 0)


@dataclass(frozen=True, eq=False)
class Retrieved:
    """The neighbours of one stretch and their prediction.

    Attributes:
        hits: The pack's k nearest and, if there are any, the user's own.
        weights: float64 [hits], the share of each in p_knn. They sum to 1, or to a little less if the user's examples
            give probability to a label that no neighbour has.
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

    The examples' probability for a label is divided among the examples with that label, or, if there are none, among
    the pack's neighbours with that label.

    Args:
        pack: The pack's neighbours and their prediction, with a distribution [L].
        pack_labels, own_labels: The label index of each hit.
        own_hits: The nearest of the user's own examples.
        own_weights: float64, positive: the proportions in which the own hits of one label share its probability.
        p_own: float64 [L + own labels].
        trust: The share of p_own in p_knn, 0 to 1.
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
        items: The metadata of each recording; `Hit.index` is an index into it.
    """

    def __init__(self, pack: Pack) -> None:
        """Opens the index.

        Raises:
            PackError: Annoy can't open it.
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

        Fewer than k only if the datastore is smaller.
        """
        candidates = self._candidates(embedding, min(k, len(self.items)))
        distances = np.linalg.norm(self._vectors[candidates].astype(np.float64) - embedding, axis=1)
        # ties are ordered by index, so that the same query always gives the same answer
        ranked = np.lexsort((candidates, distances))[:k]
        return tuple(Hit(int(candidates[i]), float(distances[i])) for i in ranked)

    def nearest_many(self, embeddings: Floats, k: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """As `nearest`, for each of `embeddings` [n, E]: indices and distances [n, k], nearest first."""
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
            # |v - e|^2 less |e|^2, in float32: precise enough to find the nearest four times k
            scores = self._squares - 2 * (self._vectors @ embedding.astype(np.float32, copy=False))
            return np.argpartition(scores, wanted - 1)[:wanted]
        search = max(MIN_SEARCH, SEARCH_PER_CANDIDATE * wanted)
        return np.array(self._index.get_nns_by_vector(embedding.tolist(), wanted, search), dtype=np.int64)
