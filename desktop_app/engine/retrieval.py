"""The nearest recordings of the datastore: Annoy proposes candidates, exact distances rank them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.engine.index import item_vectors, open_index
from desktop_app.engine.pack import INDEX, Item, Pack

Floats = npt.NDArray[np.float32]

MIN_CANDIDATES = 64
CANDIDATES_PER_NEIGHBOUR = 4
SEARCH_PER_CANDIDATE = 128
MIN_SEARCH = MIN_CANDIDATES * 2 * SEARCH_PER_CANDIDATE
"""Items, counted once a tree, that Annoy looks at for one query. Among 8,000 clustered embeddings of 128 dimensions and
32 trees, 16,000 find all of the 32 nearest in about 1 ms, 8,000 miss 1 in 2,000, and 4,000 miss 1 in 50."""


@dataclass(frozen=True)
class Hit:
    """One neighbour: its index (in the pack's items, or in the user's own examples if `own`) and Euclidean distance."""

    index: int
    distance: float
    own: bool = False


class OwnExamples(Protocol):
    """The user's own labelled clips as retrieval sees them, embedded with the baseline in use.

    Attributes:
        weight: How much one example weighs in p_knn against one of the pack's items at the same distance.
        labels: Labels beyond the pack's that have examples enough to join the answer.
    """

    @property
    def weight(self) -> float: ...

    @property
    def labels(self) -> Sequence[str]: ...

    def nearest(self, embedding: Floats, k: int) -> Sequence[Hit]:
        """The at most k nearest to `embedding` [E], nearest first, exact, each with own=True."""
        ...

    def item(self, index: int) -> Item:
        """What is known of example `index`."""
        ...


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

    def __len__(self) -> int:
        return len(self.items)

    def embedding(self, index: int) -> Floats:
        """The embedding [E] of item `index`."""
        return np.array(self._vectors[index])

    def nearest(self, embedding: Floats, k: int, extra: OwnExamples | None = None) -> tuple[Hit, ...]:
        """The k nearest to `embedding` [E] of the pack's items and the user's own, nearest first.

        Fewer than k only where the datastore is smaller than that.
        """
        candidates = self._candidates(embedding, min(k, len(self.items)))
        distances = np.linalg.norm(self._vectors[candidates].astype(np.float64) - embedding, axis=1)
        hits = [Hit(int(i), float(d)) for i, d in zip(candidates, distances, strict=True)]
        if extra is not None:
            hits.extend(extra.nearest(embedding, k))
        # by index where distances are equal, so that the same query always gives the same answer
        return tuple(sorted(hits, key=lambda hit: (hit.distance, hit.own, hit.index))[:k])

    def _candidates(self, embedding: Floats, k: int) -> npt.NDArray[np.int64]:
        wanted = min(len(self.items), max(MIN_CANDIDATES, CANDIDATES_PER_NEIGHBOUR * k))
        search = max(MIN_SEARCH, SEARCH_PER_CANDIDATE * wanted)
        return np.array(self._index.get_nns_by_vector(embedding.tolist(), wanted, search), dtype=np.int64)
