"""MSP-Podcast (Lotfian and Busso, 2019), a licensed copy: Labels/labels_consensus.csv and the clips under Audios.

The votes of single annotators are read from Labels/labels_detailed.csv, if that exists.
"""

import csv
from collections import Counter
from pathlib import Path

from trainer.data.corpora.utterance import SUFFIXES, CorpusError, Utterance, emotion_called, scaled

EMOTION = {
    "A": "angry",
    "D": "disgusted",
    "F": "fearful",
    "H": "happy",
    "N": "neutral",
    "S": "sad",
    "U": "surprised",
}
DIMENSIONS = {"EmoAct": "arousal", "EmoDom": "dominance", "EmoVal": "valence"}
SCALE = (1.0, 7.0)  # of the raters
LEFT_OUT = {"C", "O", "X"}
"""Contempt, which no other corpus here has; other emotions; clips whose annotators did not agree."""


def load(root: Path) -> list[Utterance]:
    """The clips whose speaker is known and whose raters agree on an emotion that other corpora have too.

    Clips of unknown speakers can't be used, since nobody could say whether training and test speakers are disjoint.

    Raises:
        CorpusError: The table is missing or has other columns, or a clip is missing.
    """
    table = root / "Labels" / "labels_consensus.csv"
    if not table.is_file():
        raise CorpusError(f"There is no {table.relative_to(root)} of MSP-Podcast in {root}: give its folder.")
    utterances = []
    votes = _votes(root / "Labels" / "labels_detailed.csv")
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            try:
                name, code, speaker = Path(row["FileName"]).stem, row["EmoClass"].strip(), row["SpkrID"].strip()
                sex = row["Gender"].strip().lower()
                dimensions = [(d, scaled(float(row[c]), SCALE)) for c, d in DIMENSIONS.items() if row.get(c)]
            except (KeyError, TypeError, AttributeError, ValueError):
                raise CorpusError(f"{table} differs from MSP-Podcast as published: download it again.") from None
            if code in LEFT_OUT or speaker.lower() in ("", "unknown"):
                continue
            if code not in EMOTION:
                raise CorpusError(f"{table} has an emotion {code!r}, unknown to MSP-Podcast: download it again.")
            path = next((p for s in SUFFIXES if (p := root / "Audios" / f"{name}{s}").is_file()), None)
            if path is None:
                raise CorpusError(f"{table.name} lists {name}, but there is no such file in {root / 'Audios'}: add it.")
            utterances.append(
                Utterance(
                    id=f"msp_podcast/{name}",
                    path=path,
                    corpus="msp_podcast",
                    speaker=speaker,
                    label=EMOTION[code],
                    language="English",
                    sex=sex if sex in ("female", "male") else "",
                    licence="MSP-Podcast licence",
                    votes=tuple(votes[name].items()) if name in votes else (),
                    dimensions=tuple(dimensions),
                )
            )
    return utterances


def _votes(table: Path) -> dict[str, Counter[str]]:
    """The annotators' votes, by the clip's name; empty for releases that store them in another way."""
    votes: dict[str, Counter[str]] = {}
    if table.is_file():
        with table.open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines):
                if row.get("FileName") and row.get("EmoClass_Major"):
                    votes.setdefault(Path(row["FileName"]).stem, Counter())[emotion_called(row["EmoClass_Major"])] += 1
    return votes
