"""The feature cache: pooled features of every clip on disk, so that the frozen encoder hears each clip once.

A cache is a folder named after encoder, pools, precision and what `engine.sound.steady` does first; its rows hold every
layer kept, so that another choice of layers costs nothing (a fine-tuned encoder's hold the layers it was tuned for).
`rows.f32` grows by a row a clip and `keys.txt` by the row's key after it; a killed run leaves at most rows without
keys, which the next to add some cuts off. Runs that share a cache add to it one at a time.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
import numpy.typing as npt
import torch
from filelock import FileLock

from desktop_app import interruption
from desktop_app.engine.sound.steady import STEADY, heard
from desktop_app.errors import ClusterError
from trainer.data import disk
from trainer.data.augment import augment
from trainer.data.corpora import Utterance
from trainer.data.table import SAMPLE_RATE, Each, Progress, Waveform, cache_folder, read_clip
from trainer.model.backbone import WhisperBackbone, load_backbone
from trainer.model.pooling import PROSODY_WIDTHS, PooledBackbone, ProsodyAlone
from trainer.recipe import ENCODER_ALONE, STATISTICS, AugmentRecipe, BackboneRecipe, Expert

Floats = npt.NDArray[np.float32]

BATCH_SECONDS = 60.0  # of audio in a batch, padding included: keeps memory under 1 GiB with Whisper-base
WHOLE = ("", 0)  # the clip as it is, among the variants (kind, copy)
CHUNK = 256  # clips that are read, sorted by length and encoded together
IN_MEMORY = 1 << 28  # bytes; what is larger lies in a file


def room(shape: tuple[int, ...]) -> Floats:
    """Zeros float32 [shape] to be filled: in memory, or in a file of the cache that goes with them.

    Raises:
        DiskFullError: The disk has too little room.
    """
    size = 4 * math.prod(shape)
    if size <= IN_MEMORY:
        return np.zeros(shape, np.float32)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # writing to a mapped file on a full disk would end the process
    disk.announce("The clips' features, for as long as the run takes,", size, folder, quiet=True)
    with TemporaryFile(dir=folder) as file:
        return np.memmap(file, np.float32, "w+", shape=shape)


class FeatureCache:
    """Rows of pooled features by key."""

    def __init__(self, folder: Path, dim: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._row_bytes = 4 * dim
        self._dim = dim
        self._rows_path, self._keys_path = folder / "rows.f32", folder / "keys.txt"
        self._lock = FileLock(folder / "lock")
        self._index: dict[str, int] = {}
        self._n, self._key_bytes = 0, 0  # rows that have their key, and how much of keys.txt that is
        with self._lock:
            self._read()

    def _read(self) -> None:
        """The keys that others have added by now and that have their row; nothing is read twice."""
        self._rows_path.touch()
        self._keys_path.touch()
        with self._keys_path.open("rb") as f:
            f.seek(self._key_bytes)
            lines = f.read().splitlines(keepends=True)
        n_rows = self._rows_path.stat().st_size // self._row_bytes
        self._add([line for line in lines[: n_rows - self._n] if line.endswith(b"\n")])

    def _add(self, lines: Sequence[bytes]) -> None:
        self._index.update((line.decode().rstrip("\r\n"), self._n + i) for i, line in enumerate(lines))
        self._n += len(lines)
        self._key_bytes += sum(map(len, lines))

    def __contains__(self, key: str) -> bool:
        return key in self._index

    def append(self, keys: Sequence[str], rows: Floats) -> None:
        """Adds rows float32 [len(keys), dim] to those that are there by now."""
        lines = [f"{key}\n".encode() for key in keys]
        with self._lock:
            self._read()
            os.truncate(self._rows_path, self._n * self._row_bytes)
            os.truncate(self._keys_path, self._key_bytes)
            with self._rows_path.open("ab") as f:
                f.write(np.ascontiguousarray(rows, dtype=np.float32).tobytes())
            with self._keys_path.open("ab") as f:
                f.write(b"".join(lines))
            self._add(lines)

    def rows(
        self, keys: Sequence[str], columns: npt.NDArray[np.int64] | None = None, into: Floats | None = None
    ) -> Floats:
        """float32 [len(keys), dim], or the columns asked for alone; written to `into` where it is given."""
        width = self._dim if columns is None else len(columns)
        rows = np.empty((len(keys), width), dtype=np.float32) if into is None else into
        if keys:
            stored = np.memmap(self._rows_path, dtype=np.float32, mode="r", shape=(self._n, self._dim))
            for row, key in zip(rows, keys, strict=True):
                row[:] = stored[self._index[key]] if columns is None else stored[self._index[key]][columns]
        return rows


def clip_key(utterance: Utterance, max_seconds: float, kind: str = "", seed: int = 0) -> str:
    """What a row is filed under: the sound itself, how much of it, and how it was changed."""
    suffix = f"-{kind}-{seed}" if kind else ""
    return f"{utterance.digest}-{max_seconds:g}{suffix}"


def pad_batch(waveforms: Sequence[Waveform]) -> tuple[torch.Tensor, torch.Tensor]:
    """Waveforms float32 [n] as one batch: float32 [b, longest], zeros behind; lengths int64 [b]."""
    lengths = torch.tensor([len(w) for w in waveforms], dtype=torch.int64)
    batch = torch.zeros(len(waveforms), int(lengths.max()))
    for row, waveform in zip(batch, waveforms, strict=True):
        row[: len(waveform)] = torch.from_numpy(waveform)
    return batch, lengths


def of_like_length(lengths: Sequence[int], largest: int) -> Iterator[list[int]]:
    """Positions in batches of like length, the shortest first; with its padding none is larger than `largest`."""
    batch: list[int] = []
    for i in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[i] > largest:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def encode(model: PooledBackbone | ProsodyAlone, waveforms: Sequence[Waveform], precision: str = "float32") -> Floats:
    """Pooled features of waveforms, in batches of like length: [n, D]."""
    rows = np.empty((len(waveforms), model.pooled_dim), dtype=np.float32)
    device = next(chain(model.parameters(), model.buffers())).device
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        for chosen in of_like_length([len(w) for w in waveforms], round(BATCH_SECONDS * SAMPLE_RATE)):
            batch, lengths = pad_batch([waveforms[i] for i in chosen])
            rows[chosen] = model(batch.to(device), lengths.to(device)).float().cpu().numpy()
    return rows


def pooled_columns(recipe: BackboneRecipe, hidden_dim: int, n_layers: int) -> npt.NDArray[np.int64]:
    """Where a recipe's statistics stand in a row of every layer's and all STATISTICS, in StatisticsPooling's order."""
    shape = (len(recipe.pools), n_layers, len(STATISTICS), hidden_dim)
    index = np.arange(math.prod(shape)).reshape(shape)
    statistics = [STATISTICS.index(statistic) for statistic in recipe.statistics]
    return index[:, list(recipe.pooled_layers)][:, :, statistics].reshape(-1)


