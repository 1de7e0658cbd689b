"""Classifies clips of speakers that are not in the training data, as the app would: baseline, p_model, p_knn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app import interruption
from desktop_app.engine.recognition.voice import Classify, Voice, VoicePrior, estimate_baseline
from trainer.data.features import room
from trainer.model.baseline import classifier
from trainer.training.datastore import Nearest, nearest
from trainer.training.fit import Dataset, FittedHead, parts_of
from trainer.training.metrics import by_speaker

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

ALL_CLIPS = -1
DATASTORE_SHARE = 0.5
"""Share of the speaker's baseline that is subtracted from the clips in the datastore. It is halfway between unknown and
well-known voices, since clips of both have to find neighbours there."""
ONE_MOOD = "one mood"  # all unlabelled clips have the same emotion
MOSTLY_ONE_MOOD = "8 in 10 of one mood"
TWO_MOODS = "two moods"
ITSELF = "asked about itself"
ITSELF_ALONE = "asked about itself, each clip alone"
FOLDER = "a folder of several speakers, asked about itself"
FEWEST = 3  # clips in a group that is classified with its own voice


@dataclass(frozen=True)
class Condition:
    """How much is known about the test speaker, and which clips are classified.

    Attributes:
        clips: Number of unlabelled clips that the voice is learnt from; ALL_CLIPS for all.
        mood: Mood of these clips: ONE_MOOD, MOSTLY_ONE_MOOD, TWO_MOODS, or "" for any.
        asked: Which clips are classified. "": all clips of the speaker. ITSELF: only the clips that the voice was
            learnt from, as in a call or a folder that is its own baseline. ITSELF_ALONE: the same clips, but without a
            voice. FOLDER: as ITSELF, but with clips of several speakers of a corpus, who share room and microphone.
    """

    clips: int
    mood: str = ""
    asked: str = ""

    def __str__(self) -> str:
        count = "all" if self.clips == ALL_CLIPS else str(self.clips)
        return ", ".join(filter(None, (count, self.mood, self.asked)))


@dataclass(frozen=True)
class Answers:
    """Answers for test clips, with one draw of their speakers' baselines.

    Attributes:
        rows: Rows of the table, int64 [n].
        settled: How well the voice of each clip is known, float64 [n], see `Voice`.
        logits: float32 [n, L].
        embeddings: float32 [n, E].
    """

    rows: Ints
    settled: npt.NDArray[np.float64]
    logits: Floats
    embeddings: Floats


def datastore_items(data: Dataset, fitted: FittedHead, rows: Ints, voices: bool = True) -> tuple[Floats, Ints]:
    """Embeddings [n, E] and labels [n] of clips for the datastore; with `voices`, baselines are subtracted in part."""
    if voices:
        groups = by_speaker([data.utterances[i].speaker_key for i in rows])
    else:
        groups = [np.arange(len(rows))[part] for part in parts_of(len(rows))]
    classify = classifier(fitted.head, range(fitted.n_answered), 1.0)
    embeddings: Floats | None = None
    for own in groups:
        pooled = fitted.pooled(data.features[0], rows[own])
        baselines = np.zeros(pooled.shape[1], np.float32)
        if voices:
            baselines = datastore_baselines(pooled, [""] * len(own), classify, fitted.prior)
        _, found = fitted.answer(pooled, baselines)
        if embeddings is None:
            embeddings = np.empty((len(rows), found.shape[1]), np.float32)
        embeddings[own] = found
    assert embeddings is not None
    return embeddings, data.label_indices()[rows]


def datastore_baselines(pooled: Floats, speakers: Sequence[str], classify: Classify, prior: VoicePrior) -> Floats:
    """What is subtracted from each clip of a datastore, float32 [n, D]: DATASTORE_SHARE of its speaker's baseline."""
    baselines = np.zeros_like(pooled)
    for own in by_speaker(speakers):
        baselines[own] = DATASTORE_SHARE * estimate_baseline(pooled[own], classify, prior).baseline
    return baselines


def answered_rows(data: Dataset, rows: Ints) -> Ints:
    """The rows with a label that is predicted."""
    return rows[data.label_indices()[rows] < data.n_answered]


def answers_under(
    data: Dataset, fitted: FittedHead, rows: Ints, condition: Condition, temperature: float, rng: np.random.Generator
) -> list[Answers]:
    """Answers for `rows` with one draw of the condition; for a condition with moods, a draw for each mood."""
    pooled = fitted.pooled(data.features[0], rows)
    labels = data.label_indices()[rows]
    if condition.asked == FOLDER:
        groups = _folders([data.utterances[i].corpus for i in rows], condition.clips, rng)
    else:
        groups = by_speaker([data.utterances[i].speaker_key for i in rows])
    moods: Sequence[int | None] = range(data.n_answered) if condition.mood else [None]
    answers = []
    for mood in moods:
        interruption.check()
        baselines, settled = room(pooled.shape), np.zeros(len(rows))
        asked = np.full(len(rows), not condition.asked)
        for own in groups:
            chosen = own[draw_clips(labels[own], condition, mood, rng)]
            if condition.asked and len(chosen) < FEWEST:
                continue
            if len(chosen) and condition.asked != ITSELF_ALONE:
                voice = _voice(fitted, pooled[chosen], temperature)
                baselines[own], settled[own] = voice.baseline, voice.settled
            if condition.asked:
                asked[chosen] = True
        if asked.any():
            those = np.flatnonzero(asked)
            answers.append(Answers(rows[those], settled[those], *fitted.answer(pooled, baselines, those)))
    return answers


def _folders(corpora: Sequence[str], clips: int, rng: np.random.Generator) -> list[Ints]:
    """Positions of each corpus's clips, shuffled and split into groups of `clips`; a smaller rest is left out."""
    groups = []
    for own in by_speaker(corpora):
        shuffled = rng.permutation(own)
        groups += [shuffled[at : at + clips] for at in range(0, len(own) - clips + 1, clips)]
    return groups


def draw_clips(labels: Ints, condition: Condition, mood: int | None, rng: np.random.Generator) -> Ints:
    """Draws the clips that a speaker's baseline is estimated from; `labels` [n] are those of the speaker's clips.

    If the condition has a mood and the speaker has too few clips of it, fewer clips are drawn, in the same proportion.
    """
    n = len(labels) if condition.clips == ALL_CLIPS else min(condition.clips, len(labels))
    if mood is None:
        return np.asarray(rng.permutation(len(labels))[:n])
    own, others = np.flatnonzero(labels == mood), np.flatnonzero(labels != mood)
    if condition.mood == ONE_MOOD:
        return np.asarray(rng.permutation(own)[:n])
    if condition.mood == TWO_MOODS:
        second = np.flatnonzero(labels == rng.choice(np.unique(labels[others]))) if len(others) else others
        each = min(n - n // 2, len(own), len(second))
        return np.concatenate([rng.permutation(own)[:each], rng.permutation(second)[:each]])
    n_own = min(round(0.8 * n), len(own))
    return np.concatenate([rng.permutation(own)[:n_own], rng.permutation(others)[: round(n_own / 4)]])


def neighbours_of(answers: Answers, items: Floats, item_labels: Ints, k: int) -> Nearest:
    """The k items that are nearest to each answer's embedding."""
    return nearest(answers.embeddings, items, item_labels, k)


def _voice(fitted: FittedHead, pooled: Floats, temperature: float) -> Voice:
    classify = classifier(fitted.head, range(fitted.n_answered), temperature)
    return estimate_baseline(pooled, classify, fitted.prior)
