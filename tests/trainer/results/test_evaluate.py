"""Scores: each draw is scored by its own clips, and label sets are told by what they hold, name and get right."""

import numpy as np
import pytest

from trainer.results.evaluate import Answered, _breakdown, _honesty
from trainer.training.protocol import ITSELF, Condition

P = np.array([[0.6, 0.3, 0.1], [0.45, 0.15, 0.4], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]])


def answered(rows: list[int]) -> Answered:
    p = np.repeat(P[None, rows], 4, axis=0)
    return Answered(Condition(3, asked=ITSELF), 0, 0, np.array(rows), p, np.full(len(rows), 0.25))


def test_draws_of_other_clips_are_each_scored_by_their_own() -> None:
    truth, fold = np.array([0, 2, 1, 2]), np.array(["a", "a", "b", "b"])
    group = [answered([0, 1, 2, 3]), answered([0, 2])]
    truths, folds = [truth[a.rows] for a in group], [fold[a.rows].tolist() for a in group]
    assert _breakdown(truths, group, folds, 3) == {"a": (50.0 + 100.0) / 2, "b": 100.0}


def test_label_sets_are_told_by_what_they_hold_and_name() -> None:
    truth = np.array([0, 2, 1, 2])
    found = _honesty([truth], [answered([0, 1, 2, 3])], [["a"] * 4], "a")
    assert found["set_holds"] == 1.0  # {0, 1}, {0, 2}, {1}, {2}
    assert (found["named"], found["named_right"], found["two"]) == (0.5, 1.0, 0.5)
    assert found["ece"] == pytest.approx((0.4 + 0.45 + 0.3 + 0.2) / 4)
