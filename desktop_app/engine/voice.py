"""A speaker's baseline from a few unlabelled recordings: what is the voice, once the mood is taken out.

The model behind it: x = mu + speaker + emotion + noise, where x is a clip's pooled features (centred, so mu = 0). The
classifier says how likely each emotion is for a clip, the pack says what each emotion adds on average, and what is left
over, averaged and shrunk towards zero, is the maximum a posteriori estimate of the speaker. Taking the expected
emotion off before averaging keeps clips that are all of one mood from being mistaken for the voice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]

Classify = Callable[[Floats, Floats], Probabilities]
"""(pooled [n, D], baseline [D]) -> probabilities float64 [n, L], rows summing to 1, without neighbours."""

ITERATIONS = 3  # each classifies all clips once with the baseline so far


@dataclass(frozen=True)
class VoicePrior:
    """What a pack knows of speakers in general.

    Attributes:
        emotion_offsets: float32 [L, D], what each label adds to a speaker's clips on average, in the space of `pooled`.
        clips_to_half: float32 [D] or [1], the number of clips at which half of their mean is believed: the variance
            within a speaker over the variance between speakers (W / B), so that n / (n + W / B) = B / (B + W / n).
    """

    emotion_offsets: Floats
    clips_to_half: Floats


@dataclass(frozen=True)
class Voice:
    """A speaker's baseline.

    Attributes:
        baseline: float32 [D], subtracted from `pooled` before the head; exactly zeros for a speaker not known.
        clips: How many recordings it rests on.
        settled: 0 to 1, how much of their mean is believed: the shrinkage, averaged over the dimensions.
    """

    baseline: Floats
    clips: int
    settled: float


def unknown_voice(pooled_dim: int) -> Voice:
    """The voice of a speaker not known: zeros."""
    return Voice(np.zeros(pooled_dim, dtype=np.float32), 0, 0.0)


def estimate_baseline(pooled: Floats, classify: Classify, prior: VoicePrior, iterations: int = ITERATIONS) -> Voice:
    """Estimate a speaker's baseline from unlabelled clips.

    b <- shrink(n) * mean_i(x_i - sum_k p_k(x_i | b) m_k), from b = 0, where m_k is the offset of emotion k.

    Args:
        pooled: float32 [n, D], the clips' pooled features; n may be 0.
        classify: The pack's classifier, see `Classify`.
        prior: The pack's.
        iterations: How often the clips are classified with the baseline so far.
    """
    n, pooled_dim = pooled.shape
    if n == 0:
        return unknown_voice(pooled_dim)
    shrink = n / (n + prior.clips_to_half.astype(np.float64))
    mean = pooled.mean(axis=0, dtype=np.float64)
    baseline = np.zeros(pooled_dim, dtype=np.float32)
    for _ in range(iterations):
        moods = classify(pooled, baseline).mean(axis=0)  # [L], the mean clip's expected emotion
        baseline = (shrink * (mean - moods @ prior.emotion_offsets)).astype(np.float32)
    return Voice(baseline, n, float(shrink.mean()))
