"""Fine-tuning the encoder with eq. (2) on augmented pairs, on the CPU or on one or more GPUs, with accelerate.

Every process draws the same batch and computes its share of it. Logits and embeddings are gathered, with gradients, so
that the loss is that of the whole batch with any number of processes. With a GPU, workers decode and augment clips in
advance.
"""

import copy
import math
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from accelerate import Accelerator
from accelerate.utils import gather_object
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from desktop_app import interruption
from desktop_app.engine.sound.steady import heard
from desktop_app.errors import VoiceKinError
from trainer.data.augment import augment
from trainer.data.corpora import Utterance
from trainer.data.features import CHUNK, encode, pad_batch, room
from trainer.data.table import SAMPLE_RATE, Waveform, read_clip
from trainer.model.adapters import adapt, merged_state
from trainer.model.backbone import Backbone
from trainer.model.head import Head, Standardise
from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss
from trainer.model.pooling import PooledBackbone, load_pooled
from trainer.recipe import BackboneRecipe, FineTuneRecipe, Recipe
from trainer.training.curves import BOARD_ALONE, Curves, Tracked
from trainer.training.fit import Dataset, FittedHead, fit_standardise, prior_of, sampling_weights, save_beside
from trainer.training.metrics import unweighted_accuracy
from trainer.training.processes import lost_told, this_process
from trainer.training.states import FRAMES_A_SECOND, Sound, States, seed_of

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

FIRST_LOOK = 512  # clips from which the features' mean and deviation are computed before training
LARGEST_GRADIENT = 2.0  # norm to which gradients are clipped
KEPT_BYTES = 1 << 30  # of decoded clips (nine hours) kept in memory by each process and its workers together
MOST_WORKERS = 8  # of one process; a GPU needs more time for a batch than eight cores need to augment the next one
BATCHES_AHEAD = 4  # that each worker prepares
COMPILER = "inductor"  # backend of torch.compile
WIDTHS = 8  # different batch widths for a compiled model, which is compiled, or its graph recorded, for each of them
PLATEAU_FACTOR = 0.1  # by which the learning rate is multiplied on a plateau; the default of PyTorch


class OutOfMemoryForRecipeError(VoiceKinError):
    """The device has too little memory for the recipe."""


class CompilationError(VoiceKinError):
    """The model can't be compiled on this machine."""


