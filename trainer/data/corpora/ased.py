"""ASED, the Amharic Speech Emotion Dataset v1 (Retta et al., 2022): 0NEmotion/xn-yy-aa-gg-bb.wav.

The emotion is taken from the folder, because a few letters in the published names are wrong. The speaker is `bb`: it
has 65 values, as in the paper, though five of them occur with both gender codes; these speakers' sex is left empty.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {"01": "neutral", "02": "fearful", "03": "happy", "04": "sad", "05": "angry"}
SEX = {"01": "female", "02": "male"}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`, which holds the folders 01Neutral to 05Angry."""
    utterances = []
    sexes: dict[str, set[str]] = defaultdict(set)
    for path in audio_files(root, "ased"):
        fields = path.stem.split("-")
        emotion = EMOTION.get(path.parent.name[:2])
        if len(fields) != 5 or emotion is None or fields[3] not in SEX:
            raise malformed("ASED", path, "0NEmotion/xn-yy-aa-gg-bb")
        sexes[fields[4]].add(SEX[fields[3]])
        utterances.append(
            Utterance(
                id=f"ased/{path.stem}",
                path=path,
                corpus="ased",
                speaker=fields[4],
                label=emotion,
                language="Amharic",
                sex=SEX[fields[3]],
                licence="free for research",
            )
        )
    return [u if len(sexes[u.speaker]) == 1 else replace(u, sex="") for u in utterances]
