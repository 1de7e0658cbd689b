"""Predicts arousal, dominance and valence by a linear map of the embedding, which is fitted by ridge regression."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine.recognition.dimensions import told
from trainer.data.corpora import Utterance
from trainer.training.metrics import concordance

Floats = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]

PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
"""Candidates, to be seen in relation to the variance of embeddings of length 1."""


def values_of(utterances: Sequence[Utterance], names: Sequence[str]) -> Values:
    """Ratings of the dimensions `names`, float64 [n, names], 0 to 1, or nan if a clip has no rating."""
    known = [dict(u.dimensions) for u in utterances]
    return np.array([[k.get(name, np.nan) for name in names] for k in known]).reshape(len(known), len(names))


def fit_map(embeddings: Floats, values: Values, penalty: float) -> Floats:
    """Weights and intercept of each dimension, float32 [K, E + 1], see `Pack.dimensions`; nan if no clip is rated.

    Args:
        embeddings: L2-normalised embeddings of the training clips, float32 [n, E].
        values: Ratings, float64 [n, K], 0 to 1, or nan if unknown.
        penalty: Penalty on the squared weights, added to the mean squared error.
    """
    weights = np.full((values.shape[1], embeddings.shape[1] + 1), np.nan)
    for row, value in zip(weights, values.T, strict=True):
        known = ~np.isnan(value)
        if not known.any():
            continue
        x, y = embeddings[known].astype(np.float64), value[known]
        mean = x.mean(0)
        x -= mean
        squares = x.T @ x / len(x) + penalty * np.eye(x.shape[1])
        row[:-1] = np.linalg.solve(squares, x.T @ (y - y.mean()) / len(x))
        row[-1] = y.mean() - row[:-1] @ mean
    return weights.astype(np.float32)


def best_penalty(sets: Sequence[tuple[Floats, Values, Floats, Values]]) -> float:
    """The penalty with the best mean concordance for unknown speakers, over all sets and dimensions.

    Args:
        sets: Embeddings and ratings to fit on, and embeddings and ratings of unknown speakers to test on.
    """

    def mean(penalty: float) -> float:
        found = [
            concordance(value, of)
            for known, values, strangers, theirs in sets
            for value, of in zip(theirs.T, told(strangers, fit_map(known, values, penalty)).T, strict=True)
            if np.isfinite(value + of).any()
        ]
        return float(np.mean(found)) if found else 0.0

    return max(PENALTIES, key=mean)
