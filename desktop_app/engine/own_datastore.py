"""The user's own examples as retrieval sees them: neighbours like the pack's, and a say in p_knn that grows with use.

A few examples of one person say more about that person than their plain share among the pack's thousands, and more
than the nearest of them alone. So they speak through the means of their labels,

    mu_k = (c m_k + sum_i x_i) / (c + n_k)
    p_own(k) = softmax_k(-s (mean_d (x - mu_k)^2 / W - 1 / (c + n_k)))

where x_i are the n_k examples of label k with their voice's baseline taken off, m_k is the pack's mean of that emotion,
c how many examples it is worth, W the variance within an emotion, and 1 / (c + n_k) what is expected of the distance
because mu_k is known no better. Without that last term a label with many examples pulls everything towards it: what the
baseline has missed of the voice is in its examples, and in every other clip of that voice.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.examples import StoredFeatures
from desktop_app.engine.fusion import softmax
from desktop_app.engine.pack import Item
from desktop_app.engine.retrieval import Hit
from desktop_app.engine.voice import VoicePrior

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Chosen by the protocol of trainer/personalisation.py on four held-out corpora, ten unlabelled clips of the speaker,
# one seed: UA 73.1 without examples, 80.0 with 3 a label, 82.2 with 10, 79.3 where one of the 3 x 4 is wrong.
# Sharpness 10, trust 1, alpha 0.5: 80.1, 82.4, 79.6, but then the pack's neighbours have no say. Sharpness 10 and
# trust 0.9: 79.3, 81.1, 78.8; with alpha 0.7 as well 77.3, 81.0, 76.0.
PRIOR_EXAMPLES = 3.0
SHARPNESS = 7.0
TRUST = 0.95
ALPHA = 0.55

MIN_OWN_LABEL = 3
"""A label beyond the pack's joins the answer from so many examples on: one or two don't say what it sounds like."""

SAME_RECORDING = 0.01
"""Embeddings this close are of one recording: rounding what is stored moves them by under 0.002."""

EXACT_UP_TO = 10_000
"""Up to so many examples all distances are computed; beyond, Annoy proposes candidates."""

TREES = 16
SEED = 2023
CANDIDATES = 256
SEARCH = 8_000
"""Of Annoy: how many examples it proposes and how many nodes it looks at for one query."""

Embed = Callable[[Floats, Floats], Floats]
"""(pooled [n, D], baseline [n, D]) -> embedding float32 [n, E], L2-normalised."""

Describe = Callable[[int], Item]
"""Example id -> what is known of it."""


@dataclass(frozen=True, eq=False)
class OwnDatastore:
    """The examples, embedded: a snapshot, so any thread may ask it. A change makes a new one.

    Attributes:
        pack_labels: The pack's, in its order.
        labels: The user's own labels that have examples enough to join the answer, after the pack's.
        trust: Share of p_own in p_knn.
        alpha: The least weight of p_knn in eq. (4) that lets the examples be heard, see `OwnExamples`.
        ids: int64 [n], the examples' ids in the store.
        label_of: int64 [n], an index into `names`.
        names: The pack's labels, then every other label among the examples.
        embeddings: float32 [n, E], with each voice's baseline taken off.
    """

    pack_labels: tuple[str, ...]
    prior: VoicePrior
    describe: Describe
    names: tuple[str, ...]
    ids: Ints
    label_of: Ints
    embeddings: Floats
    sums: Doubles
    """float64 [names, D], the sum of each label's pooled features, baselines taken off."""
    trust: float = TRUST
    alpha: float = ALPHA
    _index: Any = None
    _indexed: int = 0
    labels: tuple[str, ...] = field(init=False)
    _spoken: Ints = field(init=False)
    _means: Doubles = field(init=False)
    _known_by: Doubles = field(init=False)
    _latest: Ints = field(init=False)
    """For each of `names`, the index of its example that was added last; -1: it has none."""

    def __post_init__(self) -> None:
        n_pack = len(self.pack_labels)
        counts = np.bincount(self.label_of, minlength=len(self.names)).astype(np.float64)
        joined = [k for k in range(n_pack, len(self.names)) if counts[k] >= MIN_OWN_LABEL]
        offsets = self.prior.emotion_offsets.astype(np.float64)
        worth = PRIOR_EXAMPLES if offsets.any() else 0.0
        # without what the pack knows of an emotion, a label without examples has no mean to speak of
        spoken = [k for k in range(n_pack) if worth or counts[k]] + joined
        known_by = np.array([counts[k] + (worth if k < n_pack else 0.0) for k in spoken])
        means = np.zeros((len(spoken), offsets.shape[1]))
        for row, k in enumerate(spoken):
            from_pack = worth * offsets[k] if k < n_pack else 0.0
            means[row] = (from_pack + self.sums[k]) / known_by[row]
        places = {k: n_pack + i for i, k in enumerate(joined)}
        set_once = object.__setattr__  # the dataclass is frozen for everyone else
        set_once(self, "labels", tuple(self.names[k] for k in joined))
        set_once(self, "_spoken", np.array([places.get(k, k) for k in spoken], dtype=np.int64))
        set_once(self, "_means", means)
        set_once(self, "_known_by", known_by)
        latest = np.full(len(self.names), -1, dtype=np.int64)
        latest[self.label_of] = np.arange(len(self.label_of))  # the last of repeated indices stays
        set_once(self, "_latest", latest)

    def __len__(self) -> int:
        return len(self.ids)

    def distribution(self, pooled: Floats, baseline: Floats, nearest: Sequence[Hit] = ()) -> Doubles:
        """p_own, float64 [pack_labels + labels], of pooled features [D] with their speaker's baseline [D].

        `nearest` tells whether it is one of the examples, heard again: then it is what the user said it was.
        """
        if nearest and nearest[0].distance < SAME_RECORDING:
            p = np.zeros(len(self.pack_labels) + len(self.labels))
            name = self.names[self.label_of[nearest[0].index]]
            p[(*self.pack_labels, *self.labels).index(name)] = 1.0
            return p
        return np.asarray(self.distributions((pooled - baseline)[None])[0])

    def distributions(self, centred: Floats) -> Doubles:
        """p_own, float64 [n, pack_labels + labels], of pooled features [n, D] less their speaker's baseline."""
        n, dim = centred.shape
        x = centred.astype(np.float64) / np.sqrt(self.prior.within_variance)
        means = self._means / np.sqrt(self.prior.within_variance)
        squared = (x**2).sum(axis=1)[:, None] + (means**2).sum(axis=1) - 2 * x @ means.T
        p = np.zeros((n, len(self.pack_labels) + len(self.labels)))
        p[:, self._spoken] = softmax(-SHARPNESS * (squared / dim - 1 / self._known_by))
        return p

    def nearest(self, embedding: Floats, k: int) -> list[Hit]:
        """The at most k nearest to `embedding` [E] of the examples whose label joins the answer, nearest first; and the
        latest one of each such label that none of these has."""
        rows = self._candidates(embedding)
        joined = np.array([name in self.pack_labels or name in self.labels for name in self.names], dtype=bool)
        rows = rows[joined[self.label_of[rows]]]
        # |a - b|^2 = 2 - 2 ab of unit vectors: one product instead of a difference for every example
        squared = np.maximum(2 - 2 * (self.embeddings[rows] @ embedding), 0)
        if len(rows) > k:
            best = np.argpartition(squared, k - 1)[:k]
            rows, squared = rows[best], squared[best]
        order = np.lexsort((rows, squared))
        found = [Hit(int(rows[i]), float(np.sqrt(squared[i])), own=True) for i in order]
        present = set(self.label_of[rows].tolist())
        for label, latest in enumerate(self._latest):
            if latest >= 0 and joined[label] and label not in present:
                found.append(Hit(int(latest), float(np.linalg.norm(self.embeddings[latest] - embedding)), own=True))
        return found

    def item(self, index: int) -> Item:
        """What is known of example `index`."""
        return replace(self.describe(int(self.ids[index])), label=self.names[self.label_of[index]])

    def with_example(self, example: StoredFeatures, baseline: Floats, embed: Embed) -> "OwnDatastore":
        """This and one more; `baseline` [D] is its voice's. It must not be in here yet."""
        names = self.names if example.label in self.names else (*self.names, example.label)
        sums = np.vstack([self.sums, np.zeros((len(names) - len(self.names), self.sums.shape[1]))])
        label = names.index(example.label)
        sums[label] += example.pooled - baseline
        return replace(
            self,
            names=names,
            ids=np.append(self.ids, example.id),
            label_of=np.append(self.label_of, label),
            embeddings=np.concatenate([self.embeddings, embed(example.pooled[None], baseline[None])]),
            sums=sums,
        )

    def _candidates(self, embedding: Floats) -> Ints:
        later = np.arange(self._indexed, len(self.ids))
        if self._index is None:
            return later
        proposed = self._index.get_nns_by_vector(embedding.tolist(), CANDIDATES, SEARCH)
        return np.concatenate([np.array(proposed, dtype=np.int64), later])


