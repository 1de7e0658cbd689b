"""TESS, the Toronto Emotional Speech Set (Pichora-Fuller and Dupuis, 2020): OAF_angry/OAF_back_angry.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "angry": "angry",
    "disgust": "disgusted",
    "fear": "fearful",
    "happy": "happy",
    "neutral": "neutral",
    "ps": "surprised",  # "pleasant surprise"
    "sad": "sad",
}
SPEAKER = {"OAF": "OAF", "OA": "OAF", "YAF": "YAF"}  # one published file is named OA_bite_neutral.wav


def load(root: Path) -> list[Utterance]:
    """All clips under `root`, in any folders; speaker and emotion are in the file name. Both speakers are women."""
    utterances = []
    for path in audio_files(root, "tess"):
        fields = path.stem.split("_")
        if len(fields) != 3 or fields[0] not in SPEAKER or fields[2].lower() not in EMOTION:
            raise malformed("TESS", path, "SPEAKER_word_emotion, such as OAF_back_angry")
        utterances.append(
            Utterance(
                id=f"tess/{path.stem}",
                path=path,
                corpus="tess",
                speaker=SPEAKER[fields[0]],
                label=EMOTION[fields[2].lower()],
                language="English",
                sex="female",
                text=f"Say the word {fields[1]}.",
                licence="CC BY-NC-ND 4.0",
            )
        )
    return utterances
