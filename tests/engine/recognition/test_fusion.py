"""Softmax, the kNN distribution and eq. (4), against numbers worked out by hand."""

import numpy as np
import pytest

from desktop_app.engine.recognition.fusion import fuse, knn_distribution, knn_weights, label_set, novelty, softmax


def test_softmax_by_hand() -> None:
    # exp(ln 1), exp(ln 2), exp(ln 5) = 1, 2, 5: shares of 8
    assert softmax(np.log([1.0, 2.0, 5.0])) == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_softmax_temperature_by_hand() -> None:
    # ln 16 / 2 = ln 4, so 4 : 1
    assert softmax([np.log(16.0), 0.0], temperature=2.0) == pytest.approx([0.8, 0.2])


def test_softmax_survives_huge_logits_and_keeps_rows_apart() -> None:
    p = softmax(np.array([[1e30, 0.0], [-1e4, -1e4]]))
    assert p == pytest.approx(np.array([[1.0, 0.0], [0.5, 0.5]]))


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_softmax_refuses_a_temperature_that_is_not_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="temperature"):
        softmax([1.0, 2.0], temperature)


def test_distance_weights_by_hand() -> None:
    # exp(-d / T) with d = T ln 1, T ln 2, T ln 4: 1, 1/2, 1/4, shares 4/7, 2/7, 1/7
    d = 0.1 * np.log([1.0, 2.0, 4.0])
    assert knn_weights(d, 0.1, "distance") == pytest.approx([4 / 7, 2 / 7, 1 / 7])


def test_votes_are_all_alike() -> None:
    assert knn_weights([0.0, 1.0, 2.0, 9.0], 0.1, "vote") == pytest.approx([0.25] * 4)


def test_prior_multiplies_and_the_sum_stays_one() -> None:
    assert knn_weights([0.3, 0.3, 0.3], 1.0, "distance", prior=[6.0, 1.0, 1.0]) == pytest.approx([0.75, 0.125, 0.125])


def test_no_neighbours_is_a_bug() -> None:
    with pytest.raises(ValueError, match="at least one"):
        knn_weights([], 1.0, "vote")


def test_knn_distribution_by_hand() -> None:
    p = knn_distribution(np.array([2, 0, 2, 1]), np.array([0.4, 0.3, 0.2, 0.1]), 4)
    assert p == pytest.approx([0.3, 0.1, 0.6, 0.0])


def test_fuse_is_equation_4() -> None:
    p_knn, p_model = np.array([0.5, 0.5, 0.0]), np.array([0.1, 0.2, 0.7])
    assert fuse(p_knn, p_model, 0.25) == pytest.approx([0.2, 0.275, 0.525])
    assert fuse(p_knn, p_model, 0.0) == pytest.approx(p_model)
    assert fuse(p_knn, p_model, 1.0) == pytest.approx(p_knn)


@pytest.mark.parametrize("alpha", [-0.01, 1.01, float("nan")])
def test_fuse_refuses_alpha_outside_its_range(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        fuse(np.ones(1), np.ones(1), alpha)


def test_novelty_takes_the_five_nearest_whatever_k_is() -> None:
    assert novelty([0.1, 0.2, 0.3, 0.4, 0.5, 99.0], threshold=0.6) == pytest.approx(0.5)
    assert novelty([0.9], threshold=0.6) == pytest.approx(1.5)


def test_a_label_set_is_the_best_and_what_reaches_the_threshold_the_best_first() -> None:
    p = np.array([0.1, 0.3, 0.2, 0.4])
    assert label_set(p, 0.2) == [3, 1, 2]
    assert label_set(p, 0.31) == [3]
    assert label_set(p, 0.9) == [3]
    assert label_set(p, 0.0) == [3, 1, 2, 0]
