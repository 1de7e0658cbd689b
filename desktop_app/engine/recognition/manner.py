"""How something was said, against how this voice usually speaks: figures for programs, words for people."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CLEARLY = 0.7
"""Standard deviations over all clips from which on a manner is told: a speaker's own clips vary by 0.6 to 0.9."""

WORDS = {
    "pitch": ("lower", "higher"),
    "melody": ("flatter", "livelier"),
    "tempo": ("slower", "faster"),
    "effort": ("softer", "more forcefully"),
}
"""For less and for more than usual, by the names that pack.json gives the columns under `manner`."""


def manner_of(pooled: Floats, baseline: Floats, columns: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """By name, by how many standard deviations (over all clips that the pack was made of) this is more than usual.

    Args:
        pooled: float32 [D], a recording's features.
        baseline: float32 [D], what is usual for the voice: zeros for what is usual for all.
        columns: By name, which of the D tells it, and 1, or -1 where less of the feature is more of the manner.
    """
    return {name: sign * float(pooled[at] - baseline[at]) for name, (at, sign) in columns.items()}


def told(manner: Mapping[str, float]) -> tuple[str, ...]:
    """The names of what is clearly other than usual, the clearest first."""
    clear = [name for name in WORDS if abs(manner.get(name, 0.0)) >= CLEARLY]
    return tuple(sorted(clear, key=lambda name: -abs(manner[name])))


def in_words(manner: Mapping[str, float]) -> tuple[str, ...]:
    """The English words for those."""
    return tuple(WORDS[name][manner[name] > 0] for name in told(manner))
