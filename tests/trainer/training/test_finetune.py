"""Fine-tuning trains every family of encoders, resumes bit for bit, and two processes do what one does."""

import csv
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from accelerate.state import AcceleratorState

from desktop_app.errors import Cancelled, VoiceKinError
from tests.trainer import made_corpora as made
from tests.trainer.small_tracker import Small, tracked
from tests.trainer.tiny_backbones import FAMILIES, save_tiny, tiny_backbone
from trainer.data.corpora import Utterance
from trainer.data.features import encode
from trainer.model.head import Head, Standardise
from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss
from trainer.model.pooling import PooledBackbone, load_pooled
from trainer.recipe import BackboneRecipe, FineTuneRecipe
from trainer.training.finetune import (
    Clips,
    CompilationError,
    Drawn,
    FineTuned,
    FineTuning,
    OutOfMemoryForRecipeError,
    _Batches,
    finetune,
    load_finetuned,
    thaw,
)

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
            seconds = 0.3 + 0.05 * voice
            made.write(path, made.tone(label, voice, 0, seconds))
            utterances.append(
                Utterance(f"own/{path.stem}", path, "own", str(voice), name, digest=path.stem, duration_s=seconds)
            )
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


def losses_of(place: Path, targets: np.ndarray | None, **change: object) -> list[float]:  # type: ignore[type-arg]
    """Loss of an epoch and validation loss of a model that learns nothing, with these targets."""
    utterances = sixteen_clips(place)
    recipe = replace(QUICK, epochs=1, learning_rate=0.0, head_learning_rate=0.0, weight_decay=0.0, kinds=(), **change)  # type: ignore[arg-type]
    run = place / f"run-{len(list(place.glob('run-*')))}"
    args = (utterances, labels_of(utterances), 4, SIXTEEN, SIXTEEN, encoder(place), recipe, 0, run)
    finetune(*args, cpu=True, targets=targets)
    with (run / "finetune.csv").open() as f:
        (row,) = csv.DictReader(f)
    return [float(row["loss"]), float(row["validation_loss"])]


def test_soft_labels_are_the_targets_of_fine_tuning(tmp_path: Path) -> None:
    one, other = np.eye(4, dtype=np.float32)[np.arange(16) // 4], np.eye(4, dtype=np.float32)[np.arange(16) % 4]
    assert losses_of(tmp_path, None) == losses_of(tmp_path, one)  # labels alone, to the bit
    halves = [losses_of(tmp_path, targets, lambda_scl=0.0) for targets in (one, other, (one + other) / 2)]
    np.testing.assert_allclose(halves[2], np.mean(halves[:2], axis=0), rtol=1e-5)
    assert halves[0] != halves[1]
    contrasted = [losses_of(tmp_path, targets, lambda_scl=1.0) for targets in (one, (one + other) / 2)]
    assert abs(contrasted[0][1] - contrasted[1][1]) > 1e-3


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
def test_only_the_top_layers_are_trained(layers: int, thawed: set[int]) -> None:
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
        {
            "schedule": "plateau",
            "plateau_patience": 0,
            "select": "loss",
            "patience": 9,
            "optimiser": "sgd",
            "scl": "sum",
        },
        {"buckets": 3, "batch_size": 2},
        {"lora_rank": 2, "patience": 3, "precision": "bf16"},
    ],
    ids=["paired", "sgd", "speakers", "plateau", "buckets", "adapters"],
)
def test_a_killed_run_resumes_bit_for_bit(change: dict[str, object], tmp_path: Path, small: list[Small]) -> None:
    utterances = sixteen_clips(tmp_path)
    recipe = replace(QUICK, epochs=3, dropout=0.2, **change)  # type: ignore[arg-type]
    backbone = encoder(tmp_path)
    common = (utterances, labels_of(utterances), 4, SIXTEEN[:12], SIXTEEN[12:], backbone, recipe, 5)

    def kill_after_one(done: int, _: int) -> None:
        if done == 1:
            raise Cancelled

    whole = finetune(*common, tmp_path / "whole", cpu=True)
    with pytest.raises(Cancelled):
        finetune(*common, tmp_path / "killed", progress=kill_after_one, cpu=True, tracked=tracked(tmp_path, "wandb"))
    assert not (tmp_path / "killed" / "backbone.pt").exists()
    if recipe.lora_rank:
        kept = torch.load(tmp_path / "killed" / "finetune.pt", weights_only=False)
        encoder_of = {key for key in kept["model"] if key.startswith("pooled.")}
        assert encoder_of
        assert all(".lora_" in key for key in encoder_of)
    torch.manual_seed(77)
    tracker = tracked(tmp_path, "wandb")
    resumed = finetune(*common, tmp_path / "killed", resume=True, cpu=True, workers=1, tracked=tracker)  # nor workers
    assert [[step for step, _ in one.logged] for one in small] == [[1], [1, 2, 3]]  # a resumed run is whole in itself
    assert not any(one.running for one in small)
    first, second = torch.load(whole, weights_only=True), torch.load(resumed, weights_only=True)
    assert all(torch.equal(first[key], second[key]) for key in first)
    curves = [(tmp_path / name / "finetune.csv").read_bytes() for name in ("whole", "killed")]
    assert curves[0] == curves[1]
    assert list((tmp_path / "whole" / "tensorboard").iterdir())


