"""The user's own examples as retrieval sees them: neighbours like the pack's, and a say in p_knn that grows with use.

A few examples of one person say more about that person than their plain share among the pack's thousands, and more
than the nearest of them alone: they say where the classifier errs about this person. So they speak as a correction of
it, in closed form (kernel ridge regression of its errors, or the mean of a Gaussian process on them):

    p_own(x) ~ p_model(x)^r exp(s f(x)),   f(x) = sum_i k(x, x_i) c_i,   c = (K + l I)^-1 (Y - P)

where x_i are the examples with their voice's baseline taken off, K_ij = k(x_i, x_j) the mean over the dimensions of
x_i x_j / W with W the variance within an emotion, Y the labels that the user gave, and P ~ p_model(x_i)^r what the
classifier said. r falls from 1, where there is no example, towards `CLASSIFIER_LEFT`. What the baseline has missed of
the voice, (sum_i x_i - m_yi) / (n + c) with m_k the pack's mean of emotion k, is in every clip of the voice alike:
it is taken off before, or corrections of one label would pull everything towards it.

They have a say where they are near, and none elsewhere: another person in another room is not corrected by them. Near
is a sound that is like several of them, or very like one, with voice and room still in it:

    w(x) = sigmoid((sum over the `NEAREST` most like it of max(0, cos(x / sqrt W, x_i / sqrt W))^2 - NEAR) / NEAR_WIDTH)
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.engine.pack.format import Item
from desktop_app.engine.people.examples import StoredFeatures
from desktop_app.engine.recognition.fusion import softmax
from desktop_app.engine.recognition.retrieval import Hit
from desktop_app.engine.recognition.voice import VoicePrior

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Chosen on four corpora, each left out of training in turn, one seed, ten unlabelled clips of the speaker, grids of 5
# to 48: UA 86.8 with 3 examples a label, 90.4 with 10, 84.8 where one of the 3 x 4 is wrong. Strength 6: 86.7, 90.6,
# 84.0; r falling to 0.4, half of the way at 4 examples: 85.9, 89.5, 84.4; alpha 0.95 and trust 1: 87.0, 90.9, 84.4.
# Chosen by three corpora and tested on the fourth: 0.1 to 0.9 less.
STRENGTH = 4.5
RIDGE = 0.5
CLASSIFIER_LEFT = 0.3
EXAMPLES_TO_HALF = 3.0
"""So many examples take r half of the way."""
MISSED_AFTER = 3.0
"""c: at so many examples half of what seems missed of the voice is believed."""
TRUST = 0.95
ALPHA = 0.9
"""High, for p_own holds what the classifier says already."""

NEAREST = 4
NEAR = 0.4
NEAR_WIDTH = 0.04
"""Chosen on the same four corpora, each left out in turn, one seed, two draws. Without this, examples had their whole
say everywhere: with one right example 1.2 of 30 clips of others in its corpus got another label and confidence moved by
5.6 points in the mean, of clips of other corpora 1.4 and 5.8. With it 0.05 and 0.15 points, and none and 0.00. UA with
a voice from ten clips and 1, 3, 10 examples a label: 81.9, 88.5, 91.7 everywhere, 81.4, 88.3, 91.6 where they are near;
without a voice 79.7, 88.1, 91.7 and 79.0, 87.8, 91.6. The sum over all of them, in place of four, keeps 0.3 more of
that, and with forty examples changes 4.0 of 30 clips of other corpora in place of 1.7 (everywhere: 9.4)."""

LATEST = 32
"""A label's correction rests on so many of its examples, the latest: more would make each change slower, most of all
with the installers' NumPy, which has no BLAS, and a voice changes."""

P_FLOOR = 1e-6

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

Embed = Callable[[Floats, Floats], tuple[Floats, Doubles]]
"""(pooled [n, D], baseline [n, D]) -> embedding float32 [n, E], L2-normalised, and p_model float64 [n, L]."""

Describe = Callable[[int], Item]
"""Example id -> what is known of it."""


