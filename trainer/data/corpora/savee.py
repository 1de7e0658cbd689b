"""SAVEE (Haq and Jackson, 2010), four men: AudioData/DC/sa01.wav, or all in one folder as DC_sa01.wav."""

import re
from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "a": "angry",
    "d": "disgusted",
    "f": "fearful",
    "h": "happy",
    "n": "neutral",
    "sa": "sad",
    "su": "surprised",
}
SPEAKERS = ("DC", "JE", "JK", "KL")


def load(root: Path) -> list[Utterance]:
    """All clips under `root`; the speaker is the name of the folder, or the first part of the file name."""
    utterances = []
    for path in audio_files(root, "savee"):
        speaker, _, name = path.stem.rpartition("_")
        speaker = speaker or path.parent.name
        letters = re.fullmatch(r"([a-z]{1,2})\d\d", name)
        if speaker not in SPEAKERS or letters is None or letters[1] not in EMOTION:
            raise malformed("SAVEE", path, "SPEAKER/sa01 or SPEAKER_sa01, with speakers DC, JE, JK, KL")
        utterances.append(
            Utterance(
                id=f"savee/{speaker}_{name}",
                path=path,
                corpus="savee",
                speaker=speaker,
                label=EMOTION[letters[1]],
                language="English",
                sex="male",
                licence="free for research",
            )
        )
    return utterances