def test_each_process_augments_its_own_share_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed: list[tuple[str, int]] = []
    monkeypatch.setattr("trainer.training.finetune.augment", lambda samples, *how: changed.append(how) or samples)
    drawn = Drawn(np.arange(8), ("",) * 4 + ("noise",) * 4, tuple(range(8)), torch.eye(8), torch.ones(8, 1))
    clips = Clips(sixteen_clips(tmp_path), 1.0, 0)
    shares = [_Batches(clips, 1.0, process, 2)[drawn] for process in range(2)]
    assert changed == [("noise", seed) for seed in (4, 6, 5, 7)]
    for process, (batch, lengths, groups, share, rows) in enumerate(shares):
        assert lengths.tolist() == [len(clips.hear(clips.whole(row))) for row in range(process, 8, 2)]
        np.testing.assert_array_equal(batch[1, : lengths[1]], clips.hear(clips.whole(process + 2)))
        assert torch.equal(groups, torch.eye(4))
        assert share.shape == (4, 1)
        assert rows.tolist() == list(range(8))


def test_the_learning_rate_falls_where_the_validation_loss_does_not(tmp_path: Path) -> None:
    utterances = sixteen_clips(tmp_path)
    still = replace(QUICK, epochs=4, optimiser="sgd", learning_rate=1e-7, head_learning_rate=1e-7, momentum=0.0)
    recipe = replace(still, schedule="plateau", plateau_patience=1, select="loss", patience=4)
    labels, args = labels_of(utterances), (encoder(tmp_path), recipe, 0, tmp_path / "run")
    finetune(utterances, labels, 4, SIXTEEN[:12], SIXTEEN[12:], *args, cpu=True)
    with (tmp_path / "run" / "finetune.csv").open() as f:
        rows = list(csv.DictReader(f))
    losses = [float(r["validation_loss"]) for r in rows]
    np.testing.assert_allclose(losses, losses[0], rtol=1e-4)  # nothing moves, so nothing gets better
    assert [float(r["learning_rate"]) for r in rows][-1] == pytest.approx(1e-8)
    kept = torch.load(tmp_path / "run" / "finetuned-head.pt", weights_only=True)
    assert kept["epochs"] == 1 + int(np.argmin(losses))
    with pytest.raises(VoiceKinError, match="no validation loss"):
        finetune(utterances, labels, 4, SIXTEEN, NOBODY, *args[:3], tmp_path / "again", cpu=True)


