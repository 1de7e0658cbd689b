"""Scores against hand-computed numbers."""

import numpy as np
import pytest

from trainer.training.metrics import (
    bootstrap_interval,
    bootstrap_mean_of_folds,
    calibration_error,
    confusion_matrix,
    coverage_curve,
    macro_f1,
    paired_difference,
    score,
    unweighted_accuracy,
    weighted_accuracy,
)

TRUTH = np.array([0, 0, 0, 0, 1, 1, 2, 2])
ANSWERS = np.array([0, 0, 0, 1, 1, 0, 2, 2])


def test_accuracies_by_hand() -> None:
    assert weighted_accuracy(TRUTH, ANSWERS) == pytest.approx(75.0)
    assert unweighted_accuracy(TRUTH, ANSWERS, 3) == pytest.approx(100 * (3 / 4 + 1 / 2 + 1) / 3)
    assert macro_f1(TRUTH, ANSWERS, 3) == pytest.approx(100 * (6 / 8 + 2 / 4 + 1) / 3)
    assert confusion_matrix(TRUTH, ANSWERS, 3).tolist() == [[3, 1, 0], [1, 1, 0], [0, 0, 2]]


def test_labels_that_do_not_occur_do_not_count() -> None:
    assert unweighted_accuracy(TRUTH, ANSWERS, 5) == unweighted_accuracy(TRUTH, ANSWERS, 3)


def test_calibration_error_by_hand() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    # confidence 0.9: one of two right, gap 0.4; confidence 0.6: both right, gap 0.4
    assert calibration_error(np.array([0, 1, 1, 1]), probabilities) == pytest.approx(0.4)


def test_bootstrap_draws_whole_speakers() -> None:
    truth = np.array([0, 1] * 50)
    answers = truth.copy()
    answers[:10] = 1 - answers[:10]
    one_bad_speaker = ["bad"] * 10 + [f"s{i // 10}" for i in range(90)]
    low, high = bootstrap_interval(truth, answers, one_bad_speaker, 2)
    assert low < 90.0 < high
    assert high == 100.0  # some draws leave the bad speaker out


def test_paired_difference_of_equal_answers_is_zero_and_of_better_ones_is_above() -> None:
    truth = np.tile([0, 1], 40)
    speakers = [f"s{i // 8}" for i in range(80)]
    worse = truth.copy()
    worse[::4] = 1 - worse[::4]
    assert paired_difference(truth, worse, worse, speakers, 2) == (0.0, 0.0, 0.0)
    difference, low, high = paired_difference(truth, truth, worse, speakers, 2)
    assert difference == pytest.approx(25.0)
    assert 0 < low <= difference <= high


def test_coverage_curve_starts_with_the_surest() -> None:
    probabilities = np.array([[0.6, 0.4], [0.99, 0.01], [0.2, 0.8]])
    confidence, coverage, accuracy = coverage_curve(np.array([1, 0, 1]), probabilities)
    assert confidence.tolist() == [0.99, 0.8, 0.6]
    assert coverage.tolist() == pytest.approx([1 / 3, 2 / 3, 1])
    assert accuracy.tolist() == pytest.approx([1, 1, 2 / 3])


def test_score_agrees_with_its_parts() -> None:
    probabilities = np.eye(3)[ANSWERS]
    found = score(TRUTH, probabilities, ["a", "a", "b", "b", "a", "b", "a", "b"])
    assert (found.wa, found.n) == (75.0, 8)
    assert found.ua_low <= found.ua <= found.ua_high


def test_the_mean_of_folds_counts_a_small_fold_as_much_as_a_large_one() -> None:
    truth = np.array([0, 1] * 100)
    answers = truth.copy()
    answers[180:] = 0  # the last 20 clips, a fold of their own, are half wrong: UA 50; the other fold's UA is 100
    folds = ["large"] * 180 + ["small"] * 20
    low, high = bootstrap_mean_of_folds(truth, answers, [f"s{i // 10}" for i in range(200)], folds, 2)
    assert low == high == 75.0
