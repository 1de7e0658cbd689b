"""ESD, the Emotional Speech Dataset (Zhou et al., 2021): 0011/Angry/0011_000351.wav, with or without train, test and
evaluation folders in between; speakers 0001 to 0010 Mandarin, 0011 to 0020 English."""

import re
from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {"angry": "angry", "happy": "happy", "neutral": "neutral", "sad": "sad", "surprise": "surprised"}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`; the emotion is the name of a folder inside the speaker's."""
    utterances = []
    for path in audio_files(root, "esd"):
        speaker, _, number = path.stem.partition("_")
        folders = {part.lower() for part in path.relative_to(root).parts[:-1]}
        found = [EMOTION[folder] for folder in folders if folder in EMOTION]
        if len(found) != 1 or not re.fullmatch(r"00(0[1-9]|1\d|20)", speaker) or not number.isdigit():
            raise malformed("ESD", path, "SPEAKER/Emotion/SPEAKER_000351, with speakers 0001 to 0020")
        utterances.append(
            Utterance(
                id=f"esd/{path.stem}",
                path=path,
                corpus="esd",
                speaker=speaker,
                label=found[0],
                language="Mandarin" if int(speaker) <= 10 else "English",
                licence="free for research",
            )
        )
    return utterances