@pytest.mark.parametrize("buckets", [1, 2])
def test_the_same_clips_and_copies_are_drawn_with_and_without_scl(
    buckets: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_scl, without = (
        batches_of(tmp_path / name, monkeypatch, replace(QUICK, epochs=2, lambda_scl=share, buckets=buckets), SIXTEEN)
        for name, share in (("S1", 0.0), ("S2", 0.1))
    )
    assert [len(drawn.rows) for drawn in with_scl] == [16] * 4
    for one, other in zip(with_scl, without, strict=True):
        np.testing.assert_array_equal(one.rows, other.rows)
        assert (one.kinds, one.seeds) == (other.kinds, other.seeds)
        np.testing.assert_array_equal(one.rows[:8], one.rows[8:])
        assert [bool(kind) for kind in one.kinds] == [False] * 8 + [True] * 8


def test_buckets_regroup_clips_by_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An epoch of eight batches with buckets of three: three, three and two."""
    recipe = replace(QUICK, buckets=3, batch_size=2, epochs=3, kinds=())
    drawn = [one.rows % 4 for one in batches_of(tmp_path, monkeypatch, recipe, SIXTEEN)]  # four lengths to each label
    assert [len(lengths) for lengths in drawn] == [2] * 24
    for start in range(0, 24, 8):
        for first, last in ((0, 3), (3, 6), (6, 8)):
            together = sorted(drawn[start + first : start + last], key=lambda lengths: lengths.sum())
            assert all(a.max() <= b.min() for a, b in pairwise(together))
    assert any(a.sum() > b.sum() for a, b in pairwise(drawn))  # in no order


@pytest.mark.parametrize("family", sorted({*FAMILIES} - {"whisper"}))  # whose log-mel asks the device for its types
def test_a_step_reads_no_value_from_the_device(family: str) -> None:
    """On the meta device, which has no values, reading one is an error; on a GPU it would wait for all earlier work."""
    pooled = PooledBackbone(tiny_backbone(family), (1, 2), weighted_sum=True, attention=True)
    standardise = Standardise(torch.zeros(pooled.pooled_dim), torch.ones(pooled.pooled_dim))
    model = FineTuned(pooled, standardise, Head((pooled.pooled_dim,), 4, QUICK.head)).to("meta").train()
    with torch.device("meta"):
        batch = torch.zeros(8, 16000), torch.zeros(8, dtype=torch.int64), torch.zeros(8, 8), torch.zeros(8, 1)
        labels = torch.zeros(8, dtype=torch.int64)
    logits, embedding = model(*batch)
    targets = torch.nn.functional.one_hot(labels, 4).float()
    loss = joint_loss(cross_entropy(logits, targets), supervised_contrastive_loss(embedding, labels), 0.1)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
    assert all(p.grad is not None and p.grad.is_meta for p in model.head.parameters())


def test_a_share_of_the_mean_of_a_speakers_clips_is_subtracted() -> None:
    """Clips of two voices: all of the first is subtracted, half of the second, and nothing from a single clip."""

    class Whole(torch.nn.Module):
        def forward(self, *given: torch.Tensor) -> Any:
            return given[0] if len(given) == 2 else (given[0], given[0])

    clips, voices = torch.tensor([[1.0, -2], [-1, 2], [3, 0], [-3, 0], [5, 5]]), torch.tensor([[10.0, 20], [-8, 4]])
    groups = torch.zeros(5, 5)
    groups[:2, :2] = groups[2:4, 2:4] = 0.5
    share = torch.tensor([[1.0], [1.0], [0.5], [0.5], [0.5]])
    sound = clips + torch.cat([voices[[0, 0, 1, 1]], torch.zeros(1, 2)])
    model = FineTuned(Whole(), torch.nn.Identity(), Whole())  # type: ignore[arg-type]
    left, _ = model(sound, torch.ones(5), groups, share)
    torch.testing.assert_close(left, clips + torch.cat([torch.zeros(2, 2), voices[[1, 1]] / 2, torch.zeros(1, 2)]))


def test_a_speakers_clips_share_a_mean_and_a_share_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = batches_of(tmp_path, monkeypatch, replace(QUICK, speakers=2, batch_size=8, epochs=8, kinds=()), SIXTEEN)
    shares = []
    for one in drawn:
        speakers = one.rows % 4  # four voices to each label
        assert np.bincount(speakers[speakers == speakers[0]]).sum() in (4, 8)  # 8: the same one was drawn twice
        same = speakers[:, None] == speakers[None, :]
        np.testing.assert_allclose(one.groups.numpy(), same / same.sum(1, keepdims=True), atol=1e-6)
        assert all(len(set(one.share.numpy()[speakers == s, 0].tolist())) == 1 for s in set(speakers.tolist()))
        shares += [float(one.share.numpy()[speakers == s, 0][0]) for s in set(speakers.tolist())]
    assert (min(shares), max(shares)) == (0.0, 1.0)  # for a third each nothing and all


@pytest.mark.parametrize("buckets", [1, 4])
@pytest.mark.parametrize(("balance", "share"), [("label", 0.5), ("none", 0.2)])
def test_batches_are_balanced_as_the_recipe_says(
    balance: Any, share: float, buckets: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(QUICK, balance=balance, batch_size=5, epochs=200, kinds=(), buckets=buckets)
    drawn = batches_of(tmp_path, monkeypatch, recipe, np.array([0, 1, 2, 3, 15]))
    assert np.mean([one.rows == 15 for one in drawn]) == pytest.approx(share, abs=0.06)


def batches_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: FineTuneRecipe, train: np.ndarray[Any, Any]
) -> list[Drawn]:
    """The draws of a fine-tuning, without training."""
    drawn: list[Drawn] = []
    take = _Batches.__getitem__
    tmp_path.mkdir(exist_ok=True)
    utterances, place = sixteen_clips(tmp_path), tmp_path / "run"
    with monkeypatch.context() as patched:
        patched.setattr(_Batches, "__getitem__", lambda self, one: drawn.append(one) or take(self, one))
        patched.setattr(FineTuning, "step", lambda *_: torch.zeros(()))
        finetune(utterances, labels_of(utterances), 4, train, NOBODY, encoder(tmp_path), recipe, 0, place, cpu=True)
    return drawn


def test_gradients_are_clipped_to_a_norm_of_two(tmp_path: Path) -> None:
    """The loss is steep; a step of plain SGD changes all weights together by the rate times the gradient's norm."""
    utterances = sixteen_clips(tmp_path)
    steep = replace(QUICK, epochs=1, batch_size=16, kinds=(), scale=1000.0, optimiser="sgd", momentum=0.0)
    still = replace(steep, weight_decay=0.0, learning_rate=0.0, head_learning_rate=0.0)
    moving = replace(still, learning_rate=1e-3, head_learning_rate=1e-3, warm_up=0.0)
    weights = []
    for name, recipe in (("still", still), ("moving", moving)):
        place, backbone = tmp_path / name, encoder(tmp_path)
        finetune(utterances, labels_of(utterances), 4, SIXTEEN, NOBODY, backbone, recipe, 0, place, cpu=True)
        head = torch.load(place / "finetuned-head.pt", weights_only=True)["head"]
        weights.append({**torch.load(place / "backbone.pt", weights_only=True), **head})
    moved = sum(float((weights[1][key] - weights[0][key]).square().sum()) for key in weights[0]) ** 0.5
    assert moved == pytest.approx(1e-3 * 2.0, rel=0.01)


def curve_of(place: Path) -> list[list[float]]:
    with (place / "finetune.csv").open() as f:
        return [[float(value) for value in row.values()] for row in csv.DictReader(f)]


def with_dropout(place: Path, family: str) -> BackboneRecipe:
    """An encoder with dropout."""
    recipe = encoder(place, family)
    path = Path(recipe.name) / "config.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**written, "dropout": 0.2, "hidden_dropout": 0.2}), encoding="utf-8")
    return recipe


@pytest.mark.parametrize(
    ("family", "more"),
    [*((family, {}) for family in FAMILIES), ("wavlm", {"checkpointing": True, "compile": "default"})],
)
def test_adapters_are_saved_merged_into_a_plain_encoder(
    family: str, more: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.training.finetune.COMPILER", "aot_eager")
    torch._dynamo.reset()
    utterances, backbone = sixteen_clips(tmp_path), encoder(tmp_path, family)
    recipe = replace(QUICK, layers=1, lora_rank=4, learning_rate=0.01, epochs=8, patience=8, kinds=(), **more)
    common = (utterances, labels_of(utterances), 4, SIXTEEN, SIXTEEN, backbone, recipe, 0)
    path = finetune(*common, tmp_path / "run", cpu=True)
    before, after = load_pooled(backbone).state_dict(), load_finetuned(backbone, path).state_dict()
    changed = {key for key, value in after.items() if not torch.equal(value, before[key])}
    assert {key.rpartition("layers.")[2].split(".")[0] for key in changed} == {"1"}  # the top one
    assert {key.split(".")[-2] for key in changed} == {"q_proj", "v_proj"}
    # the validation UA of the best epoch is that of the merged encoder with the head that was saved
    data = heard_by(load_finetuned(backbone, path), utterances)
    saved = torch.load(tmp_path / "run" / "finetuned-head.pt", weights_only=True)
    head = Head((data.shape[1],), 4, recipe.head).eval()
    head.load_state_dict(saved["head"])
    logits, _ = head(Standardise(saved["mean"], saved["deviation"])(torch.from_numpy(data)))
    right = (logits.argmax(1).numpy() == labels_of(utterances)).mean()  # UA, for the labels are even
    assert 100 * right == pytest.approx(saved["validation_accuracy"], abs=1e-6)


def heard_by(pooled: PooledBackbone, utterances: list[Utterance]) -> np.ndarray:  # type: ignore[type-arg]
    clips = Clips(utterances, 1.0, 0)
    return encode(pooled, [clips.hear(clips.whole(row)) for row in range(len(clips))])


@pytest.mark.parametrize("layers", [-1, 1])
@pytest.mark.parametrize("family", FAMILIES)
def test_checkpointing_gives_the_same_weights(family: str, layers: int, tmp_path: Path) -> None:
    utterances, backbone = sixteen_clips(tmp_path), with_dropout(tmp_path, family)
    recipe = replace(QUICK, layers=layers, patience=2)
    weights = []
    for name, again in (("kept", False), ("again", True)):
        tuning, args = replace(recipe, checkpointing=again), (backbone, 0, tmp_path / name)
        labels = labels_of(utterances)
        finetune(utterances, labels, 4, SIXTEEN[:12], SIXTEEN[12:], args[0], tuning, *args[1:], cpu=True)
        weights.append(torch.load(tmp_path / name / "backbone.pt", weights_only=True))
    np.testing.assert_allclose(curve_of(tmp_path / "again"), curve_of(tmp_path / "kept"), rtol=1e-5)
    for key, value in weights[0].items():
        torch.testing.assert_close(weights[1][key], value, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_checkpointing_keeps_fewer_activations(family: str) -> None:
    backbone, kept = tiny_backbone(family).train(), []
    thaw(backbone, 1)
    for backbone.recomputes in (False, True):
        numbers: list[int] = []
        with torch.autograd.graph.saved_tensors_hooks(lambda t: numbers.append(t.numel()) or t, lambda t: t):  # noqa: B023
            states, _, _ = backbone(torch.randn(2, 16000), torch.tensor([16000, 9000]))
        states[-1].sum().backward()
        kept.append(sum(numbers))
    assert kept[1] < kept[0] / 3
    assert all(p.grad is not None for p in backbone.transformer_layers()[-1].parameters() if p.requires_grad)


@pytest.mark.parametrize(
    ("family", "change"),
    [*((family, {}) for family in FAMILIES), ("wavlm", {"checkpointing": True}), ("whisper", {"precision": "bf16"})],
)
def test_a_compiled_model_learns_the_same_and_is_saved_as_the_plain_one(
    family: str, change: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a backend that traces the model like the real one, but needs no C++ compiler."""
    monkeypatch.setattr("trainer.training.finetune.COMPILER", "aot_eager")
    utterances, backbone = sixteen_clips(tmp_path), encoder(tmp_path, family)
    weights = []
    for name, compiled in (("plain", "no"), ("compiled", "default")):
        torch._dynamo.reset()
        torch._dynamo.utils.counters.clear()
        recipe = replace(QUICK, layers=1, compile=compiled, **change)  # type: ignore[arg-type]
        common = (utterances, labels_of(utterances), 4, SIXTEEN, NOBODY, backbone, recipe, 0)
        weights.append(torch.load(finetune(*common, tmp_path / name, cpu=True), weights_only=True))
        head = torch.load(tmp_path / name / "finetuned-head.pt", weights_only=True)["head"]
        assert set(head) == set(Head((1,), 4, recipe.head).state_dict())
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] == 1  # the whole model, whatever the widths
    assert not torch._dynamo.utils.counters["graph_break"]
    wide = {"rtol": 0.02} if "precision" in change else {"rtol": 1e-4}
    np.testing.assert_allclose(
        [row[1] for row in curve_of(tmp_path / "compiled")], [row[1] for row in curve_of(tmp_path / "plain")], **wide
    )
    assert weights[0].keys() == weights[1].keys() == load_pooled(backbone).state_dict().keys()


def test_batches_for_a_compiled_model_have_few_widths(tmp_path: Path) -> None:
    clips = Clips(sixteen_clips(tmp_path), 1.0, 0)
    for row in range(16):
        drawn = Drawn(np.array([row]), ("",), (0,), torch.zeros(1, 1), torch.zeros(1, 1))
        plain, wide = (_Batches(clips, 1.0, 0, 1, widths)[drawn] for widths in (0, 4))
        assert wide[0].shape[1] == -(-plain[0].shape[1] // 4000) * 4000
        assert torch.equal(wide[0][:, : plain[0].shape[1]], plain[0])
        assert not wide[0][:, plain[0].shape[1] :].any()
        assert torch.equal(wide[1], plain[1])


def test_the_error_about_a_missing_compiler_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch._inductor.config as inductor

    monkeypatch.setattr(inductor.cpp, "cxx", (str(tmp_path / "none"),))
    monkeypatch.setattr(inductor, "force_disable_caches", True)
    torch._dynamo.reset()
    utterances = sixteen_clips(tmp_path)
    args = (labels_of(utterances), 4, SIXTEEN, NOBODY, encoder(tmp_path), replace(QUICK, compile="default"), 0)
    with pytest.raises(
        CompilationError, match=r'"default" does not work here \(.*apt-get install g\+\+.*set it to "no"'
    ):
        finetune(utterances, *args, tmp_path / "run", cpu=True)


def test_out_of_memory_says_which_setting_to_lower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("trainer.training.finetune.FineTuned.forward", no_memory)
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


JOB = """
import pickle, sys
from pathlib import Path
import numpy as np, torch
from accelerate import PartialState
from trainer.cli import end
from trainer.training.finetune import finetune
torch.set_num_threads(1)
place = Path(sys.argv[1])
utterances, labels, encoder, recipes = pickle.loads((place / "job.pickle").read_bytes())
for name, recipe in recipes.items():
    finetune(utterances, labels, 4, np.arange(16), np.zeros(0, np.int64), encoder, recipe, 0, place / name, cpu=True)
state = PartialState()
(place / f"process-{state.process_index}-of-{state.num_processes}").touch()
end(0)
"""


@pytest.mark.timeout(900)
def test_two_processes_give_the_loss_curve_and_weights_of_one(tmp_path: Path) -> None:
    script, root = tmp_path / "job.py", Path(__file__).parents[3]
    script.write_text(JOB, encoding="utf-8")
    utterances, backbone = sixteen_clips(tmp_path), encoder(tmp_path)
    thawed = replace(QUICK, epochs=3, kinds=("volume",), buckets=2)
    recipes = {"thawed": thawed, "adapters": replace(thawed, lora_rank=4)}
    # torchrun: on processors `accelerate launch` itself starts one process, whatever number it is given
    for processes in (1, 2):
        place = tmp_path / str(processes)
        place.mkdir()
        (place / "job.pickle").write_bytes(pickle.dumps((utterances, labels_of(utterances), backbone, recipes)))
        launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
        done = subprocess.run(
            [sys.executable, *launch, str(script), str(place)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert len(list(place.glob(f"process-*-of-{processes}"))) == processes
    for name in recipes:
        one, two = (tmp_path / processes / name for processes in ("1", "2"))
        losses = [[row[1] for row in curve_of(place)] for place in (one, two)]
        assert len(losses[0]) == 3
        np.testing.assert_allclose(losses[1], losses[0], atol=1e-4)
        weights = [torch.load(place / "backbone.pt", weights_only=True) for place in (one, two)]
        for key, value in weights[0].items():
            torch.testing.assert_close(weights[1][key], value, atol=1e-3, rtol=1e-3)
