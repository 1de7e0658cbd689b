"""RAVDESS, the speech files (Livingstone and Russo, 2018): Actor_NN/03-01-EE-II-SS-RR-AA.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgusted",
    "08": "surprised",
}
STATEMENT = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
AUDIO_ONLY_SPEECH = ("03", "01")  # songs (03-02) and videos (01, 02) are named alike and are skipped


def load(root: Path) -> list[Utterance]:
    """All speech clips under `root`, which holds the Actor_NN folders."""
    utterances = []
    for path in audio_files(root, "ravdess"):
        fields = path.stem.split("-")
        if len(fields) != 7 or fields[2] not in EMOTION or fields[4] not in STATEMENT or not fields[6].isdigit():
            raise malformed("RAVDESS", path, "03-01-EE-II-SS-RR-AA")
        if tuple(fields[:2]) != AUDIO_ONLY_SPEECH:
            continue
        actor = fields[6]
        utterances.append(
            Utterance(
                id=f"ravdess/{path.stem}",
                path=path,
                corpus="ravdess",
                speaker=actor,
                label=EMOTION[fields[2]],
                language="English",
                sex="female" if int(actor) % 2 == 0 else "male",
                text=STATEMENT[fields[4]],
                licence="CC BY-NC-SA 4.0",
            )
        )
    return utterances
