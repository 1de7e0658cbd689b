"""Which windows of speech are one speaker's, their number found or given.

Where it is found, by variational Bayes: a mixture of speakers in the space of the embeddings, where the speakers that
the sound does not ask for fade away. Source: Landini et al., "Bayesian HMM clustering of x-vector sequences (VBx) in
speaker diarization", Computer Speech & Language 71, 2022, eq. 16 to 26, without the chain: windows that follow one
another in a stretch are taken together, and `smoothed` takes its place.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from desktop_app.engine.speakers.windows import SpeechWindows
from desktop_app.errors import Cancelled

MOST_SPEAKERS = 8
TOGETHER = 6
"""Windows of a stretch that are taken together, some 3.5 s: less says little of a voice, more may be two."""

HEEDED = 0.5
"""F_A: what is heard together counts for half of what it would count by itself: neighbours are of one mood."""
SPARING = 3.0
"""F_B: how much speaks against one speaker more."""
SURE = 0.9
"""Of the first guess."""
VB_ROUNDS = 15
FADED = 1e-3
"""The share of a speaker who is none."""

STARTS = 8
ROUNDS = 50

LIKENESS = 12.0
"""What a difference of 1 in cosine counts for, as a logarithm of probability ..."""
STAYING = 2.5
"""... against a change of speaker from one window to the next ..."""
STAYING_OVER_PAUSE = 0.75
"""... and where there is a pause between them."""

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def cluster(windows: SpeechWindows, speakers: int | None, should_stop: Callable[[], bool] | None = None) -> Labels:
    """The speaker of each window, int64 [n], counted from 0.

    Args:
        speakers: How many; None: to be found. There may be fewer, never more.

    Raises:
        Cancelled: If `should_stop` said so.
    """
    together = _together(windows)
    sums = np.stack([np.bincount(together, column) for column in windows.embeddings.T], axis=1)
    points: Points = sums / np.bincount(together)[:, None]
    most = min(speakers or MOST_SPEAKERS, len(points))
    labels = _k_means(_unit(points), most, should_stop)
    if speakers is None:
        labels = _fading(points, windows.between.astype(np.float64), np.eye(most)[labels])
    return smoothed(windows, labels[together])


def smoothed(windows: SpeechWindows, labels: Labels) -> Labels:
    """The labels [n] with less to and fro: the most probable way through the speakers' means, by Viterbi."""
    points = _unit(windows.embeddings.astype(np.float64))
    penalties = np.where(np.diff(windows.stretch_of) > 0, STAYING_OVER_PAUSE, STAYING)
    for _ in range(4):
        means = _unit(np.stack([points[labels == k].mean(axis=0) for k in np.unique(labels)]))
        labels = _best_way(LIKENESS * points @ means.T, penalties)
    return labels


def _together(windows: SpeechWindows) -> Labels:
    """The group [n] of each window, rising from 0: the windows of a stretch, evenly in groups of TOGETHER at most."""
    _, first, counts = np.unique(windows.stretch_of, return_index=True, return_counts=True)
    groups = -(-counts // TOGETHER)
    place = np.arange(len(windows.stretch_of)) - np.repeat(first, counts)
    offset = np.repeat(np.cumsum(groups) - groups, counts)
    return np.asarray(offset + place * np.repeat(groups, counts) // np.repeat(counts, counts))


def _fading(points: Points, between: Points, shares: Points) -> Labels:
    """Labels [n] of points [n, d], whose variance is 1 within a speaker and `between` [d] between speakers.

    Args:
        shares: The first guess, float64 [n, speakers], rows of 0 and 1.
    """
    shares = SURE * shares + (1 - SURE) / shares.shape[1]
    rho = points * np.sqrt(between)
    for _ in range(VB_ROUNDS):
        prior = shares.mean(axis=0)
        shares, prior = shares[:, prior > FADED], prior[prior > FADED]
        shares /= shares.sum(axis=1, keepdims=True)
        precision = 1 + HEEDED / SPARING * shares.sum(axis=0)[:, None] * between
        means = HEEDED / SPARING / precision * (shares.T @ rho)
        likely = HEEDED * (rho @ means.T - ((1 / precision + means**2) @ between) / 2) + np.log(prior)
        shares = np.exp(likely - likely.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
    return np.asarray(shares.argmax(axis=1))


def _k_means(points: Points, clusters: int, should_stop: Callable[[], bool] | None) -> Labels:
    """Labels [n] of points [n, d]: the best of STARTS starts, the same each time."""
    rng = np.random.default_rng(0)
    best = (np.inf, np.zeros(len(points), np.int64))
    for _ in range(STARTS):
        if should_stop is not None and should_stop():
            raise Cancelled
        centres = points[rng.integers(len(points))][None]
        while len(centres) < clusters:
            far = _distances(points, centres).min(axis=1)
            chances = far / far.sum() if far.sum() > 0 else None
            centres = np.concatenate([centres, points[rng.choice(len(points), p=chances)][None]])
        for _ in range(ROUNDS):
            distances = _distances(points, centres)
            labels = distances.argmin(axis=1)
            moved = np.stack(
                [points[labels == k].mean(axis=0) if (labels == k).any() else centres[k] for k in range(clusters)]
            )
            if np.array_equal(moved, centres):
                break
            centres = moved
        spread = float(distances.min(axis=1).sum())
        if spread < best[0]:
            best = (spread, labels)
    return best[1]


def _distances(points: Points, centres: Points) -> Points:
    """Squared, [n, centres]."""
    squares = np.square(points).sum(axis=1)[:, None] + np.square(centres).sum(axis=1)
    return np.asarray(np.maximum(squares - 2 * points @ centres.T, 0.0))


def _best_way(likely: Points, penalties: Points) -> Labels:
    """The states [n] with the highest sum of likely [n, states] less penalties [n - 1] for each change."""
    states = np.arange(likely.shape[1])
    score = likely[0]
    came_from = []
    for now, penalty in zip(likely[1:], penalties, strict=True):
        best = int(score.argmax())
        moved = score[best] - penalty
        came_from.append(np.where(moved > score, best, states))
        score = np.maximum(score, moved) + now
    way = [int(score.argmax())]
    for before in reversed(came_from):
        way.append(int(before[way[-1]]))
    return np.array(way[::-1], np.int64)


def _unit(rows: Points) -> Points:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
