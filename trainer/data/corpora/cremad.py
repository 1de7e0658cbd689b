"""CREMA-D (Cao et al., 2014): AudioWAV/1001_DFA_ANG_XX.wav and VideoDemographics.csv."""

import csv
from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "ANG": "angry",
    "DIS": "disgusted",
    "FEA": "fearful",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
TEXT = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`/AudioWAV; the actors' sex is read from VideoDemographics.csv if that exists."""
    sexes = {}
    demographics = root / "VideoDemographics.csv"
    if demographics.is_file():
        with demographics.open(encoding="utf-8", newline="") as lines:
            sexes = {row["ActorID"]: row["Sex"].lower() for row in csv.DictReader(lines)}
    utterances = []
    for path in audio_files(root / "AudioWAV", "cremad"):
        fields = path.stem.split("_")
        if len(fields) != 4 or fields[2] not in EMOTION:
            raise malformed("CREMA-D", path, "ACTOR_SENTENCE_EMOTION_LEVEL, such as 1001_DFA_ANG_XX")
        utterances.append(
            Utterance(
                id=f"cremad/{path.stem}",
                path=path,
                corpus="cremad",
                speaker=fields[0],
                label=EMOTION[fields[2]],
                language="English",
                sex=sexes.get(fields[0], ""),
                text=TEXT.get(fields[1], ""),
                licence="ODbL 1.0",
            )
        )
    return utterances
