"""EMOVO (Costantini et al., 2014), Italian: f1/rab-f1-b1.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "dis": "disgusted",
    "gio": "happy",
    "neu": "neutral",
    "pau": "fearful",
    "rab": "angry",
    "sor": "surprised",
    "tri": "sad",
}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`; speaker and emotion are in the file name."""
    utterances = []
    for path in audio_files(root, "emovo"):
        fields = path.stem.split("-")
        if len(fields) != 3 or fields[0] not in EMOTION or fields[1] not in ("f1", "f2", "f3", "m1", "m2", "m3"):
            raise malformed("EMOVO", path, "EMOTION-SPEAKER-sentence, such as rab-f1-b1")
        utterances.append(
            Utterance(
                id=f"emovo/{path.stem}",
                path=path,
                corpus="emovo",
                speaker=fields[1],
                label=EMOTION[fields[0]],
                language="Italian",
                sex="female" if fields[1].startswith("f") else "male",
                licence="free for research",
            )
        )
    return utterances
