"""EmoDB, the Berlin Database of Emotional Speech (Burkhardt et al., 2005): wav/SSTTTEv.wav."""

from pathlib import Path

from trainer.data.corpora.utterance import Utterance, audio_files, malformed

EMOTION = {
    "W": "angry",
    "L": "bored",
    "E": "disgusted",
    "A": "fearful",
    "F": "happy",
    "T": "sad",
    "N": "neutral",
}
SEX = {
    "03": "male",
    "08": "female",
    "09": "female",
    "10": "male",
    "11": "male",
    "12": "male",
    "13": "female",
    "14": "female",
    "15": "male",
    "16": "female",
}
TEXT = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}


def load(root: Path) -> list[Utterance]:
    """All clips under `root`, which holds the folder `wav`."""
    utterances = []
    for path in audio_files(root, "emodb"):
        name = path.stem
        if len(name) != 7 or name[:2] not in SEX or name[5] not in EMOTION:
            raise malformed("EmoDB", path, "SSTTTEv, such as 03a01Fa")
        utterances.append(
            Utterance(
                id=f"emodb/{name}",
                path=path,
                corpus="emodb",
                speaker=name[:2],
                label=EMOTION[name[5]],
                language="German",
                sex=SEX[name[:2]],
                text=TEXT.get(name[2:5], ""),
                licence="free for research",
            )
        )
    return utterances
