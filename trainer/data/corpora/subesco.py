"""SUBESCO (Sultana et al., PLOS ONE 16, 2021), Bangla: F_01_OISHI_S_1_ANGRY_1.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "ANGRY": "angry",
    "DISGUST": "disgusted",
    "FEAR": "fearful",
    "HAPPY": "happy",
    "NEUTRAL": "neutral",
    "SAD": "sad",
    "SURPRISE": "surprised",
}
SEX = {"F": "female", "M": "male"}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`; speaker and emotion are in the file name. Women and men are each numbered from 01."""
    utterances = []
    for path in audio_files(root, "subesco"):
        fields = path.stem.split("_")
        if len(fields) != 7 or fields[0] not in SEX or fields[5] not in EMOTION:
            raise malformed("SUBESCO", path, "SEX_NUMBER_NAME_S_sentence_EMOTION_take, such as F_01_OISHI_S_1_ANGRY_1")
        utterances.append(
            Utterance(
                id=f"subesco/{path.stem}",
                path=path,
                corpus="subesco",
                speaker=fields[0] + fields[1],
                label=EMOTION[fields[5]],
                language="Bangla",
                sex=SEX[fields[0]],
                licence="CC BY 4.0",
            )
        )
    return utterances
