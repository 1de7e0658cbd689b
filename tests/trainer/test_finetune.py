"""Fine-tuning trains every family of encoders, resumes bit for bit, and two processes do what one does."""

import csv
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState

from tests.trainer import made_corpora as made
from tests.trainer.tiny_backbones import FAMILIES, save_tiny, tiny_backbone
from trainer.corpora import Utterance
from trainer.finetune import OutOfMemoryForRecipeError, finetune, load_finetuned, thaw
from trainer.pooling import load_pooled
from trainer.recipe import BackboneRecipe, FineTuneRecipe

LABELS = ("angry", "happy", "neutral", "sad")
SIXTEEN = np.arange(16)
NOBODY = np.zeros(0, dtype=np.int64)


@pytest.fixture(autouse=True)
def own_accelerator() -> None:
    """accelerate keeps the first precision for the life of the process."""
    AcceleratorState._reset_state()


def sixteen_clips(folder: Path) -> list[Utterance]:
    """Four labels by four speakers."""
    utterances = []
    for label, name in enumerate(LABELS):
        for voice in range(4):
            path = folder / f"{name}-{voice}.wav"
            made.write(path, made.tone(label, voice, 0, 0.3 + 0.05 * voice))
            utterances.append(Utterance(f"own/{path.stem}", path, "own", str(voice), name, digest=path.stem))
    return utterances


def labels_of(utterances: list[Utterance]) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([LABELS.index(u.label) for u in utterances])


QUICK = FineTuneRecipe(
    layers=-1, epochs=2, batch_size=8, learning_rate=1e-3, kinds=("noise", "volume"), dropout=0.0, width=16, embedding=8
)


