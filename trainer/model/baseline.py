"""The speaker's baseline in training and testing: the engine's own estimator, on draws of a speaker's clips."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.voice import VoicePrior, estimate_baseline
from trainer.model.head import Head
from trainer.recipe import BaselineRecipe

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def estimate_prior(pooled: Floats, labels: Ints, speakers: Ints, n_labels: int, recipe: BaselineRecipe) -> VoicePrior:
    """Estimates the prior for speakers' baselines from the training speakers.

    The offset of an emotion is the mean, over the speakers that have it, of the difference between their clips of it
    and their own mean over emotions. All emotions of a speaker have equal weight, and so have all speakers.

    Args:
        pooled: Standardised pooled features float32 [n, D].
        labels: int64 [n], 0 to n_labels - 1; clips with another value (-1) are left out.
        speakers: int64 [n].
        n_labels: L.
        recipe: Gives the shrinkage; 0 means one that is measured for each dimension.
    """
    dim = pooled.shape[1]
    sums, counts = np.zeros((n_labels, dim)), np.zeros(n_labels)
    within, means, residual_counts = np.zeros(dim), [], 0
    for speaker in np.unique(speakers):
        own = (speakers == speaker) & (labels >= 0)
        present = np.unique(labels[own])
        if len(present) < 2:
            continue
        moods = np.stack([pooled[own & (labels == m)].mean(0, dtype=np.float64) for m in present])
        means.append(moods.mean(0))
        for mood, mean in zip(present, moods, strict=True):
            sums[mood] += mean - means[-1]
            counts[mood] += 1
            residual = pooled[own & (labels == mood)] - mean
            within += np.square(residual, dtype=np.float64).sum(0)
            residual_counts += len(residual) - 1
    offsets = sums / np.maximum(counts, 1)[:, None]
    if recipe.clips_to_half > 0 or len(means) < 2:
        half = np.array([recipe.clips_to_half or 5.0])
    else:
        between = np.var(np.stack(means), axis=0, ddof=1)
        half = np.clip(within / max(residual_counts, 1) / np.maximum(between, 1e-9), 0.1, 100.0)
    spread = np.maximum(within / max(residual_counts, 1), 1e-6)
    return VoicePrior(offsets.astype(np.float32), half.astype(np.float32), spread.astype(np.float32))


def classifier(head: Head, outputs: Sequence[int], temperature: float) -> Callable[[Floats], npt.NDArray[np.float64]]:
    """The engine's `Classify` for a head: probabilities of the pack's labels."""
    columns = list(outputs)

    def classify(pooled: Floats) -> npt.NDArray[np.float64]:
        with torch.inference_mode():
            logits, _ = head(torch.from_numpy(pooled))
        return softmax(logits[:, columns].numpy(), temperature)

    return classify


def _unasked(_: Floats) -> npt.NDArray[np.float64]:
    raise AssertionError("every label is known")


class BaselineBank:
    """Baselines of the training speakers, estimated each epoch from 0 to n random clips of theirs."""

    def __init__(self, pooled: Floats, labels: Ints, speakers: Ints, prior: VoicePrior, recipe: BaselineRecipe) -> None:
        """`pooled` is float32 [variants, n, D] of the training clips; labels and speakers [n], speakers 0 to S - 1."""
        self._pooled, self._labels, self._speakers, self._recipe = pooled, labels, speakers, recipe
        offsets = prior.emotion_offsets if recipe.moods == "true" else np.zeros_like(prior.emotion_offsets)
        self._prior = replace(prior, emotion_offsets=offsets)
        self._n_speakers = int(speakers.max()) + 1
        self.bank: Floats = np.zeros((pooled.shape[0], self._n_speakers, recipe.draws, pooled.shape[2]), np.float32)

    def draw(self, rng: np.random.Generator) -> None:
        """Fills the bank float32 [variants, S, draws, D]."""
        for speaker in range(self._n_speakers):
            own = np.flatnonzero(self._speakers == speaker)
            counts = rng.choice(self._recipe.train_counts, self._recipe.draws)
            for draw, count in enumerate(counts):
                chosen = rng.permutation(own)[:count]
                for variant, pooled in enumerate(self._pooled):  # the emotions of training clips are known
                    voice = estimate_baseline(pooled[chosen], _unasked, self._prior, self._labels[chosen])
                    self.bank[variant, speaker, draw] = voice.baseline

    def pick(self, rng: np.random.Generator, variants: Ints, speakers: Ints) -> Floats:
        """A baseline for each clip, of its speaker and variant, or for a part of it: float32 [..., D]."""
        draws = rng.integers(0, self._recipe.draws, speakers.shape)
        baselines = np.asarray(self.bank[variants, speakers, draws])
        if not self._recipe.in_part:
            return baselines
        share = np.where(rng.random(speakers.shape) < self._recipe.in_part, rng.random(speakers.shape), 1.0)
        return baselines * share[..., None].astype(np.float32)
