"""Caches the frozen layers' output for clips and their copies on disk, so that fine-tuning computes it only once.

Each sound has a file, float32 [t, width] as returned by `PooledBackbone.below`, in a folder named after the encoder.
Trainings with other folds, seeds and losses share the folder. Only the current batch is in memory.
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from desktop_app import interruption
from desktop_app.engine.sound.steady import STEADY
from trainer.data import disk
from trainer.data.corpora import Utterance
from trainer.data.features import BATCH_SECONDS, CHUNK, clip_key, of_like_length, pad_batch
from trainer.data.table import SAMPLE_RATE, Waveform, bar, cache_folder
from trainer.model.pooling import PooledBackbone

Floats = npt.NDArray[np.float32]

FRAMES_A_SECOND = 50  # of every encoder
FRAMES_AT_ONCE = round(BATCH_SECONDS * FRAMES_A_SECOND)  # in a batch, including padding


@dataclass(frozen=True)
class Sound:
    """A clip, possibly augmented and cropped, as the encoder gets it.

    Attributes:
        row: Row of the table.
        kind: Augmentation, or "" for none.
        seed: Seed of the augmentation and of the position of the crop.
        seconds: Length that it is cropped to.
    """

    row: int
    kind: str
    seed: int
    seconds: float


def seed_of(utterance: Utterance, copy: int) -> int:
    """Seed for a copy of a clip, the same in every training; copy 0 is the clip itself."""
    return int(sha256(f"{utterance.digest} {copy}".encode()).hexdigest()[:7], 16)


class States:
    """The cached states of sounds."""

    def __init__(self, pooled: PooledBackbone, first: int, utterances: Sequence[Utterance]) -> None:
        """For the states below the layer `first`, where `pooled` must have the weights that it was loaded with."""
        self._first, self._utterances = first, utterances
        layers = "-".join(map(str, pooled.kept_below(first)))
        name = f"{pooled.backbone.fingerprint}-{layers}-{STEADY}"
        self.folder = cache_folder() / "states" / name
        disk.hold(self.folder)

    def _path(self, sound: Sound) -> Path:
        key = clip_key(self._utterances[sound.row], sound.seconds, sound.kind, sound.seed)
        return self.folder / f"{key}.npy"

    def announce(self, pooled: PooledBackbone, sounds: Sequence[Sound], quiet: bool = False) -> None:
        """Says how much disk space the states that are not cached yet will take, see `disk.announce`.

        Raises:
            DiskFullError: The disk has too little free space.
        """
        missing = self._missing(sounds)
        seconds = sum(min(self._utterances[s.row].duration_s, s.seconds) for s in missing)
        width = pooled.backbone.hidden_dim * len(pooled.kept_below(self._first)) + 1
        what = f"The states of {len(missing)} clips and copies"
        disk.announce(what, 4 * width * FRAMES_A_SECOND * seconds, self.folder, "lower `finetune.copies`", quiet)

    def keep(self, pooled: PooledBackbone, sounds: Sequence[Sound], hear: Callable[[Sound], Waveform]) -> None:
        """Computes and saves the states that are not cached yet; `hear` returns the samples of a sound."""
        missing = self._missing(sounds)
        missing.sort(key=lambda sound: self._utterances[sound.row].duration_s)
        progress = bar("clips and copies encoded")
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            waveforms = [hear(sound) for sound in chunk]
            for chosen in of_like_length([len(w) for w in waveforms], round(BATCH_SECONDS * SAMPLE_RATE)):
                interruption.check()
                for i, states in zip(chosen, self._heard(pooled, [waveforms[i] for i in chosen]), strict=True):
                    _save_beside(self._path(chunk[i]), states)
            progress(start + len(chunk), len(missing))

    def _missing(self, sounds: Sequence[Sound]) -> list[Sound]:
        return [sound for sound in sounds if not self._path(sound).is_file()]

    def _heard(self, pooled: PooledBackbone, waveforms: Sequence[Waveform]) -> list[Floats]:
        device = next(pooled.parameters()).device
        batch, lengths = pad_batch(waveforms)
        with torch.inference_mode():
            kept, valid = pooled.below(batch.to(device), lengths.to(device), self._first)
        arrays = kept.float().cpu().numpy()
        return [array[:n] for array, n in zip(arrays, valid.tolist(), strict=True)]

    def batch(self, sounds: Sequence[Sound]) -> tuple[torch.Tensor, torch.Tensor]:
        """Cached states, float32 [b, longest, width], padded with zeros, and numbers of valid frames, int64 [b]."""
        arrays = [np.load(self._path(sound)) for sound in sounds]
        lengths = [len(array) for array in arrays]
        batch = torch.zeros(len(arrays), max(lengths), arrays[0].shape[1])
        for row, array in zip(batch, arrays, strict=True):
            row[: len(array)] = torch.from_numpy(array)
        return batch, torch.tensor(lengths)

    def encode(self, pooled: PooledBackbone, sounds: Sequence[Sound]) -> Floats:
        """Pooled features [n, D], from cached states and the current weights of the layers above."""
        device = next(pooled.parameters()).device
        rows = np.empty((len(sounds), pooled.pooled_dim), dtype=np.float32)
        lengths = [math.ceil(self._utterances[s.row].duration_s * FRAMES_A_SECOND) for s in sounds]
        with torch.inference_mode():
            for chosen in of_like_length(lengths, FRAMES_AT_ONCE):
                kept, valid = self.batch([sounds[i] for i in chosen])
                rows[chosen] = pooled.above(kept.to(device), valid.to(device), self._first).float().cpu().numpy()
        return rows


def _save_beside(path: Path, array: Floats) -> None:
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with beside.open("wb") as f:
        np.save(f, array)
    beside.replace(path)
