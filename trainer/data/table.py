"""The table of a recipe's utterances: loads corpora, maps labels, inspects every clip once, and drops duplicates."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs
from tqdm import tqdm

from desktop_app.engine.pack.format import ENVELOPE_PEAKS
from desktop_app.engine.sound.audio import load_audio, probe
from desktop_app.errors import AudioError
from trainer.data.corpora import CorpusError, Utterance, audformat_database, load_corpus, own
from trainer.data.corpora.utterance import labels_of, majority
from trainer.recipe import CorporaRecipe

SAMPLE_RATE = 16_000  # Hz
SHORTEST_S = 0.1  # too short for even one syllable

Waveform = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (done, all)."""
Each = Callable[[Callable[[Any], Any], Sequence[Any]], Iterator[Any]]
"""`map`, or a function that does the same on other machines, see trainer.data.cluster."""


@dataclass(frozen=True)
class Inspection:
    """What `inspect` found.

    Attributes:
        utterances: The usable clips, with duration and digest.
        broken: (clip, reason) for clips that can't be decoded, are too short or silent, or have no majority label.
        duplicates: (dropped clip, clip with the same samples); if their labels differ, both are dropped.
    """

    utterances: tuple[Utterance, ...]
    broken: tuple[tuple[Utterance, str], ...]
    duplicates: tuple[tuple[Utterance, Utterance], ...]


def bar(what: str) -> Progress:
    """A progress bar with the remaining time, shown only on a terminal."""
    bars: list[Any] = []

    def show(done: int, total: int) -> None:
        if not bars:
            bars.append(tqdm(total=total, desc=what, leave=False, disable=None))
        bars[0].update(done - bars[0].n)
        if done == total:
            bars[0].close()

    return show


def cache_folder() -> Path:
    """Folder for files that can be made again: VOICEKIN_CACHE, or else the user's cache folder."""
    folder = os.environ.get("VOICEKIN_CACHE")
    return Path(folder) if folder else Path(platformdirs.user_cache_dir("voicekin-train", appauthor=False))


def load_table(recipe: CorporaRecipe) -> tuple[Utterance, ...]:
    """All utterances of a recipe's corpora with the recipe's labels.

    Raises:
        CorpusError: A corpus is missing or malformed, no clip has a certain label or dimension of the recipe, or one of
            your own clips has a label that the recipe does not list.
    """
    utterances: list[Utterance] = []
    of_ones_own: set[str] = set()
    for name in recipe.names:
        folder = corpus_folder(recipe, name)
        found = _load(name, folder, recipe)
        of_ones_own |= {u.id for u in found} if name == "own" else set()
        utterances += found
    mapped = [_mapped(u, recipe) for u in utterances]
    mapped = [u for u in mapped if u.label or u.votes]
    if not recipe.train_all_labels:
        if odd := [u for u in mapped if u.label and u.id in of_ones_own and u.label not in recipe.labels]:
            raise CorpusError(
                f"{odd[0].path} has the label {odd[0].label!r}, which the recipe does not list: add it to "
                f"`corpora.labels`, correct it, or leave such clips out with `corpora.label_map` = "
                f'{{ "{odd[0].label}" = "" }}.'
            )
        mapped = [u for u in mapped if u.label in recipe.labels or u.undecided]
    counts = Counter(u.label for u in mapped)
    if missing := [label for label in recipe.labels if not counts[label]]:
        known = ", ".join(labels_of(utterances))
        raise CorpusError(
            f"No clip has the label {missing[0]!r}: the corpora have {known}; see `labels` and `label_map`."
        )
    rated = {name for u in mapped for name, _ in u.dimensions}
    if unknown := [name for name in recipe.dimensions if name not in rated]:
        raise CorpusError(
            f"No clip is rated for {unknown[0]}, which `corpora.dimensions` asks for: remove it there, or add a corpus "
            "that has such ratings."
        )
    return tuple(mapped)


def _mapped(utterance: Utterance, recipe: CorporaRecipe) -> Utterance:
    """The utterance with its label and votes mapped to the recipe's. Without a label, it gets that of most votes."""
    label = recipe.label_map.get(utterance.label, utterance.label)
    if utterance.label and not label:
        return replace(utterance, label="", votes=())
    votes: dict[str, float] = defaultdict(float)
    for name, n in utterance.votes:
        votes[recipe.label_map.get(name, name)] += n
    known = {name: n for name, n in votes.items() if name and (recipe.train_all_labels or name in recipe.labels)}
    if label or not votes:
        return replace(utterance, label=label, votes=tuple(known.items()) if recipe.soft_labels else ())
    most = max(votes.values())
    first = [name for name in (*recipe.labels, *sorted(known)) if known.get(name) == most]
    label = majority(votes) or (first[0] if first and recipe.ties == "first" else "")
    if not label and first:  # undecided: keep all votes, to list them
        return replace(utterance, votes=tuple((name or "a label that is left out", n) for name, n in votes.items()))
    return replace(utterance, label=label, votes=tuple(known.items()) if label and recipe.soft_labels else ())


def _load(name: str, folder: Path, recipe: CorporaRecipe) -> list[Utterance]:
    """Loads a corpus. The loaders of tables that people write themselves also get the names of the columns."""
    if name == "own":
        return own.load(folder, recipe.columns, recipe.dimensions, recipe.scale)
    if name == "audformat":
        return audformat_database.load(folder, recipe.columns, recipe.dimensions, recipe.scale)
    return load_corpus(name, folder)


