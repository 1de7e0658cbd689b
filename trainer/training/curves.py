"""The curves of a training, one row per epoch, as CSV and for TensorBoard."""

import csv
from collections.abc import Sequence
from pathlib import Path

COLUMNS = ("epoch", "loss", "validation_accuracy", "learning_rate", "validation_loss")
"""The columns of fine-tuning; the training of a head has no validation loss."""

Row = Sequence[float]


def write_curves(path: Path, rows: Sequence[Row]) -> None:
    """Writes all rows to PATH, a .csv file, and to tensorboard/ beside it, which holds only this training."""
    from torch.utils.tensorboard import SummaryWriter

    with path.open("w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f)
        columns = COLUMNS[: len(rows[0])] if rows else COLUMNS
        writer.writerow(columns)
        writer.writerows(rows)
    board_folder = path.parent / "tensorboard" / path.stem
    for old in board_folder.glob("events.*"):
        old.unlink()
    with SummaryWriter(str(board_folder)) as board:
        for row in rows:
            for name, value in zip(columns[1:], row[1:], strict=True):
                board.add_scalar(name, value, int(row[0]))


def read_curves(path: Path) -> list[list[float]]:
    """Reads the rows that `write_curves` wrote."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [[float(v) for v in row] for row in list(csv.reader(lines))[1:]]
