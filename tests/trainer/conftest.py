"""Every test has its own cache; without the corpora, tests that need them are skipped with the reason."""

import os
from pathlib import Path

import pytest
import torch
from accelerate.tracking import LOGGER_TYPE_TO_CLASS

from tests.trainer.small_tracker import Small
from trainer.results import steadiness
from trainer.training.curves import QUIET


@pytest.fixture(autouse=True)
def few_clips_tell_how_steady_a_pack_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steadiness, "A_LABEL", 1)
    monkeypatch.setattr(steadiness, "DRAWN", 1)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEKIN_CACHE", str(tmp_path / "cache"))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)  # the clips are too small to share


@pytest.fixture
def corpora() -> Path:
    """The folder of the published corpora."""
    folder = os.environ.get("VOICEKIN_CORPORA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("VOICEKIN_CORPORA names no folder with the published corpora")
    return Path(folder)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> list[Small]:
    """The trackers that were made for a recipe's `trackers`."""
    monkeypatch.setattr(Small, "all", [])
    for name in ("wandb", "mlflow"):
        monkeypatch.setitem(LOGGER_TYPE_TO_CLASS, name, Small)
    for name in (*QUIET, "WANDB_MODE", "WANDB_DIR", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
    return Small.all
