"""MELD (Poria et al., 2019), from the series Friends: train_sent_emo.csv and its like, train_splits/dia0_utt0.mp4."""

import csv
from pathlib import Path

from trainer.data.corpora.utterance import SUFFIXES, CorpusError, Utterance

EMOTION = {
    "anger": "angry",
    "disgust": "disgusted",
    "fear": "fearful",
    "joy": "happy",
    "neutral": "neutral",
    "sadness": "sad",
    "surprise": "surprised",
}
SPLITS = {"train": "train_splits", "dev": "dev_splits_complete", "test": "output_repeated_splits_test"}
NOT_PUBLISHED = {("train", "dia125_utt3"), ("dev", "dia110_utt7")}
"""Clips that are listed in the tables, though the first is damaged and the second missing in the release."""


def load(root: Path) -> list[Utterance]:
    """The utterances of the tables under `root`; each needs its clip, as published (.mp4) or converted to audio.

    Raises:
        CorpusError: There is no table, a table has other columns, or a clip is missing.
    """
    tables = {split: root / f"{split}_sent_emo.csv" for split in SPLITS}
    if not any(table.is_file() for table in tables.values()):
        raise CorpusError(f"There is no train_sent_emo.csv of MELD in {root}: give the folder that contains it.")
    utterances = []
    for split, table in tables.items():
        if table.is_file():
            with table.open(encoding="utf-8", errors="replace", newline="") as lines:
                utterances += [
                    u for row in csv.DictReader(lines) if (u := _utterance(root, split, table, row)) is not None
                ]
    return utterances


def _utterance(root: Path, split: str, table: Path, row: dict[str, str]) -> Utterance | None:
    try:
        name = f"dia{int(row['Dialogue_ID'])}_utt{int(row['Utterance_ID'])}"
        label, speaker, text = EMOTION[row["Emotion"].strip().lower()], row["Speaker"].strip(), row["Utterance"].strip()
    except (KeyError, ValueError, TypeError):
        raise CorpusError(f"{table} differs from MELD as published: download it again.") from None
    if (split, name) in NOT_PUBLISHED:
        return None
    folder = root / SPLITS[split]
    path = next((p for s in (*SUFFIXES, ".mp4") if (p := folder / f"{name}{s}").is_file()), None)
    if path is None:
        raise CorpusError(f"{table.name} lists {name}, but there is no such file in {folder}: download it again.")
    return Utterance(
        id=f"meld/{split}/{name}",
        path=path,
        corpus="meld",
        speaker=speaker,
        label=label,
        language="English",
        text=text,
        licence="free for research",
    )
