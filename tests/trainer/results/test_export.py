"""The map of a datastore too large to be laid out as a whole."""

import numpy as np
import pytest

from trainer.results import export


def test_items_that_tsne_does_not_place_are_among_the_most_similar(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    centres = np.eye(3, 8)
    rows = np.repeat(centres, 100, axis=0) + 0.05 * rng.standard_normal((300, 8))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)[rng.permutation(300)]
    monkeypatch.setattr(export, "LOOKED_AT", 60)
    places = export.item_map(rows)
    laid = export.evenly(300, 60)
    assert len(laid) == 60
    others = np.setdiff1d(np.arange(300), laid)
    for i in others:
        nearest = np.argsort(-(rows[i] @ rows[laid].T))[:3]
        np.testing.assert_allclose(places[i], places[laid[nearest]].mean(axis=0), atol=1e-6)
    assert np.abs(places[laid]).max() == pytest.approx(1.0)


@pytest.mark.parametrize(("n", "most"), [(5, 10), (10, 10), (11, 10), (1_000_000, 20_000)])
def test_evenly(n: int, most: int) -> None:
    drawn = export.evenly(n, most)
    assert len(drawn) == min(n, most)
    assert (drawn[0], drawn[-1]) == (0, n - 1)
    assert np.diff(drawn).max() <= -(-n // most) + 1