@dataclass(frozen=True, eq=False)
class Spoken:
    """The examples that the correction rests on.

    Attributes:
        label_of: int64 [a], an index into the datastore's names.
        heard: float32 [a, D], pooled features as they were heard.
        centred: float32 [a, D], the same with the voice's baseline taken off.
        p_model: float64 [a, L], what the classifier says of them.
    """

    label_of: Ints
    heard: Floats
    centred: Floats
    p_model: Doubles

    def and_one(self, label: int, heard: Floats, centred: Floats, p_model: Doubles) -> "Spoken":
        """This and one more, heard and centred [D], p_model [L]; of a label that has `LATEST` the oldest goes."""
        same = np.flatnonzero(self.label_of == label)
        kept = np.delete(np.arange(len(self.label_of)), same[: max(0, len(same) + 1 - LATEST)])
        return Spoken(
            np.append(self.label_of[kept], label),
            np.concatenate([self.heard[kept], heard[None]]),
            np.concatenate([self.centred[kept], centred[None]]),
            np.concatenate([self.p_model[kept], p_model[None]]),
        )


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
    spoken: Spoken
    trust: float = TRUST
    alpha: float = ALPHA
    _index: Any = None
    _indexed: int = 0
    labels: tuple[str, ...] = field(init=False)
    _missed: Doubles = field(init=False)
    _anchors: Doubles = field(init=False)
    """[a, D], whitened, what the baseline has missed taken off."""
    _directions: Doubles = field(init=False)
    """[a, D], unit vectors of what was heard, whitened."""
    _corrections: Doubles = field(init=False)
    """[a, L + labels], c of the module's equation."""
    _left: float = field(init=False)
    """r of the module's equation."""
    _latest: Ints = field(init=False)
    """For each of `names`, the index of its example that was added last; -1: it has none."""

    def __len__(self) -> int:
        return len(self.ids)

    def __post_init__(self) -> None:
        n_pack = len(self.pack_labels)
        counts = np.bincount(self.label_of, minlength=len(self.names))
        joined = [k for k in range(n_pack, len(self.names)) if counts[k] >= MIN_OWN_LABEL]
        set_once = object.__setattr__  # the dataclass is frozen for everyone else
        set_once(self, "labels", tuple(self.names[k] for k in joined))
        places = np.full(len(self.names), -1, dtype=np.int64)
        places[:n_pack] = np.arange(n_pack)
        places[joined] = np.arange(n_pack, n_pack + len(joined))
        speaking = places[self.spoken.label_of] >= 0
        said = places[self.spoken.label_of[speaking]]
        x = self.spoken.centred[speaking].astype(np.float64)
        of_pack = said < n_pack  # what an emotion that no pack knows is made of is not known, nor what is voice in it
        beyond_mood = x[of_pack] - self.prior.emotion_offsets[said[of_pack]]
        set_once(self, "_missed", beyond_mood.sum(axis=0) / (of_pack.sum() + MISSED_AFTER))
        set_once(self, "_anchors", self._whitened(x))
        set_once(self, "_directions", self._direction(self.spoken.heard[speaking].astype(np.float64)))
        set_once(self, "_left", 1 - (1 - CLASSIFIER_LEFT) * len(said) / (len(said) + EXAMPLES_TO_HALF))
        wrong = np.eye(n_pack + len(joined))[said] - softmax(self._log_prior(self.spoken.p_model[speaking]))
        kernel = self._anchors @ self._anchors.T / max(x.shape[1], 1)
        set_once(self, "_corrections", np.linalg.solve(kernel + RIDGE * np.eye(len(said)), wrong))
        latest = np.full(len(self.names), -1, dtype=np.int64)
        latest[self.label_of] = np.arange(len(self.label_of))  # the last of repeated indices stays
        set_once(self, "_latest", latest)

    def distribution(self, pooled: Floats, baseline: Floats, p_model: Doubles, nearest: Sequence[Hit] = ()) -> Doubles:
        """p_own, float64 [pack_labels + labels], of pooled features [D] with their speaker's baseline [D], of which the
        classifier says p_model [pack_labels].

        `nearest` tells whether it is one of the examples, heard again: then it is what the user said it was.
        """
        if nearest and nearest[0].distance < SAME_RECORDING:
            p = np.zeros(len(self.pack_labels) + len(self.labels))
            name = self.names[self.label_of[nearest[0].index]]
            p[(*self.pack_labels, *self.labels).index(name)] = 1.0
            return p
        return np.asarray(self.distributions((pooled - baseline)[None], p_model[None])[0])

    def distributions(self, centred: Floats, p_model: Doubles) -> Doubles:
        """p_own, float64 [n, pack_labels + labels], of pooled features [n, D] less their speaker's baseline, of which
        the classifier says p_model [n, pack_labels]."""
        kernel = self._whitened(centred.astype(np.float64)) @ self._anchors.T / centred.shape[1]
        return softmax(self._log_prior(p_model) + STRENGTH * (kernel @ self._corrections))

    def nearness(self, pooled: Floats) -> Doubles:
        """w of the module's second equation, float64 [n], of pooled features [n, D] as they were heard."""
        alike = np.maximum(self._direction(pooled.astype(np.float64)) @ self._directions.T, 0.0) ** 2
        most = np.sort(alike, axis=1)[:, -NEAREST:].sum(axis=1)
        return np.asarray(1 / (1 + np.exp((NEAR - most) / NEAR_WIDTH)))

    def _direction(self, heard: Doubles) -> Doubles:
        whitened = heard / np.sqrt(self.prior.within_variance)
        return np.asarray(whitened / np.maximum(np.linalg.norm(whitened, axis=1, keepdims=True), 1e-12))

    def _whitened(self, centred: Doubles) -> Doubles:
        return np.asarray((centred - self._missed) / np.sqrt(self.prior.within_variance))

    def _log_prior(self, p_model: Doubles) -> Doubles:
        """r log p_model [n, pack_labels + labels]; of a label that no pack knows the mean of the others'."""
        known = np.log(np.maximum(p_model, P_FLOOR))
        own = np.repeat(known.mean(axis=1, keepdims=True), len(self.labels), axis=1)
        return np.asarray(self._left * np.concatenate([known, own], axis=1))

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
        label = names.index(example.label)
        embedding, p_model = embed(example.pooled[None], baseline[None])
        return replace(
            self,
            names=names,
            ids=np.append(self.ids, example.id),
            label_of=np.append(self.label_of, label),
            embeddings=np.concatenate([self.embeddings, embedding]),
            spoken=self.spoken.and_one(label, example.pooled, example.pooled - baseline, p_model[0]),
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
    nothing = np.zeros(prior.emotion_offsets.shape[1], dtype=np.float32)
    no_embedding, no_p = embed(nothing[None], nothing[None])
    ids: list[int] = []
    label_of: list[int] = []
    embeddings = [no_embedding[:0]]
    latest: dict[int, deque[tuple[Floats, Floats, Doubles]]] = {}
    for batch in batches:
        pooled = np.stack([e.pooled for e in batch])
        baseline = np.stack([baseline_of(e, baselines, nothing) for e in batch])
        embedding, p_model = embed(pooled, baseline)
        embeddings.append(embedding)
        for example, heard, centred, p in zip(batch, pooled, pooled - baseline, p_model, strict=True):
            if example.label not in names:
                names.append(example.label)
            label = names.index(example.label)
            latest.setdefault(label, deque(maxlen=LATEST)).append((heard, centred, p))
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
        spoken=Spoken(
            np.array([label for label, rows in latest.items() for _ in rows], dtype=np.int64),
            np.array([x for rows in latest.values() for x, _, _ in rows], np.float32).reshape(-1, len(nothing)),
            np.array([x for rows in latest.values() for _, x, _ in rows], np.float32).reshape(-1, len(nothing)),
            np.array([p for rows in latest.values() for _, _, p in rows]).reshape(-1, no_p.shape[1]),
        ),
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
