"""Stage 3, eq. (3) and (4): exact neighbours in the datastore of training and validation clips, and p_knn."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import Weighting
from desktop_app.engine.recognition.fusion import softmax

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

DISTANCES_AT_ONCE = 1 << 23  # in memory, between some of the queries and all items


@dataclass(frozen=True)
class Nearest:
    """The k nearest neighbours of each query, nearest first: distances float32 [q, k] and labels int64 [q, k]."""

    distances: Floats
    labels: Ints


def nearest(queries: Floats, items: Floats, labels: Ints, k: int) -> Nearest:
    """Exact Euclidean neighbours of L2-normalised embeddings.

    Queries are never in the datastore themselves: it has clean clips of speakers other than those that are used for
    tuning or testing.

    Args:
        queries: float32 [q, E].
        items: float32 [n, E].
        labels: Labels of the items, int64 [n].
        k: Number of neighbours; fewer if the datastore is smaller.
    """
    k = min(k, len(items))
    distances = np.empty((len(queries), k), dtype=np.float32)
    found = np.empty((len(queries), k), dtype=np.int64)
    at_once = max(1, DISTANCES_AT_ONCE // len(items))
    for start in range(0, len(queries), at_once):
        part = queries[start : start + at_once]
        squared = 2.0 - 2.0 * (part @ items.T)  # both have length 1
        chosen = np.argpartition(squared, k - 1, axis=1)[:, :k]
        values = np.take_along_axis(squared, chosen, axis=1)
        order = np.argsort(values, axis=1, kind="stable")
        distances[start : start + len(part)] = np.sqrt(np.maximum(np.take_along_axis(values, order, axis=1), 0.0))
        found[start : start + len(part)] = labels[np.take_along_axis(chosen, order, axis=1)]
    return Nearest(distances, found)


def knn_probabilities(
    found: Nearest, k: int, temperature: float, weighting: Weighting, n_labels: int
) -> npt.NDArray[np.float64]:
    """p_knn [q, n_labels] of the first k neighbours, as the engine computes it, but for all queries at once."""
    distances, labels = found.distances[:, :k].astype(np.float64), found.labels[:, :k]
    weights = softmax(-distances, temperature) if weighting == "distance" else np.full(distances.shape, 1 / k)
    p = np.zeros((len(distances), n_labels))
    np.add.at(p, (np.arange(len(distances))[:, None], labels), weights)
    return p
