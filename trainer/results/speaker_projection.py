"""Makes the app's projection of speaker embeddings, which keeps the voice and drops the mood.

    python -m trainer.results.speaker_projection CORPORA assets/speakers/projection.npy [--without CORPUS]

Linear discriminant analysis over the speakers of the six corpora of the default pack: the directions in which speakers
of a corpus differ most, relative to how much clips of one speaker differ over moods and rooms. It is made from those
corpora, so their licences apply to it as to the pack.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.engine.sound.audio import load_audio
from desktop_app.engine.speakers.encoder import DIM, RAW_DIM, projected_by_graph
from desktop_app.engine.speakers.windows import windows_of
from trainer.data.augment import augment
from trainer.data.corpora import Utterance, load_corpus

CORPORA = ("ravdess", "emodb", "nemo", "ased", "banglaser", "emotiontts")
LABELS = ("angry", "happy", "neutral", "sad")
PER_MOOD = 12
COPIES = 3
"""Copies of each clip in other rooms."""
SHRINKAGE = 0.5
"""This share of the mean variance within speakers is added to each direction's variance."""

Floats = npt.NDArray[np.float32]


def chosen(utterances: Sequence[Utterance], seed: int = 0) -> list[Utterance]:
    """Chooses at most PER_MOOD clips of each speaker and label of LABELS."""
    rng = np.random.default_rng(seed)
    of: dict[tuple[str, str], list[Utterance]] = {}
    for utterance in utterances:
        if utterance.label in LABELS:
            of.setdefault((utterance.speaker_key, utterance.label), []).append(utterance)
    return [clips[i] for _, clips in sorted(of.items()) for i in rng.permutation(len(clips))[:PER_MOOD]]


def raw_embeddings(utterances: Sequence[Utterance], seed: int = 0) -> Floats:
    """float32 [n * (1 + COPIES), RAW_DIM]: for each clip a window as it is, and one in each of COPIES rooms."""
    rng = np.random.default_rng(seed)
    windows = []
    for i, utterance in enumerate(utterances):
        samples = load_audio(utterance.path).samples
        loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
        samples = samples[loud[0] : loud[-1] + 1]
        for copy in range(1 + COPIES):
            _, found = windows_of(augment(samples, "room", seed + COPIES * i + copy) if copy else samples)
            windows.append(found[int(rng.integers(len(found)))])
    return projected_by_graph(windows)


def fitted(raw: Floats, speakers: Sequence[str], corpora: Sequence[str]) -> Floats:
    """The projection, float32 [RAW_DIM + 2, DIM]: matrix, offset, and the variance between speakers.

    raw @ matrix + offset has variance 1 within a speaker in each dimension, and is 0 on average.

    Args:
        raw: float32 [n, RAW_DIM].
        speakers, corpora: One for each row; speakers are compared within their corpus, since they share its microphone.
    """
    rows = raw.astype(np.float64)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    rows = (rows - mean) / scale
    names, corpus_of = np.array(speakers), np.array(corpora)
    within, between, clips = [], [], []
    for corpus in np.unique(corpus_of):
        means = []
        for speaker in np.unique(names[corpus_of == corpus]):
            own = rows[names == speaker]
            means.append(own.mean(axis=0))
            within.append(own - means[-1])
            clips.append(len(own))
        between.append(np.array(means) - np.mean(means, axis=0))
    residuals, offsets = np.concatenate(within), np.concatenate(between)
    w = residuals.T @ residuals / len(residuals)
    b = offsets.T @ offsets / len(offsets) - w / np.mean(clips)
    w += SHRINKAGE * np.trace(w) / RAW_DIM * np.eye(RAW_DIM)
    variances, axes = np.linalg.eigh(w)
    whitening = axes / np.sqrt(variances)
    ratios, directions = np.linalg.eigh(whitening.T @ b @ whitening)
    matrix = (whitening @ directions[:, ::-1][:, :DIM]) / scale[:, None]
    return np.vstack([matrix, -mean @ matrix, np.maximum(ratios[::-1][:DIM], 1e-4)]).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, help="the folder that holds the corpora")
    parser.add_argument("target", type=Path)
    parser.add_argument("--without", default="", metavar="CORPUS", help="leave one out, to be measured on it")
    options = parser.parse_args()
    names = [name for name in CORPORA if name != options.without]
    clips = [clip for name in names for clip in chosen(load_corpus(name, options.corpora / name))]
    raw = raw_embeddings(clips)
    each = [clip for clip in clips for _ in range(1 + COPIES)]
    np.save(options.target, fitted(raw, [c.speaker_key for c in each], [c.corpus for c in each]))


if __name__ == "__main__":
    main()
