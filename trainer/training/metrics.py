"""Scores: accuracies, macro-F1, confusion matrices, calibration, and intervals from resampling speakers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

T = TypeVar("T", np.int64, np.float64)

ECE_BINS = 15
BOOTSTRAP_DRAWS = 1000


def confusion_matrix(truth: Ints, answers: Ints, n_labels: int) -> Ints:
    """Counts, int64 [n_labels, n_labels]; rows are true labels, columns are predicted ones."""
    return np.bincount(truth * n_labels + answers, minlength=n_labels**2).reshape(n_labels, n_labels)


def weighted_accuracy(truth: Ints, answers: Ints) -> float:
    """WA: the share of clips that are classified correctly, in per cent."""
    return 100.0 * float((truth == answers).mean())


def unweighted_accuracy(truth: Ints, answers: Ints, n_labels: int) -> float:
    """UA: the mean recall of the labels that occur, in per cent."""
    return _ua(confusion_matrix(truth, answers, n_labels))


def _ua(confusion: Ints) -> float:
    totals = confusion.sum(1)
    there = totals > 0
    return 100.0 * float((np.diag(confusion)[there] / totals[there]).mean())


def macro_f1(truth: Ints, answers: Ints, n_labels: int) -> float:
    """Mean of 2 TP / (2 TP + FP + FN) over the labels that occur, in per cent."""
    confusion = confusion_matrix(truth, answers, n_labels)
    hits, totals, answered = np.diag(confusion), confusion.sum(1), confusion.sum(0)
    there = totals > 0
    return 100.0 * float((2 * hits[there] / (totals[there] + answered[there])).mean())


def calibration_error(truth: Ints, probabilities: Floats, bins: int = ECE_BINS) -> float:
    """Expected calibration error: mean |confidence - accuracy| over bins of equal width, weighted by clips; 0 to 1."""
    confidence, answers = probabilities.max(1), probabilities.argmax(1)
    which = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    n = np.bincount(which, minlength=bins)
    gap = np.bincount(which, confidence - (answers == truth), minlength=bins)
    return float(np.abs(gap[n > 0]).sum() / len(truth))


def reliability(truth: Ints, probabilities: Floats, bins: int = 5) -> list[tuple[float, float]]:
    """Mean confidence and accuracy, 0 to 1, in bins of equally many clips sorted by confidence."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return [(float(confidence[p].mean()), float(right[p].mean())) for p in parts if len(p)]


@dataclass(frozen=True)
class Scores:
    """Scores of a set of answers: in per cent, ECE 0 to 1, and the 95 % interval of UA over resampled speakers."""

    n: int
    wa: float
    ua: float
    macro_f1: float
    ece: float
    ua_low: float
    ua_high: float
    confusion: tuple[tuple[int, ...], ...]


def score(truth: Ints, probabilities: Floats, speakers: Sequence[str], seed: int = 0) -> Scores:
    """All scores of probabilities [n, L] against true labels [n]."""
    n_labels = probabilities.shape[1]
    answers = probabilities.argmax(1)
    low, high = bootstrap_interval(truth, answers, speakers, n_labels, seed)
    confusion = confusion_matrix(truth, answers, n_labels)
    return Scores(
        len(truth),
        weighted_accuracy(truth, answers),
        _ua(confusion),
        macro_f1(truth, answers, n_labels),
        calibration_error(truth, probabilities),
        low,
        high,
        tuple(tuple(int(v) for v in row) for row in confusion),
    )


def bootstrap_interval(
    truth: Ints, answers: Ints, speakers: Sequence[str], n_labels: int, seed: int = 0, draws: int = BOOTSTRAP_DRAWS
) -> tuple[float, float]:
    """95 % interval of UA from resampling the speakers with replacement, each with all their clips."""
    drawn = _resampled(
        [confusion_matrix(truth[own], answers[own], n_labels) for own in by_speaker(speakers)], seed, draws
    )
    values = [_ua(c) for c in drawn]
    return float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))