def encoder(place: Path, family: str = "whisper", layers: int = 2) -> BackboneRecipe:
    return BackboneRecipe(str(save_tiny(family, place / f"tiny-{family}")), layers, (layers,), max_seconds=1.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_overfits_sixteen_clips(family: str, tmp_path: Path) -> None:
    utterances = sixteen_clips(tmp_path)
    recipe = replace(
        QUICK,
        epochs=40,
        batch_size=8,
        learning_rate=3e-4,
        head_learning_rate=1e-2,
        kinds=(),
        balance="none",
        label_smoothing=0.0,
        patience=40,
        width=32,
    )
    backbone = encoder(tmp_path, family)
    # the validation clips are the training clips: what is asked is whether it can learn them by heart
    finetune(utterances, labels_of(utterances), 4, SIXTEEN, SIXTEEN, backbone, recipe, 0, tmp_path / "run", cpu=True)
    with (tmp_path / "run" / "finetune.csv").open() as f:
        rows = list(csv.DictReader(f))
    assert max(float(r["validation_accuracy"]) for r in rows) == 100.0
    before = load_pooled(backbone)
    after = load_finetuned(backbone, tmp_path / "run" / "backbone.pt")
    moved = {k for k, v in after.state_dict().items() if not torch.equal(v, before.state_dict()[k])}
    assert moved
    assert all("layers." in k for k in moved)  # the convolutions at the bottom stay as they were
    assert after.fingerprint() != before.fingerprint()


def test_pooling_is_learned_over_a_frozen_encoder(tmp_path: Path) -> None:
    utterances = sixteen_clips(tmp_path)
    learned = replace(encoder(tmp_path), pooled_layers=(0, 1, 2), weighted_sum=True, attention=True)
    recipe = replace(QUICK, layers=0, kinds=())
    path = finetune(
        utterances, labels_of(utterances), 4, SIXTEEN, NOBODY, learned, recipe, 0, tmp_path / "run", cpu=True
    )
    before, after = load_pooled(learned).state_dict(), load_finetuned(learned, path).state_dict()
    moved = {k for k, v in after.items() if not torch.equal(v, before[k])}
    assert moved
    assert {"pooling.layer_scores", "pooling.attention.0.score.weight"} <= moved
    assert all(k.startswith("pooling.") for k in moved)


@pytest.mark.parametrize(("layers", "thawed"), [(1, {1}), (-1, {0, 1}), (0, set())])
def test_thaws_the_top_layers_alone(layers: int, thawed: set[int]) -> None:
    backbone = tiny_backbone("wav2vec2")
    parameters = thaw(backbone, layers)
    assert sum(p.requires_grad for p in backbone.parameters()) == len(parameters)
    assert bool(parameters) == bool(thawed)
    for index, layer in enumerate(backbone.transformer_layers()):
        assert all(p.requires_grad == (index in thawed) for p in layer.parameters())


@pytest.mark.parametrize(
    "change",
    [
        {"patience": 3},
        {"optimiser": "sgd", "accumulate": 2, "lambda_scl": 0.0},
        {"speakers": 2, "kinds": (), "precision": "bf16"},
    ],
    ids=["paired", "sgd", "speakers"],
)
def test_a_killed_run_resumes_bit_for_bit(change: dict[str, object], tmp_path: Path) -> None:
    utterances = sixteen_clips(tmp_path)
    recipe = replace(QUICK, epochs=3, dropout=0.2, **change)  # type: ignore[arg-type]
    backbone = encoder(tmp_path)
    common = (utterances, labels_of(utterances), 4, SIXTEEN[:12], SIXTEEN[12:], backbone, recipe, 5)

    def kill_after_one(done: int, _: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    whole = finetune(*common, tmp_path / "whole", cpu=True)
    with pytest.raises(KeyboardInterrupt):
        finetune(*common, tmp_path / "killed", progress=kill_after_one, cpu=True)
    assert not (tmp_path / "killed" / "backbone.pt").exists()
    torch.manual_seed(77)
    resumed = finetune(*common, tmp_path / "killed", resume=True, cpu=True)
    first, second = torch.load(whole, weights_only=True), torch.load(resumed, weights_only=True)
    assert all(torch.equal(first[key], second[key]) for key in first)
    curves = [(tmp_path / name / "finetune.csv").read_bytes() for name in ("whole", "killed")]
    assert curves[0] == curves[1]
    assert list((tmp_path / "whole" / "tensorboard").iterdir())


def test_out_of_memory_says_which_setting_to_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("trainer.finetune.FineTuned.forward", no_memory)
    utterances = sixteen_clips(tmp_path)
    with pytest.raises(OutOfMemoryForRecipeError, match=r"lower `finetune\.batch_size` \(now 8"):
        finetune(
            utterances,
            labels_of(utterances),
            4,
            SIXTEEN,
            NOBODY,
            encoder(tmp_path),
            QUICK,
            0,
            tmp_path / "run",
            cpu=True,
        )


TWO_PROCESSES = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.trainer.test_finetune import QUICK, SIXTEEN, NOBODY, encoder, labels_of, sixteen_clips
from dataclasses import replace
from trainer.finetune import finetune
place, name = Path(sys.argv[1]), sys.argv[2]
utterances = sixteen_clips(place / name)
recipe = replace(QUICK, epochs=3, kinds=("volume",))
labels = labels_of(utterances)
finetune(utterances, labels, 4, SIXTEEN, NOBODY, encoder(place / name), recipe, 0, place / name, cpu=True)
"""


def test_two_processes_give_the_loss_curve_of_one(tmp_path: Path) -> None:
    script = tmp_path / "job.py"
    script.write_text(TWO_PROCESSES, encoding="utf-8")
    root = Path(__file__).parents[2]
    losses = {}
    for name, launch in (
        ("one", []),
        ("two", ["-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2", "--num_machines", "1"]),
    ):
        command = [sys.executable, *launch, str(script), str(tmp_path), name]
        done = subprocess.run(
            command, cwd=root, env=environment(root), capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0, done.stderr
        with (tmp_path / name / "finetune.csv").open() as f:
            losses[name] = [float(r["loss"]) for r in csv.DictReader(f)]
    assert len(losses["one"]) == 3
    np.testing.assert_allclose(losses["two"], losses["one"], atol=1e-4)


def environment(root: Path) -> dict[str, str]:
    import os

    return {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
