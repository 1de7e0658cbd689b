"""Whether two recordings sound like one speaker: how much likelier that is than that they are two people's."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def log_odds(embedding: Floats, known: Floats, between: Floats) -> float:
    """log p(embedding | the speaker of `known`) / p(embedding | anyone), positive where it is likelier theirs.

    By probabilistic linear discriminant analysis with one variance a dimension: 1 within a speaker, `between` over
    speakers. Source: Ioffe, "Probabilistic Linear Discriminant Analysis", ECCV 2006.

    Args:
        embedding: float32 [DIM], the mean over a recording's windows.
        known: float32 [n, DIM], of n recordings of a speaker, n at least 1.
        between: float32 [DIM], see `SpeakerEncoder`.
    """
    spread = between.astype(np.float64)
    belief = len(known) * spread / (1 + len(known) * spread)
    mean, variance = belief * known.mean(axis=0), 1 + spread / (1 + len(known) * spread)
    theirs = np.square(embedding - mean) / variance + np.log(variance)
    anyones = np.square(embedding) / (1 + spread) + np.log(1 + spread)
    return float((anyones - theirs).sum() / 2)
