"""The user's own examples for retrieval: neighbours like the pack's, whose influence on p_knn grows with their number.

A few examples of a person tell more about that person than their share among the pack's thousands of recordings, and
more than the nearest of them alone: they show where the classifier is wrong about this person. So they are used to
correct the classifier, in closed form (kernel ridge regression of its errors, or the mean of a Gaussian process):

    p_own(x) ~ p_model(x)^r exp(s f(x)),   f(x) = sum_i k(x, x_i) c_i,   c = (K + l I)^-1 (Y - P)

where x_i are the examples less their voice's baseline, K_ij = k(x_i, x_j) is the mean over the dimensions of
x_i x_j / W with W the variance within an emotion, Y are the user's labels, and P ~ p_model(x_i)^r is the classifier's
output. r falls from 1, without examples, towards `CLASSIFIER_LEFT`. The part of the voice that the baseline misses,
(sum_i x_i - m_yi) / (n + c) with m_k the pack's mean of emotion k, is the same in every clip of the voice: it is
subtracted first, because otherwise corrections of one label would pull every answer towards that label.

Examples only influence sounds that are near them, so that another person in another room is not affected. A sound is
near if it is similar to several of them, or very similar to one, with voice and room included:

    w(x) = (s(x) - FAR) / (NEAR - FAR), at least 0 and at most 1,
    s(x) = sum over the `NEAREST` most similar of max(0, cos(x / sqrt W, x_i / sqrt W))^2

The answer for a sound that is farther than FAR is exactly the one without examples.
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
# Chosen on three corpora and tested on the fourth: 0.1 to 0.9 less.
STRENGTH = 4.5
RIDGE = 0.5
CLASSIFIER_LEFT = 0.3
EXAMPLES_TO_HALF = 3.0
"""With so many examples r has gone half of the way."""
MISSED_AFTER = 3.0
"""c: with so many examples, half of the estimated missing part of the voice is used."""
TRUST = 0.95
ALPHA = 0.9
"""High, since p_own already includes the classifier's output."""

NEAREST = 4
FAR, NEAR = 0.32, 0.48
"""Chosen on the same four corpora, each left out in turn, one seed, two draws, as the middle and the slope of a
sigmoid, of which this is the straight line without its tails.

Without w, when examples had their full influence everywhere, one correct example changed the labels of 1.2 of 30
clips of other people in its corpus, and of 1.4 of 30 clips of other corpora. With w (`python -m
tests.benchmarks.one_example`) it changes 7 of 1,440 labels of the same corpus, 0.15 of 30, and none of other
corpora, where all 1,440 answers are exactly what they were. In another draw, 17 of 1,440 labels of the same corpus
changed, 15 of them of one studio's recordings.

UA with 1 example per label without a voice, and with a voice from ten clips and 1 or 3 examples per label: 76.92,
78.55, 85.65; without w 77.44, 78.87, 85.67; with the sigmoid 76.92, 78.53, 85.65. Six corpora, each left out in
turn, one seed, one draw, the encoder's features alone, no changed copies.

Summing over all examples, instead of four, gains 0.3, but forty examples then change 4.0 of 30 clips of other
corpora instead of 1.7 (without w: 9.4)."""

LATEST = 32
"""The correction uses at most so many of a label's examples, the latest: a voice changes, and more would make each
update slower, especially with the installers' NumPy, which has no BLAS."""

P_FLOOR = 1e-6

MIN_OWN_LABEL = 3
"""A label of the user's own is added to answers once it has so many examples: one or two don't show how it sounds."""

SAME_RECORDING = 0.01
"""Embeddings closer than this are of the same recording: rounding in the store moves them by less than 0.002."""

EXACT_UP_TO = 10_000
"""Up to so many examples, all distances are computed; with more, Annoy proposes candidates."""

TREES = 16
SEED = 2023
CANDIDATES = 256
SEARCH = 8_000
"""For Annoy: how many examples it proposes and how many nodes it visits for one query."""

Embed = Callable[[Floats, Floats], tuple[Floats, Doubles]]
"""(pooled [n, D], baseline [n, D]) -> embedding float32 [n, E], L2-normalised, and p_model float64 [n, L]."""

Describe = Callable[[int], Item]
"""Example id -> its metadata."""


