"""How something was said, relative to how this voice usually speaks: as numbers and as words."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CLEARLY = 0.7
"""Standard deviations over all clips from which a manner is named; a speaker's own clips vary by 0.6 to 0.9."""

WORDS = {
    "pitch": ("lower", "higher"),
    "melody": ("flatter", "livelier"),
    "tempo": ("slower", "faster"),
    "effort": ("softer", "more forcefully"),
}
"""The words for less and for more than usual, by the names of the columns in pack.json under `manner`."""


def manner_of(pooled: Floats, baseline: Floats, columns: Mapping[str, tuple[int, int]]) -> dict[str, float]:
    """By name, how many standard deviations (over all clips that the pack was made from) this is above the usual.

    Args:
        pooled: float32 [D], a recording's features.
        baseline: float32 [D], the voice's usual features; zeros for those of all voices.
        columns: By name, the index of its feature among the D, and 1, or -1 if a lower feature means more.
    """
    return {name: sign * float(pooled[at] - baseline[at]) for name, (at, sign) in columns.items()}


def told(manner: Mapping[str, float]) -> tuple[str, ...]:
    """The names of the manners that are clearly unusual, the clearest first."""
    clear = [name for name in WORDS if abs(manner.get(name, 0.0)) >= CLEARLY]
    return tuple(sorted(clear, key=lambda name: -abs(manner[name])))


def in_words(manner: Mapping[str, float]) -> tuple[str, ...]:
    """The English words for the manners of `told`."""
    return tuple(WORDS[name][manner[name] > 0] for name in told(manner))


def enumerated(words: Sequence[str], last: str) -> str:
    """Words in a row, commas between them and `last` before the last one."""
    return last.join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
