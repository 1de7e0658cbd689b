"""The feature cache: pooled features of every clip on disk, so that the frozen encoder processes each clip only once.

A cache is a folder named after encoder, pools, precision and the version of `engine.sound.steady`. A row is for
all layers, so that another choice of layers needs no new encoding; only the rows of a fine-tuned encoder are limited to
the layers that it pools. For each clip a row is added to `rows.f32`, and then its key to `keys.txt`. A killed run can
leave rows without keys, which are removed before new ones are added. A lock lets several runs share a cache.
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

BATCH_SECONDS = 60.0  # of audio in a batch, including padding: less than 1 GiB of memory with Whisper-base
WHOLE = ("", 0)  # variant (kind, copy) of a clip without augmentation
CHUNK = 256  # clips that are read, sorted by length and encoded together
IN_MEMORY = 1 << 28  # bytes; larger arrays are kept in a file


def room(shape: tuple[int, ...]) -> Floats:
    """An array of zeros, float32 [shape]. A large one is kept in a temporary file, which is deleted with the array.

    Raises:
        DiskFullError: The disk has too little free space.
    """
    size = 4 * math.prod(shape)
    if size <= IN_MEMORY:
        return np.zeros(shape, np.float32)
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # on a full disk, writing to a mapped file would kill the process
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
        self._n, self._key_bytes = 0, 0  # number of rows with a key, and size of these keys in keys.txt
        with self._lock:
            self._read()

    def _read(self) -> None:
        """Reads keys that were added since the last call, by this or other processes, if they have a row."""
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
        """Adds rows, float32 [len(keys), dim]."""
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
        """Rows by their keys, float32 [len(keys), dim], or only some columns of them; written to `into` if given."""
        width = self._dim if columns is None else len(columns)
        rows = np.empty((len(keys), width), dtype=np.float32) if into is None else into
        if keys:
            stored = np.memmap(self._rows_path, dtype=np.float32, mode="r", shape=(self._n, self._dim))
            for row, key in zip(rows, keys, strict=True):
                row[:] = stored[self._index[key]] if columns is None else stored[self._index[key]][columns]
        return rows


def clip_key(utterance: Utterance, max_seconds: float, kind: str = "", seed: int = 0) -> str:
    """Key of a row: the digest of the sound, the length it is cut to, and the augmentation."""
    suffix = f"-{kind}-{seed}" if kind else ""
    return f"{utterance.digest}-{max_seconds:g}{suffix}"


def pad_batch(waveforms: Sequence[Waveform]) -> tuple[torch.Tensor, torch.Tensor]:
    """Waveforms, float32 [n] each, as a batch: float32 [b, longest], padded with zeros, and lengths, int64 [b]."""
    lengths = torch.tensor([len(w) for w in waveforms], dtype=torch.int64)
    batch = torch.zeros(len(waveforms), int(lengths.max()))
    for row, waveform in zip(batch, waveforms, strict=True):
        row[: len(waveform)] = torch.from_numpy(waveform)
    return batch, lengths


def of_like_length(lengths: Sequence[int], largest: int) -> Iterator[list[int]]:
    """Batches of positions with similar lengths, shortest first; with padding, none is larger than `largest`."""
    batch: list[int] = []
    for i in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) + 1) * lengths[i] > largest:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def encode(model: PooledBackbone | ProsodyAlone, waveforms: Sequence[Waveform], precision: str = "float32") -> Floats:
    """Pooled features [n, D] of waveforms, computed in batches of similar length."""
    rows = np.empty((len(waveforms), model.pooled_dim), dtype=np.float32)
    device = next(chain(model.parameters(), model.buffers())).device
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16"):
        for chosen in of_like_length([len(w) for w in waveforms], round(BATCH_SECONDS * SAMPLE_RATE)):
            batch, lengths = pad_batch([waveforms[i] for i in chosen])
            rows[chosen] = model(batch.to(device), lengths.to(device)).float().cpu().numpy()
    return rows


def pooled_columns(recipe: BackboneRecipe, hidden_dim: int, n_layers: int) -> npt.NDArray[np.int64]:
    """Columns of a recipe's statistics, in StatisticsPooling's order, in a row with all STATISTICS of all layers."""
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
    """Pooled features of every clip, from the cache as far as it has them.

    Args:
        utterances: Inspected clips, since their digest is needed.
        recipe: Encoder, layers, front end.
        augmentation: Augmented copies to add; None for only the clean clips.
        progress: Called as clips are encoded.
        finetuned: Fine-tuned encoder and pooling to use instead of the recipe's.
        experts: Experts whose blocks are returned.
        each: `map`, or a function that does the same on other machines, though not for a fine-tuned encoder.
        from_kept: Function that computes the fine-tuned encoder's features [n, D] of clean clips from cached states.

    Returns:
        float32 [1 + copies, n, D]; [0] are the clean clips. If larger than IN_MEMORY, the array is kept in a file.
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
    PooledBackbone(backbone, recipe.pooled_layers, experts=experts)  # checks that layers and experts exist
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
    """The recipe's encoder with all statistics of all its layers, and of its log-mel if it has one."""
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
    """Fills `into`, [variants, n, columns], with a model's features of every variant of every clip, using its cache."""
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
    # the clips of a speaker share a room in each copy
    room = int(sha256(utterance.speaker_key.encode()).hexdigest()[:12], 16) + copy
    return heard(augment(samples, kind, int(utterance.digest[:12], 16) + copy, room), longest)
