"""ShEMO (Mohamad Nezami et al., 2019), Persian, from radio plays: female/F01A01.wav."""

import re
from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {"A": "angry", "F": "fearful", "H": "happy", "N": "neutral", "S": "sad", "W": "surprised"}
_NAME = re.compile(r"([FM]\d\d)([AFHNSW])\d+")


def load(root: Path) -> list[Utterance]:
    """All clips under `root`, named by sex and number of the speaker, letter of the emotion, and number of the clip."""
    utterances = []
    for path in audio_files(root, "shemo"):
        name = _NAME.fullmatch(path.stem)
        if name is None:
            raise malformed("ShEMO", path, "speaker, emotion and number, such as F01A01")
        utterances.append(
            Utterance(
                id=f"shemo/{path.stem}",
                path=path,
                corpus="shemo",
                speaker=name[1],
                label=EMOTION[name[2]],
                language="Persian",
                sex="female" if name[1].startswith("F") else "male",
                licence="free for research",
            )
        )
    return utterances