class FineTuned(nn.Module):
    """Encoder, standardisation and one small head, trained together."""

    def __init__(
        self, pooled: PooledBackbone, standardise: Standardise, head: Head, kept_below: int | None = None
    ) -> None:
        """With `kept_below`, the inputs are not waveforms but cached inputs of the layer with that number."""
        super().__init__()
        self.pooled, self.standardise, self.head, self.kept_below = pooled, standardise, head, kept_below

    def forward(self, sound: Tensor, lengths: Tensor, groups: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [b, L] and embeddings [b, E].

        Args:
            sound, lengths: The clips, as for `PooledBackbone.forward` or, with `kept_below`, for its `above`.
            groups: float32 [b, b]; row i averages the clips of clip i's speaker, or is zero to subtract nothing.
            share: float32 [b, 1], the share of that mean to subtract.
        """
        if self.kept_below is None:
            features = self.standardise(self.pooled(sound, lengths))
        else:
            features = self.standardise(self.pooled.above(sound, lengths, self.kept_below))
        features = features - share * (groups @ features)
        logits, embedding = self.head(features)
        return logits, embedding


def default_workers(device: torch.device) -> int:
    """Number of workers that decode and augment for one process: 0 without a GPU, since the model needs the cores."""
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    return min(MOST_WORKERS, max(1, (os.cpu_count() or 1) // processes - 1)) if device.type == "cuda" else 0


@dataclass(frozen=True)
class Drawn:
    """A batch, for all processes together.

    Attributes:
        rows: Rows of the table, int64 [n].
        kinds, seeds: Augmentation of each clip, "" for none, and its seed.
        groups: float32 [n, n], see `FineTuned.forward`.
        share: float32 [n, 1], see `FineTuned.forward`.
    """

    rows: Ints
    kinds: tuple[str, ...]
    seeds: tuple[int, ...]
    groups: Tensor
    share: Tensor


@dataclass
class _Best:
    score: float = float("-inf")
    accuracy: float = -1.0
    epoch: int = 0
    weights: dict[str, Tensor] | None = None  # only the trained ones


def top_layers(backbone: Backbone, layers: int) -> list[nn.Module]:
    """The top `layers` transformer layers, or all of them for -1."""
    transformer = list(backbone.transformer_layers())
    return transformer if layers < 0 else transformer[len(transformer) - layers :]


def thaw(backbone: Backbone, layers: int) -> list[nn.Parameter]:
    """Freezes all but the top `layers` transformer layers (-1 for all of them) and returns the parameters of these."""
    for parameter in backbone.parameters():
        parameter.requires_grad_(False)
    parameters = [p for layer in top_layers(backbone, layers) for p in layer.parameters()]
    for parameter in parameters:
        parameter.requires_grad_(True)
    return parameters


def lowest_thawed(backbone: Backbone, recipe: FineTuneRecipe) -> int:
    """Number of the lowest layer that `thaw` does not freeze."""
    return backbone.n_layers - recipe.layers if recipe.layers >= 0 else 0


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
    workers: int | None = None,
    targets: Floats | None = None,
    tracked: Tracked = BOARD_ALONE,
) -> Path:
    """Fine-tunes the recipe's encoder and returns FOLDER/backbone.pt. Curves and checkpoints are in FOLDER too.

    FOLDER/finetuned-head.pt is the head that was trained with the encoder, see `as_fitted`.

    Args:
        utterances, labels: The table, and the index of each label, int64 [n], less than n_labels.
        n_labels: Number of labels.
        train, validation: Rows of the table; validation may be empty.
        backbone_recipe: The encoder to fine-tune.
        recipe: The settings.
        seed: The same seed gives the same draws.
        folder: Folder for checkpoint, curves and weights.
        resume: Continue from the checkpoint, if there is one.
        progress: Called with (finished epochs, all epochs).
        cpu: Don't use a GPU.
        workers: Number of workers that decode and augment for each process, which depends on the machine by default.
            They change no result.
        targets: Training targets, float32 [n, n_labels], see `Dataset.targets`; the labels by default.
        tracked: Where the curves are logged besides FOLDER.

    Raises:
        OutOfMemoryForRecipeError: The device has too little memory; the message names the settings to lower.
        CompilationError: There is no compiler, or the encoder can't be compiled.
        ProcessLostError: Another of the launched processes has ended.
    """
    this_process(cpu)
    accelerator = Accelerator(
        mixed_precision=recipe.precision, gradient_accumulation_steps=recipe.accumulate, cpu=cpu or None
    )
    if (folder / "backbone.pt").is_file():
        return folder / "backbone.pt"
    folder.mkdir(parents=True, exist_ok=True)
    workers = default_workers(accelerator.device) if workers is None else workers
    clips = Clips(utterances, backbone_recipe.max_seconds, KEPT_BYTES // max(1, workers))
    try:
        with torch.random.fork_rng(), lost_told():
            torch.manual_seed(seed)
            if targets is None:
                targets = np.eye(n_labels, dtype=np.float32)[labels]
            job = FineTuning(
                accelerator, clips, labels, targets, train, validation, backbone_recipe, recipe, seed, folder, workers
            )
            job.run(resume, progress, tracked)
    except torch.OutOfMemoryError:
        raise OutOfMemoryForRecipeError(
            f"The device has too little memory: lower `finetune.batch_size` (now {recipe.batch_size}; raise "
            f"`finetune.accumulate` to make up for it) or `finetune.crop_seconds` (now {recipe.crop_seconds:g}), or "
            "set `finetune.checkpointing` to true."
        ) from None
    except RuntimeError as error:
        if recipe.compile == "no" or not _of_compilation(error):
            raise
        raise CompilationError(
            f'`finetune.compile` = "{recipe.compile}" does not work here ({str(error).splitlines()[0]}): it needs a '
            "C++ compiler and the headers of Python (Debian: apt-get install g++ python3-dev); without them set it to "
            '"no".'
        ) from None
    return folder / "backbone.pt"


def _of_compilation(error: RuntimeError) -> bool:
    from torch._dynamo.exc import TorchDynamoException  # slow to import

    return isinstance(error, TorchDynamoException)


class Clips:
    """The clips' samples. As many as `kept_bytes` allows are kept in memory, as 16-bit integers."""

    def __init__(self, utterances: Sequence[Utterance], max_seconds: float, kept_bytes: int) -> None:
        self._utterances, self._longest = utterances, round(max_seconds * SAMPLE_RATE)
        self._kept: dict[int, npt.NDArray[np.int16]] = {}
        self._bytes_left = kept_bytes

    def __len__(self) -> int:
        return len(self._utterances)

    def speaker(self, row: int) -> str:
        return self._utterances[row].speaker_key

    def corpus(self, row: int) -> str:
        return self._utterances[row].corpus

    def seconds(self, row: int) -> float:
        return self._utterances[row].duration_s

    def __getitem__(self, row: int) -> Waveform:
        samples = self._kept.get(row)
        if samples is None:
            decoded = read_clip(self._utterances[row])[: self._longest]
            samples = np.round(np.clip(decoded, -1, 1) * 32767).astype(np.int16)
            if samples.nbytes <= self._bytes_left:
                self._kept[row] = samples
                self._bytes_left -= samples.nbytes
        return (samples / 32767).astype(np.float32)

    def whole(self, row: int) -> Sound:
        """The whole clip, without augmentation."""
        return self.sound(row, 0, "", self._longest / SAMPLE_RATE)

    def sound(self, row: int, copy: int, kind: str, seconds: float) -> Sound:
        """A clip (copy 0) or one of its augmented copies, which are the same in every training."""
        return Sound(row, kind, seed_of(self._utterances[row], copy), seconds)

    def hear(self, sound: Sound) -> Waveform:
        """The samples for the encoder: augmented, cropped and passed through `heard`."""
        samples, longest = self[sound.row], round(sound.seconds * SAMPLE_RATE)
        if sound.kind:
            samples = augment(samples, sound.kind, sound.seed)
        if len(samples) > longest:
            start = sound.seed % (len(samples) - longest + 1)
            samples = samples[start : start + longest]
        return heard(samples, longest)

    def states(self, pooled: PooledBackbone, first: int) -> States:
        """The cache of what the layers below `first` compute for the clips."""
        return States(pooled, first, self._utterances)


class _Batches:
    """A data set indexed by `Drawn`: this process's share of the batch, decoded and augmented.

    A batch is as wide as its longest clip. With `widths`, it is padded to one of that many evenly spaced widths.
    """

    def __init__(
        self,
        clips: Clips,
        crop_seconds: float,
        process: int,
        processes: int,
        widths: int = 0,
        states: States | None = None,
    ) -> None:
        self._clips, self._seconds, self._states = clips, crop_seconds, states
        self._process, self._processes = process, processes
        rate = SAMPLE_RATE if states is None else FRAMES_A_SECOND
        self._step = math.ceil(crop_seconds * rate / widths) if widths else 1

    def __getitem__(self, drawn: Drawn) -> tuple[Tensor, ...]:
        """Waveforms float32 [b, n], lengths int64 [b], groups float32 [b, b] and share float32 [b, 1] for this process.

        The last element are the rows of the whole batch, int64. With cached states, these, [b, t, width], and their
        lengths replace the waveforms.
        """
        mine = slice(self._process, None, self._processes)
        clips = zip(drawn.rows[mine], drawn.kinds[mine], drawn.seeds[mine], strict=True)
        sounds = [Sound(int(row), kind, seed, self._seconds) for row, kind, seed in clips]
        if self._states is None:
            batch, lengths = pad_batch([self._clips.hear(sound) for sound in sounds])
        else:
            batch, lengths = self._states.batch(sounds)
        beyond = (0, 0) * (batch.ndim - 2) + (0, -batch.shape[1] % self._step)
        batch = functional.pad(batch, beyond)
        return batch, lengths, drawn.groups[mine, mine].clone(), drawn.share[mine].clone(), torch.from_numpy(drawn.rows)


class _Epoch:
    """Iterates over the draws of an epoch."""

    def __init__(self, draws: Callable[[], Iterator[Drawn]], steps: int) -> None:
        self._draws, self._steps = draws, steps

    def __iter__(self) -> Iterator[Drawn]:
        return self._draws()

    def __len__(self) -> int:
        return self._steps


class FineTuning:
    """A fine-tuning: model, optimiser, and the loop over epochs."""

    def __init__(
        self,
        accelerator: Accelerator,
        clips: Clips,
        labels: Ints,
        targets: Floats,
        train: Ints,
        validation: Ints,
        backbone_recipe: BackboneRecipe,
        recipe: FineTuneRecipe,
        seed: int,
        folder: Path,
        workers: int,
    ) -> None:
        n_labels = targets.shape[1]
        self.accelerator, self.clips, self.labels, self.n_labels = accelerator, clips, labels, n_labels
        self.train, self.validation, self.recipe, self.folder = train, validation, recipe, folder
        self.rng = np.random.default_rng(seed)
        processes = accelerator.num_processes
        if processes > 1 and recipe.speakers:
            raise VoiceKinError("`finetune.speakers` needs a single process, so that a speaker's clips are together.")
        if recipe.batch_size % processes:
            raise VoiceKinError(f"`finetune.batch_size` must be a multiple of the number of processes, {processes}.")
        if recipe.schedule == "plateau" and not len(validation):
            raise VoiceKinError('`finetune.schedule` is "plateau", but there is no validation loss to go by.')
        pooled = load_pooled(backbone_recipe).to(accelerator.device)
        if recipe.lora_rank:
            adapted = top_layers(pooled.backbone, recipe.layers)
            parameters = adapt(pooled.backbone, adapted, recipe.lora_rank, recipe.lora_alpha, recipe.lora_on)
        else:
            parameters = thaw(pooled.backbone, recipe.layers)
        pooled.backbone.recomputes = recipe.checkpointing
        corpora = [clips.corpus(i) for i in train]
        look = np.random.default_rng(0).permutation(len(train))[:FIRST_LOOK]
        first = lowest_thawed(pooled.backbone, recipe)
        self.states = clips.states(pooled, first) if recipe.copies else None
        self._keep_states(pooled, train[look])
        standardise = fit_standardise(
            self._features(pooled, train[look]), np.arange(len(look)), [corpora[i] for i in look]
        )
        kept_below = first if self.states else None
        model = FineTuned(pooled, standardise, Head((pooled.pooled_dim,), n_labels, recipe.head), kept_below)
        self.pooled = pooled
        new = [*pooled.pooling.parameters(), *model.head.parameters()]
        optimiser = _optimiser(parameters, new, recipe)
        # a whole number of optimiser steps, since a checkpoint has no gradients
        self.steps = max(1, len(train) // recipe.batch_size // recipe.accumulate) * recipe.accumulate
        schedule: Any  # one kind is stepped with a loss, the other without
        if recipe.schedule == "plateau":
            schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
                optimiser, factor=PLATEAU_FACTOR, patience=recipe.plateau_patience
            )
        else:
            schedule = torch.optim.lr_scheduler.LambdaLR(
                optimiser, _warm_up_and_down(recipe.warm_up, self.steps * recipe.epochs // recipe.accumulate + 1)
            )
        if recipe.compile != "no":
            model.compile(backend=COMPILER, mode=recipe.compile)  # in place, so that its weights keep their names
        self.model, self.optimiser = accelerator.prepare(model, optimiser)
        self.schedule = schedule  # not prepared, since accelerate would step it once for each process
        self.loader: DataLoader[tuple[Tensor, ...]] = DataLoader(
            _Batches(  # type: ignore[arg-type]
                clips,
                recipe.crop_seconds,
                accelerator.process_index,
                processes,
                WIDTHS if recipe.compile != "no" else 0,
                self.states,
            ),
            batch_size=None,
            sampler=_Epoch(self._draws, self.steps),
            num_workers=workers,
            prefetch_factor=BATCHES_AHEAD if workers else None,
            persistent_workers=workers > 0,
            pin_memory=accelerator.device.type == "cuda",
            generator=torch.Generator(),  # separate, so that dropout is the same with and without workers
        )
        corpus_index = {name: i for i, name in enumerate(sorted(set(corpora)))}
        corpus_rows = np.array([corpus_index[c] for c in corpora], dtype=np.int64)
        self.weights = sampling_weights(labels[train], corpus_rows, recipe.balance)
        self.speakers = np.array([clips.speaker(i) for i in train])
        self.seconds = np.minimum([clips.seconds(i) for i in train], recipe.crop_seconds)
        self.target_of = torch.from_numpy(targets).to(accelerator.device)
        self.epoch, self.best = 0, _Best()
        self.curve: list[list[float]] = []

    def run(self, resume: bool, progress: Callable[[int, int], None] | None, tracked: Tracked) -> None:
        checkpoint, main = self.folder / "finetune.pt", self.accelerator.is_main_process
        if resume and checkpoint.is_file():
            self._restore(torch.load(checkpoint, map_location="cpu", weights_only=False))
        with Curves(self.folder / "finetune.csv", tracked) if main else nullcontext() as curves:
            self._epochs(checkpoint, curves, progress)
        if main:
            weights = self._best_weights()
            encoder, head = (
                {key.removeprefix(name): value for key, value in weights.items() if key.startswith(name)}
                for name in ("pooled.", "head.")
            )
            found = {"epochs": self.best.epoch, "validation_accuracy": self.best.accuracy}
            standardise = {name: weights[f"standardise.{name}"] for name in ("mean", "deviation")}
            save_beside(self.folder / "finetuned-head.pt", {"head": head, **standardise, **found})
            save_beside(self.folder / "backbone.pt", encoder)  # last, as it marks the part as done
            checkpoint.unlink(missing_ok=True)
        self.accelerator.wait_for_everyone()

    def _epochs(self, checkpoint: Path, curves: Curves | None, progress: Callable[[int, int], None] | None) -> None:
        """Runs the remaining epochs. The main process, which is the one with `curves`, writes their results."""
        recipe = self.recipe
        while self.epoch < recipe.epochs and not (recipe.patience and self.epoch - self.best.epoch >= recipe.patience):
            loss = self._one_epoch()
            self.epoch += 1
            accuracy, validation_loss = self._validate() if len(self.validation) else (-1.0, float("nan"))
            if recipe.schedule == "plateau":
                self.schedule.step(validation_loss)
            score = -validation_loss if recipe.select == "loss" else accuracy
            if recipe.patience == 0 or score > self.best.score:
                self.best = _Best(score, accuracy, self.epoch, self._learned())
            rate = float(self.schedule.get_last_lr()[0])
            self.curve.append([self.epoch, loss, accuracy, rate, validation_loss])
            if curves:
                save_beside(checkpoint, self._state())
                curves.write(self.curve)
            if progress:
                progress(self.epoch, recipe.epochs)

    def _one_epoch(self) -> float:
        self.model.train()
        total = torch.zeros((), device=self.accelerator.device)
        for batch in self.loader:
            interruption.check()
            total += self.step(batch)  # read only once per epoch, since reading waits for the device
        return float(total) / self.steps

    def step(self, batch: Sequence[Tensor]) -> Tensor:
        """Trains on a batch of the loader; returns the loss, which stays on the device."""
        if self.recipe.compile == "reduce-overhead":
            torch.compiler.cudagraph_mark_step_begin()  # type: ignore[no-untyped-call]
        *clips, rows = (t.to(self.accelerator.device, non_blocking=True) for t in batch)
        with self.accelerator.accumulate(self.model):
            logits, embedding = self._together(*self.model(*clips))
            loss = self._loss(logits.float(), embedding.float(), self.target_of[rows])
            # accelerate averages the processes' gradients, but here their sum is needed
            self.accelerator.backward(loss * self.accelerator.num_processes)
            if self.accelerator.sync_gradients:
                self.accelerator.clip_grad_norm_(self.model.parameters(), LARGEST_GRADIENT)
            self.optimiser.step()
            self.optimiser.zero_grad()
            if self.accelerator.sync_gradients and self.recipe.schedule == "one-cycle":
                self.schedule.step()
        return loss.detach()

    def _draws(self) -> Iterator[Drawn]:
        """The batches of an epoch, for all processes together."""
        for done in range(0, self.steps, self.recipe.buckets):
            for chosen in self._chosen(min(self.recipe.buckets, self.steps - done)):
                yield self._drawn(self.train[chosen])

    def _chosen(self, n: int) -> Sequence[Ints]:
        """Draws n batches together and splits them by length, which does not change which clips are drawn."""
        recipe, rng = self.recipe, self.rng
        if recipe.speakers:
            return [self._draw_speakers() for _ in range(n)]
        chosen = rng.choice(len(self.train), n * recipe.batch_size, p=self.weights)
        if n == 1:
            return [chosen]
        by_length = chosen[np.argsort(self.seconds[chosen], kind="stable")].reshape(n, recipe.batch_size)
        return list(by_length[rng.permutation(n)])

    def _drawn(self, rows: Ints) -> Drawn:
        """Draws augmentations for the clips of a batch."""
        recipe, rng = self.recipe, self.rng
        if recipe.kinds and recipe.pairs:
            rows = np.concatenate([rows, rows])
            augmented = np.arange(len(rows)) >= len(rows) // 2
        else:
            augmented = rng.random(len(rows)) < (recipe.augmented_share if recipe.kinds else 0.0)
        if recipe.copies:
            copies = np.where(augmented, rng.integers(1, recipe.copies + 1, len(rows)), 0)
            sounds = [self._copy(int(row), int(copy)) for row, copy in zip(rows, copies, strict=True)]
            kinds, seeds = tuple(sound.kind for sound in sounds), tuple(sound.seed for sound in sounds)
        else:
            names = rng.choice(recipe.kinds or ("",), len(rows))
            kinds = tuple(str(name) if a else "" for name, a in zip(names, augmented, strict=True))
            seeds = tuple(rng.integers(0, 2**31, len(rows)).tolist())
        return Drawn(rows, kinds, seeds, *self._groups(rows))

    def _copy(self, row: int, copy: int) -> Sound:
        """One of the `finetune.copies` of a clip, or the clip itself for copy 0; cropped if it is too long."""
        kind = self.recipe.kinds[(copy - 1) % len(self.recipe.kinds)] if copy else ""
        return self.clips.sound(row, copy, kind, self.recipe.crop_seconds)

    def _keep_states(self, pooled: PooledBackbone, look: Ints) -> None:
        """Caches the states of all clips and copies of this training; each process computes a share of them."""
        if self.states is None:
            return
        copies = self.recipe.copies if self.recipe.kinds else 0
        sounds = [self._copy(int(row), copy) for copy in range(copies + 1) for row in self.train]
        sounds += [self.clips.whole(int(row)) for row in (*look, *self.validation)]
        sounds = list(dict.fromkeys(sounds))
        self.states.announce(pooled, sounds, quiet=not self.accelerator.is_main_process)
        self.accelerator.wait_for_everyone()  # until all have counted what is missing, before any starts to add to it
        own = slice(self.accelerator.process_index, None, self.accelerator.num_processes)
        self.states.keep(pooled, sounds[own], self.clips.hear)
        self.accelerator.wait_for_everyone()

    def _features(self, pooled: PooledBackbone, rows: Ints) -> Floats:
        """Pooled features [n, D] of whole, clean clips with the encoder's current weights."""
        features = room((len(rows), pooled.pooled_dim))
        for start in range(0, len(rows), CHUNK):  # the number of clips in memory
            sounds = [self.clips.whole(int(row)) for row in rows[start : start + CHUNK]]
            if self.states is None:
                part = encode(pooled, [self.clips.hear(sound) for sound in sounds])
            else:
                part = self.states.encode(pooled, sounds)
            features[start : start + CHUNK] = part
        return features

    def _draw_speakers(self) -> Ints:
        """Draws a batch of a few speakers, with each speaker's labels as balanced as possible."""
        each = max(1, self.recipe.batch_size // self.recipe.speakers)
        drawn = []
        for first in self.rng.choice(len(self.train), self.recipe.speakers, p=self.weights):
            own = np.flatnonzero(self.speakers == self.speakers[first])
            labels = self.labels[self.train[own]]
            for label in np.resize(self.rng.permutation(np.unique(labels)), each):
                drawn.append(self.rng.choice(own[labels == label]))
        return np.array(drawn, dtype=np.int64)

    def _groups(self, rows: Ints) -> tuple[Tensor, Tensor]:
        """`groups` and `share` of a batch, see `FineTuned.forward`."""
        n = len(rows)
        if not self.recipe.speakers:
            return torch.zeros(n, n), torch.zeros(n, 1)
        names = np.array([self.clips.speaker(row) for row in rows])
        same = (names[:, None] == names[None, :]).astype(np.float32)
        share = {name: max(0.0, min(1.0, self.rng.uniform(-1.0, 2.0))) for name in sorted(set(names))}
        shares = np.array([[share[name]] for name in names], dtype=np.float32)
        return torch.from_numpy(same / same.sum(1, keepdims=True)), torch.from_numpy(shares)

    def _together(self, logits: Tensor, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and embeddings of all processes, in the order of the batch.

        Of n processes each has every n-th clip. Gradients flow only into this process's own clips.
        """
        processes, own = self.accelerator.num_processes, self.accelerator.process_index
        if processes == 1:
            return logits, embedding
        together = []
        for answered in (logits, embedding):
            parts = [torch.empty_like(answered) for _ in range(processes)]
            torch.distributed.all_gather(parts, answered.detach().contiguous())
            parts[own] = answered
            together.append(torch.stack(parts, dim=1).flatten(0, 1))
        return together[0], together[1]

    def _loss(self, logits: Tensor, embedding: Tensor, targets: Tensor) -> Tensor:
        recipe = self.recipe
        loss = cross_entropy(logits, targets, recipe.label_smoothing)
        if recipe.lambda_scl:
            scl = supervised_contrastive_loss(embedding, targets, recipe.tau, recipe.scl)
            loss = joint_loss(loss, scl, recipe.lambda_scl)
        return loss

    @torch.inference_mode()
    def _validate(self) -> tuple[float, float]:
        """UA and the loss of eq. (2) on the whole, clean validation clips; each process encodes a share of them."""
        model = self.accelerator.unwrap_model(self.model).eval()
        own = self.validation[self.accelerator.process_index :: self.accelerator.num_processes]
        pooled = self._features(model.pooled, own)
        rows = np.concatenate(gather_object([own]))
        features = torch.from_numpy(np.concatenate(gather_object([pooled]))).to(self.accelerator.device)
        logits, embedding = model.head(model.standardise(features))
        of = [
            torch.from_numpy(part).to(logits.device)
            for part in np.array_split(np.argsort(rows), len(rows) // CHUNK + 1)
        ]
        truth = self.target_of[torch.from_numpy(rows).to(logits.device)]
        # in parts, since eq. (1) compares every clip with every other one
        loss = sum(float(self._loss(logits[part], embedding[part], truth[part])) * len(part) for part in of)
        accuracy = unweighted_accuracy(self.labels[rows], logits.argmax(1).cpu().numpy(), self.n_labels)
        return accuracy, loss / len(rows)

    def _learned(self) -> dict[str, Tensor]:
        """The model's state without frozen weights, on the CPU."""
        model = self.accelerator.unwrap_model(self.model)
        frozen = {name for name, parameter in model.named_parameters() if not parameter.requires_grad}
        return {k: v.detach().cpu().clone() for k, v in model.state_dict().items() if k not in frozen}

    def _best_weights(self) -> dict[str, Tensor]:
        """All weights of the best epoch, with adapters merged."""
        assert self.best.weights is not None
        model = self.accelerator.unwrap_model(self.model)
        model.load_state_dict(self.best.weights, strict=False)
        return merged_state(model)

    def _state(self) -> dict[str, Any]:
        device, scaler = self.accelerator.device, self.accelerator.scaler
        return {
            "model": self._learned(),
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
        self.accelerator.unwrap_model(self.model).load_state_dict(state["model"], strict=False)  # the rest is frozen
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
    """Loads the recipe's encoder and pooling with the weights that `finetune` saved."""
    pooled = load_pooled(recipe)
    pooled.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    pooled.backbone.take_fingerprint()
    return pooled


def encode_kept(
    finetuned: PooledBackbone, utterances: Sequence[Utterance], backbone_recipe: BackboneRecipe, recipe: FineTuneRecipe
) -> Floats:
    """Pooled features [n, D] of whole clips, from cached states, by an encoder that was fine-tuned with `copies`."""
    clips, pretrained = Clips(utterances, backbone_recipe.max_seconds, 0), load_pooled(backbone_recipe)
    states = clips.states(pretrained, lowest_thawed(pretrained.backbone, recipe))
    sounds = [clips.whole(row) for row in range(len(utterances))]
    states.keep(pretrained, sounds, clips.hear)
    return states.encode(finetuned, sounds)


def as_fitted(path: Path, data: Dataset, train: Ints, recipe: Recipe) -> FittedHead:
    """The head that was fine-tuned with the encoder, as a fitted head.

    Args:
        path: The file finetuned-head.pt that `finetune` saved.
        data: Clips, with features of the fine-tuned encoder.
        train: Rows that the encoder was fine-tuned on.
        recipe: See trainer.recipe.
    """
    found = torch.load(path, map_location="cpu", weights_only=True)
    standardise = Standardise(found["mean"], found["deviation"])
    head = Head((len(found["mean"]),), len(data.labels), recipe.finetune.head)
    head.load_state_dict(found["head"])
    accuracy = found["validation_accuracy"] if found["validation_accuracy"] >= 0 else float("nan")
    prior = prior_of(standardise, data, train, recipe)
    return FittedHead(standardise, head.eval(), prior, data.labels, data.n_answered, found["epochs"], accuracy)
