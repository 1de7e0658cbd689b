"""Arousal, dominance and valence: the map of the embedding, and how well it predicts them."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from desktop_app.engine.pack.format import KNOWN_DIMENSIONS
from desktop_app.engine.recognition.dimensions import told
from trainer.data.corpora import Utterance, own
from trainer.recipe import CorporaRecipe
from trainer.training.dimensions import PENALTIES, best_penalty, fit_map, values_of
from trainer.training.metrics import concordance, concordance_interval


def embeddings(n: int, size: int = 6, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((n, size)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def test_the_trainer_and_the_pack_name_the_same_dimensions() -> None:
    assert set(own.DIMENSIONS) == set(KNOWN_DIMENSIONS)
    assert set(CorporaRecipe.__annotations__["dimensions"].__args__[0].__args__) == set(KNOWN_DIMENSIONS)


def test_the_map_is_ridge_regression_on_the_clips_that_are_rated() -> None:
    x, rng = embeddings(40), np.random.default_rng(1)
    values = np.clip(0.5 + 0.2 * x[:, :2] + 0.05 * rng.standard_normal((40, 2)), 0, 1).astype(np.float64)
    values[5:20, 1] = np.nan
    found = fit_map(x, values, 0.01)
    for number, known in enumerate((np.arange(40), np.r_[0:5, 20:40])):
        expected = Ridge(alpha=0.01 * len(known)).fit(x[known], values[known, number])
        np.testing.assert_allclose(found[number, :-1], expected.coef_, atol=1e-5)
        assert found[number, -1] == pytest.approx(expected.intercept_, abs=1e-5)
    np.testing.assert_allclose(told(x, found)[:, 0], (x @ found[0, :-1] + found[0, -1]).clip(0, 1), atol=1e-6)
    assert told(x, np.array([[0, 0, 0, 0, 0, 0, 1.5]], np.float32)).max() == 1.0


def test_a_dimension_without_ratings_is_neither_predicted_nor_scored() -> None:
    x = embeddings(10)
    values = np.column_stack([x[:, 0], np.full(10, np.nan)]).astype(np.float64)
    said = told(x, fit_map(x, values, 0.001))
    assert np.isfinite(said[:, 0]).all()
    assert np.isnan(said[:, 1]).all()
    assert concordance(values[:, 1], said[:, 1]) == 0.0
    assert best_penalty([(x, values, x, values)]) in PENALTIES


def test_the_penalty_is_the_best_for_unknown_speakers() -> None:
    x, rng = embeddings(30, 25), np.random.default_rng(2)
    clean = (0.5 + 0.8 * x[:, :1]).astype(np.float64)
    noisy = clean + 0.5 * rng.standard_normal(clean.shape)
    strangers = embeddings(200, 25, seed=3)
    theirs = (0.5 + 0.8 * strangers[:, :1]).astype(np.float64)
    assert best_penalty([(x, clean, strangers, theirs)]) == PENALTIES[0]
    chosen = best_penalty([(x, noisy, strangers, theirs)])
    assert chosen > PENALTIES[0]
    reached = {p: concordance(theirs[:, 0], told(strangers, fit_map(x, noisy, p))[:, 0]) for p in PENALTIES}
    assert reached[chosen] == max(reached.values())


def test_concordance_is_lins() -> None:
    rng = np.random.default_rng(4)
    truth, said = rng.random(50), rng.random(50)
    covariance = np.cov(truth, said, bias=True)
    expected = 2 * covariance[0, 1] / (covariance[0, 0] + covariance[1, 1] + (truth.mean() - said.mean()) ** 2)
    assert concordance(truth, said) == pytest.approx(expected, abs=1e-12)
    assert concordance(truth, truth) == pytest.approx(1.0)
    assert concordance(truth, 1 - truth) < -0.8
    assert concordance(truth, truth + 0.3) < 0.9  # a shift counts, which a correlation forgives
    assert concordance(truth, np.full(50, truth.mean())) == pytest.approx(0.0, abs=1e-9)
    holes = truth.copy()
    holes[:10] = np.nan
    assert concordance(holes, said) == pytest.approx(concordance(truth[10:], said[10:]))


def test_the_interval_draws_whole_speakers() -> None:
    rng = np.random.default_rng(5)
    truth, speakers = rng.random(60), np.repeat([f"{i}" for i in range(6)], 10).tolist()
    said = truth + 0.2 * rng.standard_normal(60)
    low, high = concordance_interval(truth, said, speakers)
    assert low < concordance(truth, said) < high
    assert (low, high) == concordance_interval(truth, said, speakers)
    one = concordance_interval(truth, said, ["the same"] * 60)
    assert one == pytest.approx((concordance(truth, said),) * 2)


def test_values_of_clips() -> None:
    def clip(*dimensions: tuple[str, float]) -> Utterance:
        return Utterance("own/a", Path("a"), "own", "ann", "calm", dimensions=dimensions)

    values = values_of([clip(("valence", 0.25), ("arousal", 1.0)), clip()], ("arousal", "valence"))
    np.testing.assert_array_equal(values, [[1.0, 0.25], [np.nan, np.nan]])
    assert values_of([clip()], ()).shape == (1, 0)
