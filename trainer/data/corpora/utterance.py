"""One utterance of a corpus, the labels all corpora share, and how the loaders find their files."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import VoiceKinError

SUFFIXES = (".wav", ".flac", ".ogg")
"""Containers that the loaders accept; the published names stay, the container may change."""

EMOTIONS = (
    "angry",
    "happy",
    "neutral",
    "sad",
    "fearful",
    "disgusted",
    "surprised",
    "calm",
    "bored",
    "excited",
    "frustrated",
)
"""The vocabulary that the loaders of published corpora translate into; a recipe's label map goes on from there."""

ELSEWHERE = {
    "anger": "angry",
    "happiness": "happy",
    "joy": "happy",
    "neutrality": "neutral",
    "sadness": "sad",
    "fear": "fearful",
    "disgust": "disgusted",
    "surprise": "surprised",
    "calmness": "calm",
    "boredom": "bored",
    "excitement": "excited",
    "frustration": "frustrated",
}
"""What EMOTIONS are called in collections that have names of their own for them."""


SAY_SCALE = "correct it, or say from where to where it goes by --set 'corpora.scale=[1, 5]'"


class CorpusError(VoiceKinError):
    """A corpus that is missing, not laid out as published, or can't serve the protocol asked for."""


@dataclass(frozen=True)
class Utterance:
    """One labelled clip.

    Attributes:
        id: Unique over all corpora, "corpus/name".
        path: The file that holds it.
        corpus: The loader's name.
        speaker: Unique within the corpus.
        label: As in EMOTIONS for published corpora, free for one's own.
        language: English name, "" where not known.
        sex: "female", "male" or "" where not known.
        text: What is said, "" where not known.
        licence: Of the clip.
        start_s, end_s: The stretch of the file in seconds; end_s None for the whole file.
        duration_s: Seconds; 0 until the clip was inspected.
        digest: sha256 of the decoded samples, which finds the same audio under two names; "" until inspected.
        sides: Of folds that were published with the corpus: (fold, "train", "validation" or "test").
        dimensions: (name, 0 to 1) of arousal, dominance and valence, as far as they are known.
        votes: (label, how many annotators chose it), where that is known; their majority's where `label` is "".
    """

    id: str
    path: Path
    corpus: str
    speaker: str
    label: str
    language: str = ""
    sex: str = ""
    text: str = ""
    licence: str = ""
    start_s: float = 0.0
    end_s: float | None = None
    duration_s: float = 0.0
    digest: str = ""
    sides: tuple[tuple[str, str], ...] = ()
    votes: tuple[tuple[str, float], ...] = ()
    dimensions: tuple[tuple[str, float], ...] = ()

    @property
    def speaker_key(self) -> str:
        """The speaker, unique over all corpora."""
        return f"{self.corpus}/{self.speaker}"

    @property
    def undecided(self) -> bool:
        """Whether there are votes, and no label has most of them."""
        return bool(self.votes) and not self.label


def emotion_called(name: str) -> str:
    """The label for what a collection calls an emotion, "Fear" or "fear": "fearful"; others in small letters."""
    small = name.strip().lower()
    return ELSEWHERE.get(small, small)


def scaled(value: float, scale: Sequence[float]) -> float:
    """Where a value lies on a scale that goes from scale[0] to scale[1], 0 to 1.

    Raises:
        ValueError: It lies outside, or is not a number.
    """
    low, high = scale
    if not low <= value <= high:
        raise ValueError
    return (value - low) / (high - low)


def labels_of(utterances: Iterable[Utterance]) -> list[str]:
    """The labels that clips have, or most of their annotators gave them, sorted."""
    return sorted({u.label or majority(dict(u.votes)) for u in utterances} - {""})


def majority(votes: Mapping[str, float]) -> str:
    """The label with the most votes, "" where several have as many."""
    most = [label for label, n in votes.items() if n == max(votes.values())]
    return most[0] if len(most) == 1 else ""


def audio_files(folder: Path, corpus: str) -> Iterator[Path]:
    """All audio files under a folder, sorted by their path within it.

    Raises:
        CorpusError: The folder is not there or holds no audio.
    """
    if not folder.is_dir():
        raise CorpusError(f"The corpus {corpus} was looked for in {folder}, which is no folder: name its folder.")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise CorpusError(
            f"The corpus {corpus} has no {', '.join(SUFFIXES)} file under {folder}: name the folder that holds it."
        )
    yield from found


def malformed(corpus: str, path: Path, expected: str) -> CorpusError:
    """The error for a file whose name is not as published."""
    return CorpusError(f"{path} is not named as {corpus} was published ({expected}): take it out of the corpus folder.")
