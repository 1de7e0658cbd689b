"""Arousal, dominance and valence beside the label: a linear map of the embedding, by ridge regression."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from desktop_app.engine.recognition.dimensions import told
from trainer.data.corpora import Utterance
from trainer.training.metrics import concordance

Floats = npt.NDArray[np.float32]
Values = npt.NDArray[np.float64]

PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
"""Candidates, beside the variance of embeddings of length 1."""


def values_of(utterances: Sequence[Utterance], names: Sequence[str]) -> Values:
    """float64 [n, names], 0 to 1: arousal and so on, nan where a clip's is not known."""
    known = [dict(u.dimensions) for u in utterances]
    return np.array([[k.get(name, np.nan) for name in names] for k in known]).reshape(len(known), len(names))


def fit_map(embeddings: Floats, values: Values, penalty: float) -> Floats:
    """What each dimension weighs an embedding's parts by, and what is added; float32 [K, E + 1], see `Pack.dimensions`.

    Args:
        embeddings: float32 [n, E], L2-normalised, of the clips trained on.
        values: float64 [n, K], 0 to 1, nan where not known.
        penalty: On the squared weights, beside the mean squared error. A dimension that no clip has is nan.
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
    """The one of PENALTIES whose maps tell strangers best, by the mean concordance over all sets and dimensions.

    Args:
        sets: Embeddings and values to fit on, and those of strangers to tell.
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
