"""The curves of a training, one row per epoch, as CSV and for TensorBoard, Weights & Biases and MLflow.

The last two are written by accelerate's trackers into the run's folder, if the recipe's `trackers` names them. Nothing
is sent anywhere unless WANDB_MODE or MLFLOW_TRACKING_URI say so.
"""

import csv
import math
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trainer.recipe import RecipeError, Tracker
from trainer.training.processes import this_process

COLUMNS = ("epoch", "loss", "validation_accuracy", "learning_rate", "validation_loss")
"""The columns of fine-tuning; the training of a head has no validation loss."""

Row = Sequence[float]

QUIET = {"WANDB_ERROR_REPORTING": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
"""Turns off reports to the makers of W&B and MLflow, unless these variables are already set."""


@dataclass(frozen=True)
class Tracked:
    """Where the curves of a training go, beside its CSV file.

    Attributes:
        trackers: As in the recipe.
        folder: The run's folder, which holds wandb/ and mlflow.db.
        project: The recipe's name, which becomes the project in W&B and the experiment in MLflow.
        name: The name of this training, such as "fold1/0 head".
        settings: The recipe, flat, with the fold and the seed.
    """

    trackers: Sequence[Tracker] = ("tensorboard",)
    folder: Path = Path()
    project: str = ""
    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


BOARD_ALONE = Tracked()


def check_trackers(trackers: Sequence[Tracker]) -> None:
    """Checks, before hours of training, that every tracker is installed.

    Raises:
        RecipeError: One is not installed.
    """
    if missing := [name for name in trackers if find_spec(name) is None]:
        raise RecipeError(
            f"`trackers` has {missing[0]}, which is not installed: run pip install {missing[0]}, or remove it there."
        )


class Curves(AbstractContextManager["Curves"]):
    """Writes the curves of one training. If it is resumed, W&B and MLflow get a new run with all epochs."""

    def __init__(self, path: Path, tracked: Tracked) -> None:
        """`path` is a .csv file."""
        self._path, self._tracked, self._told = path, tracked, 0
        self._trackers = _started(tracked)

    def write(self, rows: Sequence[Row]) -> None:
        """Writes all rows to the CSV file and to tensorboard/ beside it, which holds only this training, and passes new
        rows on to the trackers."""
        columns = COLUMNS[: len(rows[0])] if rows else COLUMNS
        with self._path.open("w", newline="", encoding="utf-8") as f:
            writer = csv.writer(f)
            writer.writerow(columns)
            writer.writerows(rows)
        if "tensorboard" in self._tracked.trackers:
            _write_board(self._path.parent / "tensorboard" / self._path.stem, columns, rows)
        for row in rows[self._told :]:
            values = {n: float(v) for n, v in zip(columns[1:], row[1:], strict=True) if math.isfinite(v)}
            for tracker in self._trackers:
                tracker.log(values, step=int(row[0]))
        self._told = len(rows)

    def __exit__(self, *_: object) -> None:
        for tracker in self._trackers:
            tracker.finish()


def track_scores(tracked: Tracked, scores: Mapping[str, float]) -> None:
    """Logs the scores of a run in W&B and MLflow, as a separate run."""
    for tracker in _started(tracked):
        tracker.log(dict(scores))
        tracker.finish()


def _started(tracked: Tracked) -> list[Any]:
    """Starts accelerate's trackers, except for TensorBoard, whose tracker can't rewrite the curves of a training."""
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    wanted = [name for name in tracked.trackers if name != "tensorboard"]
    if not wanted:
        return []
    this_process()  # accelerate's trackers ask which one it is
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    started = []
    for name in wanted:
        options: dict[str, Any]
        if name == "mlflow":
            import mlflow

            if "MLFLOW_TRACKING_URI" not in os.environ:
                mlflow.set_tracking_uri(f"sqlite:///{(tracked.folder / 'mlflow.db').resolve()}")
                os.environ.pop("MLFLOW_TRACKING_URI", None)  # MLflow sets it too, as if the user had asked for this
            options = {"run_name": tracked.name}
        else:
            options = {
                "name": tracked.name,
                "dir": os.environ.get("WANDB_DIR", str(tracked.folder)),
                "mode": os.environ.get("WANDB_MODE", "offline"),
                "settings": {"silent": True, "console": "off"},
            }
        tracker = LOGGER_TYPE_TO_CLASS[name](tracked.project, **options)
        tracker.start()
        tracker.store_init_configuration(dict(tracked.settings))
        started.append(tracker)
    return started


def _write_board(folder: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    from torch.utils.tensorboard import SummaryWriter

    for old in folder.glob("events.*"):
        old.unlink()
    with SummaryWriter(str(folder)) as board:
        for row in rows:
            for name, value in zip(columns[1:], row[1:], strict=True):
                board.add_scalar(name, value, int(row[0]))


def read_curves(path: Path) -> list[list[float]]:
    """Reads the rows that `Curves` wrote."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [[float(v) for v in row] for row in list(csv.reader(lines))[1:]]
