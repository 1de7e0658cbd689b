"""EmoBox (Ma et al., 2024): lists of the clips of many corpora, with folds; the recordings are kept separately.

data/NAME/NAME.jsonl              a clip per line: key, dataset, wav, emo, and start_time and end_time if it is a part
data/NAME/fold_1/NAME_train_fold_1.jsonl, _valid_, _test_: which clips are for what
data/NAME/label_map.json          names of the emotions: {"p": "Fear", ...}
data/NAME/data.seg.wrd.stm        speakers, which the other files do not give
downloads/NAME/...                the recordings
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from trainer.data.corpora.utterance import CorpusError, Utterance, emotion_called

SPEAKERS = "data.seg.wrd.stm"
SPEAKER_LINE = re.compile(r"<id=(?P<key>.*),lang=[^,]*,spk=(?P<speaker>.*),emotion=")
FOLD_FILE = re.compile(r".*_(train|valid|test)_fold_?(\d+)")
SIDES = {"train": "train", "valid": "validation", "test": "test"}
NEEDED = ("key", "wav", "emo")


def is_listed(root: Path) -> bool:
    """Whether `root` is EmoBox's file NAME.jsonl, or a folder NAME that contains it."""
    listing = _listing(root)
    if listing is None:
        return False
    with listing.open(encoding="utf-8", errors="replace") as lines:
        try:
            first = json.loads(next(lines, ""))
        except ValueError:
            return False
    return isinstance(first, dict) and all(key in first for key in NEEDED)


def load(root: Path) -> list[Utterance]:
    """The listed clips, with their speakers, labels and folds.

    Args:
        root: A folder data/NAME, its NAME.jsonl, or a folder that contains several such folders.

    Raises:
        CorpusError: There is no list, a line is incomplete, a speaker is missing, or no recording exists.
    """
    if is_listed(root):
        return _load(root)
    found = [folder for folder in sorted(root.iterdir()) if is_listed(folder)] if root.is_dir() else []
    if not found:
        raise CorpusError(
            f"There is no list of EmoBox in {root}, a NAME.jsonl with {', '.join(NEEDED)} in each line: give a folder "
            "such as EmoBox/data/cafe."
        )
    return [utterance for folder in found for utterance in _load(folder)]


def _listing(root: Path) -> Path | None:
    if root.suffix.lower() == ".jsonl":
        return root if root.is_file() else None
    return next(
        (p for p in (root / f"{root.resolve().name}.jsonl", *sorted(root.glob("*.jsonl"))) if p.is_file()), None
    )


def _load(root: Path) -> list[Utterance]:
    listing = _listing(root)
    assert listing is not None
    folder = listing.parent
    sides: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("fold_*/*.jsonl")):
        if match := FOLD_FILE.fullmatch(path.stem):
            for _, row in _rows(path):
                sides.setdefault(str(row["key"]), {})[f"fold{match[2]}"] = SIDES[match[1]]
    names = _label_names(folder / "label_map.json")
    speakers = _speakers(folder / SPEAKERS)
    rows = list(_rows(listing))
    base = _base(folder, [row["wav"] for _, row in rows])
    utterances = []
    for where, row in rows:
        key, emotion = str(row["key"]), str(row["emo"])
        corpus = str(row.get("dataset") or listing.stem)
        speaker = str(row.get("speaker") or row.get("spk") or speakers.get(key, ""))
        if not speaker:
            raise CorpusError(
                f"{where}: the speaker of {key} is missing: put EmoBox's {SPEAKERS} beside it, or add a key speaker."
            )
        if row.get("type", "raw") != "raw":
            raise CorpusError(f"{where}: {key} has the type {row['type']!r}, not a recording: give one in wav.")
        start_s, end_s = row.get("start_time"), row.get("end_time")
        utterances.append(
            Utterance(
                id=f"{corpus}/{key.removeprefix(f'{corpus}-')}",
                path=base / str(row["wav"]),
                corpus=corpus,
                speaker=speaker,
                label=emotion_called(names.get(emotion.lower(), emotion)),
                sex={"f": "female", "m": "male"}.get(str(row.get("sex", "")).strip().lower()[:1], ""),
                start_s=float(start_s or 0),
                end_s=float(end_s) if end_s else None,
                sides=tuple(sorted(sides.get(key, {}).items())),
            )
        )
    return utterances


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the place of each line, for messages, and its content."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            where = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict) or any(key not in row for key in NEEDED):
                raise CorpusError(f"{where} is not a JSON object with {', '.join(NEEDED)}: correct it.")
            yield where, row


def _label_names(path: Path) -> Mapping[str, str]:
    """Names of emotions by their short names, in lower case, since EmoBox itself uses both cases."""
    if not path.is_file():
        return {}
    try:
        return {str(short).lower(): str(name) for short, name in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError):
        raise CorpusError(f"{path} is not a JSON object of label names: download it again.") from None


def _speakers(path: Path) -> Mapping[str, str]:
    """The speaker of each clip, by the clip's key."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {match["key"]: match["speaker"] for line in lines if (match := SPEAKER_LINE.search(line))}


def _base(folder: Path, paths: Sequence[str]) -> Path:
    """The folder that the recordings' paths are relative to: data/NAME or any folder above it."""
    for base in (folder, *folder.resolve().parents):
        if any((base / path).is_file() for path in paths):
            return base
    raise CorpusError(
        f"None of the recordings that {folder} lists exists, such as {paths[0] if paths else 'any'}: put them in the "
        "folder downloads next to EmoBox's data, or next to the list."
    )
