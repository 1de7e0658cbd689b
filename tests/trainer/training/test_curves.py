"""Curves as CSV, for TensorBoard, and for accelerate's trackers, which are replaced by small ones here."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.trainer.small_tracker import Small, tracked
from trainer.recipe import RecipeError
from trainer.training.curves import QUIET, Curves, check_trackers, read_curves, track_scores

ROWS = [[1, 0.9, -1.0, 0.1, float("nan")], [2, 0.7, 55.0, 0.05, 0.8], [3, 0.6, 60.0, 0.0, 0.7]]


def test_each_row_is_logged_once_and_a_failed_training_ends_its_run(tmp_path: Path, small: list[Small]) -> None:
    def interrupted() -> None:
        with Curves(tmp_path / "a.csv", tracked(tmp_path, "wandb")) as curves:
            for n in (1, 2, 3):
                assert small[0].running
                curves.write(ROWS[:n])
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    (one,) = small
    assert not one.running
    assert (one.project, one.settings) == ("tiny", {"finetune.epochs": 5})
    assert [step for step, _ in one.logged] == [1, 2, 3]
    assert one.logged[0][1] == {"loss": 0.9, "validation_accuracy": -1.0, "learning_rate": 0.1}  # and no nan
    assert one.logged[2][1]["validation_loss"] == 0.7
    assert read_curves(tmp_path / "a.csv")[1:] == ROWS[1:]
    assert not (tmp_path / "tensorboard").exists()  # not asked for


def test_nothing_is_sent_unless_the_environment_says_so(
    tmp_path: Path, small: list[Small], monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[str] = []

    def set_tracking_uri(place: str) -> None:
        places.append(place)
        os.environ["MLFLOW_TRACKING_URI"] = place  # as MLflow does

    monkeypatch.setitem(sys.modules, "mlflow", SimpleNamespace(set_tracking_uri=set_tracking_uri))
    with Curves(tmp_path / "b.csv", replace(tracked(tmp_path, "mlflow"), folder=tmp_path / "another")):
        assert places.pop() == f"sqlite:///{tmp_path.resolve() / 'another' / 'mlflow.db'}"
        small.clear()
    with Curves(tmp_path / "a.csv", tracked(tmp_path, "wandb", "mlflow")):
        assert small[0].options["mode"] == "offline"
        assert small[0].options["dir"] == str(tmp_path)
        assert small[1].options == {"run_name": "fold1/0 head"}
        assert places == [f"sqlite:///{tmp_path.resolve() / 'mlflow.db'}"]
        assert {name: os.environ[name] for name in QUIET} == QUIET
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ours:5000")
    with Curves(tmp_path / "a.csv", tracked(tmp_path, "wandb", "mlflow")):
        assert small[2].options["mode"] == "online"
        assert len(places) == 1


def test_scores_are_a_run_of_their_own(tmp_path: Path, small: list[Small]) -> None:
    track_scores(tracked(tmp_path, "tensorboard"), {"ua/0": 50.0})
    assert small == []
    track_scores(tracked(tmp_path, "tensorboard", "wandb"), {"ua/0": 50.0})
    assert small[0].logged == [(None, {"ua/0": 50.0})]
    assert not small[0].running


def test_tensorboard_has_only_one_training(tmp_path: Path, small: list[Small]) -> None:
    for rows in (ROWS, ROWS[:2]):
        with Curves(tmp_path / "a.csv", tracked(tmp_path, "tensorboard")) as curves:
            curves.write(rows)
    (events,) = (tmp_path / "tensorboard" / "a").iterdir()
    board = EventAccumulator(str(events)).Reload()
    assert [(e.step, round(e.value, 3)) for e in board.Scalars("loss")] == [(1, 0.9), (2, 0.7)]
    assert small == []


def test_a_missing_tracker_is_an_error_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    check_trackers(("tensorboard",))
    monkeypatch.setattr("trainer.training.curves.find_spec", lambda name: None if name == "wandb" else name)
    with pytest.raises(RecipeError, match="`trackers` has wandb, which is not installed: run pip install wandb"):
        check_trackers(("tensorboard", "mlflow", "wandb"))
