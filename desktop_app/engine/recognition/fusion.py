"""Probabilities from logits and distances: softmax, the kNN distribution, and their mix, eq. (4) of the paper."""

from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import Weighting

NOVELTY_NEIGHBOURS = 5
"""The number of nearest items of the pack that novelty is computed from, independent of k."""


def softmax(logits: npt.ArrayLike, temperature: float = 1.0) -> npt.NDArray[np.float64]:
    """softmax(logits / temperature) over the last axis, in float64.

    Raises:
        ValueError: The temperature is not positive.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, not {temperature}")
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    # shifts the largest to 0, so that exp does not overflow
    exponentials = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True))


def knn_weights(
    distances: npt.ArrayLike, temperature: float, weighting: Weighting, prior: npt.ArrayLike | None = None
) -> npt.NDArray[np.float64]:
    """The weights in p_knn of the k nearest; they sum to 1.

    Args:
        distances: Euclidean distances [k], k >= 1.
        temperature: For "distance": a neighbour's weight is proportional to exp(-distance / temperature).
        weighting: "distance", or "vote": all have the same weight, as in the paper.
        prior: Factors [k] that multiply the weights before these are normalised; None: ones.
    """
    d = np.asarray(distances, dtype=np.float64)
    if d.ndim != 1 or d.size == 0:
        raise ValueError("distances must be a list of at least one")
    weights = softmax(-d, temperature) if weighting == "distance" else np.full(d.size, 1.0 / d.size)
    if prior is not None:
        weights = weights * np.asarray(prior, dtype=np.float64)
        weights = weights / weights.sum()
    return weights


def knn_distribution(
    labels: npt.NDArray[np.integer[Any]], weights: npt.NDArray[np.float64], n_labels: int
) -> npt.NDArray[np.float64]:
    """p_knn [n_labels]: for each label the sum of its neighbours' weights [k]; labels [k] are label indices."""
    return np.bincount(np.asarray(labels), weights=weights, minlength=n_labels).astype(np.float64)


def fuse(
    p_knn: npt.NDArray[np.float64], p_model: npt.NDArray[np.float64], alpha: float | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """p = alpha * p_knn + (1 - alpha) * p_model, eq. (4), for p [L] or [n, L]; alpha is a number or [n].

    Raises:
        ValueError: alpha is outside 0..1.
    """
    weight = np.asarray(alpha, dtype=np.float64)
    if not ((weight >= 0.0) & (weight <= 1.0)).all():
        raise ValueError(f"alpha must be between 0 and 1, not {alpha}")
    weight = weight[:, None] if weight.ndim else weight
    return np.asarray(weight * p_knn + (1.0 - weight) * p_model)


def label_set(p: npt.NDArray[np.float64], threshold: float) -> list[int]:
    """The label set for probabilities [L]: the most probable label, then the others that reach the threshold.

    A conformal prediction set (Sadinle, Lei and Wasserman, 2019): the threshold was chosen so that the set contains the
    true label for nine in ten clips of unknown speakers.
    """
    return [int(i) for rank, i in enumerate(np.argsort(-p, kind="stable")) if rank == 0 or p[i] >= threshold]


def novelty(distances: npt.ArrayLike, threshold: float) -> float:
    """Mean distance to the `NOVELTY_NEIGHBOURS` nearest items of the pack, relative to the pack's threshold.

    Args:
        distances: Distances to the pack's nearest items, nearest first.
        threshold: The pack's `novelty.distance`, a value of the same mean.
    """
    nearest = np.asarray(distances, dtype=np.float64)[:NOVELTY_NEIGHBOURS]
    return float(nearest.mean() / threshold)