def embed_examples(
    batches: Iterable[Sequence[StoredFeatures]],
    baselines: Mapping[int, Floats],
    embed: Embed,
    *,
    pack_labels: Sequence[str],
    prior: VoicePrior,
    describe: Describe,
) -> OwnDatastore:
    """Embed all examples anew.

    Args:
        batches: Of the store, by id.
        baselines: Each voice's, float32 [D]; an example whose voice is not in here has its own, or zeros.
        embed: The pack's head.
        pack_labels: The pack's labels.
        prior: The pack's.
        describe: Asked for what neighbours are to show.
    """
    names = list(pack_labels)
    dim = prior.emotion_offsets.shape[1]
    sums: dict[int, Doubles] = {}
    ids: list[int] = []
    label_of: list[int] = []
    nothing = np.zeros(dim, dtype=np.float32)
    embeddings = [embed(nothing[None], nothing[None])[:0]]
    for batch in batches:
        pooled = np.stack([e.pooled for e in batch])
        baseline = np.stack([baseline_of(e, baselines, nothing) for e in batch])
        embeddings.append(embed(pooled, baseline))
        for example, centred in zip(batch, pooled.astype(np.float64) - baseline, strict=True):
            if example.label not in names:
                names.append(example.label)
            label = names.index(example.label)
            sums[label] = sums.get(label, 0.0) + centred
            ids.append(example.id)
            label_of.append(label)
    all_embeddings = np.concatenate(embeddings)
    index = _annoy(all_embeddings) if len(ids) > EXACT_UP_TO else None
    return OwnDatastore(
        pack_labels=tuple(pack_labels),
        prior=prior,
        describe=describe,
        names=tuple(names),
        ids=np.array(ids, dtype=np.int64),
        label_of=np.array(label_of, dtype=np.int64),
        embeddings=all_embeddings,
        sums=np.stack([sums.get(k, np.zeros(dim)) for k in range(len(names))]),
        _index=index,
        _indexed=len(ids) if index is not None else 0,
    )


def baseline_of(example: StoredFeatures, baselines: Mapping[int, Floats], nothing: Floats) -> Floats:
    """An example's baseline: its voice's as it is now, else the one its answer was made with, else zeros."""
    if example.voice_id is not None and example.voice_id in baselines:
        return baselines[example.voice_id]
    return nothing if example.baseline is None else example.baseline


def _annoy(embeddings: Floats) -> Any:
    from annoy import AnnoyIndex

    index = AnnoyIndex(embeddings.shape[1], "euclidean")
    index.set_seed(SEED)
    for i, row in enumerate(embeddings):
        index.add_item(i, row.tolist())
    index.build(TREES, n_jobs=1)
    return index
