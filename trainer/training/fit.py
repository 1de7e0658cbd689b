"""Training the head on fixed features: batches, losses, early stopping, and checkpoints that resume exactly."""

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app import interruption
from desktop_app.engine.recognition.voice import VoicePrior
from trainer.data.corpora import Utterance
from trainer.data.features import room
from trainer.model.baseline import BaselineBank, estimate_prior
from trainer.model.head import LARGEST_DEVIATION, Head, Standardise
from trainer.model.losses import cross_entropy, joint_loss, supervised_contrastive_loss
from trainer.recipe import Recipe
from trainer.training.curves import BOARD_ALONE, Curves, Tracked
from trainer.training.metrics import unweighted_accuracy

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

AT_ONCE = 4096  # clips whose features are processed in memory at a time
BASELINE_SHARE = (0.5, 1.0)  # of the mean of a known speaker's clips in a batch, subtracted from them
CHECKPOINT_EVERY_S = 20.0  # seconds; an epoch can take less time than saving a checkpoint


@dataclass(frozen=True)
class Dataset:
    """The clips and their features.

    Attributes:
        utterances: The n clips.
        features: Raw pooled features, float32 [1 + copies, n, D]; [0] are those of the clean clips.
        labels: All labels in training, those that are predicted first.
        n_answered: How many of `labels` are predicted.
        blocks: Width of each expert's block of features; () for a single expert that uses all features.
    """

    utterances: tuple[Utterance, ...]
    features: Floats
    labels: tuple[str, ...]
    n_answered: int
    blocks: tuple[int, ...] = ()

    @classmethod
    def of(
        cls, utterances: Sequence[Utterance], features: Floats, answered: Sequence[str], blocks: Sequence[int] = ()
    ) -> "Dataset":
        others = sorted({u.label for u in utterances} - set(answered))
        return cls(tuple(utterances), features, (*answered, *others), len(answered), tuple(blocks))

    def label_indices(self) -> Ints:
        """Index of each clip's label, int64 [n]."""
        index = {label: i for i, label in enumerate(self.labels)}
        return np.array([index[u.label] for u in self.utterances], dtype=np.int64)

    def targets(self) -> Floats:
        """Training targets, float32 [n, labels]: the shares of a clip's votes, or 1 for its label."""
        index = {label: i for i, label in enumerate(self.labels)}
        shares = np.zeros((len(self.utterances), len(self.labels)), dtype=np.float32)
        for row, utterance in zip(shares, self.utterances, strict=True):
            for label, votes in utterance.votes or ((utterance.label, 1.0),):
                row[index[label]] += votes
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class FittedHead:
    """A trained head.

    Attributes:
        standardise: Fitted on the training clips.
        head: In evaluation mode, with an output for each of `labels`.
        prior: For desktop_app.engine.recognition.voice, for the labels that are predicted.
        labels: Labels of the outputs; the first n_answered are predicted.
        n_answered: See `labels`.
        epochs: Number of epochs up to the one that was kept.
        validation_accuracy: UA on the validation speakers after that epoch; nan without validation.
    """

    standardise: Standardise
    head: Head
    prior: VoicePrior
    labels: tuple[str, ...]
    n_answered: int
    epochs: int
    validation_accuracy: float

    def pooled(self, features: Floats, rows: Ints | None = None) -> Floats:
        """Standardises raw pooled features [n, D], or only the given rows of them: what a pack calls pooled."""
        rows = np.arange(len(features)) if rows is None else rows
        pooled = room((len(rows), features.shape[1]))
        with torch.inference_mode():
            for part in parts_of(len(rows)):
                pooled[part] = self.standardise(torch.from_numpy(features[rows[part]])).numpy()
        return pooled

    def answer(self, pooled: Floats, baseline: Floats, rows: Ints | None = None) -> tuple[Floats, Floats]:
        """Logits [n, n_answered] and embeddings [n, E] of pooled features, or only of the given rows.

        `baseline` is float32 [D], or [n, D] with one for each row.
        """
        rows = np.arange(len(pooled)) if rows is None else rows
        each = np.broadcast_to(baseline, pooled.shape)
        found = []
        with torch.inference_mode():
            for part in parts_of(len(rows)):
                found.append(self.head(torch.from_numpy(pooled[rows[part]] - each[rows[part]])))
        logits, embeddings = (torch.cat(tensors).numpy() for tensors in zip(*found, strict=True))
        return logits[:, : self.n_answered], embeddings


