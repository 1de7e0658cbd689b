"""The frozen layers' output is computed once and cached, and training on it equals training on the clips."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState

from desktop_app.errors import Cancelled
from tests.trainer import made_corpora as made
from tests.trainer.tiny_backbones import FAMILIES, save_tiny
from trainer.data.corpora import Utterance
from trainer.data.disk import DiskFullError
from trainer.recipe import BackboneRecipe, FineTuneRecipe
from trainer.training.finetune import Clips, finetune
from trainer.training.states import States

LABELS = ("angry", "happy", "neutral", "sad")
TRAIN, VALIDATION = np.arange(12), np.arange(12, 16)
RECIPE = FineTuneRecipe(
    layers=1,
    epochs=2,
    batch_size=4,
    learning_rate=3e-4,
    scale=2.0,  # rounding grows with it
    kinds=("noise", "volume"),
    copies=3,
    crop_seconds=0.4,
    patience=9,
    dropout=0.2,
    width=16,
    embedding=8,
)


@pytest.fixture(autouse=True)
def own_accelerator() -> None:
    """accelerate keeps the first precision for the life of the process."""
    AcceleratorState._reset_state()


def sixteen_clips(folder: Path) -> list[Utterance]:
    """Four labels by four speakers, some longer than the crop."""
    clips = []
    for voice in range(4):
        for label, name in enumerate(LABELS):
            path, seconds = folder / f"{name}-{voice}.wav", 0.3 + 0.1 * voice
            made.write(path, made.tone(label, voice, 0, seconds))
            known = {"duration_s": seconds, "digest": path.stem}
            clips.append(Utterance(f"own/{path.stem}", path, "own", str(voice), name, **known))
    return clips


def tuned(
    place: Path, backbone: BackboneRecipe, recipe: FineTuneRecipe, seed: int = 0, **how: Any
) -> tuple[dict[str, torch.Tensor], list[list[float]]]:
    """The weights of a fine-tuning, and its curve: losses and validation UA."""
    clips = sixteen_clips(place.parent / "clips")
    labels = np.array([LABELS.index(u.label) for u in clips])
    finetune(clips, labels, 4, TRAIN, VALIDATION, backbone, recipe, seed, place, cpu=True, **how)
    head = torch.load(place / "finetuned-head.pt", weights_only=True)["head"]
    with (place / "finetune.csv").open() as f:
        curve = [[float(value) for value in row.values()] for row in csv.DictReader(f)]
    return {**torch.load(place / "backbone.pt", weights_only=True), **head}, curve


def encoder(place: Path, family: str) -> BackboneRecipe:
    folder = place / family.replace(" ", "-")
    return BackboneRecipe(str(save_tiny(family, folder)), 2, (0, 1, 2), ("all", "speech"), max_seconds=1.0)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("change", "learned"),
    [({"checkpointing": True, "buckets": 2}, False), ({"layers": -1}, False), ({"layers": 0, "pairs": False}, True)],
    ids=["last layer", "all layers", "pooling alone"],
)
def test_cached_states_give_the_same_losses_as_clips(
    family: str, change: dict[str, Any], learned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backbone = replace(encoder(tmp_path, family), weighted_sum=learned, attention=learned)
    recipe = replace(RECIPE, **change)
    kept, kept_curve = tuned(tmp_path / "kept", backbone, recipe)
    with monkeypatch.context() as patched:
        patched.setattr(Clips, "states", lambda *_: None)  # and so every batch is of sounds
        patched.setattr(States, "batch", None)
        clips, clips_curve = tuned(tmp_path / "heard", backbone, recipe)
    assert kept_curve[0][1] != kept_curve[1][1]
    np.testing.assert_allclose(kept_curve, clips_curve, rtol=1e-5, atol=1e-5)
    for key, value in clips.items():
        torch.testing.assert_close(kept[key], value, atol=1e-4, rtol=1e-3)


def test_another_training_encodes_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = encoder(tmp_path, "whisper")
    tuned(tmp_path / "first", backbone, RECIPE)
    files = list((tmp_path / "cache" / "states").rglob("*.npy"))
    # 12 clips and three copies of each, cut, of which 4 are tuned on whole; and 12 looked at whole
    assert len(files) == 12 * 4 + 12 + 4
    monkeypatch.setattr(Clips, "hear", None)
    tuned(tmp_path / "other", backbone, replace(RECIPE, lambda_scl=0.0, copies=2), seed=1)
    assert list((tmp_path / "cache" / "states").rglob("*.npy")) == files


def test_a_killed_run_continues_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    hear = Clips.hear

    def few(self: Clips, sound: Any) -> Any:
        heard.append(sound)
        return hear(self, sound)

    def stop() -> None:
        if len(list((tmp_path / "cache" / "states").rglob("*.npy"))) >= 20:
            raise Cancelled

    monkeypatch.setattr(Clips, "hear", few)
    monkeypatch.setattr("trainer.training.states.CHUNK", 10)
    backbone = encoder(tmp_path, "whisper")
    with monkeypatch.context() as patched:
        patched.setattr("desktop_app.interruption.check", stop)
        with pytest.raises(Cancelled):
            tuned(tmp_path / "run", backbone, RECIPE)
    before = len(heard)
    tuned(tmp_path / "run", backbone, RECIPE, resume=True)
    assert len(heard) - before == 64 - 20


def test_disk_use_is_announced_before_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backbone = replace(encoder(tmp_path, "whisper"), pooled_layers=(1, 2), pools=("all",))
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1e8))
        patched.setattr("trainer.training.states.FRAMES_A_SECOND", 50_000)
        patched.setattr(States, "_heard", None)
        with pytest.raises(DiskFullError, match=r"0\.1 GB are free.*finetune\.copies.*voicekin-train prune"):
            tuned(tmp_path / "run", backbone, RECIPE)
    monkeypatch.setattr("trainer.data.disk.TOLD_FROM", 0)
    tuned(tmp_path / "run", backbone, RECIPE)
    assert "The states of 64 clips and copies will take about 0.0 GB in" in capsys.readouterr().err
    size = sum(p.stat().st_size for p in (tmp_path / "cache" / "states").rglob("*.npy"))
    told = 4 * 33 * 50 * sum(min(0.3 + 0.1 * voice, 0.4) for voice in range(4)) * 4 * 4
    assert size < 2.5 * told