@dataclass(frozen=True, eq=False)
class Spoken:
    """The examples that the correction uses.

    Attributes:
        label_of: int64 [a], an index into the datastore's names.
        heard: float32 [a, D], pooled features with no baseline subtracted.
        centred: float32 [a, D], the same less the voice's baseline.
        p_model: float64 [a, L], the classifier's output for them.
    """

    label_of: Ints
    heard: Floats
    centred: Floats
    p_model: Doubles

    def and_one(self, label: int, heard: Floats, centred: Floats, p_model: Doubles) -> "Spoken":
        """These examples and one more: heard and centred [D], p_model [L]. If its label has `LATEST` examples already,
        the oldest is dropped."""
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
    """The embedded examples, as an immutable snapshot that any thread may use. A change makes a new one.

    Attributes:
        pack_labels: The pack's labels, in its order.
        labels: The user's own labels that have enough examples to be added to answers; they follow the pack's.
        trust: Share of p_own in p_knn.
        alpha: The least weight of p_knn in eq. (4) where examples are near, see `OwnExamples`.
        ids: int64 [n], the examples' ids in the store.
        label_of: int64 [n], an index into `names`.
        names: The pack's labels, then every other label among the examples.
        embeddings: float32 [n, E], made with each voice's baseline subtracted.
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
    """[a, D], whitened, less the part of the voice that the baseline misses."""
    _directions: Doubles = field(init=False)
    """[a, D], unit vectors of the whitened features with no baseline subtracted."""
    _corrections: Doubles = field(init=False)
    """[a, L + labels], c of the module's equation."""
    _left: float = field(init=False)
    """r of the module's equation."""
    _latest: Ints = field(init=False)
    """For each of `names`, the index of its latest example; -1 if it has none."""

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
        of_pack = said < n_pack  # the mean of an emotion that the pack does not know is unknown
        beyond_mood = x[of_pack] - self.prior.emotion_offsets[said[of_pack]]
        set_once(self, "_missed", beyond_mood.sum(axis=0) / (of_pack.sum() + MISSED_AFTER))
        set_once(self, "_anchors", self._whitened(x))
        set_once(self, "_directions", self._direction(self.spoken.heard[speaking].astype(np.float64)))
        set_once(self, "_left", 1 - (1 - CLASSIFIER_LEFT) * len(said) / (len(said) + EXAMPLES_TO_HALF))
        wrong = np.eye(n_pack + len(joined))[said] - softmax(self._log_prior(self.spoken.p_model[speaking]))
        kernel = self._anchors @ self._anchors.T / max(x.shape[1], 1)
        set_once(self, "_corrections", np.linalg.solve(kernel + RIDGE * np.eye(len(said)), wrong))
        latest = np.full(len(self.names), -1, dtype=np.int64)
        latest[self.label_of] = np.arange(len(self.label_of))  # of repeated indices the last one is kept
        set_once(self, "_latest", latest)

    def distribution(self, pooled: Floats, baseline: Floats, p_model: Doubles, nearest: Sequence[Hit] = ()) -> Doubles:
        """p_own, float64 [pack_labels + labels], for pooled features [D] with their speaker's baseline [D] and the
        classifier's output p_model [pack_labels].

        `nearest` shows whether it is one of the examples, analysed again: then it gets the label the user gave.
        """
        if nearest and nearest[0].distance < SAME_RECORDING:
            p = np.zeros(len(self.pack_labels) + len(self.labels))
            name = self.names[self.label_of[nearest[0].index]]
            p[(*self.pack_labels, *self.labels).index(name)] = 1.0
            return p
        return np.asarray(self.distributions((pooled - baseline)[None], p_model[None])[0])

    def distributions(self, centred: Floats, p_model: Doubles) -> Doubles:
        """p_own, float64 [n, pack_labels + labels], for pooled features [n, D] less their speaker's baseline and the
        classifier's output p_model [n, pack_labels]."""
        kernel = self._whitened(centred.astype(np.float64)) @ self._anchors.T / centred.shape[1]
        return softmax(self._log_prior(p_model) + STRENGTH * (kernel @ self._corrections))

    def nearness(self, pooled: Floats) -> Doubles:
        """w of the module's second equation, float64 [n], for pooled features [n, D] with no baseline subtracted."""
        alike = np.maximum(self._direction(pooled.astype(np.float64)) @ self._directions.T, 0.0) ** 2
        most = np.sort(alike, axis=1)[:, -NEAREST:].sum(axis=1)
        return np.asarray(np.clip((most - FAR) / (NEAR - FAR), 0.0, 1.0))

    def _direction(self, heard: Doubles) -> Doubles:
        whitened = heard / np.sqrt(self.prior.within_variance)
        return np.asarray(whitened / np.maximum(np.linalg.norm(whitened, axis=1, keepdims=True), 1e-12))

    def _whitened(self, centred: Doubles) -> Doubles:
        return np.asarray((centred - self._missed) / np.sqrt(self.prior.within_variance))

    def _log_prior(self, p_model: Doubles) -> Doubles:
        """r log p_model [n, pack_labels + labels]; for the user's own labels the mean of the others."""
        known = np.log(np.maximum(p_model, P_FLOOR))
        own = np.repeat(known.mean(axis=1, keepdims=True), len(self.labels), axis=1)
        return np.asarray(self._left * np.concatenate([known, own], axis=1))

    def nearest(self, embedding: Floats, k: int) -> list[Hit]:
        """The at most k examples nearest to `embedding` [E] whose label is part of answers, nearest first; and the
        latest example of each such label that is not among them."""
        rows = self._candidates(embedding)
        joined = np.array([name in self.pack_labels or name in self.labels for name in self.names], dtype=bool)
        rows = rows[joined[self.label_of[rows]]]
        # |a - b|^2 = 2 - 2 ab for unit vectors: one product instead of a difference for every example
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
        """The metadata of example `index`."""
        return replace(self.describe(int(self.ids[index])), label=self.names[self.label_of[index]])

    def with_example(self, example: StoredFeatures, baseline: Floats, embed: Embed) -> "OwnDatastore":
        """This datastore with one more example, which must not be in it yet; `baseline` [D] is its voice's."""
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
    """Embeds all examples.

    Args:
        batches: The examples from the store, by id.
        baselines: Each voice's baseline, float32 [D]; an example of no such voice has its own baseline, or zeros.
        embed: The pack's head.
        pack_labels: The pack's labels.
        prior: The pack's prior.
        describe: Gives the metadata to show for neighbours.
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
    """An example's baseline: its voice's current one, else the one its answer was made with, else zeros."""
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
