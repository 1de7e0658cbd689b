"""Which windows of speech are one speaker's, their number found or given.

k-means over what is heard together, and a way through the speakers' means by Viterbi. Where the number is to be found,
it is the one under which the embeddings are likeliest, each speaker's own point integrated out; that what follows one
another is of one mood and says less than it seems, is weighed as F_A in Landini et al., "Bayesian HMM clustering of
x-vector sequences (VBx) in speaker diarization", Computer Speech & Language 71, 2022.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from desktop_app.engine.speakers.windows import SpeechWindows
from desktop_app.errors import Cancelled

MOST_SPEAKERS = 8
TOGETHER = 3
"""Windows of a stretch that are taken together, some 3.5 s: less says little of a voice, more may be two."""

HEEDED = 0.4
"""F_A: what is heard together counts for this much of an independent sight of its speaker."""

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
        Cancelled: `should_stop` returned True.
    """
    together = _together(windows)
    sums = np.stack([np.bincount(together, column) for column in windows.embeddings.T], axis=1)
    points: Points = sums / np.bincount(together)[:, None]
    most = min(speakers or MOST_SPEAKERS, len(points))
    numbers = range(1, most + 1) if speakers is None else [most]
    guesses = [_k_means(_unit(points), number, should_stop) for number in numbers]
    heard = np.bincount(together).astype(np.float64)
    weights, between = HEEDED * heard / heard.mean(), windows.between.astype(np.float64)
    likeliest = max(guesses, key=lambda labels: _evidence(points, weights, between, labels))
    return smoothed(windows, likeliest[together])


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


def _evidence(points: Points, weights: Points, between: Points, labels: Labels) -> float:
    """How likely points [n, d] are where these labels [n] are their speakers, a logarithm up to a constant.

    Each speaker's own point is drawn with the variance `between` [d], what is heard of them around it with variance 1.
    """
    sums = np.stack([np.bincount(labels, weights * column) for column in points.T], axis=1)
    counts = np.bincount(labels, weights)[:, None]
    spread = 1 + counts * between
    return float((np.square(sums) * between / spread - np.log(spread)).sum() / 2)


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