def pooled_features(
    utterances: Sequence[Utterance],
    recipe: BackboneRecipe,
    augmentation: AugmentRecipe | None = None,
    progress: Progress | None = None,
    finetuned: PooledBackbone | None = None,
    experts: Sequence[Expert] = ENCODER_ALONE,
    each: Each = map,
    from_kept: Callable[[Sequence[Utterance]], Floats] | None = None,
) -> Floats:
    """Pooled features of every clip, from the cache where they are there.

    Args:
        utterances: Inspected ones: they need their digest.
        recipe: Encoder, layers, front end.
        augmentation: Whose copies to add; None for the clean clips alone.
        progress: Called as clips are encoded.
        finetuned: In place of the recipe's encoder and pooling.
        experts: Whose blocks.
        each: `map`, or what does the same elsewhere; a fine-tuned encoder encodes here.
        from_kept: What the fine-tuned encoder makes of clips as they are, [n, D], where that need not hear them.

    Returns:
        float32 [1 + copies, n, D]; [0] is the clean clips. In a file where they are larger than IN_MEMORY.
    """
    variants = [WHOLE]
    if augmentation is not None:
        kinds = augmentation.kinds
        variants += [(kinds[i % len(kinds)], i) for i in range(augmentation.copies)]
    if finetuned is not None:
        name = f"{finetuned.fingerprint()}-{recipe.precision}"
        rows = room((len(variants), len(utterances), finetuned.pooled_dim))
        _fill(rows, finetuned, name, utterances, recipe, variants, progress, from_kept=from_kept)
        return rows
    model = _every_layer(recipe)
    backbone = model.backbone
    PooledBackbone(backbone, recipe.pooled_layers, experts=experts)  # are they there?
    columns = {"encoder": pooled_columns(recipe, backbone.hidden_dim, backbone.n_layers + 1)}
    columns["log_mel"] = np.arange(model.pooling.dim, model.pooled_dim)
    name = "-".join([backbone.fingerprint, *recipe.pools, recipe.precision])
    chosen = np.concatenate([columns[expert] for expert in experts if expert in columns])
    moved = [expert for expert in experts if expert not in columns]
    rows = room((len(variants), len(utterances), len(chosen) + sum(PROSODY_WIDTHS[expert] for expert in moved)))
    _fill(rows[:, :, : len(chosen)], model, name, utterances, recipe, variants, progress, chosen, each)
    if moved:
        prosody = ProsodyAlone()
        starts = {"pitch": 0, "timbre": PROSODY_WIDTHS["pitch"]}
        of_both = np.concatenate([starts[expert] + np.arange(PROSODY_WIDTHS[expert]) for expert in moved])
        name = f"prosody-{prosody.fingerprint()}"
        _fill(rows[:, :, len(chosen) :], prosody, name, utterances, recipe, variants, progress, of_both, each)
    return rows


