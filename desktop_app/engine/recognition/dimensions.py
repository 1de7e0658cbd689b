"""Arousal, dominance and valence of a recording, which a pack may tell beside the label."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def told(embedding: Floats, weights: Floats) -> Floats:
    """What a pack's linear map tells of embeddings, float32 [n, dimensions], 0 to 1.

    Args:
        embedding: float32 [n, E], L2-normalised.
        weights: float32 [dimensions, E + 1], see `Pack.dimensions`.
    """
    return np.asarray(np.clip(embedding @ weights[:, :-1].T + weights[:, -1], 0.0, 1.0))