def corpus_folder(recipe: CorporaRecipe, name: str) -> Path:
    """Folder of a corpus.

    Raises:
        CorpusError: It is given neither in the recipe nor by VOICEKIN_CORPORA.
    """
    if name in recipe.folders:
        return Path(recipe.folders[name]).expanduser()
    root = os.environ.get("VOICEKIN_CORPORA")
    if not root:
        raise CorpusError(
            f"The folder of the corpus {name} is not known: set VOICEKIN_CORPORA to the folder that holds {name}/, "
            f"or add it to `corpora.folders` in the recipe."
        )
    return Path(root) / name


def read_clip(utterance: Utterance) -> Waveform:
    """The clip's samples, float32 [n], mono at 16 kHz.

    Raises:
        AudioError: The clip can't be decoded.
    """
    return load_audio(utterance.path, SAMPLE_RATE, start_s=utterance.start_s, end_s=utterance.end_s).samples


def envelope(samples: Waveform) -> tuple[float, ...]:
    """64 peaks for drawing the clip, relative to the highest, 0 to 1."""
    peaks = np.array([np.abs(part).max() if len(part) else 0.0 for part in np.array_split(samples, ENVELOPE_PEAKS)])
    loudest = peaks.max()
    return tuple(round(float(p), 3) for p in (peaks / loudest if loudest > 0 else peaks))


def inspect(utterances: Sequence[Utterance], progress: Progress | None = None, each: Each = map) -> Inspection:
    """Decodes every clip once (remembered by path, size and time), and drops broken clips and duplicates.

    Args:
        utterances: All clips of the table.
        progress: Called as clips are read.
        each: `map`, or a function that does the same on other machines.

    Raises:
        CorpusError: Two different clips have the same name, so that a pack could not tell them apart.
    """
    memory = _Memory(cache_folder() / "clips.jsonl")
    usable: list[Utterance] = []
    broken: list[tuple[Utterance, str]] = []
    undecided = [(u, f"its annotators' votes are tied, {_told(u)}") for u in utterances if u.undecided]
    utterances = [u for u in utterances if not u.undecided]
    for done, (utterance, found) in enumerate(zip(utterances, memory.look_up(utterances, each), strict=True), start=1):
        if found.why:
            broken.append((utterance, found.why))
        else:
            usable.append(replace(utterance, duration_s=found.duration_s, digest=found.digest))
        if progress:
            progress(done, len(utterances))
    memory.close()
    same: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in usable:
        same[utterance.digest].append(utterance)
    duplicates = [(other, group[0]) for group in same.values() for other in group[1:]]
    # by identity, since the same clip in two folders, as in some copies of RAVDESS, has the same name
    out = {id(other) for other, _ in duplicates}
    out |= {id(g[0]) for g in same.values() if len({u.label for u in g}) > 1}
    kept = tuple(u for u in usable if id(u) not in out)
    named: dict[str, Utterance] = {}
    for utterance in kept:
        if named.setdefault(utterance.id, utterance) is not utterance:
            other = named[utterance.id].path
            raise CorpusError(
                f"{other} and {utterance.path} have the same name, {utterance.id}: rename or remove one of them."
            )
    return Inspection(kept, (*broken, *undecided), tuple(duplicates))


def _told(utterance: Utterance) -> str:
    return ", ".join(f"{n:g} for {label}" for label, n in utterance.votes)


@dataclass(frozen=True)
class _Found:
    duration_s: float
    digest: str
    why: str


class _Memory:
    """Results of earlier inspections, one line of JSON for each clip."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._known: dict[str, _Found] = {}
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    key, duration_s, digest, why = json.loads(line)
                except ValueError:
                    continue  # a line cut off by a killed run
                self._known[key] = _Found(duration_s, digest, why)
        self._lines = path.open("a", encoding="utf-8")

    def look_up(self, utterances: Sequence[Utterance], each: Each) -> Iterator[_Found]:
        """The result for each clip, from memory or by examining it."""
        keys = [_key(utterance) for utterance in utterances]
        unknown = {key: u for key, u in zip(keys, utterances, strict=True) if key and key not in self._known}
        examined = each(_examine, list(unknown.values()))
        for key in keys:
            if not key:
                yield _Found(0.0, "", "the file does not exist")
                continue
            if key not in self._known:  # in the order of `unknown`
                found = next(examined)
                self._known[key] = found
                self._lines.write(json.dumps([key, found.duration_s, found.digest, found.why]) + "\n")
            yield self._known[key]

    def close(self) -> None:
        self._lines.close()


def _key(utterance: Utterance) -> str:
    """Key by which a clip is remembered, "" if the file does not exist."""
    try:
        stat = utterance.path.stat()
    except OSError:
        return ""
    return f"{utterance.path}|{stat.st_size}|{stat.st_mtime_ns}|{utterance.start_s}|{utterance.end_s}"


def _beyond(utterance: Utterance) -> str:
    """An explanation if a clip starts after the end of its recording, and an empty string otherwise."""
    try:
        lasts_s = probe(utterance.path).duration_s
    except AudioError:
        return ""
    if not 0 < lasts_s <= utterance.start_s:
        return ""
    return f"it starts at {utterance.start_s:g} s, and the recording ends at {lasts_s:g} s"


def _examine(utterance: Utterance) -> _Found:
    try:
        samples = read_clip(utterance)
    except AudioError as error:
        return _Found(0.0, "", _beyond(utterance) or str(error))
    duration_s = len(samples) / SAMPLE_RATE
    if duration_s < SHORTEST_S:
        return _Found(duration_s, "", f"it is {duration_s:.2f} s long, too short for speech")
    if not np.any(samples):
        return _Found(duration_s, "", "it is digital silence")
    return _Found(round(duration_s, 3), sha256(samples.tobytes()).hexdigest(), "")