def _every_layer(recipe: BackboneRecipe) -> PooledBackbone:
    """The recipe's encoder with all statistics of all its layers, and of its log-mel where it hears one."""
    backbone = load_backbone(recipe.name, recipe.layers, recipe.front_end, recipe.max_seconds)
    heard_too: tuple[Expert, ...] = ("log_mel",) if isinstance(backbone, WhisperBackbone) else ()
    every = range(backbone.n_layers + 1)
    return PooledBackbone(backbone, every, recipe.pools, experts=(*ENCODER_ALONE, *heard_too))


@lru_cache(maxsize=2)
def _model_of_worker(recipe: BackboneRecipe, is_prosody: bool, fingerprint: str) -> PooledBackbone | ProsodyAlone:
    model = ProsodyAlone() if is_prosody else _every_layer(recipe)
    if model.fingerprint() != fingerprint:  # its features would be cached under the wrong name
        raise ClusterError(f"A worker has another encoder called {recipe.name}: give it the same one.")
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def _encoded_elsewhere(
    recipe: BackboneRecipe, is_prosody: bool, fingerprint: str, task: tuple[tuple[str, int], Sequence[Utterance]]
) -> Floats:
    """A worker's task: encodes a variant of some clips.

    Raises:
        ClusterError: The worker's model is not the one with this fingerprint.
    """
    (kind, copy), clips = task
    longest = round(recipe.max_seconds * SAMPLE_RATE)
    sounds = [_sound(u, longest, kind, copy) for u in clips]
    return encode(_model_of_worker(recipe, is_prosody, fingerprint), sounds, recipe.precision)


def _fill(
    into: Floats,
    model: PooledBackbone | ProsodyAlone,
    name: str,
    utterances: Sequence[Utterance],
    recipe: BackboneRecipe,
    variants: Sequence[tuple[str, int]],
    progress: Progress | None,
    columns: npt.NDArray[np.int64] | None = None,
    each: Each = map,
    from_kept: Callable[[Sequence[Utterance]], Floats] | None = None,
) -> None:
    """Writes what a model gives for every variant of every clip, [variants, n, columns], by way of its own cache."""
    model = model.eval().to("cuda" if torch.cuda.is_available() else "cpu")
    folder = cache_folder() / "features" / f"{name}-{STEADY}"
    disk.hold(folder)
    cache = FeatureCache(folder, model.pooled_dim)

    def key(utterance: Utterance, variant: tuple[str, int]) -> str:
        return clip_key(utterance, recipe.max_seconds, *variant)

    missing = {variant: [u for u in utterances if key(u, variant) not in cache] for variant in variants}
    longest = round(recipe.max_seconds * SAMPLE_RATE)
    tasks = []
    for variant, clips in missing.items():
        clips.sort(key=lambda u: u.duration_s)
        tasks += [(variant, clips[start : start + CHUNK]) for start in range(0, len(clips), CHUNK)]

    def encoded(task: tuple[tuple[str, int], Sequence[Utterance]]) -> Floats:
        interruption.check()
        if from_kept and task[0] == WHOLE:
            return from_kept(task[1])
        return encode(model, [_sound(u, longest, *task[0]) for u in task[1]], recipe.precision)

    done, total = 0, sum(map(len, missing.values()))
    disk.announce(f"The features of {total} clips and copies", 4 * model.pooled_dim * total, folder)
    function: Callable[[tuple[tuple[str, int], Sequence[Utterance]]], Floats] = encoded
    if each is not map:
        function = partial(_encoded_elsewhere, recipe, isinstance(model, ProsodyAlone), model.fingerprint())
    for (variant, chunk), rows in zip(tasks, each(function, tasks), strict=True):
        cache.append([key(u, variant) for u in chunk], rows)
        done += len(chunk)
        if progress:
            progress(done, total)
    for variant, rows in zip(variants, into, strict=True):
        cache.rows([key(u, variant) for u in utterances], columns, rows)


def _sound(utterance: Utterance, longest: int, kind: str, copy: int) -> Waveform:
    samples = read_clip(utterance)[:longest]
    if not kind:
        return heard(samples, longest)
    # a speaker's clips share the room of each copy
    room = int(sha256(utterance.speaker_key.encode()).hexdigest()[:12], 16) + copy
    return heard(augment(samples, kind, int(utterance.digest[:12], 16) + copy, room), longest)
