"""An utterance of a corpus, the labels that all corpora share, and functions that the loaders share."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import VoiceKinError

SUFFIXES = (".wav", ".flac", ".ogg")
"""Audio files that the loaders of published corpora accept; a clip may have any of these endings."""

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
"""Labels that the loaders of published corpora use; a recipe's label map may change them further."""

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
"""Other common names of these emotions, and the label for each."""


SAY_SCALE = "correct it, or set the lowest and highest value with --set 'corpora.scale=[1, 5]'"


class CorpusError(VoiceKinError):
    """A corpus is missing, is not laid out as published, or has too few speakers for the protocol."""


@dataclass(frozen=True)
class Utterance:
    """One labelled clip.

    Attributes:
        id: Unique across all corpora, "corpus/name".
        path: The audio file.
        corpus: Name of the corpus.
        speaker: Unique within the corpus.
        label: One of EMOTIONS for published corpora, any text for your own clips, "" if only votes are known.
        language: English name, or "" if unknown.
        sex: "female", "male" or "" if unknown.
        text: The spoken text, or "" if unknown.
        licence: Licence of the clip.
        start_s, end_s: Start and end in the file, in seconds; end_s is None for the end of the file.
        duration_s: Seconds; 0 until the clip is inspected.
        digest: sha256 of the decoded samples, to find the same audio under two names; "" until inspected.
        sides: For folds published with the corpus: (fold, "train", "validation" or "test").
        dimensions: (name, 0 to 1) for each of arousal, dominance and valence that is known.
        votes: (label, number of annotators who chose it), if known.
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
        """The speaker, unique across all corpora."""
        return f"{self.corpus}/{self.speaker}"

    @property
    def undecided(self) -> bool:
        """Whether there are votes, but no label."""
        return bool(self.votes) and not self.label


def emotion_called(name: str) -> str:
    """The label for a name of an emotion: "fearful" for "Fear" or "fear"; unknown names in lower case."""
    small = name.strip().lower()
    return ELSEWHERE.get(small, small)


def scaled(value: float, scale: Sequence[float]) -> float:
    """Maps a value from the scale, scale[0] to scale[1], to 0 to 1.

    Raises:
        ValueError: The value is outside the scale, or nan.
    """
    low, high = scale
    if not low <= value <= high:
        raise ValueError
    return (value - low) / (high - low)


def labels_of(utterances: Iterable[Utterance]) -> list[str]:
    """The labels of the clips, or those of their annotators' majority, sorted."""
    return sorted({u.label or majority(dict(u.votes)) for u in utterances} - {""})


def majority(votes: Mapping[str, float]) -> str:
    """The label with the most votes, or "" in case of a tie."""
    most = [label for label, n in votes.items() if n == max(votes.values())]
    return most[0] if len(most) == 1 else ""


def audio_files(folder: Path, corpus: str) -> Iterator[Path]:
    """All audio files under a folder, sorted by path.

    Raises:
        CorpusError: The folder does not exist or contains no audio.
    """
    if not folder.is_dir():
        raise CorpusError(f"{folder} is not a folder: give the folder of the corpus {corpus}.")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise CorpusError(
            f"There is no {', '.join(SUFFIXES)} file under {folder}: give the folder of the corpus {corpus}."
        )
    yield from found


def malformed(corpus: str, path: Path, expected: str) -> CorpusError:
    """The error for a file whose name is not as published."""
    return CorpusError(f"{path} is not named like the files of {corpus} ({expected}): move it out of the folder.")
