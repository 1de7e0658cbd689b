"""Fine-tuning the encoder with eq. (2) on augmented pairs, on one processor, one GPU or several, through accelerate.

Every process draws the same batch and hears its share of it; logits and embeddings are gathered, with their gradients,
so that the loss is that of the whole batch however many processes there are.

Several GPUs: `accelerate launch`. Several processes without one: `ACCELERATE_USE_CPU=true torchrun --nproc-per-node N`,
for there accelerate's own launcher starts one, whatever number it is given.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from accelerate import Accelerator
from torch import Tensor, nn
from torch.nn import functional

from desktop_app import interruption
from desktop_app.engine.sound.steady import heard
from desktop_app.errors import VoiceKinError
from trainer.data.augment import augment
from trainer.data.corpora import Utterance
from trainer.data.features import encode, pad_batch
from trainer.data.table import SAMPLE_RATE, Waveform, read_clip
from trainer.model.backbone import Backbone
from trainer.model.head import Head, Standardise
from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss
from trainer.model.pooling import PooledBackbone, load_pooled
from trainer.recipe import BackboneRecipe, FineTuneRecipe, HeadRecipe
from trainer.training.curves import write_curves
from trainer.training.fit import fit_standardise, sampling_weights, save_beside
from trainer.training.metrics import unweighted_accuracy

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FIRST_LOOK = 512  # clips on which the pooled features' mean and deviation are taken before training
LARGEST_GRADIENT = 2.0  # norm to which gradients are clipped


class OutOfMemoryForRecipeError(VoiceKinError):
    """The device has too little memory for the recipe."""


class FineTuned(nn.Module):
    """Encoder, standardisation and one small head, trained together."""

    def __init__(self, pooled: PooledBackbone, standardise: Standardise, head: Head) -> None:
        super().__init__()
        self.pooled, self.standardise, self.head = pooled, standardise, head

    def forward(self, waveform: Tensor, lengths: Tensor, groups: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [b, L] and embeddings [b, E].

        Args:
            waveform, lengths: The clips.
            groups: float32 [b, b], row i averages the clips of the same speaker; zeros where nothing is taken off.
            share: float32 [b, 1], how much of that mean is taken off.
        """
        features = self.standardise(self.pooled(waveform, lengths))
        features = features - share * (groups @ features)
        logits, embedding = self.head(features)
        return logits, embedding


@dataclass
class _Best:
    accuracy: float = -1.0
    epoch: int = 0
    weights: dict[str, Tensor] | None = None


def thaw(backbone: Backbone, layers: int) -> list[nn.Parameter]:
    """Leaves gradients to the top `layers` transformer layers (-1: all, 0: none) alone; returns their parameters."""
    for parameter in backbone.parameters():
        parameter.requires_grad_(False)
    transformer = backbone.transformer_layers()
    chosen = list(transformer) if layers < 0 else list(transformer)[len(transformer) - layers :]
    parameters = [p for layer in chosen for p in layer.parameters()]
    for parameter in parameters:
        parameter.requires_grad_(True)
    return parameters


def finetune(
    utterances: Sequence[Utterance],
    labels: Ints,
    n_labels: int,
    train: Ints,
    validation: Ints,
    backbone_recipe: BackboneRecipe,
    recipe: FineTuneRecipe,
    seed: int,
    folder: Path,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
    cpu: bool = False,
) -> Path:
    """Fine-tune the recipe's encoder; writes and returns FOLDER/backbone.pt, with curves and checkpoints beside it.

    Args:
        utterances, labels: The table, and int64 [n] label indices under n_labels.
        train, validation: Rows of the table; validation may be empty.
        backbone_recipe: Which encoder.
        recipe: How.
        seed: Says everything about the draw.
        folder: Where checkpoint, curves and weights go.
        resume: Go on from the checkpoint where there is one.
        progress: Called with (epochs done, epochs).
        cpu: Leave a GPU alone.

    Raises:
        OutOfMemoryForRecipeError: With the settings to lower.
    """
    accelerator = Accelerator(
        mixed_precision=recipe.precision, gradient_accumulation_steps=recipe.accumulate, cpu=cpu or None
    )
    if (folder / "backbone.pt").is_file():
        return folder / "backbone.pt"
    folder.mkdir(parents=True, exist_ok=True)
    clips = Clips(utterances, backbone_recipe.max_seconds)
    try:
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            job = _Job(accelerator, clips, labels, n_labels, train, validation, backbone_recipe, recipe, seed, folder)
            job.run(resume, progress)
    except torch.OutOfMemoryError:
        raise OutOfMemoryForRecipeError(
            f"The device has too little memory: lower `finetune.batch_size` (now {recipe.batch_size}; raise "
            f"`finetune.accumulate` to make up for it) or `finetune.crop_seconds` (now {recipe.crop_seconds:g})."
        ) from None
    return folder / "backbone.pt"