def bootstrap_mean_of_folds(
    truth: Ints,
    answers: Ints,
    speakers: Sequence[str],
    folds: Sequence[str],
    n_labels: int,
    seed: int = 0,
    draws: int = BOOTSTRAP_DRAWS,
) -> tuple[float, float]:
    """95 % interval of the mean UA of the folds, from resampling the speakers of each fold."""
    names, fold_of = np.array(speakers), np.array(folds)
    values = []
    for number, fold in enumerate(np.unique(fold_of)):
        own = fold_of == fold
        matrices = [
            confusion_matrix(truth[own][rows], answers[own][rows], n_labels) for rows in by_speaker(names[own].tolist())
        ]
        values.append([_ua(c) for c in _resampled(matrices, seed + number, draws)])
    mean = np.mean(values, axis=0)
    return float(np.percentile(mean, 2.5)), float(np.percentile(mean, 97.5))


def paired_difference(
    truth: Ints,
    answers: Ints,
    other: Ints,
    speakers: Sequence[str],
    n_labels: int,
    seed: int = 0,
    draws: int = BOOTSTRAP_DRAWS,
) -> tuple[float, float, float]:
    """UA(answers) - UA(other) on the same clips, with its 95 % interval over resampled speakers."""
    pairs = [
        np.stack([confusion_matrix(truth[own], a[own], n_labels) for a in (answers, other)])
        for own in by_speaker(speakers)
    ]
    values = [_ua(c[0]) - _ua(c[1]) for c in _resampled(pairs, seed, draws)]
    difference = unweighted_accuracy(truth, answers, n_labels) - unweighted_accuracy(truth, other, n_labels)
    return difference, float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))


def concordance(truth: Floats, told: Floats) -> float:
    """Lin's concordance correlation coefficient (CCC) over the clips [n] for which both values are known (not nan).

    1 is perfect; predicting the mean for every clip gives 0.
    """
    return _ccc(_moments(truth, told))


def concordance_interval(
    truth: Floats, told: Floats, speakers: Sequence[str], seed: int = 0, draws: int = BOOTSTRAP_DRAWS
) -> tuple[float, float]:
    """95 % interval of the CCC from resampling the speakers with replacement."""
    drawn = _resampled([_moments(truth[own], told[own]) for own in by_speaker(speakers)], seed, draws)
    values = [_ccc(moments) for moments in drawn]
    return float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))


def _moments(x: Floats, y: Floats) -> Floats:
    """Sums of 1, x, y, x squared, y squared and x y over the clips for which both are known; float64 [6]."""
    known = np.isfinite(x + y)
    x, y = x[known].astype(np.float64), y[known].astype(np.float64)
    return np.array([len(x), x.sum(), y.sum(), x @ x, y @ y, x @ y])


def _ccc(moments: Floats) -> float:
    n = max(float(moments[0]), 1.0)
    x, y, xx, yy, xy = (float(m) / n for m in moments[1:])
    spread = (xx - x * x) + (yy - y * y) + (x - y) ** 2
    return 2 * (xy - x * y) / spread if spread > 1e-12 else 0.0


def by_speaker(speakers: Sequence[str]) -> list[Ints]:
    """Positions of each speaker's clips."""
    _, number, counts = np.unique(np.array(speakers), return_inverse=True, return_counts=True)
    order = np.argsort(number, kind="stable")
    return np.split(order, np.cumsum(counts)[:-1]) if len(speakers) else []


def _resampled(counts: Sequence[npt.NDArray[T]], seed: int, draws: int) -> list[npt.NDArray[T]]:
    rng = np.random.default_rng(seed)
    stacked = np.stack(counts)
    return [stacked[rng.integers(0, len(stacked), len(stacked))].sum(0) for _ in range(draws)]


def coverage_curve(truth: Ints, probabilities: Floats) -> tuple[Floats, Floats, Floats]:
    """Thresholds on the confidence, the share of clips that reach each, and the accuracy on those; [n] each."""
    confidence = probabilities.max(1)
    order = np.argsort(-confidence, kind="stable")
    right = (probabilities.argmax(1) == truth)[order]
    answered = np.arange(1, len(truth) + 1)
    return confidence[order], answered / len(truth), np.cumsum(right) / answered
