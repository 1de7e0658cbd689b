"""Answers again from stored features, without the sound: with another voice, examples or weight of the neighbours.

The stretches of many recordings go through the head and the search together, so that 100,000 recordings take seconds.
The answers are those of `Recogniser.answer`, except that they hold no neighbours, and that float32 numbers are added in
another order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import numpy.typing as npt

from desktop_app.engine.archives.dataset import Dataset
from desktop_app.engine.batch.classify import Asked, groups, voices_beside
from desktop_app.engine.recognition import fusion
from desktop_app.engine.recognition.answer import Failure, Outcome, Recognition, VoiceUsed
from desktop_app.engine.recognition.recogniser import Analysis, Mixed, Recogniser
from desktop_app.engine.recognition.retrieval import own_mix
from desktop_app.engine.recognition.voice import known_temperature, temperature_for
from desktop_app.errors import Cancelled, PackError
from desktop_app.interruption import ShouldStop, never

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

AT_ONCE = 4_096
"""Stretches answered together; their features and the distances of their neighbours take 150 MB."""


@dataclass(frozen=True, eq=False)
class _One:
    """A recording with the voice it is answered with; `at`: its stretches' places among those answered together."""

    analysis: Analysis
    baseline: Floats | None
    voice: VoiceUsed
    at: slice


def answer_again(
    recogniser: Recogniser, dataset: Dataset, asked: Asked, should_stop: ShouldStop = never
) -> Iterator[Outcome]:
    """An outcome for each recording of a dataset with features, in the dataset's order.

    `asked.company` must not be "all"; `asked.channel` is ignored.

    Raises:
        PackError: The features were not made by the recogniser's encoder.
        ExportError: The dataset has no features, or is damaged.
        Cancelled: `should_stop` returned True.
    """
    if dataset.encoder_sha256 and dataset.encoder_sha256 != recogniser.encoder.encoder_sha256:
        raise PackError("These features were made by another pack's encoder: name that pack.")
    heard = dataset.heard()
    waiting: list[tuple[Analysis | Failure, tuple[Floats | None, VoiceUsed]]] = []
    stretches = 0
    for group in groups(dataset.sources()):
        if should_stop():
            raise Cancelled
        recordings = list(islice(heard, len(group)))
        waiting += zip(recordings, voices_beside(recogniser, recordings, asked), strict=True)
        stretches += sum(len(one.spans) for one in recordings if isinstance(one, Analysis))
        if stretches >= AT_ONCE:
            yield from _answered(recogniser, waiting, asked)
            waiting, stretches = [], 0
    yield from _answered(recogniser, waiting, asked)


def _answered(
    recogniser: Recogniser,
    waiting: Sequence[tuple[Analysis | Failure, tuple[Floats | None, VoiceUsed]]],
    asked: Asked,
) -> Iterator[Outcome]:
    ones: list[_One] = []
    for heard, (baseline, voice) in waiting:
        if isinstance(heard, Analysis):
            start = ones[-1].at.stop if ones else 0
            ones.append(_One(heard, baseline, voice, slice(start, start + len(heard.spans))))
    answers = iter(_answers(recogniser, ones, asked) if ones else ())
    for heard, _ in waiting:
        yield heard if isinstance(heard, Failure) else next(answers)


def _answers(recogniser: Recogniser, ones: Sequence[_One], asked: Asked) -> Iterator[Recognition]:
    manifest, examples = recogniser.pack.manifest, asked.examples
    counts = [len(one.analysis.spans) for one in ones]
    pooled = np.concatenate([one.analysis.pooled for one in ones])
    unknown = np.zeros(manifest.pooled_dim, np.float32)
    baselines = np.repeat([unknown if one.baseline is None else one.baseline for one in ones], counts, axis=0)
    headed = recogniser.encoder.head(pooled, baselines)
    labels = (*manifest.labels, *(examples.labels if examples is not None else ()))
    settled = np.repeat([one.voice.settled for one in ones], counts)
    temperatures = temperature_for(settled, manifest.calibration_temperature, known_temperature(recogniser.pack))
    p_model = np.zeros((len(pooled), len(labels)))
    p_model[:, : len(manifest.labels)] = fusion.softmax(headed.logits / temperatures[:, None])
    near = np.zeros(len(pooled)) if examples is None else examples.nearness(pooled)
    own = (examples.alpha, examples.trust) if examples is not None else (0.0, 0.0)
    alphas, trusts = own_mix(near, manifest.knn.alpha, *own)
    if asked.alpha is not None:
        alphas, trusts = np.full(len(pooled), asked.alpha), near * own[1]
    p_knn, novelties, k = _neighbours(recogniser, headed.embedding, asked.k or manifest.knn.k, len(labels))
    p = fusion.fuse(p_knn, p_model, alphas)
    for one in ones:
        if (trusts[one.at] > 0).any():  # the user's own examples influence it: one by one, since they are few
            yield replace(
                recogniser.answer(
                    one.analysis,
                    baseline=one.baseline,
                    voice=one.voice,
                    k=asked.k,
                    alpha=asked.alpha,
                    examples=examples,
                ),
                neighbours=(),
            )
            continue
        at = one.at
        mixed = Mixed(labels, p[at], p_model[at], p_knn[at], alphas[at], novelties[at], headed.embedding[at])
        usual = unknown if one.baseline is None else one.baseline
        yield replace(recogniser.put_together(one.analysis, mixed, usual, one.voice, examples), k=k)


def _neighbours(recogniser: Recogniser, embeddings: Floats, k: int, n_labels: int) -> tuple[Doubles, Doubles, int]:
    """p_knn [n, labels] and the novelty [n] of stretches with the embeddings [n, E], and how many neighbours voted."""
    settings = recogniser.pack.manifest.knn
    indices, distances = recogniser.datastore.nearest_many(embeddings, max(k, fusion.NOVELTY_NEIGHBOURS))
    novelties = distances[:, : fusion.NOVELTY_NEIGHBOURS].mean(axis=1) / recogniser.pack.manifest.novelty_distance
    indices, distances = indices[:, :k], distances[:, :k]
    k = indices.shape[1]
    weights = fusion.softmax(-distances, settings.temperature)
    if settings.weighting == "vote":
        weights = np.full(distances.shape, 1.0 / k)
    labels = recogniser.pack.item_labels[indices]
    p_knn = np.stack([(weights * (labels == label)).sum(axis=1) for label in range(n_labels)], axis=1)
    return p_knn, novelties, k