class Clips:
    """The clips' samples, decoded once and kept as 16-bit integers."""

    def __init__(self, utterances: Sequence[Utterance], max_seconds: float) -> None:
        self._utterances, self._longest = utterances, round(max_seconds * SAMPLE_RATE)
        self._kept: dict[int, npt.NDArray[np.int16]] = {}

    def __len__(self) -> int:
        return len(self._utterances)

    def speaker(self, row: int) -> str:
        return self._utterances[row].speaker_key

    def corpus(self, row: int) -> str:
        return self._utterances[row].corpus

    def __getitem__(self, row: int) -> Waveform:
        if row not in self._kept:
            samples = read_clip(self._utterances[row])[: self._longest]
            self._kept[row] = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
        return (self._kept[row] / 32767).astype(np.float32)

    def heard(self, row: int) -> Waveform:
        """What the encoder gets of a clip."""
        return heard(self[row], self._longest)


class _Job:
    """One fine-tuning: model, optimiser, and the loop over epochs."""

    def __init__(
        self,
        accelerator: Accelerator,
        clips: Clips,
        labels: Ints,
        n_labels: int,
        train: Ints,
        validation: Ints,
        backbone_recipe: BackboneRecipe,
        recipe: FineTuneRecipe,
        seed: int,
        folder: Path,
    ) -> None:
        self.accelerator, self.clips, self.labels, self.n_labels = accelerator, clips, labels, n_labels
        self.train, self.validation, self.recipe, self.folder = train, validation, recipe, folder
        self.rng = np.random.default_rng(seed)
        pooled = load_pooled(backbone_recipe)
        parameters = thaw(pooled.backbone, recipe.layers)
        corpora = [clips.corpus(i) for i in train]
        look = np.random.default_rng(0).permutation(len(train))[:FIRST_LOOK]
        features = encode(pooled, [clips.heard(train[i]) for i in look])
        standardise = fit_standardise(features, [corpora[i] for i in look])
        head_recipe = HeadRecipe(
            members=1, width=recipe.width, embedding=recipe.embedding, dropout=recipe.dropout, input_dropout=0.0
        )
        model = FineTuned(pooled, standardise, Head((pooled.pooled_dim,), n_labels, head_recipe))
        self.pooled = pooled
        new = [*pooled.pooling.parameters(), *model.head.parameters()]
        optimiser = _optimiser(parameters, new, recipe)
        # whole optimiser steps: a checkpoint holds no gradients
        self.steps = max(1, len(train) // recipe.batch_size // recipe.accumulate) * recipe.accumulate
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, _warm_up_and_down(recipe.warm_up, self.steps * recipe.epochs // recipe.accumulate + 1)
        )
        self.model, self.optimiser = accelerator.prepare(model, optimiser)
        self.schedule = schedule  # stepped by hand, once an optimiser step, however many processes there are
        corpus_index = {name: i for i, name in enumerate(sorted(set(corpora)))}
        corpus_rows = np.array([corpus_index[c] for c in corpora], dtype=np.int64)
        self.weights = sampling_weights(labels[train], corpus_rows, recipe.balance)
        self.speakers = np.array([clips.speaker(i) for i in train])
        self.epoch, self.best = 0, _Best()
        self.curve: list[list[float]] = []

    def run(self, resume: bool, progress: Callable[[int, int], None] | None) -> None:
        checkpoint = self.folder / "finetune.pt"
        if resume and checkpoint.is_file():
            self._restore(torch.load(checkpoint, map_location="cpu", weights_only=False))
        recipe, main = self.recipe, self.accelerator.is_main_process
        while self.epoch < recipe.epochs and not (recipe.patience and self.epoch - self.best.epoch >= recipe.patience):
            loss = self._one_epoch()
            self.epoch += 1
            accuracy = self._validate() if len(self.validation) else -1.0
            if recipe.patience == 0 or accuracy > self.best.accuracy:
                weights = {k: v.detach().cpu().clone() for k, v in self.pooled.state_dict().items()}
                self.best = _Best(accuracy, self.epoch, weights)
            self.curve.append([self.epoch, loss, accuracy, float(self.schedule.get_last_lr()[0])])
            if main:
                save_beside(checkpoint, self._state())
                write_curves(self.folder / "finetune.csv", self.curve)
            if progress:
                progress(self.epoch, recipe.epochs)
        if main:
            assert self.best.weights is not None
            save_beside(self.folder / "backbone.pt", self.best.weights)
            checkpoint.unlink(missing_ok=True)
        self.accelerator.wait_for_everyone()

    def _one_epoch(self) -> float:
        self.model.train()
        total = 0.0
        for _ in range(self.steps):
            interruption.check()
            rows, kinds = self._draw()
            waveforms = [self._clip(row, kind, seed) for row, kind, seed in zip(rows, *kinds, strict=True)]
            groups, share = self._groups(rows)
            with self.accelerator.accumulate(self.model):
                logits, embedding = self._answer(waveforms, groups, share)
                labels = torch.from_numpy(self.labels[rows]).to(logits.device)
                loss = self._loss(logits.float(), embedding.float(), labels)
                self.accelerator.backward(loss)
                if self.accelerator.sync_gradients:
                    self.accelerator.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
                self.optimiser.step()
                self.optimiser.zero_grad()
                if self.accelerator.sync_gradients:
                    self.schedule.step()
            total += float(loss.detach())
        return total / self.steps

    def _draw(self) -> tuple[Ints, tuple[list[str], list[int]]]:
        """Rows of the table for one batch over all processes, with each clip's augmentation and its seed."""
        recipe, rng = self.recipe, self.rng
        if recipe.speakers:
            chosen = self._draw_speakers()
        else:
            chosen = rng.choice(len(self.train), recipe.batch_size, p=self.weights)
        rows = self.train[chosen]
        paired = bool(recipe.kinds) and recipe.lambda_scl > 0
        if paired:  # N clips and N augmented ones
            rows = np.concatenate([rows, rows])
            augmented = np.arange(len(rows)) >= len(rows) // 2
        else:
            augmented = rng.random(len(rows)) < (recipe.augmented_share if recipe.kinds else 0.0)
        names = rng.choice(recipe.kinds or ("",), len(rows))
        kinds = [str(name) if a else "" for name, a in zip(names, augmented, strict=True)]
        return rows, (kinds, rng.integers(0, 2**31, len(rows)).tolist())

    def _draw_speakers(self) -> Ints:
        """A batch of a few speakers, their labels as even as they have them."""
        each = max(1, self.recipe.batch_size // self.recipe.speakers)
        drawn = []
        for first in self.rng.choice(len(self.train), self.recipe.speakers, p=self.weights):
            own = np.flatnonzero(self.speakers == self.speakers[first])
            labels = self.labels[self.train[own]]
            for label in np.resize(self.rng.permutation(np.unique(labels)), each):
                drawn.append(self.rng.choice(own[labels == label]))
        return np.array(drawn, dtype=np.int64)

    def _clip(self, row: int, kind: str, seed: int) -> Waveform:
        samples = self.clips[row]
        if kind:
            samples = augment(samples, kind, seed)
        longest = round(self.recipe.crop_seconds * SAMPLE_RATE)
        if len(samples) > longest:
            start = seed % (len(samples) - longest + 1)
            samples = samples[start : start + longest]
        return heard(samples, longest)

    def _groups(self, rows: Ints) -> tuple[Tensor, Tensor]:
        """Which clips' mean is taken off which, float32 [b, b], and how much of it, float32 [b, 1]."""
        n = len(rows)
        if not self.recipe.speakers:
            return torch.zeros(n, n), torch.zeros(n, 1)
        names = np.array([self.clips.speaker(row) for row in rows])
        same = (names[:, None] == names[None, :]).astype(np.float32)
        share = {name: max(0.0, min(1.0, self.rng.uniform(-1.0, 2.0))) for name in sorted(set(names))}
        shares = np.array([[share[name]] for name in names], dtype=np.float32)
        return torch.from_numpy(same / same.sum(1, keepdims=True)), torch.from_numpy(shares)

    def _answer(self, waveforms: Sequence[Waveform], groups: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and embeddings of the whole batch, of which this process hears its share."""
        processes, rank, device = (
            self.accelerator.num_processes,
            self.accelerator.process_index,
            self.accelerator.device,
        )
        n = len(waveforms)
        if processes > 1 and self.recipe.speakers:
            raise VoiceKinError("`finetune.speakers` needs one process: a speaker's clips must be heard together.")
        own = np.arange(n) % processes == rank
        mine = np.flatnonzero(own)
        batch, lengths = pad_batch([waveforms[int(i)] for i in mine])
        logits, embedding = self.model(
            batch.to(device), lengths.to(device), groups[mine][:, mine].to(device), share[mine].to(device)
        )
        if processes == 1:
            return logits, embedding
        if n % processes:
            raise VoiceKinError(f"`finetune.batch_size` must be a multiple of the {processes} processes.")
        from torch.distributed.nn.functional import all_gather  # the one that passes gradients back

        order = np.argsort(np.concatenate([np.flatnonzero(np.arange(n) % processes == r) for r in range(processes)]))
        gathered = [torch.cat(all_gather(t)) for t in (logits, embedding)]  # type: ignore[no-untyped-call]
        return gathered[0][order], gathered[1][order]

    def _loss(self, logits: Tensor, embedding: Tensor, labels: Tensor) -> Tensor:
        recipe = self.recipe
        targets = functional.one_hot(labels, self.n_labels).float()
        loss = cross_entropy(logits, targets, recipe.label_smoothing)
        if recipe.lambda_scl:
            loss = joint_loss(loss, supervised_contrastive_loss(embedding, labels, recipe.tau), recipe.lambda_scl)
        return loss

    @torch.inference_mode()
    def _validate(self) -> float:
        """UA on the validation clips, whole and clean."""
        model = self.accelerator.unwrap_model(self.model).eval()
        pooled = torch.from_numpy(encode(model.pooled, [self.clips.heard(i) for i in self.validation]))
        logits, _ = model.head(model.standardise(pooled.to(self.accelerator.device)))
        return unweighted_accuracy(self.labels[self.validation], logits.argmax(1).cpu().numpy(), self.n_labels)

    def _state(self) -> dict[str, Any]:
        device, scaler = self.accelerator.device, self.accelerator.scaler
        return {
            "model": self.accelerator.unwrap_model(self.model).state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": self.rng.bit_generator.state,
            "torch_rng": torch.get_rng_state(),
            "cuda_rng": torch.cuda.get_rng_state(device) if device.type == "cuda" else None,
            "scaler": scaler.state_dict() if scaler else None,
            "epoch": self.epoch,
            "best": copy.copy(self.best.__dict__),
            "curve": self.curve,
        }

    def _restore(self, state: dict[str, Any]) -> None:
        self.accelerator.unwrap_model(self.model).load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.rng.bit_generator.state = state["rng"]
        torch.set_rng_state(state["torch_rng"])
        if state["cuda_rng"] is not None:
            torch.cuda.set_rng_state(state["cuda_rng"], self.accelerator.device)
        if state["scaler"] is not None:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.epoch, self.best, self.curve = state["epoch"], _Best(**state["best"]), state["curve"]


def _optimiser(
    encoder: Sequence[nn.Parameter], head: Sequence[nn.Parameter], recipe: FineTuneRecipe
) -> torch.optim.Optimizer:
    groups = [
        {"params": list(encoder), "lr": recipe.learning_rate},
        {"params": list(head), "lr": recipe.head_learning_rate},
    ]
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(groups, momentum=recipe.momentum, weight_decay=recipe.weight_decay)
    return torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)


def _warm_up_and_down(warm_up: float, steps: int) -> Callable[[int], float]:
    rising = max(1, round(warm_up * steps))

    def factor(step: int) -> float:
        return (step + 1) / rising if step < rising else max(0.0, (steps - step) / max(1, steps - rising))

    return factor


def load_finetuned(recipe: BackboneRecipe, path: Path) -> PooledBackbone:
    """The recipe's encoder and pooling with the weights that `finetune` wrote."""
    pooled = load_pooled(recipe)
    pooled.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    pooled.backbone.take_fingerprint()
    return pooled
