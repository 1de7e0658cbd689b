"""The free part of emotiontts_open_db (Selvas AI and KAIST, 2018), Korean: SPEAKER/SPEAKERnnnnn.wav.

The publisher's README has sad and angry swapped; transcripts and sound both agree with the order here.
"""

import csv
from pathlib import Path

from trainer.data.corpora.utterance import CorpusError, Utterance, audio_files, malformed

EMOTION = {"0": "neutral", "1": "happy", "2": "sad", "3": "angry"}  # by the hundreds digit of the clip's number


def load(root: Path) -> list[Utterance]:
    """All clips under `root`, which holds a folder for each speaker; their sex if `root`/speakers.csv gives it.

    Raises:
        CorpusError: A clip is not named as published, or speakers.csv lacks a column.
    """
    sexes = _sexes(root / "speakers.csv")
    utterances = []
    for path in audio_files(root, "emotiontts"):
        speaker, number = path.stem[:-5], path.stem[-5:]
        if not speaker or not number.isdigit() or number[:2] != "00" or number[2] not in EMOTION:
            raise malformed("emotiontts_open_db", path, "SPEAKERnnnnn")
        utterances.append(
            Utterance(
                id=f"emotiontts/{path.stem}",
                path=path,
                corpus="emotiontts",
                speaker=speaker,
                label=EMOTION[number[2]],
                language="Korean",
                sex=sexes.get(speaker, ""),
                licence="CC BY-NC-SA, research",
            )
        )
    return utterances


def _sexes(sheet: Path) -> dict[str, str]:
    if not sheet.is_file():
        return {}
    with sheet.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := {"speaker", "sex"} - set(rows.fieldnames or ()):
            raise CorpusError(f"{sheet} has no column {', '.join(sorted(missing))}: add it, or delete the table.")
        return {row["speaker"]: row["sex"] for row in rows}