@dataclass
class _State:
    """The whole state of a training at the end of an epoch."""

    head: Head
    average: Head
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    rng: np.random.Generator
    epoch: int = 0
    best_accuracy: float = -1.0
    best_epoch: int = 0
    best_weights: dict[str, Tensor] | None = None
    rows: list[list[float]] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "head": self.head.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": self.rng.bit_generator.state,
            "torch_rng": torch.get_rng_state(),
            "epoch": self.epoch,
            "best_accuracy": self.best_accuracy,
            "best_epoch": self.best_epoch,
            "best_weights": self.best_weights,
            "rows": self.rows,
        }

    def restore(self, data: dict[str, Any]) -> None:
        for name in ("head", "average", "optimiser", "schedule"):
            getattr(self, name).load_state_dict(data[name])
        self.rng.bit_generator.state = data["rng"]
        torch.set_rng_state(data["torch_rng"])
        for name in ("epoch", "best_accuracy", "best_epoch", "best_weights", "rows"):
            setattr(self, name, data[name])


def fit_head(
    data: Dataset,
    train: Ints,
    validation: Ints,
    recipe: Recipe,
    seed: int,
    folder: Path | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
    checkpoint_every_s: float = CHECKPOINT_EVERY_S,
    tracked: Tracked = BOARD_ALONE,
) -> FittedHead:
    """Trains a head.

    Args:
        data: Clips and features.
        train, validation: Rows of `data`; validation may be empty, and there is no early stopping then.
        recipe: See trainer.recipe.
        seed: The same seed gives the same weights.
        folder: Folder for checkpoints and metrics.csv; None to write none.
        resume: Continue from the checkpoint in `folder`, if there is one.
        progress: Called with (finished epochs, all epochs).
        checkpoint_every_s: Seconds between checkpoints; 0 for one after each epoch.
        tracked: Where the curves are logged besides metrics.csv.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _fit(data, train, validation, recipe, seed, folder, resume, progress, checkpoint_every_s, tracked)


def _fit(
    data: Dataset,
    train: Ints,
    validation: Ints,
    recipe: Recipe,
    seed: int,
    folder: Path | None,
    resume: bool,
    progress: Callable[[int, int], None] | None,
    checkpoint_every_s: float,
    tracked: Tracked,
) -> FittedHead:
    labels = data.label_indices()
    standardise = fit_standardise(data.features[0], train, [data.utterances[i].corpus for i in train])
    pooled = _standardised(standardise, data.features, train)
    speakers = _numbered([data.utterances[i].speaker_key for i in train])
    answered = np.where(labels[train] < data.n_answered, labels[train], -1)
    prior = estimate_prior(pooled[0], answered, speakers, data.n_answered, recipe.baseline)
    axes = principal_axes(pooled[0], recipe.head.principal_components)
    if axes is not None:
        pooled = _projected(pooled, axes)
    t = recipe.training
    batches: Batches | GroupedBatches
    if t.speakers:
        batches = GroupedBatches(data, train, pooled, labels[train], recipe)
    else:
        training_prior = estimate_prior(pooled[0], labels[train], speakers, len(data.labels), recipe.baseline)
        batches = Batches(data, train, pooled, labels[train], speakers, training_prior, recipe)

    blocks = data.blocks if data.blocks and axes is None else pooled.shape[2:]
    head = Head(blocks, len(data.labels), recipe.head, recipe.experts.weights)
    steps = max(1, len(train) // t.batch_size)
    optimiser = torch.optim.AdamW(head.parameters(), lr=t.learning_rate, weight_decay=t.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, t.learning_rate, total_steps=steps * t.epochs + 1, pct_start=t.warm_up
    )
    state = _State(head, copy.deepcopy(head).eval(), optimiser, schedule, np.random.default_rng(seed), rows=[])
    checkpoint = folder / "checkpoint.pt" if folder else None
    if checkpoint and resume and checkpoint.is_file():
        state.restore(torch.load(checkpoint, weights_only=False))
    voices = recipe.baseline.used
    checking = _Validation(data, validation, standardise, axes, labels, voices) if len(validation) else None

    saved = time.monotonic()
    while state.epoch < t.epochs and not (t.patience and state.epoch - state.best_epoch >= t.patience):
        loss = _epoch(state, batches, recipe, steps)
        state.epoch += 1
        accuracy = checking.accuracy(state.average) if checking and (t.patience or state.epoch == t.epochs) else -1.0
        if t.patience and accuracy > state.best_accuracy:
            state.best_accuracy, state.best_epoch = accuracy, state.epoch
            state.best_weights = copy.deepcopy(state.average.state_dict())
        elif not t.patience:
            state.best_accuracy, state.best_epoch = accuracy, state.epoch
        assert state.rows is not None
        state.rows.append([state.epoch, loss, accuracy, float(state.schedule.get_last_lr()[0])])
        if checkpoint and time.monotonic() - saved >= checkpoint_every_s:
            save_beside(checkpoint, state.as_dict())
            saved = time.monotonic()
        if progress:
            progress(state.epoch, t.epochs)
    if state.best_weights is not None:
        state.average.load_state_dict(state.best_weights)
    if folder:
        with Curves(folder / "metrics.csv", tracked) as curves:
            curves.write(state.rows or [])
    accuracy = state.best_accuracy if state.best_accuracy >= 0 else float("nan")
    whole = state.average if axes is None else _unprojected(state.average, axes, recipe)
    return FittedHead(standardise, whole.eval(), prior, data.labels, data.n_answered, state.best_epoch, accuracy)


def prior_of(standardise: Standardise, data: Dataset, train: Ints, recipe: Recipe) -> VoicePrior:
    """How voices vary among the training clips, for desktop_app.engine.recognition.voice."""
    labels = data.label_indices()[train]
    answered = np.where(labels < data.n_answered, labels, -1)
    speakers = _numbered([data.utterances[i].speaker_key for i in train])
    pooled = _standardised(standardise, data.features[:1], train)[0]
    return estimate_prior(pooled, answered, speakers, data.n_answered, recipe.baseline)


def parts_of(n: int) -> Iterator[slice]:
    """Slices of n clips, each small enough to be processed in memory."""
    return (slice(start, min(start + AT_ONCE, n)) for start in range(0, max(n, 1), AT_ONCE))


def fit_standardise(features: Floats, rows: Ints, corpora: Sequence[str]) -> Standardise:
    """Mean and standard deviation of the training clips' pooled features. Every corpus has the same weight in the mean.

    Args:
        features: float32 [n, D].
        rows: Rows of the training clips, int64 [m].
        corpora: The corpus of each training clip, m names.
    """
    names, corpus = np.unique(np.array(corpora), return_inverse=True)
    sums, squares = np.zeros((len(names), features.shape[1])), np.zeros(features.shape[1])
    for part in parts_of(len(rows)):
        clips, of = features[rows[part]].astype(np.float64), corpus[part]
        for index in np.unique(of):
            sums[index] += clips[of == index].sum(0)
    together = sums.sum(0) / len(rows)
    for part in parts_of(len(rows)):
        squares += ((features[rows[part]] - together) ** 2).sum(0)
    mean = (sums / np.bincount(corpus)[:, None]).mean(0)
    deviation = np.sqrt(squares / len(rows)) + 1e-6
    return Standardise(torch.as_tensor(mean, dtype=torch.float32), torch.as_tensor(deviation, dtype=torch.float32))


def _standardised(standardise: Standardise, features: Floats, rows: Ints) -> Floats:
    """Standardises the given rows of features [variants, n, D], in the way that `Standardise` does."""
    mean, deviation = standardise.mean.numpy(), standardise.deviation.numpy()
    pooled = room((len(features), len(rows), features.shape[2]))
    for variant, raw in zip(pooled, features, strict=True):
        for part in parts_of(len(rows)):
            variant[part] = np.clip((raw[rows[part]] - mean) / deviation, -LARGEST_DEVIATION, LARGEST_DEVIATION)
    return pooled


def principal_axes(pooled: Floats, n: int) -> Floats | None:
    """The directions float32 [D, n] of largest variance of features [clips, D]; None for n = 0 or n >= D."""
    if n == 0 or n >= min(pooled.shape):
        return None
    mean, products = pooled.mean(0, dtype=np.float64), np.zeros((pooled.shape[1],) * 2)
    for part in parts_of(len(pooled)):
        centred = pooled[part] - mean
        products += centred.T @ centred
    _, vectors = np.linalg.eigh(products)  # ascending
    return np.ascontiguousarray(vectors[:, : -n - 1 : -1], dtype=np.float32)


def _projected(pooled: Floats, axes: Floats) -> Floats:
    """Features [variants, n, D] along the axes [D, k]."""
    projected = room((*pooled.shape[:2], axes.shape[1]))
    for out, variant in zip(projected, pooled, strict=True):
        for part in parts_of(len(variant)):
            out[part] = variant[part] @ axes
    return projected


def _unprojected(head: Head, axes: Floats, recipe: Recipe) -> Head:
    """The same head on the features themselves: projection and first layer are multiplied into one matrix."""
    whole = Head((len(axes),), head.logit_weight.shape[2], recipe.head)
    weights = head.state_dict()
    weights["hidden_weights.0"] = torch.from_numpy(axes) @ weights["hidden_weights.0"]
    whole.load_state_dict(weights)
    return whole


def _numbered(names: Sequence[str]) -> Ints:
    index = {name: i for i, name in enumerate(sorted(set(names)))}
    return np.array([index[name] for name in names], dtype=np.int64)


class Batches:
    """Draws batches of single training clips according to the recipe."""

    def __init__(
        self,
        data: Dataset,
        train: Ints,
        pooled: Floats,
        labels: Ints,
        speakers: Ints,
        prior: VoicePrior,
        recipe: Recipe,
    ) -> None:
        self._pooled, self._speakers, self._recipe = pooled, speakers, recipe
        self._targets = data.targets()[train]
        self._bank = BaselineBank(pooled, labels, speakers, prior, recipe.baseline)
        n_speakers = int(speakers.max()) + 1
        self._voices = np.stack([pooled[0][speakers == s].mean(0) for s in range(n_speakers)])
        corpora = _numbered([data.utterances[i].corpus for i in train])
        self._weights = sampling_weights(labels, corpora, recipe.training.balance)

    def new_epoch(self, rng: np.random.Generator) -> None:
        self._bank.draw(rng)

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Features [members, b, D] with baselines subtracted, and their targets [members, b, L]."""
        t, n_variants = self._recipe.training, self._pooled.shape[0]
        shape = (self._recipe.head.members, t.batch_size)
        rows = rng.choice(len(self._targets), shape, p=self._weights)
        variants = np.zeros(shape, dtype=np.int64)
        paired = n_variants > 1 and t.pairs
        if n_variants > 1 and not paired:
            augmented = rng.random(shape) >= self._recipe.augment.clean_share
            variants = np.where(augmented, rng.integers(1, n_variants, shape), 0)
        if paired:  # N clips and N augmented ones, as in eq. (1)
            half = t.batch_size // 2
            rows[:, half : 2 * half] = rows[:, :half]
            variants[:, half : 2 * half] = rng.integers(1, n_variants, (shape[0], half))
        speakers = self._speakers[rows]
        features = self._pooled[variants, rows] - self._bank.pick(rng, variants, speakers)
        if t.speaker_swap:
            features += t.speaker_swap * self._invented_voices(rng, shape)
        if t.jitter:
            features += t.jitter * rng.standard_normal(features.shape).astype(np.float32)
        return torch.from_numpy(features.astype(np.float32)), torch.from_numpy(self._targets[rows])

    def _invented_voices(self, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        """A random difference of two speakers' means for half of the clips, and zeros for the others."""
        first, second = rng.integers(0, len(self._voices), (2, *shape))
        share = rng.random((*shape, 1))
        difference = self._voices[first] * share - self._voices[second] * (1 - share)
        strength = rng.random((*shape, 1)) * (rng.random((*shape, 1)) < 0.5)
        return np.asarray(difference * strength, dtype=np.float32)


class GroupedBatches:
    """Draws batches of which one half imitates unknown speakers, and the other speakers whose voice is known.

    Clips of unknown speakers are drawn one by one, each clean or from any copy; corpora and labels are balanced. A
    known speaker has several clips, all clean or from the same copy and so from the same room; BASELINE_SHARE of their
    mean is subtracted. Here corpora, the speakers of each corpus and the labels of each speaker are balanced.
    """

    def __init__(self, data: Dataset, train: Ints, pooled: Floats, labels: Ints, recipe: Recipe) -> None:
        """`pooled` is float32 [variants, n, D], `labels` are int64 [n], both of the training clips."""
        self.n_labels = len(data.labels)
        self._pooled, self._recipe = pooled, recipe
        self._targets = data.targets()[train]
        speakers = _numbered([data.utterances[i].speaker_key for i in train])
        corpora = _numbered([data.utterances[i].corpus for i in train])
        corpus_of = np.array([corpora[speakers == s][0] for s in range(int(speakers.max()) + 1)])
        self._speakers = _ragged([np.flatnonzero(corpus_of == c) for c in range(int(corpora.max()) + 1)])
        self._moods = _ragged([np.unique(labels[speakers == s]) for s in range(len(corpus_of))])
        pairs = [(s, k) for s in range(len(corpus_of)) for k in range(self.n_labels)]
        self._clips = _ragged([np.flatnonzero((speakers == s) & (labels == k)) for s, k in pairs])
        alike = corpora * self.n_labels + labels
        self._alike = _ragged([np.flatnonzero(alike == group) for group in np.unique(alike)])

    def new_epoch(self, rng: np.random.Generator) -> None:
        """Does nothing, since no state is kept between batches."""

    def draw(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Features [members, b, D] with means subtracted, and targets [members, b, L]; known speakers come first."""
        t, members = self._recipe.training, self._recipe.head.members
        n_known = t.batch_size // 2 // t.speakers * t.speakers
        groups = (members, t.speakers)
        speakers = _drawn(
            rng, self._speakers, np.tile(rng.permutation(t.speakers) % len(self._speakers[1]), (members, 1))
        )
        moods = _drawn(rng, self._moods, np.repeat(speakers[..., None], n_known // t.speakers, axis=2))
        rows = _drawn(rng, self._clips, speakers[..., None] * self.n_labels + moods)
        known = self._pooled[self._variants(rng, groups)[..., None], rows]
        share = rng.uniform(*BASELINE_SHARE, groups).astype(np.float32)
        strangers = (members, t.batch_size - n_known)
        others = _drawn(rng, self._alike, rng.integers(0, len(self._alike[1]), strangers))
        features = np.concatenate(
            [
                less_the_mean(known, share).reshape(members, n_known, -1),
                self._pooled[self._variants(rng, strangers), others],
            ],
            axis=1,
        )
        if t.jitter:
            features += t.jitter * rng.standard_normal(features.shape).astype(np.float32)
        drawn = np.concatenate([rows.reshape(members, n_known), others], axis=1)
        return torch.from_numpy(features), torch.from_numpy(self._targets[drawn])

    def _variants(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Ints:
        """Number of the copy for each clip, 0 for the clean one."""
        changed = rng.random(shape) >= self._recipe.augment.clean_share
        n_copies = len(self._pooled) - 1
        return (
            np.where(changed, rng.integers(1, n_copies + 1, shape), 0) if n_copies else np.zeros(shape, dtype=np.int64)
        )


def less_the_mean(pooled: Floats, share: Floats) -> Floats:
    """Subtracts a share [...] of each group's mean from groups of features [..., clips, D]."""
    return np.asarray(pooled - share[..., None, None] * pooled.mean(axis=-2, keepdims=True))


def _ragged(lists: Sequence[Ints]) -> tuple[Ints, Ints]:
    """The lists as padded rows of one array, and their lengths."""
    rows = np.zeros((len(lists), max(map(len, lists))), dtype=np.int64)
    for row, values in zip(rows, lists, strict=True):
        row[: len(values)] = values
    return rows, np.array([len(values) for values in lists], dtype=np.int64)


def _drawn(rng: np.random.Generator, ragged: tuple[Ints, Ints], which: Ints) -> Ints:
    """A random value from each of the lists whose numbers are in `which`."""
    rows, lengths = ragged
    return np.asarray(rows[which, (rng.random(which.shape) * lengths[which]).astype(np.int64)])


def sampling_weights(labels: Ints, corpora: Ints, balance: str) -> npt.NDArray[np.float64]:
    """Probability of drawing each clip, [n].

    With "corpus-label", all corpora are equally likely, and all labels within a corpus; with "label", all labels; with
    "none", all clips.
    """
    if balance == "none":
        return np.full(len(labels), 1.0 / len(labels))
    group = labels if balance == "label" else corpora * (int(labels.max()) + 1) + labels
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    weights = 1.0 / counts[inverse]
    if balance == "corpus-label":
        for corpus in np.unique(corpora):
            weights[corpora == corpus] /= weights[corpora == corpus].sum()
    return np.asarray(weights / weights.sum())


def _epoch(state: _State, batches: Batches | GroupedBatches, recipe: Recipe, steps: int) -> float:
    t = recipe.training
    batches.new_epoch(state.rng)
    state.head.train()
    total = 0.0
    for _ in range(steps):
        interruption.check()
        features, labels = batches.draw(state.rng)
        targets = labels
        if t.mixup:
            features, targets = _mix(features, targets, t.mixup, state.rng)
        logits, embedding = state.head.each_member(features)
        experts = len(state.head.blocks)
        targets, labels = targets.repeat(experts, 1, 1), labels.repeat(experts, 1, 1)
        loss = cross_entropy(logits, targets, t.label_smoothing)
        if t.lambda_scl:
            loss = joint_loss(loss, supervised_contrastive_loss(embedding, labels, t.tau), t.lambda_scl)
        state.optimiser.zero_grad()
        loss.sum().backward()  # type: ignore[no-untyped-call]  # members share no weights, so the sum trains each on its own loss
        state.optimiser.step()
        state.schedule.step()
        _average(state.average, state.head, t.ema)
        total += float(loss.detach().mean())
    return total / steps


def _mix(features: Tensor, targets: Tensor, alpha: float, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    drawn = rng.beta(alpha, alpha, (*features.shape[:2], 1))
    share = torch.from_numpy(np.maximum(drawn, 1 - drawn).astype(np.float32))  # the clip itself has the larger share
    order = torch.from_numpy(rng.permutation(features.shape[1]))
    return share * features + (1 - share) * features[:, order], share * targets + (1 - share) * targets[:, order]


@torch.no_grad()
def _average(average: Head, head: Head, decay: float) -> None:
    for kept, new in zip(average.parameters(), head.parameters(), strict=True):
        kept.lerp_(new, 1.0 - decay)


class _Validation:
    """UA on the validation speakers; with voices, the mean of UA without baselines and with known voices.

    A known voice is the mean of all clips of the speaker.
    """

    def __init__(
        self, data: Dataset, rows: Ints, standardise: Standardise, axes: Floats | None, labels: Ints, voices: bool
    ) -> None:
        rows = rows[labels[rows] < data.n_answered]
        pooled = _standardised(standardise, data.features[:1], rows)
        if axes is not None:
            pooled = _projected(pooled, axes)
        speakers = _numbered([data.utterances[i].speaker_key for i in rows])
        self._features, self._speakers = pooled[0], speakers
        voice = [self._features[speakers == s].mean(0) for s in range(int(speakers.max()) + 1)]
        # nothing to subtract from clips of unknown speakers, and the speaker's mean if the voice is known
        self._means = [np.zeros_like(voice), np.stack(voice)] if voices else [np.zeros_like(voice)]
        self._labels, self._n = labels[rows], data.n_answered

    @torch.inference_mode()
    def accuracy(self, head: Head) -> float:
        accuracies = []
        for means in self._means:
            answers = [
                head(torch.from_numpy(self._features[part] - means[self._speakers[part]]))[0][:, : self._n].argmax(1)
                for part in parts_of(len(self._labels))
            ]
            accuracies.append(unweighted_accuracy(self._labels, torch.cat(answers).numpy(), self._n))
        return float(np.mean(accuracies))


def save_beside(path: Path, data: Any) -> None:
    """Saves with torch to a temporary file and renames it, so that no incomplete checkpoint can be left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    torch.save(data, beside)
    beside.replace(path)


def save_head(path: Path, fitted: FittedHead) -> None:
    """Saves a fitted head for `load_head`."""
    save_beside(
        path,
        {
            "head": fitted.head.state_dict(),
            "mean": fitted.standardise.mean,
            "deviation": fitted.standardise.deviation,
            "offsets": torch.from_numpy(fitted.prior.emotion_offsets),
            "clips_to_half": torch.from_numpy(fitted.prior.clips_to_half),
            "within_variance": torch.from_numpy(fitted.prior.within_variance),
            "labels": list(fitted.labels),
            "n_answered": fitted.n_answered,
            "blocks": list(fitted.head.blocks),
            "epochs": fitted.epochs,
            "validation_accuracy": fitted.validation_accuracy,
        },
    )


def load_head(path: Path, recipe: Recipe) -> FittedHead:
    """Loads what `save_head` saved; `recipe` must be the one that the head was trained with."""
    data = torch.load(path, weights_only=True)
    head = Head(data["blocks"], len(data["labels"]), recipe.final_head, recipe.experts.weights)
    head.load_state_dict(data["head"])
    return FittedHead(
        Standardise(data["mean"], data["deviation"]),
        head.eval(),
        VoicePrior(
            data["offsets"].numpy(),
            data["clips_to_half"].numpy(),
            data["within_variance"].numpy(),
        ),
        tuple(data["labels"]),
        data["n_answered"],
        data["epochs"],
        data["validation_accuracy"],
    )
