"""BanglaSER (Das et al., Data in Brief 42, 2022, 108091), speakers who are not actors: MM-SS-EE-II-TT-RR-AA.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {"01": "happy", "02": "sad", "03": "angry", "04": "surprised", "05": "neutral"}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`; any folders, such as one for each speaker, are ignored."""
    utterances = []
    for path in audio_files(root, "banglaser"):
        fields = path.stem.split("-")
        if len(fields) != 7 or fields[2] not in EMOTION or not fields[6].isdigit():
            raise malformed("BanglaSER", path, "MM-SS-EE-II-TT-RR-AA")
        speaker = fields[6]
        utterances.append(
            Utterance(
                id=f"banglaser/{path.stem}",
                path=path,
                corpus="banglaser",
                speaker=speaker,
                label=EMOTION[fields[2]],
                language="Bangla",
                sex="female" if int(speaker) % 2 == 0 else "male",
                licence="CC BY 4.0",
            )
        )
    return utterances
