"""nEMO, Polish emotional speech (Christop, 2024): samples/*.wav and data.tsv."""

import csv
from pathlib import Path

from trainer.data.corpora.utterance import CorpusError, Utterance, audio_files

EMOTION = {
    "anger": "angry",
    "fear": "fearful",
    "happiness": "happy",
    "neutral": "neutral",
    "sadness": "sad",
    "surprised": "surprised",
}
COLUMNS = {"file_id", "emotion", "raw_text", "speaker_id", "gender"}


def load(root: Path) -> list[Utterance]:
    """All clips that `root`/data.tsv lists; the files are under `root`/samples.

    Raises:
        CorpusError: data.tsv, a column or a clip is missing, or an emotion is unknown to nEMO.
    """
    sheet = root / "data.tsv"
    if not sheet.is_file():
        raise CorpusError(f"nEMO's table {sheet} is missing: copy it from the published corpus.")
    files = {path.stem: path for path in audio_files(root / "samples", "nemo")}
    utterances = []
    with sheet.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        if missing := COLUMNS - set(rows.fieldnames or ()):
            raise CorpusError(f"{sheet} has no column {', '.join(sorted(missing))}: use the table as published.")
        for row in rows:
            stem = Path(row["file_id"]).stem
            if row["emotion"] not in EMOTION:
                raise CorpusError(f"{sheet} gives {row['file_id']} the emotion {row['emotion']!r}, unknown to nEMO.")
            if stem not in files:
                raise CorpusError(f"{sheet} lists {row['file_id']}, which is not under {root / 'samples'}: add it.")
            utterances.append(
                Utterance(
                    id=f"nemo/{stem}",
                    path=files[stem],
                    corpus="nemo",
                    speaker=row["speaker_id"].strip(),  # the published column is padded with blanks
                    label=EMOTION[row["emotion"]],
                    language="Polish",
                    sex=row["gender"].strip(),
                    text=row["raw_text"].strip(),
                    licence="CC BY-NC-SA 4.0",
                )
            )
    return utterances
